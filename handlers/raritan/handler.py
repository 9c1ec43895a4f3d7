"""DCImanager's four calls on a PDU with Xerus firmware.

An outlet's identity is its position in the unit's own list of outlets, from 1: "7", on link unit 2
"2.7". It does not depend on names, which can be edited.

A round trip is one HTTP request with up to 300 JSON-RPC requests; larger PDUs, redirects and closed
connections cost more. `status` takes 2, 1 more with panels, whose circuits are UNKNOWN; `statistic`
usually 2, up to 2 more where the first readings do not suffice, up to 3 more with power meters.
With `link_units=yes`, link ids above 8 cost 1 more, and a unit whose switchable outlets are all
unavailable twice as many. A command takes 2 to check the outlet, 1 with a first reading, and 1
after each pause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
from . import labels, metering, settings, states
from .discovery import ListedUnit
from .rpc import Agent
from .rpc.pdumodel import Outlet
from .settings import SETTINGS as SETTINGS
from .switching import switch_outlet

LOGGER = get_logger(__name__)


class Session(NamedTuple):
    """The agent of one call of the platform, and the settings that it was opened with."""

    agent: Agent
    config: settings.RaritanSettings
    #: empty here; a tool that subclasses the handler keeps the units that it has found
    units: list[ListedUnit]


_POWER_STATES = {True: Outlet.PowerState.PS_ON, False: Outlet.PowerState.PS_OFF}


class RaritanPdu(dcimanager.FourCalls[Session], dcimanager.BasePdu):
    """A Raritan, Legrand or Server Technology PDU: DCImanager's calls become JSON-RPC.

    status       > getOutlets; > getState of each outlet
    statistic    > getOutlets, getInlets ...; > getReading of each sensor
    up, down     > getOutlets ...; > getMetaData, getState; > setPowerState, getState
    """

    handler_name = "raritan"

    def transport(self, trust: Trust) -> Transport:
        """The transport of one call; tests and tools override this."""
        return StandardTransport(trust, CALL_SECONDS)

    @contextmanager
    def open_session(self) -> Iterator[Session]:
        config = settings.read_settings(self.pdu_data)
        transport = self.transport(config.trust)
        with settings.agent(self.pdu_data, config, transport) as agent:
            yield Session(agent, config, [])

    def renew_session(self, session: Session) -> None:
        session.agent.renew(CALL_SECONDS)

    def device_address(self, session: Optional[Session]) -> str:
        return session.agent.netloc if session else ""

    def log_detail(self, session: Optional[Session]) -> str:
        return "Xerus JSON-RPC"

    def read_states(self, session: Session) -> Iterable[tuple[str, EnumPowerStatus]]:
        outlets = states.read_states(session.agent, session.config.link_units)
        reasons = [(outlet.identity, outlet.reason) for outlet in outlets]
        for sentence in reason_sentences(reasons):
            LOGGER.warning(session.agent.login.quoted(sentence))
        return [(outlet.identity, outlet.status) for outlet in outlets]

    def read_figures(self, session: Session, *, with_power: bool) -> dcimanager.Figures:
        link_units = session.config.link_units
        figures = metering.read_statistic(session.agent, link_units, with_power=with_power)
        # a resource id in a reason is the device's own text
        return figures.quoted(session.agent.login.quoted)

    def read_labels(self, session: Session) -> list[dcimanager.Label]:
        """The labels of outlets and branch circuits: identity, printed number, configured name."""
        return labels.labels(session.agent, session.config.link_units)

    def switch_outlet(
        self, session: Session, identity: str, *, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        return switch_outlet(
            session.agent,
            session.config.link_units,
            identity,
            target=_POWER_STATES[on],
            deadline=deadline,
            pause=pause,
        )


def make_handler(pdu_data: object) -> RaritanPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return RaritanPdu(pdu_data)
