"""Reads the tables of one device in one call. Only this module and `objects.py` send requests.

A table is read once and whole: the first of its columns that is asked for brings all the others
that this call needs (`sources`). So no later answer can show other rows than those that a decision
has seen. A cell that is missing beside others is LOST; a column that the device lacks is {}.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Callable, Optional, Protocol, Union

from ..dcimanager.rows import Raw
from ..shared.errors import LONGEST
from .decoding import Rows, Walked, printable_text, text
from .rows import LOST, Lost, arcs, part_of, prefixed

# the indexes of the first rows of nearly all tables; two arcs are of a chain, from unit 1 or 0 on
_FIRST_ROWS = ("1", "1.1", "0.0")
ROOT = "~"  # in a profile's OIDs: the family's root


class SnmpReads(Protocol):
    """The reads that profiles use. `get` and `walk` raise the errors of handlers/shared/errors.py.
    `quoted` makes a device's text safe for an error."""

    def get(self, oid: str) -> Optional[Raw]: ...
    def walk(self, oid: str) -> Walked: ...
    def quoted(self, words: str) -> str: ...


class Object(Protocol):
    """A column or another object of the device: where the cell of each identity is."""

    @property
    def oid(self) -> str: ...
    @property
    def object(self) -> str: ...
    @property
    def optional(self) -> bool: ...
    def rows(self, tables: Tables) -> Rows: ...
    def cell(self, tables: Tables, identity: str) -> Optional[str]: ...
    def columns(self) -> Iterable[tuple[str, bool]]:
        """The columns of tables that it reads, and whether each is optional."""


class Computed(ABC):
    """Rows that are made of the rows of some objects."""

    @abstractmethod
    def needs(self) -> tuple[Object, ...]:
        """The objects that it needs, that of the values first."""

    def needs_late(self) -> tuple[Object, ...]:
        """Those that it needs on some devices only: each is read when it is asked for, and not with
        its table."""
        return ()

    @abstractmethod
    def is_by_row(self) -> bool:
        """Whether it makes each row of this row of its objects alone, so that a command need not
        read the others."""

    @abstractmethod
    def rows(self, tables: Tables) -> Rows:
        """The rows; it reads nothing but the rows of its objects."""


@dataclass(frozen=True, eq=False)
class Derived(Computed):
    """Rows that a plain function makes.

    Fields:
        function: makes the rows.
        objects: see `needs`.
        by_row: see `is_by_row`.
        late: objects that it needs on some devices only; each is read when it is asked for, and not
            with its table. One that names the values is among `objects`, too.
    """

    function: Callable[[Tables], Rows]
    objects: tuple[Object, ...]
    by_row: bool = False
    late: tuple[Object, ...] = ()

    def needs(self) -> tuple[Object, ...]:
        return self.objects

    def needs_late(self) -> tuple[Object, ...]:
        return self.late

    def is_by_row(self) -> bool:
        return self.by_row

    def rows(self, tables: Tables) -> Rows:
        return self.function(tables)


Source = Union[Object, Computed]


def rows_of(
    *sources: Source, by_row: bool = False, late: Sequence[Source] = ()
) -> Callable[[Callable[[Tables], Rows]], Derived]:
    """Makes a function of `Tables` a source that needs these; see `Derived`."""
    objects, late_objects = tuple(objects_of(sources)), tuple(objects_of(late))
    return lambda function: Derived(function, objects, by_row, late_objects)


def objects_of(sources: Iterable[Optional[Source]]) -> Iterator[Object]:
    """The objects that these sources read."""
    for source in sources:
        if isinstance(source, Computed):
            yield from objects_of(source.needs())
        elif source is not None:
            yield source


def _read_together(sources: Iterable[Optional[Source]]) -> Iterator[Object]:
    """The objects of these sources that are read with their tables."""
    for source in sources:
        if isinstance(source, Computed):
            late_objects = source.needs_late()
            for column in _read_together(source.needs()):
                if column not in late_objects:
                    yield column
        elif source is not None:
            yield source


@dataclass
class Learnt:
    """What a call has learnt that a second reading takes as given: otherwise it could reach another
    row, or ask once more for what the device does not have."""

    absent: set[str] = field(default_factory=set)  #: columns that the device does not have
    #: of outlets in a chain: the row, its first unit, and "" for columns that there are not
    places: dict[Hashable, str] = field(default_factory=dict)
    names: dict[str, Walked] = field(default_factory=dict)  #: columns of names


@dataclass
class Answers:
    """What the device answered in one reading."""

    walks: dict[str, Walked] = field(default_factory=dict)
    columns: dict[str, dict[str, bool]] = field(default_factory=dict)  #: table -> those walked
    gets: dict[str, Optional[Raw]] = field(default_factory=dict)
    has_lost_rows: bool = False  #: whether a column lacks a row that another of its table has


class Tables:
    """The tables of one device, or with `outlet` the cells of this outlet alone.

    `root` replaces a leading `~` in OIDs. While a family is only tried (`is_trial`), an empty
    column is taken as one that the device does not have, and the rest of its table is not read.
    """

    def __init__(
        self,
        device: SnmpReads,
        root: str = "",
        sources: Iterable[Optional[Source]] = (),
        outlet: str = "",
        learnt: Optional[Learnt] = None,
        answers: Optional[Answers] = None,
    ) -> None:
        self._device = device
        self.root = root
        self.outlet = outlet
        self.learnt = learnt or Learnt()
        self.answers = answers or Answers()
        self.is_trial = True
        # table -> the columns that the call needs -> whether each is optional
        self._needed_columns: dict[str, dict[str, bool]] = {}
        self._add_columns_of(sources)
        self._columns: dict[str, Walked] = {}  # the columns of tables that were read
        self._derived: dict[Computed, Rows] = {}
        self._whole: Optional[Tables] = None

    def _add_columns_of(self, sources: Iterable[Optional[Source]]) -> None:
        for column in _read_together(sources):
            for oid, is_optional in column.columns():
                oid = self.resolve(oid)
                self._needed_columns.setdefault(_table_of(oid), {})[oid] = is_optional

    def __getitem__(self, source: Source) -> Rows:
        """The rows of an object: of the outlet alone if there is one, by GET."""
        if isinstance(source, Computed):
            return self._rows_of_function(source)
        if not self.outlet:
            return source.rows(self)
        value = self.value(source, self.outlet)  # a scalar is of every outlet
        if value is None:
            return {}
        return {self.outlet: value}

    def _rows_of_function(self, source: Computed) -> Rows:
        if self.outlet and not source.is_by_row():
            rows = self.whole[source]
            return {self.outlet: rows[self.outlet]} if self.outlet in rows else {}
        if source not in self._derived:
            self._derived[source] = source.rows(self)
        return self._derived[source]

    @property
    def whole(self) -> Tables:
        """All rows, where a decision about one outlet needs the others."""
        if not self.outlet:
            return self
        if self._whole is None:
            self._whole = self._of("")
        return self._whole

    def one_row(self, row: str) -> Tables:
        """The cells of one row of a table whose rows have other names, with the same answers."""
        tables = self._of(row)
        tables._whole = self.whole
        return tables

    def _of(self, outlet: str, answers: Optional[Answers] = None) -> Tables:
        """The tables of one outlet, or of all, with the same answers or with others."""
        answers = answers or self.answers
        tables = Tables(self._device, self.root, (), outlet, self.learnt, answers)
        tables._needed_columns = self._needed_columns
        return tables

    def again(self, outlet: str = "") -> Tables:
        """The tables of the same device, whose family is known, to be read anew: each with columns
        that were read of it, so that they show the same rows."""
        tables = self._of(outlet, Answers(columns=deepcopy(self.answers.columns)))
        tables.is_trial = False
        return tables

    def settled(self, sources: Iterable[Optional[Source]] = ()) -> Tables:
        """The tables of a device whose family is known, with the same answers; for a call that also
        needs these sources."""
        tables = self._of(self.outlet)
        tables.is_trial = False
        tables._needed_columns = deepcopy(self._needed_columns)
        tables._add_columns_of(sources)
        return tables

    def first(self, *sources: Source) -> Rows:
        """The rows of the first of these that the device has: a row that it lacks is not taken from
        the next."""
        for source in sources:
            rows = self[source]
            if rows or (self.outlet and self.whole[source]):
                return rows
        return {}

    # ---- requests ----

    def walk(self, oid: str) -> Walked:
        """Index -> value, as the device answers."""
        oid = self.resolve(oid)
        if oid not in self.answers.walks:
            self.answers.walks[oid] = self._device.walk(oid)
        return self.answers.walks[oid]

    def get(self, oid: str) -> Optional[Raw]:
        """One object, None if the device does not have it."""
        oid = self.resolve(oid)
        if oid not in self.answers.gets:
            self.answers.gets[oid] = self._device.get(oid)
        return self.answers.gets[oid]

    def value(self, column: Object, identity: str) -> Optional[Raw]:
        """The cell of an identity by GET, None if there is none."""
        cell = column.cell(self, identity)
        return None if cell is None else self.get(cell)

    def scalar(self, source: Source) -> Optional[Raw]:
        """The value of an object of the whole device."""
        return self.whole[source].get("0")

    def text(self, source: Source) -> str:
        """The text of an object of the whole device, "" without a value."""
        value = self.scalar(source)
        return "" if value is None else text(value)

    def has_cell(self, source: Source, identity: str) -> bool:
        """Whether a GET has a value of the source's object in this row."""
        column = next(objects_of([source]), None)
        return column is not None and self.value(column, identity) is not None

    def lacks(self, source: Source, rows_beside: Iterable[str] = ()) -> bool:
        """Whether the device does not have the object of these values: no walk answers it, nor a
        GET in the first and the last of the rows that its table has, or that others show beside.
        Of rows of other tables, a GET proves nothing."""
        if isinstance(source, Computed) and not source.is_by_row():
            return False
        for column in objects_of([source]):
            if any(oid == column.oid and self.walk(oid) for oid, _ in column.columns()):
                return False
            rows = column.rows(self)
            if not all(isinstance(value, Lost) for value in rows.values()):
                return False
            indexes = list(rows) or list(rows_beside)
            return not any(self.has_cell(column, row) for row in (*indexes[:1], *indexes[-1:]))
        return True

    def is_walk_lost(self, source: Source) -> bool:
        """Whether a walk of the source's object had no row, though a GET of its first row has a
        value: such a walk alone is no proof (see `is_absent`); with a second column of its table it
        is one. Only the rows with which nearly all tables begin are tried."""
        column = next(objects_of([source]), None)
        if column is None:
            return False
        oids = [self.resolve(oid) for oid, _ in column.columns()] or [self.resolve(column.oid)]
        if not all(self._is_lone_empty_walk(oid) for oid in oids):
            return False
        return any(self.has_cell(column, row) for row in _FIRST_ROWS)

    def is_of_other_depth(self, column: Object) -> bool:
        """Whether a walk of the column has rows, and none of them is the column's: another device
        has its own objects there."""
        return bool(self.walk(column.oid)) and not self[column]

    def _is_lone_empty_walk(self, oid: str) -> bool:
        """Whether a walk of this column had no row, and that of no other column that its table must
        have."""
        walks = self.answers.walks
        if walks.get(oid) != {} or oid in self.learnt.absent:
            return False
        columns = self.answers.columns.get(_table_of(oid), {})
        other_columns = [c for c, is_optional in columns.items() if not is_optional and c != oid]
        return all(walks.get(column) != {} for column in other_columns)

    def part(self, source: Source, rows: Iterable[str], start: int, stop: Optional[int]) -> Rows:
        """For each row the value of its part of the device, whose index is some arcs of the row."""
        if not self.outlet:
            return part_of(self[source], rows, start, stop)
        part = arcs(self.outlet, start, stop)
        values = self.one_row(part)[source] if part else {}
        return {self.outlet: values[part]} if part in values else {}

    def prefixed(self, prefix: str, source: Source) -> Rows:
        """The rows of a part of the device, such as a unit, under longer identities."""
        if not self.outlet:
            return prefixed(prefix, self[source])
        if not self.outlet.startswith(prefix + "."):
            return {}
        return prefixed(prefix, self.one_row(self.outlet[len(prefix) + 1 :])[source])

    def cells(self, source: Source, rows: Collection[str], most: int = 16) -> Rows:
        """The values of some rows: by GET, or by a walk if they are many."""
        if len(rows) > most:
            values = self[source]
            return {row: values[row] for row in rows if row in values}
        cells = {row: self.one_row(row)[source].get(row) for row in rows}
        return {row: value for row, value in cells.items() if value is not None}

    def is_absent(self, source: Source, rows: Iterable[str]) -> bool:
        """Whether the device does not have an object: neither a walk nor a GET of the first of
        these rows has a value. A walk alone is no proof
        (github.com/prometheus/snmp_exporter/issues/541, an HPE PDU). False without rows."""
        if self.is_known_absent(source):
            return True
        first = next(iter(rows), None)
        if first is None or self.whole[source] or self.one_row(first)[source]:
            return False
        if not isinstance(source, Derived):  # a function may have rows in the next reading
            self.learnt.absent.add(self._oid_of(source))
        return True

    def is_known_absent(self, source: Source) -> bool:
        """Whether this call has learnt that the device does not have an object."""
        return self._oid_of(source) in self.learnt.absent

    def _oid_of(self, source: Source) -> str:
        """The OID of the object of a source's values."""
        return self.resolve(next(objects_of([source])).oid)

    def is_optional_and_absent(self, source: Source, rows: Iterable[str]) -> bool:
        """Whether the device lacks a column of values that some devices lack, as a GET of the first
        of these rows shows, or as none of them does."""
        column = next(objects_of([source]))
        first = next(iter(rows), None)
        return column.optional and (first is None or not self.has_cell(source, first))

    # ---- tables ----

    def column(self, oid: str, *, optional: bool = False) -> Walked:
        """A column with all rows of its table."""
        oid = self.resolve(oid)
        self.answers.columns.setdefault(_table_of(oid), {})[oid] = optional
        if oid not in self._columns:
            if not self.walk(oid) and (self._is_trial_of(oid) or oid in self.learnt.absent):
                return {}
            self._read_table(oid, optional=optional)
        return self._columns[oid]

    def _is_trial_of(self, oid: str) -> bool:
        """Whether nothing shows yet that the device has the table of a column."""
        columns = self.answers.columns[_table_of(oid)]
        return self.is_trial and not any(map(self.walk, columns))

    def _read_table(self, oid: str, *, optional: bool) -> None:
        """Walk the columns of the table of this one that the call needs, and complete each."""
        table = _table_of(oid)
        columns = {
            oid: optional,
            **self._needed_columns.get(table, {}),
            **self.answers.columns[table],
        }
        walks = [self.walk(column) for column in sorted(columns)]
        rows = _all_rows([answers for answers in walks if answers])
        for column, is_optional in columns.items():
            if column in self._columns:
                continue
            self._columns[column] = self._with_rows(column, rows, optional=is_optional)

    def _with_rows(self, oid: str, rows: Collection[str], *, optional: bool) -> Walked:
        """A column of a table with these rows, without those that it lacks as LOST."""
        answers = self.walk(oid)
        if not rows or len(answers) == len(rows):
            return answers
        if answers and not _has_index_of(rows, answers):
            return answers  # of another table
        if not answers and optional and self._is_denied(oid, next(iter(rows))):
            return {}
        self.answers.has_lost_rows = True
        return {row: answers.get(row, LOST) for row in rows}

    def _is_denied(self, oid: str, row: str) -> bool:
        """Whether the device does not have a column that no walk answers, as a GET of a row of its
        table shows, in this reading or an earlier one."""
        if oid not in self.learnt.absent and self.get(f"{oid}.{row}") is None:
            self.learnt.absent.add(oid)
        return oid in self.learnt.absent

    def names(self, oid: str) -> Walked:
        """A column of names, without those that the answer lacks. It is walked once in a call:
        names are taken as fixed."""
        oid = self.resolve(oid)
        if oid not in self.learnt.names:
            self.learnt.names[oid] = self.walk(oid)
        names = self.learnt.names[oid]
        self.answers.walks[oid] = names
        return names

    def resolve(self, oid: str) -> str:
        """`oid` with the root instead of `~`."""
        return self.root + oid[len(ROOT) :] if oid.startswith(ROOT) else oid

    def quoted(self, raw: Raw, longest: int = 80) -> str:
        """A value for an error: one line of at most `longest` characters, or a notice if it holds a
        secret."""
        value = printable_text(raw, LONGEST)
        quotation = self._device.quoted(value)
        return quotation[:longest] if quotation == value else quotation


def _all_rows(columns: Sequence[Walked]) -> dict[str, None]:
    """The rows of all columns of a table, in the order of their indexes if one lacks some."""
    if not columns:
        return {}
    longest, *other_columns = sorted(columns, key=len, reverse=True)
    rows = dict.fromkeys(longest)
    for column in other_columns:
        if column.keys() != rows.keys() and _has_index_of(rows, column):
            rows.update(dict.fromkeys(column))
    if len(rows) == len(longest):
        return rows
    return dict.fromkeys(sorted(rows, key=_arcs))


def _has_index_of(rows: Collection[str], column: Collection[str]) -> bool:
    """Whether a column is of the table with these rows: another table under one node has indexes of
    another length."""
    return next(iter(rows)).count(".") == next(iter(column)).count(".")


def _arcs(index: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts indexes by their arcs as numbers."""
    return tuple((len(arc), arc) for arc in index.split("."))


def _table_of(oid: str) -> str:
    """The OID without its last arc."""
    return oid.rpartition(".")[0]
