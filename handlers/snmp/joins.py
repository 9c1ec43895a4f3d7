"""Sources made of other sources: choices, filters and joins of whole rows; pieces.py takes values apart."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Dict, Optional, Tuple

from ..errors import ProtocolError
from ..host import Raw
from . import checks
from .sources import Source
from .values import Rows, number, text
from .walks import Reader


@dataclass(frozen=True)
class First(Source):
    """The first of `choices` that has rows: the richer or newer table first.

    For readings only: where the commands differ too, give the profile two `Outlets` instead.
    """

    choices: Tuple[Source, ...]

    def __post_init__(self) -> None:
        checks.some(self.choices, "choices")

    def rows(self, reader: Reader) -> Rows:
        return next((rows for rows in (choice.rows(reader) for choice in self.choices) if rows), {})

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        values = (choice.one(reader, identity) for choice in self.choices)
        return next((value for value in values if value is not None), None)


@dataclass(frozen=True)
class Merged(Source):
    """The rows of all `parts`, one after the other. Raises ProtocolError where two parts have the same identity."""

    parts: Tuple[Source, ...]

    def __post_init__(self) -> None:
        checks.some(self.parts, "parts")

    def rows(self, reader: Reader) -> Rows:
        found: Rows = {}
        for part in self.parts:
            for identity, value in part.rows(reader).items():
                if identity in found:
                    raise ProtocolError(f"two tables of the device have outlet {identity}")
                found[identity] = value
        return found

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        values = (part.one(reader, identity) for part in self.parts)
        return next((value for value in values if value is not None), None)


@dataclass(frozen=True)
class Prefixed(Source):
    """The rows of `source` with `prefix` and a dot before each identity, so that tables do not collide."""

    prefix: str
    source: Source

    def __post_init__(self) -> None:
        checks.given(self.prefix, "prefix")
        checks.suffix(self.prefix, "prefix")

    def rows(self, reader: Reader) -> Rows:
        return {f"{self.prefix}.{identity}": value for identity, value in self.source.rows(reader).items()}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        start = self.prefix + "."
        return self.source.one(reader, identity[len(start):]) if identity.startswith(start) else None


@dataclass(frozen=True)
class Only(Source):
    """Rows of `source` whose value in `test` is one of `values`, or with keep=false is none of them.

    Padding rows, mixed tables, neutral lines. A row without a value in `test` is dropped by keep=true and kept by
    keep=false.
    """

    source: Source
    test: Source
    values: Tuple[str, ...]
    keep: bool = True

    def __post_init__(self) -> None:
        checks.some(self.values, "values")

    def rows(self, reader: Reader) -> Rows:
        marks = self.test.rows(reader)
        return {identity: value for identity, value in self.source.rows(reader).items() if self._fits(marks.get(identity))}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.one(reader, identity) if self._fits(self.test.one(reader, identity)) else None

    def _fits(self, mark: Optional[Raw]) -> bool:
        return (mark is not None and text(mark) in self.values) is self.keep


@dataclass(frozen=True)
class Arc(Source):
    """Rows of `source` whose index has one of `values` as its arc at `position` (0 is the first, -1 the last).

    With keep=false: all others. A row whose index is shorter counts as having none of them.
    """

    source: Source
    position: int
    values: Tuple[str, ...]
    keep: bool = True

    def __post_init__(self) -> None:
        checks.some(self.values, "values")

    def rows(self, reader: Reader) -> Rows:
        return {identity: value for identity, value in self.source.rows(reader).items() if self._fits(identity)}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.one(reader, identity) if self._fits(identity) else None

    def _fits(self, identity: str) -> bool:
        arcs = identity.split(".")
        inside = -len(arcs) <= self.position < len(arcs)
        return (inside and arcs[self.position] in self.values) is self.keep


@dataclass(frozen=True)
class Provided(Source):
    """`source`, but only on a device where `test` has rows and every one of them matches `pattern` as a whole.

    For firmware generations under one sysObjectID: on any other device this source has no rows.
    """

    source: Source
    test: Source
    pattern: str

    def __post_init__(self) -> None:
        checks.pattern(self.pattern, "pattern")

    def rows(self, reader: Reader) -> Rows:
        return self.source.rows(reader) if self._holds(reader) else {}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.one(reader, identity) if self._holds(reader) else None

    def _holds(self, reader: Reader) -> bool:
        expression, marks = checks.pattern(self.pattern, "pattern"), self.test.rows(reader)
        return bool(marks) and all(expression.fullmatch(text(mark)) for mark in marks.values())


@dataclass(frozen=True)
class OfUnits(Source):
    """Rows of `source`, one for each unit, of those units that have rows in `listed`: whose index begins an index there.

    A unit without such rows (metered only, in a chain with switched ones) says nothing.
    """

    source: Source
    listed: Source

    def rows(self, reader: Reader) -> Rows:
        listed = [f"{identity}." for identity in self.listed.rows(reader)]
        units = self.source.rows(reader) if listed else {}
        return {unit: value for unit, value in units.items() if any(identity.startswith(f"{unit}.") for identity in listed)}


@dataclass(frozen=True)
class Counted(Source):
    """The rows of `source` up to the device's own `count` of them, by the last arc of the index.

    For tables that always list as many rows as the largest unit has. Nothing is read where the count is 0; all rows
    where the device does not count. Raises ProtocolError where the table has fewer rows than the device counts.
    """

    source: Source
    count: Source

    def rows(self, reader: Reader) -> Rows:
        counted = self._counted(reader)
        rows = {} if counted == 0 else self.source.rows(reader)
        fitting = {identity: value for identity, value in rows.items() if self._fits(identity, counted)}
        if counted is not None and len(fitting) < counted:
            raise ProtocolError(f"the device counts {counted:f} outlets in a table and listed {len(fitting)}; poll it again")
        return fitting

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.one(reader, identity) if self._fits(identity, self._counted(reader)) else None

    def _counted(self, reader: Reader) -> Optional[Decimal]:
        value = self.count.one(reader, "0")
        return None if value is None else number(value)

    @staticmethod
    def _fits(identity: str, counted: Optional[Decimal]) -> bool:
        arc = identity.rpartition(".")[2]
        return counted is None or (arc.isdigit() and int(arc) <= counted)


@dataclass(frozen=True)
class Whole(Source):
    """`source`, but only where it has as many rows as the device's own `count`; where the device does not count, no rows.

    For a table that may be shorter than the device: a dearer way to reach all outlets comes next in the profile.
    """

    source: Source
    count: Source

    def rows(self, reader: Reader) -> Rows:
        value = self.count.one(reader, "0")
        counted = None if value is None else number(value)
        rows = self.source.rows(reader) if counted is not None and counted > 0 else {}
        return rows if counted is not None and len(rows) >= counted else {}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.one(reader, identity)


@dataclass(frozen=True)
class Fill(Source):
    """Every row of `rows`, with its value in `values`; an empty text where `values` has none (so its state is UNKNOWN)."""

    rows_of: Source
    values: Source

    def rows(self, reader: Reader) -> Rows:
        values = self.values.rows(reader)
        return {identity: values.get(identity, "") for identity in self.rows_of.rows(reader)}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.values.one(reader, identity)


@dataclass(frozen=True)
class Joined(Source):
    """Values of another table, joined by what the rows say (module and number), never by the row's position.

    `keys` are columns of the value's table, `own` the same columns of the outlets' table. A key that two rows share
    joins nothing. `else_same_row`: where the device does not fill these columns, the same index is the same outlet.
    """

    values: Source
    keys: Tuple[Source, ...]
    own: Tuple[Source, ...]
    else_same_row: bool = False

    def __post_init__(self) -> None:
        checks.some(self.keys, "keys")
        if len(self.keys) != len(self.own):
            raise ValueError(f"keys has {len(self.keys)} columns and own has {len(self.own)}; give the same")

    def rows(self, reader: Reader) -> Rows:
        values = self.values.rows(reader)
        if not values:
            return {}
        here, there = _keyed(self.own, reader), _keyed(self.keys, reader)
        if not here or not there:
            return values if self.else_same_row else {}
        return {identity: values[there[key]] for key, identity in here.items() if there.get(key) in values}


def _keyed(columns: Tuple[Source, ...], reader: Reader) -> Dict[Tuple[str, ...], str]:
    """Key -> row, for rows that have all columns and a key of their own."""
    tables = [column.rows(reader) for column in columns]
    keys = {row: tuple(text(table[row]) for table in tables) for row in tables[0] if all(row in t for t in tables)}
    often = Counter(keys.values())
    return {key: row for row, key in keys.items() if often[key] == 1}


@dataclass(frozen=True)
class Part(Source):
    """A value that belongs to a part of the index: to the unit, the tower, the PDU of an outlet.

    An identity of `over` gets the row of `source` whose index is the identity's arcs from `start` up to `stop`
    (without `stop`; left out: to the end).
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
        return self.source.one(reader, self._part(identity))

    def _part(self, identity: str) -> str:
        return ".".join(identity.split(".")[self.start:self.stop])
