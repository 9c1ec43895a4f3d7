"""What a batch asked and which objects its answers had, so that the next one asks the same.

A plan is made of a batch that was proven row by row (`table_reads`). That proof looks at the names
and types of the rows alone, so answers with the same names and types in the same places are proven,
too. An answer with another one, or an error, is given to that proof with the answers before it. A
plan holds no value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, Callable, NamedTuple, Optional, Union

from . import reads
from .errors import SnmpError
from .reads import Arcs, Read, Rows, SnmpAnswer, SnmpRequest, TypedValue, Value, parse_oid

# plans of 600 rows take 34 kB, which all units with the same rows share; the decoder keeps the OIDs
_MOST_UNITS, _MOST_SHAPES, _MOST_ROWS = 50_000, 128, 2_000
_NUMBERS = frozenset((reads.INTEGER, reads.COUNTER, reads.GAUGE, reads.TICKS, reads.COUNTER64))

#: a request, and what came of it
Exchange = tuple[SnmpRequest, Union[SnmpAnswer, SnmpError]]
#: what is read: the walks, the gets, the counts and the lead of `read_batch`
Reading = tuple[tuple[str, ...], ...]
#: a unit, by address and port, and what is read of it
UnitReading = tuple[tuple[str, int], Reading]


class Step(NamedTuple):
    """A request, and the rows of its answer."""

    request: SnmpRequest
    names: tuple[Arcs, ...]
    tags: tuple[int, ...]

    @classmethod
    def of(cls, request: SnmpRequest, answer: SnmpAnswer) -> Step:
        return cls(
            request,
            tuple([arcs for arcs, _ in answer.rows]),
            tuple([tag for _, (tag, _) in answer.rows]),
        )


class _Column(NamedTuple):
    """A column, and which values of all answers are its own."""

    oid: str
    indexes: Sequence[str]
    values_of: Callable[[Sequence[TypedValue]], Sequence[TypedValue]]
    are_numbers: bool


class Plan:
    """The requests of a batch, and where its columns and objects are in the answers."""

    def __init__(
        self,
        steps: Sequence[Step],
        walks: Sequence[str],
        gets: Sequence[str],
        rows_by_column: Mapping[Arcs, Rows],
    ) -> None:
        """`rows_by_column`: of all `walks`, none of which is a part of another."""
        self.steps = steps
        places: dict[Arcs, int] = {}
        place = 0
        for (kind, oids, *_), names, tags in steps:
            roots = [oid if kind == reads.GET else _root_of(oid, rows_by_column) for oid in oids]
            for number, (arcs, tag) in enumerate(zip(names, tags)):
                # What ends a column may be a row of another one, which has a place of its own; and
                # endOfMibView has the name of the last row.
                root = roots[number % len(roots)]
                is_row = kind == reads.GET or tag not in reads.MISSING
                if is_row and arcs[: len(root)] == root:
                    places[arcs] = place
                place += 1
        self._columns = [
            _Column(
                oid,
                [reads.index_text(arcs[len(parse_oid(oid)) :]) for arcs, _ in rows],
                _getter([places[arcs] for arcs, _ in rows]),
                _NUMBERS.issuperset([typed_value.tag for _, typed_value in rows]),
            )
            for oid, rows in ((oid, rows_by_column[parse_oid(oid)]) for oid in walks)
        ]
        self._gets = [(oid, places[parse_oid(oid)]) for oid in gets]

    def results(
        self, answers: Sequence[SnmpAnswer]
    ) -> tuple[dict[str, dict[str, Value]], dict[str, Value]]:
        """Columns and objects by OID, of answers that fit."""
        values = [typed_value for answer in answers for _, typed_value in answer.rows]
        columns: dict[str, dict[str, Value]] = {}
        for oid, indexes, values_of, are_numbers in self._columns:
            own_values = values_of(values)
            if are_numbers:
                numbers: Sequence[Any] = [value for _, value in own_values]
                columns[oid] = dict(zip(indexes, numbers))
            else:
                columns[oid] = dict(zip(indexes, map(reads.plain, own_values)))
        return columns, {oid: reads.plain(values[place]) for oid, place in self._gets}


def _root_of(oid: Arcs, roots: Collection[Arcs]) -> Arcs:
    """The column of which a GETBULK asked for the rows after `oid`."""
    return next(root for root in roots if oid[: len(root)] == root)


def _getter(places: Sequence[int]) -> Callable[[Sequence[TypedValue]], Sequence[TypedValue]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: [values[place] for place in places]


class PlannedRead:
    """Reads a batch by a plan, or as `prove` reads it, and notes what was answered."""

    def __init__(self, plan: Optional[Plan], prove: Callable[[], Read[None]]) -> None:
        self._plan, self._prove = plan, prove
        self._exchanges: list[Exchange] = []
        #: whether all answers fit the plan; else `prove` has read them
        self.is_planned = False

    @property
    def answers(self) -> list[SnmpAnswer]:
        return [answer for _, answer in self._exchanges if isinstance(answer, SnmpAnswer)]

    def read(self) -> Read[None]:
        """May be called again, for a reading from the start. Raises SnmpError."""
        self._exchanges = []
        if self._plan is not None:
            self.is_planned = yield from self._follow(self._plan)
            if self.is_planned:
                return
        # a request that was sent already is not sent again
        outcomes, self._exchanges = self._exchanges[::-1], []
        reading = self._prove()
        try:
            request = next(reading)
            while True:
                if outcomes and outcomes[-1][0] == request:
                    outcome = outcomes.pop()[1]
                else:
                    outcomes.clear()
                    outcome = yield from _outcome(request)
                self._exchanges.append((request, outcome))
                if isinstance(outcome, SnmpError):
                    request = reading.throw(outcome)
                else:
                    request = reading.send(outcome)
        except StopIteration:
            return

    def _follow(self, plan: Plan) -> Read[bool]:
        """Sends the requests of the plan, until an answer does not fit."""
        for step in plan.steps:
            outcome = yield from _outcome(step.request)
            self._exchanges.append((step.request, outcome))
            if (
                isinstance(outcome, SnmpError)
                or outcome.status
                or Step.of(step.request, outcome) != step
            ):
                return False
        return True

    def steps(self) -> Optional[tuple[Step, ...]]:
        """What another plan needs; None after an error."""
        steps = [
            Step.of(request, answer)
            for request, answer in self._exchanges
            if isinstance(answer, SnmpAnswer) and not answer.status
        ]
        return tuple(steps) if len(steps) == len(self._exchanges) else None


def _outcome(request: SnmpRequest) -> Read[Union[SnmpAnswer, SnmpError]]:
    try:
        return (yield request)
    except SnmpError as error:
        return error


class Plans:
    """The plans of the units that this process reads.

    A reading takes the plan of its unit away, and brings one back if all went well.
    """

    def __init__(self) -> None:
        self._plan_by_unit: dict[UnitReading, Plan] = {}
        self._plan_by_shape: dict[tuple[Reading, tuple[Step, ...]], Plan] = {}

    def take(self, unit: UnitReading) -> Optional[Plan]:
        return self._plan_by_unit.pop(unit, None)

    def bring_back(self, unit: UnitReading, plan: Plan) -> None:
        if len(self._plan_by_unit) >= _MOST_UNITS:
            self._plan_by_unit.clear()
        self._plan_by_unit[unit] = plan

    def learn(
        self, unit: UnitReading, steps: tuple[Step, ...], rows_by_column: Mapping[Arcs, Rows]
    ) -> None:
        """Makes a plan of a batch that is whole and proven."""
        roots = sorted(rows_by_column)
        has_parts = any(root == later[: len(root)] for root, later in zip(roots, roots[1:]))
        if has_parts or sum(len(step.names) for step in steps) > _MOST_ROWS:
            return
        walks, gets, _, _ = unit[1]
        shape = unit[1], steps
        plan = self._plan_by_shape.get(shape)
        if plan is None:
            if len(self._plan_by_shape) >= _MOST_SHAPES:
                self.forget()
            plan = self._plan_by_shape[shape] = Plan(steps, walks, gets, rows_by_column)
        self.bring_back(unit, plan)

    def forget(self) -> None:
        self._plan_by_unit.clear()
        self._plan_by_shape.clear()


PLANS = Plans()
