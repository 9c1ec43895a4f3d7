"""Sources that choose between other sources, or combine several."""
from __future__ import annotations

from typing import Optional, Tuple

from ...errors import ProtocolError
from ...host.rows import Raw
from .. import validation
from ..decoding import Rows, number, text
from ..reader import Reader
from .base import Source


class First(Source):
    """The first of `choices` that has rows. The richer or newer table comes first.

    For readings only. If the commands differ too, use two `Outlets` in the profile.
    """

    choices: Tuple[Source, ...]

    def __post_init__(self) -> None:
        validation.some(self.choices, "choices")

    def rows(self, reader: Reader) -> Rows:
        return next((rows for rows in (choice.rows(reader) for choice in self.choices) if rows), {})

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        for choice in self.choices:
            value = choice.one(reader, identity)
            if value is not None or choice.rows(reader):        # a row that is missing in this table is not read from the next
                return value
        return None


class Provided(Source):
    """`source` on a device where `test` has rows and `pattern` matches the whole value of each; else no rows.

    For devices that differ under one sysObjectID, for example in model or firmware.
    """

    source: Source
    test: Source
    pattern: str

    def __post_init__(self) -> None:
        validation.pattern(self.pattern, "pattern")

    def rows(self, reader: Reader) -> Rows:
        return self.source.rows(reader) if self._holds(reader) else {}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.one(reader, identity) if self._holds(reader) else None

    def _holds(self, reader: Reader) -> bool:
        expression, marks = validation.pattern(self.pattern, "pattern"), self.test.rows(reader)
        return bool(marks) and all(expression.fullmatch(text(mark)) for mark in marks.values())


class Whole(Source):
    """`source` if the device's own `count` (a scalar) is above 0 and `source` has at least as many rows; else no rows.

    For a table that may lack rows. `one` does not read the count.
    """

    source: Source
    count: Source

    def rows(self, reader: Reader) -> Rows:
        counted = number(self.count.one(reader, "0"))
        if counted is None or counted <= 0:
            return {}
        rows = self.source.rows(reader)
        return rows if len(rows) >= counted else {}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.one(reader, identity)


class Unless(Source):
    """`source` on a device where `test` has no rows; else no rows. For a fallback that must not contradict a better reading."""

    source: Source
    test: Source

    def rows(self, reader: Reader) -> Rows:
        return {} if self.test.rows(reader) else self.source.rows(reader)

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return None if self.test.rows(reader) else self.source.one(reader, identity)


class Merged(Source):
    """The rows of all `parts`, one after the other. Raises ProtocolError if two parts have the same identity.

    `one` does not check this: it returns the first value found.
    """

    parts: Tuple[Source, ...]

    def __post_init__(self) -> None:
        validation.some(self.parts, "parts")

    def rows(self, reader: Reader) -> Rows:
        found: Rows = {}
        for part in self.parts:
            for identity, value in part.rows(reader).items():
                if identity in found:
                    raise ProtocolError(f"two tables of the device have the row {identity}")
                found[identity] = value
        return found

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        values = (part.one(reader, identity) for part in self.parts)
        return next((value for value in values if value is not None), None)


class Prefixed(Source):
    """The rows of `source` with `prefix` and a dot before each identity, so that tables do not collide."""

    prefix: str
    source: Source

    def __post_init__(self) -> None:
        validation.given(self.prefix, "prefix")
        validation.suffix(self.prefix, "prefix")

    def rows(self, reader: Reader) -> Rows:
        return {f"{self.prefix}.{identity}": value for identity, value in self.source.rows(reader).items()}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        start = self.prefix + "."
        return self.source.one(reader, identity[len(start):]) if identity.startswith(start) else None
