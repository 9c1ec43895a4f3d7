"""Clever Electronic, also sold by FS.COM and under other names. Each product line has its own tree
below 30966.

Two MIBs are public: IPPDU-MIB of IP-PDUs, and NETPDU-MIB of an MPDU. The other sources are
programs: the agent on MPro units, the maker's test and management programs, and programs written by
owners. Values are strings
with decimals ("1.53") or INTEGERs; "--" means that there is no such meter or relay. In a chain each
unit has its own branch of the product line's tree. Only the branch of the addressed unit is read.

Some MPDUs meter groups of outlets: the group's current is in the row of one of them, and the other
rows read "--". `_meter` therefore ignores the figures of outlets if there are fewer figures than
outlets: a group's current is not an outlet's. A row that one column alone lacks is its outlet's
failure: the others keep their figures.

An outlet of an MPro can be protected as critical equipment (1.2 beside the relay). Its relay is
then not switched, but the agent reports the written value as the state for a while. A command for
such an outlet is refused.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

import re
from decimal import Decimal
from functools import partial
from typing import Optional

from ..absence import is_of_other_depth
from ..cells import Rows
from ..completeness import if_complete, with_missing_if_below, with_missing_rows_of
from ..computed import Complete
from ..controls import Guard, Write
from ..evidence import DRIVER, SIMULATED
from ..filters import (
    matches,
    rows_if_every_mark,
    rows_if_none_in,
    up_to_count,
    where,
    where_value,
    with_arc,
    without,
    yes_or_no,
)
from ..joins import left_join
from ..measurements import Measurement
from ..objects import Column, Scalar, Span, Spread
from ..outlets import Outlets
from ..profile import NET_SNMP, Profile
from ..states import State
from ..tables import ComputedRows, Object, Source, Tables, computed_from
from .language import column, figure, oid, oids, outlets, scalar, total
from .links import NO_PUBLIC_MIB, public, pysnmp_mibs
from .scales import HUNDREDTHS, TENTHS
from .sources import counted_rows

VENDOR = "Clever Electronic, FS.COM"
ON, OFF, NOT_THERE = "ON", "OFF", ("--", "")
NO_MIB = "no MIB is public"
WITHOUT_POWER = DRIVER.of("state", "current", "energy", "switching")
TEST_PROGRAM = (
    "https://github.com/ChinaClever/IDC_TestSystem/tree/HEAD/IDC_TestSystem/IDC_TestSystem"
)
MANAGER = "https://github.com/ChinaClever/CleverManagerV1/tree/HEAD"


def _if_counted(values: Source, count: Scalar, *, by_row: bool = False) -> ComputedRows:
    """The values of a device that has a number of outlets (`count`) in this product line's tree;
    none of one without it. The count is read first, so that a device without the tree costs one
    GET.

    >>> COUNT, AMPERES = scalar("~.1.3.0", "outputNum"), column("~.8.1", "outputCurrent", "0")
    >>> _if_counted(AMPERES, COUNT).rows(tables_of({COUNT: {"0": "8"}, AMPERES: {"1": "1.53"}}))
    {'1': '1.53'}
    >>> _if_counted(AMPERES, COUNT).rows(tables_of({AMPERES: {"1": "1.53"}}))
    {}

    by_row: whether a command to one outlet may ask the row of that outlet alone.
    """

    @computed_from(values, count, by_row=by_row)
    def rows(tables: Tables) -> Rows:
        return tables[values] if re.fullmatch(r"\d+", tables.text(count)) else {}

    return rows


def _meter(values: Column, beside: Column, count: Scalar) -> ComputedRows:
    """A current, power or energy of each outlet, if each outlet has one.

    >>> COUNT, AMPERES = scalar("~.1.3.0", "outputNum"), column("~.8.1", "outputCurrent", "0")
    >>> KWH = column("~.10", "outputEnergy", "0")
    >>> current = _meter(AMPERES, beside=KWH, count=COUNT)
    >>> current.rows(tables_of({COUNT: {"0": 2}, AMPERES: {"1": "1.53", "2": "0.20"}}))
    {'1': '1.53', '2': '0.20'}

    Some MPDUs meter groups of outlets: the group's figure is in the row of one outlet, and the
    others read "--". It is no outlet's, so one row that is missing takes the place of all that are
    left, which are fewer than the outlets:

    >>> list(current.rows(tables_of({COUNT: {"0": 2}, AMPERES: {"1": "1.53", "2": "--"}})))
    ['.']

    A unit that counts 0 outlets has no row.

    beside: another column of the same meters. A row that it has and the answer lacks is missing,
    and counts as that outlet's meter.
    """

    @computed_from(values, beside, count)
    def rows(tables: Tables) -> Rows:
        meters_beside = without(tables[beside], *NOT_THERE)
        every_row = with_missing_rows_of(tables[values], meters_beside)
        meters = without(every_row, *NOT_THERE)
        return if_complete(meters, tables.scalar(count))

    return rows


def _text_family(
    count: Scalar,
    line_current: Source,
    line_energy: Source,
    *,
    switch: Column,
    name: Column,
    current: Column,
    energy: Column,
    power: Optional[Column] = None,
) -> partial[Profile]:
    """An entry of a product line with values as texts; older firmware has INTEGERs, in hundredths
    of A and tenths of kWh. The caller adds key, MIB and models.

    >>> zpdu = _zm("2")(key="clever-zpdu", mib="ZPDU", models=("ZPDU",))
    >>> current, count = zpdu.outlets[0].current, zpdu.outlets[0].none_if_zero
    >>> AMPERES = current.source.objects[0]
    >>> current.measured_rows(tables_of({count: {"0": 1}, AMPERES: {"1": "1.53"}}))
    {'1': Decimal('1.53')}
    >>> current.measured_rows(tables_of({count: {"0": 1}, AMPERES: {"1": 153}}))
    {'1': Decimal('1.53')}

    count: the number of outlets; 0 on a unit that only meters.
    line_current, line_energy: the columns of the lines. The load is the sum of the lines' currents.
    switch: the column of states, ON or OFF, which takes the same words as commands.
    name, current, energy, power: the columns of the outlets; no power where no program reads one.
    """
    switches = _if_counted(counted_rows(switch, count), count, by_row=True)
    all_currents = Complete(line_current, line_energy, next_row=True)
    currents = _if_counted(all_currents, count)
    energies = _if_counted(Complete(line_energy, all_currents), count)
    return partial(
        Profile,
        vendor=VENDOR,
        sys_object_ids=oids("30966"),
        outlets=outlets(
            State(switches, on=(ON,), off=(OFF,)),
            Write(switch, on=ON, off=OFF),
            none_if_zero=count,
            name=name,
            current=Measurement(_meter(current, energy, count), scale_of_integers=HUNDREDTHS),
            power=figure(_meter(power, current, count), Decimal(1000)) if power else None,
            energy=Measurement(_meter(energy, current, count), scale_of_integers=TENTHS),
        ),
        load=total(Measurement(currents, scale_of_integers=HUNDREDTHS)),
        energy=total(Measurement(energies, scale_of_integers=TENTHS)),
        evidence=DRIVER if power else WITHOUT_POWER,
        note=NO_PUBLIC_MIB,
        unread="breakers of loops (3.N.1, 3.N.2): texts, whose words differ by firmware",
    )


def _zm(tree: str, power: str = "") -> partial[Profile]:
    """An entry of ZPDU or MPDU, which has a table for each kind of value:

        30966.TREE.1.2   lines          30966.TREE.1.8.1   currents of outlets
        30966.TREE.1.5   names          30966.TREE.1.10    energies of outlets
        30966.TREE.1.7   switches       30966.TREE.1.1.3   the number of outlets

    >>> (way,) = _zm("7")(key="clever-zpdu", mib="ZPDU", models=("ZPDU",)).outlets
    >>> way.control.varbinds(tables_of({}), "2", up=True)
    [('1.3.6.1.4.1.30966.7.1.7.2.0', 'ON')]

    tree: the arcs of the product line below 30966.
    power: the arc of the table of powers in kW, if a program reads it.
    """
    unit = f"30966.{tree}.1"
    return _text_family(
        scalar(f"{unit}.1.3.0", "outputNum"),
        column(f"{unit}.2", "line", "1.0"),
        column(f"{unit}.2", "line", "5.0"),
        switch=column(f"{unit}.7", "outputSwitch", "0"),
        name=column(f"{unit}.5", "outputName", "0"),
        current=column(f"{unit}.8.1", "outputCurrent", "0"),
        energy=column(f"{unit}.10", "outputEnergy", "0"),
        power=column(f"{unit}.{power}", "outputPower", "0") if power else None,
    )


def _rpdu(tree: str) -> partial[Profile]:
    """An entry of RPDU or NPM-V, which has a branch for each line, and tables of the outlets:

        30966.TREE.1.1.3 to 5   lines 1 to 3: energy below 3, current below 4
        30966.TREE.1.1.7        the number of outlets
        30966.TREE.1.1.8, 9     names and switches of outlets
        30966.TREE.1.1.10, 13   currents and energies of outlets

    >>> (way,) = _rpdu("6")(key="clever-rpdu", mib="RPDU", models=("RPDU",)).outlets
    >>> way.control.varbinds(tables_of({}), "2", up=True)
    [('1.3.6.1.4.1.30966.6.1.1.9.2.0', 'ON')]

    tree: the arcs of the product line below 30966.
    """
    unit = f"30966.{tree}.1.1"

    def lines(item: int, name: str) -> Spread:
        return Spread(oid(unit), (Span(1, 3, sub=3),), name, tail=f"{item}.0", by_get=True)

    return _text_family(
        scalar(f"{unit}.7.0", "outputNum"),
        lines(4, "lineCurrent"),
        lines(3, "lineEnergy"),
        switch=column(f"{unit}.9", "outputStatus", "0"),
        name=column(f"{unit}.8", "outputName", "0"),
        current=column(f"{unit}.10", "outputCurrent", "0"),
        energy=column(f"{unit}.13", "outputEnergy", "0"),
    )


MPRO = "30966.11.0"  # 0 is the addressed unit


def _items(group: str, name: str, tail: str) -> Spread:
    """An item of each member of a group, of which no table has the others: group.MEMBER.ITEM."""
    return Spread(oid(f"{MPRO}.1.{group}"), (Span(1, 48, sub=1),), name, tail)


def _lines(item: str, tail: str) -> ComputedRows:
    """A figure of each line of an MPro: the item 2.1 is the current, 3.1 the power, 6 the energy.
    Below the same branches are limits, such as 2.6, which end in 6 like an energy; only a row with
    a power is a line. Here row 9 is a limit, and line 3 has no energy:

    >>> energies = _lines("6", "")
    >>> ENERGY, POWER, CURRENT = energies.objects
    >>> powers = {POWER: {"1": 230, "2": 180, "3": 200}}
    >>> energies.rows(tables_of({ENERGY: {"1": 50, "2": 70, "9": 3}, **powers}))
    {'1': 50, '2': 70, '3': ''}

    No row on older firmware, which has other items.

    item: the arcs of the item below the line's number.
    tail: ".0" for firmware that appends a 0 to each OID.
    """
    values = _items("1", "line", item + tail)
    every_line = Complete(
        _items("1", "line", "3.1" + tail), _items("1", "line", "2.1" + tail), next_row=True
    )

    @computed_from(values, every_line)
    def rows(tables: Tables) -> Rows:
        return left_join(tables[every_line], tables[values])

    return rows


def _mpro(tail: str) -> tuple[Outlets, ...]:
    """The outlets of an MPro: states and commands of relays (1 on, 0 off), names, currents, powers
    and energies. A unit may lack the relays or the meters of outlets.

    >>> (way,) = _mpro("")
    >>> PROTECTED = way.guards[0].test
    >>> unit = tables_of({way.states.source: {"1": 1, "2": 1}, PROTECTED: {"1": 0, "2": 1}})
    >>> way.control.varbinds(unit, "1", up=False)
    [('1.3.6.1.4.1.30966.11.0.3.1.1.1.1', 0)]

    The relay of an outlet that is protected as critical equipment is not switched, but the agent
    reports the written value as the state for a while. The command is refused:

    >>> way.guards[0].raise_if_forbidden(unit, "2")
    Traceback (most recent call last):
    handlers.shared.errors.Unsupported: outlet 2 is not switched: it is protected as critical ...

    tail: ".0" for firmware that appends a 0 to each OID.
    """
    relay = column(MPRO + ".3.1", "relay", "1.1" + tail)
    current = _items("3", "output", "1.1" + tail)
    names = Spread(
        oid(MPRO + ".2.3"),
        (Span(1, 48, sub=1),),
        "outputName",
        tail="0" + tail,
        by_get=True,
        listed=current,
    )
    return outlets(
        State(relay, on=("1",), off=("0",)),
        Write(relay, on=1, off=0),
        Guard(
            column(MPRO + ".3.1", "relay", "1.2" + tail),
            allow=("0",),
            why="it is protected as critical equipment",
        ),
        rows=current,
        none_if_zero=scalar(f"{MPRO}.1.0.1.3{tail}", "outputNum"),
        name=names,
        current=figure(current, HUNDREDTHS),
        power=figure(_items("3", "output", "2.1" + tail)),
        energy=figure(_items("3", "output", "5" + tail), TENTHS),
    )


MS = "30966.10.2"
MS_COUNT = scalar(MS + ".1.3.0", "outputNum")
MS_STATUS = column(MS + ".4", "outputStatus", "0")
# on a unit without outlets the object of MS_COUNT is the baud rate
FEWER_THAN_49 = "[1-9]|[1-3][0-9]|4[0-8]"
# Other units have the tree of the MS-PDU too: the MPDU of NETPDU-MIB, whose states are at 7.N.M,
# and a metered one. What an MS-PDU has as its total is the voltage of a line there, and what it has
# as states are percents and alarms. A number is no state of an MS-PDU, and a unit of which all
# states are numbers is none: it has no figures. They are lost while no state is ON or OFF.
MS_WORDS = ("ON", "OFF", "On", "Off", "on", "off")
NUMBERS = tuple(map(str, range(1000)))


def _is_ms_pdu(tables: Tables) -> bool:
    return re.fullmatch(FEWER_THAN_49, tables.text(MS_COUNT)) is not None


@computed_from(MS_STATUS, MS_COUNT)
def ms_states(tables: Tables) -> Rows:
    """The state of each outlet of an MS-PDU, ON or OFF, as many as it counts (outputNum).

    >>> ms_states.rows(tables_of({MS_COUNT: {"0": 2}, MS_STATUS: {"1": "ON", "2": "OFF", "3": ""}}))
    {'1': 'ON', '2': 'OFF'}

    Other units have the same tree, with percents and alarms in this column: a number is no state.
    Where a unit without outlets has its baud rate, 9600, in place of outputNum, nothing is read.

    >>> ms_states.rows(tables_of({MS_COUNT: {"0": 2}, MS_STATUS: {"1": "12", "2": "0"}}))
    {}
    >>> ms_states.rows(tables_of({MS_COUNT: {"0": 9600}, MS_STATUS: {"1": "ON"}}))
    {}

    Nor is a unit read whose rows have more arcs in their indexes. A word that is neither is
    missing. Raises ProtocolError if fewer rows are listed than counted.
    """
    if not _is_ms_pdu(tables):
        return {}
    if is_of_other_depth(tables, MS_STATUS):
        return {}
    states = tables[MS_STATUS]
    counted_states = up_to_count(states, tables.scalar(MS_COUNT))
    return where(counted_states, states, yes_or_no(MS_WORDS, NUMBERS))


def _of_ms_pdu(values: Object) -> ComputedRows:
    """A figure of an MS-PDU. Other units have the same tree, with a line's voltage in place of the
    total: one whose states are all numbers is no MS-PDU and has no row.

    >>> TOTAL = scalar(MS + ".2.1.0", "totalCurrent")
    >>> unit = {MS_COUNT: {"0": 2}, TOTAL: {"0": 15}}
    >>> _of_ms_pdu(TOTAL).rows(tables_of({**unit, MS_STATUS: {"1": "ON", "2": "OFF"}}))
    {'0': 15}
    >>> _of_ms_pdu(TOTAL).rows(tables_of({**unit, MS_STATUS: {"1": "12", "2": "0"}}))
    {}

    While no state is answered, whether it is one is not known, and the figure is missing.
    """

    @computed_from(values, MS_COUNT, MS_STATUS)
    def rows(tables: Tables) -> Rows:
        if not _is_ms_pdu(tables):
            return {}
        states = where_value(tables[MS_STATUS], yes_or_no(MS_WORDS, NUMBERS))
        count_without_states = rows_if_none_in(tables[MS_COUNT], states)
        return rows_if_none_in(tables[values], count_without_states)

    return rows


# Line currents are items 4 to 6 in every generation of firmware. Only one with the online flags of
# slaves, the last items of IPPDU-MIB, has the energies of that MIB in 7 to 9: other firmware has
# other items there.
IP = column("30966.10.3.2", "statusInfo")
SLAVE_ONE = scalar("30966.10.3.2.71.0", "statusInfo")


def _three(tables: Tables, item: int) -> Rows:
    """One item of each of the three lines, such as 4, the current: the lines have the items 4 to 6.
    With fewer than three one row without an index is missing.

    >>> list(_three({IP: {"3.1": 0, "4.1": 15, "5.1": 12}}, 4))
    ['4.1', '5.1', '.']
    """
    items = [str(item + line) for line in range(3)]
    items_of_lines = with_arc(tables[IP], 0, *items)
    return with_missing_if_below(items_of_lines, 3)


@computed_from(IP)
def ip_currents(tables: Tables) -> Rows:
    """The current of each line, items 4 to 6 of the table: their sum is the load.

    >>> ip_currents.rows({IP: {"1.0": 8, "4.0": 15, "5.0": 12, "6.0": 9}})
    {'4.0': 15, '5.0': 12, '6.0': 9}
    """
    return _three(tables, 4)


@computed_from(IP, on_demand=(SLAVE_ONE,))
def ip_energies(tables: Tables) -> Rows:
    """The energy of each line, items 7 to 9, on firmware with the online flags of slaves (item 71
    and on), which are numbers. Other firmware has other items there, and no row here.

    >>> energies = {"7.0": 152, "8.0": 120, "9.0": 98}
    >>> ip_energies.rows(tables_of({IP: {**energies, "71.0": 1}}))
    {'7.0': 152, '8.0': 120, '9.0': 98}
    >>> ip_energies.rows(tables_of({IP: energies}))
    {}
    """
    online_flags = with_arc(tables[IP], 0, "71")
    if not online_flags:
        online_flags = tables[SLAVE_ONE]
    energies = _three(tables, 7)
    return rows_if_every_mark(energies, online_flags, matches("-?\\d+"))


PROFILES = (
    Profile(
        key="clever-mpro",
        vendor=VENDOR,
        mib=f"MPro: {NO_MIB}",
        source=public("ChinaClever/MPro-App", "cores/agents/agent_get.cpp"),
        models=("MPro PDU",),
        sys_object_ids=(*oids("30966"), *NET_SNMP),
        outlets=_mpro("") + _mpro(".0"),
        load=total(*(figure(_lines("2.1", tail), HUNDREDTHS) for tail in ("", ".0"))),
        power=total(*(figure(_lines("3.1", tail)) for tail in ("", ".0"))),
        energy=total(*(figure(_lines("6", tail), TENTHS) for tail in ("", ".0"))),
        evidence=DRIVER,
        note=f"{NO_PUBLIC_MIB} The unit's program writes one, with names and without units.",
        unread="breaker of a loop (1.2.N.7): the agent does not publish which outlets a loop has",
    ),
    _zm("8", power="11")(
        key="clever-mpdu",
        mib=f"MPDU: {NO_MIB}",
        source=TEST_PROGRAM + "/common/snmp",
        models=("MPDU", "FS.COM switched and metered PDUs with the MPDU tree"),
    ),
    _zm("7")(
        key="clever-zpdu",
        mib=f"ZPDU: {NO_MIB}",
        source=TEST_PROGRAM + "/common/snmp",
        models=("ZPDU",),
    ),
    _rpdu("6")(
        key="clever-rpdu",
        vendor=f"{VENDOR}, Canovate",
        mib=f"RPDU: {NO_MIB}",
        source=TEST_PROGRAM + "/RPDU/r_snmp",
        models=("RPDU",),
    ),
    _rpdu("5")(
        key="clever-npm-v",
        mib=f"NPM-V: {NO_MIB}",
        source=MANAGER,
        models=("NPM-V",),
    ),
    Profile(
        key="clever-ms-pdu",
        vendor=VENDOR,
        mib=f"MS-PDU: {NO_MIB}",
        source=MANAGER,
        models=("MS-PDU", "CPC PDU"),
        sys_object_ids=oids("30966"),
        outlets=outlets(
            State(ms_states, on=(ON,), off=(OFF,)),
            Write(MS_STATUS, on=ON, off=OFF),
            current=figure(_of_ms_pdu(column(MS + ".3", "outputCurrent", "0"))),
        ),
        load=total(figure(_of_ms_pdu(scalar(MS + ".2.2.0", "totalCurrent")))),
        evidence=DRIVER.of("state", "current", "switching"),
        programs=(
            public(
                "ChinaClever/CleverManagerV1",
                "%E7%94%98%E8%82%83%E4%B8%89%E6%98%8E/clevermanager/InitClever.cpp",
            ),
            public("brucepei/flasky", "monitor_mdm.py"),
        ),
        note=NO_PUBLIC_MIB,
    ),
    Profile(
        key="clever-ip-pdu",
        vendor=VENDOR,
        mib="IPPDU-MIB",
        source=pysnmp_mibs("mibs/fscom/IPPDU-MIB"),
        models=("IP-PDU: metered inlet", "FS.COM metered PDUs (net-pdu)"),
        sys_object_ids=oids("30966"),
        load=total(figure(ip_currents, TENTHS)),
        energy=total(figure(ip_energies, TENTHS)),
        evidence=SIMULATED.of("current", "energy"),
        note=(
            "Slaves are not read: one that is offline cannot be told from none, so a sum would "
            "fall and rise with the bus. The energy, up to 6,553.5 kWh for each line, is read "
            "only from firmware with the objects of IPPDU-MIB, which gives tenths but no unit "
            "(tenths of Wh would end at 6.6 kWh). The powers have no unit either and are not "
            "read."
        ),
    ),
)
