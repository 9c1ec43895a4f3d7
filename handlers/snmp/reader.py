"""Keeps a device's answers, so that a status reuses the walk that detected the family, and shows
what they lack. `decide_by_whole_tables` is the loop in which a decision over whole tables is made.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Hashable, Sequence
from typing import Any, Callable, Optional, Protocol, TypeVar

from ..dcimanager.rows import Raw
from ..shared.errors import LONGEST, ProtocolError
from .decoding import Walked, printable_text

Result = TypeVar("Result")


class Lost(str):
    """The value of a row that should be there and is not known, with the reason. Empty as a text.

    It equals no other value: a device may send the same characters.
    """

    reason: str
    is_unanswered: bool  #: the answers lack the row itself, not another value that decides about it

    def __new__(cls, reason: str, *, is_unanswered: bool = False) -> Lost:
        lost = super().__new__(cls, "")
        lost.reason, lost.is_unanswered = reason, is_unanswered
        return lost

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__


# the value of a row that the answers lack
LOST = Lost("no answer", is_unanswered=True)
# the value of a row if that by which it is chosen is none that the MIB names
UNDECIDED = Lost("its mark is none that the MIB names")
#: the identity of rows whose own identities are lost, or its end: no index ends with a dot
UNIDENTIFIED = "."
ROOT = "~"  # in a profile's OIDs: the family's root


class SnmpReads(Protocol):
    """The reads that profiles use. `get` and `walk` raise the errors of handlers/shared/errors.py.
    `quoted` makes a device's text safe for an error."""

    def get(self, oid: str) -> Optional[Raw]: ...
    def walk(self, oid: str) -> Walked: ...
    def quoted(self, words: str) -> str: ...


class Reader:
    """Keeps the answers to walks and GETs (`walked`, `got`) and does not repeat an answered
    request.

    `root` replaces a leading `~` in OIDs, for families whose root differs by product.

    A reading that must be new (`fresh_reader`) keeps three things of this one as its evidence: the
    names, `places` and `lacking`. Without them it could reach another row, or ask once more for
    what the device does not have. `derived` is a cache alone: what it holds follows from the
    answers.
    """

    def __init__(self, device: SnmpReads, root: str = "") -> None:
        self._device = device
        self.root = root
        #: the answers, by the OID with the root instead of `~`
        self.walked: dict[str, Walked] = {}
        self.got: dict[str, Optional[Raw]] = {}
        self._columns: set[str] = set()  # those of `walked` that are columns of tables
        # evidence: the columns of names
        self._names: dict[str, Walked] = {}
        #: evidence of `ByUnit`: the row of a unit and number, which is checked before it is used;
        #: the unit that a row had first; and "" for columns that the device does not have
        self.places: dict[Hashable, str] = {}
        #: evidence: the sources that the device does not have, each with the root
        self.lacking: set[Hashable] = set()
        #: a cache: what sources derived from the answers, by a key of their own
        self.derived: dict[Hashable, Any] = {}

    def walk(self, oid: str) -> Walked:
        """Index suffix -> value for all rows below `oid`; {} if the device has none."""
        full_oid = self.resolve(oid)
        if full_oid not in self.walked:
            self.walked[full_oid] = self._device.walk(full_oid)
        return self.walked[full_oid]

    def column(self, oid: str, *, optional: bool = False) -> Walked:
        """A walk of a column of a table, which `whole` compares with others of the table.
        `optional`: some devices with the table lack this column."""
        rows = self.walk(oid)
        self._columns.add(self.resolve(oid))
        return rows

    def names(self, oid: str) -> Walked:
        """A walk of a column of names. They are taken as fixed during a call: `fresh_reader` keeps
        them."""
        full_oid = self.resolve(oid)
        if full_oid not in self._names:
            self._names[full_oid] = self.column(oid)
        return self._names[full_oid]

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

    def lacks_rows(self) -> bool:
        """Whether a column that was read lacks a row that another one of its table has."""
        first_rows_by_table: dict[str, Walked] = {}  # those of its first column
        for full_oid in self._columns:
            rows = self.walked[full_oid]
            first_rows = first_rows_by_table.setdefault(_table_of(full_oid), rows)
            if rows.keys() != first_rows.keys():
                return True
        return False

    def has_table(self, oid: str) -> bool:
        """Whether a column that was walked in the table of the column `oid` has a row."""
        table = _table_of(self.resolve(oid))
        return any(rows and _table_of(full_oid) == table for full_oid, rows in self.walked.items())

    def whole(self) -> WholeTables:
        """What was read so far, with the rows that are lost in it."""
        return WholeTables(self)

    def resolve(self, oid: str) -> str:
        """`oid` with the root instead of `~`."""
        return self.root + oid[len(ROOT) :] if oid.startswith(ROOT) else oid

    def at(self, root: str) -> Reader:
        """The same device and answers, with another root."""
        reader = copy.copy(self)
        reader.root, reader.derived = root, {}
        return reader

    def fresh_reader(self) -> Reader:
        """The same device without its answers, except names and what it does not have: for a
        reading that must be new."""
        reader = Reader(self._device, self.root)
        reader._names = self._names
        reader.places = self.places
        reader.lacking = self.lacking
        return reader


class WholeTables(Reader):
    """A device's answers by whole tables: each column has a row for each index that a column of its
    table has (RFC 2578, 7.10: their OIDs differ in the last arc), LOST if it was not answered.

    A column without any row is LOST too, unless it is optional and a GET of a row that the others
    have says that the device does not have it.

    Fields:
        reads: whether a column that was not read yet is walked. Else it is taken as empty.
    """

    def __init__(self, reader: Reader, *, reads: bool = False) -> None:
        super().__init__(reader._device, reader.root)
        self.reads = reads
        self.walked = reader.walked
        self.got = reader.got
        self.places = reader.places
        self.lacking = reader.lacking
        self._columns = reader._columns
        self._whole: dict[str, Walked] = {}  # the columns that were asked for
        # the rows of their tables, by the number of columns that were read then
        self._tables: dict[tuple[str, int], dict[str, None]] = {}

    def walk(self, oid: str) -> Walked:
        """The rows as they were answered; {} for a walk that `reads` forbids."""
        return super().walk(oid) if self.reads else self.walked.get(self.resolve(oid), {})

    def names(self, oid: str) -> Walked:
        """A column of names, as any other here."""
        return self.column(oid)

    def column(self, oid: str, *, optional: bool = False) -> Walked:
        """A column with all rows of its table, LOST where it has no answer."""
        full_oid = self.resolve(oid)
        if self.reads and full_oid not in self._columns:
            super().column(oid)
        if full_oid not in self._whole:
            self._whole[full_oid] = self._whole_column(full_oid, optional=optional)
        return self._whole[full_oid]

    def _rows_of(self, table: str) -> dict[str, None]:
        """The rows that at least one column of the table has."""
        key = (table, len(self._columns))
        if key not in self._tables:
            columns: list[Walked] = []
            for full_oid in sorted(self._columns):
                rows = self.walked[full_oid]
                if rows and _table_of(full_oid) == table:
                    columns.append(rows)
            self._tables[key] = _all_rows(columns) if columns else {}
        return self._tables[key]

    def _whole_column(self, full_oid: str, *, optional: bool) -> Walked:
        """The answers to the walk of a column, and LOST for each other row of its table. {} if an
        `optional` column has no answer to a GET either: the device does not have it."""
        answers = self.walked.get(full_oid, {})
        rows = self._rows_of(_table_of(full_oid))
        if not rows or len(answers) == len(rows):
            return answers
        if answers and not _has_index_of(rows, answers):
            return answers  # of another table
        if not answers and optional:
            first_row = next(iter(rows))
            if self.get(f"{full_oid}.{first_row}") is None:
                return {}
        return {row: answers.get(row, LOST) for row in rows}

    def whole(self) -> WholeTables:
        """These tables, which walk no further column."""
        return WholeTables(self) if self.reads else self


def decide_by_whole_tables(decide: Callable[[WholeTables], Result], reader: Reader) -> Result:
    """What `decide` returns for whole tables, which walk each column that it asks for.

    A column that is walked late can deny three answers: which rows a table has, whether it has any
    (`has_table`), and whether a row is lost (`lacks_rows`). Where it does, an earlier column of its
    table lacks a row. So `decide` is asked again, and a ProtocolError of contradictory rows is
    forgotten, as long as a row is lacking and it has walked another column. A request that failed
    is an error at once, and is not sent again.
    """
    while True:
        columns_before = len(reader._columns)
        try:
            decision = decide(WholeTables(reader, reads=True))
        except ProtocolError as error:
            is_of_request = bool(error.operation)  # else of rows that contradict each other
            if is_of_request or not _may_show_rows(reader, columns_before):
                raise
            continue
        if not _may_show_rows(reader, columns_before):
            return decision


def _may_show_rows(reader: Reader, columns_before: int) -> bool:
    """Whether a column that was walked since may show a row that an earlier one lacks."""
    return len(reader._columns) > columns_before and reader.lacks_rows()


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
