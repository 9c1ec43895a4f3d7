"""Sources of single bits and fields, of numbers of outlets and units, and of shared values."""

from __future__ import annotations

from typing import Optional

from ....dcimanager.rows import Raw
from ... import validation
from ...decoding import Rows, bits, latin_1, number, text
from ..reader import Lost, Reader
from .base import EachValue, ObjectSource, ReadOnly, Source

# what decoders put in place of octets that they cannot decode
_REPLACEMENT_CHARACTER = "\ufffd"
_UNDECODED = Lost("its octets were lost where they became text")


class Bits(EachValue):
    """One bit of each row's BITS value, as "1" or "0". Bit 0 is the highest bit of the first octet.
    Missing octets are 0.

    Of text from the platform, the bit is lost if octets were lost in decoding, or if UTF-8 and
    Latin-1 differ in this bit.
    """

    WHY = "a write sets the other bits of its object too"

    bit: int

    def check(self) -> None:
        if self.bit < 0:
            raise ValueError(f"bit is {self.bit}; count from 0")

    def computed(self, value: Raw) -> Raw:
        """The bit as "1" or "0", lost if it cannot be known.

        The platform may pass octets as text, and does not say whether it decoded them as UTF-8 or
        as Latin-1. Only a bit that is the same in both is certain.
        """
        if isinstance(value, str) and _REPLACEMENT_CHARACTER in value:
            return _UNDECODED
        bit = self._bit_of(bits(value))
        from_latin_1 = latin_1(value)
        if from_latin_1 is None or self._bit_of(from_latin_1) == bit:
            return bit
        return _UNDECODED

    def _bit_of(self, octets: bytes) -> str:
        """The bit in these octets, "0" behind their end."""
        octet, shift = self.bit // 8, 7 - self.bit % 8
        if octet >= len(octets):
            return "0"
        return str(octets[octet] >> shift & 1)


class Field(EachValue):
    """One field of each row's text, counted from 0. A row without this field is left out.

    Fields:
        source: the texts.
        field: the field's number.
        separator: the text between two fields.
        default: the first field of a text without a separator, which then is the second.
    """

    WHY = "a write sets the other fields of its text too"

    field: int
    separator: str = ","
    default: str = ""

    def check(self) -> None:
        validation.require_separator(self.separator)
        if self.field < 0:
            raise ValueError(f"field is {self.field}; count from 0")

    def computed(self, value: Raw) -> Optional[Raw]:
        """The field of a text, None if it has fewer."""
        fields = text(value).split(self.separator)
        if self.default and len(fields) == 1 and fields[0]:
            fields.insert(0, self.default)
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
        """The number of each identity that has one at `position`."""
        numbers: Rows = {}
        for identity in reader.rows(self.over):
            arcs = identity.split(".")
            if not -len(arcs) <= self.position < len(arcs):
                continue
            arc = number(arcs[self.position])
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
        """The numbers; in a chain of several units UNIT:NUMBER for rows that have a unit."""
        raw_units = reader.rows(self.unit)
        unit_by_row = {row: text(unit) for row, unit in raw_units.items()}
        numbers = reader.rows(self.number)
        has_one_unit = len(set(unit_by_row.values())) < 2
        if has_one_unit:
            return numbers
        labels = dict(numbers)
        for row, number_on_unit in numbers.items():
            if row in unit_by_row:
                labels[row] = f"{unit_by_row[row]}{self.separator}{text(number_on_unit)}"
        return labels


def _unit_of(identity: str) -> str:
    """The arcs of an identity before the last, or its only one."""
    return identity.rpartition(".")[0] or identity


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
        """The value of each row of `like`: that of the first row of its kind, or from a walk."""
        rows_by_kind: dict[tuple[str, Raw], list[str]] = {}
        for identity, value_of_kind in reader.rows(self.like).items():
            # raw values: as texts, different octets can look the same
            kind = (_unit_of(identity), value_of_kind)
            rows_by_kind.setdefault(kind, []).append(identity)
        if not rows_by_kind:
            return reader.rows(self.source)  # there is no row that a GET could name
        value_by_row: Rows = {}
        for identities in rows_by_kind.values():
            first, last = identities[0], identities[-1]
            value = self.source.value_of(reader, first)
            if value is None or value != self.source.value_of(reader, last):
                # the kind does not show one value for all its rows: a walk reads each row's own
                return reader.rows(self.source)
            for identity in identities:
                value_by_row[identity] = value
        return value_by_row
