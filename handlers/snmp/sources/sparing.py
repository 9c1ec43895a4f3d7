"""Sources that can read a few rows by GET instead of walking a large table."""
from __future__ import annotations

from typing import Dict, List, Tuple

from ...host.rows import Raw
from .. import validation
from ..decoding import Rows, text
from ..reader import Reader
from .base import Place, Source


class Alike(Source):
    """A property of the hardware that rows of the same kind share, read by GET for the first and the last row of each kind.

    Rows are of the same kind if they have the same unit (the first arc of the identity) and the same value of `like`. All of
    `source` is walked if the two rows of a kind differ or have no value, or if `like` has no rows.
    """

    source: Place
    like: Source

    def rows(self, reader: Reader) -> Rows:
        kinds: Dict[Tuple[str, Raw], List[str]] = {}
        for identity, mark in self.like.rows(reader).items():     # `mark` stays raw: as text, different octets can look the same
            kinds.setdefault((identity.partition(".")[0], mark), []).append(identity)
        found: Rows = {}
        for identities in kinds.values():
            first, last = (self.source.one(reader, identities[n]) for n in (0, -1))
            if first is None or first != last:
                return self.source.rows(reader)
            found.update(dict.fromkeys(identities, first))
        return found if kinds else self.source.rows(reader)


class Checked(Source):
    """All rows of `source`, except those whose value is in `values` and whose value in `test` is in `refuse`.

    For a value such as 0, which may also mean that there is no reading. `test` is read by GET for each row with such a
    value, or by a walk if there are more than `most` of these rows.
    """

    source: Source
    values: Tuple[str, ...]
    test: Place
    refuse: Tuple[str, ...]
    most: int = 16

    def __post_init__(self) -> None:
        validation.some(self.values, "values")
        validation.some(self.refuse, "refuse")
        validation.compared(self.values, "values")
        validation.compared(self.refuse, "refuse")

    def rows(self, reader: Reader) -> Rows:
        rows = self.source.rows(reader)
        doubted = [identity for identity, value in rows.items() if text(value) in self.values]
        walked = self.test.rows(reader) if len(doubted) > self.most else None
        marks = {identity: self.test.one(reader, identity) if walked is None else walked.get(identity) for identity in doubted}
        refused = {identity for identity, mark in marks.items() if mark is not None and text(mark) in self.refuse}
        return {identity: value for identity, value in rows.items() if identity not in refused}
