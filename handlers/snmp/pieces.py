"""Sources that take values apart, or make one of several: packed texts, fields, bits, printed numbers, sums of meters."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Dict, List, Optional, Tuple

from ..host import Raw
from .sources import Source
from .values import LONGEST_NUMBER, Rows, number, octets, text
from .walks import Reader


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
        return row or self.main, int(n) if n.isascii() and n.isdigit() and len(n) <= LONGEST_NUMBER else 0


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


@dataclass(frozen=True)
class Spelt(Source):
    """For each row of `ids` (octets, such as a GUID), the one row of `values` whose index starts with the first `length` octets.

    For tables that are indexed by what another table's column says. Where no row or several start so, there is no value.
    """

    values: Source
    ids: Source
    length: int

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError(f"length is {self.length}; an index is spelt by one octet or more")

    def rows(self, reader: Reader) -> Rows:
        found: Dict[Tuple[str, ...], List[Raw]] = {}
        for index, value in self.values.rows(reader).items():
            found.setdefault(tuple(index.split(".")[:self.length]), []).append(value)
        spelt = {row: tuple(map(str, octets(held)[:self.length])) for row, held in self.ids.rows(reader).items()}
        return {row: found[arcs][0] for row, arcs in spelt.items() if len(arcs) == self.length and len(found.get(arcs, ())) == 1}
