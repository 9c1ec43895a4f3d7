"""Vertiv's newer Geist units (VERTIV-V5-MIB), and Avocent's PMs and console servers."""

from .language import *

# Switched and metered outlets are two tables, joined by the outlet's factory name.
METERED_NAME = column("21239.5.2.3.6.1.2", "pduOutletMeterName")
SWITCH_NAME = column("21239.5.2.3.5.1.2", "pduOutletSwitchName")
METERS = {
    "current": (column("21239.5.2.3.6.1.8", "pduOutletMeterCurrent"), HUNDREDTHS),
    "power": (column("21239.5.2.3.6.1.12", "pduOutletMeterRealPower"), ONES),
    "energy": (column("21239.5.2.3.6.1.15", "pduOutletMeterEnergy"), THOUSANDTHS),
}
RELAY_FAILURE = column("21239.5.2.3.5.1.5", "pduOutletSwitchRelayFailure")
WORKING = "2"  # false
VOLTS = column("21239.5.2.3.2.1.4", "pduPhaseVoltage")
TYPE = column("21239.5.2.3.1.1.6", "pduMeterType", optional=True)
WYE = "0"  # a meter's type: it is not fed in delta
LINE_CURRENT = column("21239.5.2.3.4.1.4", "pduLineCurrent")
LINE_NAME = column("21239.5.2.3.4.1.2", "pduLineName")


def _joined(values: Column) -> Derived:
    """Values of metered outlets, under the indexes of the switched ones."""

    @rows_of(values, METERED_NAME, late=(SWITCH_NAME,))
    def rows(t: Tables) -> Rows:
        meters = t[values]
        return join(meters, [t[METERED_NAME]], [t[SWITCH_NAME]], same_row=True) if meters else {}

    return rows


def _only_metered(values: Column) -> Parts:
    """Values by the indexes of meters, on a unit that shows no table of switched outlets: outlet 7
    is "0.7". The table may be missing only now, and its rows are other outlets'."""
    return Parts((("0", values),))


@rows_of(LINE_CURRENT, LINE_NAME, TYPE)
def lines(t: Tables) -> Rows:
    """The lines of a unit fed in delta, whose phase currents flow between two lines, and of one that
    does not say how it is fed: the sum of its lines is right either way."""
    types = t[TYPE]
    wye = where(types, types, WYE)
    wye = where_not(wye, "")
    if wye and not all(isinstance(value, Lost) for value in wye.values()):
        return {}
    currents = complete(t[LINE_CURRENT], t[LINE_NAME], least=3)
    return unless(left_join(currents or t[LINE_NAME], currents), wye)


def _phases(below: int, name: str, scale: Decimal = ONES) -> Measurement:
    """The sum of the phases, for units without pduMainTable: a recording of one has only these."""
    phases = column(f"21239.5.2.3.2.1.{below}", name)

    @rows_of(phases, VOLTS, TYPE)
    def rows(t: Tables) -> Rows:
        return unless({} if t[TYPE] else complete(t[phases], t[VOLTS], from_one=LAST_ARC), t[TYPE])

    return figure(rows, scale)


GEIST_V5 = partial(
    Profile,
    # 0 unavailable, 2 partially unavailable: no object says which part
    conditions=(
        device_condition(
            column("21239.5.2.3.1.1.5", "pduMainAvail", optional=True), "1", optional=True
        ),
    ),
    outlets=outlets(
        State(
            column("21239.5.2.3.5.1.4", "pduOutletSwitchState", optional=True),
            on=("1",),
            off=("2",),
            conditions=(Condition(RELAY_FAILURE, (WORKING,)),),
        ),
        Write(column("21239.5.2.3.5.1.6", "pduOutletSwitchControl"), on=2, off=4),
        rows=SWITCH_NAME,
        name=column("21239.5.2.3.5.1.3", "pduOutletSwitchLabel"),
        has_joined_meters=True,
        **{name: figure(_joined(values), scale) for name, (values, scale) in METERS.items()},
    )
    + outlets(
        rows=_only_metered(METERED_NAME),
        name=_only_metered(column("21239.5.2.3.6.1.3", "pduOutletMeterLabel")),
        **{name: figure(_only_metered(values), scale) for name, (values, scale) in METERS.items()},
    ),
    load=total(
        # firmware that does not measure the lines reports 0 for them
        figure(lines, HUNDREDTHS, padding=("0",)),
        figure(
            column("21239.5.2.3.2.1.8", "pduPhaseCurrent"),
            HUNDREDTHS,
            table=VOLTS,
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
        figure(column("21239.5.2.3.1.1.9", "pduTotalRealPower"), beside=TYPE),
        _phases(12, "pduPhaseRealPower"),
        else_outlets=True,
    ),
    energy=total(
        figure(column("21239.5.2.3.1.1.12", "pduTotalEnergy"), THOUSANDTHS, beside=TYPE),
        _phases(15, "pduPhaseEnergy", THOUSANDTHS),
        else_outlets=True,
    ),
)

# Avocent. The index of a PDU is port.pdu, that of an outlet port.pdu.outlet.
STATUS = column("~.5.1.5", "pmPowerMgmtOutletsTableStatus", optional=True)
# Tells of a blown fuse or a tripped breaker of the outlet. The console servers do not report it.
ALARM = column("~.5.1.45", "pmPowerMgmtOutletsTableAlarm", optional=True)
TRUSTED = ("1", "4", "5", "6", "7")  # normal, and the limits of the current
NO_METER = ("0",)  # PM-MIB: columns of measurements use 0 for "not supported"
NOT_MEASURED = (*NO_METER, "-1")
ESTIMATED = "1"  # a value of ...PowerType: the W, and the Wh that count them, are no measurement
NO_SENSOR, THREE_PHASES = "0", "3"  # ...PowerMgmtPDUTablePowerType, ...NumberOfPhases
OUTLET_COUNT = column("~.3.1.8", "pmPowerMgmtPDUTableNumberOfOutlets")
PORT_PDUS = column("~.2.1.4", "pmPowerMgmtSerialTableNumberPDUs", optional=True)
OUTLET_TYPE = column("~.5.1.65", "pmPowerMgmtOutletsTablePowerType", optional=True)
OUTLET_AMPS = column("~.5.1.50", "pmPowerMgmtOutletsTableCurrentValue", optional=True)
# A PM with outlets is no console server. Not the other way round: a PM may have no outlets.
PM_OUTLETS = column("10418.17.2.5.5.1.5", "pmPowerMgmtOutletsTableStatus", optional=True)


def _pm(below: int, name: str) -> Column:
    return column(f"10418.17.2.5.3.1.{below}", "pmPowerMgmtPDUTable" + name, optional=True)


PM_TYPE, PM_PHASES, PM_AMPS = (
    _pm(65, "PowerType"),
    _pm(37, "NumberOfPhases"),
    _pm(50, "CurrentValue"),
)
PM_SENSORS, PM_SENSOR_AMPS = _pm(9, "CurrentNOS"), _pm(10, "Current1Value")
PM_LINES = completed(
    column("10418.17.2.5.9.1.50", "pmPowerMgmtPhasesTableCurrentValue"),
    column("10418.17.2.5.9.1.4", "pmPowerMgmtPhasesTableName"),
)


def _acs(below: str, name: str) -> Derived:
    """A column of a console server, ACS 6000 or ACS 8000."""
    name = "acsPowerMgmt" + name
    return first(column(f"10418.16.2.5.{below}", name), column(f"10418.26.2.5.{below}", name))


ACS_PHASES = _acs("3.1.37", "PDUTableNumberOfPhases")
ACS_LINES = completed(
    _acs("8.1.7", "PhasesTableCurrentValue"), _acs("8.1.4", "PhasesTablePhaseName"), ACS_PHASES
)
ACS_AMPS, ACS_TYPE = _acs("3.1.39", "PDUTableCurrentValue"), _acs("3.1.50", "PDUTablePowerType")
ACS_WATTS = completed(_acs("3.1.51", "PDUTablePowerValue"), ACS_TYPE)


def _measured(values: Column, power_type: Column) -> Derived:
    """The rows, without a value where the unit estimates its power."""

    @rows_of(values, power_type)
    def rows(t: Tables) -> Rows:
        return left_join(t[values], where_not(t[values], ESTIMATED, by=t[power_type]))

    return rows


def _of_one_phase(values: Source, phases: Source) -> Derived:
    """Currents of PDUs. The MIBs do not say which current it is on a PDU with three phases."""
    every_pdu = completed(values, phases)

    @rows_of(*every_pdu.objects)
    def rows(t: Tables) -> Rows:
        return where_not(t[every_pdu], THREE_PHASES, by=t[phases])

    return rows


def _of_console_server(values: Derived) -> Derived:
    @rows_of(*values.objects, PM_OUTLETS)
    def rows(t: Tables) -> Rows:
        return unless({} if t[PM_OUTLETS] else t[values], t[PM_OUTLETS])

    return rows


@rows_of(*ACS_WATTS.objects)
def acs_power(t: Tables) -> Rows:
    watts, types = t[ACS_WATTS], t[ACS_TYPE]
    return where_not(left_join(watts, where_not(watts, ESTIMATED, by=types)), NO_SENSOR, by=types)


@rows_of(PM_SENSOR_AMPS, PM_SENSORS, OUTLET_AMPS, PM_AMPS)
def one_sensor(t: Tables) -> Rows:
    """Before 2010, PM-MIB has only the currents of up to three sensors, and does not say what each
    of several measures."""
    others = t.first(OUTLET_AMPS, PM_AMPS, ACS_AMPS)
    return unless({} if others else where(t[PM_SENSOR_AMPS], t[PM_SENSORS], "1"), others)


@rows_of(PORT_PDUS)
def pdu_count(t: Tables) -> Rows:
    """The PDUs of all ports; a row for each port, whose own number is a column."""
    counts = [number(value) for value in t[PORT_PDUS].values()]
    if not counts or any(count is None or count < 0 for count in counts):
        return {}
    return {"0": str(sum(filter(None, counts)))}


port_total = partial(total, else_outlets=True, unit=Arcs(0, 2))  # of a PDU of a port

AVOCENT_PM = partial(
    Profile,
    units=completed(OUTLET_COUNT, count=pdu_count, gaps=True),
    unit_count=pdu_count,
    outlets=outlets(
        State(
            STATUS,
            on=("2", "4", "10"),
            off=("1", "3", "11"),
            conditions=(Condition(ALARM, TRUSTED, optional=True),),
        ),
        Write(column("~.5.1.6", "pmPowerMgmtOutletsTablePowerControl"), on=2, off=3),
        Guard(STATUS, refuse=("3", "4", "10"), why="it is locked, or cannot be switched"),
        count=OUTLET_COUNT,
        name=column("~.5.1.4", "pmPowerMgmtOutletsTableName"),
        current=figure(OUTLET_AMPS, TENTHS, NOT_MEASURED),
        power=figure(
            _measured(
                column("~.5.1.60", "pmPowerMgmtOutletsTablePowerValue", optional=True), OUTLET_TYPE
            ),
            TENTHS,
            NOT_MEASURED,
        ),
        energy=figure(
            _measured(
                column("~.5.1.105", "pmPowerMgmtOutletsTableEnergyValue", optional=True),
                OUTLET_TYPE,
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
                _of_one_phase(PM_AMPS, PM_PHASES),
                _of_console_server(ACS_LINES),
                _of_console_server(_of_one_phase(ACS_AMPS, ACS_PHASES)),
                one_sensor,
            )
        )
    ),
    power=port_total(
        figure(_measured(_pm(60, "PowerValue"), PM_TYPE), TENTHS, padding=NO_METER),
        figure(_of_console_server(acs_power), TENTHS, padding=NO_METER),
    ),
    energy=port_total(
        figure(_measured(_pm(105, "EnergyValue"), PM_TYPE), THOUSANDTHS, NOT_MEASURED)
    ),
)

HERE = {"geist-v5": GEIST_V5, "avocent-pm": AVOCENT_PM}
