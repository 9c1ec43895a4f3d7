"""Electricity of some racks in simulated, continuous time: machines, supplies, relays, meters.

Power is piecewise constant. A machine draws a constant power, which its live supplies share; what
an outlet carries is the sum of the supplies in it; what an inlet carries is the sum of its outlets
and what the PDU itself needs. Meters sample that history. Nothing of the product is imported here,
and no figure of it is known here.

Times are in s, power in W, currents in A.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Callable, NamedTuple, Optional

ON, OFF, UNSAID = "on", "off", "unsaid"
_START_S = 40_000.0


class Killed(BaseException):
    """kill -9: nothing more of this process runs."""


class Flow(NamedTuple):
    """What flows at one place."""

    watts: float = 0.0
    amperes: float = 0.0


class History:
    """A flow over time. It is constant between two entries."""

    def __init__(self, at: float) -> None:
        self._times: list[float] = [at]
        self._flows: list[Flow] = [Flow()]
        # the integrals up to each entry, in Ws and As
        self._sums: list[Flow] = [Flow()]

    @property
    def now(self) -> Flow:
        return self._flows[-1]

    def enter(self, at: float, flow: Flow) -> None:
        passed, was, total = at - self._times[-1], self._flows[-1], self._sums[-1]
        if passed == 0:
            self._flows[-1] = flow
            return
        self._times.append(at)
        self._flows.append(flow)
        self._sums.append(
            Flow(total.watts + passed * was.watts, total.amperes + passed * was.amperes)
        )

    def at(self, time: float) -> Flow:
        return self._flows[max(0, bisect_right(self._times, time) - 1)]

    def _until(self, time: float) -> Flow:
        place = max(0, bisect_right(self._times, time) - 1)
        passed, was, total = time - self._times[place], self._flows[place], self._sums[place]
        return Flow(total.watts + passed * was.watts, total.amperes + passed * was.amperes)

    def mean(self, begin: float, end: float) -> Flow:
        """The mean flow between two times; the flow at `end` if they are the same."""
        if end - begin < 1e-9:
            return self.at(end)
        first, last = self._until(begin), self._until(end)
        seconds = end - begin
        return Flow((last.watts - first.watts) / seconds, (last.amperes - first.amperes) / seconds)

    def most(self, begin: float, end: float) -> float:
        """The highest power between two times, both included."""
        first = max(0, bisect_right(self._times, begin) - 1)
        last = bisect_right(self._times, end)
        return max(one.watts for one in self._flows[first:last])


# ---- what draws power ----------------------------------------------------------------------------


@dataclass
class Supply:
    """One supply of a machine, and where its cord really is."""

    #: None: at a wall, where no PDU is
    pdu: Optional[str]
    #: the outlet's place in the PDU, from 1, which is its identity
    outlet: int
    #: its part of the load, relative to those of the others that work
    part: float = 1.0
    #: carries nothing while a supply that is none works
    standby: bool = False
    dead: bool = False
    #: what it needs for itself while it carries nothing
    idle_w: float = 0.0
    #: reactive, of its filter
    filter_a: float = 0.0


@dataclass
class Load:
    """How much a machine draws: around a mean, with a new value at random times."""

    mean_w: float
    #: the lowest and the highest factor
    low: float = 0.98
    high: float = 1.02
    #: the mean time between two values
    every_s: float = 3.0


@dataclass
class Machine:
    """A machine. It runs while at least `needs` of its supplies have power and work."""

    name: str
    supplies: list[Supply]
    load: Load
    needs: int = 1
    #: what multiplies its load: 3 while it boots, 0 after a shutdown
    factor: float = 1.0
    wanders: float = 1.0
    #: how long it takes to answer after it got power
    boots_s: float = 0.0
    #: it begins anew if all the supplies that carried it lose their power, though others take over
    browns_out: bool = False
    #: with one supply left it draws this part of what it drew
    throttles_to: float = 1.0
    #: it runs on so long without power
    battery_s: float = 0.0
    #: since when it runs; None: it does not
    runs_since: Optional[float] = None


# ---- what switches and measures ------------------------------------------------------------------


@dataclass
class Relay:
    """One outlet. `control` is what it was told last."""

    control: bool = True
    closed: bool = True
    #: the contact never moves
    welded: bool = False
    #: commands are accepted, and nothing happens, not even to `control` of the board
    ignores: bool = False
    #: the contact closes again so long after it opened
    back_s: Optional[float] = None
    #: then the state still reads off
    back_silently: bool = True
    #: the contact opens so long after the command
    late_s: float = 0.0


@dataclass
class Meter:
    """The meter of all outlets of a PDU, or of its inlet. None: not measured."""

    step_a: Optional[float] = 0.01
    step_w: Optional[float] = 1.0
    period_s: float = 1.0
    #: when in its period it samples
    phase_s: float = 0.0
    #: it shows the mean of so long
    window_s: float = 0.0
    #: a sample is shown so much later
    delay_s: float = 0.0
    #: a change of up to so many steps is not shown
    holds_steps: float = 0.0
    #: below these it shows 0
    cut_a: float = 0.0
    cut_w: float = 0.0
    #: the last digit is cut, not rounded
    truncates: bool = False
    #: all figures are wrong by up to this part, each by its own
    gain: float = 0.0


TRUE, ECHO, ZERO, NOMINAL, FROZEN = "true", "echo", "zero", "nominal", "frozen"
"""What the figures of an outlet say: the flow; the flow while it is told on, else 0 from the next
sample on; the same, but 0 at once; the same figure while it is told on; the same figure always."""


class Figures(NamedTuple):
    """What a meter shows."""

    amperes: Optional[float] = None
    watts: Optional[float] = None


@dataclass
class Pdu:
    """A PDU with its relays and meters."""

    name: str
    volts: float = 230.0
    outlets: int = 8
    #: what it needs for itself, at its inlet
    own_w: float = 5.0
    meter: Meter = field(default_factory=Meter)
    has_inlet_meter: bool = True
    inlet_meter: Meter = field(default_factory=Meter)
    #: how many lines the inlet has; outlet n is at line n modulo this
    lines: int = 1
    #: place -> TRUE ... FROZEN
    figures: dict[int, str] = field(default_factory=dict)
    relays: dict[int, Relay] = field(default_factory=dict)
    #: how long a reading takes, and a command with its reading back
    read_s: float = 0.3
    command_s: float = 0.4
    silent: bool = False
    #: its metering begins anew: until then all figures are 0
    blank_until: float = 0.0
    #: of this unit
    serial: str = ""

    def __post_init__(self) -> None:
        for place in range(1, self.outlets + 1):
            self.relays.setdefault(place, Relay())


class SeenOutlet(NamedTuple):
    """One outlet as its PDU tells it."""

    #: ON, OFF or UNSAID
    state: str
    figures: Figures = Figures()


class SeenPdu(NamedTuple):
    """One PDU as it tells itself. Empty if it does not answer."""

    outlets: Mapping[str, SeenOutlet]
    #: the whole inlet, by a meter of its own
    inlet_figures: Figures = Figures()
    #: in A
    lines: Mapping[str, float] = {}  # noqa: RUF012  a NamedTuple's default is never written

    @property
    def answers(self) -> bool:
        return bool(self.outlets)


class Command(NamedTuple):
    """One command as it reached a relay."""

    pdu: str
    place: Optional[int]
    on: bool
    at: float


class Room:
    """PDUs and machines, and their time. `wall` is a clock that people set."""

    def __init__(self, pdus: Sequence[Pdu], machines: Sequence[Machine], seed: str) -> None:
        self.pdus = {one.name: one for one in pdus}
        self.machines = {one.name: one for one in machines}
        self.time = _START_S
        self.wall_offset = 1.7e9
        self.commands: list[Command] = []
        #: number of a command -> what happens when it is sent, before it is carried out
        self.at_command: dict[int, list[Callable[[], None]]] = {}
        #: the same, after it was carried out
        self.after_command: dict[int, list[Callable[[], None]]] = {}
        #: whether the process runs that a kill would end
        self.is_running = False
        #: machine -> how many times longer it starts at a wall
        self.slow_start: dict[str, float] = {}
        #: all readings with their times, if somebody puts a list here
        self.readings: Optional[list[tuple[float, str, SeenPdu]]] = None
        self._rng = random.Random(seed)
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._outlets = {
            (pdu.name, place): History(self.time) for pdu in pdus for place in pdu.relays
        }
        self._inlets = {
            (pdu.name, line): History(self.time) for pdu in pdus for line in range(pdu.lines)
        }
        self._drawn = {one.name: History(self.time) for one in machines}
        # (pdu, place) -> machine -> its flows there
        self._parts: dict[tuple[str, int], dict[str, Flow]] = {key: {} for key in self._outlets}
        self._gains: dict[tuple[str, int], float] = {}
        # (pdu, place; 0 is the inlet) -> number of the sample, figures
        self._shown: dict[tuple[str, int, int], tuple[int, Figures]] = {}
        self._frozen: dict[tuple[str, int], Figures] = {}
        self._told_off: dict[tuple[str, int], float] = {}
        # machine -> the supplies that carry it, and when it was last seen to begin
        self._carried_by: dict[str, list[Supply]] = {}
        self._ran_at: dict[str, float] = {}
        for pdu in pdus:
            for place in pdu.relays:
                gain = pdu.meter.gain
                self._gains[pdu.name, place] = 1 + self._rng.uniform(-gain, gain)
            gain = pdu.inlet_meter.gain
            self._gains[pdu.name, 0] = 1 + self._rng.uniform(-gain, gain)
            self._settle_inlet(pdu)
        for machine in machines:
            self._wander(machine)
        # so long it has run already
        self.advance(90.0)
        for pdu in pdus:
            for place, what in pdu.figures.items():
                if what in (FROZEN, NOMINAL):
                    self._frozen[pdu.name, place] = self._figures(pdu, place, 0)

    # ---- time ------------------------------------------------------------------------------------

    @property
    def wall(self) -> float:
        return self.wall_offset + self.time

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """`action` happens so much later."""
        heapq.heappush(self._queue, (self.time + seconds, next(self._numbers), action))

    def kill(self) -> None:
        """End the process that runs, if one does."""
        if self.is_running:
            raise Killed

    def advance(self, seconds: float) -> None:
        end = self.time + seconds
        while self._queue and self._queue[0][0] <= end:
            due, _, action = heapq.heappop(self._queue)
            self.time = max(self.time, due)
            action()
        self.time = end

    # ---- power -----------------------------------------------------------------------------------

    def _wander(self, machine: Machine) -> None:
        load = machine.load
        machine.wanders = self._rng.uniform(load.low, load.high)
        self.refresh(machine)
        self.after(self._rng.expovariate(1 / load.every_s), lambda: self._wander(machine))

    def has_power(self, supply: Supply) -> bool:
        return supply.pdu is None or self.pdus[supply.pdu].relays[supply.outlet].closed

    def refresh(self, machine: Machine) -> None:
        """Share its load among its supplies, now."""
        fed = [one for one in machine.supplies if self.has_power(one)]
        works = [one for one in fed if not one.dead]
        carries: list[Supply] = []
        watts = machine.load.mean_w * machine.wanders * machine.factor
        if len(works) >= machine.needs and watts > 0:
            carries = [one for one in works if not one.standby] or works
        if len(carries) == 1 < len(machine.supplies):
            watts *= machine.throttles_to
        self._run(machine, carries)
        parts = sum(one.part for one in carries)
        found: dict[tuple[str, int], Flow] = {}
        total = 0.0
        for one in fed:
            own = watts * one.part / parts if one in carries else one.idle_w
            total += own
            if one.pdu is None:
                continue
            key = (one.pdu, one.outlet)
            more = Flow(own, math.hypot(own / self.pdus[one.pdu].volts, one.filter_a))
            was = found.get(key, Flow())
            found[key] = Flow(was.watts + more.watts, was.amperes + more.amperes)
        for key in {(one.pdu, one.outlet) for one in machine.supplies if one.pdu is not None}:
            self._put(key, machine.name, found.get(key, Flow()))
        self._drawn[machine.name].enter(self.time, Flow(total))

    def _run(self, machine: Machine, carries: list[Supply]) -> None:
        was = self._carried_by.get(machine.name, [])
        if not carries and machine.battery_s and machine.runs_since is not None:
            if was:
                self.after(machine.battery_s, lambda: self._die(machine))
        elif not carries:
            machine.runs_since = None
        elif machine.runs_since is None or (
            machine.browns_out and not any(one is old for one in carries for old in was)
        ):
            machine.runs_since = self.time
        self._carried_by[machine.name] = carries
        if carries:
            self._ran_at[machine.name] = self.time

    def _die(self, machine: Machine) -> None:
        """Its battery is empty."""
        if not self._carried_by[machine.name]:
            machine.runs_since, self._ran_at[machine.name] = None, self.time

    def answers(self, machine: Machine) -> bool:
        """Whether its operating system answers now."""
        since = machine.runs_since
        boots_s = machine.boots_s
        if any(supply.pdu is None for supply in self._carried_by[machine.name]):
            boots_s *= self.slow_start.get(machine.name, 1.0)
        return since is not None and self.time - since >= boots_s

    def has_run(self, machine: Machine, since: float) -> bool:
        """Whether it ran at some time from `since` until now."""
        return machine.runs_since is not None or self._ran_at.get(machine.name, 0.0) > since

    def move(self, machine: Machine, supply: Supply, pdu: str, outlet: int) -> None:
        """Put a cord into another outlet."""
        if supply.pdu is not None:
            self._put((supply.pdu, supply.outlet), machine.name, Flow())
        supply.pdu, supply.outlet = pdu, outlet
        self.refresh(machine)

    def _put(self, key: tuple[str, int], machine: str, flow: Flow) -> None:
        parts = self._parts[key]
        if parts.get(machine, Flow()) == flow:
            return
        parts[machine] = flow
        self._outlets[key].enter(
            self.time,
            Flow(
                sum(one.watts for one in parts.values()),
                sum(one.amperes for one in parts.values()),
            ),
        )
        self._settle_inlet(self.pdus[key[0]])

    def _settle_inlet(self, pdu: Pdu) -> None:
        for line in range(pdu.lines):
            flows = [
                self._outlets[pdu.name, place].now
                for place in pdu.relays
                if place % pdu.lines == line
            ]
            own = pdu.own_w if line == 0 else 0.0
            self._inlets[pdu.name, line].enter(
                self.time,
                Flow(
                    sum(one.watts for one in flows) + own,
                    sum(one.amperes for one in flows) + own / pdu.volts,
                ),
            )

    def draws(self, machine: Machine, since: float) -> float:
        """The most that a machine drew from `since` until now: all its supplies together."""
        return self._drawn[machine.name].most(since, self.time)

    # ---- relays ----------------------------------------------------------------------------------

    def _contact(self, pdu: Pdu, place: int, closed: bool) -> None:
        relay = pdu.relays[place]
        if relay.welded or relay.closed is closed:
            return
        relay.closed = closed
        for machine in self.machines.values():
            if any(one.pdu == pdu.name and one.outlet == place for one in machine.supplies):
                self.refresh(machine)
        if not closed and relay.back_s is not None:
            self.after(relay.back_s, lambda: self._falls_back(pdu, place))

    def _falls_back(self, pdu: Pdu, place: int) -> None:
        relay = pdu.relays[place]
        if not relay.back_silently:
            relay.control = True
        self._contact(pdu, place, True)

    def command(self, name: str, identity: str, on: bool) -> str:
        """Tell an outlet. Returns what the PDU reports afterwards."""
        number, pdu = len(self.commands), self.pdus[name]
        for action in self.at_command.pop(number, ()):
            action()
        place = None if pdu.silent or int(identity) not in pdu.relays else int(identity)
        self.commands.append(Command(name, place, on, self.time))
        if place is None:
            return UNSAID
        relay = pdu.relays[place]
        relay.control = on
        if not on:
            self._told_off[name, place] = self.time
        if not relay.ignores:
            if relay.late_s and not on:
                self.after(relay.late_s, lambda: self._contact(pdu, place, relay.control))
            else:
                self._contact(pdu, place, on)
        for action in self.after_command.pop(number, ()):
            action()
        return ON if relay.control else OFF

    # ---- meters ----------------------------------------------------------------------------------

    def _figures(self, pdu: Pdu, place: int, line: int) -> Figures:
        """What the outlet's meter shows; of the inlet, if `place` is 0: of this line, or of all if
        `line` is -1.
        """
        if self.time < pdu.blank_until:
            return self._as_shown(pdu.meter if place else pdu.inlet_meter, Flow())
        what = TRUE if place == 0 else pdu.figures.get(place, TRUE)
        if what == FROZEN and (pdu.name, place) in self._frozen:
            return self._frozen[pdu.name, place]
        told_off = place > 0 and not pdu.relays[place].control
        meter = pdu.meter if place else pdu.inlet_meter
        if told_off and what == ZERO:
            return self._as_shown(meter, Flow())
        number = math.floor((self.time - meter.phase_s - meter.delay_s) / meter.period_s)
        key = (pdu.name, place, line)
        shown = self._shown.get(key)
        if shown is not None and shown[0] == number:
            return shown[1]
        at = meter.phase_s + number * meter.period_s
        if told_off and what in (ECHO, NOMINAL) and at >= self._told_off[pdu.name, place]:
            found = self._as_shown(meter, Flow())
        elif what == NOMINAL and not told_off and (pdu.name, place) in self._frozen:
            found = self._frozen[pdu.name, place]
        else:
            flow = self._flow(pdu, place, line, at - meter.window_s, at)
            gain = self._gains[pdu.name, place]
            found = self._as_shown(meter, Flow(flow.watts * gain, flow.amperes * gain))
        if shown is not None and meter.holds_steps and _is_near(meter, shown[1], found):
            found = shown[1]
        self._shown[key] = number, found
        return found

    def _flow(self, pdu: Pdu, place: int, line: int, begin: float, end: float) -> Flow:
        if place:
            return self._outlets[pdu.name, place].mean(begin, end)
        chosen = range(pdu.lines) if line < 0 else [line]
        flows = [self._inlets[pdu.name, one].mean(begin, end) for one in chosen]
        return Flow(sum(one.watts for one in flows), sum(one.amperes for one in flows))

    def _as_shown(self, meter: Meter, flow: Flow) -> Figures:
        return Figures(
            _whole(flow.amperes, meter.step_a, meter.cut_a, meter.truncates),
            _whole(flow.watts, meter.step_w, meter.cut_w, meter.truncates),
        )

    def see(self, name: str) -> SeenPdu:
        """What a PDU tells now. Takes no time."""
        seen = self._see(name)
        if self.readings is not None:
            self.readings.append((self.time, name, seen))
        return seen

    def _see(self, name: str) -> SeenPdu:
        pdu = self.pdus[name]
        if pdu.silent:
            return SeenPdu({})
        outlets = {
            str(place): SeenOutlet(ON if relay.control else OFF, self._figures(pdu, place, 0))
            for place, relay in pdu.relays.items()
        }
        if not pdu.has_inlet_meter:
            return SeenPdu(outlets)
        lines = {
            f"L{line + 1}": self._figures(pdu, 0, line).amperes or 0.0
            for line in range(pdu.lines)
            if pdu.inlet_meter.step_a is not None
        }
        return SeenPdu(outlets, self._figures(pdu, 0, -1), lines)


def _whole(value: float, step: Optional[float], cut: float, truncates: bool) -> Optional[float]:
    if step is None:
        return None
    if value < cut:
        return 0.0
    steps = math.floor(value / step + 1e-9) if truncates else math.floor(value / step + 0.5)
    return round(steps * step, 6)


def _is_near(meter: Meter, one: Figures, other: Figures) -> bool:
    """Whether a meter that holds its figures does not show this change."""
    pairs = (
        (one.amperes, other.amperes, meter.step_a),
        (one.watts, other.watts, meter.step_w),
    )
    return all(
        first is None
        or second is None
        or step is None
        or abs(first - second) <= meter.holds_steps * step + 1e-9
        for first, second, step in pairs
    )
