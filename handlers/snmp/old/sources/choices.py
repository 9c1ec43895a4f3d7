"""Sources that choose between other sources, or combine several."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain, permutations
from typing import Optional, Union

from ....dcimanager.rows import Raw
from ....shared.errors import NoSuchOutlet, ProtocolError
from ... import validation
from ...decoding import Rows, text
from ..reader import LOST, UNDECIDED, UNIDENTIFIED, Lost, Reader
from .base import (
    Filter,
    ObjectSource,
    ReadOnly,
    RowFilter,
    Source,
    counted_by,
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
        """The rows of the first choice that has some."""
        for choice in self.choices:
            rows = reader.rows(choice)
            if rows:
                return rows
        return {}

    def reads_single_rows(self) -> bool:
        return all(choice.reads_single_rows() for choice in self.choices)

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value in the first choice that has rows: a row that it lacks is not read from the
        next."""
        for choice in self.choices:
            value = choice.value_of(reader, identity)
            if value is not None or reader.rows(choice):
                return value
        return None


class Conditional(RowFilter):
    """All rows of `source` or none, by a condition of the device."""

    @abstractmethod
    def condition(self, reader: Reader) -> Union[bool, Lost]:
        """Whether the device has these rows; a lost value if that is not known."""

    def rows(self, reader: Reader) -> Rows:
        """All rows, or none. If the condition is lost, so is each value, and if an answer is
        missing for it, a row that is not listed may be, too."""
        condition = self.condition(reader)
        if condition is False:
            return {}
        rows = reader.rows(self.source)
        if condition is True:
            return rows
        identities = list(rows)
        if condition is not UNDECIDED:
            identities.append(UNIDENTIFIED)
        return dict.fromkeys(identities, condition)

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The row's value; a lost one if the condition is lost, None if it is not met."""
        condition = self.condition(reader)
        if condition is False:
            return None
        value = self.source.value_of(reader, identity)
        if isinstance(condition, Lost) and value is not None:
            return condition
        return value

    def keeps(self, reader: Reader, identity: str) -> bool:
        """Whether the condition is certainly met."""
        return self.condition(reader) is True


class IfMatches(Conditional):
    """`source` on a device where `test` has rows and `pattern` matches the whole value of each;
    else no rows.

    For devices that differ under one sysObjectID, for example in model or firmware.

    Fields:
        source: the rows.
        test: the values that decide.
        pattern: matches the values of devices with these rows.
        others: matches those of devices without them. If it is given, a value that neither pattern
            matches, or an answer without any, leaves each row empty. Such a row is not written.
    """

    test: Source
    pattern: str
    others: str = ""

    def check(self) -> None:
        validation.compiled_pattern(self.pattern, "pattern")
        validation.compiled_pattern(self.others, "others")

    def condition(self, reader: Reader) -> Union[bool, Lost]:
        """Whether `pattern` matches each value of `test`. Lost if one is lost, or if with `others`
        neither pattern matches one or there is none."""
        values = reader.rows(self.test).values()
        lost_values = [value for value in values if isinstance(value, Lost)]
        texts = {text(value) for value in values if not isinstance(value, Lost)}
        if not values or not _match_all(texts, self.pattern, self.others):
            return UNDECIDED if self.others else False
        if lost_values:
            return lost_with(lost_values[0])
        return _match_all(texts, self.pattern)


def _match_all(texts: Iterable[str], *patterns: str) -> bool:
    """Whether each text is matched as a whole by one of the patterns."""
    expressions = [validation.compiled_pattern(pattern, "pattern") for pattern in patterns]
    return all(any(regex.fullmatch(text_) for regex in expressions) for text_ in texts)


class IfComplete(Filter):
    """`source` if the device's own `count` (a scalar) is above 0 and `source` has at least as many
    rows; else no rows if the count is 0 or missing, and one lost row if it is not.

    For a table that may lack rows. `value_of` does not read the count.
    """

    count: Source

    def rows(self, reader: Reader) -> Rows:
        """All rows if they are at least as many as the count; {} if that is 0 or missing; else one
        lost row, because which rows are missing is not known.
        """
        count_value = self.count.value_of(reader, "0")
        count = counted_by(count_value)
        if count_value is None or count == 0:
            return {}
        rows = reader.rows(self.source)
        if count is None:
            return {UNIDENTIFIED: LOST} if rows else {}
        certain_rows = 0
        for value in rows.values():
            # a row that did not answer is a row; one that is lost with another value may be none
            if not isinstance(value, Lost) or value.is_unanswered:
                certain_rows += 1
        return rows if certain_rows >= count else {UNIDENTIFIED: LOST}

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value in `source`, whatever the count is."""
        return self.source.value_of(reader, identity)


class Unless(Conditional):
    """`source` on a device where `test` has no rows; else no rows.

    For a fallback that must not contradict a better reading. If every value of `test` is lost, so
    is each row.
    """

    test: Source

    def condition(self, reader: Reader) -> Union[bool, Lost]:
        """Whether `test` has no rows. Lost if it has some and all are lost."""
        values = list(reader.rows(self.test).values())
        if not values:
            return True
        lost_values = [value for value in values if isinstance(value, Lost)]
        if len(lost_values) == len(values):
            return lost_with(lost_values[0])
        return False


class Concat(Source):
    """The rows of all `parts`, those of the first part first. Raises ProtocolError if two parts
    have the same identity.

    `value_of` does not check this: it returns the first value. A command is only possible if each
    identity can belong to one part, whatever the device answers: each part is a `Prefixed` of its
    own, or has its own numbers (`Spread`, `Tables`).
    """

    parts: tuple[Source, ...]

    def check(self) -> None:
        validation.require_values(self.parts, "parts")

    def rows(self, reader: Reader) -> Rows:
        """The rows of all parts. Raises ProtocolError if two have the same identity."""
        value_by_row: Rows = {}
        for part in self.parts:
            for identity, value in reader.rows(part).items():
                if identity in value_by_row and not is_unidentified(identity):
                    raise ProtocolError(f"two tables of the device have the row {identity}")
                value_by_row[identity] = value
        return value_by_row

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value in the first part that has one."""
        for part in self.parts:
            value = part.value_of(reader, identity)
            if value is not None:
                return value
        return None

    def reads_single_rows(self) -> bool:
        return all(part.reads_single_rows() for part in self.parts)

    def written_places(self) -> tuple[ObjectSource, ...]:
        """The places of all parts. Raises ValueError if two may have the same identity."""
        if not _are_apart(self.parts):
            raise ValueError(
                "a Concat cannot be written if two of its parts may have the same identity: "
                "put each part into a Prefixed of its own"
            )
        return tuple(chain.from_iterable(part.written_places() for part in self.parts))

    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The OID in the one part that has the identity. Raises NoSuchOutlet."""
        oids: list[str] = []
        for part in self.parts:
            with suppress(NoSuchOutlet):
                oids.append(part.instance_oid(reader, identity))
        if len(oids) != 1:
            raise no_object(identity)
        return oids[0]

    def identity_starts(self) -> Optional[frozenset[str]]:
        """The first arcs of all parts; None if those of one part are not known."""
        starts: set[str] = set()
        for part in self.parts:
            starts_of_part = part.identity_starts()
            if starts_of_part is None:
                return None
            starts |= starts_of_part
        return frozenset(starts)


def _are_apart(parts: Sequence[Source]) -> bool:
    """Whether no identity can be one of two `parts`: no first arcs of one part's identities begin
    with those of another's."""
    starts_by_part: list[frozenset[str]] = []
    for part in parts:
        starts = part.identity_starts()
        if starts is None:
            return len(parts) == 1
        starts_by_part.append(starts)
    for starts, other_starts in permutations(starts_by_part, 2):
        for start in starts:
            if not other_starts.isdisjoint(identity_prefixes(start)):
                return False
    return True


class Prefixed(Source):
    """The rows of `source` with `prefix` and a dot before each identity, so that tables do not
    collide.
    """

    prefix: str
    source: Source

    def check(self) -> None:
        validation.require_text(self.prefix, "prefix")
        validation.require_suffix(self.prefix, "prefix")

    def rows(self, reader: Reader) -> Rows:
        """The rows of `source` under their longer identities."""
        rows = reader.rows(self.source)
        return {f"{self.prefix}.{identity}": value for identity, value in rows.items()}

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value in `source`, None for an identity without the prefix."""
        inner = self._inner(identity)
        return None if inner is None else self.source.value_of(reader, inner)

    def written_places(self) -> tuple[ObjectSource, ...]:
        return self.source.written_places()

    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The OID in `source`, for the identity without the prefix. Raises NoSuchOutlet."""
        inner = self._inner(identity)
        if not inner:
            raise no_object(identity)
        return self.source.instance_oid(reader, inner)

    def reads_single_rows(self) -> bool:
        return self.source.reads_single_rows()

    def identity_starts(self) -> frozenset[str]:
        """`prefix`, with the first arcs of `source` if they are known."""
        starts = self.source.identity_starts()
        if starts is None:
            return frozenset({self.prefix})
        return frozenset(f"{self.prefix}.{start}" for start in starts)

    def _inner(self, identity: str) -> Optional[str]:
        """The identity in `source`, None if this one does not begin with `prefix`."""
        start = self.prefix + "."
        return identity[len(start) :] if identity.startswith(start) else None
