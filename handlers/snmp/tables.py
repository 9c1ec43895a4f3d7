"""Reads the tables of one device in one call. Only this module, `objects.py` and `absence.py` send
requests.

A source is an object of the MIB, or a function that makes rows of several objects (`Computed`). Its
rows are {index: value}. The index of an outlet's row is the outlet's identity: "7", or "2.7" of
unit 2. A table is read once and whole: the first of its columns that is asked for brings all others
that the call needs, so that no later answer shows other rows. A cell that is missing beside others
is NO_ANSWER; a column that the device lacks is {}:

    tables[STATE]                walk state -> {"1": 1, "2": 2}   {"1": 1, "2": 2}
    tables[PENDING]              walk pending -> {"1": 2}         {"1": 2, "2": NO_ANSWER}
    tables.one_row("2")[STATE]   get state.2 -> 2                 {"2": 2}

A reading is all that is asked until the device changes: a write is followed by a second reading. A
reading keeps its answers (`answers`: `walks`, `gets`); a call keeps what it has learnt of the
device for all its readings (`learnt`), such as `absent`, the columns that the device lacks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Optional, Protocol, Union

from ..dcimanager.rows import Raw
from ..shared.errors import LONGEST
from .cells import NO_ANSWER, Cell, Rows, Walked, arcs
from .decoding import printable_text, text
from .joins import part_of, prefixed

ROOT = "~"  # in a profile's OIDs: the family's root


class SnmpReads(Protocol):
    """The reads that profiles use. `get` and `walk` raise the errors of handlers/shared/errors.py.
    `quoted` makes a device's text safe for an error."""

    def get(self, oid: str) -> Optional[Raw]: ...
    def walk(self, oid: str) -> Walked: ...
    def quoted(self, words: str) -> str: ...


# ---- what is read ----


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

    def not_prefetched(self) -> tuple[Object, ...]:
        """Those that it needs on some devices only: each is read when it is asked for, and not with
        its table."""
        return ()

    @abstractmethod
    def is_by_row(self) -> bool:
        """Whether its row 7 is made of the rows 7 of its objects alone, so that a command to outlet
        7 need not read the other rows."""

    @abstractmethod
    def rows(self, tables: Tables) -> Rows:
        """The rows; it reads nothing but the rows of its objects."""


@dataclass(frozen=True, eq=False)
class ComputedRows(Computed):
    """Rows that a plain function makes of the tables of a device: `computed_from` makes one.

    Fields:
        function: makes the rows.
        objects: what the function reads, that of the values first.
        by_row: row 7 is made of the rows 7 of the objects alone. A command to outlet 7 then reads
            these by GET; otherwise it walks all objects, as for the sum of all rows.
        on_demand: objects that it reads on some devices only: they are not read with their tables,
            but when the function asks for them. One that names the values is among `objects`, too.
    """

    function: Callable[[Tables], Rows]
    objects: tuple[Object, ...]
    by_row: bool = False
    on_demand: tuple[Object, ...] = ()

    def needs(self) -> tuple[Object, ...]:
        return self.objects

    def not_prefetched(self) -> tuple[Object, ...]:
        return self.on_demand

    def is_by_row(self) -> bool:
        return self.by_row

    def rows(self, tables: Tables) -> Rows:
        return self.function(tables)


Source = Union[Object, Computed]


def computed_from(
    *sources: Source, by_row: bool = False, on_demand: Sequence[Source] = ()
) -> Callable[[Callable[[Tables], Rows]], ComputedRows]:
    """A decorator that makes a function of tables a source of rows, which needs these sources:

    >>> from handlers.snmp.objects import Column
    >>> STATES = Column("1.3.6.1.4.1.99999.1.3", "state")
    >>> @computed_from(STATES, by_row=True)
    ... def known_states(tables):
    ...     return {row: state for row, state in tables[STATES].items() if state in (1, 2)}
    >>> known_states.rows({STATES: {"1": 1, "2": 9}})
    {'1': 1}

    by_row: row 7 is made of the rows 7 of the sources alone, so that a command to outlet 7 reads no
        other row.
    on_demand: sources that are not read with their tables, but when the function asks for them.
    """
    objects, objects_on_demand = tuple(objects_of(sources)), tuple(objects_of(on_demand))
    return lambda function: ComputedRows(function, objects, by_row, objects_on_demand)


def objects_of(sources: Iterable[Optional[Source]]) -> Iterator[Object]:
    """The objects that these sources read; of a function of rows, those that it `needs`. A source
    may be None, where a family has no such column: nothing is read for it.

    >>> from handlers.snmp.objects import Column
    >>> STATE = Column("1.3.6.1.4.1.99999.1.3", "state")
    >>> MODE = Column("1.3.6.1.4.1.99999.1.4", "mode")
    >>> @computed_from(STATE, MODE)
    ... def known_states(tables):
    ...     return tables[STATE] or tables[MODE]
    >>> [column.object for column in objects_of([known_states, STATE, None])]
    ['state', 'mode', 'state']
    """
    for source in sources:
        if isinstance(source, Computed):
            yield from objects_of(source.needs())
        elif source is not None:
            yield source


def object_of(source: Optional[Source]) -> Optional[Object]:
    """The object of a source's values."""
    return next(objects_of([source]), None)


def _objects_walked_together(sources: Iterable[Optional[Source]]) -> Iterator[Object]:
    """The objects of these sources whose columns are walked as soon as one of their table is. Those
    that a function needs on some devices only (`not_prefetched`) are left out:

    >>> from handlers.snmp.objects import Column
    >>> STATE = Column("1.3.6.1.4.1.99999.1.3", "state")
    >>> MODE = Column("1.3.6.1.4.1.99999.1.4", "mode")
    >>> @computed_from(STATE, MODE, on_demand=[MODE])
    ... def known_states(tables):
    ...     return tables[STATE] or tables[MODE]
    >>> [column.object for column in _objects_walked_together([known_states, None])]
    ['state']
    """
    for source in sources:
        if isinstance(source, Computed):
            objects_on_demand = source.not_prefetched()
            for column in _objects_walked_together(source.needs()):
                if column not in objects_on_demand:
                    yield column
        elif source is not None:
            yield source


# ---- what was read ----


@dataclass
class RowsOfChain:
    """What a call has learnt of the rows of a table that numbers the outlets of a whole chain."""

    #: the device does not have the columns of units and numbers
    lacks_unit_and_number: bool = False
    #: outlet -> its row, as walks of all units and numbers showed it: {"2.7": "15"}
    walked_row_of: dict[str, str] = field(default_factory=dict)
    #: outlet -> its row, as GETs showed it on a device that counted one unit: {"7": "7"}
    row_of_single_unit: dict[str, str] = field(default_factory=dict)
    #: row -> its unit, as the first GET showed it: {"15": "2"}
    first_unit_of_row: dict[str, str] = field(default_factory=dict)


@dataclass
class Learnt:
    """What a call has learnt that a second reading takes as given: otherwise it could reach another
    row, or ask once more for what the device does not have."""

    absent: set[str] = field(default_factory=set)  #: OIDs of columns that the device does not have
    chains: dict[Hashable, RowsOfChain] = field(default_factory=dict)  #: `Chain` -> its rows
    #: OID of a column of names -> what its only walk showed
    names: dict[str, Walked] = field(default_factory=dict)


@dataclass
class Answers:
    """What the device answered in one reading."""

    walks: dict[str, Walked] = field(default_factory=dict)  #: OID -> index -> value
    #: table -> OID of each column that was asked for -> whether it is optional
    columns: dict[str, dict[str, bool]] = field(default_factory=dict)
    gets: dict[str, Optional[Raw]] = field(default_factory=dict)  #: OID -> value, None without one
    asked: list[str] = field(default_factory=list)  #: the OID of each request, in order
    has_missing_rows: bool = False  #: whether a column lacks a row that another of its table has


@dataclass
class Reading:
    """The requests to one device that is read as one family. Each is sent once, and its answer kept
    in `answers`. `root` is the OID that stands for "~" in the family's OIDs. `needed` has the
    columns to walk together, by the OID of their table, and for each whether it is optional.

    Fields:
        device: sends them.
        root: replaces a leading `~` in OIDs.
        learnt: what is known of the device.
        answers: what it has answered.
        needed: table -> the columns that the call needs -> whether each is optional.
        skips_empty_tables: an empty column is taken as one that the device does not have, and the
            rest of its table is not read: in a command, and while nothing shows that the device is
            of this family.
    """

    device: SnmpReads
    root: str = ""
    learnt: Learnt = field(default_factory=Learnt)
    answers: Answers = field(default_factory=Answers)
    needed: dict[str, dict[str, bool]] = field(default_factory=dict)
    skips_empty_tables: bool = True

    def need(self, sources: Iterable[Optional[Source]]) -> None:
        """Add the columns of these sources to `needed`: the first walk of one of them then brings
        all others of its table. For the columns state and pending of one table, of which some
        devices lack the second:

            needed {}  ->  {"1.3.6.1.4.1.99999.1": {"….1.3": False, "….1.4": True}}
        """
        for table_object in _objects_walked_together(sources):
            for short_oid, is_optional in table_object.columns():
                oid = self.resolve(short_oid)
                self.needed.setdefault(table_of(oid), {})[oid] = is_optional

    def resolve(self, oid: str) -> str:
        """The OID to send: the device's root in place of a leading "~", which stands for it in a
        profile. Of a device whose root is 1.3.6.1.4.1.99999:

            "~.1.3"  ->  "1.3.6.1.4.1.99999.1.3"
        """
        return self.root + oid[len(ROOT) :] if oid.startswith(ROOT) else oid

    def walk(self, oid: str) -> Walked:
        """Index -> value of each row below an OID, {} without any. A walk is sent once in a
        reading; later the kept answer is given:

            walk state  ->  {"1": 1, "2": 2}
        """
        oid = self.resolve(oid)
        if oid not in self.answers.walks:
            self.answers.walks[oid] = self.device.walk(oid)
            self.answers.asked.append(oid)
        return self.answers.walks[oid]

    def get(self, oid: str) -> Optional[Raw]:
        """The value of one object, None if the device does not have it. A GET is sent once in a
        reading; later the kept answer is given:

            get state.7  ->  1
        """
        oid = self.resolve(oid)
        if oid not in self.answers.gets:
            self.answers.gets[oid] = self.device.get(oid)
            self.answers.asked.append(oid)
        return self.answers.gets[oid]


class Tables:
    """The tables of one device: `tables[STATE]` is {"1": 1, "2": 2}, walked at the first question.
    Those of one outlet alone are `one_row("2")`: there it is {"2": 2}, by a GET. `reading` sends
    the requests and keeps the answers. `_columns` has the columns that were read, by OID, each
    completed to the rows of its table. While a family is only tried (`skips_empty_tables`), a
    column without a row is taken as one that the device lacks; once the device has shown that it is
    of the family, it is compared with the other columns of its table."""

    outlet: str = ""  #: the identity of which alone the cells are read

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._columns: dict[str, Rows] = {}
        self._computed_rows: dict[Computed, Rows] = {}

    def __getitem__(self, source: Source) -> Rows:
        """The rows of a source, for profiles and figures: of an object as the device answers, of a
        function as it makes them, once for these tables.

            tables[STATE]   walk state   {"1": 1, "2": 2}
            tables[VOLTS]   get volts.0  {"0": 230}
        """
        if not isinstance(source, Computed):
            return source.rows(self)
        if source not in self._computed_rows:
            self._computed_rows[source] = source.rows(self)
        return self._computed_rows[source]

    @property
    def with_all_rows(self) -> Tables:
        """The tables with all rows, for a decision about one outlet that needs the others, such as
        their number. Only the tables of one row differ from these:

            tables.one_row("2")[STATE]                  {"2": 2}
            tables.one_row("2").with_all_rows[STATE]    {"1": 1, "2": 2}
        """
        return self

    def one_row(self, row: str) -> Tables:
        """The tables in which each source has this one row, read by GET: for a command to one
        outlet, which need not read the others. A GET of this reading is not sent again.

            tables[STATE]               walk state             {"1": 1, "2": 2}
            tables.one_row("2")[STATE]  get state.2 -> 2       {"2": 2}
            tables.one_row("9")[STATE]  get state.9 -> nothing {}
        """
        return OneRow(self.with_all_rows, row)

    def again(self) -> Tables:
        """The tables of the same device without its answers, so that it is asked anew, as after a
        write. Which columns were asked for is kept, so that each table is walked with the same
        columns as before, and shows the same rows.

            tables[STATE]           {"1": 1, "2": 2}
            ... outlet 2 is switched on ...
            tables[STATE]           {"1": 1, "2": 2}, the kept answer
            tables.again()[STATE]   {"1": 1, "2": 1}, by a walk
        """
        answers = Answers(columns=deepcopy(self.reading.answers.columns))
        return Tables(replace(self.reading, answers=answers, skips_empty_tables=True))

    def of_known_family(self, sources: Iterable[Optional[Source]] = ()) -> Tables:
        """The tables of a device that has shown that it is of this family: an empty column is then
        compared with the others of its table. The answers so far are kept. `sources`: what the call
        needs besides what `needed` has. For tables[PENDING]:

            family tried    walk pending -> nothing                          {}, read no further
            family known    walk pending -> nothing, walk state -> {"1": 1}  {"1": NO_ANSWER}
        """
        needed = deepcopy(self.reading.needed)
        reading = replace(self.reading, needed=needed, skips_empty_tables=False)
        reading.need(sources)
        return Tables(reading)

    def only_of(self, sources: Sequence[Source]) -> Tables:
        """The tables in which the columns of these sources alone are walked, not all that the call
        needs of their table; the answers so far are kept.

            tables[UNIT]                      walk unit, walk number, walk state
            tables.only_of([UNIT])[UNIT]      walk unit
        """
        kept_answers = replace(self.reading.answers, columns={})
        reading = replace(self.reading, answers=kept_answers, needed={})
        reading.need(sources)
        return Tables(reading)

    def first(self, *sources: Source) -> Rows:
        """The rows of the first of these sources that the device has. A row that it lacks is not
        taken from the next, also where these tables are of one outlet alone:

            first {"1": 5}, second {"1": 7, "2": 8}     {"1": 5}; of outlet 2 alone {}
            first {},       second {"1": 7, "2": 8}     {"1": 7, "2": 8}; of outlet 2 alone {"2": 8}
        """
        for source in sources:
            rows = self[source]
            if rows or self.with_all_rows[source]:
                return rows
        return {}

    # ---- one object ----

    def walk(self, oid: str) -> Walked:
        """Index -> value of each row below an OID as the device answers, {} without any."""
        return self.reading.walk(oid)

    def get(self, oid: str) -> Optional[Raw]:
        """The value of one object, None if the device does not have it."""
        return self.reading.get(oid)

    def value(self, column: Object, identity: str) -> Optional[Raw]:
        """The value of an outlet's cell in a column, by a GET; None if the device has no such cell.

        tables.value(STATE, "7")    get state.7  ->  1   1
        tables.value(STATE, "2.")   nothing is sent      None: no OID without an index
        """
        oid = column.cell(self, identity)
        return None if oid is None else self.get(oid)

    def scalar(self, source: Source) -> Optional[Cell]:
        """The value of an object of the whole device."""
        return self.with_all_rows[source].get("0")

    def text(self, source: Source) -> str:
        """The text of an object of the whole device, "" without a value."""
        value = self.scalar(source)
        return "" if value is None else text(value)

    def has_cell(self, source: Source, identity: str) -> bool:
        """Whether the device answers a GET of the source's object in this row, which proves that it
        has the object although a walk has shown no row.

            get current.7  ->  15 (True), or no such instance (False)
        """
        column = object_of(source)
        return column is not None and self.value(column, identity) is not None

    def cells(self, source: Source, rows: Collection[str], most: int = 16) -> Rows:
        """The values of some rows of a source, without those that the device does not have. Up to
        `most` rows are asked each by a GET; more are taken from a walk of all.

            cells(STATE, ["3", "9"])   get state.3  ->  1, get state.9  ->  nothing   {"3": 1}
        """
        values: Rows = {}
        if len(rows) > most:
            values = self[source]
        else:
            for row in rows:
                values.update(self.one_row(row)[source])
        return {row: values[row] for row in rows if row in values}

    def part(self, source: Source, rows: Iterable[str], start: int, stop: Optional[int]) -> Rows:
        """For each of these rows the value that `source` has for its unit, or another part of the
        device: it is in the row that has the numbers from `start` to before `stop` of the index,
        all to the end if that is None. With `start` 0 and `stop` 1, the first number:

            source {"1": "on", "2": "off"}, rows "1.7", "2.7"  ->  {"1.7": "on", "2.7": "off"}
        """
        return part_of(self[source], rows, start, stop)

    def prefixed(self, prefix: str, source: Source) -> Rows:
        """The rows of a source that knows one unit alone, such as 2, with the unit before each
        index:

            source {"7": 1}, prefix "2"  ->  {"2.7": 1}
        """
        return prefixed(prefix, self[source])

    def resolve(self, oid: str) -> str:
        """The OID to send: the device's root in place of a leading `~`."""
        return self.reading.resolve(oid)

    def quoted(self, raw: Cell, longest: int = 80) -> str:
        """A value of the device as an error or a log line shows it: in one line of at most
        `longest` characters. The device's `quoted` puts a notice in place of a text that holds a
        secret, such as the community; the notice is not cut.

            b"Rack 5\\n"         ->  "Rack 5"
            "key s3cret"        ->  the notice
        """
        line = printable_text(raw, LONGEST)
        quotation = self.reading.device.quoted(line)
        is_notice = quotation != line
        return quotation if is_notice else quotation[:longest]

    # ---- columns of tables ----

    def column(self, oid: str, *, optional: bool = False) -> Rows:
        """A column of a table for its readers: with every row that the table has, and NO_ANSWER in
        a row that this column lacks; {} if the device does not have the column. The first column
        that is asked for brings all others of its table that the call needs. `optional`: some
        devices with the table lack this column.

            walk state {"1": 1, "2": 2}, walk pending {"1": 2}  ->  pending {"1": 2, "2": NO_ANSWER}
        """
        oid = self.reading.resolve(oid)
        self.reading.answers.columns.setdefault(table_of(oid), {})[oid] = optional
        if oid not in self._columns:
            if not self.walk(oid) and self._is_taken_as_absent(oid):
                return {}
            self._columns.update(self._read_table(oid, optional=optional))
        return self._columns[oid]

    def _is_taken_as_absent(self, oid: str) -> bool:
        """Whether a column, of which a walk has just shown no row, is read as {} and the rest of
        its table is not walked:

            an earlier GET in this call proved that the device has no such column      True
            the family is only tried, and no column walked of the table has a row      True
            the family is only tried, and another column of the table has rows         False: lost
            the device is of this family, so the other columns tell                    False
        """
        if oid in self.reading.learnt.absent:
            return True
        if not self.reading.skips_empty_tables:
            return False
        columns_asked_for = self.reading.answers.columns[table_of(oid)]
        has_table = any(self.walk(column) for column in columns_asked_for)
        return not has_table

    def _read_table(self, oid: str, *, optional: bool) -> dict[str, Rows]:
        """The columns that the call needs of the table of this one, by OID: each is walked, and
        completed to the rows of all. Those that `_columns` has are left out, as they do not change
        in a reading. `optional`: some devices with the table lack the column `oid`.

            walk state -> {"1": 1, "2": 2}, walk pending -> {"1": 2}
                {"….1.3": {"1": 1, "2": 2}, "….1.4": {"1": 2, "2": NO_ANSWER}}
        """
        table = table_of(oid)
        needed_columns = self.reading.needed.get(table, {})
        columns = {oid: optional, **needed_columns, **self.reading.answers.columns[table]}
        walks = [self.walk(column) for column in sorted(columns)]
        rows = _all_rows([walked for walked in walks if walked])
        return {
            column: self._column_with_rows(column, rows, optional=is_optional)
            for column, is_optional in columns.items()
            if column not in self._columns
        }

    def _column_with_rows(self, oid: str, rows: Collection[str], *, optional: bool) -> Rows:
        """A walked column, completed to the `rows` of its table: NO_ANSWER where it lacks one,
        which `answers.has_missing_rows` then says. For the rows "1" and "2":

            walk {"1": 15, "2": 7}                              as walked
            walk {"1": 15}                                      {"1": 15, "2": NO_ANSWER}
            walk {"1.1": 15}: of another table                  as walked
            walk {}, optional, and a GET of row 1 has nothing   {}: the device lacks the column
            walk {}                                             {"1": NO_ANSWER, "2": NO_ANSWER}
        """
        walked = self.walk(oid)
        is_of_other_table = rows and walked and not _has_index_of(rows, walked)
        if not rows or len(walked) == len(rows) or is_of_other_table:
            return dict(walked)
        if not walked and optional and self._lacks_column(oid, next(iter(rows))):
            return {}
        self.reading.answers.has_missing_rows = True
        return {row: walked.get(row, NO_ANSWER) for row in rows}

    def _lacks_column(self, oid: str, row: str) -> bool:
        """Whether the device does not have a column of which a walk showed no row: a GET of it in
        a row of its table has no value, either. A True is kept in `learnt.absent`, so that the call
        asks no second time.

            walk pending  ->  nothing, get pending.1  ->  nothing   True
            walk pending  ->  nothing, get pending.1  ->  2         False: the walk lost the column
        """
        absent = self.reading.learnt.absent
        if oid not in absent and self.get(f"{oid}.{row}") is None:
            absent.add(oid)
        return oid in absent

    def names(self, oid: str) -> Walked:
        """A column of names, which does not change in a call: index -> name, as its only walk
        showed them. `learnt` outlives a reading, `answers` does not; so the names are kept in the
        first, and put among the answers of each reading:

            first reading             walk name  ->  {"1": "Outlet 1", "2": "Outlet 2"}
            reading after the write   nothing is sent; the same names
        """
        oid = self.reading.resolve(oid)
        names_by_column = self.reading.learnt.names
        if oid not in names_by_column:
            names_by_column[oid] = self.walk(oid)
        self.reading.answers.walks[oid] = names_by_column[oid]
        return names_by_column[oid]


class OneRow(Tables):
    """The cells of one row alone, that of `outlet`, each by GET: of outlet "3", tables[STATE] is
    {"3": 1}. `one_row("2")` are the cells of another row. What needs all rows reads the tables
    `with_all_rows`:

        tables[STATE]                  get state.3              {"3": 1}
        tables[VOLTS]                  get volts.0, a Scalar    {"3": 230}
        tables.with_all_rows[STATE]    walk state               {"1": 1, …, "8": 2}
    """

    def __init__(self, whole: Tables, outlet: str) -> None:
        super().__init__(whole.reading)
        self.outlet = outlet
        self._whole = whole

    @property
    def with_all_rows(self) -> Tables:
        return self._whole

    def __getitem__(self, source: Source) -> Rows:
        """The row of this outlet in a source, {} if it has none: an object by GET; a function by
        this row alone, or where it needs others, its row of all.

            get state.3 -> 1   {"3": 1}
        """
        if not isinstance(source, Computed):
            value = self.value(source, self.outlet)  # a scalar has it for every outlet
            return {} if value is None else {self.outlet: value}
        if source.is_by_row():
            return super().__getitem__(source)
        rows = self.with_all_rows[source]
        return {self.outlet: rows[self.outlet]} if self.outlet in rows else {}

    def again(self) -> Tables:
        return OneRow(super().again(), self.outlet)

    def of_known_family(self, sources: Iterable[Optional[Source]] = ()) -> Tables:
        return OneRow(super().of_known_family(sources), self.outlet)

    def part(self, source: Source, rows: Iterable[str], start: int, stop: Optional[int]) -> Rows:
        """The value that `source` has for the unit of this outlet, or another part of the device,
        by a GET: the unit is the numbers from `start` to before `stop` of its identity. `rows`, of
        which the value is asked in tables of all rows, are not looked at. For outlet "2.7", 0 to 1:

            get unitState.2  ->  "off"      {"2.7": "off"}
            get unitState.2  ->  nothing    {}
        """
        unit = arcs(self.outlet, start, stop)
        value_by_unit = self.one_row(unit)[source] if unit else {}
        return {self.outlet: value_by_unit[unit]} if unit in value_by_unit else {}

    def prefixed(self, prefix: str, source: Source) -> Rows:
        """The value of this outlet, if it is one of the unit `prefix`, in a source that knows this
        unit alone. For outlet "2.7":

            prefixed("2", STATE)   get state.7  ->  1   {"2.7": 1}
            prefixed("3", STATE)   nothing is sent      {}
        """
        row = self.outlet.removeprefix(f"{prefix}.")
        is_of_unit = row != self.outlet
        return prefixed(prefix, self.one_row(row)[source]) if is_of_unit else {}


def tables_of_device(
    device: SnmpReads,
    root: str = "",
    sources: Iterable[Optional[Source]] = (),
    answers: Optional[Answers] = None,
) -> Tables:
    """The tables of a device that is tried as a family, whose call needs these sources. `root`
    stands for `~` in the family's OIDs. `answers`: what the device has answered another family of
    this call; nothing of it is asked again.

        tables_of_device(snmp, "1.3.6.1.4.1.99999")[Column("~.1.3")]
        walk 1.3.6.1.4.1.99999.1.3  ->  {"1": 1, "2": 2}
    """
    reading = Reading(device, root, answers=answers or Answers())
    reading.need(sources)
    return Tables(reading)


def _all_rows(columns: Sequence[Walked]) -> dict[str, None]:
    """The rows of all columns of a table, in the order of their indexes if a column lacks some: the
    keys of the dict. Columns whose indexes have another length are of another table:

    >>> list(_all_rows([{"2": "on"}, {"1": 15, "2": 7}]))
    ['1', '2']
    >>> list(_all_rows([{"2": "on", "10": "on"}, {"9": 7}, {"1.1": "L1"}]))
    ['2', '9', '10']
    """
    if not columns:
        return {}
    longest, *other_columns = sorted(columns, key=len, reverse=True)
    rows = dict.fromkeys(longest)
    for column in other_columns:
        if column.keys() != rows.keys() and _has_index_of(rows, column):
            rows.update(dict.fromkeys(column))
    if len(rows) == len(longest):
        return rows
    return dict.fromkeys(sorted(rows, key=_arc_numbers))


def _has_index_of(rows: Collection[str], column: Collection[str]) -> bool:
    """Whether a column is of the table with these rows: another table under one node has indexes of
    another length. Both have rows.

    >>> _has_index_of(["1", "2"], ["2"]), _has_index_of(["1", "2"], ["1.1"])
    (True, False)
    """
    return next(iter(rows)).count(".") == next(iter(column)).count(".")


def _arc_numbers(index: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts indexes by their arcs as numbers, which have no leading zeros: of two, that
    with more digits is larger.

    >>> sorted(["10", "9", "1.10", "1.9"], key=_arc_numbers)
    ['1.9', '1.10', '9', '10']
    """
    return tuple((len(arc), arc) for arc in index.split("."))


def table_of(oid: str) -> str:
    """The OID without its last arc: the table, or the entry, that a column is of.

    >>> table_of("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4")
    '1.3.6.1.4.1.318.1.1.12.3.5.1.1'
    """
    return oid.rpartition(".")[0]
