"""A family of PDUs as one value: its objects, states, figures and commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Optional, Union

from pdu_common.helper import EnumPowerStatus

from ...dcimanager.rows import Raw
from ...dcimanager.snmp import Unsigned
from ...shared.errors import NamedSetting, NoSuchOutlet, Unsupported
from ..decoding import Rows, text
from ..figures import Arcs, Ceilings
from ..profile import Profile
from ..reader import LOST, Lost
from .figures import Measurement, Total
from .objects import Scalar
from .rows import is_one_of
from .tables import Source, Tables, objects_of

Value = Union[int, str]
Order = tuple[str, Value]
UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
_QUOTED = 40


def name_of(source: Optional[Source]) -> str:
    """The name of the object of a source's values, or its OID."""
    first = next(objects_of([source]), None)
    return (first.object or first.oid) if first else ""


class Decision(NamedTuple):
    """The state of an outlet, and why it is not known."""

    state: EnumPowerStatus
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Doubt:
    """The state is UNKNOWN unless `test` reads one of `quiet`. `optional`: a device that has the
    object for no outlet raises no doubt; a missing value beside others does."""

    test: Source
    quiet: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, eq=False)
class Contact:
    """A mark of a unit, or of the device, without which nothing that it tells is certain.

    Fields:
        mark: the mark of each unit, or the marks of the device, which all must be good.
        good: its values while the device can tell of the unit.
        unit: the arcs that name the unit, in identities and in the indexes of figures. None: the
            mark is of the device.
        part: the arcs that name the unit in the indexes of `mark`.
        optional: older firmware or some models lack the whole object.
        why: what another value means.
    """

    mark: Source
    good: tuple[str, ...]
    unit: Optional[Arcs] = None
    part: Arcs = Arcs()
    optional: bool = False
    why: str = "the device has no contact with the unit"

    def masked(self, tables: Tables, rows: Rows, values: Optional[Source] = None) -> Rows:
        """The rows, lost where the mark is not good."""
        if not rows or (self.optional and self._is_absent(tables, rows)):
            return rows
        is_scalar = isinstance(next(objects_of([values]), None), Scalar)
        marks = self._marks(tables)
        masked: Rows = {}
        for row, value in rows.items():
            mark = (
                self._worst(marks)
                if self.unit is None or is_scalar
                else marks.get(self.unit.of(row))
            )
            is_good = is_one_of(mark, self.good)
            masked[row] = value if is_good else Lost(self._objection(tables, mark))
        return masked

    def _is_absent(self, tables: Tables, rows: Iterable[str]) -> bool:
        units = (self.unit.of(row) if self.unit else "" for row in rows)
        firsts = (
            unit if unit and self.part == Arcs() else f"{unit}.1" if unit else "1" for unit in units
        )
        return tables.is_absent(self.mark, firsts)

    def _marks(self, tables: Tables) -> Rows:
        """Unit -> its mark; of several, one that is not good if there is one."""
        if tables.outlet and self.unit and self.part == Arcs():
            unit = self.unit.of(tables.outlet)
            return tables.one_row(unit)[self.mark]
        marks: Rows = {}
        for row, mark in tables.whole[self.mark].items():
            unit = self.part.of(row)
            if unit not in marks or is_one_of(marks[unit], self.good):
                marks[unit] = mark
        return marks

    def _worst(self, marks: Rows) -> Optional[Raw]:
        bad = [mark for mark in marks.values() if not is_one_of(mark, self.good)]
        return next(iter(bad or marks.values()), None)

    def _objection(self, tables: Tables, mark: Optional[Raw]) -> str:
        name = name_of(self.mark) or "the mark of its unit"
        if mark is None:
            return f"{self.why} ({name} has no value)"
        if isinstance(mark, Lost):
            return f"{name}: {mark.reason}"
        return f"{self.why} ({name} reads {tables.quoted(mark, 20)!r})"


@dataclass(frozen=True, eq=False)
class State:
    """States of outlets: UP, DOWN, or UNKNOWN for every value that is in none of the lists.

    Fields:
        source: lists the outlets; its values are words to compare, without regard to capitals.
        on: the values that mean UP.
        off: the values that mean DOWN.
        absent: the values of rows that are not outlets.
        doubts: other objects, each of which may make the state UNKNOWN.
        confirm: a second source with the same values, which must mean the same.
    """

    source: Source
    on: tuple[str, ...]
    off: tuple[str, ...]
    absent: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    confirm: Optional[Source] = None

    def sources(self) -> list[Optional[Source]]:
        return [self.source, self.confirm, *(doubt.test for doubt in self.doubts)]

    def rows(self, tables: Tables) -> Rows:
        """The outlets that the device lists, each with the value of its state."""
        rows = tables[self.source]
        return {row: value for row, value in rows.items() if not self.is_absent(value)}

    def is_absent(self, value: Raw) -> bool:
        absent = map(str.casefold, self.absent)
        return not isinstance(value, Lost) and text(value).casefold() in absent

    def decisions(self, tables: Tables, contacts: Sequence[Contact]) -> dict[str, Decision]:
        """The state of every outlet, with the reason why it is not known."""
        rows = self.rows(tables)
        for contact in contacts:
            rows = contact.masked(tables, rows, self.source)
        tests: list[tuple[Doubt, Rows]] = []
        for doubt in self.doubts if rows else ():
            test_rows = tables[doubt.test]
            if test_rows or not (doubt.optional and tables.is_absent(doubt.test, rows)):
                tests.append((doubt, test_rows))
        confirming = tables[self.confirm] if self.confirm and rows else {}
        decisions: dict[str, Decision] = {}
        for row, value in rows.items():
            decision = self.reported(tables, value)
            for doubt, test_rows in tests:
                if decision.state is not UNKNOWN and not is_one_of(test_rows.get(row), doubt.quiet):
                    reason = _value_text(tables, doubt.test, test_rows.get(row))
                    decision = Decision(UNKNOWN, reason)
            if self.confirm and decision.state is not UNKNOWN:
                other = confirming.get(row)
                if other is None or self._meaning(other) is not decision.state:
                    reading = _value_text(tables, self.source, value)
                    other_reading = _value_text(tables, self.confirm, other)
                    decision = Decision(UNKNOWN, f"{reading}, and {other_reading}")
            decisions[row] = decision
        return decisions

    def reported(self, tables: Tables, value: Raw) -> Decision:
        """What a value of `source` means, whatever contradicts it."""
        state = self._meaning(value)
        return Decision(state, _value_text(tables, self.source, value) if state is UNKNOWN else "")

    def _meaning(self, value: Raw) -> EnumPowerStatus:
        word = text(value).casefold()
        if isinstance(value, Lost):
            return UNKNOWN
        if word in map(str.casefold, self.on):
            return UP
        return DOWN if word in map(str.casefold, self.off) else UNKNOWN


def _value_text(tables: Tables, source: Source, value: Optional[Raw]) -> str:
    """The reason for an UNKNOWN state: "sPDUOutletCtl reads '7'", or that it has no value."""
    name = name_of(source) or "an object of the device"
    if value is None:
        return f"{name} has no value"
    if isinstance(value, Lost):
        return f"{name}: {value.reason}" if value.is_unanswered else value.reason
    return f"{name} reads {tables.quoted(value, _QUOTED)!r}"


# ---- commands ----


@dataclass(frozen=True, eq=False)
class Guard:
    """Forbids the command for an outlet by the value of `test`: one that is not in `allow`, or one
    that is in `refuse`, or none.

    Fields:
        why: follows "outlet 3 is not switched: ".
        automatic: an automatic mode that a command would end, which `switch_automatic` lifts.
        demanded: false if some devices lack the object for all outlets: these pass.
    """

    test: Source
    why: str
    allow: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    automatic: bool = False
    demanded: bool = True

    def raise_if_forbidden(self, tables: Tables, identity: str) -> None:
        value = tables[self.test].get(identity)
        if value is None and not self.allow and not self.demanded and not tables.whole[self.test]:
            return
        is_allowed = is_one_of(value, self.allow)
        is_refused = value is None or isinstance(value, Lost) or is_one_of(value, self.refuse)
        if is_allowed if self.allow else not is_refused:
            return
        shown = "no value" if value is None else f"value {tables.quoted(value, 20) or 'is empty'}"
        shown = value.reason if isinstance(value, Lost) else shown
        refusal = f"outlet {identity} is not switched: {self.why} ({shown})"
        if not self.automatic:
            raise Unsupported(refusal)
        setting = NamedSetting("switch_automatic", "yes")
        raise Unsupported((refusal, "; to switch it anyway, set ", setting))


@dataclass(frozen=True, eq=False)
class Write:
    """Writes `on` or `off` to the outlet's object; or, with `off_at`, `on` to the object `at` and
    `off` to the object `off_at`: a column for each verb.

    Fields:
        unsigned: the objects are Unsigned32 or Gauge32.
        obstacle: what else may make the device answer a command with an error.
        first: an object and the value that is written to it before the command.
    """

    at: Source
    on: Value
    off: Value
    off_at: Optional[Source] = None
    unsigned: bool = False
    obstacle: str = ""
    first: Optional[tuple[Source, Value]] = None
    writes_neighbours = False

    def orders(self, tables: Tables, identity: str, *, up: bool) -> list[Order]:
        value = self.on if up else self.off
        at = self.off_at if self.off_at and not up else self.at
        orders = [(self.first[0], self.first[1])] if self.first else []
        orders.append((at, Unsigned(value) if self.unsigned else value))
        return [(cell_of(tables, source, identity), value) for source, value in orders]

    def covers(self, identities: Iterable[str], identity: str, orders: list[Order]) -> bool:
        return True

    def is_carried_out(self, tables: Tables, identity: str, orders: list[Order]) -> bool:
        return True


def cell_of(tables: Tables, source: Source, identity: str) -> str:
    """The OID of an outlet's object. Raises NoSuchOutlet."""
    column = next(objects_of([source]))
    cell = column.cell(tables, identity)
    if cell is None:
        raise NoSuchOutlet(f"the device has no object to switch outlet {identity[:40]!r}")
    return tables.resolve(cell)


# ---- the family ----


@dataclass(frozen=True, eq=False)
class Outlets:
    """One way to read and switch the outlets of a family; see profile.Outlets for the fields."""

    states: Optional[State] = None
    control: Optional[Write] = None
    guards: tuple[Guard, ...] = ()
    rows: Optional[Source] = None
    count: Optional[Source] = None
    none_if_zero: Optional[Source] = None
    counts_unlisted: bool = False
    number: Optional[Source] = None
    name: Optional[Source] = None
    current: Optional[Measurement] = None
    power: Optional[Measurement] = None
    energy: Optional[Measurement] = None
    settling_s: int = 0
    contact: tuple[Contact, ...] = ()
    #: the figures are joined to the list by its values, so that no meter shows a row that it lacks
    has_joined_meters: bool = False

    def figures(self) -> Iterator[Measurement]:
        yield from filter(None, (self.current, self.power, self.energy))


@dataclass(frozen=True, eq=False)
class Family:
    """One family, read in two steps; `about` has its names, sysObjectIDs and evidence."""

    about: Profile
    outlets: tuple[Outlets, ...] = ()
    contact: tuple[Contact, ...] = ()
    units: Optional[Source] = None  #: a row for each unit; unidentified for one that is missing
    unit_count: Optional[Source] = None  #: the device's own number of units
    load: Optional[Total] = None
    power: Optional[Total] = None
    energy: Optional[Total] = None
    inlet: Optional[Total] = None
    inlet_power: Optional[Total] = None
    ceilings: Ceilings = field(default_factory=Ceilings)

    @property
    def totals(self) -> tuple[Total, ...]:
        return tuple(
            filter(None, (self.load, self.energy, self.power, self.inlet, self.inlet_power))
        )
