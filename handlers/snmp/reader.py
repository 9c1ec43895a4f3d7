"""Caches a device's answers, so that a status reuses the walk that detected the family."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any, Callable, Optional, Protocol

from ..dcimanager.rows import Raw
from ..shared.errors import LONGEST
from .decoding import Walked, printable_text


class Marker(str):
    """A text of our own, which equals no other one: a device may send the same characters."""

    __slots__ = ()
    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__


# the value of a row that the answers lack: empty as a text
MISSING = Marker("\0")
# the value of a row whose mark is none that the MIB names: empty as a text
UNMARKED = Marker("")
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
    """

    def __init__(self, device: SnmpReads, root: str = "") -> None:
        self._device, self.root = device, root
        #: the answers, by the OID with the root instead of `~`
        self.walked: dict[str, Walked] = {}
        self.got: dict[str, Optional[Raw]] = {}
        self._names: dict[str, Walked] = {}
        self._columns: set[str] = set()  # those of `walked` that are columns of tables
        #: rows that sources found by values of the device, which they check before they use them
        self.places: dict[Hashable, str] = {}
        #: what sources derived from the answers, which do not change, by a key of their own
        self.derived: dict[Hashable, Any] = {}

    def walk(self, oid: str) -> Walked:
        """Index suffix -> value for all rows below `oid`; {} if the device has none."""
        full_oid = self.resolve(oid)
        if full_oid not in self.walked:
            self.walked[full_oid] = self._device.walk(full_oid)
        return self.walked[full_oid]

    def column(self, oid: str) -> Walked:
        """A walk of a column of a table, which `fill_rows` compares with others of the table."""
        self._columns.add(self.resolve(oid))
        return self.walk(oid)

    def names(self, oid: str) -> Walked:
        """A walk of a column of names. `again` keeps it: names are taken as fixed during a call."""
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
        columns: dict[str, Walked] = {}  # table -> one of its columns
        for full_oid in self._columns:
            rows = self.walked.get(full_oid)
            if rows and columns.setdefault(_table_of(full_oid), rows).keys() != rows.keys():
                return True
        return False

    def has_table(self, oid: str) -> bool:
        """Whether a column that was walked in the table of the column `oid` has a row."""
        table = _table_of(self.resolve(oid))
        return any(rows and _table_of(full_oid) == table for full_oid, rows in self.walked.items())

    def absent_objects(self) -> list[str]:
        """The columns without a row in tables of which all others that were read have rows; and
        missing scalars of groups of which others were read. A device without two columns of a table
        is an older or smaller one."""
        empty = [full_oid for full_oid in self._columns if not self.walked.get(full_oid)]
        tables = set(map(_table_of, self._columns.difference(empty)))
        empty_columns = Counter(map(_table_of, empty))
        absent: list[str] = []
        for full_oid in empty:
            table = _table_of(full_oid)
            if table in tables and empty_columns[table] == 1:
                absent.append(full_oid)
        missing = [full_oid for full_oid, value in self.got.items() if value is None]
        groups = set(map(_group, self.got.keys() - set(missing))) - {""}
        return absent + [full_oid for full_oid in missing if _group(full_oid) in groups]

    def fill_rows(self) -> FilledRows:
        """What was read so far, with the rows that are missing in it."""
        return FilledRows(self)

    def resolve(self, oid: str) -> str:
        """`oid` with the root instead of `~`."""
        return self.root + oid[len(ROOT) :] if oid.startswith(ROOT) else oid

    def at(self, root: str) -> Reader:
        """The same device and answers, with another root."""
        reader = copy.copy(self)
        reader.root, reader.derived = root, {}
        return reader

    def again(self) -> Reader:
        """The same device without its answers, except names: for a reading that must be new."""
        reader = Reader(self._device, self.root)
        reader._names = self._names
        reader.places = self.places
        return reader


class FilledRows(Reader):
    """What a reader has read. A row that a column lacks and another column of its table has is in
    it, with the value MISSING. Nothing more is read from the device.

    The OIDs of a table's columns differ in the last arc only (RFC 2578, 7.10). Only columns that
    were read are compared, and one without any row is left as it is: some devices do not have it.
    """

    def __init__(self, reader: Reader, absent: str = "") -> None:
        """`absent`: the OID of one column without a row, or of a scalar that was not read, which is
        read as MISSING, too.

        Of a reader that is one of these already, it shares the tables: what was read is the same.
        """
        super().__init__(reader._device, reader.root)
        #: what was read, without the missing rows
        self.answers = reader
        self.walked, self.got, self._columns = reader.walked, reader.got, reader._columns
        self._absent = absent
        #: the objects that were asked for, whether they were read or not
        self.asked: set[str] = set()
        #: columns with missing rows, with these: each is read several times
        self._filled: dict[str, Walked] = {}
        #: table -> the rows that at least one of its columns has
        self._tables: dict[str, dict[str, None]] = {}
        if isinstance(reader, FilledRows):
            self._tables, self._filled = reader._tables, reader._filled
            return
        columns: dict[str, list[Walked]] = {}  # table -> its columns that have rows
        for full_oid in sorted(self._columns & self.walked.keys()):
            if self.walked[full_oid]:
                columns.setdefault(_table_of(full_oid), []).append(self.walked[full_oid])
        self._tables = {table: _all_rows(of_table) for table, of_table in columns.items()}

    def walk(self, oid: str) -> Walked:
        return self.walked.get(self.resolve(oid), {})

    def names(self, oid: str) -> Walked:
        return self.column(oid)

    def column(self, oid: str) -> Walked:
        """The answer, with the rows that other columns of the table have as MISSING."""
        full_oid = self.resolve(oid)
        self.asked.add(full_oid)
        answer = self.walked.get(full_oid, {})
        if not answer and full_oid != self._absent:
            return {}
        rows = self._tables.get(_table_of(full_oid), {})
        if len(answer) >= len(rows):
            return answer
        if full_oid == self._absent:
            return {row: MISSING for row in rows}
        if full_oid not in self._filled:
            self._filled[full_oid] = {row: answer.get(row, MISSING) for row in rows}
        return self._filled[full_oid]

    def get(self, oid: str) -> Optional[Raw]:
        full_oid = self.resolve(oid)
        self.asked.add(full_oid)
        return MISSING if full_oid == self._absent else self.got.get(full_oid)

    def fill_absent(self, read: Callable[[Reader], object]) -> list[FilledRows]:
        """The same with the rows of one of `absent_objects`, for each of these that `read` asks
        for: with the rows of another one, `read` returns the same."""
        rows = FilledRows(self)
        read(rows)
        return [
            FilledRows(self, full_oid)
            for full_oid in self.absent_objects()
            if full_oid in rows.asked
        ]


def _all_rows(columns: Sequence[Walked]) -> dict[str, None]:
    """The rows of all columns of a table, in the order of their indexes if one lacks some."""
    rows = dict.fromkeys(columns[0])
    for column in columns[1:]:
        if column.keys() != rows.keys():
            rows.update(dict.fromkeys(column))
    if len(rows) > len(columns[0]):
        rows = dict.fromkeys(sorted(rows, key=_arcs))
    return rows


def _arcs(index: str) -> tuple[tuple[int, str], ...]:
    return tuple((len(arc), arc) for arc in index.split("."))


def _group(full_oid: str) -> str:
    """What the OIDs of the scalars of a group have in common; "" for another object."""
    return _table_of(full_oid.removesuffix(".0")) if full_oid.endswith(".0") else ""


def _table_of(oid: str) -> str:
    """The OID without its last arc."""
    return oid.rpartition(".")[0]
