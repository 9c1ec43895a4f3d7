"""The functions that make the parts of an entry. What most families need is their default.

OIDs are written without 1.3.6.1.4.1; `~` is the family's root.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Callable, Optional

from ..contact import Contact
from ..controls import Control
from ..figures import Arcs, Ceilings, Measurement, Total
from ..outlets import Outlets
from ..profile import ENTERPRISES, Nameplate
from ..reader import ROOT
from ..sources import (
    ByUnit,
    Chained,
    Column,
    Complete,
    Concat,
    First,
    IfMatches,
    Joined,
    LeftJoin,
    Number,
    OfUnits,
    Prefixed,
    Scalar,
    Source,
    UnitOf,
    Unless,
)
from ..states import Doubt, State

#: the unit that an index begins with
THE_UNIT = Arcs(stop=1)
#: of an index, for the fields that name an arc by its position
LAST_ARC = -1
TENTHS = Decimal("0.1")
HUNDREDTHS = Decimal("0.01")
THOUSANDTHS = Decimal("0.001")
ONES = Decimal(1)
TENS = Decimal(10)
HUNDREDS = Decimal(100)
#: of a family without a public MIB, in its note
NO_PUBLIC_MIB = "No MIB is public: last looked up on 2026-11-27."
#: of a family's overload restrictions, in its `unread`
OVERLOAD = (
    "only switching on is refused, and only under overload, which the state read afterwards shows"
)
# floor PDUs, busways and Delta's static transfer switch: a transformer of 2 MVA (2,900 A at 400 V),
# feeders of 400 A
FLOOR = Ceilings(Decimal(600), Decimal(500_000), Decimal(3_000), Decimal(2_500_000))


def public(repository: str, path: str, commit: str = "HEAD") -> str:
    """The link to a file in a public repository: a MIB, or the source of a program such as a driver
    or an agent. `commit`: of a file that is no longer there.
    """
    return f"https://github.com/{repository}/blob/{commit}/{path}"


# the power driver for PDUs that OpenStack's ironic had until 2026
IRONIC_SNMP = public(
    "openstack/ironic", "ironic/drivers/modules/snmp.py", "908d4d35f7a0d473cc9581bdda2535d6920b7d89"
)
# the testbed's power module for Enlogic's Edge series
EMULAB_ENLOGIC = public("chuckcranor/emulab-devel", "tbsetup/power_enlogic.pm")
SONIC_MGMT = public(
    "sonic-net/sonic-mgmt", "tests/common/plugins/pdu_controller/snmp_pdu_controllers.py"
)


def librenms(path: str) -> str:
    """The link to a MIB in LibreNMS, which collects the vendors' releases."""
    return public("librenms/librenms", f"mibs/{path}")


def pysnmp_mibs(path: str) -> str:
    """The link to a MIB, or to its compiled form, in a collection of MIBs for pysnmp."""
    return public("DotZero24/pysnmp-mibs", path)


def oid(below: str) -> str:
    """The whole OID for arcs below 1.3.6.1.4.1.

    An OID that starts with `~` is returned unchanged.
    """
    return below if below.startswith(ROOT) else ENTERPRISES + below


def oids(*below: str) -> tuple[str, ...]:
    """Several whole OIDs, such as sysObjectID prefixes."""
    return tuple(map(oid, below))


def column(below: str, name: str, suffix: str = "", *, optional: bool = False) -> Column:
    """A column and its name; with `suffix`, only rows whose index ends with it, such as a sensor
    type. `optional`: some devices with the table lack this column.
    """
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
    """A measurement in A, W or kWh: value * `scale`, none for the values in `absent`, and no row
    for those in `padding`. `unmetered`: see `Measurement`.

    There is no sum if a row of the table is missing. The columns that a call reads are compared by
    themselves. `beside`, `count`, `least` and `from_one`: what else shows the rows; see `Complete`.
    `table`: as `beside`, a column that each device with this figure has; see `value_or_empty`.
    """
    rows = source
    beside = beside or table
    if beside or count or least or from_one is not None:
        rows = Complete(source, beside, count, least, from_one=from_one)
    if table:
        rows = value_or_empty(rows, table)
    return Measurement(rows, scale, tuple(absent), tuple(padding), unmetered=unmetered)


def value_or_empty(values: Source, beside: Source) -> LeftJoin:
    """Values of a figure. If an answer has none of them, an empty row for each of `beside`, so
    that no other source takes their place.

    `beside` is on every device that has the values, and on no other: a column that came into the
    MIB with theirs, which no known unit has without it. It is only read if there are no values.
    """
    rows = First((values, beside))
    return LeftJoin(rows, values)


def join_by_columns(
    values: Source, keys: tuple[Source, ...], outlet_keys: tuple[Source, ...]
) -> Joined:
    """Values of a metered table, joined by columns such as unit and number; by index if both
    tables lack one of the columns, or there is no table of outlets."""
    return Joined(values, keys, outlet_keys, else_same_row=True)


def numbered_parts(rows_of: Callable[[int], Source], units: Iterable[int]) -> Concat:
    """The rows of numbered parts such as ports, each with an object or a table.

    The identity begins with the part's number.
    """
    return Concat(tuple(Prefixed(str(unit), rows_of(unit)) for unit in units))


def by_unit(
    tree: str,
    unit: Source,
    number: Source,
    unit_count: Optional[Source] = None,
    others: tuple[Source, ...] = (),
    first_units: tuple[str, ...] = ("0", "1"),
) -> Callable[..., ByUnit]:
    """A function as `column`, for tables below `tree` that number their rows through a chain: it
    makes columns whose rows are named by unit and number; see `ByUnit`."""

    def of_table(below: str, name: str, *, optional: bool = False) -> ByUnit:
        values = column(f"{tree}.{below}", name, optional=optional)
        return ByUnit(
            source=values,
            unit=unit,
            number=number,
            unit_count=unit_count,
            others=others,
            first_units=first_units,
        )

    return of_table


def only_metered(values: Source) -> Prefixed:
    """Values by the indexes of meters, on a unit that shows no table of switched outlets: outlet 7
    is "0.7". The table may be missing only now, and its rows are other outlets'."""
    return Prefixed("0", values)


def unit_and_outlet(rows: Source, first_unit: int = 1) -> Chained:
    """The printed number of outlets whose index starts with the unit and ends with the outlet.
    `first_unit`: the arc of the unit that is printed as 1."""
    return Chained(Number(rows, plus=1 - first_unit, position=0), Number(rows, plus=0))


def unit_and_number(rows: ByUnit) -> Chained:
    """The printed number of outlets that are listed by unit and number."""
    return Chained(UnitOf(rows), Number(rows, plus=0))


def if_listed(values: Source, table: Source) -> IfMatches:
    """`values` on a device that has rows of `table`; else no rows."""
    return IfMatches(values, table, "(?s).*")


def known_unless(values: Source, mark: Source, pattern: str) -> LeftJoin:
    """All rows; without values while `mark`, an object of the device, matches `pattern`: its agent
    has lost the part that measures, for example. A device may lack the mark."""
    has_matching_mark = IfMatches(mark, mark, pattern)
    return values.left_join(Unless(values, has_matching_mark))


def contact(
    mark: Source,
    *good: str,
    unit: Optional[Arcs] = None,
    part: Optional[Arcs] = None,
    optional: bool = False,
    why: str = "the device has no contact with the unit",
) -> Contact:
    """A mark of a unit, or of the device, without which nothing about it is certain; see
    `Contact`."""
    return Contact(
        mark=mark,
        good=good,
        unit=unit,
        part=part or Arcs(),
        optional=optional,
        why=why,
    )


def unit_contact(mark: Source, *good: str) -> Contact:
    """The contact with the units that indexes begin with, by a column that a device may lack."""
    return contact(mark, *good, unit=THE_UNIT, optional=True)


def established(mark: Scalar) -> Contact:
    """The contact of an agent with its device, as APC's MIB and some after it have it: 1 the agent
    has found none, 2 established, 3 lost."""
    return contact(mark, "2", optional=True)


def pending(values: Source) -> Doubt:
    """The state is UNKNOWN while a command is pending: 2 is none, 1 is pending, 3 unknown.

    Optional: it says no more than that the state may soon change. OpenStack's virtualpdu 2.2.0 has
    the states alone.
    """
    return Doubt(values, ("2",), optional=True)


def phase_rows(values: Source, banks: Source, phases: Source) -> First:
    """The phase rows of a table that also has bank rows and perhaps a total: rows with bank 0 and a
    phase other than 0. Both MIBs number the rows from 1, those of phases first.

    If there are none, all rows with bank 0. A row without a phase, or with another number, has an
    empty value: it may be the total.
    """
    every_row = Complete(values, beside=phases, from_one=LAST_ARC)
    bank_or_empty = value_or_empty(banks, phases)
    bank_of_row = Complete(bank_or_empty, beside=values)
    phase_of_row = LeftJoin(values, phases)
    of_no_bank = every_row.where(bank_of_row, "0")
    of_a_phase = of_no_bank.where(phase_of_row, "1", "2", "3", others=("0",))
    return First((of_a_phase, of_no_bank))


def outlets(
    states: Optional[State] = None,
    control: Optional[Control] = None,
    *,
    count: Optional[Source] = None,
    checks_empty_table: bool = False,
    none_if_zero: Optional[Source] = None,
    counts_unlisted: bool = False,
    rows: Optional[Source] = None,
    number: Optional[Source] = None,
    name: Optional[Source] = None,
    current: Optional[Measurement] = None,
    power: Optional[Measurement] = None,
    energy: Optional[Measurement] = None,
    settling_s: int = 0,
    contact: tuple[Contact, ...] = (),
) -> tuple[Outlets, ...]:
    """One way to read and switch the outlets, see `Outlets`; `+` adds the next one.

    `count` is a number, or a column with one for each unit. A unit is compared with it only if it
    has rows in the table of states: others may report a number too, of outlets that they meter.
    `checks_empty_table`: the count is of this table, so that without any row it is compared, too.
    """
    if count is not None and states is not None and not checks_empty_table:
        table = states.source.where_not(*states.absent) if states.absent else states.source
        if isinstance(count, Column):
            count = OfUnits(count, table)
        else:
            count = if_listed(count, table)
    group = Outlets(
        states=states,
        control=control,
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
        contact=contact,
    )
    return (group,)


def total(
    *figures: Measurement,
    else_outlets: bool = False,
    unit: Optional[Arcs] = None,
    units: Optional[Source] = None,
    demanded: bool = False,
) -> Total:
    """A total from these figures, else, with `else_outlets`, from the outlets; see `Total`."""
    return Total(
        figures=figures,
        else_outlets=else_outlets,
        unit=unit,
        units=units,
        demanded=demanded,
    )
