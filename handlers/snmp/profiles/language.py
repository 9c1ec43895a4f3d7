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
_WHOLE_INDEX = Arcs()
#: of a family's overload restrictions, in its `unread`
OVERLOAD = (
    "only switching on is refused, and only under overload, which the state read afterwards shows"
)
# floor PDUs, busways and Delta's static transfer switch: a transformer of 2 MVA (2,900 A at 400 V),
# feeders of 400 A
FLOOR = Ceilings(Decimal(600), Decimal(500_000), Decimal(3_000), Decimal(2_500_000))


def oid(below: str) -> str:
    """The whole OID for arcs below 1.3.6.1.4.1. `~` stands for the root that a unit has.

    >>> oid("318.1.1.12"), oid("~.2.1")
    ('1.3.6.1.4.1.318.1.1.12', '~.2.1')
    """
    return below if below.startswith(ROOT) else ENTERPRISES + below


def oids(*below: str) -> tuple[str, ...]:
    """Several whole OIDs, such as prefixes of sysObjectIDs, for arcs below 1.3.6.1.4.1.

    >>> oids("318.1.3.4.6", "318.1.3.4.8")
    ('1.3.6.1.4.1.318.1.3.4.6', '1.3.6.1.4.1.318.1.3.4.8')
    """
    return tuple(map(oid, below))


def column(below: str, name: str, suffix: str = "", *, optional: bool = False) -> Column:
    """A column of a table, and its name in the MIB.

    >>> column("318.1.1.12.3.5.1.1.4", "rPDUOutletStatusOutletState").oid
    '1.3.6.1.4.1.318.1.1.12.3.5.1.1.4'

    suffix: only rows whose index ends with it: of "1.7" and "2.7", with "7", the rows 1 and 2.
    optional: some devices with the table lack this column.
    """
    return Column(oid(below), name, suffix, optional)


def scalar(below: str, name: str) -> Scalar:
    """One object of the whole device, and its name in the MIB. Its instance is written, too:

    >>> scalar("318.1.1.26.3.0", "rPDU2DeviceTableSize").oid
    '1.3.6.1.4.1.318.1.1.26.3.0'
    """
    return Scalar(oid(below), name)


def nameplate(
    *, serial: str = "", firmware: str = "", model: str = "", manufacturer: str = ""
) -> Nameplate:
    """The objects that say which unit it is: its serial number, firmware, model and maker.

    >>> nameplate(serial="318.1.1.26.2.1.9")
    Nameplate(serial='1.3.6.1.4.1.318.1.1.26.2.1.9', firmware='', model='', manufacturer='')
    """
    roots = {"serial": serial, "firmware": firmware, "model": model, "manufacturer": manufacturer}
    return Nameplate(**{name: oid(below) for name, below in roots.items() if below})


def numbered_parts(object_of: Callable[[int], Object], numbers: Iterable[int]) -> Parts:
    """The objects of numbered parts such as ports or lines. Row 7 of part 2 has the identity "2.7",
    and a scalar of part 2 has "2.0".

    >>> lines = numbered_parts(lambda line: scalar(f"99999.{line}.0", f"currentL{line}"), (1, 2))
    >>> [(line, amperes.oid) for line, amperes in lines.parts]
    [('1', '1.3.6.1.4.1.99999.1.0'), ('2', '1.3.6.1.4.1.99999.2.0')]
    """
    return Parts(tuple((str(n), object_of(n)) for n in numbers))


def counted_rows(values: Object, count: Scalar, *, required: bool = False) -> ComputedRows:
    """The rows of a table with a fixed number of rows, such as 48, up to the device's own count:

    a count of 8: the rows 1 to 8
    a count of 0: no row, and the table is not read
    a count of 8, and 5 rows: ProtocolError, because three of them are missing
    no count: all rows; with `required`, ProtocolError
    """

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
    """A column that is not read with the others of its table, but when it is asked for: few devices
    need it, after other columns were missing.

    >>> AMPERES = column("99999.1.1.2", "current")
    >>> on_demand(AMPERES).rows({AMPERES: {"1": 15}})
    {'1': 15}
    """
    return ComputedRows(lambda tables: tables[values], (values,), by_row=True, on_demand=(values,))


def first(*sources: Source) -> ComputedRows:
    """The rows of the first of these sources that the device has. A row that this one lacks is not
    taken from the next:

        first {"1": 15},  next {"1": 14, "2": 3}   {"1": 15}
        first {},         next {"1": 14, "2": 3}   {"1": 14, "2": 3}
    """
    by_row = all(not isinstance(source, Computed) or source.is_by_row() for source in sources)
    return ComputedRows(lambda tables: tables.first(*sources), tuple(objects_of(sources)), by_row)


def rows_where(values: Source, marks: Source, test: Test, *, by_row: bool = False) -> ComputedRows:
    """The rows of `values` that a test takes by their `marks`: what another column says of them.

    >>> AMPERES, KINDS = column("99999.1.1.2", "current"), column("99999.1.1.3", "kind")
    >>> of_outlets = rows_where(AMPERES, KINDS, none_of("line"))
    >>> of_outlets.rows({AMPERES: {"1": 15, "2": 40}, KINDS: {"1": "outlet", "2": "line"}})
    {'1': 15}

    by_row: each row needs its own mark alone, so that a command to one outlet reads no other row.
    """
    not_prefetched = values.not_prefetched() if isinstance(values, Computed) else ()

    @computed_from(values, marks, by_row=by_row, on_demand=not_prefetched)
    def rows(tables: Tables) -> Rows:
        return where(tables[values], tables[marks], test)

    return rows


def rows_without(values: Source, *words: str) -> ComputedRows:
    """The rows of `values` that read none of `words`.

    >>> NAMES = column("99999.1.1.1", "name")
    >>> rows_without(NAMES, "", "unused").rows({NAMES: {"1": "web", "2": "unused", "3": ""}})
    {'1': 'web'}
    """
    return rows_where(values, values, none_of(*words))


def value_or_empty(values: Source, others: Source) -> ComputedRows:
    """Values of a figure, so that no other source takes their place where an answer lacks them.

    >>> WATTS, AMPERES = column("99999.1.1.3", "power"), column("99999.1.1.2", "current")
    >>> power = value_or_empty(WATTS, AMPERES)
    >>> power.rows({WATTS: {"1": 230}, AMPERES: {"1": 1, "2": 0}})
    {'1': 230}
    >>> power.rows({WATTS: {}, AMPERES: {"1": 1, "2": 0}})
    {'1': '', '2': ''}

    others: a column that each device with these values has, and no other device.
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
    """A measurement in A, W or kWh: each value of `source` times `scale`.

        figure(LOADS, TENTHS)                15 is 1.5 A
        figure(LOADS, TENTHS, count=LINES)   2 values, and LINES reads 3: the third is lost, so
                                             that the sum is not known

    absent: values that mean "not measured".
    padding: values of rows that are no meter, such as a second line cord.
    unmetered: why a row with an empty value has no meter.
    unit_of_row: the unit of each row, where a table numbers the rows of a whole chain.

    What tells that the answers lack a row:
        count: the device's own number of rows.
        least: the number of rows that each such device has at least.
        same_rows_as: a column with the same rows.
        from_one: the position in the index of the arc that counts rows as 1, 2, 3 …; -1: last.
        table: a column with the same rows, too; if the device answers none of the values, each of
            its rows is empty, and no other figure is taken in place of this one.
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
    """A figure of the whole device: the first of `figures` that the device has, as a sum over its
    rows; with `else_outlets`, after them the sum of the outlets.

        total(figure(scalar(...)), figure(LINES), else_outlets=True)

    unit: the arcs of an index that name the unit of a chain: each unit must have a row.
    units: a source with a row for each unit of the chain: without a figure of one of them, the
        total is not known.
    always_there: each device of the family has one of the figures. One that answers none is not
        known; otherwise it is taken as not metered.
    """
    return Total(figures, else_outlets, unit, units, always_there)


_NO_COMMUNICATION = "the device has no communication with the unit"


def device_condition(
    source: Source, *good: str, optional: bool = False, why: str = _NO_COMMUNICATION
) -> Condition:
    """What the device tells is current while `source`, an object of the whole device, reads one of
    `good`; otherwise each state and figure is not known. `why` is said then.

    >>> link = device_condition(scalar("99999.9.0", "linkState"), "1")
    >>> link.good, link.why
    (('1',), 'the device has no communication with the unit')

    optional: devices without the object pass, as they do where it is an optional column.
    """
    optional = optional or _is_optional(source)
    return Condition(source, good, unit=None, optional=optional, why=why)


def unit_condition(
    source: Source,
    *good: str,
    unit: Arcs = THE_UNIT,
    part: Arcs = _WHOLE_INDEX,
    why: str = _NO_COMMUNICATION,
) -> Condition:
    """What the device tells of a unit of a chain is current while the unit's row of `source` reads
    one of `good`. Outlet 2.7 is of unit 2:

    >>> link = unit_condition(column("99999.8.1.2", "unitState"), "1")
    >>> link.unit.of("2.7")
    '2'

    unit: the arcs of an outlet's index that name the unit.
    part: the arcs of an index of `source` that name it.
    """
    return Condition(source, good, unit, part, _is_optional(source), why)


def row_condition(source: Source, *good: str) -> Condition:
    """What the device tells of an outlet is current while the outlet's row of `source` reads one of
    `good`, such as a fuse that is whole.

    >>> row_condition(column("99999.2.1.6", "outletFuse"), "1").good
    ('1',)
    """
    return Condition(source, good, optional=_is_optional(source))


def _is_optional(source: Source) -> bool:
    return not isinstance(source, Computed) and source.optional


def pending(source: Source) -> Condition:
    """The state of an outlet is current while no command is pending, in the numbers of APC's MIBs:
    1 pending, 2 none, 3 unknown.

    >>> pending(column("318.1.1.12.3.5.1.1.5", "rPDUOutletStatusCommandPending")).good
    ('2',)
    """
    return row_condition(source, "2")


def unit_and_outlet(*sources: Source, first_unit: int = 1) -> ComputedRows:
    """The printed number of outlets whose index starts with the unit and ends with the outlet:

        indexes 1.1, 1.2              printed 1, 2       (one unit)
        indexes 1.1, 1.2, 2.1         printed 1:1, 1:2, 2:1

    first_unit: the arc of the unit that is printed as 1; with 0, index 0.7 is printed 1:7.
    """

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
    """One way to read and switch the outlets, of which `+` adds the next one. The first parameters
    have no name: the states, the control, and what forbids a command.

        outlets(State(STATES, on=("1",), off=("2",)), Write(STATES, on=1, off=2), count=COUNT)

    count: the device's own number of outlets, or a column with one for each unit. A unit is
        compared with it only if it has rows in the table of states.
    checks_empty_table: it is compared without any row, too.
    """
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
