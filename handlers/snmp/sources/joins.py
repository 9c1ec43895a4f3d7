"""Sources that join the rows of two tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Optional

from ...dcimanager.rows import Raw
from .. import validation
from ..decoding import Rows, text
from ..frozen_value import parts_of
from ..reader import Reader
from .base import ReadOnly, Source


class Joined(ReadOnly):
    """Values of another table, joined by columns of both tables (such as module and number).

    A row is not joined if its key is empty, if another row of its table has the same key, or if it
    lacks a value in a key column. An empty value is accepted only in a column that is empty in all
    rows.

    Fields:
        values: the values of the other table.
        keys: columns of the values' table.
        own: the corresponding columns of the outlets' table.
        else_same_row: if both tables lack one of these columns, or the outlets' table has no
            column at all, the values keep their own indexes. A column is lacking if it is missing
            or empty in all rows. If only one table lacks it, there are no rows.
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
        if self.else_same_row:
            own_has_text, keys_have_text = [], []
            for own, key in zip(self.own, self.keys):
                own_has_text.append(_has_text(own, reader))
                keys_have_text.append(_has_text(key, reader))
            has_outlets = any(map(reader.has_table, _objects(self.own)))
            if has_outlets and own_has_text != keys_have_text:
                return {}  # only one table lacks a column
            if not all(own_has_text) or not all(keys_have_text):
                return values  # which keep their own indexes
        identity_by_key, row_by_key = _row_by_key(self.own, reader), _row_by_key(self.keys, reader)
        return {
            identity: values[row_by_key[key]]
            for key, identity in identity_by_key.items()
            if row_by_key.get(key) in values
        }


def _objects(columns: Sequence[Source]) -> list[str]:
    """The OIDs of all objects in these sources."""
    return [part.__dict__["oid"] for part in parts_of(tuple(columns)) if "oid" in part.__dict__]


def _has_text(column: Source, reader: Reader) -> bool:
    """Whether a row of the column has text."""
    return any(map(text, column.rows(reader).values()))


def _row_by_key(columns: Sequence[Source], reader: Reader) -> Mapping[tuple[str, ...], str]:
    """Key -> row, for rows that are in all columns.

    A key that is empty or that two rows share is left out. It is the same for all columns of the
    other table.
    """
    cache_key = _row_by_key, columns
    if cache_key in reader.derived:
        row_by_key: Mapping[tuple[str, ...], str] = reader.derived[cache_key]
        return row_by_key
    tables = [_nonblank_rows(column.rows(reader)) for column in columns]
    keys = {
        row: tuple(table[row] for table in tables)
        for row in tables[0]
        if all(row in table for table in tables)
    }
    count_by_key = Counter(keys.values())
    row_by_key = {key: row for row, key in keys.items() if count_by_key[key] == 1 and any(key)}
    reader.derived[cache_key] = row_by_key
    return row_by_key


def _nonblank_rows(rows: Rows) -> dict[str, str]:
    """Row -> text, without the empty ones; with them if all are empty."""
    text_by_row = {row: text(value) for row, value in rows.items()}
    return {row: value for row, value in text_by_row.items() if value} or text_by_row


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
        return {
            identity: values[self._part(identity)]
            for identity in self.over.rows(reader)
            if self._part(identity) in values
        }

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        part = self._part(identity)
        return self.source.value_of(reader, part) if part else None

    def _part(self, identity: str) -> str:
        return ".".join(identity.split(".")[self.start : self.stop])
