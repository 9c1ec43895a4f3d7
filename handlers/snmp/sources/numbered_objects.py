"""For MIBs without a common table: one object for each outlet, or one table for each unit.

For `object`, see objects.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Optional

from ...dcimanager.rows import Raw
from ...shared.errors import NoSuchOutlet
from .. import validation
from ..decoding import Rows
from ..frozen_value import FrozenValue
from ..reader import LOST, Reader
from .base import ObjectSource, Source

_MOST_OUTLETS, _MOST_UNITS = 10_000, 1_000


class Span(FrozenValue):
    """A range of outlets whose sub-identifiers are consecutive.

    Fields:
        first: the number of the first outlet.
        last: the number of the last outlet.
        sub: the sub-identifier of the first outlet; the next one has `sub` + 1, and so on.
    """

    first: int
    last: int
    sub: int

    def check(self) -> None:
        if not 0 <= self.first <= self.last or self.sub < 0:
            raise ValueError(
                f"first {self.first}, last {self.last}, sub {self.sub} are not a range of outlets"
            )
        if self.last - self.first >= _MOST_OUTLETS:
            raise ValueError(
                f"first {self.first} to last {self.last} are more than {_MOST_OUTLETS} outlets"
            )


class Spread(ObjectSource):
    """One object for each outlet, at `oid`.SUB.`tail`. The identity is the outlet's number N.

    Other objects below `oid` are ignored: in one MIB the object before outlet 1 switches all
    outlets, in another the objects after the last outlet are writable limits.

    Fields:
        oid: the OID above the objects.
        spans: the outlets' numbers, and the sub-identifiers SUB of their objects.
        object: the objects' name in the MIB.
        tail: the arcs after SUB; empty for none.
        by_row: the row of a unit follows SUB in place of `tail`, and the identity is "row.N".
        by_get: each object is read by GET, because a walk of `oid` would also read many others. One
            without a value, before one that has a value, is lost.
        listed: with it, a reading of all outlets is limited to those with a row in `listed`; if
            only some of these have a value, the others are lost. It needs `by_get`.
    """

    oid: str
    spans: tuple[Span, ...]
    object: str = ""
    tail: str = "0"
    by_row: bool = False
    by_get: bool = False
    listed: Optional[Source] = None

    def check(self) -> None:
        validation.oid(self.oid, "oid")
        validation.suffix(self.tail, "tail")
        validation.require_values(self.spans, "spans")
        validation.distinct([n for n, _ in self.numbers()], "spans")
        validation.distinct([sub for _, sub in self.numbers()], "spans")
        if self.by_row and self.by_get:
            raise ValueError("by_row and by_get do not go together: only a walk finds the rows")
        if self.listed and not self.by_get:
            raise ValueError("listed needs by_get: without it, one walk reads all numbers")

    def numbers(self) -> Iterator[tuple[int, int]]:
        """Number and sub-identifier of each outlet."""
        for span in self.spans:
            for n in range(span.first, span.last + 1):
                yield n, span.sub + n - span.first

    def rows(self, reader: Reader) -> Rows:
        if self.by_row:
            return self._rows_of_units(reader)
        if not self.by_get:
            value_by_index = reader.walk(self.oid) if self.tail else reader.column(self.oid)
            values = {str(n): value_by_index.get(self.index_of(sub)) for n, sub in self.numbers()}
            return {n: value for n, value in values.items() if value is not None}
        subs = {str(n): sub for n, sub in self.numbers()}
        if self.listed:
            outlets = self.listed.rows(reader)
            subs = {n: sub for n, sub in subs.items() if n in outlets}
        values = {n: reader.get(self._oid(sub)) for n, sub in subs.items()}
        answered = [n for n, value in values.items() if value is not None]
        if not answered:
            return {}
        numbers = list(values)
        if not self.listed:  # a device may have fewer objects
            numbers = numbers[: numbers.index(answered[-1]) + 1]
        rows: Rows = {}
        for n in numbers:
            value = values[n]
            rows[n] = LOST if value is None else value
        return rows

    def reads_single_rows(self) -> bool:
        return self.listed is None

    def _rows_of_units(self, reader: Reader) -> Rows:
        """The rows with `by_row`: all outlets of a unit, by number, then those of the next unit."""
        numbers = {str(sub): n for n, sub in self.numbers()}
        units: dict[str, dict[int, Raw]] = {}
        for index, value in reader.walk(self.oid).items():
            sub, _, row = index.partition(".")
            if row and sub in numbers:
                units.setdefault(row, {})[numbers[sub]] = value
        value_by_outlet: Rows = {}
        for row, values in units.items():
            for n in numbers.values():
                if n in values:
                    value_by_outlet[f"{row}.{n}"] = values[n]
        return value_by_outlet

    def instance_oid(self, reader: Reader, identity: str) -> str:
        row, dot, n = identity.rpartition(".")
        sub = next((sub for number, sub in self.numbers() if str(number) == n), None)
        if sub is None or bool(dot) != self.by_row:
            raise NoSuchOutlet(f"outlet {identity[:40]!r} is outside this family's numbers")
        return reader.resolve(f"{self.oid}.{sub}.{row}" if self.by_row else self._oid(sub))

    def identity_starts(self) -> Optional[frozenset[str]]:
        return None if self.by_row else frozenset(str(n) for n, _ in self.numbers())

    def _oid(self, sub: int) -> str:
        return f"{self.oid}.{self.index_of(sub)}"

    def index_of(self, sub: int) -> str:
        """The arcs after `oid` in an object's OID; not for `by_row`."""
        return f"{sub}.{self.tail}" if self.tail else str(sub)


class Tables(ObjectSource):
    """The same table for each unit, at `oid`.UNIT.`column`.ROW. The identity is "UNIT.ROW". Walks
    once for each unit.

    Fields:
        oid: the OID above the units.
        first: the number UNIT of the first unit.
        last: the number of the last unit.
        column: the arcs of the column, after UNIT.
        object: its name in the MIB.
    """

    oid: str
    first: int
    last: int
    column: str
    object: str = ""

    def check(self) -> None:
        validation.oid(self.oid, "oid")
        validation.require_text(self.column, "column")
        validation.suffix(self.column, "column")
        if not 0 <= self.first <= self.last:
            raise ValueError(f"first {self.first}, last {self.last} are not a range of units")
        if self.last - self.first >= _MOST_UNITS:
            raise ValueError(
                f"first {self.first} to last {self.last} are more than {_MOST_UNITS} units"
            )

    def rows(self, reader: Reader) -> Rows:
        value_by_outlet: Rows = {}
        for unit in self._units():
            for row, value in reader.column(f"{self.oid}.{unit}.{self.column}").items():
                value_by_outlet[f"{unit}.{row}"] = value
        return value_by_outlet

    def instance_oid(self, reader: Reader, identity: str) -> str:
        unit, _, row = identity.partition(".")
        if not row or unit not in self._units():
            raise NoSuchOutlet(f"outlet {identity[:40]!r} is outside this family's units")
        return reader.resolve(f"{self.oid}.{unit}.{self.column}.{row}")

    def identity_starts(self) -> frozenset[str]:
        return frozenset(self._units())

    def _units(self) -> Sequence[str]:
        return [str(unit) for unit in range(self.first, self.last + 1)]
