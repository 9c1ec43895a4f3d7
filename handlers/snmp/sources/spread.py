"""For MIBs without a common table: one object for each outlet, or one table for each unit. For `object`, see objects.py."""
from __future__ import annotations

from typing import Dict, Iterator, Optional, Tuple

from ...errors import NoSuchOutlet
from ...host.rows import Raw
from .. import validation
from ..decoding import Rows
from ..frozen import Frozen
from ..reader import Reader
from .base import Place, Source

_MOST_OUTLETS, _MOST_UNITS = 10_000, 1_000


class Span(Frozen):
    """Outlets `first` to `last` have the sub-identifiers `sub`, `sub` + 1, and so on."""

    first: int
    last: int
    sub: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last or self.sub < 0:
            raise ValueError(f"first {self.first}, last {self.last}, sub {self.sub} are not a range of outlets")
        if self.last - self.first >= _MOST_OUTLETS:
            raise ValueError(f"first {self.first} to last {self.last} are more than {_MOST_OUTLETS} outlets")


class Spread(Place):
    """One object for each outlet, at `oid`.SUB.`tail`. The identity is the outlet's number N.

    `spans`: the outlets' numbers. Other objects below `oid` are ignored: in one MIB the object before outlet 1 switches all
    outlets, in another the objects after the last outlet are writable limits. `by_row`: the row of a unit follows SUB in place
    of `tail`, and the identity is "row.N". `by_get`: each object is read by GET, because a walk of `oid` would also read many
    others. With `listed`, a reading of all outlets is limited to those with a row in `listed`; if only some of these have a
    value, the others are empty.
    """

    oid: str
    spans: Tuple[Span, ...]
    object: str = ""
    tail: str = "0"
    by_row: bool = False
    by_get: bool = False
    listed: Optional[Source] = None

    def __post_init__(self) -> None:
        validation.oid(self.oid, "oid")
        validation.suffix(self.tail, "tail")
        validation.some(self.spans, "spans")
        validation.once([n for n, _ in self.numbers()], "spans")
        validation.once([sub for _, sub in self.numbers()], "spans")
        if self.by_row and self.by_get:
            raise ValueError("by_row and by_get do not go together: only a walk finds the rows")
        if self.listed and not self.by_get:
            raise ValueError("listed needs by_get: without it, one walk reads all numbers")

    def numbers(self) -> Iterator[Tuple[int, int]]:
        """Number and sub-identifier of each outlet."""
        for span in self.spans:
            for n in range(span.first, span.last + 1):
                yield n, span.sub + n - span.first

    def rows(self, reader: Reader) -> Rows:
        if self.by_row:
            return self._rows_of_units(reader)
        walked = {} if self.by_get else reader.walk(self.oid)
        listed = self.listed.rows(reader) if self.listed else None
        values = {str(n): reader.get(self._oid(sub)) if self.by_get else walked.get(self.below(sub)) for n, sub in self.numbers()
                  if listed is None or str(n) in listed}
        found = {n: value for n, value in values.items() if value is not None}
        return {n: found.get(n, "") for n in values} if found and listed is not None else found

    def _rows_of_units(self, reader: Reader) -> Rows:
        numbers = {str(sub): n for n, sub in self.numbers()}
        units: Dict[str, Dict[int, Raw]] = {}
        for index, value in reader.walk(self.oid).items():
            sub, _, row = index.partition(".")
            if row and sub in numbers:
                units.setdefault(row, {})[numbers[sub]] = value
        return {f"{row}.{n}": values[n] for row, values in units.items() for n, _ in self.numbers() if n in values}

    def instance(self, reader: Reader, identity: str) -> str:
        row, dot, n = identity.rpartition(".")
        sub = next((sub for number, sub in self.numbers() if str(number) == n), None)
        if sub is None or bool(dot) != self.by_row:
            raise NoSuchOutlet(f"outlet {identity[:40]!r} is outside this family's numbers")
        return reader.resolve(f"{self.oid}.{sub}.{row}" if self.by_row else self._oid(sub))

    def _oid(self, sub: int) -> str:
        return f"{self.oid}.{self.below(sub)}"

    def below(self, sub: int) -> str:
        """The arcs after `oid` in an object's OID; not for `by_row`."""
        return f"{sub}.{self.tail}" if self.tail else str(sub)


class Tables(Place):
    """The same table for each unit, at `oid`.UNIT.`column`.ROW. The identity is "UNIT.ROW". Walks once for each of the units
    `first` to `last`.
    """

    oid: str
    first: int
    last: int
    column: str
    object: str = ""

    def __post_init__(self) -> None:
        validation.oid(self.oid, "oid")
        validation.given(self.column, "column")
        validation.suffix(self.column, "column")
        if not 0 <= self.first <= self.last:
            raise ValueError(f"first {self.first}, last {self.last} are not a range of units")
        if self.last - self.first >= _MOST_UNITS:
            raise ValueError(f"first {self.first} to last {self.last} are more than {_MOST_UNITS} units")

    def rows(self, reader: Reader) -> Rows:
        return {f"{unit}.{row}": value for unit in range(self.first, self.last + 1)
                for row, value in reader.walk(f"{self.oid}.{unit}.{self.column}").items()}

    def instance(self, reader: Reader, identity: str) -> str:
        unit, _, row = identity.partition(".")
        if not row or unit not in map(str, range(self.first, self.last + 1)):
            raise NoSuchOutlet(f"outlet {identity[:40]!r} is outside this family's units")
        return reader.resolve(f"{self.oid}.{unit}.{self.column}.{row}")
