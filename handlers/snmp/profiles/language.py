"""The functions that make the parts of an entry. What most families need is their default.

OIDs are written without 1.3.6.1.4.1; `~` is the family's root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Optional

from ..absence import is_of_other_depth
from ..arcs import Arcs
from ..cells import Rows
from ..computed import Complete
from ..controls import Control, Guard
from ..decoding import counted_by
from ..filters import (
    Test,
    none_of,
    require_count,
    up_to_count,
    where,
    within_count,
)
from ..joins import left_join, numbered, with_units
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


def rows_without(values: Source, *words: str) -> ComputedRows:
    """The rows of `values` that read none of `words`; see `without`."""
    return rows_where(values, values, none_of(*words))


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


def pending(source: Source) -> Condition:
    """No command is pending: 2 is none, 1 is pending, 3 unknown."""
    return row_condition(source, "2")


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
