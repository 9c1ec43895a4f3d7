"""Sources that join the rows of two tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Optional

from ....dcimanager.rows import Raw
from ... import validation
from ...decoding import Rows, text
from ..frozen_value import parts_of
from ..reader import UNIDENTIFIED, Lost, Reader
from .base import ReadOnly, Source


class Joined(ReadOnly):
    """Values of another table, joined by columns of both tables (such as module and number).

    A key identifies a row if no other row of its table has it and none of its columns is lost or,
    unless that column is empty in all rows, empty. An outlet without a value of the other table is
    left out if certainly none of the values is its own; else its value is lost.

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
        """Outlet -> value of the row with the same key; lost if another value may be its own."""
        values = reader.rows(self.values)
        if not values:
            return {}
        outlet_keys = reader.once(_Keys.of, self.own)
        value_keys = reader.once(_Keys.of, self.keys)
        if self.else_same_row:
            has_outlets = any(map(reader.has_table, _objects(self.own)))
            if has_outlets and outlet_keys.has_text != value_keys.has_text:
                return {UNIDENTIFIED: Lost("only one of two tables has the columns that join them")}
            if not all(outlet_keys.has_text) or not all(value_keys.has_text):
                return values  # under their own indexes
        return _join(values, value_keys, outlet_keys)


def _join(values: Rows, value_keys: _Keys, outlet_keys: _Keys) -> Rows:
    """The values under the identities of the outlets that have the same keys."""
    value_by_key = {key: values[row] for row, key in value_keys.row_keys.items() if row in values}
    # a value without a unique key may be any outlet's
    has_value_without_key = not values.keys() <= value_keys.row_keys.keys()
    # a value whose key no outlet has may be that of an outlet without a unique key
    has_value_without_outlet = not value_by_key.keys() <= set(outlet_keys.row_keys.values())
    joined: Rows = {}
    for identity in outlet_keys.rows:
        key = outlet_keys.row_keys.get(identity)
        if key in value_by_key:
            joined[identity] = value_by_key[key]
        elif has_value_without_key or (key is None and has_value_without_outlet):
            joined[identity] = UNJOINED
    return joined


def _objects(columns: Sequence[Source]) -> list[str]:
    """The OIDs of all objects in these sources."""
    return [part.__dict__["oid"] for part in parts_of(tuple(columns)) if "oid" in part.__dict__]


UNJOINED = Lost("its key, or one that may be the same, is lost, empty or not the only one")


class _Keys(NamedTuple):
    """The keys of a table's rows: the texts of their cells in some columns."""

    #: all rows of the table, also those without a key
    rows: Collection[str]
    #: row -> key, of the rows whose key is whole and no other row's
    row_keys: Mapping[str, tuple[str, ...]]
    #: of each column, whether it has a text in some row, or may have one, because a cell is lost
    has_text: Sequence[bool]

    @classmethod
    def of(cls, reader: Reader, columns: Sequence[Source]) -> _Keys:
        """The keys by these columns."""
        cells_by_column = [reader.rows(column) for column in columns]
        has_text = [_has_text(cells.values()) for cells in cells_by_column]
        rows = dict.fromkeys(chain.from_iterable(cells_by_column))
        keys: dict[str, tuple[str, ...]] = {}
        for row in rows:
            key = tuple(text(cells.get(row, "")) for cells in cells_by_column)
            # whole: a text in each column that has texts in other rows
            if any(key) and _is_complete(key, has_text):
                keys[row] = key
        counts = Counter(keys.values())
        row_keys = {row: key for row, key in keys.items() if counts[key] == 1}
        return cls(rows=rows, row_keys=row_keys, has_text=has_text)


def _has_text(values: Iterable[Raw]) -> bool:
    """Whether one of a column's values is a text or lost."""
    return any(isinstance(value, Lost) or text(value) for value in values)


def _is_complete(key: Sequence[str], has_text: Sequence[bool]) -> bool:
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
        """Identity of `over` -> value of its part."""
        values = reader.rows(self.source)
        value_by_row: Rows = {}
        for identity in reader.rows(self.over):
            part = self._part(identity)
            if part in values:
                value_by_row[identity] = values[part]
        return value_by_row

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of the identity's part, None if it has no arcs there."""
        part = self._part(identity)
        return self.source.value_of(reader, part) if part else None

    def _part(self, identity: str) -> str:
        """The arcs of an identity that are the index of its part; "" if it has none of them."""
        return ".".join(identity.split(".")[self.start : self.stop])
