"""Eaton's ePDU G2 and G3 of EATON-EPDU-MIB.

The index is strapping.outlet, and the first unit of a chain is 0. The value written into a verb's
column is a delay in seconds; 0 is now. One public driver has columns 3 (off) and 4 (on) in the
opposite order; the MIB, two other drivers and the sister families agree on the order here. A
pending "on" or "off" is a value of the state itself.
"""

from .language import *

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


@rows_of(CURRENT, CURRENT_TYPE, CURRENT_COUNT)
def lines(t: Tables) -> Rows:
    currents = t[CURRENT]
    types = left_join(currents, t[CURRENT_TYPE])
    every_line = complete(currents, counts=t[CURRENT_COUNT])
    return where_not(every_line, NEUTRAL, by=types, others=LINES_OF_INPUT)


@rows_of(UNITS_PRESENT)
def unit_count(t: Tables) -> Rows:
    present = t.scalar(UNITS_PRESENT)
    if present is None or isinstance(present, Lost):
        return {}
    return {"0": str(len(list(filter(str.strip, text(present).split(",")))))}


def _input_figures(
    values: Column, scale: Decimal = ONES, absent: Sequence[str] = ("-1",)
) -> tuple[Measurement, Measurement]:
    """The total of each input, and the phases of those without a total."""

    @rows_of(values, MEASURED)
    def totals(t: Tables) -> Rows:
        return where(t[values], t[MEASURED], TOTAL, others=(*PHASES, UNKNOWN))

    @rows_of(values, MEASURED)
    def phases(t: Tables) -> Rows:
        return where(t[values], t[MEASURED], *PHASES, others=(TOTAL, UNKNOWN))

    return figure(totals, scale, absent), figure(phases, scale, absent)


LINES = figure(lines, THOUSANDTHS)
POWER = (figure(WATTS), *_input_figures(INPUT_WATTS))

EATON_EPDU = partial(
    Profile,
    # 1 is lost
    conditions=(
        unit_condition(
            column("534.6.6.7.1.2.1.30", "communicationStatus", optional=True), "0", optional=True
        ),
        unit_condition(
            column("534.6.6.7.1.2.1.32", "strappingStatus", optional=True), "0", optional=True
        ),
    ),
    units=completed(OUTLET_COUNT, count=unit_count, gaps=True),
    unit_count=unit_count,
    outlets=outlets(
        State(
            column("534.6.6.7.6.6.1.2", "outletControlStatus"),
            on=("1",),
            off=("0",),
            conditions=(Condition(REBOOT, NO_REBOOT, optional=True),),
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
            demanded=False,  # came into the MIB with the revision of 2014-09-29
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
)

HERE = {"eaton-epdu": EATON_EPDU}
