"""What a failure does to a hall: machines, loads, and the breakers that trip next. Pure.

    outcome = rehearse(HallModel(drawing, readings), [HallNode("feed", "A")])

A machine is dark if it is in every hall that the drawing and the readings allow, and stays if it
does in all of them: `tripping` bounds these halls.

This is the computation; `pdu.hall.rehearse` is the command.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Optional

from ...site.drawing.drawing import HallNode
from ..walk.arithmetic import Interval
from ..walk.load_limits import CANNOT_SAY, MAY_TRIP, OVERLOADS, LoadVerdict, compare_load
from ..walk.verdicts import Judged, Verdict
from .bounds import FailureBounds, bounds_of
from .hall_model import HallModel
from .machine_verdicts import (
    TripsAbove,
    bound_batteries,
    judge_machines,
    lasting_upses,
    machines_behind,
)


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

    @property
    def load_range(self) -> Interval:
        """The least and the most that is shown of it, in A."""
        return self.load

    @property
    def why(self) -> str:
        """Why it is as it is."""
        return self.fit.reason


@dataclass(frozen=True)
class BreakerAfter(BreakerLoad):
    """The load of one line, breaker or UPS after a failure, and how long it holds that."""

    #: what it carries right after the failure, before anything trips; None: as now
    at_first: Optional[Interval] = None
    #: what it carries for good, in A; None if its rating is not known
    holds_a: Optional[float] = None
    #: seconds before which it surely does not trip; infinite: it holds for good
    not_before_s: float = math.inf
    #: seconds after which it has surely tripped; None if it may hold
    at_the_latest_s: Optional[float] = None
    #: the machines that go dark, or may, if it trips and nothing else does
    machines: Sequence[str] = ()
    #: whether it trips if outlets without a meter carry alike
    likely_trips: bool = False

    @property
    def load_range(self) -> Interval:
        """The least right after the failure, and the most whatever trips, in A."""
        low = self.load.low if self.at_first is None else self.at_first.low
        return self.load._replace(low=max(low, self.load.low))

    @property
    def excess_a(self) -> float:
        """How much less it must carry to hold for good, in A; infinite if nothing bounds it."""
        return 0.0 if self.holds_a is None else max(0.0, self.load.high - self.holds_a)


def count_fit(loads: Iterable[BreakerLoad], word: str) -> int:
    """How many of these have this word."""
    return sum(load.fit.word == word for load in loads)


def breakers_in_question(loads: Iterable[BreakerAfter]) -> list[BreakerAfter]:
    """Those that trip or may trip, first those that do so soonest and take the most machines."""
    questions = [load for load in loads if load.fit.word in (OVERLOADS, MAY_TRIP)]
    return sorted(
        questions,
        key=lambda load: (
            load.not_before_s,
            math.inf if load.at_the_latest_s is None else load.at_the_latest_s,
            -len(load.machines),
            load.name,
        ),
    )


def worst_level(levels: Iterable[int]) -> int:
    """The exit code of several: something that goes dark counts more than something that nobody
    can say.
    """
    return max(levels, key=(0, 2, 1).index)


class RehearsalOutcome(NamedTuple):
    """What a failure does."""

    #: what was assumed to fail, all together
    failures: Sequence[HallNode]
    #: the machines that lose, or may lose, a cord; all others stay as they are
    verdicts: Sequence[Judged]
    #: machines that have no power now, whatever fails
    already: Sequence[str]
    #: how many machines are drawn
    machines: int
    #: lines and breakers to which load may shift
    loads: Sequence[BreakerAfter]
    #: those that surely trip, in this order: the second step; `X or Y` where one of both does
    trips: Sequence[str]
    bounds: FailureBounds
    #: UPS whose input dies -> seconds for which it feeds what is behind it, by the owner's word
    autonomy_s: Mapping[str, float] = MappingProxyType({})

    def count(self, verdict: Verdict) -> int:
        """How many machines have this verdict; those that no failure touches stay."""
        machines = sum(machine.verdict is verdict for machine in self.verdicts)
        if verdict is Verdict.STAYS:
            machines += self.machines - len(self.verdicts) - len(self.already)
        return machines

    @property
    def level(self) -> int:
        """The exit code. 0: nothing goes dark, and no breaker is in question; 1: something goes
        dark, or a breaker likely trips; 2: nothing of that, and something may, or cannot be said.
        """
        levels = {machine.verdict.level for machine in self.verdicts}
        if 1 in levels or any(load.likely_trips for load in self.loads):
            return 1
        may_trip = breakers_in_question(self.loads) or count_fit(self.loads, CANNOT_SAY)
        return 2 if levels - {0} or may_trip else 0


def rehearse(hall: HallModel, failures: Sequence[HallNode]) -> RehearsalOutcome:
    """What happens when all of these fail together."""
    graph = hall.graph
    bounds = bounds_of(hall, [graph.nodes[node] for node in failures])
    battery_bounds = bound_batteries(hall.drawing, graph, failures, bounds)
    trips_above = TripsAbove(graph, bounds)
    verdicts = judge_machines(hall, trips_above, battery_bounds)
    behind = machines_behind(hall, trips_above, verdicts)
    loads = [
        _breaker_after(hall, number, load, bounds, behind.get(number, ()))
        for number, load in bounds.loads.items()
    ]
    return RehearsalOutcome(
        failures,
        verdicts,
        sorted(hall.already),
        len(hall.drawing.machines),
        sorted(loads, key=lambda load: load.name),
        [" or ".join(graph.carriers[number].name for number in trips) for trips in bounds.trips],
        bounds,
        lasting_upses(hall, failures, bounds, battery_bounds),
    )


def _breaker_after(
    hall: HallModel,
    number: int,
    load: Interval,
    bounds: FailureBounds,
    machines: Sequence[str],
) -> BreakerAfter:
    """What is shown of a line or breaker after a failure."""
    carrier = hall.graph.carriers[number]
    limit, rating = carrier.breaker.limit_a, carrier.breaker.rating_a
    holds_a = None if rating is None else hall.now.trips_at(number).low
    at_first = bounds.first_loads.get(number)
    fit, not_before_s = compare_load(load, limit, rating, carrier.most_a), math.inf
    if holds_a is None and number in bounds.trip_order:
        not_before_s = 0.0
    if holds_a is not None and load.high > holds_a:
        if carrier.most_a is None and not math.isinf(load.high):
            is_sure = at_first is not None and at_first.low > holds_a
            fit = LoadVerdict(OVERLOADS if is_sure else MAY_TRIP)
        not_before_s = bounds.not_before_s(lambda earlier: number not in earlier.trip_order)
    return BreakerAfter(
        carrier.name,
        load,
        limit,
        rating,
        fit,
        at_first,
        holds_a,
        not_before_s,
        bounds.latest_s.get(number),
        machines,
        fit.word in (OVERLOADS, MAY_TRIP) and carrier.likely_trips(load),
    )


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

    def __init__(self, hall: HallModel) -> None:
        self._hall = hall
        self._dark: dict[str, list[HallNode]] = {}
        self._open: dict[str, list[HallNode]] = {}

    def add(self, outcome: RehearsalOutcome) -> None:
        """Count a failure."""
        for machine in outcome.verdicts:
            if machine.verdict.level:
                into = self._dark if machine.verdict.level == 1 else self._open
                into.setdefault(machine.machine, []).extend(outcome.failures)

    def grades(self) -> list[Redundancy]:
        """Those of all machines that have power now."""
        grades: list[Redundancy] = []
        for name in self._hall.drawing.machines:
            if name not in self._hall.already:
                dark, open_nodes = self._dark.get(name, []), self._open.get(name, [])
                grades.append(Redundancy(name, _grade(dark, open_nodes), list(map(str, dark))))
        return grades


def _grade(dark: Sequence[HallNode], open_nodes: Sequence[HallNode]) -> str:
    if any(node.kind != "feed" for node in dark):
        return "N"
    if any(node.kind != "feed" for node in open_nodes):
        return CANNOT_SAY
    if dark:
        return "N+1"
    return CANNOT_SAY if open_nodes else "2N"


def counts(grades: Iterable[Redundancy]) -> Mapping[str, int]:
    """Grade -> number of machines."""
    count_by_grade = dict.fromkeys(("2N", "N+1", "N", CANNOT_SAY), 0)
    for grade in grades:
        count_by_grade[grade.grade] += 1
    return count_by_grade
