"""The functions that make the parts of an entry. What most families need is their default.

OIDs are written without 1.3.6.1.4.1; `~` is the family's root.

In an example `tables_of` makes the tables of a device that has these rows and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Optional

from ..arcs import Arcs
from ..computed import Complete
from ..controls import Control, Guard
from ..measurements import Ceilings, Measurement
from ..objects import Column, Scalar
from ..outlets import Outlets
from ..profile import ENTERPRISES, Nameplate
from ..states import Condition, State
from ..tables import ROOT, Source
from ..totals import Total
from .scales import ONES
from .sources import value_or_empty

#: the unit that an index begins with
THE_UNIT = Arcs(stop=1)
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
    """A current, power or energy of outlets or meters: each value of `source` times `scale`, in A,
    W or kWh.

    >>> AMPERES, LINES = column("99999.1.1.2", "current"), scalar("99999.2.0", "numberOfLines")
    >>> tenths = Decimal("0.1")
    >>> figure(AMPERES, tenths).rows(tables_of({AMPERES: {"1": 15, "2": "-1"}}))["1"]
    Decimal('1.5')

    With `count`, a row that the device counts and the answer lacks is missing, so that there is no
    sum; "0." is a row whose index is not known:

    >>> currents = figure(AMPERES, tenths, count=LINES)
    >>> currents.rows(tables_of({AMPERES: {"1": 15}, LINES: {"0": 2}}))["0."]
    NotKnown(reason='the answers lack a row of current for 0')

    absent: values that mean "not measured".
    padding: values of rows that are no meter, such as a second line cord.
    unmetered: why a row with an empty value has no meter.
    unit_of_row: the unit of each row, where a table numbers the rows of a whole chain.

    What tells that the answers lack a row:
        count: the device's own number of rows.
        least: the number of rows that each such device has at least.
        from_one: the position of the arc that counts the rows of a unit as 1, 2, 3 …; -1: the last.
            A unit without row 1 has one missing.
        same_rows_as: another column of the table: each row that it has.
        table: the same; and if the device answers no value at all, each of its rows is empty, so
            that no other figure is taken in place of this one.
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
    """The load, power or energy of the whole device: the first of `figures` that the device has, as
    a sum over its rows.

    >>> LOAD, LINES = scalar("99999.1.0", "load"), column("99999.2.1.3", "lineCurrent")
    >>> load = total(figure(LOAD), figure(LINES), else_outlets=True)
    >>> load.read(tables_of({LOAD: {"0": 42}}), None)
    Decimal('42')
    >>> load.read(tables_of({LINES: {"1": 15, "2": 12}}), None)
    Decimal('27')

    Without the scalar, and without the current of line 2, of which the table has a voltage:

    >>> VOLTS = column("99999.2.1.4", "lineVoltage")
    >>> load.read(tables_of({LINES: {"1": 15}, VOLTS: {"1": 230, "2": 231}}), None)
    NotKnown(reason='row 2 of lineCurrent reads no answer')

    With neither, `else_outlets` is the sum of the outlets:

    >>> load.read(tables_of({}), None, outlets={"1": Decimal("0.9"), "2": Decimal("0.5")})
    Decimal('1.4')

    unit: the arcs of an index that name the unit of a chain: each unit must have a row.
    units: a source with a row for each unit of the chain: without a figure of one of them, the
        total is not known.
    always_there: each device of the family has one of the figures. One that answers none is not
        known; otherwise it is taken as not metered.
    """
    return Total(figures, else_outlets, unit, units, always_there)


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
    """One way to read and switch the outlets of a family. It is a tuple of one, so that `+` adds
    the next way: a device has the first one that it shows rows of.

    >>> from handlers.snmp.controls import Write
    >>> STATES, COUNT = column("99999.1.1.2", "outletState"), scalar("99999.2.0", "outletCount")
    >>> states = State(STATES, on=("1",), off=("2",))
    >>> (way,) = outlets(states, Write(STATES, on=1, off=2), count=COUNT)
    >>> unit = tables_of({STATES: {"1": 1, "2": 2}, COUNT: {"0": 2}})
    >>> [decision.state.name for decision in way.states.decisions(unit).values()]
    ['UP', 'DOWN']
    >>> way.control.varbinds(unit, "2", up=True)
    [('1.3.6.1.4.1.99999.1.1.2.2', 1)]

    A device that counts an outlet more than it lists is an error.

    states, control, guards: what reads a state, what switches, and what forbids a command.
    rows: a source that also lists outlets without a state, which are UNKNOWN.
    count: the device's own number of outlets, or a column with one for each unit. A unit is
        compared with it only if it has rows in the table of states.
    checks_empty_table: it is compared without any row, too.
    none_if_zero: a device on which this reads 0 has no outlets.
    number, name: what is printed at an outlet, and the name that its owner gave.
    current, power, energy: the figures of outlets.
    counts_unlisted: that number also counts outlets that a unit meters and does not list.
    settling_s: the seconds for which the device may report the wanted state although the relay does
        not follow.
    conditions: what an outlet's figures and state must meet to be current.
    has_joined_meters: the figures are joined to the outlets by a name or number, so that no meter
        shows an outlet that the list lacks.
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
