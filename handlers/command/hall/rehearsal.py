"""What a failure does to a hall: machines, loads, and the breakers that trip next. Pure.

    hall = Hall(drawing, readings)
    outcome = hall.rehearse([HallNode("feed", "A")])

The result holds in every world that the readings allow. Two sets of tripped breakers bound these
worlds: those that may trip (the upper end of their load is above the rating) and, among them, those
that surely trip (the lower end is TRIPS times the rating, even if all others that may trip have
tripped). A machine is dark if it is in every world, and stays if it does in all of them.

This is the computation; `rehearse` is the command.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from ..output import counted
from ..states import DOWN
from . import completing
from .carrying import Paths
from .drawing import Cord, Drawing, HallNode, nodes
from .failing import Dead, Graph
from .loads import (
    CANNOT_SAY,
    FITS,
    OVERLOADS,
    TRIPS,
    Carried,
    Consumer,
    Fit,
    Load,
    Worlds,
    load,
)
from .measured import HallReadings
from .verdicts import CordNow, Judged, Now, Verdict, bounds, cords_now, lives, may_live, reason_of

OVERLOAD_ADVICE = "move load away from it, or give the drawing what it needs to be certain"
_UNDRAWN = "its cords may be behind what fails: the drawing does not say"
_UNDRAWN_ADVICE = "draw which outlets are behind which line and breaker"


class BreakerLoad(NamedTuple):
    """The take-over load of one line or breaker."""

    #: PANEL/LINE, PDU/LINE or PDU/BREAKER
    name: str
    #: what it carries after the failure
    load: Load
    #: the highest planned current, in A; None if its rating is not known
    limit_a: Optional[float]
    #: in A; None if neither the drawing nor the PDU says it
    rating_a: Optional[float]
    #: whether it carries the load
    fit: Fit


class RehearsalOutcome(NamedTuple):
    """What a failure does."""

    #: what was assumed to fail, all together
    failed: Sequence[HallNode]
    #: the machines that lose, or may lose, a cord; all others stay as they are
    touched: Sequence[Judged]
    #: machines that have no power now, whatever fails
    already: Sequence[str]
    #: how many machines are drawn
    machines: int
    #: lines and breakers to which load may shift
    loads: Sequence[BreakerLoad]
    #: those that surely trip, in this order: the second step
    trips: Sequence[str]

    def count(self, verdict: Verdict) -> int:
        """How many machines have this verdict; those that no failure touches stay."""
        found = sum(one.verdict is verdict for one in self.touched)
        if verdict is Verdict.STAYS:
            found += self.machines - len(self.touched) - len(self.already)
        return found

    def count_fit(self, word: str) -> int:
        """How many lines and breakers have this word."""
        return sum(one.fit.word == word for one in self.loads)

    @property
    def level(self) -> int:
        """0: all stay and fit; 1: cannot say; 2: something goes dark or overloads."""
        if self.count(Verdict.DARK) or self.count_fit(OVERLOADS):
            return 2
        return 1 if self.count(Verdict.CANNOT_SAY) or self.count_fit(CANNOT_SAY) else 0


class _Tripping(NamedTuple):
    """The breakers that may trip, and the upper ends of all loads that may rise."""

    highs_above_rating: list[HallNode]
    highs: dict[HallNode, Load]


class _Ends(NamedTuple):
    """The dead outlets of four worlds."""

    #: what the failure itself surely kills
    at_first: Collection[Cord]
    #: with the breakers that surely trip
    surely: Collection[Cord]
    #: what the failure itself may kill
    step_one: Collection[Cord]
    #: with the breakers that may trip
    worst: Collection[Cord]


class Hall:
    """A drawing with the readings of its PDUs, prepared for any number of rehearsals."""

    def __init__(self, drawing: Drawing, readings: HallReadings) -> None:
        #: with the lines and ratings that the PDUs report
        self.drawing = completing.completed(drawing, readings)
        self.readings = readings
        steps = {name: read.outlet_step_a for name, read in readings.pdus.items()}
        #: the cords of each machine as they are read
        self.cords: dict[str, tuple[CordNow, ...]] = {
            one.name: cords_now(one, readings, steps, drawing.idle_a)
            for one in drawing.machines.values()
        }
        self._consumers: list[Consumer] = [
            _consumer(self.cords[one.name], one.needs) for one in drawing.machines.values()
        ]
        self._machine_of: dict[Cord, str] = {
            cord: one.name for one in drawing.machines.values() for cord in one.cords
        }
        #: machines without power now
        self.already = {
            one.name
            for one in drawing.machines.values()
            if not may_live(self.cords[one.name], one.needs, ())
        }
        by_rack: dict[str, list[CordNow]] = {}
        for one in unowned(drawing, readings):
            by_rack.setdefault(drawing.pdus[one.cord.pdu].rack, []).append(one)
        #: rack -> the number of what nobody drew there
        self._undrawn = {rack: len(self._consumers) + n for n, rack in enumerate(by_rack)}
        self._consumers += [
            _consumer(tuple(cords), 1)._replace(drawn=False) for cords in by_rack.values()
        ]
        #: cord -> the number of its consumer
        self._consumer_of = {
            cord.cord: number for number, one in enumerate(self._consumers) for cord in one.cords
        }
        self._graph = Graph(self.drawing, self._consumer_of)
        self._residuals = completing.residuals(drawing, readings)
        self._carried = Paths(self.drawing, readings, self._consumer_of).carried()
        by_name = sorted(self._carried, key=lambda node: node.full_name)
        #: line or breaker -> its place in an answer
        self._rank = {node: number for number, node in enumerate(by_name)}
        self._on: dict[HallNode, list[Consumer]] = {}
        #: the number of a consumer -> the lines and breakers above it
        self._above: dict[int, list[HallNode]] = {}
        for node, carried in self._carried.items():
            numbers = dict.fromkeys(self._consumer_of[cord] for cord in carried.cords)
            here = {number: self._consumers[number] for number in numbers}
            here.update(self._undrawn_on(carried))
            self._on[node] = list(here.values())
            for number in here:
                self._above.setdefault(number, []).append(node)
        self._transfers = [
            (node, carried.transfers)
            for node, carried in self._carried.items()
            if carried.transfers
        ]

    def _undrawn_on(self, carried: Carried) -> Iterator[tuple[int, Consumer]]:
        """What nobody drew may hang on any outlet of its rack too: a cord may be drawn wrongly, or
        a machine may have one more. By its number.
        """
        places: dict[int, list[CordNow]] = {}
        for cord in carried.cords:
            number = self._undrawn.get(self.drawing.pdus[cord.pdu].rack)
            if number is not None and cord in self._machine_of:
                places.setdefault(number, []).append(CordNow(cord, Now.CARRIES))
        for number, more in places.items():
            one = self._consumers[number]
            yield number, one._replace(cords=(*one.cords, *more))

    # ---- public ----------------------------------------------------------------------------------

    def rehearse(self, failed: Sequence[HallNode]) -> RehearsalOutcome:
        """What happens when all of these fail together."""
        at_first = self._graph.dead(failed, possibly=False)
        tripping = self._may_trip(failed, at_first)
        worst_of_all = self._graph.dead([*failed, *tripping.highs_above_rating], possibly=True)
        worst = worst_of_all.cords
        trips, surely, lows = self._surely_trip(failed, tripping, worst_of_all)
        loads = [
            self._shown(node, lows.get(node, high), high) for node, high in tripping.highs.items()
        ]
        ends = _Ends(at_first.cords, surely, self._graph.dead(failed, possibly=True).cords, worst)
        touched = [
            self._judged(machine, ends, tripping)
            for machine in self._touched(worst)
            if machine not in self.already
        ]
        return RehearsalOutcome(
            failed,
            touched,
            sorted(self.already),
            len(self.drawing.machines),
            loads,
            [one.full_name for one in trips],
        )

    def dead(self, failed: Sequence[HallNode]) -> Collection[HallNode]:
        """What the failure itself surely kills, by the drawing."""
        return self._graph.dead(failed, possibly=False).nodes

    def without(self, cords: Collection[Cord]) -> list[BreakerLoad]:
        """The lines and breakers to which load may shift if only these outlets are switched off."""
        found: list[BreakerLoad] = []
        numbers = {self._consumer_of[one] for one in cords}
        above = {node for one in numbers for node in self._above.get(one, ())}
        for node in sorted(above, key=self._rank.__getitem__):
            shifted = load(
                self._carried[node], self._on[node], Worlds(cords, cords), self._residuals
            )
            if shifted is not None:
                found.append(self._shown(node, shifted, shifted))
        return found

    def each(self) -> list[RehearsalOutcome]:
        """Every feed, panel, PDU, line and breaker failed once."""
        return [self.rehearse([one]) for one in nodes(self.drawing)]

    def pairs(self) -> list[RehearsalOutcome]:
        """Two PDUs of a rack at a time. PDUs without a rack are paired if they share a machine."""
        return [self.rehearse(list(pair)) for pair in self._pairs()]

    # ---- breakers --------------------------------------------------------------------------------

    def _touched(self, dead: Iterable[Cord]) -> list[str]:
        found = {self._machine_of[one] for one in dead if one in self._machine_of}
        return [name for name in self.drawing.machines if name in found]

    def _reached(self, dead: Dead) -> list[HallNode]:
        """The lines and breakers above all that loses a cord, and above what changes its input."""
        found: dict[HallNode, None] = {}
        for number in {self._consumer_of[cord] for cord in dead.cords if cord in self._consumer_of}:
            found.update(dict.fromkeys(self._above.get(number, ())))
        for node, transfers in self._transfers:
            if not transfers.isdisjoint(dead.nodes):
                found[node] = None
        return sorted(found, key=self._rank.__getitem__)

    def _load(
        self,
        node: HallNode,
        surely: Collection[Cord],
        possibly: Collection[Cord],
        dead: Collection[HallNode],
    ) -> Optional[Load]:
        carried = self._carried[node]
        transfers = not carried.transfers.isdisjoint(dead)
        worlds = Worlds(surely, possibly)
        return load(carried, self._on[node], worlds, self._residuals, transfers)

    def _without(
        self, node: HallNode, failed: Iterable[HallNode], worst: Collection[Cord]
    ) -> Collection[Cord]:
        """What may be dead of the machines on a breaker before that breaker trips itself."""
        mine = [cord.cord for one in self._on[node] for cord in one.cords if cord.cord in worst]
        return self._graph.may_be_dead(mine, (one for one in failed if one != node))

    def _may_trip(self, failed: Sequence[HallNode], at_first: Dead) -> _Tripping:
        """The largest set: its members see the highest loads that any world allows."""
        possibly: dict[HallNode, None] = {}
        highs: dict[HallNode, Load] = {}
        while True:
            all_failed = [*failed, *possibly]
            worst = self._graph.dead(all_failed, possibly=True)
            more: list[HallNode] = []
            for node in self._reached(worst):
                if node in at_first.nodes:
                    continue
                others: Collection[Cord] = worst.cords
                if node in possibly:
                    others = self._without(node, all_failed, worst.cords)
                found = self._load(node, at_first.cords, others, worst.nodes)
                if found is None:
                    continue
                if node not in highs or found.high >= highs[node].high:
                    highs[node] = found
                rating = self._carried[node].breaker.rating_a
                may_trip = rating is None or found.high > rating
                if may_trip and node not in possibly:
                    more.append(node)
            if not more:
                return _Tripping(list(possibly), highs)
            possibly.update(dict.fromkeys(more))

    def _surely_trip(
        self, failed: Sequence[HallNode], tripping: _Tripping, worst: Dead
    ) -> tuple[list[HallNode], Collection[Cord], dict[HallNode, Load]]:
        """The breakers that trip in every world, what is dead with them, and the loads."""
        trips: list[HallNode] = []
        possibly = set(tripping.highs_above_rating)
        all_failed = [*failed, *possibly]
        without = {node: self._without(node, all_failed, worst.cords) for node in possibly}
        while True:
            dead = self._graph.dead([*failed, *trips], possibly=False)
            lows: dict[HallNode, Load] = {}
            more: list[HallNode] = []
            for node in tripping.highs:
                # what tripped is shown with what it carried until then
                surely = dead.cords
                if node in trips:
                    surely = self._graph.dead(
                        [*failed, *(one for one in trips if one != node)], possibly=False
                    ).cords
                elif node in dead.nodes:
                    continue
                possible = without.get(node, worst.cords)
                found = self._load(node, surely, possible, worst.nodes)
                if found is None:
                    continue
                lows[node] = found
                rating = self._carried[node].breaker.rating_a
                is_new = node in possibly and node not in trips
                if is_new and rating is not None and found.low > TRIPS * rating:
                    more.append(node)
            if not more:
                return trips, dead.cords, lows
            trips += more

    def _shown(self, node: HallNode, low: Load, high: Load) -> BreakerLoad:
        breaker = self._carried[node].breaker
        both = Load(min(low.low, high.high), high.high, min(max(low.low, high.expected), high.high))
        return BreakerLoad(
            node.full_name, both, breaker.limit_a, breaker.rating_a, both.fit(breaker)
        )

    # ---- machines --------------------------------------------------------------------------------

    def _judged(self, name: str, ends: _Ends, tripping: _Tripping) -> Judged:
        cords, needs = self.cords[name], self.drawing.machines[name].needs
        if not may_live(cords, needs, ends.at_first):
            left = [one for one in cords if one.cord not in ends.at_first]
            off = sum(one.now is Now.OFF for one in left)
            reason = f"{len(left) - off} of {len(cords)} cords survive, it needs {needs}"
            if off:
                reason += f" ({counted(off, 'outlet')} off)"
            return Judged(name, Verdict.DARK, reason)
        if not may_live(cords, needs, ends.surely):
            return Judged(name, Verdict.DARK, "a breaker trips under the take-over load", "", 2)
        if lives(cords, needs, ends.worst):
            return Judged(name, Verdict.STAYS)
        if lives(cords, needs, ends.step_one):
            reason = self._tripping(cords, tripping)
            return Judged(name, Verdict.CANNOT_SAY, reason, OVERLOAD_ADVICE, 2)
        reason, advice = reason_of(cords, ends.step_one)
        return Judged(name, Verdict.CANNOT_SAY, reason or _UNDRAWN, advice or _UNDRAWN_ADVICE)

    def _tripping(self, cords: Sequence[CordNow], tripping: _Tripping) -> str:
        """Names the breaker that may trip."""
        mine = {one.cord for one in cords}
        for node in tripping.highs_above_rating:
            if not mine.isdisjoint(self._carried[node].cords):
                rating, high = self._carried[node].breaker.rating_a, tripping.highs[node].high
                if rating is None:
                    return f"{node.full_name}: its rating is not known, so it may trip"
                upper = "not bounded" if math.isinf(high) else f"up to {high:.1f} A"
                return f"{node.full_name} may trip: {upper}, rated {rating:g} A"
        return "a breaker further up may trip under the take-over load"

    def _pairs(self) -> list[tuple[HallNode, HallNode]]:
        racks: dict[str, list[str]] = {}
        for pdu in self.drawing.pdus.values():
            if pdu.rack:
                racks.setdefault(pdu.rack, []).append(pdu.name)
        found: dict[tuple[str, str], None] = {}
        for names in racks.values():
            found.update(dict.fromkeys(itertools.combinations(names, 2)))
        order = {name: number for number, name in enumerate(self.drawing.pdus)}
        for machine in self.drawing.machines.values():
            names = sorted(
                {cord.pdu for cord in machine.cords if not self.drawing.pdus[cord.pdu].rack},
                key=lambda name: order[name],
            )
            found.update(dict.fromkeys(itertools.combinations(names, 2)))
        return [(HallNode("pdu", one), HallNode("pdu", other)) for one, other in found]


def unowned(drawing: Drawing, readings: HallReadings) -> list[CordNow]:
    """Outlets that carry, or may carry, current and belong to nothing in the drawing."""
    owners = drawing.owners()
    found: list[CordNow] = []
    for name in drawing.pdus:
        read = readings.pdus.get(name)
        for identity, outlet in read.outlets.items() if read is not None else ():
            cord, current = Cord(name, identity), outlet.current_a
            is_off = current is None and outlet.state is DOWN
            if cord in owners or is_off or current == 0:
                continue
            low, high = bounds(current, read.outlet_step_a) if read is not None else (0.0, None)
            found.append(CordNow(cord, Now.CARRIES, low, high))
    return found


def _consumer(cords: tuple[CordNow, ...], needs: int) -> Consumer:
    return Consumer(
        cords,
        needs,
        sum(cord.low_a for cord in cords),
        sum(cord.known_a for cord in cords),
        frozenset(cord.cord.pdu for cord in cords if cord.high_a is None),
    )


class Redundancy(NamedTuple):
    """What `each` says of one machine."""

    #: its name
    machine: str
    #: N, N+1, 2N or "cannot say"
    grade: str
    #: the failures that make it dark; only the JSON shows them
    single_points: Sequence[str]


def redundancy(hall: Hall, outcomes: Iterable[RehearsalOutcome]) -> list[Redundancy]:
    """N: a single failure makes the machine dark, of a PDU, line, breaker or panel. N+1: only that
    of a whole feed does. 2N: none does.

    "cannot say" if a single failure has that verdict, unless another one makes it dark.
    """
    dark: dict[str, list[HallNode]] = {}
    open_: dict[str, list[HallNode]] = {}
    for outcome in outcomes:
        for one in outcome.touched:
            into = {Verdict.DARK: dark, Verdict.CANNOT_SAY: open_}.get(one.verdict)
            if into is not None:
                into.setdefault(one.machine, []).extend(outcome.failed)
    already = hall.already
    return [
        Redundancy(
            name,
            _grade(dark.get(name, ()), open_.get(name, ())),
            list(map(str, dark.get(name, ()))),
        )
        for name in hall.drawing.machines
        if name not in already
    ]


def _grade(dark: Sequence[HallNode], open_: Sequence[HallNode]) -> str:
    if any(one.kind != "feed" for one in dark):
        return "N"
    if any(one.kind != "feed" for one in open_):
        return CANNOT_SAY
    if dark:
        return "N+1"
    return CANNOT_SAY if open_ else "2N"


def counts(grades: Iterable[Redundancy]) -> Mapping[str, int]:
    """Grade -> number of machines."""
    found = dict.fromkeys(("2N", "N+1", "N", CANNOT_SAY), 0)
    for one in grades:
        found[one.grade] += 1
    return found


__all__ = [
    "CANNOT_SAY",
    "FITS",
    "OVERLOADS",
    "BreakerLoad",
    "Hall",
    "RehearsalOutcome",
    "Redundancy",
    "counts",
    "redundancy",
    "unowned",
]
