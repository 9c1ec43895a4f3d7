"""What happens when the power comes back: which outlet closes when, how the load grows, which line
or breaker trips, and which machine starts by itself. Pure.

    found = Comeback(hall).rehearse([HallNode("feed", "A")], [])

A machine draws between the lowest and the highest that was ever metered, or up to the owner's peak,
and it may draw all of it through each cord. The inrush of a cord is the owner's number; without it
nobody can say whether a breaker holds. Overload: IEC 60898-1, table 7. A breaker holds its rating,
and surely trips within the hour above 1.45 times it. At once it trips somewhere between 3 (the
least of type B) and 20 times its rating (the most of type D), or above the least of its own type.
"""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Optional

from ..drawing.drawing import Cord, HallNode, Machine
from ..pdus.saved import HallReadings
from . import return_worlds
from .closing import Closing, Darkness, Window
from .graph import Carrier
from .loads import CANNOT_SAY, HIGH, LOW, OVERLOADS, TRIPS, Consumer, Fit, Load
from .rehearsal import Hall
from .verdicts import Now, cords_now
from .worlds import USUAL_SEED, Sampled

#: what a breaker of a type of IEC 60898-1 holds at once, in ratings; one of which nobody drew the
#: type may be of type B
HOLDS_AT_ONCE = {"": 3.0, "B": 3.0, "C": 5.0, "D": 10.0}
#: inrush limiters (NTC) are cold, and the owner's inrush holds, so long after the power went
COLD_S = 300.0
# the crest of a sine: an inrush adds to the crest of what flows already
_CREST = 1.42
#: outlets of one PDU that close within so many seconds count as one moment
MOMENT_S = 1.0


class Returned(enum.Enum):
    """What becomes of a machine. The value is for people and programs."""

    COMES = "comes back by itself"
    EARLY = "comes up before what it needs"
    DARK = "stays dark"
    CANNOT_SAY = "cannot say"


@dataclass(frozen=True)
class MachineBack:
    """The verdict on a machine that had lost power."""

    machine: str
    verdict: Returned
    #: when it has as many cords as it needs, in s; None if that is not bounded
    earliest_s: float = 0.0
    latest_s: Optional[float] = None
    reason: str = ""
    #: of how many sampled worlds, and in how many of them it comes back; 0 worlds: not sampled
    worlds: int = 0
    comes_in: int = 0
    #: these for people, and what trips in the others; "" if not sampled
    sampled: str = ""

    @property
    def why(self) -> str:
        """The reason with what was sampled."""
        return "; ".join(filter(None, (self.reason, self.sampled)))


@dataclass(frozen=True)
class Step:
    """A moment of the timeline: these outlets of one PDU close."""

    pdu: str
    earliest_s: float
    latest_s: Optional[float]
    outlets: Sequence[str]
    #: how many of them do so surely
    sure: int


class Growth(NamedTuple):
    """The load of a line or breaker from this second on, in A."""

    at_s: float
    low: float
    high: float


class BreakerBack(NamedTuple):
    """A line, breaker or UPS that has power again."""

    name: str
    #: what it carries in the end
    load: Load
    rating_a: Optional[float]
    limit_a: Optional[float]
    #: the highest of its first half-waves, in A; None if the inrush of a machine is not given
    inrush_a: Optional[float]
    #: the most outlets that close in one moment on it, if their times are known
    together: int
    fit: Fit
    growth: Sequence[Growth]
    #: it trips in every case, or one that it needs
    trips: bool = False
    #: when it may trip, in s; None: it does not
    trips_from_s: Optional[float] = None


class ReturnOutcome(NamedTuple):
    """One return."""

    #: what has power again, all at once, and what stays without
    returned: Sequence[HallNode]
    gone: Sequence[HallNode]
    steps: Sequence[Step]
    machines: Sequence[MachineBack]
    #: how many machines are drawn
    drawn: int
    breakers: Sequence[BreakerBack]
    #: by which worlds were sampled
    seed: int = USUAL_SEED

    @property
    def sampled(self) -> Sampled:
        """Of the machines that nobody can decide for sure."""
        return Sampled.of((one.worlds, one.comes_in) for one in self.machines)

    def count(self, verdict: Returned) -> int:
        """How many machines have this verdict."""
        return sum(one.verdict is verdict for one in self.machines)

    def count_fit(self, word: str) -> int:
        """How many lines and breakers have this word."""
        return sum(one.fit.word == word for one in self.breakers)

    @property
    def level(self) -> int:
        """0: all come back and fit, 1: cannot say, 2: one is dark or early, or a breaker trips."""
        if self.count(Returned.DARK) or self.count(Returned.EARLY):
            return 2
        if any(one.trips for one in self.breakers) or self.count_fit(OVERLOADS):
            return 2
        open_ = self.count(Returned.CANNOT_SAY) or self.count_fit(CANNOT_SAY)
        return 1 if open_ else 0


class Drawn(NamedTuple):
    """What a machine may draw with all its cords together, in A."""

    low: float
    #: infinite if nobody metered it while it ran
    high: float


class Comeback:
    """A hall, prepared for any number of returns. `metered`: more readings, for the lowest and the
    highest that a machine drew. `is_cold`: the power was gone for COLD_S at least; else no inrush
    is known.
    """

    def __init__(
        self, hall: Hall, metered: Sequence[HallReadings] = (), is_cold: bool = True
    ) -> None:
        self._metered, self._is_cold = metered, is_cold
        self._hall, self._graph = hall, hall.loaded.graph
        self._readings = [
            (one, {name: pdu.outlet_step_a for name, pdu in one.pdus.items()})
            for one in (hall.readings, *metered)
        ]
        machines = list(hall.drawing.machines.values())
        self._drawn = [self._drawn_by(one) for one in machines]
        self._machines = [one if is_cold else one._replace(inrush_a=None) for one in machines]

    def of(self, hall: Hall) -> Comeback:
        """The same for another hall, such as one with other delays."""
        return Comeback(hall, self._metered, self._is_cold)

    def _drawn_by(self, machine: Machine) -> Drawn:
        lows: list[float] = []
        highs: list[float] = []
        for readings, steps in self._readings:
            cords = cords_now(machine, readings, steps, self._hall.drawing.idle_a)
            # one that did not run when it was read says nothing of what it draws
            if sum(cord.now is Now.CARRIES for cord in cords) < machine.needs:
                continue
            if any(cord.high_a is None for cord in cords):
                continue
            lows.append(sum(cord.low_a for cord in cords))
            highs.append(sum(cord.known_a for cord in cords))
        high = HIGH * max(highs) if highs else math.inf
        if machine.peak_a is not None:
            high = machine.peak_a
        return Drawn(min(LOW * min(lows), high) if lows else 0.0, high)

    def rehearse(
        self,
        returned: Sequence[HallNode],
        gone: Sequence[HallNode],
        worlds: int = 0,
        seed: int = USUAL_SEED,
    ) -> ReturnOutcome:
        """These have power again at second 0; `gone` had lost it as well, and stays without.
        `worlds`: how many are sampled for what the bounds leave open.
        """
        one = _Return(self._hall, self._drawn, self._machines, returned, gone)
        return one.outcome(worlds, seed)

    def orders(
        self, named: Sequence[HallNode], worlds: int = 0, seed: int = USUAL_SEED
    ) -> list[ReturnOutcome]:
        """All of these together, then each first."""
        found = [self.rehearse(named, [], worlds, seed)]
        if len(named) > 1:
            found += [
                self.rehearse([one], [other for other in named if other != one], worlds, seed)
                for one in named
            ]
        return found


class _Return:
    def __init__(
        self,
        hall: Hall,
        drawn: Sequence[Drawn],
        machines: Sequence[Machine],
        returned: Sequence[HallNode],
        gone: Sequence[HallNode],
    ) -> None:
        self._hall, self._drawn, self._machines = hall, drawn, machines
        self._returned, self._gone = returned, gone
        graph = self._graph = hall.loaded.graph
        self._still = [graph.number[one] for one in gone]
        failed = [*self._still, *(graph.number[one] for one in returned)]
        self._before = Darkness(graph.dead(failed, False), graph.dead(failed, True))
        self._after = Darkness(graph.dead(self._still, False), graph.dead(self._still, True))
        self._closing = Closing(hall.drawing, hall.readings, graph, self._before, self._after)
        #: carrier -> the consumers that may draw through it
        self._on: dict[int, list[tuple[int, Consumer]]] = {}
        for place, one in enumerate(hall.loaded.consumers):
            for carrier in {c for node in one.nodes for c in graph.carriers_above(node)}:
                self._on.setdefault(carrier, []).append((place, one))

    def outcome(self, worlds: int, seed: int) -> ReturnOutcome:
        breakers = self._breakers()
        may_trip = [number for number, one in breakers.items() if one.trips_from_s is not None]
        back = self._before.possibly
        trips = [one for one in self._surely_trip(breakers, may_trip) if one in back]
        for number in trips:
            breakers[number] = breakers[number]._replace(trips=True)
        after = Darkness(
            self._graph.dead([*self._still, *trips], False),
            self._graph.dead([*self._still, *may_trip], True),
        )
        names = {number: breakers[number].name for number in may_trip}
        judged = [
            found
            for machine, one in zip(self._machines, self._hall.loaded.consumers)
            for found in self._judged(machine, one, after, names)
        ]
        if worlds:
            judged = self._sampled(judged, may_trip, worlds, seed)
        return ReturnOutcome(
            self._returned,
            self._gone,
            self._steps(),
            judged,
            len(self._machines),
            sorted(
                (one for number, one in breakers.items() if number in back),
                key=lambda one: one.name,
            ),
            seed,
        )

    def _sampled(
        self, judged: Sequence[MachineBack], may_trip: Sequence[int], worlds: int, seed: int
    ) -> list[MachineBack]:
        """With what samples say of the machines that nobody can decide for sure."""
        numbers = {one.name: number for number, one in enumerate(self._machines)}
        setting = return_worlds.Setting(
            self._closing,
            [
                return_worlds.Machine(*drawn, one.inrush_a)
                for one, drawn in zip(self._machines, self._drawn)
            ],
            self._after.surely,
            may_trip,
        )
        open_ = [numbers[one.machine] for one in judged if one.verdict is Returned.CANNOT_SAY]
        found = return_worlds.sampled(self._hall.loaded, setting, open_, worlds, seed)
        made: list[MachineBack] = []
        for one in judged:
            sample = found.get(numbers[one.machine])
            if sample is not None and one.verdict is Returned.CANNOT_SAY:
                words = sample.in_words("comes back")
                one = replace(one, worlds=sample.worlds, comes_in=sample.lives_in, sampled=words)
            made.append(one)
        return made

    def _surely_trip(
        self, breakers: Mapping[int, BreakerBack], may_trip: Collection[int]
    ) -> list[int]:
        """Those that trip, or one that they need, in every case: what is behind another one that
        may trip first does not count.
        """
        found = []
        for number in may_trip:
            carrier = self._graph.carriers[number]
            most = breakers[number].rating_a if carrier.most_a is None else carrier.most_a
            if not carrier.trips or most is None:
                continue
            others = set(may_trip) - self._graph.sure_above(number)
            low = 0.0
            for place, one in self._on.get(number, ()):
                if place < len(self._machines) and not any(
                    others & self._graph.carriers_above(node).keys() for node in one.nodes
                ):
                    low += self._share(place, one, self._behind(number, one), number)[0]
            if self._hall.loaded.meters[number].part * low > TRIPS * most:
                found.append(number)
        return found

    # ---- machines --------------------------------------------------------------------------------

    def _judged(
        self, machine: Machine, one: Consumer, after: Darkness, names: Mapping[int, str]
    ) -> Iterable[MachineBack]:
        """None for a machine that never lost power, and for one that had none."""
        kept = sum(
            cord.now is Now.CARRIES and node not in self._before.possibly
            for cord, node in zip(one.cords, one.nodes)
        )
        if kept >= one.needs or not any(node in self._before.possibly for node in one.nodes):
            return
        windows = [self._closing.of(cord) for cord in machine.cords]
        alive = [
            window if node not in after.surely else None for window, node in zip(windows, one.nodes)
        ]
        sure = [
            window
            for window, node, cord in zip(alive, one.nodes, one.cords)
            if window is not None
            and window.sure
            and node not in after.possibly
            and cord.now is Now.CARRIES
        ]
        may = [window for window in alive if window is not None]
        if len(may) < one.needs:
            reason = self._why_dark(machine, one, windows, after, names)
            yield MachineBack(machine.name, Returned.DARK, reason=reason)
            return
        earliest = sorted(window.earliest for window in may)[one.needs - 1]
        ends = sorted(window.latest for window in sure if window.latest is not None)
        latest = ends[one.needs - 1] if len(ends) >= one.needs else None
        if len(sure) < one.needs:
            reason = self._why_open(machine, one, alive, after, names)
            yield MachineBack(machine.name, Returned.CANNOT_SAY, earliest, None, reason)
            return
        first = min(math.inf if window.latest is None else window.latest for window in sure)
        if one.needs > 1 and first + MOMENT_S < earliest:
            reason = f"one cord at {first:g} s, the {one.needs} that it needs at {earliest:g} s"
            yield MachineBack(machine.name, Returned.EARLY, earliest, latest, reason)
            return
        yield MachineBack(machine.name, Returned.COMES, earliest, latest)

    def _why_dark(
        self,
        machine: Machine,
        one: Consumer,
        windows: Sequence[Optional[Window]],
        after: Darkness,
        names: Mapping[int, str],
    ) -> str:
        for cord, node, window in zip(machine.cords, one.nodes, windows):
            if window is not None:
                if node in after.surely:
                    return f"{cord}: {self._tripped(node, names)} trips"
                continue
            if node in self._after.surely or self._closing.unit(cord.pdu) is None:
                continue
            outlet = self._hall.readings.outlet(*cord)
            said = outlet.power_on if outlet is not None else None
            if said is not None and said.state == "off":
                return f"{cord} is set to stay off when power comes back"
            return f"{cord} was off, and takes the state that it had"
        return "what feeds it is still without power"

    def _why_open(
        self,
        machine: Machine,
        one: Consumer,
        windows: Sequence[Optional[Window]],
        after: Darkness,
        names: Mapping[int, str],
    ) -> str:
        for cord, node, window in zip(one.cords, one.nodes, windows):
            if window is None:
                continue
            outlet = self._hall.readings.outlet(*cord.cord)
            if not window.sure and node not in self._after.possibly:
                if outlet is None or outlet.power_on is None or not outlet.power_on.state:
                    return f"{cord.cord}: what it does when power comes back was not read"
                return f"{cord.cord}: its state before was not read, or what feeds it is not sure"
            if node in after.possibly:
                return f"{cord.cord}: {self._tripped(node, names)} may trip"
            if cord.now is not Now.CARRIES:
                return f"{cord.cord}: {cord.now.value}"
        return "the drawing does not say what feeds it"

    def _tripped(self, node: int, names: Mapping[int, str]) -> str:
        above = self._graph.carriers_above(node)
        return next((name for number, name in names.items() if number in above), "what feeds it")

    # ---- loads -----------------------------------------------------------------------------------

    def _breakers(self) -> dict[int, BreakerBack]:
        """Those that have, or may have, power again; and those that had it all the time: one that
        carries too much may still trip, and takes a machine's other cord with it.
        """
        return {
            number: self._breaker(number, carrier, self._on.get(number, ()))
            for number, carrier in self._graph.carriers.items()
            if number not in self._after.surely
        }

    def _breaker(
        self, number: int, carrier: Carrier, on: Iterable[tuple[int, Consumer]]
    ) -> BreakerBack:
        parts: list[tuple[float, Optional[float], float, float]] = []
        inrush: dict[str, list[tuple[Window, Optional[float]]]] = {}
        for place, one in on:
            cords = self._behind(number, one)
            if not cords:
                continue
            machine = self._machines[place] if place < len(self._machines) else None
            low, high = self._share(place, one, cords, number)
            windows = [window for _, window in cords]
            ends = [window.latest for window in windows]
            latest = None if None in ends else max(end for end in ends if end is not None)
            parts.append((min(one.earliest for one in windows), latest, low, high))
            for cord, window in cords:
                if not window.kept:
                    own = None if machine is None else machine.inrush_a
                    inrush.setdefault(cord.pdu, []).append((window, own))
        part = self._hall.loaded.meters[number].part
        low = part * sum(one[2] for one in parts)
        high = sum(one[3] for one in parts)
        load = Load(min(low, high), high, (min(low, high) + high) / 2 if high < math.inf else low)
        moments = [_moment(found) for found in inrush.values()]
        peak: Optional[float] = None
        if all(found is not None for found, _ in moments):
            peak = sum(found for found, _ in moments if found is not None)
        together = max((count for _, count in moments), default=0)
        return self._fitted(number, carrier, load, peak, together, _growth(parts, part))

    def _behind(self, number: int, one: Consumer) -> list[tuple[Cord, Window]]:
        """Its cords through a carrier that may get power."""
        found = []
        for cord, node in zip(one.cords, one.nodes):
            if number in self._graph.carriers_above(node):
                window = self._closing.of(cord.cord)
                if window is not None:
                    found.append((cord.cord, window))
        return found

    def _share(
        self, place: int, one: Consumer, cords: Sequence[tuple[Cord, Window]], number: int
    ) -> tuple[float, float]:
        """What a consumer draws through a carrier at least and at most, in A."""
        if place >= len(self._machines):
            here = {cord for cord, _ in cords}
            known = sum(cord.known_a for cord in one.cords)
            unmetered = any(cord.high_a is None for cord in one.cords if cord.cord in here)
            return 0.0, math.inf if unmetered else HIGH * known
        drawn = self._drawn[place]
        living = [
            (cord, node)
            for cord, node in zip(one.cords, one.nodes)
            if self._closing.of(cord.cord) is not None
        ]
        whole = all(self._graph.carriers_above(node).get(number, False) for _, node in living)
        sure = sum(
            window.sure and cord.now is Now.CARRIES
            for cord, _ in living
            for window in (self._closing.of(cord.cord),)
            if window is not None
        )
        low = drawn.low if whole and sure >= one.needs else 0.0
        return low, drawn.high

    def _fitted(
        self,
        number: int,
        carrier: Carrier,
        load: Load,
        peak: Optional[float],
        together: int,
        growth: Sequence[Growth],
    ) -> BreakerBack:
        breaker = carrier.breaker
        rating, most = breaker.rating_a, carrier.most_a
        fit = load.fit(breaker.limit_a, rating, most)
        over = rating is None or load.high > rating
        since = next((one.at_s for one in growth if rating is None or one.high > rating), 0.0)
        if not over and rating is not None:
            if peak is None:
                fit = Fit(CANNOT_SAY, "the inrush of a machine is not given (inrush_a)")
                over = True
            elif peak + _CREST * load.high > HOLDS_AT_ONCE[breaker.curve] * rating:
                fit = Fit(CANNOT_SAY, f"an inrush of {peak:.0f} A may trip it")
                over = True
        return BreakerBack(
            carrier.name,
            load,
            rating,
            breaker.limit_a,
            peak,
            together,
            fit,
            growth,
            trips_from_s=since if over else None,
        )

    # ---- the timeline ----------------------------------------------------------------------------

    def _steps(self) -> list[Step]:
        groups: dict[tuple[str, float, Optional[float]], list[tuple[str, bool]]] = {}
        for cord, node in self._graph.outlets.items():
            window = self._closing.of(cord)
            if window is not None and not window.kept and node in self._before.possibly:
                key = (cord.pdu, window.earliest, window.latest)
                groups.setdefault(key, []).append((cord.outlet, window.sure))
        made = [
            Step(pdu, earliest, latest, [outlet for outlet, _ in found], sum(s for _, s in found))
            for (pdu, earliest, latest), found in groups.items()
        ]
        order = {name: place for place, name in enumerate(self._hall.drawing.pdus)}
        return sorted(made, key=lambda one: (one.earliest_s, order.get(one.pdu, 0)))


def _moment(
    found: Sequence[tuple[Window, Optional[float]]],
) -> tuple[Optional[float], int]:
    """The highest inrush of one PDU's outlets that may close in one moment, None if one of them is
    not given; and the most that close so at a known time.
    """
    events = sorted(
        itertools.chain(
            ((window.earliest, 0, value) for window, value in found),
            (
                (math.inf if window.latest is None else window.latest + MOMENT_S, 1, value)
                for window, value in found
            ),
        ),
        key=lambda one: one[:2],
    )
    now = highest = 0.0
    for _, ends, value in events:
        now += -(value or 0.0) if ends else (value or 0.0)
        highest = max(highest, now)
    times = sorted(window.earliest for window, _ in found if window.latest == window.earliest)
    most = max(
        (sum(begin <= one < begin + MOMENT_S for one in times) for begin in times), default=0
    )
    return (None if any(value is None for _, value in found) else highest), most


def _growth(
    parts: Sequence[tuple[float, Optional[float], float, float]], part: float
) -> list[Growth]:
    """The load at each second at which a machine may begin to draw."""
    found = []
    for at in sorted({one[0] for one in parts}):
        low = part * sum(one[2] for one in parts if one[1] is not None and one[1] <= at)
        high = sum(one[3] for one in parts if one[0] <= at)
        found.append(Growth(at, min(low, high), high))
    return found
