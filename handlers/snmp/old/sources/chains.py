"""Outlets of a chain by unit and number, where a table numbers its rows consecutively over all
units, so that a row becomes another outlet when a unit joins or leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple, Optional

from ....dcimanager.rows import Raw
from ....shared.errors import ProtocolError
from ... import validation
from ...decoding import Rows, text
from ..reader import UNIDENTIFIED, Lost, Reader
from .base import ObjectSource, ReadOnly, Source, counted, is_number, no_object
from .objects import Column

# A number of at most nine digits, perhaps after capital letters: 7, AUX1, B4.
_NAME = re.compile(r"[A-Z]{0,8}[0-9]{1,9}")


class _Position(NamedTuple):
    """An outlet's unit and its number on it, as the device calls them."""

    unit: str
    number: str


class _RowOwner(Enum):
    """Which outlet a row is, as GETs of its cells show."""

    THE_OUTLET = "the one that is looked for"
    PERHAPS_THE_OUTLET = "the one that is looked for, unless another row is, too"
    ANOTHER_OUTLET = "another one"
    NO_ANSWER = "the row shows no number"
    NO_ROW = "the table has no such row"


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
        rows = reader.rows(self.source)
        identities = self._identities(reader, rows)
        return {identities[row]: value for row, value in rows.items() if row in identities}

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value in the outlet's row, None if it has none."""
        row = self.row_of(reader, identity)
        return None if row is None else self.source.value_of(reader, row)

    def reads_single_rows(self) -> bool:
        return True

    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The cell of the outlet's row now. Raises NoSuchOutlet if it has none."""
        row = self.row_of(reader, identity)
        if row is None:
            raise no_object(identity)
        return self.source.instance_oid(reader, row)

    def row_of(self, reader: Reader, identity: str) -> Optional[str]:
        """The outlet's row now, None if it has none.

        GETs check the row in which it is expected: that which it had earlier in this call, else, on
        the first unit, the row of its number, because the rows of the first unit are the first. If
        they do not show that the row is the outlet's, both columns are walked, once in a call.
        Raises ProtocolError if the chain has both a unit 0 and a unit 1.
        """
        unit, _, number = identity.rpartition(".")
        if not number:
            return None
        if (self.unit, self.number) in reader.places:  # the device has no such columns
            return identity
        place = (self.unit, self.number, identity)
        row_of_number = number if not unit and is_number(number) else None
        expected_row = reader.places.get(place, row_of_number)
        owner = _RowOwner.NO_ANSWER
        if expected_row is not None:
            owner = self._owner_of(reader, expected_row, identity)
        if owner is _RowOwner.NO_ROW:
            return None
        if owner is _RowOwner.THE_OUTLET:
            return expected_row
        has_number = owner is not _RowOwner.NO_ANSWER
        row = self._walked_row(reader, identity, has_number=has_number)
        if row == expected_row and owner is _RowOwner.ANOTHER_OUTLET:
            return None  # the walks were made before it became the other's
        if row is not None:
            reader.places[place] = row
        return row

    def _owner_of(self, reader: Reader, row: str, identity: str) -> _RowOwner:
        """What GETs of a row's number and unit say of the outlet that it is. The unit is read last,
        because a unit of the same size that leaves the chain changes this alone."""
        unit, _, number = identity.rpartition(".")
        number_now = self.number.value_of(reader, row)
        if number_now is None:
            # without a row of its number, the table has not as many outlets
            has_row = row != number or self.source.value_of(reader, row) is not None
            return _RowOwner.NO_ANSWER if has_row else _RowOwner.NO_ROW
        if text(number_now) != number:
            return _RowOwner.ANOTHER_OUTLET
        place = (self.unit, self.number, identity)
        # whether another unit has the same number, or a unit 1 follows a unit 0, only walks tell
        is_only_row = place in reader.places or self._counts_one_unit(reader)
        unit_now = _cell(self.unit, reader, row)
        unit_before = reader.places.setdefault((place, row), unit_now)
        units_of_outlet = (unit,) if unit else self.first_units
        if unit_now not in units_of_outlet:
            return _RowOwner.ANOTHER_OUTLET
        if is_only_row and unit_now == unit_before:
            return _RowOwner.THE_OUTLET
        return _RowOwner.PERHAPS_THE_OUTLET

    def _counts_one_unit(self, reader: Reader) -> bool:
        """Whether the device counts one unit in its chain."""
        return self.unit_count is not None and counted(self.unit_count, reader) == 1

    def _walked_row(self, reader: Reader, identity: str, *, has_number: bool) -> Optional[str]:
        """The outlet's row by walks of both columns, None if they show none. `has_number`: a GET
        has shown that the device has the column of numbers."""
        units, numbers = reader.rows(self.unit), reader.rows(self.number)
        if has_number and not numbers:
            return None  # the walk ended early
        # on a device without these columns, the row of an outlet is its identity
        rows = {**units, **numbers, identity: ""}
        for row, identity_of_row in self._identities_of(reader, rows).items():
            if identity_of_row == identity:
                return row
        return None

    def units_of(self, reader: Reader) -> Rows:
        """Identity -> unit, for each row."""
        rows = reader.rows(self.source)
        if _is_one_unit(self, rows, reader):
            return dict.fromkeys(rows, _cell(self.unit, reader, str(len(rows))))
        identities = self._identities(reader, rows)
        units = reader.rows(self.unit)
        unit_by_identity: Rows = {}
        for row in rows:
            if row in identities and row in units:
                unit_by_identity[identities[row]] = units[row]
        return unit_by_identity

    def _identities(self, reader: Reader, rows: Rows) -> dict[str, str]:
        """Row -> identity of its outlet. Raises ProtocolError if two rows have the same."""
        if not rows or _is_one_unit(self, rows, reader):
            return {row: row for row in rows}
        return self._identities_of(reader, rows)

    def _identities_of(self, reader: Reader, rows: Iterable[str]) -> dict[str, str]:
        """Row -> identity, by the columns of units and numbers. Raises ProtocolError if two rows
        are the same outlet.

        If both columns are empty, and the device does not have them, the identity is the row.
        """
        units, numbers = reader.rows(self.unit), reader.rows(self.number)
        positions: dict[str, _Position] = {}
        for row in rows:
            position = _Position(unit=text(units.get(row, "")), number=text(numbers.get(row, "")))
            positions[row] = position
        has_text = any(map(any, positions.values()))
        cells = (*units.values(), *numbers.values())
        if not has_text and not any(isinstance(cell, Lost) for cell in cells):
            if any(reader.rows(column) for column in self.others):
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


def _is_one_unit(outlets: ByUnit, rows: Rows, reader: Reader) -> bool:
    """Whether the rows are 1 … N and all of one first unit, as the last one shows: its number on
    its unit is N. It costs two GETs, in place of two walks."""
    last_row = str(len(rows))
    consecutive_rows = {str(row) for row in range(1, len(rows) + 1)}
    if not rows or rows.keys() != consecutive_rows:
        return False
    if outlets.unit_count is not None and counted(outlets.unit_count, reader) > 1:
        return False
    if _cell(outlets.number, reader, last_row) != last_row:
        return False
    return _cell(outlets.unit, reader, last_row) in outlets.first_units


def _cell(column: Source, reader: Reader, row: str) -> str:
    """The value of one row as text; "" if there is none."""
    value = column.value_of(reader, row)
    return "" if value is None else text(value)
