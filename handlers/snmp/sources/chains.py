"""Outlets of a chain by unit and number, where a table numbers its rows consecutively over all
units, so that a row becomes another outlet when a unit joins or leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, Optional

from ...dcimanager.rows import Raw
from ...shared.errors import ProtocolError
from .. import validation
from ..decoding import Rows, text
from ..reader import UNIDENTIFIED, Lost, Reader
from .base import ObjectSource, ReadOnly, Source, counted, is_number, no_object
from .objects import Column

# A number of at most nine digits, perhaps after capital letters: 7, AUX1, B4.
_NAME = re.compile(r"[A-Z]{0,8}[0-9]{1,9}")


class _Position(NamedTuple):
    """An outlet's unit and its number on it, as the device calls them."""

    unit: str
    number: str


class ByUnit(ObjectSource):
    """Rows of a table that numbers the outlets of a chain consecutively, under the outlet's unit
    and its number on it: "2.7", and "7" on the first unit, which is called 0 or 1. Letters may
    stand before a number: "AUX1.B4".

    Each reading finds the row by both. A row that lacks one of them has an identity that ends with
    a dot, as no other does. Raises ProtocolError if two rows are the same outlet, as they are in a
    chain that has both a unit 0 and a unit 1.

    Fields:
        source: a column of the table.
        unit: the column with the unit of each row.
        number: the column with the outlet's number on its unit.
        unit_count: the device's own number of units: more than one are a chain.
        others: columns of another table with the same outlets, by unit and number. If `unit` and
            `number` are optional, the identity is the row's index on a device without all of these
            columns; if it lacks only `unit` and `number`, there are no rows.
        first_units: what devices call the unit that they are asked at. An outlet of either is "7",
            so that its identity follows from its own row alone; no device is known to have both.
    """

    source: ObjectSource
    unit: Source
    number: Source
    unit_count: Optional[Source] = None
    others: tuple[Source, ...] = ()
    first_units: tuple[str, ...] = ("0", "1")

    def check(self) -> None:
        validation.require_values(self.first_units, "first_units")

    def rows(self, reader: Reader) -> Rows:
        """The rows of `source` under the identities of their outlets."""
        rows = self.source.rows(reader)
        identities = self._identities(reader, rows)
        return {identities[row]: value for row, value in rows.items() if row in identities}

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value in the outlet's row, None if it has none."""
        row = self.row_of(reader, identity)
        return None if row is None else self.source.value_of(reader, row)

    def reads_single_rows(self) -> bool:
        return True

    def instance_oid(self, reader: Reader, identity: str) -> str:
        row = self.row_of(reader, identity)
        if row is None:
            raise no_object(identity)
        return self.source.instance_oid(reader, row)

    def row_of(self, reader: Reader, identity: str) -> Optional[str]:
        """The outlet's row now, None if it has none.

        The row that it had earlier in this call is only checked; so is, on the first unit, the row
        of the outlet's number: the rows of the first unit are the first. So no unit 0 is before a
        unit 1 there. Whether a unit 1 follows a unit 0 is walked once in a call. Raises
        ProtocolError if the chain has both.
        """
        unit, _, number = identity.rpartition(".")
        if not number:
            return None
        if (self.unit, self.number) in reader.places:  # the device has no such columns
            return identity
        place = (self.unit, self.number, identity)
        first_guess = number if not unit and is_number(number) else ""
        guess = reader.places.get(place, first_guess)
        number_now = self.number.value_of(reader, guess) if guess else None
        if guess == number and number_now is None:
            value = self.source.value_of(reader, guess)
            if value is None:
                return None  # the table has no such row, and so not as many outlets
        unit_now = earlier_unit = ""
        has_number = number_now is not None and text(number_now) == number
        if has_number:
            # last, because a unit of the same size that leaves changes this alone
            unit_now = _cell(self.unit, reader, guess)
            earlier_unit = reader.places.setdefault((place, guess), unit_now)
        units_of_outlet = (unit,) if unit else self.first_units
        is_confirmed = has_number and unit_now in units_of_outlet
        is_ambiguous = unit_now == self.first_units[0] and place not in reader.places
        if is_confirmed and not is_ambiguous and unit_now == earlier_unit:
            return guess
        units, numbers = self.unit.rows(reader), self.number.rows(reader)
        if number_now is not None and not numbers:
            return None  # the walks ended early: the device has these columns
        identities = self._identities_of(reader, {**units, **numbers, identity: ""})
        rows = [row for row, outlet in identities.items() if outlet == identity]
        if not rows:
            return None
        is_denied = number_now is not None and not is_confirmed
        if rows[0] == guess and is_denied:
            return None  # the walks were made before, and the row has become another outlet's
        reader.places[place] = rows[0]
        return rows[0]

    def units_of(self, reader: Reader) -> Rows:
        """Identity -> unit, for each row."""
        rows = self.source.rows(reader)
        if _is_one_unit(rows, reader, self):
            return dict.fromkeys(rows, _cell(self.unit, reader, str(len(rows))))
        identities = self._identities(reader, rows)
        units = self.unit.rows(reader)
        unit_by_identity: Rows = {}
        for row in rows:
            if row in identities and row in units:
                unit_by_identity[identities[row]] = units[row]
        return unit_by_identity

    def _identities(self, reader: Reader, rows: Rows) -> dict[str, str]:
        """Row -> identity of its outlet. Raises ProtocolError if two rows have the same."""
        if not rows or _is_one_unit(rows, reader, self):
            return {row: row for row in rows}
        return self._identities_of(reader, rows)

    def _identities_of(self, reader: Reader, rows: Iterable[str]) -> dict[str, str]:
        """Row -> identity, by the columns of units and numbers. Raises ProtocolError if two rows
        are the same outlet.

        If both columns are empty, and the device does not have them, the identity is the row.
        """
        units, numbers = self.unit.rows(reader), self.number.rows(reader)
        positions: dict[str, _Position] = {}
        for row in rows:
            position = _Position(unit=text(units.get(row, "")), number=text(numbers.get(row, "")))
            positions[row] = position
        has_text = any(map(any, positions.values()))
        cells = (*units.values(), *numbers.values())
        if not has_text and not any(isinstance(cell, Lost) for cell in cells):
            if any(column.rows(reader) for column in self.others):
                return {}
            if self._lacks_columns(reader, next(reversed(positions), "")):
                reader.places[self.unit, self.number] = ""
                return {row: row for row in positions}
        row_by_identity: dict[str, str] = {}
        for row, position in positions.items():
            identity = self._identity_at(position) or f"{row}{UNIDENTIFIED}"
            if identity in row_by_identity:
                raise ProtocolError(
                    f"two rows of the device's table are the outlet {identity}; poll it again (a"
                    " chain with both a unit 0 and a unit 1 is not read)"
                )
            row_by_identity[identity] = row
        return {row: identity for identity, row in row_by_identity.items()}

    def _lacks_columns(self, reader: Reader, row: str) -> bool:
        """Whether the device does not have the columns of units and numbers: some devices with the
        table lack them, and a GET of this row has no value in either."""
        columns = (self.unit, self.number)
        cells = [_cell(column, reader, row) for column in columns]
        may_lack = all(isinstance(column, Column) and column.optional for column in columns)
        return may_lack and not any(cells)

    def _identity_at(self, position: _Position) -> str:
        """The identity of the outlet at a position, "" if the unit or the number is no name."""
        unit, number = position
        if not _NAME.fullmatch(number):
            return ""
        if unit in self.first_units:
            return number
        return f"{unit}.{number}" if _NAME.fullmatch(unit) else ""


class UnitOf(ReadOnly):
    """The unit of each row of a `ByUnit`, as the device calls it."""

    WHY = "several outlets share a unit"

    over: ByUnit

    def rows(self, reader: Reader) -> Rows:
        """Identity -> unit."""
        return self.over.units_of(reader)


def _is_one_unit(rows: Rows, reader: Reader, columns: ByUnit) -> bool:
    """Whether the rows are 1 … N and all of one first unit, as the last one shows: its number on
    its unit is N. It costs two GETs, in place of two walks."""
    consecutive_rows = {str(row) for row in range(1, len(rows) + 1)}
    if not rows or rows.keys() != consecutive_rows:
        return False
    if columns.unit_count is not None and counted(columns.unit_count, reader) > 1:
        return False
    last = str(len(rows))
    number = _cell(columns.number, reader, last)
    if number != last:
        return False
    unit = _cell(columns.unit, reader, last)
    return unit in columns.first_units


def _cell(column: Source, reader: Reader, row: str) -> str:
    """The value of one row as text; "" if there is none."""
    value = column.value_of(reader, row)
    return "" if value is None else text(value)
