"""DCImanager's four calls on the PDUs of a Redfish service.

A round trip is one HTTP request. A call usually begins with 2, for the root and the PDUs, if the
service expands two levels of links (ServiceRoot, ExpandQuery), and otherwise with 3, plus 1 for
each PDU that the list only links to. A session costs 2 more, 3 if the service refuses basic login
first. `status` and `labels` then read the outlets: 1, 2, or 1 for each outlet; `statistic` reads
outlets, mains and metrics of each PDU: 3, 1 more for branches. With the setting `pdu`, one PDU
alone is read, if the links show which it is. A command reads its own PDU and outlet alone, if the
links show which they are: then 4 to 6, 1 itself, 1 for each read-back; 1 more if another resource
describes the action's parameters, 1 when a task has ended, and 2 if the service demands an ETag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple, Optional

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from .. import dcimanager
from ..http.connection import StandardTransport
from ..http.message import Transport
from ..shared.request_counter import SENT as SENT
from ..shared.switching import CALL_SECONDS
from ..shared.tls import Trust
from ..shared.unknown_states import reason_sentences
from . import metering, resources, settings
from .outlets import find_outlet, read_all_outlets
from .service import LOGOUT_SECONDS, RedfishService
from .settings import SETTINGS as SETTINGS
from .switching import switch_outlet

LOGGER = get_logger(__name__)


class Session(NamedTuple):
    """An open service, and the settings of its PDU."""

    service: RedfishService
    config: settings.RedfishSettings


class RedfishPdu(dcimanager.FourCalls[Session], dcimanager.BasePdu):
    """The PDUs of a Redfish service.

    status          A1: UP, A2: DOWN    GET .../RackPDUs/1/Outlets
    port_down A1    DOWN                POST .../Outlet.PowerControl {"PowerState": "Off"}
    """

    handler_name = "redfish"
    commands_share_session = True

    def transport(self, trust: Trust) -> Transport:
        """The transport of one connection; tests override this."""
        return StandardTransport(trust, CALL_SECONDS + LOGOUT_SECONDS)

    @contextmanager
    def open_session(self) -> Iterator[Session]:
        with self._open(keeps=True) as session:
            yield session

    def open_command(self, identity: str) -> AbstractContextManager[Session]:
        return self._open(keeps=False)

    @contextmanager
    def _open(self, *, keeps: bool) -> Iterator[Session]:
        """A session with the service that the PDU's form names, which ends with the block. With
        `keeps`, a resource is read once for several readings. Raises SettingsError."""
        config = settings.read_settings(self.pdu_data)
        with RedfishService(config, self.transport, keeps=keeps) as service:
            yield Session(service, config)

    def renew_session(self, session: Session) -> None:
        session.service.renew()

    def forget(self, session: Session) -> None:
        session.service.forget()

    def device_address(self, session: Optional[Session]) -> str:
        return session.service.netloc if session else ""

    def read_states(self, session: Session) -> Iterable[tuple[str, EnumPowerStatus]]:
        """Identity and state of each outlet. The log says why a state is not known.

        > GET /redfish/v1/PowerEquipment/RackPDUs/1/Outlets?$expand=.($levels=1)
        < {"Members": [{"Id": "A1", "PowerState": "On"}, {"Id": "A2"}]}
        [("A1", UP), ("A2", UNKNOWN)]
        """
        service, config = session
        outlets = read_all_outlets(service, config.pdu)
        reasons = [(outlet.identity, outlet.reason) for outlet in outlets]
        for sentence in reason_sentences(reasons):
            LOGGER.warning(service.login.quoted(sentence))
        states: list[tuple[str, EnumPowerStatus]] = []
        for outlet in outlets:
            states.append((outlet.identity, resources.state(outlet.resource, outlet.pdu)))
        return states

    def read_state(self, session: Session, identity: str) -> EnumPowerStatus:
        service, config = session
        outlet = find_outlet(service, config.pdu, identity)
        return resources.state(outlet.resource, outlet.pdu)

    def read_figures(self, session: Session, *, with_power: bool) -> dcimanager.Figures:
        """Load in A and energy in kWh, in total and by outlet; W only `with_power`.

        > GET .../RackPDUs/1/Outlets, .../Metrics, .../Mains
        < {"Members": [{"Id": "AC1", "CurrentAmps": {"Reading": 4.2}}]}       load_a 4.2
        """
        service, config = session
        figures = metering.read_statistic(service, config.pdu, with_power=with_power)
        return figures.quoted(service.login.quoted)

    def read_labels(self, session: Session) -> list[dcimanager.Label]:
        """Identity, Id and name of each outlet; the Id is what is printed on the unit.

        < {"Members": [{"Id": "A1", "Name": "Outlet A1", "UserLabel": "web-1"}]}
        one label: identity "A1", number "A1", name "web-1"
        """
        service, config = session
        labels: list[dcimanager.Label] = []
        for outlet in read_all_outlets(service, config.pdu):
            name = resources.name(outlet.resource)
            labels.append(dcimanager.label(outlet.identity, outlet.id, name))
        return labels

    def switch_outlet(
        self, session: Session, identity: str, *, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        """Switch one outlet, and return the state that a reading shows, or UNKNOWN. Nothing that
        this session has read before is used.

            > GET .../Outlets/A1, POST .../Outlet.PowerControl {"PowerState": "Off"}
            < 204
            > GET .../Outlets/A1                until its PowerState is Off: DOWN
        """
        service, config = session
        with service.reading_anew():
            return switch_outlet(
                service,
                config.pdu,
                identity,
                on=on,
                switch_unproven=config.switch_unproven,
                deadline=deadline,
                pause=pause,
            )


def make_handler(pdu_data: object) -> RedfishPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return RedfishPdu(pdu_data)
