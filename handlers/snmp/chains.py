"""Outlets of a chain by unit and number, where a table numbers its rows consecutively over all
units, so that a row becomes another outlet when a unit joins or leaves.

Unit 1 has 8 outlets, unit 2 has 4. The table has a column with the unit and one with the number:

    row         1 …  8   9 … 12
    unit        1 …  1   2 …  2
    number      1 …  8   1 …  4
    identity    1 …  8   2.1 … 2.4

The unit and the number are an outlet's name, and together its identity, as "2.7"; on the first unit
it is the number alone.

`tables[source]` are the rows of an object of the device, {row: value}, walked at the first
question; `tables.one_row("15")[source]` is this row alone, by GET. A call reads the device several
times, as after a write; what it has learnt of the rows (`RowsOfChain`) is kept from one reading to
the next: `walked_row_of` {"2.7": "15"}, `row_of_single_unit` {"7": "7"}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
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
    is called 0 or 1 (`first_units`). Letters may stand before a number: "AUX1.B4". `unit` and
    `number` are the columns of the two, `unit_count` the device's own number of units, and `others`
    columns of another table with the same outlets.

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
        """A column of the chain's table as a source: its rows have the identities of outlets,
        {"7": 1, "2.7": 2} in place of {"7": 1, "15": 2}."""
        return InChain(column, self)

    # ---- all outlets ----

    def identities(self, tables: Tables, rows: Iterable[str]) -> dict[str, str]:
        """Row -> identity of its outlet, by the columns of units and numbers. A row of which one of
        the two is not known has its own index and a dot. Raises ProtocolError if two rows are the
        same outlet.

            units {"7": 1, "15": 2}, numbers {"7": 7, "15": 7}   {"7": "7", "15": "2.7"}
            units {"7": 1}, numbers {"7": NO_ANSWER}             {"7": "7."}
            units {"7": 0, "15": 1}, numbers {"7": 7, "15": 7}   ProtocolError: both are outlet 7
            both columns are optional, and the device has none   {"7": "7", "15": "15"}
            the same, and one of `others` has rows               {}: nothing names these rows
        """
        rows = list(rows)
        if not rows:
            return {}
        units, numbers = tables[self.unit], tables[self.number]
        names = {row: (text(units.get(row, "")), text(numbers.get(row, ""))) for row in rows}
        has_any_name = any(unit or number for unit, number in names.values())
        cells = (*units.values(), *numbers.values())
        is_any_lost = any(isinstance(cell, Missing) for cell in cells)
        if not has_any_name and not is_any_lost:
            if any(tables[column] for column in self.others):
                return {}
            if self._lacks_unit_and_number(tables, rows[-1]):
                self._learnt(tables).lacks_unit_and_number = True
                return {row: row for row in rows}
        return self._identity_by_row(names)

    def _identity_by_row(self, names: Mapping[str, tuple[str, str]]) -> dict[str, str]:
        """Row -> identity of its outlet, by the unit and the number of each row. Raises
        ProtocolError if two rows are the same outlet.

        >>> chain = Chain(None, None)
        >>> chain._identity_by_row({"7": ("1", "7"), "15": ("2", "7"), "16": ("2", "")})
        {'7': '7', '15': '2.7', '16': '16.'}
        >>> chain._identity_by_row({"7": ("0", "7"), "15": ("1", "7")})
        Traceback (most recent call last):
        handlers.shared.errors.ProtocolError: two rows of the device's table are the outlet 7; ...
        """
        row_by_identity: dict[str, str] = {}
        for row, (unit, number) in names.items():
            identity = self._identity(unit, number) or row_without_index(row)
            if identity in row_by_identity:
                raise ProtocolError(
                    f"two rows of the device's table are the outlet {identity}; poll it again (a"
                    " chain with both a unit 0 and a unit 1 is not read)"
                )
            row_by_identity[identity] = row
        return {row: identity for identity, row in row_by_identity.items()}

    def units_of(self, tables: Tables, rows: Iterable[str]) -> Rows:
        """Identity -> unit of each outlet in these rows; rows of which the device does not tell the
        unit are left out.

            rows 7 and 15, units {"7": 1, "15": 2}, numbers {"7": 7, "15": 7}   {"7": 1, "2.7": 2}
        """
        rows = list(rows)
        if not rows:
            return {}
        identities, units = self.identities(tables, rows), tables[self.unit]
        return {identities[row]: units[row] for row in rows if row in identities and row in units}

    def _identity(self, unit: str, number: str) -> str:
        """The identity of an outlet, of its unit and its number there; "" if one of the two is
        empty or in a form that is not read:

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

    def walk_units_and_numbers(self, tables: Tables) -> None:
        """Walk the columns of units and of numbers now, so that their rows are those of the column
        that was walked just before: a unit may join or leave later. Nothing is returned; `tables`
        keeps the answers, and gives them when `identities` asks for the two."""
        for column in objects_of((self.unit, self.number)):
            tables.walk(column.oid)

    def _lacks_unit_and_number(self, tables: Tables, row: str) -> bool:
        """Whether the device has no columns of units and numbers, which some devices of the family
        lack (`optional`): GETs of both in this row have no value, either.

            both optional, get unit.7 -> nothing, get number.7 -> nothing   True
            both optional, get unit.7 -> 1                                  False: a walk lost it
        """
        columns = (self.unit, self.number)
        are_optional = all(getattr(column, "optional", False) for column in columns)
        return are_optional and not any(_text_by_get(tables, column, row) for column in columns)

    # ---- one outlet ----

    def row_of(self, tables: Tables, identity: str, column: Column) -> Optional[str]:
        """The row of the chain's table that is an outlet's now, None if it has none. `column`: a
        third column of the table, a GET of which shows whether it has a row at all.

            "3", and the device has no columns of units and numbers    "3": the row is its name
            "3", which an earlier reading saw on a device of one
                unit; get count -> 1                                   "3": no unit has joined
            "2.", the unit of an outlet without its number             None
            another                                                    by GETs and walks of both
        """
        learnt = self._learnt(tables)
        _, _, number = identity.rpartition(".")
        if not number:
            return None
        if learnt.lacks_unit_and_number:
            return identity
        if identity in learnt.row_of_single_unit and self._counts_one_unit(tables):
            return learnt.row_of_single_unit[identity]
        return self._row_by_unit_and_number(tables, identity, column)

    def _row_by_unit_and_number(
        self, tables: Tables, identity: str, column: Column
    ) -> Optional[str]:
        """The row that has the unit and the number of an outlet now, None without. The outlet is
        expected where an earlier reading saw it, or "3" of the first unit in row 3; GETs of this
        row tell whose it is (`_Owner`). Unless it certainly is the outlet's, all rows are walked.
        `column`: a third column of the table.

        The first unit has 8 outlets. For "3" and for "2.3":

            get number.3 -> 3, get count -> 1, get unit.3 -> 1              3
            ... get count -> 2: another row may have the same names
            walk unit, walk number -> row 3 is unit 1, number 3             3
            walk unit, walk number -> row 11 is unit 2, number 3            11
            and in the next reading of the same call:
            get number.11 -> 3, get unit.11 -> 2                            11
            get number.11 -> 3, get unit.11 -> 1: a unit has left           None
        """
        walked_row_of = self._learnt(tables).walked_row_of
        expected_row = walked_row_of.get(identity) or _first_units_row(identity)
        owner = _Owner.NOT_SHOWN
        if expected_row:
            owner = self._owner(tables, expected_row, identity, column)
        if owner is _Owner.THE_OUTLET:
            return expected_row
        if owner is _Owner.NO_ROW:
            return None
        row = self._walked_row(tables, identity, has_number=owner is not _Owner.NOT_SHOWN)
        if row == expected_row and owner is _Owner.ANOTHER:
            return None  # the walks were made before it became the other's
        if row is not None:
            walked_row_of[identity] = row
        return row

    def is_checked_last(self, tables: Tables, row: str) -> bool:
        """Whether the latest request shows whose row it is, so that a command need not look it up
        once more before the write. For row 15; in the second line, of a device that counts one
        unit:

            the latest was get unit.15                      True
            the latest was get count -> 1                   True
            the latest was get guard.15                     False: a unit may have left since
            the device has no columns of units and numbers  True: the row is the outlet's name
        """
        learnt = self._learnt(tables)
        if learnt.lacks_unit_and_number:
            return True
        telling_oids = [unit.cell(tables, row) for unit in objects_of([self.unit])]
        if self.unit_count is not None and row in learnt.row_of_single_unit.values():
            telling_oids.append(self.unit_count.oid)
        latest_request = tables.reading.answers.asked[-1]
        return latest_request in [tables.resolve(oid) for oid in telling_oids if oid]

    def _learnt(self, tables: Tables) -> RowsOfChain:
        """What this call knows of the chain's rows so far, from this reading and earlier ones:
        outlet "2.7" was in row 15. The record is the kept one, to be changed."""
        return tables.reading.learnt.chains.setdefault(self, RowsOfChain())

    def _owner(self, tables: Tables, row: str, identity: str, column: Column) -> _Owner:
        """Whether a row is that of an outlet, by GETs of the row's number and last of its unit: if
        a unit of the same size leaves the chain, only the unit of the row changes. `column`: a
        third column of the table. What the GETs show is kept in what the call has learnt. For
        outlet "3" and row 3, before any walk:

            get number.3 -> nothing, and of `column` nothing       NO_ROW
            get number.3 -> nothing, but of `column` a value       NOT_SHOWN
            get number.3 -> 5                                      ANOTHER; so is nothing after a
                                                                   walk that showed the outlet here
            get number.3 -> 3, get unit.3 -> 2                     ANOTHER
            get number.3 -> 3, get unit.3 -> 1, get count -> 2     PERHAPS: another row may be, too
            get number.3 -> 3, get unit.3 -> 1, get count -> 1     THE_OUTLET
        """
        learnt = self._learnt(tables)
        unit, _, number = identity.rpartition(".")
        was_walked = identity in learnt.walked_row_of
        number_now = _text_by_get(tables, self.number, row)
        if not number_now and not was_walked:
            is_row_there = bool(tables.one_row(row)[column])
            return _Owner.NOT_SHOWN if is_row_there else _Owner.NO_ROW
        if number_now != number:
            return _Owner.ANOTHER
        is_only_row = was_walked or self._counts_one_unit(tables)
        unit_now = _text_by_get(tables, self.unit, row)
        first_unit = learnt.first_unit_of_row.setdefault(row, unit_now)
        names_of_unit = (unit,) if unit else self.first_units
        if unit_now not in names_of_unit:
            return _Owner.ANOTHER
        if not is_only_row or unit_now != first_unit:
            return _Owner.PERHAPS
        if not was_walked:
            learnt.row_of_single_unit[identity] = row
        return _Owner.THE_OUTLET

    def _counts_one_unit(self, tables: Tables) -> bool:
        """Whether the device says that it is alone, so that no row is another unit's: get count
        gives 1. False for a family without a count."""
        return self.unit_count is not None and counted(tables[self.unit_count]) == 1

    def _walked_row(self, tables: Tables, identity: str, *, has_number: bool) -> Optional[str]:
        """The outlet's row by walks of the columns of units and numbers, None if they show none.
        `has_number`: a GET has shown that the device has the column of numbers, so that a walk
        without any row was lost. The rows of the walks, and one more with the name of the outlet,
        are given their identities. For "2.7":

            walk unit {"7": 1, "15": 2}, walk number {"7": 7, "15": 7}   "15"
            walk unit {"7": 1}, walk number {"7": 7}                     None: unit 2 has left
        """
        # these alone: each other walk is a moment in which a unit may leave before the write
        tables = tables.with_all_rows.only_of((self.unit, self.number))
        units, numbers = tables[self.unit], tables[self.number]
        if has_number and not numbers:
            return None  # the walk ended early
        rows = dict.fromkeys([*units, *numbers, identity])
        identities = self.identities(tables, rows)
        return next((row for row, name in identities.items() if name == identity), None)


class _Owner(Enum):
    """Whose row of a table it is."""

    THE_OUTLET = "that of the outlet"
    PERHAPS = "that of the outlet, unless another row has the same unit and number"
    ANOTHER = "that of another outlet"
    NOT_SHOWN = "no number is shown"
    NO_ROW = "the table has no such row"


def _text_by_get(tables: Tables, source: Source, row: str) -> str:
    """The value of one row by GET as text, "" if there is none: get unit.15 -> 2 gives "2"."""
    value = tables.one_row(row)[source].get(row)
    return "" if value is None else text(value)


def _first_units_row(identity: str) -> str:
    """The row in which an outlet of the first unit is expected, "" for an outlet of another unit:

    >>> _first_units_row("7"), _first_units_row("2.7"), _first_units_row("AUX1")
    ('7', '', '')
    """
    return identity if is_number(identity) else ""


@dataclass(frozen=True)
class InChain:
    """A column of a chain's table, whose rows have the identities of outlets: the device answers
    `column` with {"7": 1, "15": 2}, and the rows here are {"7": 1, "2.7": 2}. `chain` has the
    columns of units and numbers, which name the rows."""

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
        """Identity -> value of each outlet of the chain. The units and numbers are walked right
        after the column, before others of the table: a unit may leave the chain meanwhile.

            walk state   {"7": 1, "15": 2}
            walk unit    {"7": 1, "15": 2}
            walk number  {"7": 7, "15": 7}    {"7": 1, "2.7": 2}
            walk state   {}                   {}, without the other two walks
        """
        walked_rows = tables.walk(self.column.oid)
        if walked_rows:
            self.chain.walk_units_and_numbers(tables)
        rows = tables[self.column]
        identities = self.chain.identities(tables, rows)
        return {identities[row]: value for row, value in rows.items() if row in identities}

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of an outlet's cell now, None if it has no row. Asks the device for the unit and
        the number of the row. For "2.7", while unit 1 has 8 outlets:

            get number.15 -> 7, get unit.15 -> 2    "….15"
        """
        row = self.chain.row_of(tables, identity, self.column)
        return None if row is None else self.column.cell(tables, row)

    def units(self, tables: Tables) -> Rows:
        """Identity -> unit of each outlet of the chain: {"7": 1, "2.7": 2}."""
        return self.chain.units_of(tables, tables[self.column])
