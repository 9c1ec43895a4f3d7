"""Base classes of sources, which read {identity: value} from a device.

An identity is the index of a row with its dots ("7", "1.1.7"), unless the source defines another
one.

A command may be written through a source that knows the object of each identity. That object
follows from the identity alone (in `NamedRows`, from the variables' names too; in `ByUnit`, from
the unit and the number that its row shows). What the device answers otherwise can only forbid the
command, never send it to another object: a table that ends early, or that cannot be read, must not
make the command reach another outlet.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import accumulate
from typing import ClassVar, NoReturn, Optional

from ...dcimanager.rows import Raw
from ...shared.decimals import decimal_sum
from ...shared.errors import NoSuchOutlet, ProtocolError, Unsupported
from .. import validation
from ..decoding import LONGEST_NUMBER, Rows, number, text
from ..frozen_value import FrozenValue
from ..reader import UNDECIDED, UNIDENTIFIED, Lost, Reader

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
NO_VALUE = "-1"  # of many agents, in any column


def no_object(identity: str) -> NoSuchOutlet:
    """The error for an identity that has no object in a source."""
    return NoSuchOutlet(f"the device has no object to switch outlet {identity[:40]!r}")


def is_number(word: str) -> bool:
    """Whether a word is a number of at most nine digits, as outlets and units have."""
    return word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER


def undecided_value(mark: Optional[Raw]) -> Raw:
    """The value of a row if `mark` does not tell whether the row is chosen."""
    return lost_with(mark) if isinstance(mark, Lost) else UNDECIDED


def lost_with(mark: Lost) -> Lost:
    """The value of a row that cannot be told because another value is lost, with its reason."""
    return Lost(mark.reason)


def is_unidentified(identity: str) -> bool:
    """Whether an identity stands for rows whose own identities are lost."""
    return identity.endswith(UNIDENTIFIED)


def identity_prefixes(identity: str) -> Iterator[str]:
    """The first arcs of an identity, one more each time: "1", "1.4" and "1.4.2" of "1.4.2"."""
    return accumulate(identity.split("."), "{}.{}".format)


class Source(FrozenValue, ABC):
    """Reads {identity: value} from the device."""

    @abstractmethod
    def rows(self, reader: Reader) -> Rows:
        """All values; {} if the device has none for this source.

        May raise ProtocolError for contradictory answers.
        """

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of one identity, None if it has none.

        Reads all rows unless the class can read one.
        """
        return self.rows(reader).get(identity)

    def where(
        self, mark: Source, *values: str, others: tuple[str, ...] = (), demanded: bool = False
    ) -> Only:
        """The rows whose value in `mark` is one of `values`. See `Only`."""
        return Only(self, mark, values, demanded=demanded, others=others)

    def but(
        self,
        *values: str,
        by: Optional[Source] = None,
        others: tuple[str, ...] = (),
        demanded: bool = False,
    ) -> Only:
        """The rows whose value is none of `values`, such as padding or the neutral line. `by`:
        another column of the table, whose values decide instead. See `Only`."""
        mark = by or self
        return Only(
            source=self,
            test=mark,
            values=values,
            keep=False,
            demanded=demanded,
            others=others,
        )

    def known_where(self, known: Source) -> Listed:
        """All rows, with the values of `known`, which leaves some out: these are empty, so that
        there is no sum."""
        return Listed(self, known)

    def reads_single_rows(self) -> bool:
        """Whether `value_of` has a value for exactly the identities of `rows`, and most devices
        need not list these for it."""
        return False

    @abstractmethod
    def written_places(self) -> tuple[ObjectSource, ...]:
        """The places to which a command through this source may go.

        Raises ValueError with the reason if none can.
        """

    @abstractmethod
    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The OID of an identity's object, instance included.

        Raises NoSuchOutlet if the source has none for it.
        """

    def identity_starts(self) -> Optional[frozenset[str]]:
        """The first arcs with which every identity of this source begins; None if they are not
        known without a reading.
        """
        return None


# the fields of a source that hold the source of its values
_SOURCE_FIELDS = ("known", "source", "values", "parts", "choices", "over", "number")


def object_read(source: object) -> object:
    """The column or other object that a source reads, or its OID; the first of several, or None."""
    return next(objects_read(source), None)


def objects_read(source: object) -> Iterator[object]:
    """The columns or other objects whose values a source has, or their OIDs."""
    if isinstance(source, str) or text_field(source, "object") or text_field(source, "oid"):
        yield source
        return
    if isinstance(source, tuple):
        for part in source:
            yield from objects_read(part)
        return
    for field in _SOURCE_FIELDS:
        inner_source = getattr(source, field, None)
        if inner_source:
            yield from objects_read(inner_source)
            return


def object_name(source: Source) -> str:
    """The name of the object that a source reads, or its OID."""
    part = object_read(source)
    if isinstance(part, str):
        return part
    return text_field(part, "object") or text_field(part, "oid")


def text_field(part: object, field: str) -> str:
    """A field that holds a text; "" if the part has none of this name."""
    value = getattr(part, field, "")
    return value if isinstance(value, str) else ""


def is_optional(source: Source) -> bool:
    """Whether the values of a source are of a column that some devices lack (`Column.optional`)."""
    return bool(getattr(object_read(source), "optional", False))


def is_lacking(source: Source, reader: Reader, identities: Iterable[str]) -> bool:
    """Whether the device does not have `source`, which older firmware or some models lack: neither
    a walk nor a GET of the first of `identities` has a value; False without any. It is asked once
    in a call, whatever else is read anew.

    A walk alone is no proof: GET and walk of one agent differ
    (github.com/prometheus/snmp_exporter/issues/541, an HPE PDU).
    """
    if is_known_lacking(source, reader):
        return True
    if source.rows(reader):
        return False
    first = next(iter(identities), None)
    if first is None or source.value_of(reader, first) is not None:
        return False
    reader.lacking.add((reader.root, source))
    return True


def is_known_lacking(source: Source, reader: Reader) -> bool:
    """Whether the device was seen in this call not to have `source`."""
    return (reader.root, source) in reader.lacking


def counted(count: Source, reader: Reader) -> Decimal:
    """What a device counts by `count`, summed over its rows; those that are no numbers count 0."""
    numbers = map(number, count.rows(reader).values())
    return decimal_sum(value for value in numbers if value is not None and value > 0)


class ObjectSource(Source):
    """A source with an object of the device for each identity, for GET and SET."""

    def written_places(self) -> tuple[ObjectSource, ...]:
        return (self,)

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        try:
            return reader.get(self.instance_oid(reader, identity))
        except NoSuchOutlet:
            return None


class Filter(Source):
    """Some rows of `source`, under the same identities.

    A command goes to the object of `source`, for these rows only.
    """

    source: Source

    @abstractmethod
    def keeps(self, reader: Reader, identity: str) -> bool:
        """Whether the row of this identity, if `source` has one, is certainly not left out."""

    def written_places(self) -> tuple[ObjectSource, ...]:
        return self.source.written_places()

    def instance_oid(self, reader: Reader, identity: str) -> str:
        if not self.keeps(reader, identity):
            raise no_object(identity)
        return self.source.instance_oid(reader, identity)

    def identity_starts(self) -> Optional[frozenset[str]]:
        return self.source.identity_starts()


class RowFilter(Filter):
    """A filter that tells of each row whether it is left out."""

    def reads_single_rows(self) -> bool:
        return self.source.reads_single_rows()


class ReadOnly(Source):
    """A source without an object for each identity, so that no command can be
    written through it.
    """

    WHY: ClassVar[str]  # follows "cannot be written: "

    def written_places(self) -> NoReturn:
        raise ValueError(self._refusal())

    def instance_oid(self, reader: Reader, identity: str) -> NoReturn:
        raise Unsupported(self._refusal())

    def _refusal(self) -> str:
        return f"a {type(self).__name__} cannot be written: {self.WHY}"


class Only(RowFilter):
    """Rows of `source` whose value in `test` is one of `values`. For padding rows, mixed tables,
    neutral lines.

    If a row's value in `test` is neither one of `values` nor one of `others`, the row is kept with
    an empty value, because it may be an outlet or a part of a sum; so is, without `others`, one
    that is no whole number if all `values` are, and -1, which many agents show for no value. Such
    a row is not written.

    Fields:
        source: the rows to choose from.
        test: the values that decide, under the same identities.
        values: the texts to compare with.
        keep: false for all other rows instead. With true, a row without a value in `test` is
            dropped; with false, it is kept.
        demanded: for a `test` that tells outlets from padding. A row without a value in it may be
            either: `rows` raises ProtocolError, and `value_of` has no value.
        others: the texts that the MIB has beside `values`; none if these are numbers or texts of
            any kind.
    """

    test: Source
    values: tuple[str, ...]
    keep: bool = True
    demanded: bool = False
    others: tuple[str, ...] = ()

    def check(self) -> None:
        validation.require_values(self.values, "values")
        for name in ("values", "others"):
            validation.require_distinct_texts(getattr(self, name), name)
        validation.disjoint((("values", self.values), ("others", self.others)))

    def rows(self, reader: Reader) -> Rows:
        marks, rows = self.test.rows(reader), self.source.rows(reader)
        value_of_unidentified = next((marks[row] for row in marks if is_unidentified(row)), None)
        kept_rows: Rows = {}
        for identity, value in rows.items():
            mark = marks.get(identity, value_of_unidentified)
            is_unmarked = is_unidentified(identity) and identity not in marks
            if mark is None and not is_unmarked and self.demanded:
                raise ProtocolError(
                    f"the device lists the row {identity} without the value that "
                    "tells outlets from padding; poll it again"
                )
            fit = is_unmarked or self._fits(mark)
            if fit is not False:
                is_known = fit or isinstance(value, Lost)
                kept_rows[identity] = value if is_known else undecided_value(mark)
        return kept_rows

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        mark = self.test.value_of(reader, identity)
        fit = self._fits_alone(mark)
        value = None if fit is False else self.source.value_of(reader, identity)
        return undecided_value(mark) if fit is None and value is not None else value

    def keeps(self, reader: Reader, identity: str) -> bool:
        return self._fits_alone(self.test.value_of(reader, identity)) is True

    def _fits_alone(self, mark: Optional[Raw]) -> Optional[bool]:
        """`_fits` of one row, read alone."""
        return False if mark is None and self.demanded else self._fits(mark)

    def _fits(self, mark: Optional[Raw]) -> Optional[bool]:
        """Whether the row is kept; None: it is kept, but with an empty value."""
        if isinstance(mark, Lost):
            return None
        mark_text = None if mark is None else text(mark)
        is_value = mark_text in self.values
        if self.others:
            is_known = is_value or mark_text in self.others
        elif mark_text is None:
            is_known = True
        else:
            are_numbers = all(map(_WHOLE.fullmatch, self.values))
            is_number_missing = are_numbers and not _WHOLE.fullmatch(mark_text)
            is_known = is_value or not (is_number_missing or mark_text == NO_VALUE)
        return is_value is self.keep if is_known else None


class Listed(ReadOnly):
    """All rows of `source`, with the values of `known`. A row has an empty value, so that there is
    no sum, if it is empty in `source` or missing in `known`."""

    WHY = "it has rows without an object"

    source: Source
    known: Source

    def rows(self, reader: Reader) -> Rows:
        values = self.known.rows(reader)
        value_of_unidentified = next((values[row] for row in values if is_unidentified(row)), "")
        rows = self.source.rows(reader)
        known_rows: Rows = {}
        for identity, value in rows.items():
            if text(value):
                known_rows[identity] = values.get(identity, value_of_unidentified)
            else:
                known_rows[identity] = undecided_value(value)
        return known_rows
