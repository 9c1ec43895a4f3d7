"""What a failure does to a hall: machines, loads, and the breakers that trip next. Pure.

    hall = Hall(drawing, readings)
    outcome = hall.rehearse([HallNode("feed", "A")])

A machine is dark if it is in every hall that the drawing and the readings allow, and stays if it
does in all of them: `failure` bounds these halls, `monte_carlo` draws some of them.

This is the computation; `rehearse` is the command.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Optional

from ...core.cli.output import counted
from ...core.drawing.drawing import Cord, Drawing, HallNode
from ...core.inventory.saved_readings import HallReadings
from ...core.states import DOWN, UP
from ..drawings import enrichment
from ..walk.arithmetic import MAYBE, NO, YES, Interval, KnownCurrents, Truth
from ..walk.graph import Graph
from ..walk.load_limits import (
    BETWEEN_LINES,
    CANNOT_SAY,
    IN_PHASE,
    OVERLOADS,
    LoadVerdict,
    compare_load,
)
from ..walk.power_flow import Power
from ..walk.verdicts import CordNow, Judged, Now, Verdict, cords_now, reading_bounds, reason_of
from .bounds import DrawnConsumer, FailureBounds, HallFacts, bounds_of
from .monte_carlo import USUAL_SEED, Sample, Sampled, sampled

OVERLOAD_ADVICE = "move load away from it, or give the drawing what it needs to be certain"
_UNDRAWN = "its cords may be behind what fails: the drawing does not say"
_UNDRAWN_ADVICE = "draw which outlets are behind which line and breaker"


@dataclass(frozen=True)
class BreakerLoad:
    """The load of one line, breaker or UPS."""

    #: PANEL/LINE, PDU/LINE or PDU/BREAKER
    name: str
    #: what it carries after the failure, or when all has closed
    load: Interval
    #: the highest planned current, in A; None if its rating is not known
    limit_a: Optional[float]
    #: in A; None if neither the drawing nor the PDU says it
    rating_a: Optional[float]
    #: whether it carries the load
    fit: LoadVerdict


def count_fit(loads: Iterable[BreakerLoad], word: str) -> int:
    """How many of these have this word."""
    return sum(one.fit.word == word for one in loads)


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
    #: those that surely trip, in this order: the second step; `X or Y` where one of both does
    trips: Sequence[str]
    #: by which worlds were sampled
    seed: int = USUAL_SEED

    @property
    def sampled(self) -> Sampled:
        """Of the machines that nobody can decide for sure."""
        return Sampled.of((one.worlds, one.lives_in) for one in self.touched)

    def count(self, verdict: Verdict) -> int:
        """How many machines have this verdict; those that no failure touches stay."""
        found = sum(one.verdict is verdict for one in self.touched)
        if verdict is Verdict.STAYS:
            found += self.machines - len(self.touched) - len(self.already)
        return found

    @property
    def level(self) -> int:
        """0: all stay and fit; 1: cannot say; 2: something goes dark or overloads."""
        if self.count(Verdict.DARK) or count_fit(self.loads, OVERLOADS):
            return 2
        return 1 if self.count(Verdict.CANNOT_SAY) or count_fit(self.loads, CANNOT_SAY) else 0


class Hall:
    """A drawing with the readings of its PDUs, prepared for any number of rehearsals."""

    def __init__(self, drawing: Drawing, readings: HallReadings) -> None:
        #: with the lines and ratings that the PDUs report
        self.drawing = enrichment.completed(drawing, readings)
        self.readings = readings
        steps = {name: read.outlet_step_a for name, read in readings.pdus.items()}
        #: the cords of each machine as they are read
        self.cords: dict[str, tuple[CordNow, ...]] = {
            one.name: cords_now(one, readings, steps, drawing.idle_a)
            for one in drawing.machines.values()
        }
        #: machines without power now
        self.already = {
            name
            for name, cords in self.cords.items()
            if sum(one.now is not Now.OFF for one in cords) < drawing.machines[name].needs
        }
        #: machine -> its place in the drawing, and the number of its consumer
        self.places = {name: number for number, name in enumerate(drawing.machines)}
        self._last: Optional[tuple[tuple[int, ...], FailureBounds]] = None

    @cached_property
    def unowned(self) -> list[CordNow]:
        """Outlets that carry, or may carry, current and belong to nothing in the drawing."""
        owned = {one.cord for cords in self.cords.values() for one in cords}
        for inputs in self.drawing.fed().values():
            owned.update(one for one in inputs if isinstance(one, Cord))
        found: list[CordNow] = []
        for name in self.drawing.pdus:
            read = self.readings.pdus.get(name)
            if read is None:
                continue
            for identity, outlet in read.outlets.items():
                current = outlet.current_a
                # most outlets without a machine carry nothing
                if current == 0 or (current is None and outlet.state is DOWN):
                    continue
                cord = Cord(name, identity)
                if cord not in owned:
                    low, high = reading_bounds(current, read.outlet_step_a)
                    found.append(CordNow(cord, Now.CARRIES, low, high))
        return found

    @cached_property
    def facts(self) -> HallFacts:
        """The graph with all consumers: first the machines, in the drawing's order."""
        nobodys: dict[str, list[CordNow]] = {}
        for one in self.unowned:
            nobodys.setdefault(self.drawing.pdus[one.cord.pdu].rack, []).append(one)
        cords = [one.cord for cords in self.cords.values() for one in cords]
        cords += [one.cord for found in nobodys.values() for one in found]
        graph = Graph(self.drawing, cords, self._least_of_inlets())
        consumers = [
            _consumer(graph, found, self.drawing.machines[name].needs)
            for name, found in self.cords.items()
        ]
        racks = self._racks(graph) if nobodys else {}
        for rack, found in nobodys.items():
            # what nobody drew may hang on any outlet of its rack too: a cord may be drawn wrongly,
            # or a machine may have one more
            own = _consumer(graph, found, 1)
            nodes = tuple(dict.fromkeys((*own.nodes, *racks.get(rack, ()))))
            consumers.append(own._replace(drawn=False, rack=nodes))
        most_of = enrichment.residuals(self.drawing, self.readings)
        off = {node: truth for cord, node in graph.feeding.items() if (truth := self._is_off(cord))}
        made = HallFacts(graph, consumers, most_of, off, self._taken(graph))
        made.figures = self._figures(graph, made)
        return made

    def _least_of_inlets(self) -> dict[str, float]:
        """PDU -> the least that the fullest conductor of its inlet carries now, in A."""
        found: dict[str, float] = {}
        for name, read in self.readings.pdus.items():
            pdu = self.drawing.pdus.get(name)
            if pdu is None:
                continue
            step = read.outlet_step_a
            sums = sum(reading_bounds(one.current_a, step)[0] for one in read.outlets.values())
            is_one = pdu.lines_are_drawn and len(pdu.lines) == 1
            found[name] = IN_PHASE * (sums if is_one else sums / 3)
        return found

    def _is_off(self, cord: Cord) -> Truth:
        """Whether an outlet that feeds a PDU or panel is off."""
        outlet = self.readings.outlet(*cord)
        if outlet is None or outlet.state is UP:
            return NO
        if outlet.state is DOWN:
            return MAYBE if (outlet.current_a or 0.0) > self.drawing.idle_a else YES
        return NO

    def _taken(self, graph: Graph) -> dict[int, int]:
        """Transfer switch -> the input that feeds it now: of those that are metered, one alone
        carries current.
        """
        found: dict[int, int] = {}
        for inputs in self.drawing.fed().values():
            cords = [one for one in inputs if isinstance(one, Cord)]
            if len(inputs) < 2 or not cords:
                continue
            carry = [
                cord
                for cord in cords
                for outlet in (self.readings.outlet(*cord),)
                if outlet is not None and (outlet.current_a or 0.0) > self.drawing.idle_a
            ]
            if len(carry) == 1:
                node = graph.feeding[carry[0]]
                found[graph.below[node][0].node] = node
        return found

    def _racks(self, graph: Graph) -> Mapping[str, Collection[int]]:
        """Rack -> the nodes of machines there."""
        found: dict[str, dict[int, None]] = {}
        for cords in self.cords.values():
            for one in cords:
                rack = self.drawing.pdus[one.cord.pdu].rack
                found.setdefault(rack, {})[graph.outlets[one.cord]] = None
        return found

    def _figures(self, graph: Graph, facts: HallFacts) -> Mapping[int, KnownCurrents]:
        """What is known of the current of each carrier now."""
        parts = self._parts(graph, facts)
        found: dict[int, KnownCurrents] = {}
        for number, carrier in graph.carriers.items():
            part = carrier.part * parts.get(number, IN_PHASE)
            if not carrier.pdu:
                found[number] = KnownCurrents(part=part)
                continue
            read = self.readings.pdus.get(carrier.pdu)
            meter = enrichment.meter_of(self.drawing.pdus[carrier.pdu], carrier.breaker, read)
            now = meter.current_a if meter is not None else None
            most = now if now is not None or read is None else read.load_a
            step = read.meter_step_a if read is not None else 0.0
            found[number] = KnownCurrents(
                None if now is None else reading_bounds(now, step)[0],
                None if most is None else reading_bounds(most, step)[1],
                part,
            )
        return found

    def _parts(self, graph: Graph, facts: HallFacts) -> Mapping[int, float]:
        """The least that the sum of phasors is, as a part of the sum of numbers."""
        found: dict[int, float] = {}
        lines_of: dict[int, set[tuple[Optional[bool], ...]]] = {}
        inside = {
            graph.number[HallNode.breaker(pdu.name, one.name)]
            for pdu in self.drawing.pdus.values()
            for one in pdu.breakers
        }
        seen: set[int] = set()
        for cord, node in graph.outlets.items():
            if node in seen:
                continue
            seen.add(node)
            pdu = self.drawing.pdus[cord.pdu]
            lines = tuple(pdu.carries(line, cord.outlet) for line in pdu.lines)
            for carrier, flows in facts.power.path(node).items():
                if carrier in inside:
                    if flows == YES:
                        lines_of.setdefault(carrier, set()).add(lines)
                elif sum(one is True for one in lines) > 1:
                    found[carrier] = BETWEEN_LINES
        # a breaker that carries several lines
        found.update((one, 0.0) for one, several in lines_of.items() if len(several) > 1)
        return found

    # ---- public ----------------------------------------------------------------------------------

    def bounds(self, failed: Iterable[HallNode]) -> FailureBounds:
        """What these failures do at most and at least, on the graph. The last answer is kept."""
        number = self.facts.graph.number
        nodes = tuple(number[one] for one in failed)
        if self._last is None or self._last[0] != nodes:
            self._last = nodes, bounds_of(self.facts, nodes)
        return self._last[1]

    def rehearse(
        self, failed: Sequence[HallNode], worlds: int = 0, seed: int = USUAL_SEED
    ) -> RehearsalOutcome:
        """What happens when all of these fail together. `worlds`: how many are sampled, by this
        seed, for the machines of which nobody can say it.
        """
        found = self.bounds(failed)
        judged = self.judged(found)
        if worlds:
            judged = self._sampled(failed, found, judged, worlds, seed)
        return self.outcome(failed, found, judged)._replace(seed=seed)

    def _sampled(
        self,
        failed: Sequence[HallNode],
        found: FailureBounds,
        judged: Sequence[Judged],
        worlds: int,
        seed: int,
    ) -> list[Judged]:
        numbers = {
            one.machine: self.places[one.machine]
            for one in judged
            if one.verdict is Verdict.CANNOT_SAY
        }
        nodes = [self.facts.graph.number[one] for one in failed]
        samples = sampled(self.facts, nodes, found, list(numbers.values()), worlds, seed)
        made: list[Judged] = []
        for one in judged:
            sample = samples.get(numbers.get(one.machine, -1))
            made.append(one if sample is None else _with(one, sample))
        return made

    def judged(self, found: FailureBounds) -> list[Judged]:
        """The machines that lose, or may lose, a cord, in the drawing's order."""
        machines = list(self.drawing.machines)
        judged: list[Judged] = []
        for number in sorted(found.reached):
            if number >= len(machines) or machines[number] in self.already:
                continue
            if any(node in found.possibly for node in self.facts.consumers[number].nodes):
                judged.append(self._judged(machines[number], number, found))
        return judged

    def outcome(
        self, failed: Sequence[HallNode], found: FailureBounds, judged: Sequence[Judged]
    ) -> RehearsalOutcome:
        """The answer."""
        carriers = self.facts.graph.carriers
        loads = [self._shown(number, load) for number, load in found.loads.items()]
        return RehearsalOutcome(
            failed,
            judged,
            sorted(self.already),
            len(self.drawing.machines),
            sorted(loads, key=lambda one: one.name),
            [" or ".join(carriers[one].name for one in trips) for trips in found.trips],
        )

    def dead(self, failed: Sequence[HallNode]) -> Collection[HallNode]:
        """What the failure itself surely kills, by the drawing."""
        number = self.facts.graph.number
        power = Power(self.facts.facts, {number[one]: YES for one in failed})
        return {node for node, one in number.items() if power.alive(one) == NO}

    def without(self, cords: Collection[Cord]) -> list[BreakerLoad]:
        """The lines and breakers to which load may shift if only these outlets are switched off."""
        off = [
            (number, place)
            for number, one in enumerate(self.facts.consumers)
            for place, cord in enumerate(one.cords)
            if cord.cord in cords
        ]
        loads = self.facts.without(off)
        found = [self._shown(number, load) for number, load in loads.items()]
        return sorted(found, key=lambda one: one.name)

    def pairs(self) -> list[list[HallNode]]:
        """Two PDUs of a rack each. PDUs without a rack are paired if they share a machine."""
        return [list(pair) for pair in self._pairs()]

    # ---- breakers and machines -------------------------------------------------------------------

    def _shown(self, number: int, load: Interval) -> BreakerLoad:
        carrier = self.facts.graph.carriers[number]
        limit, rating = carrier.breaker.limit_a, carrier.breaker.rating_a
        return BreakerLoad(
            carrier.name, load, limit, rating, compare_load(load, limit, rating, carrier.most_a)
        )

    def _judged(self, name: str, number: int, found: FailureBounds) -> Judged:
        one = self.facts.consumers[number]
        cords, needs = one.cords, one.needs
        left = [cord for cord, node in zip(cords, one.nodes) if node not in found.at_first]
        off = sum(cord.now is Now.OFF for cord in left)
        if len(left) - off < needs:
            reason = f"{len(left) - off} of {len(cords)} cords survive, it needs {needs}"
            if off:
                reason += f" ({counted(off, 'outlet')} off)"
            return Judged(name, Verdict.DARK, reason)
        supplies = self.facts.facts.consumers[number].supplies
        lives = found.lives(one, supplies)
        if lives == NO:
            return Judged(name, Verdict.DARK, "a breaker trips under the take-over load", "", 2)
        if lives == YES:
            return Judged(name, Verdict.STAYS)
        if found._replace(surely=(), possibly=found.step_one).lives(one, supplies) == YES:
            reason = self._tripping(one, found)
            return Judged(name, Verdict.CANNOT_SAY, reason, OVERLOAD_ADVICE, 2)
        reason, advice = reason_of(
            cord for cord, node in zip(cords, one.nodes) if node not in found.step_one
        )
        return Judged(name, Verdict.CANNOT_SAY, reason or _UNDRAWN, advice or _UNDRAWN_ADVICE)

    def _tripping(self, one: DrawnConsumer, found: FailureBounds) -> str:
        """Names the breaker that may trip."""
        graph = self.facts.graph
        above = {carrier for node in one.nodes for carrier in self.facts.above(node)}
        ranked = ((found.tripping[number], number) for number in above & found.tripping.keys())
        for _, number in sorted(ranked):
            if number in found.loads:
                carrier, high = graph.carriers[number], found.loads[number].high
                rating = carrier.breaker.rating_a
                if rating is None:
                    return f"{carrier.name}: its rating is not known, so it may trip"
                upper = "not bounded" if math.isinf(high) else f"up to {high:.1f} A"
                return f"{carrier.name} may trip: {upper}, rated {rating:g} A"
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


def _consumer(graph: Graph, cords: Sequence[CordNow], needs: int) -> DrawnConsumer:
    return DrawnConsumer(tuple(cords), tuple(graph.outlets[one.cord] for one in cords), needs)


def _with(one: Judged, sample: Sample) -> Judged:
    words = sample.in_words("lives")
    return replace(one, worlds=sample.worlds, lives_in=sample.lives_in, sampled=words)


@dataclass(frozen=True)
class Redundancy:
    """What `each` says of one machine."""

    #: its name
    machine: str
    #: N, N+1, 2N or "cannot say": see Grading
    grade: str
    #: the failures that make it dark; only the JSON shows them
    single_points: Sequence[str]


class Grading:
    """Grades machines by what single failures do to them.

    N: a failure of a PDU, line, breaker, panel or UPS makes the machine dark. N+1: only that of a
    whole feed does. 2N: none does. "cannot say" if a single failure has that verdict, unless
    another one makes it dark.
    """

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._dark: dict[str, list[HallNode]] = {}
        self._open: dict[str, list[HallNode]] = {}

    def add(self, outcome: RehearsalOutcome) -> None:
        """Count a failure."""
        for one in outcome.touched:
            into = {Verdict.DARK: self._dark, Verdict.CANNOT_SAY: self._open}.get(one.verdict)
            if into is not None:
                into.setdefault(one.machine, []).extend(outcome.failed)

    def grades(self) -> list[Redundancy]:
        """Those of all machines that have power now."""
        return [
            Redundancy(
                name,
                _grade(self._dark.get(name, ()), self._open.get(name, ())),
                list(map(str, self._dark.get(name, ()))),
            )
            for name in self._hall.drawing.machines
            if name not in self._hall.already
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
