"""Sources that convert values (packed strings, fields, bits, signs), and sources of outlet and unit numbers."""
from __future__ import annotations

from typing import Optional, Tuple

from ...decimals import CONTEXT
from ...errors import ProtocolError
from ...host.rows import Raw
from .. import validation
from ..decoding import LONGEST_NUMBER, Rows, bits, latin_1, number, text
from ..reader import Reader
from .base import Source

_LOST = "\ufffd"           # what decoders put in place of octets that they cannot decode


class Packed(Source):
    """The values of several outlets in one text, split at `separator`. Positions count from 1.

    The identity is "row.position", and in the row `main` (the first or only unit) only the position. Raises ProtocolError if
    another row has text but the row `main` has none.
    """

    source: Source
    separator: str = ","
    main: str = "0"

    def __post_init__(self) -> None:
        validation.separator(self.separator)

    def rows(self, reader: Reader) -> Rows:
        packed = {row: text(value) for row, value in self.source.rows(reader).items()}
        if any(packed.values()) and not packed.get(self.main):
            raise ProtocolError("the first unit lists no outlets, but a later unit does; poll the PDU again")
        return {self.identity(row, n): part.strip() for row, values in packed.items() if values
                for n, part in enumerate(values.split(self.separator), 1)}

    def identity(self, row: str, position: int) -> str:
        """The identity of a position (from 1) in a row."""
        return str(position) if row == self.main else f"{row}.{position}"

    def position(self, identity: str) -> Tuple[str, int]:
        """The row of an identity and its position, from 1; 0 if the last arc is not a valid number."""
        row, _, n = identity.rpartition(".")
        return row or self.main, int(n) if n.isascii() and n.isdigit() and len(n) <= LONGEST_NUMBER else 0


class Field(Source):
    """One field of each row's text, counted from 0. A row without this field is left out."""

    source: Source
    field: int
    separator: str = ","

    def __post_init__(self) -> None:
        validation.separator(self.separator)
        if self.field < 0:
            raise ValueError(f"field is {self.field}; count from 0")

    def rows(self, reader: Reader) -> Rows:
        split = {identity: text(value).split(self.separator) for identity, value in self.source.rows(reader).items()}
        return {identity: fields[self.field].strip() for identity, fields in split.items() if len(fields) > self.field}


class Bits(Source):
    """One bit of each row's BITS value, as "1" or "0". Bit 0 is the highest bit of the first octet. Missing octets are 0.

    For text from the platform, the result is "" if octets were lost in decoding, or if UTF-8 and Latin-1 differ in this bit.
    """

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
        if isinstance(value, str) and _LOST in value:
            return ""
        found = {self._of(held) for held in (bits(value), latin_1(value)) if held is not None}
        return found.pop() if len(found) == 1 else ""

    def _of(self, held: bytes) -> str:
        return str(held[self.bit // 8] >> (7 - self.bit % 8) & 1) if self.bit // 8 < len(held) else "0"


class Negative(Source):
    """The numbers of `source` with the opposite sign, so that a number of decimal digits becomes an exponent.

    Values that are not numbers are left out.
    """

    source: Source

    def rows(self, reader: Reader) -> Rows:
        numbers = {identity: number(value) for identity, value in self.source.rows(reader).items()}
        return {identity: format(CONTEXT.minus(held), "f") for identity, held in numbers.items() if held is not None}


class Number(Source):
    """A number from the identity, such as an outlet's or a unit's: the arc at `position`, increased by `plus`.

    A row without a number there is left out.
    """

    over: Source
    plus: int = 1
    position: int = -1

    def rows(self, reader: Reader) -> Rows:
        found: Rows = {}
        for identity in self.over.rows(reader):
            arcs = identity.split(".")
            arc = number(arcs[self.position]) if -len(arcs) <= self.position < len(arcs) else None
            if arc is not None:
                found[identity] = str(int(arc) + self.plus)
        return found


class Chained(Source):
    """An outlet's printed number: `number`, with `unit` before it if the chain has several units."""

    unit: Source
    number: Source
    separator: str = ":"

    def rows(self, reader: Reader) -> Rows:
        units = {identity: text(unit) for identity, unit in self.unit.rows(reader).items()}
        several = len(set(units.values())) > 1
        return {identity: f"{units[identity]}{self.separator}{text(number)}" if several and identity in units else number
                for identity, number in self.number.rows(reader).items()}
