"""The objects of a device that hold its tables, and the OID of each cell in them.

`rows` reads a whole table: {identity: value}. `cell` gives the OID of one outlet's cell, for a GET,
None if it has none; `columns` the columns of tables that are then walked whole, with whether some
devices lack each:

    Column("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4")   rows: {"1": 1, "2": 2}
                                                 cell of outlet 2: "1.3.6.1.4.1.318…1.1.4.2"
                                                 columns: [("1.3.6.1.4.1.318…1.1.4", False)]

`tables.column(oid)` is a column with all rows of its table, {index: value}, NO_ANSWER where it
lacks one; `tables.walk(oid)` are the rows as they were answered; `tables.get(oid)` is one value,
None without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Optional

from ..shared.errors import ProtocolError
from . import validation
from .cells import NO_ANSWER, Rows, Walked
from .tables import Object, Source, Tables

_MOST_OUTLETS, _MOST_UNITS = 10_000, 1_000


@dataclass(frozen=True)
class Column:
    """A column of a table, with a cell for each outlet at `oid`.INDEX. The row's identity is its
    index. With a `suffix`, only rows whose index ends with these arcs are read: with "5", the row
    "7.5" is taken as "7". Some devices with the table lack an `optional` column.

    Fields:
        oid: the column.
        object: its name in the MIB.
        suffix: only rows whose index ends with these arcs, such as the type in a table of sensors:
            with "5", the row "7.5" is taken as "7". A suffix that ends with 0, the instance of a
            scalar, is of a MIB with an object for each outlet: there "7.0" is taken as "7", and
            "7.1.0" is another object.
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
        """The column of a table that is read whole, and whether some devices lack it."""
        return [(self.oid, self.optional)]

    def rows(self, tables: Tables) -> Rows:
        """The values of the column by identity. With the suffix "5", the type of a sensor:

        walk {"7.5": 230, "7.6": 50}  ->  {"7": 230}
        """
        values = tables.column(self.oid, optional=self.optional)
        if not self.suffix:
            return dict(values)
        rows: Rows = {}
        for index, value in values.items():
            identity = index.removesuffix("." + self.suffix)
            has_suffix = identity != index
            if has_suffix and not self._is_of_another_object(identity):
                rows[identity] = value
        return rows

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of one row's cell, for a GET. None for a row that has no cell here: one whose
        index is not known ("2."), or, with a suffix that ends with 0, one of another object
        ("7.1").

        >>> state = Column("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4")
        >>> state.cell(None, "7"), state.cell(None, "2.")
        ('1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.7', None)
        >>> state = Column("1.3.6.1.4.1.850.10.2", suffix="5.0")
        >>> state.cell(None, "7"), state.cell(None, "7.1")
        ('1.3.6.1.4.1.850.10.2.7.5.0', None)
        """
        if identity.endswith(".") or (self.suffix and self._is_of_another_object(identity)):
            return None
        return f"{self.oid}.{identity}.{self.suffix}" if self.suffix else f"{self.oid}.{identity}"

    def _is_of_another_object(self, identity: str) -> bool:
        """Whether a row is no outlet's: the MIB has an object for each outlet, such as ….7, whose
        instance is 0, the end of the suffix; the row "7.1" is then of another object, ….7.1.

        >>> states = Column("1.3.6.1.4.1.850.10.2", suffix="0")
        >>> states._is_of_another_object("7.1"), states._is_of_another_object("7")
        (True, False)
        >>> Column("1.3.6.1.4.1.850.10.2", suffix="5")._is_of_another_object("7.1")
        False
        """
        is_suffix_of_scalar = self.suffix.rpartition(".")[2] == "0"
        return is_suffix_of_scalar and "." in identity


@dataclass(frozen=True)
class Scalar:
    """One object of the whole device, such as its count of outlets. Its only row is named "0".

    Fields:
        oid: the object, with its instance .0 at the end.
        object: its name in the MIB.
    """

    oid: str
    object: str = ""
    optional: ClassVar[bool] = False

    def check(self) -> None:
        """Raises ValueError unless `oid` is an OID."""
        validation.require_oid(self.oid, "oid")

    def columns(self) -> Iterable[tuple[str, bool]]:
        """None: the object is in no table, and is read by GET."""
        return []

    def rows(self, tables: Tables) -> Rows:
        """The value as row "0"; {} if the device does not have the object."""
        value = tables.get(self.oid)
        return {} if value is None else {"0": value}

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of the object, whatever the row is: it is of all outlets."""
        return self.oid


@dataclass(frozen=True)
class Span:
    """A range of outlets whose objects are numbered one after the other: outlet `first` has the
    sub-identifier `sub`, the next one `sub` + 1, up to the outlet `last`. Outlets 1 and 2 at ….11
    and ….12 are Span(first=1, last=2, sub=11).

    Fields:
        first: the number of the first outlet.
        last: that of the last one.
        sub: the sub-identifier of the first outlet's object.
    """

    first: int
    last: int
    sub: int

    def check(self) -> None:
        """Raises ValueError for numbers that are no range, or more than 10,000 outlets.

        >>> Span(first=8, last=1, sub=11).check()
        Traceback (most recent call last):
        ValueError: first 8, last 1, sub 11 are not a range of outlets
        """
        first, last = self.first, self.last
        if not 0 <= first <= last or self.sub < 0:
            raise ValueError(
                f"first {first}, last {last}, sub {self.sub} are not a range of outlets"
            )
        if last - first >= _MOST_OUTLETS:
            raise ValueError(f"first {first} to last {last} are more than {_MOST_OUTLETS} outlets")


@dataclass(frozen=True)
class Spread:
    """One object for each outlet, at `oid`.SUB.`tail`, where a MIB has no table: outlet 1 at
    oid.11.0, outlet 2 at oid.12.0 ... The identity is the outlet's number N; `spans` say which SUB
    it has. With `by_row`, the row of a unit follows SUB in place of `tail`: outlet 1 of the unit in
    row 3, "3.1", is at oid.11.3. With `by_get`, each object is read by a GET; `listed` then has the
    outlets that are there.

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
        """Raises ValueError unless each outlet has one object, and each object one outlet.

        >>> Spread("1.3.6.1.4.1.92", (Span(1, 2, 11), Span(2, 3, 20))).check()
        Traceback (most recent call last):
        ValueError: spans has a value twice
        """
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
        """The OID above the objects if they are a column of a table, with nothing after SUB; else
        none. No device lacks the column.

        >>> list(Spread("1.3.6.1.4.1.92", (Span(1, 2, 11),), tail="").columns())
        [('1.3.6.1.4.1.92', False)]
        """
        return [] if self.tail or self.by_row else [(self.oid, False)]

    def rows(self, tables: Tables) -> Rows:
        """The value of each outlet whose object the device answers. Outlets 1 and 2 at SUB 11 and
        12, of which a walk has the first alone:

            walk {"11.0": 1, "20.0": 5}                        {"1": 1}
            with `by_row`, walk {"11.3": 1, "12.3": 2}         {"3.1": 1, "3.2": 2}
            with `by_get`, get 11.0 -> nothing, get 12.0 -> 2  {"1": NO_ANSWER, "2": 2}
        """
        if self.by_get:
            return self._rows_by_get(tables)
        if self.by_row:
            return self._rows_of_units(tables.walk(self.oid))
        values = tables.walk(self.oid) if self.tail else tables.column(self.oid)
        tail = f".{self.tail}" if self.tail else ""
        indexes = {n: f"{sub}{tail}" for n, sub in self.numbers()}
        return {n: values[index] for n, index in indexes.items() if index in values}

    def _rows_of_units(self, values: Walked) -> Rows:
        """The value of each outlet of each unit, from a walk whose indexes are SUB and the unit's
        row:

        >>> states = Spread("1.3.6.1.4.1.92", (Span(1, 2, 11),), by_row=True)
        >>> states._rows_of_units({"11.3": "on", "12.3": "off", "20.3": "on"})
        {'3.1': 'on', '3.2': 'off'}
        """
        subs = {str(sub) for _, sub in self.numbers()}
        subs_and_units = [index.partition(".") for index in values]
        units = dict.fromkeys(unit for sub, _, unit in subs_and_units if unit and sub in subs)
        rows: Rows = {}
        for unit in units:
            for n, sub_of_outlet in self.numbers():
                index = f"{sub_of_outlet}.{unit}"
                if index in values:
                    rows[f"{unit}.{n}"] = values[index]
        return rows

    def _rows_by_get(self, tables: Tables) -> Rows:
        """The value of each outlet, each by a GET; {} if no outlet has one. One without a value is
        missing if a later outlet has one; those after the last one with a value are left out,
        unless `listed` says that they are there. For outlets 1 to 4:

            GETs -> 1, nothing, 2, nothing            {"1": 1, "2": NO_ANSWER, "3": 2}
            the same, and `listed` has outlets 1 to 4 the same and "4": NO_ANSWER
            the same, and `listed` has outlets 1, 3   {"1": 1, "3": 2}
        """
        listed_outlets = tables[self.listed] if self.listed else None
        rows: Rows = {}
        rows_up_to_last_value: Rows = {}
        for n, _ in self.numbers():
            if listed_outlets is not None and n not in listed_outlets:
                continue
            value = tables.value(self, n)
            rows[n] = NO_ANSWER if value is None else value
            if value is not None:
                rows_up_to_last_value = dict(rows)
        has_list = listed_outlets is not None
        return rows if has_list and rows_up_to_last_value else rows_up_to_last_value

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of one outlet's object, for a GET. None for a number that no span has, and for an
        identity with a unit's row where there are none, or without it where there are.

        >>> states = Spread("1.3.6.1.4.1.92", (Span(1, 4, 11),))
        >>> states.cell(None, "2"), states.cell(None, "9"), states.cell(None, "1.2")
        ('1.3.6.1.4.1.92.12.0', None, None)
        >>> states_of_units = Spread("1.3.6.1.4.1.92", (Span(1, 4, 11),), by_row=True)
        >>> states_of_units.cell(None, "1.2"), states_of_units.cell(None, "2")
        ('1.3.6.1.4.1.92.12.1', None)
        """
        row, dot, n = identity.rpartition(".")
        sub = dict(self.numbers()).get(n)
        if sub is None or bool(row) is not self.by_row or bool(dot) is not self.by_row:
            return None
        last_arcs = row or self.tail
        return f"{self.oid}.{sub}.{last_arcs}" if last_arcs else f"{self.oid}.{sub}"


@dataclass(frozen=True)
class PerUnit:
    """The same table once for each unit of a chain, at `oid`.UNIT.`column`.ROW. The identity is
    "UNIT.ROW", such as "2.7" for outlet 7 of unit 2.

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
        """Raises ValueError for an OID or a column that is none, and numbers that are no range.

        >>> PerUnit("1.3.6.1.4.1.534", first=4, last=1, column="5.1.3").check()
        Traceback (most recent call last):
        ValueError: first 4, last 1 are not a range of units
        """
        validation.require_oid(self.oid, "oid")
        validation.require_text(self.column, "column")
        validation.require_suffix(self.column, "column")
        first, last = self.first, self.last
        if not 0 <= first <= last:
            raise ValueError(f"first {first}, last {last} are not a range of units")
        if last - first >= _MOST_UNITS:
            raise ValueError(f"first {first} to last {last} are more than {_MOST_UNITS} units")

    def columns(self) -> Iterable[tuple[str, bool]]:
        """The column in each unit's table, of which each device with the unit has all.

        >>> list(PerUnit("1.3.6.1.4.1.534", 1, 2, "5.1.3").columns())
        [('1.3.6.1.4.1.534.1.5.1.3', False), ('1.3.6.1.4.1.534.2.5.1.3', False)]
        """
        return [(f"{self.oid}.{n}.{self.column}", False) for n in range(self.first, self.last + 1)]

    def rows(self, tables: Tables) -> Rows:
        """The values of the units' tables, under "UNIT.ROW":

        unit 1 {"7": 1}, unit 2 {"7": 2}  ->  {"1.7": 1, "2.7": 2}
        """
        rows: Rows = {}
        for unit in range(self.first, self.last + 1):
            for row, value in tables.column(f"{self.oid}.{unit}.{self.column}").items():
                rows[f"{unit}.{row}"] = value
        return rows

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of one outlet's cell, for a GET; None for a unit that is none of these:

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
    """Different objects for parts of the device, such as its ports or lines: `parts` are the name
    and the object of each. Row 7 of part "B" has the identity "B.7"; of the part "" the identity is
    the row alone.

    Fields:
        parts: the name of each part, and its object.
    """

    parts: tuple[tuple[str, Object], ...]
    optional: ClassVar[bool] = False

    @property
    def oid(self) -> str:
        """The OID of the first part's object, by which errors name all."""
        return self.parts[0][1].oid

    @property
    def object(self) -> str:
        """The MIB's name of the first part's object."""
        return self.parts[0][1].object

    def columns(self) -> Iterable[tuple[str, bool]]:
        """The columns of tables that the parts' objects read, and whether some devices lack each.

        >>> states = Parts((("A", Column("1.3.6.1.4.1.1")), ("B", Column("1.3.6.1.4.1.2"))))
        >>> states.columns()
        [('1.3.6.1.4.1.1', False), ('1.3.6.1.4.1.2', False)]
        """
        return [column for _, part_object in self.parts for column in part_object.columns()]

    def rows(self, tables: Tables) -> Rows:
        """The rows of all parts. Raises ProtocolError if two parts give the same identity.

        part "A" {"7": 1}, part "B" {"7": 2}  ->  {"A.7": 1, "B.7": 2}
        """
        rows: Rows = {}
        for part, part_object in self.parts:
            for row, value in part_object.rows(tables).items():
                identity = f"{part}.{row}" if part else row
                if identity in rows:
                    raise ProtocolError(f"two tables of the device have the row {identity}")
                rows[identity] = value
        return rows

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of one outlet's cell in the object of its part, for a GET; None without such a
        part. An identity that begins with no part's name is a row of the part "", if there is one:

        >>> states = Parts((("A", Column("1.3.6.1.4.1.1")), ("B", Column("1.3.6.1.4.1.2"))))
        >>> states.cell(None, "B.7"), states.cell(None, "7")
        ('1.3.6.1.4.1.2.7', None)
        >>> Parts((("", Column("1.3.6.1.4.1.1")),)).cell(None, "7")
        '1.3.6.1.4.1.1.7'
        """
        for part, part_object in self.parts:
            if part and identity.startswith(f"{part}."):
                return part_object.cell(tables, identity.removeprefix(f"{part}."))
        unnamed_objects = [part_object for part, part_object in self.parts if not part]
        return unnamed_objects[0].cell(tables, identity) if unnamed_objects else None
