"""The words of which a family is made: objects of the device, plain functions of their rows, and
the parts with the defaults of most families. OIDs are written without 1.3.6.1.4.1; `~` is the
family's root."""

from __future__ import annotations

from collections.abc import Iterable, Sequence as Sequence
from decimal import Decimal as Decimal
from functools import partial as partial
from typing import Optional as Optional

from ...decoding import Rows as Rows, number as number, text as text
from ...evidence import (
    DCIMANAGER_EXAMPLE as DCIMANAGER_EXAMPLE,
    DRIVER as DRIVER,
    SIMULATED as SIMULATED,
    Evidence as Evidence,
    EvidenceLevel as EvidenceLevel,
)
from ...figures import Arcs as Arcs, Ceilings as Ceilings
from ...profile import NET_SNMP as NET_SNMP, Root as Root
from ...profiles.shorthand import (
    FLOOR as FLOOR,
    HUNDREDS as HUNDREDS,
    HUNDREDTHS as HUNDREDTHS,
    IRONIC_SNMP as IRONIC_SNMP,
    NO_PUBLIC_MIB as NO_PUBLIC_MIB,
    ONES as ONES,
    OVERLOAD as OVERLOAD,
    SONIC_MGMT as SONIC_MGMT,
    TENS as TENS,
    TENTHS as TENTHS,
    THE_UNIT as THE_UNIT,
    THOUSANDTHS as THOUSANDTHS,
    librenms as librenms,
    nameplate as nameplate,
    oid as oid,
    oids as oids,
    public as public,
    pysnmp_mibs as pysnmp_mibs,
)
from ...reader import (
    LOST as LOST,
    UNDECIDED as UNDECIDED,
    UNIDENTIFIED as UNIDENTIFIED,
    Lost as Lost,
)
from ..chains import Chain as Chain, InChain as InChain
from ..family import (
    Condition as Condition,
    Control,
    Guard as Guard,
    Outlets as Outlets,
    State as State,
    Write as Write,
)
from ..figures import Measurement as Measurement, Total as Total
from ..profile import Profile as Profile
from ..objects import (
    Column as Column,
    Parts as Parts,
    PerUnit as PerUnit,
    Scalar as Scalar,
    Span as Span,
    Spread as Spread,
)
from ..rows import (
    arcs as arcs,
    bit as bit,
    complete as complete,
    concat as concat,
    counted_by as counted_by,
    each_unit as each_unit,
    except_where as except_where,
    field as field,
    first_of_units as first_of_units,
    if_complete as if_complete,
    if_listed as if_listed,
    is_number as is_number,
    is_one_of as is_one_of,
    join as join,
    left_join as left_join,
    lost_with as lost_with,
    matching as matching,
    numbered as numbered,
    of_units as of_units,
    part_of as part_of,
    prefixed as prefixed,
    undecided as undecided,
    unless as unless,
    up_to_count as up_to_count,
    where as where,
    where_not as where_not,
    with_arc as with_arc,
    with_units as with_units,
)
from ..tables import (
    Derived as Derived,
    Object as Object,
    Source as Source,
    Tables as Tables,
    objects_of as objects_of,
    rows_of as rows_of,
)

LAST_ARC = -1


def column(below: str, name: str, suffix: str = "", *, optional: bool = False) -> Column:
    """A column and its name; with `suffix`, only rows whose index ends with it. `optional`: some
    devices with the table lack this column."""
    return Column(oid(below), name, suffix, optional)


def scalar(below: str, name: str) -> Scalar:
    """One object and its name; `below` includes the instance, such as `.0`."""
    return Scalar(oid(below), name)


def first(*sources: Source) -> Derived:
    """The first of these that the device has."""
    by_row = all(not isinstance(source, Derived) or source.by_row for source in sources)
    return Derived(lambda t: t.first(*sources), tuple(objects_of(sources)), by_row)


def completed(
    values: Source,
    beside: Optional[Source] = None,
    count: Optional[Source] = None,
    *,
    next_row: bool = False,
    least: int = 0,
    from_one: Optional[int] = None,
    gaps: bool = False,
    parts: int = 0,
    padding: Sequence[str] = (),
) -> Derived:
    """All rows of a table, and a lost one for each that the answers lack: see `complete`. `next_row`:
    the row after the last one is read by GET."""

    def rows(t: Tables) -> Rows:
        found = t[values]
        if t.outlet:
            return found
        rows_beside = t[beside] if beside else {}
        absent = not found and t.is_optional_and_absent(values, rows_beside)
        counts = t[count] if count and not absent else {}
        found = complete(
            found,
            rows_beside,
            counts,
            least=least,
            from_one=from_one,
            gaps=gaps,
            parts=parts,
            padding=padding,
            absent=absent,
        )
        numbers = [int(row) for row in found if is_number(row)]
        if next_row and numbers and t.has_cell(values, str(max(numbers) + 1)):
            found[UNIDENTIFIED] = LOST
        return found

    is_by_row = not isinstance(values, Derived) or values.by_row
    return Derived(rows, tuple(objects_of((values, beside, count))), is_by_row)


def value_or_empty(values: Source, beside: Source) -> Derived:
    """Values of a figure. If an answer has none of them, an empty row for each of `beside`, a column
    that each device with these values has and no other, so that no other source takes their place.
    """

    def rows(t: Tables) -> Rows:
        found = t[values]
        return left_join(found or t[beside], found)

    return Derived(rows, tuple(objects_of((values, beside))))


def figure(
    source: Source,
    scale: Decimal = ONES,
    absent: Sequence[str] = ("-1",),
    *,
    padding: Sequence[str] = (),
    table: Optional[Source] = None,
    beside: Optional[Source] = None,
    count: Optional[Source] = None,
    least: int = 0,
    from_one: Optional[int] = None,
    unmetered: str = "",
) -> Measurement:
    """A measurement in A, W or kWh. `beside`, `count`, `least` and `from_one` show that a row of a
    table is missing; `table`: as `beside`, and see `value_or_empty`."""
    rows = source
    beside = beside or table
    if beside or count or least or from_one is not None:
        rows = completed(source, beside, count, least=least, from_one=from_one)
    if table:
        rows = value_or_empty(rows, table)
    return Measurement(rows, scale, tuple(absent), tuple(padding), unmetered=unmetered)


def total(
    *figures: Measurement,
    else_outlets: bool = False,
    unit: Optional[Arcs] = None,
    units: Optional[Source] = None,
    demanded: bool = False,
) -> Total:
    return Total(figures, else_outlets, unit, units, demanded)


NO_CONTACT = "the device has no contact with the unit"


def device_condition(
    source: Source, *good: str, optional: bool = False, why: str = NO_CONTACT
) -> Condition:
    """What the device tells is current while `source` reads one of `good`."""
    return Condition(source, good, unit=None, optional=optional, why=why)


def unit_condition(
    source: Source,
    *good: str,
    unit: Arcs = THE_UNIT,
    part: Arcs = Arcs(),
    optional: bool = False,
    why: str = NO_CONTACT,
) -> Condition:
    """The same for each unit, which is named by `unit` of an index and by `part` of the condition's."""
    return Condition(source, good, unit, part, optional, why)


def row_condition(source: Source, *good: str, optional: bool = False) -> Condition:
    """The same for each row."""
    return Condition(source, good, optional=optional)


def established(source: Scalar) -> Condition:
    """The contact of an agent with its device: 1 the agent has found none, 2 established, 3 lost."""
    return device_condition(source, "2", optional=True)


def pending(source: Source) -> Condition:
    """No command is pending: 2 is none, 1 is pending, 3 unknown."""
    return row_condition(source, "2", optional=True)


def units_of(*columns: InChain) -> Derived:
    """Identity -> unit, by the first of a chain's columns that has rows."""

    def rows(t: Tables) -> Rows:
        return next(filter(None, (column.units(t) for column in columns)), {})

    return Derived(rows, tuple(objects_of(columns)))


def unit_and_number(*columns: InChain) -> Derived:
    """The printed number of outlets that are listed by unit and number."""

    def rows(t: Tables) -> Rows:
        for column in columns:
            if t[column]:
                return with_units(column.units(t), numbered(t[column]))
        return {}

    return Derived(rows, tuple(objects_of(columns)))


def unit_and_outlet(*sources: Source, first_unit: int = 1) -> Derived:
    """The printed number of outlets whose index starts with the unit and ends with the outlet.
    `first_unit`: the arc of the unit that is printed as 1."""

    def rows(t: Tables) -> Rows:
        outlets = t.first(*sources)
        return with_units(numbered(outlets, 1 - first_unit, 0), numbered(outlets))

    return Derived(rows, tuple(objects_of(sources)))


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
    if count is not None and states is not None and not checks_empty_table:
        count = _count_of_listed(count, states)
    way = Outlets(
        states=states,
        control=control,
        guards=guards,
        rows=rows,
        count=count,
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


def _count_of_listed(count: Source, states: State) -> Derived:
    def rows(t: Tables) -> Rows:
        listed = states.rows(t)
        if not listed:
            return {}
        return of_units(t[count], listed) if isinstance(count, Column) else t[count]

    return Derived(rows, tuple(objects_of((count, states.source))))


def phase_rows(values: Column, banks: Column, phases: Column) -> Derived:
    """The phase rows of a table that also has bank rows and perhaps a total: rows with bank 0 and a
    phase other than 0; without such, all rows with bank 0. A row without a phase, or with another
    number, has an empty value: it may be the total."""

    @rows_of(values, banks, phases)
    def rows(t: Tables) -> Rows:
        if not t[banks] and not t[phases]:
            return {}  # nothing tells what a row is
        every_row = complete(t[values], t[phases], from_one=LAST_ARC)
        bank_of_row = complete(left_join(t[banks] or t[phases], t[banks]), t[values])
        of_no_bank = where(every_row, bank_of_row, "0")
        phase_of_row = left_join(t[values], t[phases])
        return where(of_no_bank, phase_of_row, "1", "2", "3", others=("0",)) or of_no_bank

    return rows
