"""DCImanager's four calls on a PDU with Xerus firmware.

An outlet's identity is its position in the unit's own list of outlets, from 1: "7", on link unit 2 "2.7". Names that the owner
may edit never enter it.
"""
from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator, List, Tuple

from common.logger import get_logger
from pdu_common.helper import PduPortView, PduStatisticView, PduView

from .. import host
from ..errors import PduHandlerError
from ..http.connection import StandardTransport
from ..http.message import Transport
from ..switching import CALL_SECONDS, CONFIRM_SECONDS, PAUSE_SECONDS
from ..tls import Trust
from . import settings, states
from .rpc import Agent
from .rpc.pdumodel import Outlet
from .settings import SETTINGS as SETTINGS

LOGGER = get_logger(__name__)


class RaritanPdu(host.BasePdu):
    """A Raritan, Legrand or Server Technology PDU. Nothing is kept between calls; each call uses one connection.

    Raises the errors of `handlers.errors`. A round trip is one HTTP request; a bulk takes one per 300 calls.
    """

    def transport(self, trust: Trust) -> Transport:
        """What carries the requests; tests put another one here."""
        return StandardTransport(trust, CALL_SECONDS)

    def status(self) -> PduView:
        """Every outlet and its state: 2 round trips, 3 with panels, whose circuits have no state.

        One more where `link_units=yes` finds link ids beyond 8; twice as many where a unit that can switch reports no state.
        """
        with self._session("status") as (agent, given):
            return host.pdu_view(states.read(agent, given.link_units))

    def statistic(self) -> PduStatisticView:
        """Load in A, energy in kWh, and both by outlet where outlets are metered: 2 round trips.

        3 where the device refuses well-known sensor ids or has more than 4 inlets; 4 where all its readings are invalid at
        first, or it lists outlets in another order than their labels; 5 with panels; one more where `link_units=yes`
        finds link ids beyond 8.
        """
        from . import metering  # a status in a fresh process need not wait for it
        with self._session("statistic") as (agent, given):
            return host.statistic_view(*metering.measured(agent, given.link_units))

    def port_up(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch on: two looks (2 round trips), the command with a first reading (1), then one reading after each pause.

        Sets `power_status` of the object it was given, and returns that. `deadline` and `pause` are seconds.
        """
        return self._switch("port_up", pdu_port_data, Outlet.PowerState.PS_ON, deadline, pause)

    def port_down(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                  pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch off, as `port_up`."""
        return self._switch("port_down", pdu_port_data, Outlet.PowerState.PS_OFF, deadline, pause)

    def labels(self) -> List[host.Label]:
        """The number printed on the unit and the owner's name beside each identity: 2 round trips, 4 on a unit with panels."""
        with self._session("labels") as (agent, given):
            from .labels import labels  # for people: DCImanager does not call this
            return labels(agent, given.link_units)

    def _switch(self, method: str, port: PduPortView, wanted: Outlet.PowerState, deadline: float,
                pause: float) -> PduPortView:
        from .switching import switched
        with self._session(method) as (agent, given):
            # A platform may hand back the identity as a number.
            port.power_status = switched(agent, given.link_units, str(port.identity), wanted, deadline, pause)
            return port

    @contextmanager
    def _session(self, method: str) -> Iterator[Tuple[Agent, settings.Given]]:
        """One connection, closed whatever happens, and errors that name the host and the call."""
        host.log_call(LOGGER, "raritan", method, "Xerus JSON-RPC")
        address = ""
        try:
            given = settings.read(self.pdu_data)
            with settings.agent(self.pdu_data, given, self.transport(given.trust)) as agent:
                address = agent.host
                yield agent, given
        except PduHandlerError as error:
            error.at(address, method)
            raise


def make_handler(pdu_data: object) -> RaritanPdu:
    """The handler of one PDU; no I/O, and no error before the first call."""
    return RaritanPdu(pdu_data)
