"""Sources that ask a large table for the rows that matter, by GET, instead of walking all of it."""
from __future__ import annotations

from typing import Dict, Tuple

from .. import validation
from ..decoding import Rows, text
from ..reader import Reader
from .base import Place, Source


class Alike(Source):
    """A property of the hardware, which rows of the same kind share: read by GET for the first and the last row of each kind.

    A kind is a unit (the first arc of the index) with one value of `like`. Where two rows of a kind differ, or a row has no
    value, or `like` has no rows, all of `source` is walked.
    """

    source: Place
    like: Source

    def rows(self, reader: Reader) -> Rows:
        kinds: Dict[Tuple[str, str], Rows] = {}
        for identity, mark in self.like.rows(reader).items():
            kinds.setdefault((identity.partition(".")[0], text(mark)), {})[identity] = mark
        found: Rows = {}
        for identities in kinds.values():
            first, last = (self.source.one(reader, identity) for identity in (next(iter(identities)), next(reversed(identities))))
            if first is None or first != last:
                return self.source.rows(reader)
            found.update(dict.fromkeys(identities, first))
        return found if kinds else self.source.rows(reader)


class Checked(Source):
    """Rows of `source`, but a row with one of `values` only where `test` reads none of `refuse` for it.

    For values that a missing reading has, too, such as 0: only those are looked up, by GET, and by a walk of `test` where
    more than `most` rows have one of them.
    """

    source: Source
    values: Tuple[str, ...]
    test: Place
    refuse: Tuple[str, ...]
    most: int = 16

    def __post_init__(self) -> None:
        validation.some(self.values, "values")
        validation.some(self.refuse, "refuse")

    def rows(self, reader: Reader) -> Rows:
        rows = self.source.rows(reader)
        doubted = [identity for identity, value in rows.items() if text(value) in self.values]
        marks = self.test.rows(reader) if len(doubted) > self.most else {
            identity: mark for identity in doubted for mark in [self.test.one(reader, identity)] if mark is not None}
        refused = {identity for identity in doubted if identity in marks and text(marks[identity]) in self.refuse}
        return {identity: value for identity, value in rows.items() if identity not in refused}
