"""Clever Electronic, also sold by FS.COM and under other names. Each product line has its own tree
below 30966.

Two MIBs are public: IPPDU-MIB of IP-PDUs, and NETPDU-MIB of an MPDU. The other sources are
programs: the agent on MPro units, the maker's test and management programs, and programs written by
owners. Values are strings
with decimals ("1.53") or INTEGERs; "--" means that there is no such meter or relay. In a chain each
unit has its own branch of the product line's tree. Only the branch of the addressed unit is read.

Some MPDUs meter groups of outlets: the group's current is in the row of one of them, and the other
rows read "--". `_text_outlets` therefore ignores the figures of outlets if there are fewer figures
than outlets: a group's current is not an outlet's. A row that one column alone lacks is its
outlet's failure: the others keep their figures.

An outlet of an MPro can be protected as critical equipment (1.2 beside the relay). Its relay is
then not switched, but the agent reports the written value as the state for a while. A command for
such an outlet is refused.
"""

from decimal import Decimal
from functools import partial
from typing import Optional

from .language import *

MPRO = "30966.11.0"  # 0 is the addressed unit
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
MS_WORDED = MS_STATUS.where(MS_STATUS, *MS_WORDS, others=NUMBERS)
MS_STATES = UpToCount(MS_STATUS, MS_COUNT).where(MS_STATUS, *MS_WORDS, others=NUMBERS)


def _of_ms_pdu(values: Source) -> IfMatches:
    """The values of a unit that is an MS-PDU."""
    without_words = Unless(MS_COUNT, MS_WORDED)
    return IfMatches(Unless(values, without_words), MS_COUNT, FEWER_THAN_49)


# Line currents are items 4 to 6 in every generation of firmware. Only one with the online flags of
# slaves, the last items of IPPDU-MIB, has the energies of that MIB in 7 to 9: other firmware has
# other items there.
IP = column("30966.10.3.2", "statusInfo")
SLAVE_ONE_ONLINE = First((Arc(IP, 0, ("71",)), scalar("30966.10.3.2.71.0", "statusInfo")))

VENDOR = "Clever Electronic, FS.COM"
ON, OFF, NOT_THERE = "ON", "OFF", ("--", "")
NO_MIB = "no MIB is public"
WITHOUT_POWER = DRIVER.of("state", "current", "energy", "switching")
TEST_PROGRAM = (
    "https://github.com/ChinaClever/IDC_TestSystem/tree/HEAD/IDC_TestSystem/IDC_TestSystem"
)
MANAGER = "https://github.com/ChinaClever/CleverManagerV1/tree/HEAD"


def _if_counted(values: Source, count: Scalar) -> IfMatches:
    """The values, on a device that has `count`. It is read first, so a device without this family's
    tree costs one GET."""
    return IfMatches(values, count, r"\d+")


def _text_outlets(
    count: Scalar,
    *,
    switch: Column,
    name: Column,
    current: Column,
    energy: Column,
    power: Optional[Column] = None,
) -> tuple[Outlets, ...]:
    """The outlets, whose number `count` may be 0."""

    def meter(values: Column, beside: Column) -> IfComplete:
        """A column of the outlets' meters. `beside`, another one, shows rows that the answers
        lack."""
        rows = Complete(values, beside=beside.where_not(*NOT_THERE))
        return IfComplete(rows.where_not(*NOT_THERE), count)

    return outlets(
        states=State(_if_counted(UpToCount(switch, count), count), on=(ON,), off=(OFF,)),
        control=Write(switch, on=ON, off=OFF),
        none_if_zero=count,
        name=name,
        current=Measurement(meter(current, energy), scale_of_integers=HUNDREDTHS),
        power=figure(meter(power, current), Decimal(1000)) if power else None,
        energy=Measurement(meter(energy, current), scale_of_integers=TENTHS),
    )


def _text_family(
    count: Scalar, groups: tuple[Outlets, ...], line_current: Source, line_energy: Source
) -> partial[Profile]:
    """A family with values as strings; older firmware has INTEGERs, in hundredths of A and tenths
    of kWh."""
    all_currents = Complete(line_current, beside=line_energy, next_row=True)
    currents = _if_counted(all_currents, count)
    energies = _if_counted(Complete(line_energy, beside=all_currents), count)
    return partial(
        Profile,
        vendor=VENDOR,
        sys_object_ids=oids("30966"),
        outlets=groups,
        load=total(Measurement(currents, scale_of_integers=HUNDREDTHS)),
        energy=total(Measurement(energies, scale_of_integers=TENTHS)),
        evidence=DRIVER if groups[0].power else WITHOUT_POWER,
        note=NO_PUBLIC_MIB,
        unread="breakers of loops (3.N.1, 3.N.2): texts, whose words differ by firmware",
    )


def _output(unit: str, below: str, name: str) -> Column:
    return column(f"{unit}.{below}", name, "0")


def _zm(key: str, tree: str, *models: str, power: str = "") -> Profile:
    """ZPDU and MPDU: a table for each kind of value.

    `power`: the arc of the table of powers in kW, if a program reads it.
    """
    unit = f"30966.{tree}.1"
    count = scalar(f"{unit}.1.3.0", "outputNum")
    groups = _text_outlets(
        count,
        switch=_output(unit, "7", "outputSwitch"),
        name=_output(unit, "5", "outputName"),
        current=_output(unit, "8.1", "outputCurrent"),
        energy=_output(unit, "10", "outputEnergy"),
        power=_output(unit, power, "outputPower") if power else None,
    )
    currents, energies = (column(f"{unit}.2", "line", item) for item in ("1.0", "5.0"))
    family = _text_family(count, groups, currents, energies)
    source = f"{TEST_PROGRAM}/common/snmp"
    return family(key=key, mib=f"{models[0]}: {NO_MIB}", source=source, models=models)


def _rpdu(key: str, tree: str, source: str, *models: str) -> Profile:
    """RPDU and NPM-V: below `unit`, arcs 3 to 5 are lines 1 to 3."""
    unit = f"30966.{tree}.1.1"
    count = scalar(f"{unit}.7.0", "outputNum")

    def lines(item: int, name: str) -> Spread:
        return Spread(oid(unit), (Span(1, 3, 3),), name, tail=f"{item}.0", by_get=True)

    groups = _text_outlets(
        count,
        switch=_output(unit, "9", "outputStatus"),
        name=_output(unit, "8", "outputName"),
        current=_output(unit, "10", "outputCurrent"),
        energy=_output(unit, "13", "outputEnergy"),
    )
    family = _text_family(count, groups, lines(4, "lineCurrent"), lines(3, "lineEnergy"))
    return family(key=key, mib=f"{models[0]}: {NO_MIB}", source=source, models=models)


def _lines(item: str, tail: str) -> Source:
    """An item of each line: current 2.1, power 3.1, energy 6. No rows if power is not at 3.1: older
    firmware has other items.

    Limits such as 2.6 also end in 6, like the energy; only a row with a power is a line.
    """

    def lines(line_item: str) -> Spread:
        return _items_of("1", "line", line_item + tail)

    currents, powers = lines("2.1"), lines("3.1")
    every_line = Complete(powers, beside=currents, next_row=True)
    return LeftJoin(every_line, lines(item))


def _items_of(group: str, name: str, tail: str) -> Spread:
    """An item of each member of a group, of which no table has the others: group.MEMBER.ITEM."""
    return Spread(oid(f"{MPRO}.1.{group}"), (Span(1, 48, 1),), name, tail)


def _mpro(tail: str) -> tuple[Outlets, ...]:
    """The outlets.

    `tail` is ".0" for firmware that appends a 0 to each OID. A unit may lack relays or meters of
    outlets.
    """
    relay = column(MPRO + ".3.1", "relay", "1.1" + tail)
    protection = column(MPRO + ".3.1", "relay", "1.2" + tail)
    current = _items_of("3", "output", "1.1" + tail)
    return outlets(
        states=State(relay, on=("1",), off=("0",)),
        control=Guarded(
            Write(relay, on=1, off=0),
            protection,
            allow=("0",),
            why="it is protected as critical equipment",
        ),
        rows=current,
        none_if_zero=scalar(f"{MPRO}.1.0.1.3{tail}", "outputNum"),
        name=Spread(
            oid(MPRO + ".2.3"),
            (Span(1, 48, 1),),
            "outputName",
            tail="0" + tail,
            by_get=True,
            listed=current,
        ),
        current=figure(current, HUNDREDTHS),
        power=figure(_items_of("3", "output", "2.1" + tail)),
        energy=figure(_items_of("3", "output", "5" + tail), TENTHS),
    )


def _items(first: int) -> Complete:
    """One item of each of the three lines."""
    items = tuple(str(first + line) for line in range(3))
    return Complete(Arc(IP, 0, items), least=3)


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
    _zm(
        "clever-mpdu",
        "8",
        "MPDU",
        "FS.COM switched and metered PDUs with the MPDU tree",
        power="11",
    ),
    _zm("clever-zpdu", "7", "ZPDU"),
    replace(
        _rpdu("clever-rpdu", "6", TEST_PROGRAM + "/RPDU/r_snmp", "RPDU"),
        vendor=f"{VENDOR}, Canovate",
    ),
    _rpdu("clever-npm-v", "5", MANAGER, "NPM-V"),
    Profile(
        key="clever-ms-pdu",
        vendor=VENDOR,
        mib=f"MS-PDU: {NO_MIB}",
        source=MANAGER,
        models=("MS-PDU", "CPC PDU"),
        sys_object_ids=oids("30966"),
        outlets=outlets(
            states=State(
                IfMatches(MS_STATES, MS_COUNT, FEWER_THAN_49),
                on=(ON,),
                off=(OFF,),
            ),
            control=Write(MS_STATUS, on=ON, off=OFF),
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
        load=total(figure(_items(4), TENTHS)),
        energy=total(figure(IfMatches(_items(7), SLAVE_ONE_ONLINE, r"-?\d+"), TENTHS)),
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
