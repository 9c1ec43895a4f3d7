"""The states of outlets: which values mean on and off, and the conditions under which they hold."""

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
    """The name of the object of a source's values, or its OID."""
    first = object_of(source)
    return (first.object or first.oid) if first else ""


class Decision(NamedTuple):
    """The state of an outlet, and why it is not known."""

    state: EnumPowerStatus
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Condition:
    """A condition under which what the device tells of an outlet, of a unit, or of all is current.

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
        """Raises ValueError without a good value, and for a scalar that names units."""
        validation.require_values(self.good, "good")
        validation.require_distinct_texts(self.good, "good")
        if self.unit not in (None, Arcs()) and isinstance(self.source, Scalar):
            raise ValueError("unit is given and source is a Scalar, which is of the whole device")

    def objections(
        self, tables: Tables, rows: Rows, values: Optional[Source] = None
    ) -> dict[str, str]:
        """Row -> why its value is not current; without the others. `values`: the source of the
        rows; of a scalar, each value of the condition must be good."""
        if not rows or (self.optional and is_known_absent(tables, self.source)):
            return {}
        readings = self._readings(tables)
        if self.optional and not readings and self._is_absent(tables, rows):
            return {}
        is_of_device = self.unit is None or isinstance(object_of(values), Scalar)
        worst = self._worst(readings) if is_of_device else None
        reasons: dict[str, str] = {}
        for row in rows:
            if is_of_device or self.unit is None:
                reading = worst
            else:
                reading = readings.get(self.unit.of(row))
            if not is_one_of(reading, self.good):
                reasons[row] = self._reason(tables, reading)
        return reasons

    def valid_rows(self, tables: Tables, rows: Rows, values: Optional[Source] = None) -> Rows:
        """The rows, missing where their values are not current."""
        reasons = self.objections(tables, rows, values)
        return {
            row: Missing(reasons[row]) if row in reasons else value for row, value in rows.items()
        }

    def _is_absent(self, tables: Tables, rows: Iterable[str]) -> bool:
        units = (self.unit.of(row) if self.unit else "" for row in rows)
        firsts = (
            unit if unit and self.part == Arcs() else f"{unit}.1" if unit else "1" for unit in units
        )
        return is_absent(tables, self.source, firsts)

    def _readings(self, tables: Tables) -> Rows:
        """Unit -> its value; of several, one that is not good if there is one."""
        if tables.outlet and self.unit and self.part == Arcs():
            unit = self.unit.of(tables.outlet)
            return tables.one_row(unit)[self.source]
        readings: Rows = {}
        for row, value in tables.whole[self.source].items():
            unit = self.part.of(row)
            if unit not in readings or is_one_of(readings[unit], self.good):
                readings[unit] = value
        return readings

    def _worst(self, readings: Rows) -> Optional[Cell]:
        bad = [value for value in readings.values() if not is_one_of(value, self.good)]
        return next(iter(bad or readings.values()), None)

    def _reason(self, tables: Tables, value: Optional[Cell]) -> str:
        reading = _value_text(tables, self.source, value)
        if not self.why or isinstance(value, Missing):
            return reading
        return f"{self.why} ({reading})"


@dataclass(frozen=True, eq=False)
class State:
    """States of outlets: UP, DOWN, or UNKNOWN for every value that is in none of the lists.

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
        """Raises ValueError unless on and off have values, all of them different."""
        validation.require_values(self.on, "on")
        validation.require_values(self.off, "off")
        words: list[tuple[str, tuple[str, ...]]] = []
        for name in ("on", "off", "absent"):
            values = getattr(self, name)
            validation.require_distinct_texts(values, name)
            words.append((name, tuple(map(str.casefold, values))))
        validation.require_disjoint(words)

    def sources(self) -> list[Optional[Source]]:
        return [self.source, self.crosscheck, *(condition.source for condition in self.conditions)]

    def rows(self, tables: Tables) -> Rows:
        """The outlets that the device lists, each with the value of its state."""
        rows = tables[self.source]
        return {row: value for row, value in rows.items() if not self.is_absent(value)}

    def is_absent(self, value: Cell) -> bool:
        absent = map(str.casefold, self.absent)
        return not isinstance(value, Missing) and text(value).casefold() in absent

    def decisions(
        self, tables: Tables, conditions: Sequence[Condition] = ()
    ) -> dict[str, Decision]:
        """The state of every outlet, with the reason why it is not known."""
        rows = self.rows(tables)
        for condition in conditions:
            rows = condition.valid_rows(tables, rows, self.source)
        objections = [condition.objections(tables, rows) for condition in self.conditions]
        crosschecks = tables[self.crosscheck] if self.crosscheck and rows else {}
        decisions: dict[str, Decision] = {}
        for row, value in rows.items():
            decision = self.reported(tables, value)
            for reasons in objections:
                if decision.state is not UNKNOWN and row in reasons:
                    decision = Decision(UNKNOWN, reasons[row])
            if self.crosscheck and decision.state is not UNKNOWN:
                crosscheck = crosschecks.get(row)
                if crosscheck is None or self._meaning(crosscheck) is not decision.state:
                    reading = _value_text(tables, self.source, value)
                    other_reading = _value_text(tables, self.crosscheck, crosscheck)
                    decision = Decision(UNKNOWN, f"{reading}, and {other_reading}")
            decisions[row] = decision
        return decisions

    def reported(self, tables: Tables, value: Cell) -> Decision:
        """What a value of `source` means, whatever contradicts it."""
        state = self._meaning(value)
        if state is not UNKNOWN:
            return Decision(state)
        reading = _value_text(tables, self.source, value)
        if isinstance(value, Missing):
            return Decision(state, reading)
        on, off = some(self.on), some(self.off)
        return Decision(state, f"{reading}, neither on ({on}) nor off ({off})")

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


def _value_text(tables: Tables, source: Source, value: Optional[Cell]) -> str:
    """The reason for an UNKNOWN state: "sPDUOutletCtl reads '7'", or that it has no value."""
    name = name_of(source) or "an object of the device"
    if value is None:
        return f"{name} has no value"
    if isinstance(value, Missing):
        return f"{name}: {value.reason}" if value.is_unanswered else value.reason
    return f"{name} reads {tables.quoted(value, _QUOTED)!r}"
