"""Outlets of a chain by unit and number, where a table numbers its rows consecutively over all
units, so that a row becomes another outlet when a unit joins or leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Optional

from ..shared.errors import ProtocolError
from .cells import Missing, Rows, row_without_index
from .decoding import counted, is_number, text
from .objects import Column
from .tables import Object, RowsOfChain, Source, Tables, objects_of

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
        if not rows:
            return {}
        units, numbers = tables[self.unit], tables[self.number]
        positions = {row: (text(units.get(row, "")), text(numbers.get(row, ""))) for row in rows}
        is_any_lost = any(isinstance(c, Missing) for c in (*units.values(), *numbers.values()))
        if not any(map(any, positions.values())) and not is_any_lost:
            if any(tables[column] for column in self.others):
                return {}
            if self._lacks_columns(tables, rows[-1]):
                self._learnt(tables).has_no_names = True
                return {row: row for row in rows}
        row_by_identity: dict[str, str] = {}
        for row, (unit, number) in positions.items():
            identity = self._identity(unit, number) or row_without_index(row)
            if identity in row_by_identity:
                raise ProtocolError(
                    f"two rows of the device's table are the outlet {identity}; poll it again (a"
                    " chain with both a unit 0 and a unit 1 is not read)"
                )
            row_by_identity[identity] = row
        return {row: identity for identity, row in row_by_identity.items()}

    def units_of(self, tables: Tables, rows: Iterable[str]) -> Rows:
        """Identity -> unit, for each row: {"7": 1, "2.7": 2} of the rows 7 and 15."""
        rows = list(rows)
        if not rows:
            return {}
        identities, units = self.identities(tables, rows), tables[self.unit]
        return {identities[row]: units[row] for row in rows if row in identities and row in units}

    def _identity(self, unit: str, number: str) -> str:
        """The identity of the outlet at a position, "" if the unit or the number is no name:

        >>> chain = Chain(None, None)
        >>> chain._identity("1", "7"), chain._identity("2", "7"), chain._identity("AUX1", "B4")
        ('7', '2.7', 'AUX1.B4')
        >>> chain._identity("2", ""), chain._identity("Rack 5", "7")
        ('', '')
        """
        if not _NAME.fullmatch(number):
            return ""
        if unit in self.first_units:
            return number
        return f"{unit}.{number}" if _NAME.fullmatch(unit) else ""

    def read_names(self, tables: Tables) -> None:
        """Walk the columns of units and of numbers. The answers are kept."""
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
        """The row of a table that is an outlet's now, None if it has none. `column`: another column
        of the table. The first unit has 8 outlets; the device answers, for "3" and for "2.3":

            get number.3 -> 3, get count -> 1, get unit.3 -> 1              3
            ... count -> 2: has another row the same names?
            walk unit, walk number -> row 3 is unit 1, number 3             3
            walk unit, walk number -> row 11 is unit 2, number 3            11
            and in the next reading of the same call:
            get number.11 -> 3, get unit.11 -> 2                            11
            get number.11 -> 3, get unit.11 -> 1: a unit has left           None
        """
        rows = self._learnt(tables)
        _, _, number = identity.rpartition(".")
        if not number:
            return None
        if rows.has_no_names:
            return identity
        row_when_alone = rows.row_when_alone.get(identity)
        if row_when_alone is not None and self._counts_one_unit(tables):
            return row_when_alone  # rows change only when a unit joins or leaves
        likely_row = rows.row_by_identity.get(identity) or _first_units_row(identity)
        owner = _Owner.NOT_SHOWN
        if likely_row:
            owner = self._owner(tables, likely_row, identity, column)
        if owner is _Owner.THE_OUTLET:
            return likely_row
        if owner is _Owner.NO_ROW:
            return None
        row = self._walked_row(tables, identity, has_number=owner is not _Owner.NOT_SHOWN)
        if row == likely_row and owner is _Owner.ANOTHER:
            return None  # the walks were made before it became the other's
        if row is not None:
            rows.row_by_identity[identity] = row
        return row

    def is_checked_last(self, tables: Tables, row: str) -> bool:
        """Whether the latest request shows whose row it is: nothing was asked after the unit of the
        row, or after the count of a device that is alone."""
        rows = self._learnt(tables)
        if rows.has_no_names:
            return True
        oids = [unit.cell(tables, row) for unit in objects_of([self.unit])]
        if self.unit_count is not None and row in rows.row_when_alone.values():
            oids.append(self.unit_count.oid)
        latest_request = tables.reading.answers.asked[-1]
        return latest_request in [tables.resolve(oid) for oid in oids if oid]

    def _learnt(self, tables: Tables) -> RowsOfChain:
        return tables.reading.learnt.chains.setdefault(self, RowsOfChain())

    def _owner(self, tables: Tables, row: str, identity: str, column: Column) -> _Owner:
        """Whose row it is by GETs of its number, and last of its unit: a unit of the same size that
        leaves the chain changes this alone. For outlet "3", row 3:

            number 3, unit 1, of a device that counts one unit     THE_OUTLET
            number 3, unit 1, of one that counts two               PERHAPS: another row may be, too
            number 3, unit 2; or number 5                          ANOTHER
            no number; no value in another column, either          NOT_SHOWN; NO_ROW
        """
        rows = self._learnt(tables)
        unit, _, number = identity.rpartition(".")
        was_walked = identity in rows.row_by_identity
        number_now = self._cell(tables, self.number, row)
        if not number_now and was_walked:
            return _Owner.ANOTHER  # it had one before
        if not number_now:
            has_row = row != number or bool(tables.one_row(row)[column])
            return _Owner.NOT_SHOWN if has_row else _Owner.NO_ROW
        if number_now != number:
            return _Owner.ANOTHER
        is_only_row = was_walked or self._counts_one_unit(tables)
        unit_now = self._cell(tables, self.unit, row)
        unit_before = rows.unit_by_row.setdefault(row, unit_now)
        if unit_now not in ((unit,) if unit else self.first_units):
            return _Owner.ANOTHER
        if not is_only_row or unit_now != unit_before:
            return _Owner.PERHAPS
        if not was_walked:
            rows.row_when_alone[identity] = row
        return _Owner.THE_OUTLET

    def _counts_one_unit(self, tables: Tables) -> bool:
        return self.unit_count is not None and counted(tables[self.unit_count]) == 1

    def _walked_row(self, tables: Tables, identity: str, *, has_number: bool) -> Optional[str]:
        """The outlet's row by walks of both columns of names, None if they show none. `has_number`:
        a GET has shown that the device has the column of numbers."""
        # these alone: each other walk is a moment in which a unit may leave before the write
        tables = tables.whole.only_of((self.unit, self.number))
        units, numbers = tables[self.unit], tables[self.number]
        if has_number and not numbers:
            return None  # the walk ended early
        identities = self.identities(tables, [*{**units, **numbers, identity: ""}])
        return next((row for row, name in identities.items() if name == identity), None)


class _Owner(Enum):
    """Whose row of a table it is."""

    THE_OUTLET = "that of the outlet"
    PERHAPS = "that of the outlet, unless another row has the same unit and number"
    ANOTHER = "that of another outlet"
    NOT_SHOWN = "no number is shown"
    NO_ROW = "the table has no such row"


def _first_units_row(identity: str) -> str:
    """The row in which an outlet of the first unit is expected, "" for an outlet of another unit:

    >>> _first_units_row("7"), _first_units_row("2.7"), _first_units_row("AUX1")
    ('7', '', '')
    """
    return identity if is_number(identity) else ""


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
        if tables.walk(self.column.oid):
            # right after it, before other columns: the chain may change meanwhile
            self.chain.read_names(tables)
        rows = tables[self.column]
        identities = self.chain.identities(tables, rows)
        return {identities[row]: value for row, value in rows.items() if row in identities}

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        row = self.chain.row_of(tables, identity, self.column)
        return None if row is None else self.column.cell(tables, row)

    def units(self, tables: Tables) -> Rows:
        """Identity -> unit."""
        return self.chain.units_of(tables, tables[self.column])
