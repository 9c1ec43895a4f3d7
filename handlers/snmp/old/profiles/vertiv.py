"""Vertiv's brands Geist, Liebert and Avocent, and its rack manager with MPDUs."""

from decimal import Decimal
from functools import partial

from .language import *

# Newer Geist units (VERTIV-V5-MIB): switched and metered outlets are two tables, joined by the
# outlet's factory name.
V5_METERED_NAME = column("21239.5.2.3.6.1.2", "pduOutletMeterName")
V5_SWITCH_NAME = column("21239.5.2.3.5.1.2", "pduOutletSwitchName")
V5_CURRENT = column("21239.5.2.3.6.1.8", "pduOutletMeterCurrent")
V5_POWER = column("21239.5.2.3.6.1.12", "pduOutletMeterRealPower")
V5_ENERGY = column("21239.5.2.3.6.1.15", "pduOutletMeterEnergy")

V5_RELAY_FAILURE = column("21239.5.2.3.5.1.5", "pduOutletSwitchRelayFailure")
V5_WORKING = "2"  # false


def _v5_metered(values: Source) -> Source:
    return join_by_columns(values, keys=(V5_METERED_NAME,), outlet_keys=(V5_SWITCH_NAME,))


# The load of a unit fed in delta is the sum of its line currents: its phase currents flow between
# two lines. Firmware that does not measure the lines reports 0 for them.
V5_VOLTS = column("21239.5.2.3.2.1.4", "pduPhaseVoltage")
V5_TYPE = column("21239.5.2.3.1.1.6", "pduMeterType", optional=True)
V5_WYE = V5_TYPE.where(V5_TYPE, "0").where_not("")  # a meter's type: it is not fed in delta
V5_LINE_NAME = column("21239.5.2.3.4.1.2", "pduLineName")
# Also of a unit that does not say how it is fed: the sum of its lines is right either way.
V5_LINES = figure(
    Unless(
        value_or_empty(
            Complete(column("21239.5.2.3.4.1.4", "pduLineCurrent"), beside=V5_LINE_NAME, least=3),
            V5_LINE_NAME,
        ),
        V5_WYE,
    ),
    HUNDREDTHS,
    padding=("0",),
)


def _v5_phases(below: int, name: str, scale: Decimal = ONES) -> Measurement:
    """The sum of the phases, for units without pduMainTable: a recording of one has only these."""
    phases = column(f"21239.5.2.3.2.1.{below}", name)
    every_phase = Complete(phases, beside=V5_VOLTS, from_one=LAST_ARC)
    return figure(Unless(every_phase, V5_TYPE), scale)


# Older Geist units (GEIST-MIB-V3) and units of I.T. Watchdogs (IT-WATCHDOGS-MIB-V3), each below its
# own root: one column holds the states and takes the commands.
V3_STATUS = column("~.16.1.3", "ctrlOutletStatus")
V3_FEEDBACK = column("~.16.1.4", "ctrlOutletFeedback")  # the measured state
V3_PENDING = column("~.16.1.5", "ctrlOutletPending")
# the feedback, if it equals the pending state
V3_SETTLED = Concat(
    tuple(V3_FEEDBACK.where(V3_FEEDBACK, value).where(V3_PENDING, value) for value in ("0", "1"))
)
V3_PLUGGED = column("~.25.1.4", "ctrl3ChIECAvail")
# Two columns tell whether a unit has ctrl3ChIECTable: an answer may lack one of them.
V3_TABLE = First((V3_PLUGGED, column("~.25.1.8", "ctrl3ChIECDeciAmpsA")))


def _v3_phases(first: int, name: str) -> Source:
    """A column of ctrl3ChIECTable for each phase; these columns are 8 apart.

    The identity is the phase, then the row.
    """
    phases = (1, 2, 3)

    def values(n: int) -> Column:
        arc = first + 8 * (n - 1)
        return column(f"~.25.1.{arc}", name + "ABC"[n - 1])

    def plugged(n: int) -> Complete:
        return Complete(V3_PLUGGED, beside=values(n))

    plug_of_phases = numbered_parts(plugged, phases)
    every_row = Complete(numbered_parts(values, phases), beside=plug_of_phases)
    return if_listed(every_row.where(plug_of_phases, "1"), V3_TABLE)


# Geist EM series (GEIST-EM-SERIES-MIB): "main" channels meter the unit, each "auxiliary" channel
# meters an outlet.
EM_CURRENT = column("21239.3.3.1.4", "auxChannelDeciAmps")
EM_MAIN_COUNT, SEVERAL = scalar("21239.3.1.6.0", "unitInfoMainCount"), "[2-8]"
EM_MAIN_CURRENT = column("21239.3.2.1.4", "mainChannelDeciAmps")
# the row is lost if a unit that counts one main channel shows none
EM_MAIN = Complete(
    EM_MAIN_CURRENT,
    beside=Unless(IfMatches(EM_MAIN_COUNT, EM_MAIN_COUNT, "1"), EM_MAIN_CURRENT),
)

# MPDUs behind the rack manager (DCS-MIB): the row is the unit, outlet N is column 51+N. The columns
# after outlet 24 are writable limits and delays.
DCS_OUTLETS = Spread(
    oid("13400.3.2.225.1.1"), (Span(1, 24, 52),), "mpduMpscomOutletNStatus", by_row=True
)
DCS_TYPE = column("13400.3.2.225.1.1.2", "mpduMpscom2ProductType")
DCS_PRESENT, DCS_ABSENT = tuple(map(str, range(1, 9))), ("0",)  # product types; 0: undefined
DCS_SWITCHED = ("2", "4", "6", "8")
DCS_UNITS = DCS_TYPE.where(DCS_TYPE, *DCS_PRESENT, others=DCS_ABSENT)


def _dcs(below: str, name: str) -> LeftJoin:
    """A column, with a row for each unit that is present."""
    return LeftJoin(DCS_UNITS, column(f"13400.3.2.225.1.1.{below}", name))


LIEBERT_POWER = column("476.1.42.3.8.30.20.1.65", "lgpPduPsEntryPwrTotal")
LIEBERT_PDUS = Units(LIEBERT_POWER)
LIEBERT_ENERGY = column("476.1.42.3.8.30.20.1.50", "lgpPduPsEntryEnergyAccum")
LIEBERT_COUNT = scalar("476.1.42.3.8.50.19.0", "lgpPduRcpTableCount")
LIEBERT_CONDITION = column(
    "476.1.42.3.8.50.20.1.210", "lgpPduRcpEntryOperationCondition", optional=True
)
# normal, and over or under current; 4: the outlet is off and draws current
LIEBERT_NORMAL = ("1", "2", "3")
# bits; 2 is startUp: "control and monitoring operations may be inhibited or unavailable"
LIEBERT_STARTED = tuple(str(status) for status in range(128) if not status & 2)
LIEBERT_NAME = column("476.1.42.3.8.50.20.1.10", "lgpPduRcpEntryUsrLabel")

AVOCENT_STATUS = column("~.5.1.5", "pmPowerMgmtOutletsTableStatus", optional=True)
# Tells of a blown fuse or a tripped breaker of the outlet. The console servers do not report it.
AVOCENT_ALARM = column("~.5.1.45", "pmPowerMgmtOutletsTableAlarm", optional=True)
PM_TRUSTED = ("1", "4", "5", "6", "7")  # normal, and the limits of the current
NO_METER = ("0",)  # PM-MIB: columns of measurements use 0 for "not supported"
NOT_MEASURED = (*NO_METER, "-1")
ESTIMATED = "1"  # a value of ...PowerType: the W, and the Wh that count them, are no measurement

NO_SENSOR, THREE_PHASES = "0", "3"  # ...PowerMgmtPDUTablePowerType, ...NumberOfPhases


def _acs(below: str, name: str) -> First:
    """A column of a console server, ACS 6000 or ACS 8000; the index of a PDU is port.pdu."""
    return First((column(f"10418.16.2.5.{below}", name), column(f"10418.26.2.5.{below}", name)))


def _measured(values: Source, power_type: Source) -> LeftJoin:
    """The rows, without a value where the unit estimates its power."""
    return values.left_join(values.where_not(ESTIMATED, by=power_type))


PM_TYPE = column("~.5.1.65", "pmPowerMgmtOutletsTablePowerType", optional=True)
PM_PDU_TYPE = column("10418.17.2.5.3.1.65", "pmPowerMgmtPDUTablePowerType", optional=True)

# The MIBs do not say which current the PDU's own column holds on a PDU with three phases, so it is
# not used there.
PM_LINES = Complete(
    column("10418.17.2.5.9.1.50", "pmPowerMgmtPhasesTableCurrentValue"),
    beside=column("10418.17.2.5.9.1.4", "pmPowerMgmtPhasesTableName"),
)
PM_PHASES = column("10418.17.2.5.3.1.37", "pmPowerMgmtPDUTableNumberOfPhases", optional=True)
PM_AMPS = column("10418.17.2.5.3.1.50", "pmPowerMgmtPDUTableCurrentValue", optional=True)
ACS_PHASES = _acs("3.1.37", "acsPowerMgmtPDUTableNumberOfPhases")
ACS_LINES = Complete(
    _acs("8.1.7", "acsPowerMgmtPhasesTableCurrentValue"),
    beside=_acs("8.1.4", "acsPowerMgmtPhasesTablePhaseName"),
    count=ACS_PHASES,
)
ACS_CURRENT = Complete(
    _acs("3.1.39", "acsPowerMgmtPDUTableCurrentValue"), beside=ACS_PHASES
).where_not(THREE_PHASES, by=ACS_PHASES)
ACS_TYPE = _acs("3.1.50", "acsPowerMgmtPDUTablePowerType")
ACS_POWER = _measured(
    Complete(_acs("3.1.51", "acsPowerMgmtPDUTablePowerValue"), beside=ACS_TYPE), ACS_TYPE
).where_not(NO_SENSOR, by=ACS_TYPE)
PM_OUTLET_COUNT = column("~.3.1.8", "pmPowerMgmtPDUTableNumberOfOutlets")
port_total = partial(total, else_outlets=True, unit=Arcs(0, 2))  # of a PDU of a port
# A PM with outlets is no console server. Not the other way round: a PM may have no outlets.
PM_OUTLETS = column("10418.17.2.5.5.1.5", "pmPowerMgmtOutletsTableStatus", optional=True)
PM_OUTLET_AMPS = column("~.5.1.50", "pmPowerMgmtOutletsTableCurrentValue", optional=True)
# Before 2010, PM-MIB has only the currents of up to three sensors, and does not say what each of
# several measures.
ONE_SENSOR = Unless(
    column("10418.17.2.5.3.1.10", "pmPowerMgmtPDUTableCurrent1Value", optional=True).where(
        column("10418.17.2.5.3.1.9", "pmPowerMgmtPDUTableCurrentNOS", optional=True), "1"
    ),
    First((PM_OUTLET_AMPS, PM_AMPS, _acs("3.1.39", "acsPowerMgmtPDUTableCurrentValue"))),
)

# Liebert floor PDUs (LIEBERT-GP-POWER-MIB): measurement points, told apart by an OID, and their
# lines. UPSs have the same tables and the same sysObjectID; they also have a battery.
LIEBERT_POINT = column("476.1.42.3.5.2.2.1.2", "lgpPwrMeasurementPointId")


def _rows_of_points(values: Source, points: Source, *numbers: int) -> Where:
    """Rows of the measurement points with these numbers in the MIB."""
    point_ids = [oid(f"476.1.42.3.5.2.1.{point}") for point in numbers]
    return values.where(points, *point_ids, *(f".{point}" for point in point_ids))


LIEBERT_LINES = column("476.1.42.3.5.2.2.1.3", "lgpPwrMeasurementPointNumLines")
LIEBERT_UPS = First(
    (
        _rows_of_points(LIEBERT_POINT, LIEBERT_POINT, 6, 7, 8),  # battery, bypass, DC bus
        scalar("476.1.42.3.5.1.18.0", "lgpPwrBatteryTimeRemaining"),
    )
)


def _load_lines(below: int, name: str) -> Unless:
    """A column of the lines to the load."""
    lines = column(f"476.1.42.3.5.2.3.1.{below}", name)
    point = Part(LIEBERT_POINT, over=lines, stop=1)
    return Unless(_rows_of_points(lines, point, 5), LIEBERT_UPS)


vertiv_profile = partial(Profile, vendor="Vertiv")

PROFILES = (
    vertiv_profile(
        key="geist-v5",
        mib="VERTIV-V5-MIB of 2020-01-07",
        source=librenms("vertiv/VERTIV-V5-MIB"),
        models=("Geist GU1, GU2 upgradeable rPDU", "Geist MU, NU300xx", "IMD I-03, I-05"),
        sys_object_ids=oids("21239.5.2", "21239.42.1"),
        # 0 unavailable, 2 partially unavailable: no object says which part
        contact=(
            contact(column("21239.5.2.3.1.1.5", "pduMainAvail", optional=True), "1", optional=True),
        ),
        outlets=(
            outlets(
                states=State(
                    column("21239.5.2.3.5.1.4", "pduOutletSwitchState", optional=True),
                    on=("1",),
                    off=("2",),
                    doubts=(Doubt(V5_RELAY_FAILURE, (V5_WORKING,)),),
                ),
                control=Write(column("21239.5.2.3.5.1.6", "pduOutletSwitchControl"), on=2, off=4),
                rows=V5_SWITCH_NAME,
                name=column("21239.5.2.3.5.1.3", "pduOutletSwitchLabel"),
                current=figure(_v5_metered(V5_CURRENT), HUNDREDTHS),
                power=figure(_v5_metered(V5_POWER)),
                energy=figure(_v5_metered(V5_ENERGY), THOUSANDTHS),
            )
            + outlets(
                rows=only_metered(V5_METERED_NAME),
                name=only_metered(column("21239.5.2.3.6.1.3", "pduOutletMeterLabel")),
                current=figure(only_metered(V5_CURRENT), HUNDREDTHS),
                power=figure(only_metered(V5_POWER)),
                energy=figure(only_metered(V5_ENERGY), THOUSANDTHS),
            )
        ),
        load=total(
            V5_LINES,
            figure(
                column("21239.5.2.3.2.1.8", "pduPhaseCurrent"),
                HUNDREDTHS,
                table=V5_VOLTS,
                from_one=LAST_ARC,
            ),
            figure(
                column("21239.5.2.3.3.1.4", "pduBreakerCurrent"),
                HUNDREDTHS,
                beside=column("21239.5.2.3.3.1.2", "pduBreakerName"),
                from_one=LAST_ARC,
            ),
            else_outlets=True,
        ),
        power=total(
            figure(column("21239.5.2.3.1.1.9", "pduTotalRealPower"), beside=V5_TYPE),
            _v5_phases(12, "pduPhaseRealPower"),
            else_outlets=True,
        ),
        energy=total(
            figure(column("21239.5.2.3.1.1.12", "pduTotalEnergy"), THOUSANDTHS, beside=V5_TYPE),
            _v5_phases(15, "pduPhaseEnergy", THOUSANDTHS),
            else_outlets=True,
        ),
        evidence=SIMULATED,
        programs=(SONIC_MGMT, IRONIC_SNMP),
        unread="pduBreakerLossOfLoadDetected (newer MIBs): a breaker is not joined to its outlets",
    ),
    vertiv_profile(
        key="geist-v3",
        mib="GEIST-MIB-V3, IT-WATCHDOGS-MIB-V3 of 2013-06-19",
        source=librenms("geist/GEIST-MIB-V3"),
        models=(
            "Geist RCM, RCM-O, RSO with version 3 firmware",
            "I.T. Watchdogs units with outlets",
        ),
        # The second sysObjectID was not seen on a unit: it is the root of the MIB's tables.
        roots=(Root(oid("21239.2"), oid("21239.2")), Root(oid("17373.3"), oid("17373.3"))),
        outlets=outlets(
            states=State(V3_STATUS, on=("1",), off=("0",), confirm=V3_SETTLED),
            none_if_zero=scalar("~.1.8.1.16.0", "ctrlOutletCount"),
            control=Write(V3_STATUS, on=1, off=3, unsigned=True),
            name=column("~.16.1.2", "ctrlOutletName"),
            current=figure(column("~.16.1.6", "ctrlOutletDeciAmps"), TENTHS),
            power=figure(column("~.16.1.15", "ctrlOutletPower")),
            energy=figure(column("~.16.1.14", "ctrlOutletkWattHrs")),
        ),
        load=total(figure(_v3_phases(8, "ctrl3ChIECDeciAmps"), TENTHS), else_outlets=True),
        power=total(figure(_v3_phases(10, "ctrl3ChIECRealPower")), else_outlets=True),
        energy=total(figure(_v3_phases(5, "ctrl3ChIECKWattHrs")), else_outlets=True),
        evidence=replace(SIMULATED, switching=EvidenceLevel.MIB),
        note=(
            "The command is a Gauge32 in the MIB. DCImanager's SNMP chooses the type itself,"
            " probably INTEGER, which a strict device refuses; the command pdu writes a Gauge32."
        ),
    ),
    vertiv_profile(
        key="geist-em",
        mib="GEIST-EM-SERIES-MIB of 2012-03-12",
        source=pysnmp_mibs("mibs/geist/GEIST-EM-SERIES-MIB"),
        models=("Geist EM series",),
        sys_object_ids=oids("21239.3"),
        outlets=outlets(
            rows=EM_CURRENT,
            count=scalar("21239.3.1.7.0", "unitInfoAuxCount"),
            name=column("21239.3.3.1.3", "auxChannelFriendly"),
            current=figure(EM_CURRENT, TENTHS),
        ),
        load=total(
            figure(
                value_or_empty(
                    IfMatches(
                        EM_MAIN,
                        EM_MAIN_COUNT,
                        "1",
                        others=SEVERAL,
                    ),
                    IfMatches(EM_MAIN_COUNT, EM_MAIN_COUNT, SEVERAL),
                ),
                TENTHS,
                unmetered="the MIB does not say which of several mains are lines",
            )
        ),
        evidence=SIMULATED.of("current"),
        note=(
            "A unit with several main channels has no load: they may be lines, circuits or a"
            " neutral."
        ),
    ),
    vertiv_profile(
        key="liebert-mph",
        mib="LIEBERT-GP-PDU-MIB of 2008-07-02",
        source=librenms("liebert/LIEBERT-GP-PDU-MIB"),
        models=("Liebert MPH, MPH2", "Liebert MPX"),
        sys_object_ids=oids("476.1.42"),
        contact=(
            contact(
                column("476.1.42.3.8.20.1.25", "lgpPduEntrySysStatus", optional=True),
                *LIEBERT_STARTED,
                unit=THE_UNIT,
                optional=True,
                why="its PDU starts up",
            ),
        ),
        units=Complete(
            LIEBERT_PDUS, count=scalar("476.1.42.3.8.19.0", "lgpPduTableCount"), gaps=True
        ),
        outlets=outlets(
            states=State(
                column("476.1.42.3.8.50.20.1.95", "lgpPduRcpEntryPwrState"),
                on=("2",),
                off=("1",),
                doubts=(Doubt(LIEBERT_CONDITION, LIEBERT_NORMAL, optional=True),),
            ),
            control=Guarded(
                Guarded(
                    Write(column("476.1.42.3.8.50.20.1.100", "lgpPduRcpEntryControl"), on=1, off=0),
                    column("476.1.42.3.8.50.20.1.50", "lgpPduRcpEntryCapabilities"),
                    refuse=("1", "2", "5"),
                    why="the device reports it as not switchable",
                ),
                column("476.1.42.3.8.50.20.1.105", "lgpPduRcpEntryControlLock"),
                refuse=("2",),
                why="it is locked on the device",
            ),
            rows=LIEBERT_NAME,
            count=LIEBERT_COUNT,
            none_if_zero=LIEBERT_COUNT,
            counts_unlisted=True,
            number=column("476.1.42.3.8.50.20.1.25", "lgpPduRcpEntrySysAssignLabel"),
            name=LIEBERT_NAME,
            current=figure(
                column("476.1.42.3.8.50.20.1.61", "lgpPduRcpEntryEcHundredths"), HUNDREDTHS
            ),
            power=figure(column("476.1.42.3.8.50.20.1.65", "lgpPduRcpEntryPwrOut")),
            energy=figure(column("476.1.42.3.8.50.20.1.85", "lgpPduRcpEntryEnergyAccum"), TENTHS),
        ),
        load=total(
            figure(
                column("476.1.42.3.8.30.40.1.22", "lgpPduPsLineEntryEcHundredths"),
                HUNDREDTHS,
                beside=column("476.1.42.3.8.30.40.1.15", "lgpPduPsLineEntryLine"),
                from_one=LAST_ARC,
            ),
            unit=THE_UNIT,
        ),
        power=total(figure(LIEBERT_POWER, beside=LIEBERT_ENERGY), unit=THE_UNIT, demanded=True),
        energy=total(
            figure(LIEBERT_ENERGY, TENTHS, table=LIEBERT_POWER), unit=THE_UNIT, demanded=True
        ),
        evidence=SIMULATED,
        recording="liebert_mph2rg",
        note="A command also sets the state that the receptacle takes after a power failure.",
    ),
    vertiv_profile(
        key="liebert-power",
        mib="LIEBERT-GP-POWER-MIB of 2013-07-10",
        source=librenms("liebert/LIEBERT-GP-POWER-MIB"),
        models=("Liebert floor PDUs, such as FPC, with a card IntelliSlot Web/485 or Unity",),
        sys_object_ids=oids("476.1.42"),
        load=total(
            figure(
                _load_lines(6, "lgpPwrLineMeasurementCurrent"),
                count=_rows_of_points(LIEBERT_LINES, LIEBERT_POINT, 5),
            )
        ),
        ceilings=FLOOR,
        evidence=SIMULATED.of("current"),
        note=(
            "The currents to the load, in whole A. Powers and energies are not read: the MIB says W"
            " and Wh, but a recorded PDU shows kW, and nothing tells which of them a unit means. A"
            " unit that measures only its input, such as a panel, has no load."
        ),
    ),
    vertiv_profile(
        key="vertiv-dcs-mpdu",
        mib="DCS-MIB",
        source=librenms("vertiv/DCS-MIB"),
        models=("RDU-A and RDU manager with MPDU",),
        sys_object_ids=NET_SNMP,
        contact=(
            contact(
                column("13400.3.2.225.1.1.51", "mpduMpscom51CommunicateStatus"),
                "0",
                unit=THE_UNIT,
            ),
        ),
        outlets=outlets(
            states=State(DCS_OUTLETS, on=("1",), off=("0",), absent=("9999",)),
            control=Guarded(
                Write(DCS_OUTLETS, on=1, off=0),
                Part(DCS_TYPE, over=DCS_OUTLETS, stop=1),
                allow=DCS_SWITCHED,
                why="its unit is not of a type that switches",
            ),
        ),
        load=total(
            figure(_dcs("4", "mpduMpscom4TotalCurrent"), TENTHS, absent=("9999",)), unit=THE_UNIT
        ),
        power=total(
            figure(_dcs("8", "mpduMpscom8ActivePower"), TENS, absent=("9999",)), unit=THE_UNIT
        ),
        energy=total(figure(_dcs("13", "mpduMpscom13PowerConsumption"), HUNDREDTHS), unit=THE_UNIT),
        evidence=SIMULATED,
    ),
    Profile(
        key="avocent-pm",
        vendor="Avocent",
        mib="PM-MIB, ACS-MIB, ACS8000-MIB",
        source=librenms("avocent/PM-MIB"),
        models=("PM1000, PM2000, PM3000", "PDUs behind ACS 6000 and ACS 8000 console servers"),
        roots=(
            Root(oid("10418.17.1"), oid("10418.17.2.5")),
            Root(oid("10418.16"), oid("10418.16.2.5")),
            Root(oid("10418.26"), oid("10418.26.2.5")),
        ),
        # a row for each port, whose own number is a column
        units=Complete(
            PM_OUTLET_COUNT,
            count=Summed(column("~.2.1.4", "pmPowerMgmtSerialTableNumberPDUs", optional=True)),
            gaps=True,
        ),
        outlets=outlets(
            states=State(
                AVOCENT_STATUS,
                on=("2", "4", "10"),
                off=("1", "3", "11"),
                doubts=(Doubt(AVOCENT_ALARM, PM_TRUSTED, optional=True),),
            ),
            control=Guarded(
                Write(column("~.5.1.6", "pmPowerMgmtOutletsTablePowerControl"), on=2, off=3),
                AVOCENT_STATUS,
                refuse=("3", "4", "10"),
                why="it is locked, or cannot be switched",
            ),
            count=PM_OUTLET_COUNT,
            name=column("~.5.1.4", "pmPowerMgmtOutletsTableName"),
            current=figure(PM_OUTLET_AMPS, TENTHS, NOT_MEASURED),
            power=figure(
                _measured(
                    column("~.5.1.60", "pmPowerMgmtOutletsTablePowerValue", optional=True), PM_TYPE
                ),
                TENTHS,
                NOT_MEASURED,
            ),
            energy=figure(
                _measured(
                    column("~.5.1.105", "pmPowerMgmtOutletsTableEnergyValue", optional=True),
                    PM_TYPE,
                ),
                THOUSANDTHS,
                NOT_MEASURED,
            ),
        ),
        load=port_total(
            *(
                # -1 is no value of these: they return 0 if not supported
                figure(currents, TENTHS, (), padding=NO_METER)
                for currents in (
                    PM_LINES,
                    Complete(PM_AMPS, beside=PM_PHASES).where_not(THREE_PHASES, by=PM_PHASES),
                    Unless(ACS_LINES, PM_OUTLETS),
                    Unless(ACS_CURRENT, PM_OUTLETS),
                    ONE_SENSOR,
                )
            )
        ),
        power=port_total(
            figure(
                _measured(
                    column("10418.17.2.5.3.1.60", "pmPowerMgmtPDUTablePowerValue", optional=True),
                    PM_PDU_TYPE,
                ),
                TENTHS,
                padding=NO_METER,
            ),
            figure(Unless(ACS_POWER, PM_OUTLETS), TENTHS, padding=NO_METER),
        ),
        energy=port_total(
            figure(
                _measured(
                    column("10418.17.2.5.3.1.105", "pmPowerMgmtPDUTableEnergyValue", optional=True),
                    PM_PDU_TYPE,
                ),
                THOUSANDTHS,
                NOT_MEASURED,
            )
        ),
        evidence=SIMULATED,
        programs=(
            public("networkupstools/nut", "drivers/emerson-avocent-pdu-mib.c"),
            public("zelbanna/rims", "devices/avocent.py"),
        ),
        unread=(
            "pmPowerMgmtPDUTableAlarm, pmPowerMgmtPhasesTableAlarm: "
            "a fuse of the PDU or of a phase is not joined to its outlets"
        ),
    ),
)
