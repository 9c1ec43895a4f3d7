"""DCImanager's four calls on the devices of a NUT server.

Every call reads variables and commands in 1 round trip after TCP, 1 more without the setting
`device`, 2 more with TLS (3 for TLS 1.2). A server that demands a login for reading costs 1 more.
A command costs 1 more itself, 1 for each look at the driver's report, and 1 for each look at the
state.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Optional

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from .. import dcimanager
from ..shared.labels import ENCODING
from ..shared.request_counter import SENT as SENT
from ..shared.switching import CALL_SECONDS
from ..shared.unknown_states import reason_sentences
from . import devices
from .groups import group_number, groups_of
from .quoting import encoded
from .sessions import NutSession, open_session, read_once
from .settings import SETTINGS as SETTINGS
from .switching import STATES, switch_outlet

LOGGER = get_logger(__name__)


class NutPdu(dcimanager.FourCalls[NutSession], dcimanager.BasePdu):
    """A PDU behind a NUT server.

    status         1: UP, 2: DOWN, ...    LIST VAR, LIST CMD
    port_down 2    DOWN                   INSTCMD rack1 outlet.2.load.off
    """

    handler_name = "nut"

    def open_session(self) -> AbstractContextManager[NutSession]:
        return open_session(self.pdu_data)

    def renew_session(self, session: NutSession) -> None:
        session.client.renew(CALL_SECONDS)

    def device_address(self, session: Optional[NutSession]) -> str:
        return session.client.netloc if session else ""

    def read_states(self, session: NutSession) -> Iterable[tuple[str, EnumPowerStatus]]:
        """Identity and state of each outlet. The log says why a state is not known.

        > LIST VAR rack1
        < VAR rack1 outlet.1.status "on", VAR rack1 outlet.2.status "cycling"
        [("1", UP), ("2", UNKNOWN)]
        """
        listed_devices = read_once(session)
        for listed_device in listed_devices:
            reasons = ((identity, outlet.reason) for identity, outlet in listed_device.ports())
            for sentence in reason_sentences(reasons):
                LOGGER.warning(session.client.quoted(sentence))
            groups = groups_of(listed_device.device.whole_device.variables)
            if groups and not listed_device.device.outlets:
                LOGGER.warning(
                    "the device lists no single outlets, but outlet groups"
                    f" ({', '.join(map(group_number, groups))}), whose states are neither read nor"
                    " switched here"
                )
        ports = devices.ports(listed_devices)
        return [(identity, STATES[outlet.state]) for identity, outlet in ports]

    def read_figures(self, session: NutSession, *, with_power: bool) -> dcimanager.Figures:
        """The power of each outlet costs nothing more."""
        figures = devices.figures_of(read_once(session), with_power=with_power)
        return figures.quoted(session.client.quoted)

    def read_labels(self, session: NutSession) -> list[dcimanager.Label]:
        """Identity, printed number and name of each outlet.

        < VAR rack1 outlet.7.id "7", VAR rack1 outlet.7.name "web-1"
        one label: identity "7", number "7", name "web-1"
        """
        encoding = session.settings[ENCODING]
        labels: list[dcimanager.Label] = []
        for identity, outlet in devices.ports(read_once(session)):
            number = encoded(outlet.number)
            name = encoded(outlet.name or "")
            labels.append(dcimanager.label(identity, number, name, encoding))
        return labels

    def switch_outlet(
        self, session: NutSession, identity: str, *, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        """Switch one outlet, and return its state after that. The devices are read anew, also if
        this session has read them before.

            > LIST VAR rack1, LIST CMD rack1, LIST RW rack1
            > INSTCMD rack1 outlet.3.load.off
            > LIST VAR rack1, ...                        until outlet.3.status reads "off": DOWN
        """
        return switch_outlet(
            session.client, session.settings, identity, on=on, deadline=deadline, pause=pause
        )


def make_handler(pdu_data: object) -> NutPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return NutPdu(pdu_data)
