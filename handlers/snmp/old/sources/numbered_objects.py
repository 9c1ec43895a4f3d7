"""For MIBs without a common table: one object for each outlet, or one table for each unit.

For `object`, see objects.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Optional

from ....shared.errors import NoSuchOutlet
from ... import validation
from ...decoding import Rows
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
        number_of_outlets = self.last - self.first + 1
        if number_of_outlets > _MOST_OUTLETS:
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
        validation.require_oid(self.oid, "oid")
        validation.require_suffix(self.tail, "tail")
        validation.require_values(self.spans, "spans")
        numbers = list(self.numbers())
        validation.require_distinct([n for n, _ in numbers], "spans")
        validation.require_distinct([sub for _, sub in numbers], "spans")
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
        """Outlet -> value, of the outlets within the spans that have a value."""
        if self.by_row:
            return self._rows_of_units(reader)
        if self.by_get:
            return self._rows_by_get(reader)
        # without a tail it is a column, of which others of the table show lost rows
        value_by_index = reader.walk(self.oid) if self.tail else reader.column(self.oid)
        rows: Rows = {}
        for n, sub in self.numbers():
            value = value_by_index.get(self.index_of(sub))
            if value is not None:
                rows[str(n)] = value
        return rows

    def _rows_by_get(self, reader: Reader) -> Rows:
        """The rows with `by_get`: LOST for an object without a value; {} if none has a value. A
        device may have fewer outlets: unless `listed` says which it has, those after the last one
        with a value are left out."""
        sub_by_outlet = {str(n): sub for n, sub in self.numbers()}
        if self.listed:
            outlets = reader.rows(self.listed)
            sub_by_outlet = {n: sub for n, sub in sub_by_outlet.items() if n in outlets}
        rows: Rows = {}
        rows_to_last_value = 0
        for outlet, sub in sub_by_outlet.items():
            value = reader.get(self._oid(sub))
            rows[outlet] = LOST if value is None else value
            if value is not None:
                rows_to_last_value = len(rows)
        if self.listed and rows_to_last_value:
            return rows
        return dict(list(rows.items())[:rows_to_last_value])

    def reads_single_rows(self) -> bool:
        """Unless only some of the numbers are outlets, which `listed` says."""
        return self.listed is None

    def _rows_of_units(self, reader: Reader) -> Rows:
        """The rows with `by_row`: all outlets of a unit, by number, then those of the next unit.
        The index 4.2 is of column 4 and unit 2: if column 4 is of outlet 1, the identity is 2.1.
        """
        value_by_index = reader.walk(self.oid)
        number_by_column = {str(sub): n for n, sub in self.numbers()}
        units: list[str] = []
        for index in value_by_index:
            column, _, unit = index.partition(".")
            if unit and column in number_by_column:
                units.append(unit)
        value_by_outlet: Rows = {}
        for unit in dict.fromkeys(units):
            for column, n in number_by_column.items():
                value = value_by_index.get(f"{column}.{unit}")
                if value is not None:
                    value_by_outlet[f"{unit}.{n}"] = value
        return value_by_outlet

    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The object of the outlet's number. Raises NoSuchOutlet outside `spans`."""
        row, dot, outlet = identity.rpartition(".")
        sub_by_outlet = {str(n): sub for n, sub in self.numbers()}
        sub = sub_by_outlet.get(outlet)
        has_row = bool(dot)
        if sub is None or has_row is not self.by_row:
            raise NoSuchOutlet(f"outlet {identity[:40]!r} is outside this family's numbers")
        return f"{self.oid}.{sub}.{row}" if self.by_row else self._oid(sub)

    def identity_starts(self) -> Optional[frozenset[str]]:
        return None if self.by_row else frozenset(str(n) for n, _ in self.numbers())

    def _oid(self, sub: int) -> str:
        """The OID of an outlet's object; not for `by_row`."""
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
        validation.require_oid(self.oid, "oid")
        validation.require_text(self.column, "column")
        validation.require_suffix(self.column, "column")
        if not 0 <= self.first <= self.last:
            raise ValueError(f"first {self.first}, last {self.last} are not a range of units")
        number_of_units = self.last - self.first + 1
        if number_of_units > _MOST_UNITS:
            raise ValueError(
                f"first {self.first} to last {self.last} are more than {_MOST_UNITS} units"
            )

    def rows(self, reader: Reader) -> Rows:
        """The rows of the tables of all units, as "UNIT.ROW"."""
        value_by_outlet: Rows = {}
        for unit in self._units():
            for row, value in reader.column(f"{self.oid}.{unit}.{self.column}").items():
                value_by_outlet[f"{unit}.{row}"] = value
        return value_by_outlet

    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The cell of the identity's row. Raises NoSuchOutlet for another unit."""
        unit, _, row = identity.partition(".")
        if not row or unit not in self._units():
            raise NoSuchOutlet(f"outlet {identity[:40]!r} is outside this family's units")
        return f"{self.oid}.{unit}.{self.column}.{row}"

    def identity_starts(self) -> frozenset[str]:
        return frozenset(self._units())

    def _units(self) -> Sequence[str]:
        return [str(unit) for unit in range(self.first, self.last + 1)]
