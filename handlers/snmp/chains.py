"""Outlets of a chain by unit and number, where a table numbers its rows consecutively over all
units, so that a row becomes another outlet when a unit joins or leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Optional

from ..shared.errors import ProtocolError
from .cells import Missing, Rows, row_of_lost_index
from .decoding import counted, is_number, text
from .objects import Column
from .tables import Object, Source, Tables, objects_of

# A number of at most nine digits, perhaps after capital letters: 7, AUX1, B4.
_NAME = re.compile(r"[A-Z]{0,8}[0-9]{1,9}")


@dataclass(frozen=True)
class Chain:
    """How the rows of a table are named: "2.7" by unit and number, and "7" on the first unit, which
    is called 0 or 1. Letters may stand before a number: "AUX1.B4".

    Fields:
        unit: the column with the unit of each row.
        number: the column with the outlet's number on its unit.
        unit_count: the device's own number of units: more than one are a chain.
        others: columns of another table with the same outlets, by unit and number. If `unit` and
            `number` are optional, the identity is the row's index on a device without all of these
            columns; if it lacks only `unit` and `number`, there are no rows.
        first_units: what devices call the unit that they are asked at.
    """

    unit: Source
    number: Source
    unit_count: Optional[Object] = None
    others: tuple[Source, ...] = ()
    first_units: tuple[str, ...] = ("0", "1")

    def of(self, column: Column) -> InChain:
        return InChain(column, self)

    # ---- all outlets ----

    def identities(self, tables: Tables, rows: Iterable[str]) -> dict[str, str]:
        """Row -> identity of its outlet. A row that shows none has one that ends with a dot. Raises
        ProtocolError if two rows are the same outlet."""
        rows = list(rows)
        if not rows or self._is_one_unit(tables, rows):
            return {row: row for row in rows}
        units, numbers = tables[self.unit], tables[self.number]
        positions = {row: (text(units.get(row, "")), text(numbers.get(row, ""))) for row in rows}
        is_any_lost = any(isinstance(c, Missing) for c in (*units.values(), *numbers.values()))
        if not any(map(any, positions.values())) and not is_any_lost:
            if any(tables[column] for column in self.others):
                return {}
            if self._lacks_columns(tables, rows[-1]):
                tables.reading.learnt.places[self] = ""
                return {row: row for row in rows}
        row_by_identity: dict[str, str] = {}
        for row, (unit, number) in positions.items():
            identity = self._identity(unit, number) or row_of_lost_index(row)
            if identity in row_by_identity:
                raise ProtocolError(
                    f"two rows of the device's table are the outlet {identity}; poll it again (a"
                    " chain with both a unit 0 and a unit 1 is not read)"
                )
            row_by_identity[identity] = row
        return {row: identity for identity, row in row_by_identity.items()}

    def units_of(self, tables: Tables, rows: Iterable[str]) -> Rows:
        """Identity -> unit, for each row."""
        rows = list(rows)
        if not rows:
            return {}
        if self._is_one_unit(tables, rows):
            return dict.fromkeys(rows, self._cell(tables, self.unit, rows[-1]))
        identities, units = self.identities(tables, rows), tables[self.unit]
        return {identities[row]: units[row] for row in rows if row in identities and row in units}

    def _identity(self, unit: str, number: str) -> str:
        """The identity of the outlet at a position, "" if the unit or the number is no name."""
        if not _NAME.fullmatch(number):
            return ""
        if unit in self.first_units:
            return number
        return f"{unit}.{number}" if _NAME.fullmatch(unit) else ""

    def _is_one_unit(self, tables: Tables, rows: list[str]) -> bool:
        """Whether the rows are 1 … N and all of one first unit, as the last one shows: its number
        is N. It costs two GETs, in place of two walks. A unit that says it is alone is asked, too:
        it may have kept another number."""
        last = str(len(rows))
        if not rows or set(rows) != set(map(str, range(1, len(rows) + 1))):
            return False
        if self.unit_count is not None and counted(tables[self.unit_count]) > 1:
            return False
        if self._cell(tables, self.number, last) != last:
            return False
        return self._cell(tables, self.unit, last) in self.first_units

    def read_names(self, tables: Tables, rows: Iterable[str]) -> None:
        """Read what names these rows. The answers are kept."""
        rows = list(rows)
        if not rows or self._is_one_unit(tables, rows):
            return
        for column in objects_of((self.unit, self.number)):
            tables.walk(column.oid)

    def _lacks_columns(self, tables: Tables, row: str) -> bool:
        columns = (self.unit, self.number)
        may_lack = all(getattr(column, "optional", False) for column in columns)
        return may_lack and not any(self._cell(tables, column, row) for column in columns)

    def _cell(self, tables: Tables, source: Source, row: str) -> str:
        """The value of one row by GET as text; "" if there is none."""
        value = tables.one_row(row)[source].get(row)
        return "" if value is None else text(value)

    # ---- one outlet ----

    def row_of(self, tables: Tables, identity: str, column: Column) -> Optional[str]:
        """The outlet's row now, None if it has none. GETs check the row where it is expected: that
        which it had earlier in this call, else, on the first unit, the row of its number. The unit
        is read last, because a unit that leaves the chain may change this alone. If they do not
        show it, both columns are walked. Of a device that was alone when they showed it, its count
        is enough: rows change only when a unit joins or leaves."""
        places = tables.reading.learnt.places
        unit, _, number = identity.rpartition(".")
        if not number:
            return None
        if self in places:  # the device has no such columns
            return identity
        row_when_alone = places.get((self, identity, "alone"))
        if row_when_alone is not None and self._counts_one_unit(tables):
            return row_when_alone
        row_by_number = number if not unit and is_number(number) else None
        likely_row = places.get((self, identity), row_by_number)
        is_denied = False
        if likely_row is not None:
            number_now = self._cell(tables, self.number, likely_row)
            if not number_now and likely_row == number and not tables.one_row(likely_row)[column]:
                return None
            if number_now == number:
                was_walked = (self, identity) in places
                is_only_row = was_walked or self._counts_one_unit(tables)
                unit_now = self._cell(tables, self.unit, likely_row)
                unit_before = places.setdefault((self, identity, likely_row), unit_now)
                is_right = unit_now in ((unit,) if unit else self.first_units)
                if is_right and is_only_row and unit_now == unit_before:
                    if not was_walked:
                        places[self, identity, "alone"] = likely_row
                    return likely_row
                is_denied = not is_right
            elif number_now:
                is_denied = True
        row = self._walked_row(tables, identity, has_number=is_denied)
        if row is None or (row == likely_row and is_denied):
            return None  # the walks were made before it became the other's
        places[self, identity] = row
        return row

    def _counts_one_unit(self, tables: Tables) -> bool:
        return self.unit_count is not None and counted(tables[self.unit_count]) == 1

    def _walked_row(self, tables: Tables, identity: str, *, has_number: bool) -> Optional[str]:
        tables = tables.whole
        units, numbers = tables[self.unit], tables[self.number]
        if has_number and not numbers:
            return None  # the walk ended early
        identities = self.identities(tables, {**units, **numbers, identity: ""})
        return next((row for row, name in identities.items() if name == identity), None)


@dataclass(frozen=True)
class InChain:
    """A column of a chain's table, under the identities of the outlets."""

    column: Column
    chain: Chain

    @property
    def oid(self) -> str:
        return self.column.oid

    @property
    def object(self) -> str:
        return self.column.object

    @property
    def optional(self) -> bool:
        return self.column.optional

    def columns(self) -> Iterable[tuple[str, bool]]:
        return self.column.columns()

    def rows(self, tables: Tables) -> Rows:
        # right after the walk of the values, before other columns: the chain may change meanwhile
        self.chain.read_names(tables, tables.walk(self.column.oid))
        rows = tables[self.column]
        identities = self.chain.identities(tables, rows)
        return {identities[row]: value for row, value in rows.items() if row in identities}

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        row = self.chain.row_of(tables, identity, self.column)
        return None if row is None else self.column.cell(tables, row)

    def units(self, tables: Tables) -> Rows:
        """Identity -> unit."""
        return self.chain.units_of(tables, tables[self.column])
