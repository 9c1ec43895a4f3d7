"""Sources that choose between other sources, or combine several."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Optional, Union

from ...dcimanager.rows import Raw
from ...shared.errors import NoSuchOutlet, ProtocolError
from .. import validation
from ..decoding import Rows, number, text
from ..reader import LOST, UNDECIDED, UNIDENTIFIED, Lost, Reader
from .base import (
    Filter,
    ObjectSource,
    ReadOnly,
    RowFilter,
    Source,
    identity_prefixes,
    is_unidentified,
    lost_with,
    no_object,
)


class First(ReadOnly):
    """The first of `choices` that has rows. The richer or newer table comes first.

    For readings only. If the commands differ too, use two `Outlets` in the profile.
    """

    WHY = (
        "on some device it could choose another table than the states do; give each table its own"
        " Outlets"
    )

    choices: tuple[Source, ...]

    def check(self) -> None:
        validation.require_values(self.choices, "choices")

    def rows(self, reader: Reader) -> Rows:
        for choice in self.choices:
            rows = choice.rows(reader)
            if rows:
                return rows
        return {}

    def reads_single_rows(self) -> bool:
        return all(choice.reads_single_rows() for choice in self.choices)

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        for choice in self.choices:
            value = choice.value_of(reader, identity)
            # a row that is missing in this table is not read from the next
            if value is not None or choice.rows(reader):
                return value
        return None


class Conditional(RowFilter):
    """All rows of `source` or none, as marks of the device decide."""

    @abstractmethod
    def holds(self, reader: Reader) -> Union[bool, Lost]:
        """Whether the device has these rows; the value of each if that is not known."""

    def rows(self, reader: Reader) -> Rows:
        holds = self.holds(reader)
        if not isinstance(holds, Lost):
            return self.source.rows(reader) if holds else {}
        identities = list(self.source.rows(reader))
        if holds is not UNDECIDED:
            identities.append(UNIDENTIFIED)
        return dict.fromkeys(identities, holds)

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        holds = self.holds(reader)
        if holds is False:
            return None
        value = self.source.value_of(reader, identity)
        return holds if isinstance(holds, Lost) and value is not None else value

    def keeps(self, reader: Reader, identity: str) -> bool:
        return self.holds(reader) is True


class Provided(Conditional):
    """`source` on a device where `test` has rows and `pattern` matches the whole value of each;
    else no rows.

    For devices that differ under one sysObjectID, for example in model or firmware.

    Fields:
        source: the rows.
        test: the values that decide.
        pattern: matches the values of devices with these rows.
        others: matches those of devices without them. If it is given, a value that fits neither,
            or an answer without any, leaves each row empty. Such a row is not written.
    """

    test: Source
    pattern: str
    others: str = ""

    def check(self) -> None:
        validation.pattern(self.pattern, "pattern")
        validation.pattern(self.others, "others")

    def holds(self, reader: Reader) -> Union[bool, Lost]:
        lost: Optional[Lost] = None
        texts: set[str] = set()
        # rows often have the same few marks
        marks = dict.fromkeys(self.test.rows(reader).values())
        for mark in marks:
            if not isinstance(mark, Lost):
                texts.add(text(mark))
            elif lost is None:
                lost = mark
        if not marks or not _match_all(texts, self.pattern, self.others):
            return UNDECIDED if self.others else False
        if lost is not None:
            return lost_with(lost)
        return _match_all(texts, self.pattern)


def _match_all(texts: Iterable[str], *patterns: str) -> bool:
    """Whether each text fits one of the patterns."""
    expressions = [validation.pattern(pattern, "pattern") for pattern in patterns]
    return all(any(regex.fullmatch(text_) for regex in expressions) for text_ in texts)


class Whole(Filter):
    """`source` if the device's own `count` (a scalar) is above 0 and `source` has at least as many
    rows; else no rows.

    For a table that may lack rows. `value_of` does not read the count.
    """

    count: Source

    def rows(self, reader: Reader) -> Rows:
        count = number(self.count.value_of(reader, "0"))
        if count is None or count <= 0:
            return {}
        rows = self.source.rows(reader)
        certain_rows = 0
        for value in rows.values():
            # what is lost with a mark may be no row
            if not isinstance(value, Lost) or value.is_unanswered:
                certain_rows += 1
        return rows if certain_rows >= count else {UNIDENTIFIED: LOST}

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.value_of(reader, identity)

    def keeps(self, reader: Reader, identity: str) -> bool:
        return identity in self.rows(reader)


class Unless(Conditional):
    """`source` on a device where `test` has no rows; else no rows.

    For a fallback that must not contradict a better reading. If every value of `test` is lost, so
    is each row.
    """

    test: Source

    def holds(self, reader: Reader) -> Union[bool, Lost]:
        marks = list(self.test.rows(reader).values())
        lost = [mark for mark in marks if isinstance(mark, Lost)]
        return lost_with(lost[0]) if lost and len(lost) == len(marks) else not marks


class Merged(Source):
    """The rows of all `parts`, one after the other. Raises ProtocolError if two parts have the same
    identity.

    `value_of` does not check this: it returns the first value. A command is only possible if each
    identity can belong to one part, whatever the device answers: each part is a `Prefixed` of its
    own, or has its own numbers (`Spread`, `Tables`).
    """

    parts: tuple[Source, ...]

    def check(self) -> None:
        validation.require_values(self.parts, "parts")

    def rows(self, reader: Reader) -> Rows:
        value_by_row: Rows = {}
        for part in self.parts:
            for identity, value in part.rows(reader).items():
                if identity in value_by_row and not is_unidentified(identity):
                    raise ProtocolError(f"two tables of the device have the row {identity}")
                value_by_row[identity] = value
        return value_by_row

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        values = (part.value_of(reader, identity) for part in self.parts)
        return next((value for value in values if value is not None), None)

    def reads_single_rows(self) -> bool:
        return all(part.reads_single_rows() for part in self.parts)

    def written_places(self) -> tuple[ObjectSource, ...]:
        if not _are_apart(self.parts):
            raise ValueError(
                "a Merged cannot be written if two of its parts may have the same identity: "
                "put each part into a Prefixed of its own"
            )
        return tuple(chain.from_iterable(part.written_places() for part in self.parts))

    def instance_oid(self, reader: Reader, identity: str) -> str:
        oids: list[str] = []
        for part in self.parts:
            with suppress(NoSuchOutlet):
                oids.append(part.instance_oid(reader, identity))
        if len(oids) != 1:
            raise no_object(identity)
        return oids[0]

    def identity_starts(self) -> Optional[frozenset[str]]:
        starts: set[str] = set()
        for part in self.parts:
            starts_of_part = part.identity_starts()
            if starts_of_part is None:
                return None
            starts |= starts_of_part
        return frozenset(starts)


def _are_apart(parts: Sequence[Source]) -> bool:
    """Whether no identity can begin like those of two `parts`."""
    earlier_starts: set[str] = set()
    earlier_prefixes: set[str] = set()  # "1" and "1.2" for "1.2"
    for part in parts:
        starts = part.identity_starts()
        if starts is None:
            return len(parts) == 1
        for start in starts:
            if start in earlier_prefixes or not earlier_starts.isdisjoint(identity_prefixes(start)):
                return False
        earlier_starts |= starts
        earlier_prefixes.update(chain.from_iterable(map(identity_prefixes, starts)))
    return True


class Prefixed(Source):
    """The rows of `source` with `prefix` and a dot before each identity, so that tables do not
    collide.
    """

    prefix: str
    source: Source

    def check(self) -> None:
        validation.require_text(self.prefix, "prefix")
        validation.suffix(self.prefix, "prefix")

    def rows(self, reader: Reader) -> Rows:
        return {
            f"{self.prefix}.{identity}": value
            for identity, value in self.source.rows(reader).items()
        }

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        inner = self._inner(identity)
        return None if inner is None else self.source.value_of(reader, inner)

    def written_places(self) -> tuple[ObjectSource, ...]:
        return self.source.written_places()

    def instance_oid(self, reader: Reader, identity: str) -> str:
        inner = self._inner(identity)
        if not inner:
            raise no_object(identity)
        return self.source.instance_oid(reader, inner)

    def reads_single_rows(self) -> bool:
        return self.source.reads_single_rows()

    def identity_starts(self) -> frozenset[str]:
        starts = self.source.identity_starts()
        return frozenset(
            {self.prefix} if starts is None else (f"{self.prefix}.{start}" for start in starts)
        )

    def _inner(self, identity: str) -> Optional[str]:
        """The identity in `source`, None if this one does not begin with `prefix`."""
        start = self.prefix + "."
        return identity[len(start) :] if identity.startswith(start) else None
