"""Sources of single bits and fields, of numbers of outlets and units, and of shared values."""

from __future__ import annotations

from typing import Optional

from ...dcimanager.rows import Raw
from .. import validation
from ..decoding import Rows, bits, latin_1, number, text
from ..reader import Lost, Reader
from .base import ObjectSource, ReadOnly, Source

_LOST = "\ufffd"  # what decoders put in place of octets that they cannot decode


class Bits(ReadOnly):
    """One bit of each row's BITS value, as "1" or "0". Bit 0 is the highest bit of the first octet.
    Missing octets are 0.

    For text from the platform, the result is "" if octets were lost in decoding, or if UTF-8 and
    Latin-1 differ in this bit.
    """

    WHY = "a write sets the other bits of its object too"

    source: Source
    bit: int

    def check(self) -> None:
        if self.bit < 0:
            raise ValueError(f"bit is {self.bit}; count from 0")

    def rows(self, reader: Reader) -> Rows:
        return {identity: self._bit(value) for identity, value in self.source.rows(reader).items()}

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        value = self.source.value_of(reader, identity)
        return None if value is None else self._bit(value)

    def _bit(self, value: Raw) -> str:
        """The bit as "1" or "0", "" if it cannot be known.

        The platform may pass octets as text, and does not say whether it decoded them as UTF-8 or
        as Latin-1. Only a bit that is the same in both is certain.
        """
        if isinstance(value, Lost):
            return value
        if isinstance(value, str) and _LOST in value:
            return ""
        possible_bits = {
            self._bit_of(octets) for octets in (bits(value), latin_1(value)) if octets is not None
        }
        return possible_bits.pop() if len(possible_bits) == 1 else ""

    def _bit_of(self, octets: bytes) -> str:
        """The bit in these octets, "0" behind their end."""
        octet, shift = self.bit // 8, 7 - self.bit % 8
        return str(octets[octet] >> shift & 1) if octet < len(octets) else "0"


class Field(ReadOnly):
    """One field of each row's text, counted from 0. A row without this field is left out."""

    WHY = "a write sets the other fields of its text too"

    source: Source
    field: int
    separator: str = ","

    def check(self) -> None:
        validation.separator(self.separator)
        if self.field < 0:
            raise ValueError(f"field is {self.field}; count from 0")

    def rows(self, reader: Reader) -> Rows:
        fields = {row: self._field(value) for row, value in self.source.rows(reader).items()}
        return {row: field for row, field in fields.items() if field is not None}

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        value = self.source.value_of(reader, identity)
        return None if value is None else self._field(value)

    def _field(self, value: Raw) -> Optional[Raw]:
        if isinstance(value, Lost):
            return value
        fields = text(value).split(self.separator)
        return fields[self.field].strip() if len(fields) > self.field else None


class Number(ReadOnly):
    """A number from the identity, such as an outlet's or a unit's: the arc at `position`, increased
    by `plus`.

    A row without a number there is left out.
    """

    WHY = "its numbers are no objects of the device"

    over: Source
    plus: int = 1
    position: int = -1

    def rows(self, reader: Reader) -> Rows:
        numbers: Rows = {}
        for identity in self.over.rows(reader):
            arcs = identity.split(".")
            arc = number(arcs[self.position]) if -len(arcs) <= self.position < len(arcs) else None
            if arc is not None:
                numbers[identity] = str(int(arc) + self.plus)
        return numbers


class Chained(ReadOnly):
    """An outlet's printed number: `number`, with `unit` before it if the chain has
    several units.
    """

    WHY = "its texts are no objects of the device"

    unit: Source
    number: Source
    separator: str = ":"

    def rows(self, reader: Reader) -> Rows:
        units = {identity: text(unit) for identity, unit in self.unit.rows(reader).items()}
        several = len(set(units.values())) > 1
        numbers: Rows = {}
        for identity, label in self.number.rows(reader).items():
            if several and identity in units:
                numbers[identity] = f"{units[identity]}{self.separator}{text(label)}"
            else:
                numbers[identity] = label
        return numbers


class Alike(ReadOnly):
    """A property of the hardware that rows of the same kind share, read by GET for the first and
    the last row of each kind.

    Rows are of the same kind if they have the same unit (the arcs of the identity before the last,
    or the only one) and the same value of `like`. All of `source` is walked if the two rows of a
    kind differ or have no value, or if `like` has no rows.
    """

    WHY = "most of its values are those of other rows"

    source: ObjectSource
    like: Source

    def rows(self, reader: Reader) -> Rows:
        kinds: dict[tuple[str, Raw], list[str]] = {}
        # `mark` stays raw: as text, different octets can look the same
        for identity, mark in self.like.rows(reader).items():
            unit = identity.rpartition(".")[0] or identity
            kinds.setdefault((unit, mark), []).append(identity)
        value_by_row: Rows = {}
        for identities in kinds.values():
            first, last = identities[0], identities[-1]
            value = self.source.value_of(reader, first)
            if value is None or value != self.source.value_of(reader, last):
                return self.source.rows(reader)
            value_by_row.update(dict.fromkeys(identities, value))
        return value_by_row if kinds else self.source.rows(reader)
