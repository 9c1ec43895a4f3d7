"""Sources made of other sources: choices, filters, joins and parts of values."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Dict, List, Optional, Tuple

from ..errors import ProtocolError
from ..host import Raw
from . import checks
from .sources import Source
from .values import Rows, number, octets, text
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


def _separator(value: str) -> None:
    if not value:                   # a blank is one
        raise ValueError("separator is empty")


@dataclass(frozen=True)
class Packed(Source):
    """All values of a row in one text: one identity for each position, from 1.

    The identity is "row.position", or the position alone in the row `main` (the first or only unit).
    """

    source: Source
    separator: str = ","
    main: str = "0"

    def __post_init__(self) -> None:
        _separator(self.separator)

    def rows(self, reader: Reader) -> Rows:
        return {self.identity(row, n): part.strip() for row, packed in self.source.rows(reader).items() if text(packed)
                for n, part in enumerate(text(packed).split(self.separator), 1)}

    def identity(self, row: str, position: int) -> str:
        """The identity of a position (from 1) in a row."""
        return str(position) if row == self.main else f"{row}.{position}"

    def position(self, identity: str) -> Tuple[str, int]:
        """The row and the position (from 1) of an identity; position 0 where it is none."""
        row, _, n = identity.rpartition(".")
        return row or self.main, int(n) if n.isascii() and n.isdigit() else 0


@dataclass(frozen=True)
class Field(Source):
    """One field of each row's text, counted from 0; a row with fewer fields has no value."""

    source: Source
    field: int
    separator: str = ","

    def __post_init__(self) -> None:
        _separator(self.separator)
        if self.field < 0:
            raise ValueError(f"field is {self.field}; count from 0")

    def rows(self, reader: Reader) -> Rows:
        split = {identity: text(value).split(self.separator) for identity, value in self.source.rows(reader).items()}
        return {identity: fields[self.field].strip() for identity, fields in split.items() if len(fields) > self.field}


@dataclass(frozen=True)
class Bits(Source):
    """One bit of each row's BITS value, as "1" or "0". Bit 0 is the highest of the first octet; missing octets are 0."""

    source: Source
    bit: int

    def __post_init__(self) -> None:
        if self.bit < 0:
            raise ValueError(f"bit is {self.bit}; count from 0")

    def rows(self, reader: Reader) -> Rows:
        return {identity: self._bit(value) for identity, value in self.source.rows(reader).items()}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        value = self.source.one(reader, identity)
        return None if value is None else self._bit(value)

    def _bit(self, value: Raw) -> str:
        held = octets(value)
        return str(held[self.bit // 8] >> (7 - self.bit % 8) & 1) if self.bit // 8 < len(held) else "0"


@dataclass(frozen=True)
class Mask(Source):
    """Outlets `first` to `last` as the bits of each row's number, the lowest bit first; the identity is "row.N"."""

    source: Source
    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise ValueError(f"first {self.first} and last {self.last} bound no outlets")

    def rows(self, reader: Reader) -> Rows:
        found: Rows = {}
        for row, value in self.source.rows(reader).items():
            mask = number(value)
            if mask is not None and mask >= 0 and mask == int(mask):
                for n in range(self.first, self.last + 1):
                    found[f"{row}.{n}"] = str(int(mask) >> (n - self.first) & 1)
        return found


@dataclass(frozen=True)
class Number(Source):
    """The number printed on the unit where it follows from the index: the arc at `position` plus `plus`."""

    over: Source
    plus: int = 1
    position: int = -1

    def rows(self, reader: Reader) -> Rows:
        found: Rows = {}
        for identity in self.over.rows(reader):
            arcs = identity.split(".")
            if -len(arcs) <= self.position < len(arcs):
                found[identity] = str(int(arcs[self.position]) + self.plus)
        return found


@dataclass(frozen=True)
class Chained(Source):
    """The number printed on a unit of a chain: the `number`, with the `unit` before it where there are several units."""

    unit: Source
    number: Source
    separator: str = ":"

    def rows(self, reader: Reader) -> Rows:
        units = {identity: text(unit) for identity, unit in self.unit.rows(reader).items()}
        several = len(set(units.values())) > 1
        return {identity: f"{units[identity]}{self.separator}{text(number)}" if several and identity in units else number
                for identity, number in self.number.rows(reader).items()}


@dataclass(frozen=True)
class Gathered(Source):
    """For each row of `lists` (a text that names meters), the sum of the `values` of the meters with these `names`.

    A row that names no meter, or one without a value, has none. Meters and lists are matched within the same first arc
    of their indexes (the module).
    """

    values: Source
    names: Source
    lists: Source
    separator: str = ","

    def __post_init__(self) -> None:
        _separator(self.separator)

    def rows(self, reader: Reader) -> Rows:
        meters: Dict[Tuple[str, str], Optional[Decimal]] = {}
        values = self.values.rows(reader)
        for row, name in self.names.rows(reader).items():
            if row in values:
                key = row.partition(".")[0], text(name)
                meters[key] = None if key in meters else number(values[row])
        found: Rows = {}
        for row, listed in self.lists.rows(reader).items():
            names = [name.strip() for name in text(listed).split(self.separator) if name.strip()]
            parts: List[Optional[Decimal]] = [meters.get((row.partition(".")[0], name)) for name in names]
            known = [part for part in parts if part is not None]
            if known and len(known) == len(parts):
                found[row] = format(sum(known, Decimal(0)), "f")
        return found
