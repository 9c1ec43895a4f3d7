"""DCImanager's four calls on a PDU with Xerus firmware.

Identities are positions in the unit's own list of outlets, from 1: "7", on link unit 2 "2.7"; never an editable name.
"""
from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator, List, Optional, Tuple

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

from .. import host
from ..errors import Denied, NoSuchOutlet, PduHandlerError, Refused, Unreachable
from ..http.connection import StandardTransport
from ..http.message import Transport
from ..settings import Settings
from ..switching import CONFIRM_SECONDS, PAUSE_SECONDS, switch
from ..tls import Trust
from . import access, states
from .access import LINK_UNITS, SETTINGS
from .metering import WATT_HOURS, UnitMeter
from .readings import whole
from .refusals import refuse_before, refuse_mixed_up, refused
from .rpc import Agent, Bulk, Pending
from .rpc.errors import leaves_open
from .rpc.pdumodel import Outlet, Pdu
from .units import Census, Present, Unit, locate

__all__ = ["SETTINGS", "RaritanPdu", "make_handler"]

LOGGER = get_logger(__name__)
_PROFILE = "Xerus JSON-RPC"


class RaritanPdu(host.BasePdu):
    """A Raritan, Legrand or Server Technology PDU. Nothing is kept between calls; each call uses one connection.

    Raises the errors of `handlers.errors`. A round trip is a HTTP request; a bulk takes one per 300 calls.
    """

    def transport(self, trust: Trust) -> Transport:
        """What carries the requests; tests put another one here."""
        return StandardTransport(trust)

    def status(self) -> PduView:
        """Every outlet and its state: 2 round trips; one more where `link_units=yes` finds link ids beyond 8."""
        with self._session("status") as (agent, given):
            units, bulk = _units(agent, given)
            asked = [(there, [bulk.add(outlet.getState) for outlet in there.outlets]) for there in units]
            bulk.perform()
            return host.pdu_view((there.unit.identity(index), state)
                                 for there, answers in asked for index, state in enumerate(_states(there, answers)))

    def statistic(self) -> PduStatisticView:
        """Load in A, energy in kWh, and both by outlet where outlets are metered: 2 round trips.

        3 where the device refuses well-known sensor ids or has more than 4 inlets, 4 where all its readings are invalid at
        first; one more where `link_units=yes` finds link ids beyond 8.
        """
        with self._session("statistic") as (agent, given):
            bulk, census = Bulk(agent), Census(agent, given[LINK_UNITS])
            census.ask(bulk)
            meters = {unit.link: UnitMeter(unit) for unit in census.asked}
            for meter in meters.values():
                meter.ask_model(bulk)
            bulk.perform()
            for unit in census.ask_unusual(bulk):
                meters[unit.link] = UnitMeter(unit)
                meters[unit.link].ask_model(bulk)
            bulk.perform()
            units = census.units()
            used = [meters[there.unit.link] for there in units]
            for there, meter in zip(units, used):
                meter.ask_readings(bulk, there)
            bulk.perform()
            for step in (UnitMeter.ask_rest, UnitMeter.ask_last):
                for meter in used:
                    step(meter, bulk)
                bulk.perform()
            energy = whole(meter.energy() for meter in used).value
            return host.statistic_view(whole(meter.load() for meter in used).value, None if energy is None else energy / WATT_HOURS,
                                       [figures for meter in used for figures in meter.ports()])

    def port_up(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch on: two looks (2 round trips), the command with a first reading (1), then a reading after each pause."""
        return self._switch("port_up", pdu_port_data, Outlet.PowerState.PS_ON, deadline, pause)

    def port_down(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                  pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch off, as `port_up`."""
        return self._switch("port_down", pdu_port_data, Outlet.PowerState.PS_OFF, deadline, pause)

    def labels(self) -> List[host.Label]:
        """What is printed on the unit and what its owner named it, beside each identity: 2 round trips."""
        with self._session("labels") as (agent, given):
            units, bulk = _units(agent, given)
            asked = [(there.unit.identity(index), bulk.add(outlet.getMetaData), bulk.add(outlet.getSettings))
                     for there in units for index, outlet in enumerate(there.outlets)]
            bulk.perform()
            return [host.label(identity, "" if metadata.error else metadata.get().label, "" if settings.error else settings.get().name)
                    for identity, metadata, settings in asked]

    def _switch(self, method: str, port: PduPortView, wanted: Outlet.PowerState, deadline: float,
                pause: float) -> PduPortView:
        with self._session(method) as (agent, given):
            identity = str(port.identity)           # a platform may hand back a number
            unit, index = locate(identity, agent, given[LINK_UNITS])
            outlet = _checked(unit, index, identity, wanted)
            command = _Command(agent, outlet, identity, wanted)
            port.power_status = switch(command.write, command.read,
                                       EnumPowerStatus.UP if wanted == Outlet.PowerState.PS_ON else EnumPowerStatus.DOWN,
                                       deadline=deadline, pause=pause)
            return port

    @contextmanager
    def _session(self, method: str) -> Iterator[Tuple[Agent, Settings]]:
        """One connection, closed whatever happens, and errors that name the host and the call."""
        host.log_call(LOGGER, "raritan", method, _PROFILE)
        address = ""
        try:
            given = access.read(self.pdu_data)
            with access.agent(self.pdu_data, given, self.transport(access.trust(given))) as agent:
                address = agent.host
                yield agent, given
        except PduHandlerError as error:
            raise error.at(address, method)


def make_handler(pdu_data: object) -> RaritanPdu:
    """The handler of one PDU; no I/O, and no error before the first call."""
    return RaritanPdu(pdu_data)


def _units(agent: Agent, given: Settings) -> Tuple[List[Present], Bulk]:
    """The units that are there, and an empty bulk: 1 round trip."""
    bulk, census = Bulk(agent), Census(agent, given[LINK_UNITS])
    census.ask(bulk)
    bulk.perform()
    if census.ask_unusual(bulk):
        bulk.perform()
    return census.units(), bulk


def _states(there: Present, answers: List[Pending[Outlet.State]]) -> List[EnumPowerStatus]:
    """One state for each outlet. An outlet that does not answer is not known; a unit of which none does is an error."""
    failures = [answer.error for answer in answers if answer.error is not None]
    for error in failures:
        if isinstance(error, Denied) or len(failures) == len(answers):
            raise error
    return [EnumPowerStatus.UNKNOWN if answer.error is not None else states.status(answer.get()) for answer in answers]


def _checked(unit: Unit, index: int, identity: str, wanted: Outlet.PowerState) -> Outlet:
    """The outlet, if it exists and may be switched: 2 round trips. Raises NoSuchOutlet, Unsupported, Refused."""
    bulk, census = Bulk(unit.agent), Census(unit.agent, access.LinkUnits(ids=(unit.link,) if unit.link else ()))
    census.ask(bulk)
    settings = bulk.add(unit.proxy(Pdu).getSettings)
    known = bulk.add(unit.proxy(Outlet, f"/outlet/{index}").getMetaData)
    bulk.perform()
    there = next((one for one in census.units() if one.unit.link == unit.link), None)
    if there is None:
        raise NoSuchOutlet(f"outlet {identity}: the PDU has no link unit {unit.link}; check its port in DCImanager")
    if index >= len(there.outlets):
        raise NoSuchOutlet(f"outlet {identity}: the unit has {len(there.outlets)} outlets; check the port in DCImanager")
    outlet = there.outlets[index]
    metadata, state = bulk.add(outlet.getMetaData), bulk.add(outlet.getState)
    bulk.perform()
    refuse_mixed_up(identity, known, metadata, unit.agent.login.quoted)
    refuse_before(identity, wanted, settings, metadata, state)
    return outlet


class _Command:
    """One switching command for `switch`: `write` sends it once, `read` reads the state."""

    def __init__(self, agent: Agent, outlet: Outlet, identity: str, wanted: Outlet.PowerState) -> None:
        self._agent, self._outlet, self._identity, self._wanted = agent, outlet, identity, wanted
        self._seen: Optional[Pending[Outlet.State]] = None

    def write(self) -> None:
        """The command, and a first reading behind it: a bulk's calls run one after another (1 round trip)."""
        bulk = Bulk(self._agent)
        code, seen = bulk.add(self._outlet.setPowerState, self._wanted), bulk.add(self._outlet.getState)
        try:
            bulk.perform()
            answered = code.get()
        except Refused as error:
            if leaves_open(error):
                raise Unreachable(error.parts, error.host, error.operation) from None
            raise
        if answered != 0:
            raise refused(self._identity, answered)
        self._seen = seen

    def read(self) -> EnumPowerStatus:
        """The state: first what came with the answer to the command, then a reading for each call (1 round trip)."""
        seen, self._seen = self._seen, None
        return states.status(seen.get() if seen is not None else self._outlet.getState())
