"""Sources that join the rows of two tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Optional

from ...dcimanager.rows import Raw
from .. import validation
from ..decoding import Rows, text
from ..frozen_value import parts_of
from ..reader import UNIDENTIFIED, Lost, Reader
from .base import ReadOnly, Source


class Joined(ReadOnly):
    """Values of another table, joined by columns of both tables (such as module and number).

    A key is clear if no other row of its table has it and none of its columns is lost or, unless
    that column is empty in all rows, empty. A row of the outlets that is not joined is left out
    if every key that it could have is clear; else its value is lost.

    Fields:
        values: the values of the other table.
        keys: columns of the values' table.
        own: the corresponding columns of the outlets' table.
        else_same_row: if both tables lack one of these columns, or the outlets' table has no
            column at all, the values keep their own indexes. A column is lacking if it is missing
            or empty in all rows. If only one table lacks it, every row is lost.
    """

    WHY = (
        "its rows are found by values of the device, which may have changed; write to a column with"
        " the outlets' own index"
    )

    values: Source
    keys: tuple[Source, ...]
    own: tuple[Source, ...]
    else_same_row: bool = False

    def check(self) -> None:
        validation.require_values(self.keys, "keys")
        if len(self.keys) != len(self.own):
            raise ValueError(
                f"keys and own have {len(self.keys)} and {len(self.own)} columns; give the same"
                " number in both"
            )

    def rows(self, reader: Reader) -> Rows:
        values = self.values.rows(reader)
        if not values:
            return {}
        own = _Keys.of(self.own, reader)
        keys = _Keys.of(self.keys, reader)
        if self.else_same_row:
            has_outlets = any(map(reader.has_table, _objects(self.own)))
            if has_outlets and own.has_text != keys.has_text:
                return {UNIDENTIFIED: Lost("only one of two tables has the columns that join them")}
            if not all(own.has_text) or not all(keys.has_text):
                return values  # which keep their own indexes
        value_by_key = {key: values[row] for row, key in keys.clear.items() if row in values}
        # a value without a clear key may be any outlet's
        has_unclear_value = not values.keys() <= keys.clear.keys()
        # a value whose key no outlet has may be that of an outlet without a clear key
        has_unclaimed_value = not value_by_key.keys() <= set(own.clear.values())
        joined: Rows = {}
        for identity in own.rows:
            key = own.clear.get(identity)
            may_have_value = has_unclear_value or (key is None and has_unclaimed_value)
            if key in value_by_key:
                joined[identity] = value_by_key[key]
            elif may_have_value:
                joined[identity] = UNJOINED
        return joined


def _objects(columns: Sequence[Source]) -> list[str]:
    """The OIDs of all objects in these sources."""
    return [part.__dict__["oid"] for part in parts_of(tuple(columns)) if "oid" in part.__dict__]


UNJOINED = Lost("its key, or one that may be the same, is lost, empty or not the only one")


class _Keys(NamedTuple):
    """The keys of a table's rows."""

    rows: Collection[str]
    clear: Mapping[str, tuple[str, ...]]  #: those that are no other row's
    has_text: Sequence[bool]  #: of each column

    @classmethod
    def of(cls, columns: Sequence[Source], reader: Reader) -> _Keys:
        cache_key = cls, columns
        if cache_key not in reader.derived:
            reader.derived[cache_key] = cls._read(columns, reader)
        keys: _Keys = reader.derived[cache_key]
        return keys

    @classmethod
    def _read(cls, columns: Sequence[Source], reader: Reader) -> _Keys:
        columns_read = [column.rows(reader) for column in columns]
        has_text = [_has_text(rows_of_column.values()) for rows_of_column in columns_read]
        rows = dict.fromkeys(chain.from_iterable(columns_read))
        keys: dict[str, tuple[str, ...]] = {}
        for row in rows:
            key = tuple(text(rows_of_column.get(row, "")) for rows_of_column in columns_read)
            if any(key) and _is_whole(key, has_text):
                keys[row] = key
        counts = Counter(keys.values())
        clear = {row: key for row, key in keys.items() if counts[key] == 1}
        return cls(rows=rows, clear=clear, has_text=has_text)


def _has_text(values: Iterable[Raw]) -> bool:
    """Whether a column of keys has a text, or one that is lost."""
    return any(isinstance(value, Lost) or text(value) for value in values)


def _is_whole(key: Sequence[str], has_text: Sequence[bool]) -> bool:
    """Whether a key has a text in each column that has some: a column without is part of no key."""
    return all(bool(part) == has_texts for part, has_texts in zip(key, has_text))


class Part(ReadOnly):
    """The value of the part of the device, such as the unit, that a row belongs to.

    Each identity of `over` gets the value of `source` at the index that consists of some arcs of
    the identity. An identity without such a row is left out. `value_of` does not check `over`.

    Fields:
        source: the values of the parts.
        over: lists the identities.
        start: the first of these arcs, counted from 0.
        stop: the arc after the last of them (none: to the end).
    """

    WHY = "several outlets share an object"

    source: Source
    over: Source
    start: int = 0
    stop: Optional[int] = None

    def rows(self, reader: Reader) -> Rows:
        values = self.source.rows(reader)
        value_by_row: Rows = {}
        for identity in self.over.rows(reader):
            part = self._part(identity)
            if part in values:
                value_by_row[identity] = values[part]
        return value_by_row

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        part = self._part(identity)
        return self.source.value_of(reader, part) if part else None

    def _part(self, identity: str) -> str:
        return ".".join(identity.split(".")[self.start : self.stop])
