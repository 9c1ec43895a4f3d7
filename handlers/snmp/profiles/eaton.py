"""Eaton: ePDU G2 and G3 of EATON-EPDU-MIB, and other families, some of makers that Eaton bought.

EATON-EPDU-MIB: the index is strapping.outlet, and the first unit of a chain is 0. The value written
into a verb's column is a delay in seconds; 0 is now. One public driver has columns 3 (off) and 4
(on) in the opposite order; the MIB, two other drivers and the sister families agree on the order
here. A pending "on" or "off" is a value of the state itself.

Revelation (Aphel) is Raritan's PDU-MIB below another root, with rows from 0. Pulizzi has an object
for each outlet; its command 2.1.0 commands all outlets. nLogic has the tables of HPE's pdu3.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from ..cells import Missing, Rows
from ..completeness import with_missing_up_to_count
from ..computed import Complete
from ..controls import Guard, Write
from ..decoding import text
from ..evidence import DRIVER, SIMULATED, EvidenceLevel
from ..filters import (
    matches,
    matches_yes_or_no,
    rows_if_each,
    rows_if_every_mark,
    up_to_count,
    where,
    without,
    yes_or_no,
)
from ..joins import empty_as_missing, left_join, without_values
from ..measurements import Measurement
from ..objects import Column, Span, Spread
from ..profile import Profile, Root
from ..states import State
from ..tables import Tables, computed_from
from . import hpe, raritan
from .conditions import device_condition, row_condition, unit_condition
from .language import FLOOR, THE_UNIT, column, figure, nameplate, oid, oids, outlets, scalar, total
from .links import NO_PUBLIC_MIB, librenms, public, pysnmp_mibs
from .programs import EMULAB_ENLOGIC
from .scales import HUNDREDTHS, ONES, TENTHS, THOUSANDTHS
from .sources import on_demand, rows_where, unit_and_outlet

# of inputCurrentMeasType; the others: one phase, three phases
NEUTRAL, LINES_OF_INPUT = "2", ("1", "3", "4", "5")
CURRENT = column("534.6.6.7.3.3.1.4", "inputCurrent")
CURRENT_TYPE = column("534.6.6.7.3.3.1.2", "inputCurrentMeasType")
# of each input, with the neutral
CURRENT_COUNT = column("534.6.6.7.3.1.1.6", "inputCurrentCount")
WATTS = column("534.6.6.7.3.5.1.4", "inputTotalWatts")
# The first firmware has no inputTotalPowerTable, but a row for each phase, and one for their total
# where there are several rows.
INPUT_WATTS = column("534.6.6.7.3.4.1.4", "inputWatts")
INPUT_WH = column("534.6.6.7.3.4.1.5", "inputWh")  # Unsigned32
MEASURED = column("534.6.6.7.3.4.1.2", "inputPowerMeasType")
PHASES, TOTAL, UNKNOWN = ("1", "2", "3"), "4", "0"
OUTLET_COUNT = column("534.6.6.7.1.2.1.22", "outletCount")  # a row for each unit of the chain
UNITS_PRESENT = scalar("534.6.6.7.1.1.0", "unitsPresent")  # reads as "0,1"
REBOOT = column("534.6.6.7.6.6.1.5", "outletControlRebootCmd", optional=True)
NO_REBOOT = ("-1",)  # other values are the seconds until the reboot
epdu_total = partial(total, unit=THE_UNIT, units=OUTLET_COUNT)


@computed_from(CURRENT, CURRENT_TYPE, CURRENT_COUNT)
def lines(tables: Tables) -> Rows:
    """The current of each line of the inputs, without the neutral (inputCurrentMeasType 2), whose
    current the lines have already carried: the load is their sum. Row 0.1.2 is row 2 of input 1 of
    unit 0.

    >>> types = {CURRENT_TYPE: {"0.1.1": "3", "0.1.2": "4", "0.1.3": "2"}}
    >>> counts = {CURRENT_COUNT: {"0.1": 3}}
    >>> lines.rows({CURRENT: {"0.1.1": 5, "0.1.2": 6, "0.1.3": 1}, **types, **counts})
    {'0.1.1': 5, '0.1.2': 6}

    A row that is counted (inputCurrentCount, with the neutral) and not answered is missing:

    >>> rows = lines.rows({CURRENT: {"0.1.1": 5, "0.1.2": 6}, **types, **counts})
    >>> list(rows), rows["0.1."].reason
    (['0.1.1', '0.1.2', '0.1.'], 'no answer')

    So is a listed row whose type is not answered ("" in `type_of_line`), or none that the MIB
    names: it may be the neutral.

    >>> rows = lines.rows({CURRENT: {"0.1.1": 5}, CURRENT_TYPE: {"0.1.1": "9"}, CURRENT_COUNT: {}})
    >>> rows["0.1.1"].reason
    'its mark is none that the MIB names'
    """
    currents = tables[CURRENT]
    type_of_line = left_join(currents, tables[CURRENT_TYPE])
    every_line = with_missing_up_to_count(currents, tables[CURRENT_COUNT])
    is_line = yes_or_no(LINES_OF_INPUT, (NEUTRAL,))
    return where(every_line, type_of_line, is_line)


@computed_from(UNITS_PRESENT)
def unit_count(tables: Tables) -> Rows:
    """The number of units of a chain, with which the units that are listed are compared.
    unitsPresent reads as "0,1": the indexes of the units.

    >>> unit_count.rows(tables_of({UNITS_PRESENT: {"0": "0,1"}}))
    {'0': '2'}
    >>> unit_count.rows(tables_of({}))
    {}
    """
    units = tables.scalar(UNITS_PRESENT)
    if units is None or isinstance(units, Missing):
        return {}
    numbers = filter(str.strip, text(units).split(","))
    return {"0": str(len(list(numbers)))}


def _input_figures(
    values: Column, scale: Decimal = ONES, absent: Sequence[str] = ("-1",)
) -> tuple[Measurement, Measurement]:
    """Two figures of the inputs: of those with a row of their total, and of those with phases
    alone. A unit has the first one that it shows. inputPowerMeasType says what a row is: 1 to 3 a
    phase, 4 the total of the phases, 0 unknown.

    >>> totals, phases = _input_figures(INPUT_WATTS)
    >>> watts = {INPUT_WATTS: {"0.1.1": 300, "0.1.2": 500, "0.1.3": 800}}
    >>> unit = tables_of({**watts, MEASURED: {"0.1.1": 1, "0.1.2": 2, "0.1.3": 4}})
    >>> totals.values(unit)
    {'0.1.3': 800}
    >>> phases.values(unit)
    {'0.1.1': 300, '0.1.2': 500}

    A row of type 0 is in neither figure. A row whose type is not answered is missing in both.
    """
    rows = on_demand(values)
    totals = rows_where(rows, MEASURED, yes_or_no((TOTAL,), (*PHASES, UNKNOWN)))
    phases = rows_where(rows, MEASURED, yes_or_no(PHASES, (TOTAL, UNKNOWN)))
    return figure(totals, scale, absent), figure(phases, scale, absent)


LINES = figure(lines, THOUSANDTHS)
POWER = (figure(WATTS), *_input_figures(INPUT_WATTS))


PULIZZI_OUTLETS = 36


def _pulizzi(below: str, first_arc: int, name: str, tail: str = "0") -> Spread:
    """An object of each outlet; `first_arc`: the arc of that of outlet 1."""
    return Spread(below, (Span(1, PULIZZI_OUTLETS, sub=first_arc),), name, tail)


MONITORED = "20677.3.1.1"
MONITOR_TYPE = scalar(MONITORED + ".1.24.0", "currentMonitorType")
CHANNELS = Spread(oid(MONITORED + ".3"), (Span(1, 32, sub=1),), "chanN")
CHANNEL_COUNT = scalar(MONITORED + ".1.23.0", "numCurrentChannels")
# Types whose channels do not overlap: the unit, branches, outlets, three or two lines; and types
# with lines and branches together, of which the MIB does not say which channel is which.
DISJOINT, WITH_BRANCHES = "[1-5]", "[678]"


@computed_from(CHANNELS, CHANNEL_COUNT, MONITOR_TYPE)
def channels(tables: Tables) -> Rows:
    """The current of each channel of a monitored ePDU, as many as it counts, if they do not
    overlap: their sum is its load. currentMonitorType 1 to 5 measures the unit, branches, outlets
    or lines; 6 to 8 measures lines and branches together, which the MIB does not tell apart.

    >>> unit = {CHANNELS: {"1": 15, "2": 12, "3": 9, "4": 0}, CHANNEL_COUNT: {"0": 3}}
    >>> channels.rows(tables_of({**unit, MONITOR_TYPE: {"0": 4}}))
    {'1': 15, '2': 12, '3': 9}

    The sum of lines and branches would count twice: one empty row says that it is not metered. Of
    another type, which the MIB does not name, each channel is missing:

    >>> channels.rows(tables_of({**unit, MONITOR_TYPE: {"0": 7}}))
    {'0': ''}
    >>> channels.rows(tables_of({**unit, MONITOR_TYPE: {"0": 9}}))["1"].reason
    'its mark is none that the MIB names'

    A channel that reads "" is missing, too. Raises ProtocolError if the unit shows fewer channels
    than it counts.
    """
    monitor_type = tables[MONITOR_TYPE]
    if rows_if_each(monitor_type, matches(WITH_BRANCHES)):
        return without_values(monitor_type)
    every_current = up_to_count(tables[CHANNELS], tables.scalar(CHANNEL_COUNT))
    is_disjoint = matches_yes_or_no(DISJOINT, WITH_BRANCHES)
    disjoint_currents = rows_if_every_mark(every_current, monitor_type, is_disjoint)
    return empty_as_missing(disjoint_currents)


GENESIS_CURRENT = Spread(oid("17373.3.2"), (Span(1, 8, sub=1),), "intDeciAmpsCTN")


@computed_from(GENESIS_CURRENT, by_row=True)
def genesis_currents(tables: Tables) -> Rows:
    """The currents of the transformers that are there: -1 is none.

    >>> genesis_currents.rows(tables_of({GENESIS_CURRENT: {"1": 15, "2": -1}}))
    {'1': 15}
    """
    return without(tables[GENESIS_CURRENT], "-1")


POWER_PDU = "534.6.6.4.1"
BREAKER = column(POWER_PDU + ".3.1.1.2", "breakerName")

NLOGIC = hpe.PduTables("534.7.1", "pdu", HUNDREDTHS)

eaton_profile = partial(Profile, vendor="Eaton")

PROFILES = (
    eaton_profile(
        key="eaton-epdu",
        mib="EATON-EPDU-MIB of 2023-03-31",
        source=librenms("eaton/EATON-EPDU-MIB"),
        # serialNumber, firmwareVersion, productName
        nameplate=nameplate(
            serial="534.6.6.7.1.2.1.4", firmware="534.6.6.7.1.2.1.5", model="534.6.6.7.1.2.1.2"
        ),
        models=(
            (
                "ePDU G2 and G3: managed (EMA), switched (ESW), metered outlet (EMO), metered input"
                " (EMI)"
            ),
        ),
        # the second is that of UPSs, which Observium has also seen on a PDU with this MIB
        sys_object_ids=oids("534.6.6.7", "534.1"),
        # 1 is lost
        conditions=(
            unit_condition(column("534.6.6.7.1.2.1.30", "communicationStatus", optional=True), "0"),
            unit_condition(column("534.6.6.7.1.2.1.32", "strappingStatus", optional=True), "0"),
        ),
        units=Complete(OUTLET_COUNT, count=unit_count, gaps=True),
        unit_count=unit_count,
        outlets=outlets(
            State(
                column("534.6.6.7.6.6.1.2", "outletControlStatus"),
                on=("1",),
                off=("0",),
                conditions=(row_condition(REBOOT, *NO_REBOOT),),
            ),
            Write(
                column("534.6.6.7.6.6.1.4", "outletControlOnCmd"),
                0,
                0,
                off_at=column("534.6.6.7.6.6.1.3", "outletControlOffCmd"),
            ),
            Guard(
                column("534.6.6.7.6.6.1.9", "outletControlSwitchable"),
                refuse=("2",),
                always_there=False,  # came into the MIB with the revision of 2014-09-29
                why="it is configured as not switchable on the device",
            ),
            rows=column("534.6.6.7.6.1.1.2", "outletID"),
            count=OUTLET_COUNT,
            checks_empty_table=True,
            number=column("534.6.6.7.6.1.1.6", "outletDesignator"),
            name=column("534.6.6.7.6.1.1.3", "outletName"),
            current=figure(column("534.6.6.7.6.4.1.3", "outletCurrent"), THOUSANDTHS),
            power=figure(column("534.6.6.7.6.5.1.3", "outletWatts")),
            energy=figure(column("534.6.6.7.6.5.1.4", "outletWh"), THOUSANDTHS),
        ),
        load=epdu_total(LINES, else_outlets=True),
        inlet=epdu_total(LINES),
        inlet_power=epdu_total(*POWER),
        power=epdu_total(*POWER, else_outlets=True),
        energy=epdu_total(
            figure(column("534.6.6.7.3.5.1.5", "inputTotalWh"), THOUSANDTHS, table=WATTS),
            *_input_figures(INPUT_WH, THOUSANDTHS, ()),
            else_outlets=True,
        ),
        evidence=SIMULATED,
        recording="eatonpdu_2",
        unread=(
            "groupBreakerStatus: units do not agree on how outletParentOID names an outlet's group;"
            " internalStatus: it does not say what failed"
        ),
    ),
    eaton_profile(
        key="eaton-revelation",
        mib="PDU-MIB (Eaton's copy)",
        source=librenms("eaton/PDU-MIB"),
        models=("Managed ePDU of the Revelation (Aphel) series",),
        roots=(Root(oid("534.6.6.6"), oid("534.6.6.6.1")),),
        outlets=raritan.px1_outlets(label_plus=1, energy=None),
        load=raritan.PX1_LOAD,
        power=raritan.PX1_POWER,
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        programs=(
            public("ClusterLabs/fence-agents", "agents/eaton_snmp/fence_eaton_snmp.py"),
            public("chaos/powerman", "etc/devices/eaton-revelation-snmp.dev"),
        ),
        unread=(
            "unitCircuitBreak0State to unitCircuitBreak2State: the MIB does not say which outlets a"
            " breaker has"
        ),
    ),
    eaton_profile(
        key="eaton-pulizzi",
        mib="EATON-EPDU-PU-SW-MIB",
        source=pysnmp_mibs("mibs/eaton/EATON-EPDU-PU-SW-MIB"),
        models=("Switched ePDU IPC34xx, IPC36xx, IPV36xx, TPC (Pulizzi)",),
        # With sysObjectID 20677.1, an IPV3600 has the tree of 20677.2 (fence-agents), and an
        # IPC3600 its own (MIB of 2004).
        roots=(
            Root(oid("20677.2"), oid("20677.2.6")),
            Root(oid("20677.1"), oid("20677.2.6")),
            Root(oid("20677.1"), oid("20677.1.5")),
        ),
        outlets=outlets(
            State(_pulizzi("~.3", 1, "outletNStatus"), on=("1",), off=("2",), absent=("0",)),
            Write(_pulizzi("~.2", 2, "outletNCommand"), on=1, off=2),
            name=_pulizzi("~.1", 1, "outletNName", "1.0"),
        ),
        load=total(figure(scalar("20677.2.8.6.4.2.0", "totalCurrent"))),
        evidence=replace(
            SIMULATED.of("state", "current", "switching"), current=EvidenceLevel.DRIVER
        ),
        programs=(
            public("ClusterLabs/fence-agents", "agents/eaton_snmp/fence_eaton_snmp.py"),
            public("networkupstools/nut", "drivers/eaton-pdu-pulizzi-mib.c"),
        ),
        unread=(
            "tempSensorNControlOutlet, humSensorNControlOutlet, contactClosureNControlOutlet: a"
            " sensor may switch an outlet or a group, which it names; the state shows the result"
        ),
    ),
    eaton_profile(
        key="eaton-pulizzi-monitored",
        mib="EATON-EPDU-PU-MI-MIB of 2010-02-03",
        source=pysnmp_mibs("mibs/eaton/EATON-EPDU-PU-MI-MIB"),
        models=("Monitored ePDU with blue display (Pulizzi)",),
        sys_object_ids=oids("20677.3"),
        load=total(
            figure(
                channels,
                TENTHS,
                unmetered="the MIB does not say which channels are lines, and which branches",
            )
        ),
        evidence=SIMULATED.of("current"),
        note=(
            "A unit with lines and branches has no load: the MIB does not say what each channel"
            " measures."
        ),
    ),
    eaton_profile(
        # A row is a current transformer; -1 means that there is none. The MIB does not say what
        # they measure, so their sum is not a load.
        key="eaton-genesis2",
        mib="EATON-GENESIS-II-MIB",
        source=pysnmp_mibs("mibs/eaton/EATON-GENESIS-II-MIB"),
        models=("Monitored ePDU Genesis II (Aphel)",),
        sys_object_ids=oids("17373"),
        outlets=outlets(rows=genesis_currents, current=figure(genesis_currents, TENTHS)),
        evidence=SIMULATED.of("current"),
        note="No load: the MIB does not say what each channel measures.",
    ),
    eaton_profile(
        key="eaton-nlogic",
        mib="nLogic (public driver)",
        source=public("networkupstools/nut", "drivers/eaton-pdu-nlogic-mib.c"),
        models=("nLogic PDU",),
        sys_object_ids=oids(NLOGIC.root),
        outlets=NLOGIC.outlets(
            Write(NLOGIC.column("5.2.1.10", "OutletControlCommand"), on=2, off=1),
            NLOGIC.guard(NLOGIC.column("1.2.1.10", "Controllable"), allow=(hpe.CONTROLLABLE,)),
        )(power=figure(NLOGIC.column("5.1.1.13", "OutletWatts"))),
        load=NLOGIC.load(has_total=True),
        power=NLOGIC.total(else_outlets=True),
        evidence=DRIVER.of("state", "current", "power", "switching"),
        # The second writes the same column of this design below Enlogic's root: 2 on, 1 off.
        programs=(
            public("networkupstools/nut", "drivers/eaton-pdu-nlogic-mib.c"),
            EMULAB_ENLOGIC,
        ),
        note=(
            "The objects below Eaton's root are known from one public driver, which leaves the"
            " power of the whole PDU unmapped, so the powers of outlets are summed."
            f" {NO_PUBLIC_MIB}"
        ),
    ),
    eaton_profile(
        key="eaton-power-pdu",
        mib="EATON-PDU-MIB of 2007-01-08",
        source=pysnmp_mibs("mibs/eaton/EATON-PDU-MIB"),
        models=("Floor PDU and RPP with Power Xpert: each branch circuit is listed",),
        sys_object_ids=oids("534.6.6.4"),
        outlets=outlets(
            rows=BREAKER,
            number=unit_and_outlet(BREAKER),
            name=BREAKER,
            energy=figure(column(POWER_PDU + ".3.2.1.1", "breakerTotalKilowattHours")),
        ),
        load=total(
            figure(
                column(POWER_PDU + ".1.2.8.1.3", "pduInputPhaseCurrent"),
                TENTHS,
                same_rows_as=column(POWER_PDU + ".1.2.8.1.2", "pduInputPhaseVoltage"),
                count=scalar(POWER_PDU + ".1.2.7.0", "pduInputNumPhases"),
            )
        ),
        power=total(figure(scalar(POWER_PDU + ".1.2.3.0", "pduInputPower"))),
        energy=total(
            figure(scalar(POWER_PDU + ".1.3.1.0", "pduOutputKilowattHours")), always_there=True
        ),
        ceilings=FLOOR,
        evidence=SIMULATED.of("current", "power", "energy"),
        note="The power is that of the input; the MIB counts energy at the output alone.",
    ),
    eaton_profile(
        key="eaton-ats2",
        mib="EATON-ATS2-MIB of 2014-07-31",
        source=librenms("eaton/EATON-ATS2-MIB"),
        models=("ATS 16",),
        # the second is that of the older card, which UPSs have too
        sys_object_ids=oids("534.10.2", "705.1"),
        described=r"(?is).*\bATS\b.*",
        conditions=(
            device_condition(
                scalar("534.10.2.3.3.6.0", "ats2StatusCommunicationLost"), "1", optional=True
            ),
        ),
        load=total(
            figure(scalar("534.10.2.2.3.2.0", "ats2OutputCurrent"), TENTHS), always_there=True
        ),
        evidence=SIMULATED.of("current"),
    ),
    eaton_profile(
        key="eaton-ats30",
        mib="EatonSTS-MIB of 2013-02-19",
        source=pysnmp_mibs("mibs/eaton/EatonSTS-MIB"),
        models=("ATS 30",),
        sys_object_ids=oids("534.10.1"),
        conditions=(
            device_condition(scalar("534.10.1.1.3.1.0", "atsAgentModbusLink"), "1", optional=True),
        ),
        load=total(
            figure(scalar("534.10.1.3.2.2.0", "atsOutputCurrent"), TENTHS), always_there=True
        ),
        evidence=DRIVER.of("current"),
    ),
)
