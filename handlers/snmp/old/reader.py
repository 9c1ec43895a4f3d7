"""Keeps a device's answers in one call, and shows what they lack.

A decision cannot notice when its answers are read: what it was told once stays so, and an answer
that denies it makes the decision begin anew (`Reader.decide`).
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Callable, Optional, Protocol, TypeVar

from ...dcimanager.rows import Raw
from ...shared.errors import LONGEST
from ..decoding import Rows, Walked, printable_text

Result = TypeVar("Result")


from ..rows import LOST as LOST, UNDECIDED as UNDECIDED, UNIDENTIFIED as UNIDENTIFIED, Lost as Lost  # noqa

ROOT = "~"  # in a profile's OIDs: the family's root


class SnmpReads(Protocol):
    """The reads that profiles use. `get` and `walk` raise the errors of handlers/shared/errors.py.
    `quoted` makes a device's text safe for an error."""

    def get(self, oid: str) -> Optional[Raw]: ...
    def walk(self, oid: str) -> Walked: ...
    def quoted(self, words: str) -> str: ...


class _RowsDenied(Exception):
    """An answer shows other rows of a table than those on which a decision rests."""


class HasRows(Protocol):
    """A source, as a reader evaluates it."""

    def rows(self, reader: Reader) -> Rows: ...


@dataclass
class _Decision:
    """The rows on which a decision rests, and the results that followed from them."""

    rows_by_table: dict[str, dict[str, None]]
    results: dict[Hashable, Any]  #: of `Reader.once`, by its key
    is_under_way: bool = False


class Reader:
    """Keeps the answers to walks and GETs (`walked`, `got`) and does not repeat an answered
    request.

    *Which rows there are* is decided by what was answered, *what they read* by whole tables. In
    these (`whole`) each column has all rows of its table, those without an answer as LOST. Columns
    are of one table if their OIDs differ in the last arc (RFC 2578, 7.10). A column without any
    answer is LOST in all rows; an optional one is empty, if a GET of one row proves that the device
    does not have it.

    `root` replaces a leading `~` in OIDs, for families whose root, an OID, differs by product.

    A reading that must be new (`fresh_reader`) keeps three things of this one as its evidence: the
    names, `places` and `lacking`. Without them it could reach another row, or ask once more for
    what the device does not have.
    """

    def __init__(self, device: SnmpReads, root: str = "") -> None:
        self._device = device
        self.root = root
        self._shows_whole_tables = False
        self._walks = True  # False: a column that was not walked yet is taken as empty
        #: the answers, by the OID with the root instead of `~`
        self.walked: dict[str, Walked] = {}
        self.got: dict[str, Optional[Raw]] = {}
        self._columns: dict[str, list[str]] = {}  # table -> those of `walked` that are its columns
        self._decision = _Decision(rows_by_table={}, results={})
        # evidence: the columns of names
        self._names: set[str] = set()
        #: evidence of `ByUnit`: the row of a unit and number, which is checked before it is used;
        #: the unit that a row had first; and "" for columns that the device does not have
        self.places: dict[Hashable, str] = {}
        #: evidence: the sources that the device does not have, each with the root
        self.lacking: set[Hashable] = set()

    def decide(self, function: Callable[[], Result]) -> Result:
        """What a function of this reader's answers returns. It is called again if an answer shows
        other rows than earlier ones did, so that it decides as if all had been there first."""
        decision = self._decision
        if decision.is_under_way:  # this is a part of it
            return function()
        decision.is_under_way = True
        try:
            while True:
                with suppress(_RowsDenied):
                    return function()
        finally:
            decision.is_under_way = False

    def rows(self, source: HasRows) -> Rows:
        """The rows of a source, read once."""
        return self.once(source.rows)

    def once(self, method: Callable[..., Result], *arguments: Hashable) -> Result:
        """What a method of a part of a profile returns for this reader, computed once."""
        if not self._walks:  # a column that is walked later is not lost any more
            return method(self, *arguments)
        # bound methods are equal if they are of the same object
        key = (method, arguments, self.root, self._shows_whole_tables)
        results = self._decision.results
        if key not in results:
            results[key] = method(self, *arguments)
        result: Result = results[key]
        return result

    def walk(self, oid: str) -> Walked:
        """Index suffix -> value for all rows below `oid`; {} if the device has none."""
        full_oid = self.resolve(oid)
        if full_oid not in self.walked and self._walks:
            self.walked[full_oid] = self._device.walk(full_oid)
        return self.walked.get(full_oid, {})

    def column(self, oid: str, *, optional: bool = False) -> Walked:
        """A walk of a column of a table; in whole tables, with all rows of the table. `optional`:
        some devices with the table lack this column."""
        answers, full_oid = self.walk(oid), self.resolve(oid)
        table = _table_of(full_oid)
        columns = self._columns.setdefault(table, [])
        if full_oid in self.walked and full_oid not in columns:
            columns.append(full_oid)
            self._raise_if_denied(table)
        rows = self._rows_of(table) if self._shows_whole_tables else {}
        if not rows or len(answers) == len(rows):
            return answers
        if answers and not _has_index_of(rows, answers):
            return answers  # of another table
        if not answers and optional:
            first_row = next(iter(rows))
            if self.get(f"{full_oid}.{first_row}") is None:
                return {}
        return {row: answers.get(row, LOST) for row in rows}

    def _raise_if_denied(self, table: str) -> None:
        """Raise _RowsDenied if the decision rests on other rows of the table."""
        earlier_rows = self._decision.rows_by_table.pop(table, None)
        if earlier_rows is None or earlier_rows.keys() == self._rows_of(table).keys():
            return
        self._decision.results.clear()
        if self._decision.is_under_way:
            raise _RowsDenied

    def _rows_of(self, table: str) -> dict[str, None]:
        """The rows that at least one walked column of the table has, in order; computed once."""
        rows_by_table = self._decision.rows_by_table
        if table not in rows_by_table:
            walks = [self.walked[full_oid] for full_oid in sorted(self._columns.get(table, ()))]
            columns = [rows for rows in walks if rows]
            rows_by_table[table] = _all_rows(columns) if columns else {}
        return rows_by_table[table]

    def has_table(self, oid: str) -> bool:
        """Whether a column that was walked in the table of the column `oid` has a row."""
        return bool(self._rows_of(_table_of(self.resolve(oid))))

    def lacks_rows(self) -> bool:
        """Whether a column that was read lacks a row that another one of its table has."""
        for table, columns in self._columns.items():
            rows = self._rows_of(table)
            if any(self.walked[full_oid].keys() != rows.keys() for full_oid in columns):
                return True
        return False

    def names(self, oid: str) -> Walked:
        """A walk of a column of names. They are taken as fixed during a call: `fresh_reader` keeps
        them."""
        self._names.add(self.resolve(oid))
        return self.column(oid)

    def get(self, oid: str) -> Optional[Raw]:
        """One object, None if the device does not have it."""
        full_oid = self.resolve(oid)
        if full_oid not in self.got:
            self.got[full_oid] = self._device.get(full_oid)
        return self.got[full_oid]

    def quoted(self, raw: Raw, longest: int = 80) -> str:
        """A value for an error: one line of at most `longest` characters, or a notice if it holds a
        secret.
        """
        value = printable_text(raw, LONGEST)
        quotation = self._device.quoted(value)
        return quotation[:longest] if quotation == value else quotation

    def resolve(self, oid: str) -> str:
        """`oid` with the root instead of `~`."""
        return self.root + oid[len(ROOT) :] if oid.startswith(ROOT) else oid

    def at(self, root: str) -> Reader:
        """A reader of the same device and answers, with another root."""
        reader = copy.copy(self)
        reader.root = root
        return reader

    def whole(self, *, walks: bool = True) -> Reader:
        """A copy of this reader, with the same answers, whose `column` gives all rows of the table.
        A row that the device did not answer has the value LOST. With `walks` False the copy walks
        nothing more: a column that was not walked yet is taken as empty."""
        reader = copy.copy(self)
        reader._shows_whole_tables, reader._walks = True, walks
        return reader

    def fresh_reader(self) -> Reader:
        """A reader of the same device that asks again for everything but names and what the device
        does not have."""
        reader = type(self)(self._device, self.root)
        reader._names = self._names
        reader.walked = {name: self.walked[name] for name in self._names if name in self.walked}
        reader.places = self.places
        reader.lacking = self.lacking
        return reader


def _all_rows(columns: Sequence[Walked]) -> dict[str, None]:
    """The rows of all columns of a table, in the order of their indexes if one lacks some."""
    longest, *other_columns = sorted(columns, key=len, reverse=True)
    rows = dict.fromkeys(longest)
    for column in other_columns:
        has_other_rows = column.keys() != rows.keys()
        if has_other_rows and _has_index_of(rows, column):
            rows.update(dict.fromkeys(column))
    if len(rows) == len(longest):
        return rows
    sorted_rows = sorted(rows, key=_arcs)
    return dict.fromkeys(sorted_rows)


def _has_index_of(rows: Collection[str], column: Collection[str]) -> bool:
    """Whether a column is of the table with these rows: another table under one node has indexes of
    another length. Two columns that each lack the other's rows are of one table.
    """
    return next(iter(rows)).count(".") == next(iter(column)).count(".")


def _arcs(index: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts indexes by their arcs as numbers."""
    return tuple((len(arc), arc) for arc in index.split("."))


def _table_of(oid: str) -> str:
    """The OID without its last arc."""
    return oid.rpartition(".")[0]
