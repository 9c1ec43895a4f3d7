"""The simulated PDUs of a hall: one unit for each bar of the plant, over one of four protocols."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Callable, Protocol

from tests.hall.plant import Bar
from tests.peers import Peer, nut, raritan, redfish, snmp
from tests.peers.loads import VOLTS
from tests.simulators.nut_server import Driver, NutServer, SwitchedPdu
from tests.simulators.redfish import Model as RedfishModel, Pdu, RedfishService
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.xerus import Model as XerusModel, XerusPdu

#: seconds until a contact moves
_RELAY_S = 0.1


#: outlet -> on, off or last, and a delay in s
Settings = Mapping[str, tuple[str, float]]


class Door(Protocol):
    """A running unit with one line. Outlets are `1` to N."""

    peer: Peer

    def show(self, currents: Mapping[str, float], line_a: float, seconds: float) -> None:
        """Set what its meters show: outlet -> A, and A on its line. `seconds` have passed."""

    def power(self, on: bool) -> None:
        """Give it power, or take it: then nobody answers. Relays keep their states."""

    def set_return(self, wanted: Settings) -> Settings:
        """Set what outlets do when power comes back, in the way of the unit. Returns what it can
        do of that, with the seconds at which each contact then closes.
        """

    def contact(self, outlet: str, on: bool) -> None:
        """Move a contact, as the unit itself does when it starts."""


class _Xerus:
    def __init__(self, pdu: XerusPdu) -> None:
        self.peer, self._pdu, self.power = raritan.of(pdu), pdu, pdu.power

    def show(self, currents: Mapping[str, float], line_a: float, seconds: float) -> None:
        with self._pdu.lock:
            for number, outlet in enumerate(self._pdu.units[0].outlets, 1):
                outlet.current = round(currents.get(str(number), 0.0), 3)

    def set_return(self, wanted: Settings) -> Settings:
        """Its delays are waits of a sequence, never shorter than the guard's."""
        unit, at = self._pdu.units[0], 0.0
        states = {"on": 0, "off": 1, "last": 2}
        made: dict[str, tuple[str, float]] = {}
        with self._pdu.lock:
            for number, outlet in enumerate(unit.outlets, 1):
                state, wait = wanted[str(number)]
                outlet.settings["startupState"] = states[state]
                outlet.settings["sequenceDelay"] = round(1000 * wait)
                made[str(number)] = state, at
                at += max(wait, unit.settings["inRushGuardDelay"] / 1000) if state == "on" else 0.0
        return made

    def contact(self, outlet: str, on: bool) -> None:
        with self._pdu.lock:
            self._pdu.units[0].outlets[int(outlet) - 1].relay.on = on


class _Redfish:
    def __init__(self, unit: RedfishService) -> None:
        self.peer, self._unit, self.power = redfish.of(unit), unit, unit.power

    def show(self, currents: Mapping[str, float], line_a: float, seconds: float) -> None:
        with self._unit.lock:
            for outlet in self._unit.outlets.values():
                outlet.amperes = round(currents.get(outlet.id, 0.0), 3)

    def set_return(self, wanted: Settings) -> Settings:
        policies = {"on": "AlwaysOn", "off": "AlwaysOff", "last": "LastState"}
        with self._unit.lock:
            for outlet in self._unit.outlets.values():
                state, outlet.restore_delay = wanted[outlet.id]
                outlet.restores = policies[state]
        return wanted

    def contact(self, outlet: str, on: bool) -> None:
        with self._unit.lock:
            next(one for one in self._unit.outlets.values() if one.id == outlet).turn(on)


class _Snmp:
    def __init__(self, agent: Agent, outlets: int) -> None:
        self.peer, self._agent = snmp.of(agent), agent
        self._wh = dict.fromkeys(range(1, outlets + 1), 1000.0)

    def show(self, currents: Mapping[str, float], line_a: float, seconds: float) -> None:
        device = self._agent.device
        for number in self._wh:
            current = currents.get(str(number), 0.0)
            self._wh[number] += current * VOLTS * seconds / 3600
            device.put(f"{apc.RPDU2_METERED}.6.{number}", str(round(10 * current)))
            device.put(f"{apc.RPDU2_METERED}.7.{number}", str(round(current * VOLTS)))
            device.put(f"{apc.RPDU2_METERED}.11.{number}", str(int(self._wh[number] / 100)))
        device.put(f"{apc.RPDU2_PHASE}.5.1", str(round(10 * line_a)))
        device.put(f"{apc.RPDU2_DEVICE}.5.1", str(round(line_a * VOLTS / 10)))
        device.put(f"{apc.RPDU2_DEVICE}.9.1", str(int(sum(self._wh.values()) / 100)))

    def power(self, on: bool) -> None:
        self._agent.faults.silent = not on

    def set_return(self, wanted: Settings) -> Settings:
        """It knows a delay, and never."""
        made = {key: ("off" if state == "off" else "on", at) for key, (state, at) in wanted.items()}
        for key, (state, at) in made.items():
            seconds = -1 if state == "off" else round(at)
            self._agent.device.put(f"{apc.RPDU2_CONFIG}.5.{key}", str(seconds))
        return made

    def contact(self, outlet: str, on: bool) -> None:
        apc.begin(self._agent.device, [int(outlet)], [] if on else [int(outlet)])


class _Nut:
    """The server has power elsewhere; the driver loses its PDU."""

    def __init__(self, server: NutServer, device: SwitchedPdu, outlets: int) -> None:
        self.peer, self._server, self._device = nut.of(server), server, device
        self._outlets = outlets

    def show(self, currents: Mapping[str, float], line_a: float, seconds: float) -> None:
        for number in range(1, self._outlets + 1):
            self._device.draw(str(number), round(currents.get(str(number), 0.0), 2))
        self._device.run_for(seconds / 3600)

    def power(self, on: bool) -> None:
        self._server.faults.drivers[self._device.name] = Driver.WELL if on else Driver.STALE

    def set_return(self, wanted: Settings) -> Settings:
        """No variable says whether an outlet is switched on."""
        for key, (_, at) in wanted.items():
            self._device.start_after(key, round(at))
        return wanted

    def contact(self, outlet: str, on: bool) -> None:
        self._device.turn(outlet, on)


@contextlib.contextmanager
def _xerus(outlets: int, off: Collection[int]) -> Iterator[Door]:
    model = XerusModel(outlets=outlets, off=tuple(off), relay_delay=_RELAY_S, live=True)
    with XerusPdu(model) as pdu:
        yield _Xerus(pdu)


@contextlib.contextmanager
def _redfish(outlets: int, off: Collection[int]) -> Iterator[Door]:
    numbers = tuple(map(str, range(1, outlets + 1)))
    pdu = Pdu(outlets=numbers, branches=(), phases=1, off=tuple(map(str, off)))
    with RedfishService(RedfishModel((pdu,), relay_delay=_RELAY_S, live=True)) as unit:
        yield _Redfish(unit)


@contextlib.contextmanager
def _snmp(outlets: int, off: Collection[int]) -> Iterator[Door]:
    model = apc.rpdu2(outlets, relay_s=_RELAY_S, phases=1)
    apc.begin(model.device, range(1, outlets + 1), off)
    with Agent(model) as agent:
        yield _Snmp(agent, outlets)


@contextlib.contextmanager
def _nut(outlets: int, off: Collection[int]) -> Iterator[Door]:
    device = SwitchedPdu("pdu", outlets)
    for number in range(1, outlets + 1):
        device.turn(str(number), number not in off)
    with NutServer([device]) as server:
        yield _Nut(server, device, outlets)


_MADE: Mapping[str, Callable[[int, Collection[int]], AbstractContextManager[Door]]] = {
    "snmp": _snmp,
    "raritan": _xerus,
    "redfish": _redfish,
    "nut": _nut,
}
KINDS = (*_MADE, "mixed")


def over(kind: str) -> Callable[[Bar], AbstractContextManager[Door]]:
    """Starts units of this protocol; "mixed": each rack has the next of the four."""
    racks: dict[str, str] = {}
    names = tuple(_MADE)

    def started(bar: Bar) -> AbstractContextManager[Door]:
        if not 1 <= len(bar.outlets) <= 8 or len(bar.lines) != 1:
            # a simulated Xerus unit with more outlets has protectors of its own
            raise ValueError(f"{bar.name}: a unit has 1 to 8 outlets on one line")
        own = racks.setdefault(bar.rack, names[len(racks) % len(names)])
        off = [int(name) for name, outlet in bar.outlets.items() if not outlet.on]
        return _MADE[own if kind == "mixed" else kind](len(bar.outlets), off)

    return started


__all__ = ["KINDS", "Door", "over"]
