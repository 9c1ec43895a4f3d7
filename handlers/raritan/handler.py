"""DCImanager's four calls on a PDU with Xerus firmware.

An outlet's identity is its position in the unit's own list of outlets, from 1: "7", on link unit 2
"2.7". It does not depend on names, which can be edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from common.logger import get_logger
from pdu_common.helper import PduPortView, PduStatisticView, PduView

from .. import host
from ..http.connection import StandardTransport
from ..http.message import Transport
from ..shared.call_session import one_session as one_session, session
from ..shared.errors import PduHandlerError
from ..shared.request_counter import SENT as SENT
from ..shared.switching import CALL_SECONDS, CONFIRM_SECONDS, PAUSE_SECONDS
from ..shared.tls import Trust
from . import labels, metering, settings, states
from .rpc import Agent
from .rpc.pdumodel import Outlet
from .settings import SETTINGS as SETTINGS
from .switching import switch_outlet

LOGGER = get_logger(__name__)


class RaritanPdu(host.BasePdu):
    """A Raritan, Legrand or Server Technology PDU. Keeps nothing between calls. Raises the errors
    of `handlers.shared.errors`.

    A round trip is one HTTP request with up to 300 JSON-RPC requests; larger PDUs, redirects and
    closed connections cost more.
    """

    def transport(self, trust: Trust) -> Transport:
        """The transport of one call; tests and tools override this."""
        return StandardTransport(trust, CALL_SECONDS)

    def status(self) -> PduView:
        """Every outlet and its state: 2 round trips, 1 more with panels, whose circuits are
        UNKNOWN.

        1 more where `link_units=yes` finds link ids above 8; twice as many if a unit's switchable
        outlets are all unavailable.
        """
        with self.session("status") as (agent, given):
            return host.pdu_view(states.read_states(agent, given.link_units))

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, in total and by outlet where outlets are metered: usually 2
        round trips.

        Up to 2 more where the first readings do not suffice, up to 3 more with power meters, and 1
        more where `link_units=yes` finds link ids above 8.
        """
        return self.measured().view()

    def measured(self, with_power: bool = False) -> host.Figures:
        """What `statistic` shows, for tools; with the power of each outlet in as many round trips,
        and 1 more on a unit that has it under no well-known id.
        """
        with self.session("statistic") as (agent, given):
            return metering.read_statistic(agent, given.link_units, with_power)

    def port_up(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch on: 2 round trips to check the outlet, 1 for the command with a first reading,
        then 1 after each pause.

        Sets `power_status` of the object that it is called with, and returns that object.
        `deadline` and `pause`: seconds.
        """
        return self._switch("port_up", pdu_port_data, Outlet.PowerState.PS_ON, deadline, pause)

    def port_down(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch off; see `port_up`."""
        return self._switch("port_down", pdu_port_data, Outlet.PowerState.PS_OFF, deadline, pause)

    def labels(self) -> list[host.Label]:
        """Identity, number printed on the unit and configured name of each outlet and branch
        circuit.
        """
        with self.session("labels") as (agent, given):
            return labels.labels(agent, given.link_units)

    def _switch(
        self,
        method: str,
        port: PduPortView,
        wanted: Outlet.PowerState,
        deadline: float,
        pause: float,
    ) -> PduPortView:
        with self.session(method, reads=False) as (agent, given):
            state = switch_outlet(
                agent, given.link_units, host.outlet_identity(port), wanted, deadline, pause
            )
            return host.port_answer(port, state)

    @contextmanager
    def session(
        self, method: str, reads: bool = True
    ) -> Iterator[tuple[Agent, settings.RaritanSettings]]:
        """The agent, closed at the end.

        Errors name the host once it is known, and the call unless they name a request.
        """
        host.log_call(LOGGER, "raritan", method, "Xerus JSON-RPC")
        address = ""

        @contextmanager
        def opened() -> Iterator[tuple[Agent, settings.RaritanSettings]]:
            given = settings.read_settings(self.pdu_data)
            with settings.agent(self.pdu_data, given, self.transport(given.trust)) as agent:
                yield agent, given

        try:
            with (
                session(self, opened, lambda kept: kept[0].renew(CALL_SECONDS))
                if reads
                else opened()
            ) as found:
                address = found[0].place
                yield found
        except PduHandlerError as error:
            error.at(address, method)
            raise


def make_handler(pdu_data: object) -> RaritanPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return RaritanPdu(pdu_data)
