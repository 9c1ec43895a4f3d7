"""Columns and other objects of a device: where the cell of each identity is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Optional

from ..shared.errors import ProtocolError
from . import validation
from .cells import NO_ANSWER, Rows
from .tables import Object, Source, Tables

_MOST_OUTLETS, _MOST_UNITS = 10_000, 1_000


@dataclass(frozen=True)
class Column:
    """A column of a table. The identity is the row's index.

    Fields:
        oid: the column.
        object: its name in the MIB.
        suffix: only rows whose index ends with these arcs (such as the type in a table of sensors),
            which the identity leaves out. A suffix that ends with 0, the instance of a scalar, is
            of a MIB with an object for each outlet: rows with more arcs are other objects.
        optional: some devices with the table lack this column.
    """

    oid: str
    object: str = ""
    suffix: str = ""
    optional: bool = False

    def check(self) -> None:
        """Raises ValueError unless `oid` is an OID and `suffix` arcs."""
        validation.require_oid(self.oid, "oid")
        validation.require_suffix(self.suffix, "suffix")

    def columns(self) -> Iterable[tuple[str, bool]]:
        return [(self.oid, self.optional)]

    def rows(self, tables: Tables) -> Rows:
        values = tables.column(self.oid, optional=self.optional)
        if not self.suffix:
            return dict(values)
        rows: Rows = {}
        for index, value in values.items():
            identity = index.removesuffix("." + self.suffix)
            if identity != index and not self._is_of_another_object(identity):
                rows[identity] = value
        return rows

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of the cell of an identity, None if it can have none:

        >>> state = Column("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4")
        >>> state.cell(None, "7"), state.cell(None, "2.")
        ('1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.7', None)
        >>> Column("1.3.6.1.4.1.850.10.2", suffix="5").cell(None, "7")
        '1.3.6.1.4.1.850.10.2.7.5'
        """
        if identity.endswith(".") or (self.suffix and self._is_of_another_object(identity)):
            return None
        return f"{self.oid}.{identity}.{self.suffix}" if self.suffix else f"{self.oid}.{identity}"

    def _is_of_another_object(self, identity: str) -> bool:
        return self.suffix.rpartition(".")[2] == "0" and "." in identity


@dataclass(frozen=True)
class Scalar:
    """One object of the whole device, whose row is "0"."""

    oid: str
    object: str = ""
    optional: ClassVar[bool] = False

    def check(self) -> None:
        """Raises ValueError unless `oid` is an OID."""
        validation.require_oid(self.oid, "oid")

    def columns(self) -> Iterable[tuple[str, bool]]:
        return []

    def rows(self, tables: Tables) -> Rows:
        value = tables.get(self.oid)
        return {} if value is None else {"0": value}

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        return self.oid


@dataclass(frozen=True)
class Span:
    """Outlets `first` to `last`, whose sub-identifiers are `sub`, `sub` + 1 ..."""

    first: int
    last: int
    sub: int

    def check(self) -> None:
        """Raises ValueError for numbers that are no range, or too many."""
        first, last = self.first, self.last
        if not 0 <= first <= last or self.sub < 0:
            raise ValueError(
                f"first {first}, last {last}, sub {self.sub} are not a range of outlets"
            )
        if last - first >= _MOST_OUTLETS:
            raise ValueError(f"first {first} to last {last} are more than {_MOST_OUTLETS} outlets")


@dataclass(frozen=True)
class Spread:
    """One object for each outlet, at `oid`.SUB.`tail`. The identity is the outlet's number N.

    Fields:
        oid: the OID above the objects.
        spans: the outlets' numbers, and the sub-identifiers SUB of their objects.
        object: the objects' name in the MIB.
        tail: the arcs after SUB; empty for none.
        by_row: the row of a unit follows SUB in place of `tail`, and the identity is "row.N".
        by_get: each object is read by GET, because a walk of `oid` would also read many others. One
            without a value, before one that has a value, is missing.
        listed: with `by_get`, the outlets to read: if only some have a value, the others are
            missing.
    """

    oid: str
    spans: tuple[Span, ...]
    object: str = ""
    tail: str = "0"
    by_row: bool = False
    by_get: bool = False
    listed: Optional[Source] = None
    optional: ClassVar[bool] = False

    def check(self) -> None:
        """Raises ValueError unless each outlet has one object, and each object one outlet."""
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

    def numbers(self) -> Iterator[tuple[str, int]]:
        """Each outlet's number, with the sub-identifier of its object:

        >>> list(Spread("1.3.6.1.4.1.92", (Span(1, 2, 11), Span(7, 7, 20))).numbers())
        [('1', 11), ('2', 12), ('7', 20)]
        """
        for span in self.spans:
            for n in range(span.first, span.last + 1):
                yield str(n), span.sub + n - span.first

    def columns(self) -> Iterable[tuple[str, bool]]:
        return [] if self.tail or self.by_row else [(self.oid, False)]

    def rows(self, tables: Tables) -> Rows:
        if self.by_get:
            return self._rows_by_get(tables)
        values = tables.walk(self.oid) if self.tail or self.by_row else tables.column(self.oid)
        if not self.by_row:
            indexes = {
                n: f"{sub}.{self.tail}" if self.tail else str(sub) for n, sub in self.numbers()
            }
            return {n: values[index] for n, index in indexes.items() if index in values}
        numbers = dict(self.numbers())
        subs = set(map(str, numbers.values()))
        units = dict.fromkeys(
            index.partition(".")[2] for index in values if index.partition(".")[0] in subs
        )
        rows: Rows = {}
        for unit in filter(None, units):
            for n, sub in numbers.items():
                if f"{sub}.{unit}" in values:
                    rows[f"{unit}.{n}"] = values[f"{sub}.{unit}"]
        return rows

    def _rows_by_get(self, tables: Tables) -> Rows:
        """The values, each by GET; {} if no object has one. Unless `listed` says which outlets
        there are, those after the last one with a value are left out."""
        outlets = tables[self.listed] if self.listed else None
        rows: Rows = {}
        last = 0
        for n, _ in self.numbers():
            if outlets is not None and n not in outlets:
                continue
            value = tables.value(self, n)
            rows[n] = NO_ANSWER if value is None else value
            if value is not None:
                last = len(rows)
        return rows if last and outlets is not None else dict(list(rows.items())[:last])

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of the object of an outlet, None if it has none:

        >>> states = Spread("1.3.6.1.4.1.92", (Span(1, 4, 11),))
        >>> states.cell(None, "2"), states.cell(None, "9"), states.cell(None, "1.2")
        ('1.3.6.1.4.1.92.12.0', None, None)
        >>> Spread("1.3.6.1.4.1.92", (Span(1, 4, 11),), by_row=True).cell(None, "1.2")
        '1.3.6.1.4.1.92.12.1'
        """
        row, dot, n = identity.rpartition(".")
        sub = dict(self.numbers()).get(n)
        if sub is None or bool(row) is not self.by_row or bool(dot) is not self.by_row:
            return None
        return ".".join(filter(None, (self.oid, str(sub), row or self.tail)))


@dataclass(frozen=True)
class PerUnit:
    """The same table for each unit, at `oid`.UNIT.`column`.ROW. The identity is "UNIT.ROW".

    Fields:
        oid: the OID above the units' numbers.
        first: the number of the first unit.
        last: that of the last one.
        column: the arcs of the column below the number.
        object: the column's name in the MIB.
    """

    oid: str
    first: int
    last: int
    column: str
    object: str = ""
    optional: ClassVar[bool] = False

    def check(self) -> None:
        """Raises ValueError for an OID or a column that is none, and numbers that are no range."""
        validation.require_oid(self.oid, "oid")
        validation.require_text(self.column, "column")
        validation.require_suffix(self.column, "column")
        first, last = self.first, self.last
        if not 0 <= first <= last:
            raise ValueError(f"first {first}, last {last} are not a range of units")
        if last - first >= _MOST_UNITS:
            raise ValueError(f"first {first} to last {last} are more than {_MOST_UNITS} units")

    def columns(self) -> Iterable[tuple[str, bool]]:
        return [(f"{self.oid}.{n}.{self.column}", False) for n in range(self.first, self.last + 1)]

    def rows(self, tables: Tables) -> Rows:
        rows: Rows = {}
        for unit in range(self.first, self.last + 1):
            for row, value in tables.column(f"{self.oid}.{unit}.{self.column}").items():
                rows[f"{unit}.{row}"] = value
        return rows

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of the cell of an outlet, None of a unit that is not among them:

        >>> states = PerUnit("1.3.6.1.4.1.534", 1, 2, "5.1.3")
        >>> states.cell(None, "2.7"), states.cell(None, "3.7"), states.cell(None, "7")
        ('1.3.6.1.4.1.534.2.5.1.3.7', None, None)
        """
        unit, _, row = identity.partition(".")
        if not row or unit not in map(str, range(self.first, self.last + 1)):
            return None
        return f"{self.oid}.{unit}.{self.column}.{row}"


@dataclass(frozen=True)
class Parts:
    """The objects of numbered parts such as units: the identity is "PART.ROW", and of the part ""
    the row alone."""

    parts: tuple[tuple[str, Object], ...]
    optional: ClassVar[bool] = False

    @property
    def oid(self) -> str:
        return self.parts[0][1].oid

    @property
    def object(self) -> str:
        return self.parts[0][1].object

    def columns(self) -> Iterable[tuple[str, bool]]:
        return [column for _, table in self.parts for column in table.columns()]

    def rows(self, tables: Tables) -> Rows:
        rows: Rows = {}
        for part, table in self.parts:
            for row, value in table.rows(tables).items():
                identity = f"{part}.{row}" if part else row
                if identity in rows:
                    raise ProtocolError(f"two tables of the device have the row {identity}")
                rows[identity] = value
        return rows

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of the cell of an outlet in its part, None without such a part:

        >>> states = Parts((("A", Column("1.3.6.1.4.1.1")), ("B", Column("1.3.6.1.4.1.2"))))
        >>> states.cell(None, "B.7"), states.cell(None, "7")
        ('1.3.6.1.4.1.2.7', None)
        """
        for part, table in self.parts:
            if part and identity.startswith(part + "."):
                return table.cell(tables, identity[len(part) + 1 :])
        return next((table.cell(tables, identity) for part, table in self.parts if not part), None)
