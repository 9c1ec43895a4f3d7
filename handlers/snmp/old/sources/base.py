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
from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from itertools import accumulate
from typing import ClassVar, NoReturn, Optional

from ....dcimanager.rows import Raw
from ....shared.ceilings import PLACEHOLDERS, PLACEHOLDERS_16
from ....shared.errors import NoSuchOutlet, ProtocolError, Unsupported
from ... import validation
from ...decoding import LONGEST_NUMBER, Rows, number, text
from ..frozen_value import FrozenValue
from ..reader import UNDECIDED, UNIDENTIFIED, Lost, Reader

_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
NO_VALUE = "-1"  # of many agents, in any column


class Membership(Enum):
    """Whether a row is one of those that a filter keeps."""

    KEPT = "kept"
    LEFT_OUT = "left out"
    #: it may be an outlet or a part of a sum: it stays, with an empty value, and is not written
    UNCERTAIN = "uncertain"


def no_object(identity: str) -> NoSuchOutlet:
    """The error for an identity that has no object in a source."""
    return NoSuchOutlet(f"the device has no object to switch outlet {identity[:40]!r}")


def is_number(word: str) -> bool:
    """Whether a word is a number of at most nine digits, as outlets and units have."""
    return word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER


def undecided_value(test_value: Optional[Raw]) -> Raw:
    """The value of a row of which `test_value`, that of `test`, does not tell if it is kept."""
    return lost_with(test_value) if isinstance(test_value, Lost) else UNDECIDED


def lost_with(cause: Lost) -> Lost:
    """The value of a row that is lost because another value is, for the reason of that one."""
    return Lost(cause.reason)


def is_one_of(value: Optional[Raw], texts: Collection[str]) -> bool:
    """Whether a cell reads one of these texts. One that is missing or lost reads none, "" neither:
    it is compared nowhere else."""
    return value is not None and not isinstance(value, Lost) and text(value) in texts


def is_unanswered(value: Raw) -> bool:
    """Whether the answers lack the row, not something else that decides about it."""
    return isinstance(value, Lost) and value.is_unanswered


def is_unidentified(identity: str) -> bool:
    """Whether an identity stands for rows whose own identities are lost."""
    return identity.endswith(UNIDENTIFIED)


def unidentified_value(rows: Rows) -> Optional[Raw]:
    """The value of the first row whose identity is lost, so that it may be that of any identity;
    None if all rows have theirs."""
    for identity, value in rows.items():
        if is_unidentified(identity):
            return value
    return None


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
        return reader.rows(self).get(identity)

    def where(
        self, test: Source, *values: str, others: tuple[str, ...] = (), demanded: bool = False
    ) -> Where:
        """The rows whose value in `test` is one of `values`. See `Where`."""
        return Where(source=self, test=test, values=values, demanded=demanded, others=others)

    def where_not(
        self,
        *values: str,
        by: Optional[Source] = None,
        others: tuple[str, ...] = (),
        demanded: bool = False,
    ) -> Where:
        """The rows whose value is none of `values`: without padding or the neutral line. `by`:
        another column of the table, whose values decide instead. See `Where`."""
        return Where(
            source=self,
            test=by or self,
            values=values,
            keep=False,
            demanded=demanded,
            others=others,
        )

    def left_join(self, known: Source) -> LeftJoin:
        """All rows, with the values of `known`. A row that `known` leaves out has an empty value,
        so that there is no sum."""
        return LeftJoin(source=self, known=known)

    def reads_single_rows(self) -> bool:
        """Whether `value_of` has a value for the identities of `rows` and for no others, and reads
        it from most devices without a list of them."""
        return False

    @abstractmethod
    def written_places(self) -> tuple[ObjectSource, ...]:
        """The places to which a command through this source may go.

        Raises ValueError with the reason if none can.
        """

    @abstractmethod
    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The OID of an identity's object, instance included; it may begin with `~`.

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
    a walk nor a GET of the first of `identities` has a value; False without any. A yes is kept for
    the rest of the call, also where the reader forgets values to read them again.

    A walk alone is no proof: GET and walk of one agent differ
    (github.com/prometheus/snmp_exporter/issues/541, an HPE PDU).
    """
    if is_known_lacking(source, reader):
        return True
    if reader.rows(source):
        return False
    first = next(iter(identities), None)
    if first is None or source.value_of(reader, first) is not None:
        return False
    reader.lacking.add((reader.root, source))
    return True


def is_known_lacking(source: Source, reader: Reader) -> bool:
    """Whether the device was seen in this call not to have `source`."""
    return (reader.root, source) in reader.lacking


def counted_by(value: Optional[Raw]) -> Optional[int]:
    """How many parts a device counts by one value: a whole number from 0 on. None for any other
    value, and for a register that is filled up, which counts nothing."""
    count = number(value)
    if count is None or count < 0 or count != int(count):
        return None
    return None if count in PLACEHOLDERS or count in PLACEHOLDERS_16 else int(count)


def counted(count: Source, reader: Reader) -> int:
    """What a device counts by `count`, summed over its rows; those without a count add nothing."""
    counts = map(counted_by, reader.rows(count).values())
    return sum(filter(None, counts))


class ObjectSource(Source):
    """A source with an object of the device for each identity, for GET and SET."""

    def written_places(self) -> tuple[ObjectSource, ...]:
        return (self,)

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of the identity's object by GET, None if there is none."""
        try:
            return reader.get(self.instance_oid(reader, identity))
        except NoSuchOutlet:
            return None


class Filter(Source):
    """Some rows of `source`, under the same identities.

    A command goes to the object of `source`, for the rows that are certainly kept (`keeps`).
    """

    source: Source

    def keeps(self, reader: Reader, identity: str) -> bool:
        """Whether the row of this identity is certainly not left out."""
        return identity in reader.rows(self)

    def written_places(self) -> tuple[ObjectSource, ...]:
        return self.source.written_places()

    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The OID in `source`, for a row that is certainly kept. Raises NoSuchOutlet."""
        if not self.keeps(reader, identity):
            raise no_object(identity)
        return self.source.instance_oid(reader, identity)

    def identity_starts(self) -> Optional[frozenset[str]]:
        return self.source.identity_starts()


class RowFilter(Filter):
    """A filter that decides about each row without the others."""

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


class EachValue(ReadOnly):
    """What is computed of each value of `source`, in the same row. A lost value stays lost."""

    source: Source

    @abstractmethod
    def computed(self, value: Raw) -> Optional[Raw]:
        """What follows from one value; None if the row is left out."""

    def rows(self, reader: Reader) -> Rows:
        """The computed value of each row that has one."""
        rows: Rows = {}
        for identity, value in reader.rows(self.source).items():
            computed = value if isinstance(value, Lost) else self.computed(value)
            if computed is not None:
                rows[identity] = computed
        return rows

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The computed value of one row, None if it has none."""
        value = self.source.value_of(reader, identity)
        return value if value is None or isinstance(value, Lost) else self.computed(value)


class Where(RowFilter):
    """Rows of `source` whose value in `test` is one of `values`, as WHERE of SQL. For padding rows,
    mixed tables, neutral lines.

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
        validation.require_disjoint((("values", self.values), ("others", self.others)))

    def rows(self, reader: Reader) -> Rows:
        """The rows that are kept. One of which `test` does not tell has an empty value."""
        test_values = reader.rows(self.test)
        rows = reader.rows(self.source)
        # a row of `test` without an identity may be that of each row that `test` lacks
        default = unidentified_value(test_values)
        kept_rows: Rows = {}
        for identity, value in rows.items():
            if is_unidentified(identity) and identity not in test_values:
                kept_rows[identity] = value  # without an identity, no row of `test` is its own
                continue
            test_value = test_values.get(identity, default)
            if test_value is None and self.demanded:
                raise ProtocolError(
                    f"the device lists the row {identity} without the value that "
                    "tells outlets from padding; poll it again"
                )
            membership = self._membership(test_value)
            if membership is Membership.UNCERTAIN and not isinstance(value, Lost):
                kept_rows[identity] = undecided_value(test_value)
            elif membership is not Membership.LEFT_OUT:
                kept_rows[identity] = value
        return kept_rows

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of a row that is kept, an empty one if `test` does not tell; else None."""
        test_value = self.test.value_of(reader, identity)
        membership = self._membership_alone(test_value)
        if membership is Membership.LEFT_OUT:
            return None
        value = self.source.value_of(reader, identity)
        if membership is Membership.UNCERTAIN and value is not None:
            return undecided_value(test_value)
        return value

    def keeps(self, reader: Reader, identity: str) -> bool:
        """Whether the row's value in `test` certainly keeps it."""
        test_value = self.test.value_of(reader, identity)
        return self._membership_alone(test_value) is Membership.KEPT

    def _membership_alone(self, test_value: Optional[Raw]) -> Membership:
        """`_membership` of one row, read alone."""
        if test_value is None and self.demanded:
            return Membership.LEFT_OUT
        return self._membership(test_value)

    def _membership(self, test_value: Optional[Raw]) -> Membership:
        """Whether a row with this value in `test`, None for no value, is kept."""
        if isinstance(test_value, Lost):
            return Membership.UNCERTAIN
        test_text = None if test_value is None else text(test_value)
        if test_text in self.values:
            return Membership.KEPT if self.keep else Membership.LEFT_OUT
        if self._is_other(test_text):
            return Membership.LEFT_OUT if self.keep else Membership.KEPT
        return Membership.UNCERTAIN

    def _is_other(self, test_text: Optional[str]) -> bool:
        """Whether a text that is none of `values`, None for no value, certainly means another kind
        of row. Without `others`, two do not: -1, which many agents show where they have no value,
        and a text that is no whole number where all `values` are."""
        if self.others:
            return test_text in self.others
        if test_text is None:
            return True
        if test_text == NO_VALUE:
            return False
        are_numbers = all(map(_WHOLE_NUMBER.fullmatch, self.values))
        return not are_numbers or _WHOLE_NUMBER.fullmatch(test_text) is not None


class LeftJoin(ReadOnly):
    """All rows of `source`, with the values of `known`, as LEFT JOIN of SQL. A row has an empty
    value, so that there is no sum, if it is empty in `source` or missing in `known`."""

    WHY = "it has rows without an object"

    source: Source
    known: Source

    def rows(self, reader: Reader) -> Rows:
        """Each row of `source` with its value in `known`, empty if either has none."""
        values = reader.rows(self.known)
        # a row of `known` without an identity may be that of each row that `known` lacks
        default = unidentified_value(values)
        rows: Rows = {}
        for identity, value in reader.rows(self.source).items():
            if not text(value):
                rows[identity] = undecided_value(value)
            else:
                rows[identity] = values.get(identity, "" if default is None else default)
        return rows
