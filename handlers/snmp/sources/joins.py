"""Sources that join the rows of two tables."""
from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Collection, Dict, List, Optional, Tuple

from ...decimals import total
from ...host.rows import Raw
from .. import validation
from ..decoding import Rows, latin_1, number, octets, text
from ..reader import Reader
from .base import Source


class Joined(Source):
    """Values of another table, joined by columns of both tables (such as module and number).

    `keys` are columns of the values' table, `own` the corresponding columns of the outlets' table. A row is not joined if its
    key is empty, if another row of its table has the same key, or if it lacks a value in a key column. An empty value is
    accepted only in a column that is empty in all rows. `else_same_row`: if one of these columns is missing or empty in all
    rows, nothing is joined, and the values keep their own indexes.
    """

    values: Source
    keys: Tuple[Source, ...]
    own: Tuple[Source, ...]
    else_same_row: bool = False

    def __post_init__(self) -> None:
        validation.some(self.keys, "keys")
        if len(self.keys) != len(self.own):
            raise ValueError(f"keys and own have {len(self.keys)} and {len(self.own)} columns; give the same number in both")

    def rows(self, reader: Reader) -> Rows:
        values = self.values.rows(reader)
        if not values:
            return {}
        if self.else_same_row and not all(any(map(text, column.rows(reader).values())) for column in (*self.own, *self.keys)):
            return values
        here, there = _keyed(self.own, reader), _keyed(self.keys, reader)
        return {identity: values[there[key]] for key, identity in here.items() if there.get(key) in values}


def _keyed(columns: Tuple[Source, ...], reader: Reader) -> Dict[Tuple[str, ...], str]:
    """Key -> row, for rows that are in all columns. A key that is empty or that two rows share is left out."""
    tables = [_filled(column.rows(reader)) for column in columns]
    keys = {row: tuple(table[row] for table in tables) for row in tables[0] if all(row in t for t in tables)}
    often = Counter(keys.values())
    return {key: row for row, key in keys.items() if often[key] == 1 and any(key)}


def _filled(rows: Rows) -> Dict[str, str]:
    said = {row: text(value) for row, value in rows.items()}
    return {row: value for row, value in said.items() if value} or said


class Part(Source):
    """The value of the part of the device, such as the unit, that a row belongs to.

    Each identity of `over` gets the value of `source` at the index that consists of the identity's arcs from `start` up to, but
    not including, `stop` (none: to the end). An identity without such a row is left out. `one` does not check `over`.
    """

    source: Source
    over: Source
    start: int = 0
    stop: Optional[int] = None

    def rows(self, reader: Reader) -> Rows:
        values = self.source.rows(reader)
        return {identity: values[self._part(identity)] for identity in self.over.rows(reader)
                if self._part(identity) in values}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        part = self._part(identity)
        return self.source.one(reader, part) if part else None

    def _part(self, identity: str) -> str:
        return ".".join(identity.split(".")[self.start:self.stop])


class Gathered(Source):
    """For each row of `lists` (a string with names of meters), the sum of the `values` of these meters, found by their `names`.

    A row names meters of its own module: the first arc of both identities is the same. It is left out if it names no meter, an
    unknown one, one whose value is not a number, or one whose name another meter of the module has too.
    """

    values: Source
    names: Source
    lists: Source
    separator: str = ","

    def __post_init__(self) -> None:
        validation.separator(self.separator)

    def rows(self, reader: Reader) -> Rows:
        meters: Dict[Tuple[str, str], Optional[Decimal]] = {}
        values = self.values.rows(reader)
        for row, name in self.names.rows(reader).items():
            key = row.partition(".")[0], text(name)
            meters[key] = None if key in meters else number(values.get(row))
        found: Rows = {}
        for row, listed in self.lists.rows(reader).items():
            names = dict.fromkeys(name.strip() for name in text(listed).split(self.separator) if name.strip())
            parts: List[Optional[Decimal]] = [meters.get((row.partition(".")[0], name)) for name in names]
            known = [part for part in parts if part is not None]
            if known and len(known) == len(parts):
                found[row] = format(total(known), "f")
        return found


class Spelt(Source):
    """For each row of `ids` (octets, such as a GUID), the row of `values` whose index starts with its first `length` octets.

    For values indexed by a column of another table. An empty row of `ids`, or one that fits several values, gets an empty value,
    so that there is no sum. A row shorter than `length` or without a fitting value is left out. Without values there are no rows.
    """

    values: Source
    ids: Source
    length: int

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError(f"length is {self.length}; give 1 octet or more")

    def rows(self, reader: Reader) -> Rows:
        found: Dict[Tuple[str, ...], List[Raw]] = {}
        for index, value in self.values.rows(reader).items():
            found.setdefault(tuple(index.split(".")[:self.length]), []).append(value)
        spelt = {row: self._arcs(held, found) for row, held in self.ids.rows(reader).items()} if found else {}
        return {row: found[arcs][0] if len(found.get(arcs, ())) == 1 else "" for row, arcs in spelt.items()
                if not arcs or len(arcs) == self.length and arcs in found}

    def _arcs(self, held: Raw, found: Collection[Tuple[str, ...]]) -> Tuple[str, ...]:
        """The first `length` octets as arcs. Text counts as decoded Latin-1 if only that fits a value."""
        utf_8, other = (tuple(map(str, (spelt or b"")[:self.length])) for spelt in (octets(held), latin_1(held)))
        return other if utf_8 not in found and other in found else utf_8


class Renumbered(Source):
    """Rows of `source`, whose indexes count from 0 or from 1, under the identities of `over`, which are 1 … N.

    Indexes of exactly 0 … N - 1 are increased by one, indexes of exactly 1 … N stay. Any other set of rows could belong to
    other outlets, so it gives no rows.
    """

    source: Source
    over: Source

    def rows(self, reader: Reader) -> Rows:
        rows = self.source.rows(reader)
        identities = [str(n) for n in range(1, len(rows) + 1)]
        if not rows or set(self.over.rows(reader)) != set(identities):
            return {}
        if set(rows) == set(identities):
            return rows
        from_zero = {str(int(identity) - 1): identity for identity in identities}
        return {from_zero[index]: value for index, value in rows.items()} if set(rows) == set(from_zero) else {}
