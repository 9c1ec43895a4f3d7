"""The states of outlets: which values mean on and off, and the conditions under which they hold.

    walk state {"1": 1, "2": 2, "3": 9}   1 UP, 2 DOWN, 3 UNKNOWN

`tables[source]` are the rows of an object of the device, {} if it does not have the object, with
NO_ANSWER (a `Missing`) where the answers lack a row. `tables.outlet` is the outlet that a command
reads alone, by GET; `tables.with_all_rows` the tables with all rows. A condition is another object
without which no state is certain, such as whether the unit has communication:

    walk state {"1.7": 1, "2.7": 1}, walk communication {"1": 1, "2": 0}   1.7 UP, 2.7 UNKNOWN
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ..shared.unknown_states import some
from . import validation
from .absence import is_absent, is_known_absent
from .arcs import Arcs
from .cells import Cell, Missing, Rows
from .decoding import is_one_of, text
from .objects import Scalar
from .tables import Source, Tables, object_of

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
_QUOTED = 40  # limit for a value in a reason, in characters


def name_of(source: Optional[Source]) -> str:
    """The name of the object of a source's values, for a reason: "rPDUOutletState"; its OID if the
    MIB's name is not given."""
    first = object_of(source)
    return (first.object or first.oid) if first else ""


class Decision(NamedTuple):
    """The state of an outlet; of an UNKNOWN one also why: "outletState reads '9'"."""

    state: EnumPowerStatus
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Condition:
    """A condition under which what the device tells of an outlet, of a unit, or of all is current:
    that `source` has one of the values `good` there, as communication {"1": 1, "2": 0} does in unit
    1. `unit` are the numbers of an outlet's identity that name its unit, "2" of "2.7" (None: the
    condition is of the whole device), and `part` those of an index of `source`. Some devices lack
    the object of an `optional` condition, which then holds.

    Fields:
        source: what tells it, for each row of its own table.
        good: the values under which the words of the device are current.
        unit: the arcs of an identity, or of a figure's index, that name the row of `source`: all
            by default, so that each outlet has a row of its own. None: it is of the whole device.
        part: the arcs of the indexes of `source` that name the unit.
        optional: older firmware or some models lack the whole object.
        why: what another value means.
    """

    source: Source
    good: tuple[str, ...]
    unit: Optional[Arcs] = Arcs()
    part: Arcs = Arcs()
    optional: bool = False
    why: str = ""

    def check(self) -> None:
        """Raises ValueError without a good value, and for a scalar that names units.

        >>> Condition(None, good=()).check()
        Traceback (most recent call last):
        ValueError: good is empty; give at least one
        """
        validation.require_values(self.good, "good")
        validation.require_distinct_texts(self.good, "good")
        if self.unit not in (None, Arcs()) and isinstance(self.source, Scalar):
            raise ValueError("unit is given and source is a Scalar, which is of the whole device")

    def reasons_not_current(
        self, tables: Tables, rows: Rows, source_of_rows: Optional[Source] = None
    ) -> dict[str, str]:
        """Row -> why what the device tells of it is not current; rows for which the condition holds
        are left out. `rows`: those of states or figures. `source_of_rows`: if it is one object of
        the whole device, the condition must hold for each unit. Good if "1", by unit:

            walk communication {"1": 1, "2": 0}, rows 1.7 and 2.7
                {"2.7": "no communication (communication reads '0')"}
            walk communication {"1": 1}, rows 1.7 and 2.7
                {"2.7": "no communication (communication has no value)"}
        """
        if not rows or (self.optional and is_known_absent(tables, self.source)):
            return {}
        value_by_unit = self._value_by_unit(tables)
        if self.optional and not value_by_unit and self._is_absent(tables, rows):
            return {}
        is_of_device = self.unit is None or isinstance(object_of(source_of_rows), Scalar)
        value_of_device = self._worst(value_by_unit) if is_of_device else None
        reasons: dict[str, str] = {}
        for row in rows:
            value = value_of_device
            if self.unit is not None and not is_of_device:
                value = value_by_unit.get(self.unit.of(row))
            if not is_one_of(value, self.good):
                reasons[row] = self._reason(tables, value)
        return reasons

    def valid_rows(self, tables: Tables, rows: Rows, source_of_rows: Source) -> Rows:
        """The rows of a source, `Missing` where this condition does not hold, so that no old value
        is shown:

            walk communication {"1": 1, "2": 0}, rows {"1.7": 1, "2.7": 1}
                {"1.7": 1, "2.7": Missing("no communication (communication reads '0')")}
        """
        reasons = self.reasons_not_current(tables, rows, source_of_rows)
        return {
            row: Missing(reasons[row]) if row in reasons else value for row, value in rows.items()
        }

    def _is_absent(self, tables: Tables, rows: Iterable[str]) -> bool:
        """Whether the device does not have the object of an optional condition: neither a walk nor
        a GET of the first row that it would have for these rows has a value.

            rows "2.7", walk communication -> nothing, get communication.2 -> nothing   True
            rows "2.7", walk communication -> nothing, get communication.2 -> 1         False
        """
        units = (self.unit.of(row) if self.unit else "" for row in rows)
        first_rows = map(self._first_row, units)
        return is_absent(tables, self.source, first_rows)

    def _first_row(self, unit: str) -> str:
        """The first row that the condition's table has for a unit; "": for the whole device.

        >>> condition_by_unit = Condition(None, good=("1",))
        >>> condition_by_unit._first_row("2"), condition_by_unit._first_row("")
        ('2', '1')
        >>> Condition(None, good=("1",), part=Arcs(stop=1))._first_row("2")  # rows 2.1, 2.2, …
        '2.1'
        """
        if not unit:
            return "1"
        has_one_row_by_unit = self.part == Arcs()
        return unit if has_one_row_by_unit else f"{unit}.1"

    def _value_by_unit(self, tables: Tables) -> Rows:
        """Unit -> the value of the condition there. A unit with several rows has the value of one
        that is not good, if there is one. A command to one outlet asks the row of its unit alone:

            walk mode {"1.1": 1, "1.2": 0, "2.1": 1}, good "1", the first number is the unit
                {"1": 0, "2": 1}
            get communication.2 -> 1, in a command to outlet "2.7"
                {"2": 1}
        """
        has_one_row_by_unit = self.part == Arcs()
        if tables.outlet and self.unit and has_one_row_by_unit:
            unit = self.unit.of(tables.outlet)
            return tables.one_row(unit)[self.source]
        value_by_unit: Rows = {}
        for row, value in tables.with_all_rows[self.source].items():
            unit = self.part.of(row)
            if unit not in value_by_unit or is_one_of(value_by_unit[unit], self.good):
                value_by_unit[unit] = value
        return value_by_unit

    def _worst(self, value_by_unit: Rows) -> Optional[Cell]:
        """The first value that is not good, else the first; None without any value.

        >>> condition = Condition(None, good=("1",))
        >>> condition._worst({"1": 1, "2": 0}), condition._worst({"1": 1}), condition._worst({})
        (0, 1, None)
        """
        values = list(value_by_unit.values())
        bad_values = [value for value in values if not is_one_of(value, self.good)]
        return next(iter(bad_values or values), None)

    def _reason(self, tables: Tables, value: Optional[Cell]) -> str:
        """Why this value of the condition is not good: "no communication (unitState reads '0')"."""
        reading = _value_text(tables, self.source, value)
        if not self.why or isinstance(value, Missing):
            return reading
        return f"{self.why} ({reading})"


@dataclass(frozen=True, eq=False)
class State:
    """States of outlets: UP for the values `on` of `source`, DOWN for those of `off`, or UNKNOWN
    for every other. A row with a value of `absent` is no outlet. `crosscheck` is a second source,
    which must mean the same.

    Fields:
        source: lists the outlets; its values are words to compare, without regard to capitals.
        on: the values that mean UP.
        off: the values that mean DOWN.
        absent: the values of rows that are not outlets.
        conditions: without any of these the state is UNKNOWN.
        crosscheck: a second source with the same values, which must mean the same.
    """

    source: Source
    on: tuple[str, ...]
    off: tuple[str, ...]
    absent: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    crosscheck: Optional[Source] = None

    def check(self) -> None:
        """Raises ValueError unless on and off have values, all of them different.

        >>> State(None, on=("1",), off=("1",)).check()
        Traceback (most recent call last):
        ValueError: '1' is both in 'on' and in 'off'
        """
        validation.require_values(self.on, "on")
        validation.require_values(self.off, "off")
        words: list[tuple[str, tuple[str, ...]]] = []
        for name in ("on", "off", "absent"):
            values = getattr(self, name)
            validation.require_distinct_texts(values, name)
            words.append((name, tuple(map(str.casefold, values))))
        validation.require_disjoint(words)

    def sources(self) -> list[Optional[Source]]:
        """What is read of a device for the states: the outlets, what they are compared with, and
        the conditions."""
        return [self.source, self.crosscheck, *(condition.source for condition in self.conditions)]

    def rows(self, tables: Tables) -> Rows:
        """The outlets that the device lists, each with the value of its state as it answers it;
        without rows that are no outlets (`absent`):

            absent ("none",), walk state {"1": 1, "2": 2, "3": "none"}   {"1": 1, "2": 2}
        """
        rows = tables[self.source]
        return {row: value for row, value in rows.items() if not self.is_absent(value)}

    def is_absent(self, value: Cell) -> bool:
        """Whether the value of a row says that it is no outlet.

        >>> states = State(None, on=("1",), off=("2",), absent=("none",))
        >>> states.is_absent("None"), states.is_absent("1"), states.is_absent(Missing("lost"))
        (True, False, False)
        """
        absent = map(str.casefold, self.absent)
        return not isinstance(value, Missing) and text(value).casefold() in absent

    def decisions(
        self, tables: Tables, conditions: Sequence[Condition] = ()
    ) -> dict[str, Decision]:
        """The state of each listed outlet, and why one is not known. `conditions`: of its unit;
        those of the outlets are the record's own.

            walk state {"1": 1, "2": 2, "3": 9}     1 UP, 2 DOWN, 3 UNKNOWN (state reads '9', …)
            the same, unit without communication    all UNKNOWN
            walk state {"1": 1}, and its second     1 UNKNOWN (state reads '1', and relay reads '2')
                source, `crosscheck`, {"1": 2}
        """
        rows = self.rows(tables)
        for condition in conditions:
            rows = condition.valid_rows(tables, rows, self.source)
        reasons: dict[str, str] = {}
        for condition in self.conditions:
            reasons = {**condition.reasons_not_current(tables, rows), **reasons}
        other_values = tables[self.crosscheck] if self.crosscheck and rows else {}
        decisions: dict[str, Decision] = {}
        for row, value in rows.items():
            decision = self.reported(tables, value)
            if row in reasons and decision.state is not UNKNOWN:
                decision = Decision(UNKNOWN, reasons[row])
            if self.crosscheck and decision.state is not UNKNOWN:
                decision = self._crosschecked(tables, decision, value, other_values.get(row))
            decisions[row] = decision
        return decisions

    def _crosschecked(
        self, tables: Tables, decision: Decision, value: Cell, other_value: Optional[Cell]
    ) -> Decision:
        """The state of an outlet after a look at the second source: the `decision`, which is UP or
        DOWN, if both mean the same. `value`, `other_value`: what the two read. With 1 as on:

            1 and 1          UP
            1 and 2          UNKNOWN, "state reads '1', and relay reads '2'"
            1 and nothing    UNKNOWN, "state reads '1', and relay has no value"
        """
        if other_value is not None and self._meaning(other_value) is decision.state:
            return decision
        reading = _value_text(tables, self.source, value)
        other_reading = _value_text(tables, self.crosscheck, other_value)
        return Decision(UNKNOWN, f"{reading}, and {other_reading}")

    def reported(self, tables: Tables, value: Cell) -> Decision:
        """The state that a value of the states' table means; no condition and no second source is
        looked at. With 1 as on and 2 as off:

            1            UP
            9            UNKNOWN, "state reads '9', neither on (1) nor off (2)"
            NO_ANSWER    UNKNOWN, "state: no answer"
        """
        state = self._meaning(value)
        if state is not UNKNOWN:
            return Decision(state)
        reading = _value_text(tables, self.source, value)
        if isinstance(value, Missing):
            return Decision(UNKNOWN, reading)
        on, off = some(self.on), some(self.off)
        return Decision(UNKNOWN, f"{reading}, neither on ({on}) nor off ({off})")

    def _meaning(self, value: Cell) -> EnumPowerStatus:
        """The state that a value means, UNKNOWN for one that is in neither list, or missing:

        >>> states = State(None, on=("1", "on"), off=("2", "off"))
        >>> [states._meaning(value).name for value in (1, "OFF", 3, Missing("no answer"))]
        ['UP', 'DOWN', 'UNKNOWN', 'UNKNOWN']
        """
        word = text(value).casefold()
        if isinstance(value, Missing):
            return UNKNOWN
        if word in map(str.casefold, self.on):
            return UP
        return DOWN if word in map(str.casefold, self.off) else UNKNOWN


def _value_text(tables: Tables, source: Optional[Source], value: Optional[Cell]) -> str:
    """What was read of a state, for the reason why it is UNKNOWN:

    7                              "sPDUOutletCtl reads '7'"
    NO_ANSWER                      "sPDUOutletCtl: no answer"
    Missing("unitState reads 0")   "unitState reads 0": another cell decides about the row
    None                           "sPDUOutletCtl has no value"
    """
    name = name_of(source) or "an object of the device"
    if value is None:
        return f"{name} has no value"
    if isinstance(value, Missing):
        return f"{name}: {value.reason}" if value.is_unanswered else value.reason
    return f"{name} reads {tables.quoted(value, _QUOTED)!r}"
