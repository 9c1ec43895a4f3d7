"""A machine room with a physics of its own: supplies that share a load, spares, relays that weld or
fall back, meters with a step and a renewal. Time is simulated. It shares no number and no code with
what it judges but the shape of a reading.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Callable, NamedTuple, Optional

from pdu.core.drawing.drawing import Cord
from pdu.core.machines.meters import MeteredLoad
from pdu.core.machines.pdu_access import CommandResult, MachineOutlet, OutletReading, PduReading
from pdu.core.states import DOWN, UNKNOWN, UP

_VOLTS, _READING_S, _COMMAND_S = 230.0, 0.3, 0.4
# what a PDU needs for itself
_OWN_A = 0.04


class Killed(BaseException):
    """kill -9: nothing more of this process runs."""


@dataclass
class Plug:
    """One supply and the outlet that its cord is really in."""

    pdu: str
    outlet: str
    #: a spare carries only its filter's current while another supply works
    spare: bool = False
    dead: bool = False
    filter_a: float = 0.0


@dataclass
class Server:
    """One machine. It runs on `needs` supplies."""

    name: str
    plugs: list[Plug]
    watts: float
    needs: int = 1


@dataclass
class Meter:
    """One PDU's outlet meters: they sample every `renewal_s`, and show whole steps."""

    step_a: float = 0.01
    #: None: it has no watts
    step_w: Optional[float] = None
    renewal_s: float = 0.0
    cuts: bool = False
    #: its inlet has a meter of its own, of the same kind
    has_inlet: bool = True
    #: outlet -> what it shows whatever flows, in A; None: the figure that it has at the start
    stuck: dict[str, Optional[float]] = field(default_factory=dict)


@dataclass
class Relays:
    """What is wrong with one PDU's relays."""

    #: reported as commanded, and closed
    welded: set[str] = field(default_factory=set)
    #: outlet -> it closes again so long after it was opened, in s; the PDU reports it
    falls_back: dict[str, float] = field(default_factory=dict)


class Shown(NamedTuple):
    """The last sample of a meter."""

    number: int
    draws: Mapping[str, MeteredLoad]
    inlet: MeteredLoad


class Room:
    """The PDUs as the world of a proof. `silent` holds those that do not answer."""

    def __init__(
        self,
        servers: Sequence[Server],
        pdus: Mapping[str, Meter],
        outlets: Sequence[str] = ("1", "2", "3", "4", "5", "6"),
        seed: int = 0,
        drift: float = 0.02,
    ) -> None:
        self.servers, self.pdus, self.outlets = servers, pdus, outlets
        self.relays = {name: Relays() for name in pdus}
        self.reported = {(name, outlet): True for name in pdus for outlet in outlets}
        self.silent: set[str] = set()
        self.time = 50_000.0
        self.commands: list[tuple[str, str, bool]] = []
        #: a kill comes at this command, before or after it is carried out
        self.kill_before: Optional[int] = None
        self.kill_after: Optional[int] = None
        self._rng = random.Random(seed)
        self._drift = drift
        self._phase = {name: self._rng.random() for name in pdus}
        self._back: list[tuple[float, str, str]] = []
        self._shown: dict[str, Shown] = {}
        self._load = {one.name: 1.0 for one in servers}
        for name in pdus:
            self._sample(name)
            for outlet, value in pdus[name].stuck.items():
                if value is None:
                    self.pdus[name].stuck[outlet] = self._shown[name].draws[outlet].current_a

    # ---- physics ---------------------------------------------------------------------------------

    def closed(self, pdu: str, outlet: str) -> bool:
        """Whether current can flow."""
        return self.reported[pdu, outlet] or outlet in self.relays[pdu].welded

    def flows(self, server: Server) -> dict[tuple[str, str], float]:
        """The current of each of its supplies, in A."""
        fed = [one for one in server.plugs if self.closed(one.pdu, one.outlet)]
        works = [one for one in fed if not one.dead]
        found = {(one.pdu, one.outlet): one.filter_a for one in fed}
        if len(works) >= server.needs:
            busy = [one for one in works if not one.spare] or works
            total = server.watts * self._load[server.name] / _VOLTS
            found.update({(one.pdu, one.outlet): total / len(busy) for one in busy})
        return found

    def draws_power(self, server: Server) -> bool:
        """Whether the machine has power, or one of its supplies has."""
        return bool(self.flows(server))

    def _sample(self, name: str) -> None:
        meter = self.pdus[name]
        period = meter.renewal_s
        number = (
            math.floor(self.time / period + self._phase[name]) if period else round(self.time * 1e3)
        )
        if name in self._shown and self._shown[name].number == number:
            return
        true: dict[str, float] = {}
        for server in self.servers:
            for (pdu, outlet), current in self.flows(server).items():
                if pdu == name:
                    true[outlet] = true.get(outlet, 0.0) + current
        draws: dict[str, MeteredLoad] = {}
        for outlet in self.outlets:
            fixed = meter.stuck.get(outlet)
            current = true.get(outlet, 0.0) if fixed is None else fixed
            # the filter's current is reactive: few watts
            watts = current * _VOLTS * (0.1 if current < 0.03 else 1.0)
            draws[outlet] = MeteredLoad(
                _whole(current, meter.step_a, meter.cuts),
                None if meter.step_w is None else _whole(watts, meter.step_w, meter.cuts),
            )
        total = sum(true.values()) + _OWN_A
        watts = sum(one * _VOLTS * (0.1 if one < 0.03 else 1.0) for one in [*true.values(), _OWN_A])
        inlet = MeteredLoad(
            _whole(total, meter.step_a, meter.cuts),
            None if meter.step_w is None else _whole(watts, meter.step_w, meter.cuts),
        )
        self._shown[name] = Shown(number, draws, inlet if meter.has_inlet else MeteredLoad())

    def _pass(self, seconds: float) -> None:
        end = self.time + seconds
        while self.time < end:
            self.time = min(end, self.time + 0.25)
            for server in self.servers:
                self._load[server.name] = 1 + self._rng.uniform(-self._drift, self._drift)
            for due, pdu, outlet in list(self._back):
                if due <= self.time:
                    self._back.remove((due, pdu, outlet))
                    self.reported[pdu, outlet] = True
            for name in self.pdus:
                self._sample(name)

    # ---- the world of a proof --------------------------------------------------------------------

    def read_pdus(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        self._pass(_READING_S)
        return {
            name: PduReading({}, "no answer")
            if name in self.silent
            else PduReading(
                {
                    outlet: OutletReading(
                        UP if self.reported[name, outlet] else DOWN,
                        self._shown[name].draws[outlet],
                    )
                    for outlet in self.outlets
                },
                inlet=self._shown[name].inlet,
            )
            for name in pdus
        }

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        found: dict[MachineOutlet, CommandResult] = {}
        for cord in cords:
            if len(self.commands) == self.kill_before:
                self.kill_before = None
                raise Killed
            self.commands.append((cord.pdu, cord.outlet, on))
            if cord.pdu in self.silent:
                found[cord] = CommandResult(UNKNOWN, "no answer")
                continue
            self.reported[cord.pdu, cord.outlet] = on
            back = self.relays[cord.pdu].falls_back.get(cord.outlet)
            if back is not None and not on:
                self._back.append((self.time + back, cord.pdu, cord.outlet))
            found[cord] = CommandResult(UP if on else DOWN)
            if len(self.commands) - 1 == self.kill_after:
                self.kill_after = None
                raise Killed
        self._pass(_COMMAND_S)
        return found

    def key(self, pdu: str) -> str:
        return f"simulated {pdu}"

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        return {name: f"SN-{name}" for name in pdus}

    def now(self) -> float:
        return 1e9 + self.time

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self._pass(seconds)


def _whole(value: float, step: float, cuts: bool) -> float:
    whole = math.floor(value / step + 1e-9) if cuts else math.floor(value / step + 0.5)
    return round(whole * step, 6)


class Case(NamedTuple):
    """A room, and the machine whose power is to be taken, by a drawing that may lie."""

    name: str
    room: Room
    server: Server
    drawn: Sequence[Cord]
    #: what happens between two runs
    between: Callable[[Room], None] = lambda room: None
