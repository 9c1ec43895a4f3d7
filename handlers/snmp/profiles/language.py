"""The functions that make the parts of an entry. What most families need is their default.

OIDs are written without 1.3.6.1.4.1; `~` is the family's root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Optional

from ..absence import is_of_other_depth
from ..arcs import Arcs
from ..cells import Cell, Rows, arcs
from ..chains import InChain
from ..completeness import each_unit, with_first_rows, with_rows_of
from ..computed import Complete
from ..controls import Control, Guard
from ..decoding import counted_by
from ..filters import (
    Test,
    either,
    if_every,
    matches,
    none_of,
    one_of,
    require_count,
    require_marks,
    unless,
    up_to_count,
    where,
    with_arc,
    within_count,
    without_arc,
)
from ..joins import concat, first_of_units, join, left_join, numbered, with_units
from ..measurements import Ceilings, Measurement
from ..objects import Column, Parts, Scalar
from ..outlets import Outlets
from ..profile import ENTERPRISES, Nameplate
from ..states import Condition, State
from ..tables import ROOT, Computed, ComputedRows, Object, Source, Tables, computed_from, objects_of
from ..totals import Total
from .scales import ONES

#: the unit that an index begins with
THE_UNIT = Arcs(stop=1)
#: of an index, for the fields that name an arc by its position
LAST_ARC = -1
WHOLE_INDEX = Arcs()
#: of a family's overload restrictions, in its `unread`
OVERLOAD = (
    "only switching on is refused, and only under overload, which the state read afterwards shows"
)
# floor PDUs, busways and Delta's static transfer switch: a transformer of 2 MVA (2,900 A at 400 V),
# feeders of 400 A
FLOOR = Ceilings(Decimal(600), Decimal(500_000), Decimal(3_000), Decimal(2_500_000))


def oid(below: str) -> str:
    """The whole OID for arcs below 1.3.6.1.4.1.

    An OID that starts with `~` is returned unchanged.
    """
    return below if below.startswith(ROOT) else ENTERPRISES + below


def oids(*below: str) -> tuple[str, ...]:
    """Several whole OIDs, such as sysObjectID prefixes."""
    return tuple(map(oid, below))


def column(below: str, name: str, suffix: str = "", *, optional: bool = False) -> Column:
    """A column and its name; with `suffix`, only rows whose index ends with it. `optional`: some
    devices with the table lack this column."""
    return Column(oid(below), name, suffix, optional)


def scalar(below: str, name: str) -> Scalar:
    """One object and its name; `below` includes the instance, such as `.0`."""
    return Scalar(oid(below), name)


def nameplate(
    *, serial: str = "", firmware: str = "", model: str = "", manufacturer: str = ""
) -> Nameplate:
    """The objects that say which unit it is."""
    roots = {"serial": serial, "firmware": firmware, "model": model, "manufacturer": manufacturer}
    return Nameplate(**{name: oid(below) for name, below in roots.items() if below})


def numbered_parts(object_of: Callable[[int], Object], numbers: Iterable[int]) -> Parts:
    """The objects of numbered parts such as ports or lines: the identity is "PART.ROW", with the
    row 0 of a scalar."""
    return Parts(tuple((str(n), object_of(n)) for n in numbers))


def only_metered(values: Column) -> Parts:
    """Values by the indexes of meters, on a unit that shows no table of switched outlets: outlet 7
    is "0.7". The table may be missing only now, and its rows are other outlets'."""
    return Parts((("0", values),))


def numbered_rows(
    rows_of_part: Callable[[int], ComputedRows], numbers: Iterable[int]
) -> ComputedRows:
    """The same of functions; the first object of each is that of its values."""
    functions = {n: rows_of_part(n) for n in numbers}

    def rows(tables: Tables) -> Rows:
        return concat(*(tables.prefixed(str(n), function) for n, function in functions.items()))

    values = numbered_parts(lambda n: functions[n].objects[0], functions)
    tests = [test for function in functions.values() for test in function.objects[1:]]
    by_row = all(function.by_row for function in functions.values())
    return ComputedRows(rows, (values, *tests), by_row)


def counted_rows(values: Object, count: Scalar, *, required: bool = False) -> ComputedRows:
    """The rows of a table with a fixed number of rows, up to the device's count; see `up_to_count`.
    The table is not read if the device counts none."""

    @computed_from(values, count, by_row=True)
    def rows(tables: Tables) -> Rows:
        most = tables.scalar(count)
        if counted_by(most) == 0 or (not tables.outlet and is_of_other_depth(tables, values)):
            return {}
        every_row = tables[values]
        if required:
            require_count(every_row, most)
        return within_count(every_row, most) if tables.outlet else up_to_count(every_row, most)

    return rows


def on_demand(values: Column) -> ComputedRows:
    """A column that is not read with its table: few devices need it, after others were missing."""
    return ComputedRows(lambda tables: tables[values], (values,), by_row=True, on_demand=(values,))


def shared_by_kind(tables: Tables, source: Object, kinds: Rows) -> Rows:
    """A property that rows of one unit and one kind share, by GET of the first and the last of
    them; by a walk where the two differ or have none."""
    groups: dict[tuple[str, Cell], list[str]] = {}
    for row, kind in kinds.items():
        unit = arcs(row, stop=-1) or row
        groups.setdefault((unit, kind), []).append(row)
    result: Rows = {}
    for rows in groups.values():
        ends = tables.cells(source, (rows[0], rows[-1]))
        if rows[0] not in ends or ends[rows[0]] != ends.get(rows[-1]):
            return tables[source]
        result.update(dict.fromkeys(rows, ends[rows[0]]))
    return result or tables[source]


def first(*sources: Source) -> ComputedRows:
    """The first of these that the device has."""
    by_row = all(not isinstance(source, Computed) or source.is_by_row() for source in sources)
    return ComputedRows(lambda tables: tables.first(*sources), tuple(objects_of(sources)), by_row)


def rows_where(values: Source, marks: Source, test: Test, *, by_row: bool = False) -> ComputedRows:
    """The rows of `values` whose mark passes a test; see `where`."""
    not_prefetched = values.not_prefetched() if isinstance(values, Computed) else ()

    @computed_from(values, marks, by_row=by_row, on_demand=not_prefetched)
    def rows(tables: Tables) -> Rows:
        return where(tables[values], tables[marks], test)

    return rows


def marked_rows_where(
    values: Source, marks: Source, test: Test, *, by_row: bool = False
) -> ComputedRows:
    """The same of outlets, of which each must have its mark; see `require_marks`."""

    @computed_from(values, marks, by_row=by_row)
    def rows(tables: Tables) -> Rows:
        return where(tables[values], require_marks(tables[values], tables[marks]), test)

    return rows


def rows_with_arc(values: Source, position: int, *arcs: str, by_row: bool = False) -> ComputedRows:
    """The rows of `values` whose identity has one of `arcs` there; see `with_arc`."""

    @computed_from(values, by_row=by_row)
    def rows(tables: Tables) -> Rows:
        return with_arc(tables[values], position, *arcs)

    return rows


def rows_without_arc(
    values: Source, position: int, *numbers: str, by_row: bool = False
) -> ComputedRows:
    """A source of the rows of `values` whose index has none of these numbers at `position`, which
    is counted from 0, or from the end (-1). Without the neutral, 4, of the output phases:

        rows_without_arc(VOLTS, -1, "4"):  {"1.1": 230, "1.4": 0} -> {"1.1": 230}

    `by_row`: a command to one outlet reads its row alone.
    """

    @computed_from(values, by_row=by_row)
    def rows(tables: Tables) -> Rows:
        return without_arc(tables[values], position, *numbers)

    return rows


def rows_without(values: Source, *words: str) -> ComputedRows:
    """The rows of `values` that read none of `words`; see `without`."""
    return rows_where(values, values, none_of(*words))


def rows_matching(values: Source, pattern: str) -> ComputedRows:
    """The rows of `values` on a device where `pattern` matches each of them; see `if_every`."""
    objects = tuple(objects_of((values,)))
    return ComputedRows(
        lambda tables: if_every(tables[values], tables[values], matches(pattern)), objects
    )


def rows_join(
    values: Column,
    keys: Sequence[Source],
    own: Sequence[Source] = (),
    on_demand: Sequence[Source] = (),
) -> ComputedRows:
    """Values of metered outlets, under the identities of the switched ones, by `keys` and the
    outlets' `own` columns, or those that are read `on_demand`; see `join`. Without values the
    others are not read."""

    @computed_from(values, *keys, *own, on_demand=on_demand)
    def rows(tables: Tables) -> Rows:
        meters = tables[values]
        if not meters:
            return {}
        return join(
            meters, [tables[key] for key in keys], [tables[key] for key in (*own, *on_demand)]
        )

    return rows


def rows_unless(values: Source, table: Source, *, by_row: bool = False) -> ComputedRows:
    """The rows of `values` on a device without rows of `table`; see `unless`."""

    @computed_from(values, table, by_row=by_row)
    def rows(tables: Tables) -> Rows:
        others = tables.whole[table]
        return unless({} if others else tables[values], others)

    return rows


def each_unit_rows(
    values: Source,
    module: Source,
    *,
    device: Source,
    outlet_units: Source,
    on_demand: Sequence[Source] = (),
) -> ComputedRows:
    """The values, and a lost one for each unit of the chain that has none; see `each_unit`.
    `module`: the unit of each value. The units are those of `device` and of the outlets."""

    @computed_from(values, module, device, on_demand=on_demand)
    def rows(tables: Tables) -> Rows:
        units = tables[values]
        return (
            each_unit(units, tables[module], tables[device], tables[outlet_units]) if units else {}
        )

    return rows


def units_of_index(values: Source) -> ComputedRows:
    """The units that the indexes of a table begin with; see `first_of_units`."""
    return ComputedRows(lambda tables: first_of_units(tables[values]), tuple(objects_of((values,))))


def of_unit(values: Column, outlets: Source, unit: Arcs = THE_UNIT) -> ComputedRows:
    """For each outlet the value of its unit."""

    @computed_from(values, by_row=True)
    def rows(tables: Tables) -> Rows:
        return tables.part(values, () if tables.outlet else tables[outlets], unit.start, unit.stop)

    return rows


def value_or_empty(values: Source, others: Source) -> ComputedRows:
    """Values of a figure. If an answer has none of them, an empty row for each of `others`, so that
    no other source takes their place: a column that each device with these values has, and no
    other one.
    """

    def rows(tables: Tables) -> Rows:
        every_value = tables[values]
        return left_join(every_value or tables[others], every_value)

    of_values = tuple(objects_of((values,)))
    of_others = tuple(column for column in objects_of((others,)) if column not in of_values)
    return ComputedRows(rows, (*of_values, *of_others), on_demand=of_others)


def figure(
    source: Source,
    scale: Decimal = ONES,
    absent: Sequence[str] = ("-1",),
    *,
    padding: Sequence[str] = (),
    table: Optional[Source] = None,
    same_rows_as: Optional[Source] = None,
    count: Optional[Source] = None,
    least: int = 0,
    from_one: Optional[int] = None,
    unmetered: str = "",
    unit_of_row: Optional[Source] = None,
) -> Measurement:
    """A measurement in A, W or kWh: each value of `source` times `scale`. A value of `absent` is
    not measured; the other parameters without a line here are fields of Measurement.

        figure(LOADS, TENTHS)                15 is 1.5 A
        figure(LOADS, TENTHS, count=LINES)   2 values, and LINES reads 3: the third is lost, so
                                             that the sum is not known

    What tells that the answers lack a row:
        count: the device's own number of rows.
        least: the number of rows that each such device has at least.
        same_rows_as: a column with the same rows.
        from_one: the position in the index of the arc that counts rows as 1, 2, 3 …; -1: last.
        table: as `same_rows_as`; if the device answers none of the values, its rows are empty
            instead of absent, and no other figure is taken in place of this one.
    """
    rows = source
    rows_to_expect = same_rows_as or table
    if rows_to_expect or count or least or from_one is not None:
        rows = Complete(source, rows_to_expect, count, least, from_one=from_one)
    if table:
        rows = value_or_empty(rows, table)
    return Measurement(
        rows,
        scale,
        tuple(absent),
        tuple(padding),
        unmetered=unmetered,
        unit_of_row=unit_of_row,
    )


def total(
    *figures: Measurement,
    else_outlets: bool = False,
    unit: Optional[Arcs] = None,
    units: Optional[Source] = None,
    always_there: bool = False,
) -> Total:
    return Total(figures, else_outlets, unit, units, always_there)


NO_COMMUNICATION = "the device has no communication with the unit"


def device_condition(
    source: Source, *good: str, optional: bool = False, why: str = NO_COMMUNICATION
) -> Condition:
    """What the device tells is current while `source` reads one of `good`. Some devices lack it if
    it is `optional`, or its column."""
    optional = optional or _is_optional(source)
    return Condition(source, good, unit=None, optional=optional, why=why)


def unit_condition(
    source: Source,
    *good: str,
    unit: Arcs = THE_UNIT,
    part: Arcs = WHOLE_INDEX,
    why: str = NO_COMMUNICATION,
) -> Condition:
    """The same for each unit: `unit` of an index names it, and `part` of the condition's index."""
    return Condition(source, good, unit, part, _is_optional(source), why)


def row_condition(source: Source, *good: str) -> Condition:
    """The same for each row."""
    return Condition(source, good, optional=_is_optional(source))


def _is_optional(source: Source) -> bool:
    return not isinstance(source, Computed) and source.optional


def established(source: Scalar) -> Condition:
    """The communication of an agent with its device: 1 none was found, 2 established, 3 lost."""
    return device_condition(source, "2", optional=True)


def pending(source: Source) -> Condition:
    """No command is pending: 2 is none, 1 is pending, 3 unknown."""
    return row_condition(source, "2")


def units_of(*columns: InChain) -> ComputedRows:
    """Identity -> unit, by the first of a chain's columns that has rows."""

    def rows(tables: Tables) -> Rows:
        return next(filter(None, (column.units(tables) for column in columns)), {})

    return ComputedRows(rows, tuple(objects_of(columns)))


def unit_and_number(*columns: InChain) -> ComputedRows:
    """The printed number of outlets that are listed by unit and number."""

    def rows(tables: Tables) -> Rows:
        for column in columns:
            if tables[column]:
                return with_units(column.units(tables), numbered(tables[column]))
        return {}

    return ComputedRows(rows, tuple(objects_of(columns)))


def unit_and_outlet(*sources: Source, first_unit: int = 1) -> ComputedRows:
    """The printed number of outlets whose index starts with the unit and ends with the outlet.
    `first_unit`: the arc of the unit that is printed as 1."""

    def rows(tables: Tables) -> Rows:
        outlets = tables.first(*sources)
        return with_units(numbered(outlets, 1 - first_unit, 0), numbered(outlets))

    return ComputedRows(rows, tuple(objects_of(sources)))


def outlets(
    states: Optional[State] = None,
    control: Optional[Control] = None,
    *guards: Guard,
    rows: Optional[Source] = None,
    count: Optional[Source] = None,
    checks_empty_table: bool = False,
    none_if_zero: Optional[Source] = None,
    counts_unlisted: bool = False,
    number: Optional[Source] = None,
    name: Optional[Source] = None,
    current: Optional[Measurement] = None,
    power: Optional[Measurement] = None,
    energy: Optional[Measurement] = None,
    settling_s: int = 0,
    conditions: tuple[Condition, ...] = (),
    has_joined_meters: bool = False,
) -> tuple[Outlets, ...]:
    """One way to read and switch the outlets; `+` adds the next one. `count` is a number, or a
    column with one for each unit; a unit is compared with it only if it has rows in the table of
    states. `checks_empty_table`: without any row it is compared, too."""
    way = Outlets(
        states=states,
        control=control,
        guards=guards,
        rows=rows,
        count=count,
        is_count_of_listed=bool(count and states) and not checks_empty_table,
        none_if_zero=none_if_zero,
        counts_unlisted=counts_unlisted,
        number=number,
        name=name,
        current=current,
        power=power,
        energy=energy,
        settling_s=settling_s,
        conditions=conditions,
        has_joined_meters=has_joined_meters,
    )
    return (way,)


def phase_rows(values: Column, banks: Column, phases: Column) -> ComputedRows:
    """The phase rows of a table that also has bank rows and perhaps a total: rows with bank 0 and a
    phase other than 0; without such, all rows with bank 0. A row without a phase, or with another
    number, has an empty value: it may be the total."""

    @computed_from(values, banks, phases)
    def rows(tables: Tables) -> Rows:
        if not tables[banks] and not tables[phases]:
            return {}  # nothing tells what a row is
        every_row = with_first_rows(with_rows_of(tables[values], tables[phases]), LAST_ARC)
        bank_of_row = with_rows_of(
            left_join(tables[banks] or tables[phases], tables[banks]), tables[values]
        )
        of_no_bank = where(every_row, bank_of_row, one_of("0"))
        phase_of_row = left_join(tables[values], tables[phases])
        of_a_phase = where(of_no_bank, phase_of_row, either(("1", "2", "3"), ("0",)))
        return of_a_phase or of_no_bank

    return rows
