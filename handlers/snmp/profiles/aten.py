"""Aten: the PE series of two MIBs.

ATEN-PE-CFG (`aten-pe`) has one object for each outlet. Sub-identifier 10 is a table of names and
settings, so outlet 8 is at 9 and outlet 9 at 11. The outlets' objects are read by GET: a walk of
their subtree would also read some 1,200 rows of other tables.

Newer firmware also has the table displayOutletStatus. Values above 3 have other meanings there than
in outletNStatus. States are read from this table if it has a row for each outlet. Otherwise slots
are read one by one: those whose outletConfirmation is not "not supported" (4), or all slots if
every outletConfirmation is 4. The BMCs of some servers have the same sysObjectID and none of these
tables. Some firmware shows the figures as decimal texts alone, in columns that the MIB has as
comments: these are read where there are no integers.

ATEN-PE2-CFG (`aten-pe2`) has tables for up to 16 cascaded stations; the index is station.outlet. A
station that does not answer reads -3000000 everywhere, like one that was never there: its outlets
are left out.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from ..cells import Rows
from ..completeness import if_complete
from ..computed import Complete
from ..controls import Guard, Write
from ..decoding import counted_by
from ..evidence import SIMULATED
from ..filters import matches, one_of, rows_if_any_in, rows_if_each, rows_if_every_mark, without
from ..joins import times
from ..measurements import Measurement
from ..objects import Column, Span, Spread
from ..outlets import Outlets
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Source, Tables, computed_from, objects_of
from .language import THE_UNIT, column, figure, oid, oids, outlets, scalar, total
from .links import IRONIC_SNMP, librenms, public, pysnmp_mibs
from .scales import THOUSANDTHS
from .sources import first, rows_where, rows_without, unit_and_outlet, value_or_empty

STATUS = Spread(
    oid("21317.1.3.2.2.2.2"), (Span(1, 8, sub=2), Span(9, 42, sub=11)), "outletNStatus", by_get=True
)
CONFIRMATION = column("21317.1.3.2.2.2.2.10.1.3", "outletConfirmation")
NO_CONFIRMATION = "4"
NO_RIGHT, NOT_THERE = "6", "7"
PERMITTED = ("1", "2", "3", "4", "5", "8")  # all other statuses but "no right" (6)
NOT_SUPPORTED = ("-2000000", "not-support")
PE_CURRENT = column("21317.1.3.2.2.2.1.99.1.2", "deviceIntegerCurrent")
PE_ENERGY = column("21317.1.3.2.2.2.1.99.1.5", "deviceIntegerPowerDissipation")
# A, W and kWh as texts such as "0.85", which owners' programs read
PE_CURRENT_TEXT = column("21317.1.3.2.2.2.1.3.1.2", "deviceCurrent")
PE_POWER_TEXT = column("21317.1.3.2.2.2.1.3.1.4", "devicePower")
PE_ENERGY_TEXT = column("21317.1.3.2.2.2.1.3.1.5", "devicePowerDissipation")


LISTED_STATUS = replace(STATUS, listed=rows_without(CONFIRMATION, NO_CONFIRMATION))


@computed_from(STATUS, CONFIRMATION, by_row=True)
def unconfirmed_slots(tables: Tables) -> Rows:
    """The states of all slots, on a unit that confirms no command (outletConfirmation 4 in each
    slot): there the confirmations do not tell which slots have an outlet.

    >>> states = {STATUS: {"1": 2, "2": 1}}
    >>> unconfirmed_slots.rows(tables_of({**states, CONFIRMATION: {"1": 4, "2": 4}}))
    {'1': 2, '2': 1}

    On other units no row: their slots are not read.

    >>> unconfirmed_slots.rows(tables_of({**states, CONFIRMATION: {"1": 1, "2": 4}}))
    {}
    """
    confirmations = tables.with_all_rows[CONFIRMATION]
    confirms_none = matches(NO_CONFIRMATION)
    if not rows_if_each(confirmations, confirms_none):
        return {}  # its slots are not read
    return rows_if_every_mark(tables[STATUS], confirmations, confirms_none)


DISPLAYED = column("21317.1.3.2.2.2.1.5.1.2", "displayOutletStatus")
DISPLAYED_NOT_THERE = "6"
NUMBER_OF_OUTLETS = scalar("21317.1.3.2.2.2.1.13.0", "outletnumber")


@computed_from(DISPLAYED, NUMBER_OF_OUTLETS)
def displayed_states(tables: Tables) -> Rows:
    """The state of each outlet from the table of what the unit displays, if it has a row for each:
    rows that read 6 have no outlet.

    >>> counts_two = {NUMBER_OF_OUTLETS: {"0": 2}}
    >>> displayed_states.rows(tables_of({**counts_two, DISPLAYED: {"1": 2, "2": 1, "3": 6}}))
    {'1': 2, '2': 1}

    With fewer rows than outlets, no state is known; "." is a row whose index is not known:

    >>> displayed_states.rows(tables_of({**counts_two, DISPLAYED: {"1": 2, "3": 6}}))
    {'.': Missing(reason='no answer', is_unanswered=True)}

    No row where the unit counts no outlet, or does not count them:

    >>> displayed_states.rows(tables_of({DISPLAYED: {"1": 2, "2": 1}}))
    {}
    """
    count = tables.scalar(NUMBER_OF_OUTLETS)
    if count is None or counted_by(count) == 0:
        return {}
    outlet_states = without(tables[DISPLAYED], DISPLAYED_NOT_THERE)
    return if_complete(outlet_states, count)


PE2 = "21317.1.3.2.3"
NO_STATION = "-3000000"
NO_READING = ("-1000000",)
ONE_PHASE = "1"  # a value of devStatusWiredType
OPERATION = column(f"{PE2}.2.3.3.1.1", "outletControlOperation")
SWITCHABLE = column(f"{PE2}.2.3.1.1.3", "outletStatusSwitchable")
NAME = column(f"{PE2}.2.3.2.1.1", "outletConfigName")
OUTLET_COUNTS = column(f"{PE2}.1.2.1.7", "staStatusOutletCount")
DEVICE_AMPS = column(f"{PE2}.2.1.4.1.1", "devReadingCur")
DEVICE_ENERGY = column(f"{PE2}.2.1.4.1.4", "devReadingPD")
LINE_AMPS = column(f"{PE2}.2.4.3.1.1", "lineReadingCur")
LINE_VOLTS = column(f"{PE2}.2.4.3.1.2", "lineReadingVol", optional=True)
LINE_WATTS = column(f"{PE2}.2.4.3.1.3", "lineReadingPower", optional=True)
BANK_AMPS = column(f"{PE2}.2.2.4.1.1", "bankReadingCur")
BANK_VOLTS = column(f"{PE2}.2.2.4.1.2", "bankReadingVol", optional=True)
BANK_WATTS = column(f"{PE2}.2.2.4.1.3", "bankReadingPower", optional=True)
WIRED_TYPE = column(f"{PE2}.2.1.1.1.4", "devStatusWiredType")


# the number of outlets of each station that is there
STATIONS = rows_without(OUTLET_COUNTS, NO_STATION)
# The MIB does not say what the device's own current is on a station with several phases.
ONE_PHASE_CURRENTS = rows_where(DEVICE_AMPS, WIRED_TYPE, one_of(ONE_PHASE), by_row=True)


# the outlets that can or cannot be switched, else those with a name
SLOTS = first(rows_where(SWITCHABLE, SWITCHABLE, one_of("1", "2")), NAME)
station_total = partial(total, else_outlets=True, unit=THE_UNIT, units=STATIONS)


def _station_rows(values: Source) -> ComputedRows:
    """The values, on a device that lists a station (PDU). A server's BMC and a device with the
    older MIB have the same sysObjectID and list none: no row.

    >>> currents = {DEVICE_AMPS: {"1": 11000}}
    >>> _station_rows(DEVICE_AMPS).rows(tables_of({**currents, OUTLET_COUNTS: {"1": 24}}))
    {'1': 11000}
    >>> _station_rows(DEVICE_AMPS).rows(tables_of(currents))
    {}
    """

    @computed_from(*objects_of([values]), OUTLET_COUNTS, OPERATION, by_row=True)
    def rows(tables: Tables) -> Rows:
        stations = tables.with_all_rows.first(OUTLET_COUNTS, OPERATION)
        if not stations:
            return {}
        return rows_if_any_in(tables[values], stations)

    return rows


def _reading(source: Source) -> Measurement:
    # what is not supported is as if it were not there
    padding = (NO_STATION, *NOT_SUPPORTED)
    return Measurement(_station_rows(source), Decimal("0.0001"), NO_READING, padding)


def _pe2(below: str, name: str) -> Measurement:
    return _reading(column(f"{PE2}.2.{below}", name))


def _currents(currents: Column, beside: Column, sibling: Column) -> Measurement:
    """The current of each line or bank in A: their sum is the load. The values are in units of
    0.0001 A.

    >>> lines = _currents(LINE_AMPS, LINE_VOLTS, LINE_WATTS)
    >>> station = {OUTLET_COUNTS: {"1": 24}, LINE_AMPS: {"1.1": 11000, "1.3": 4000}}
    >>> lines.rows(tables_of(station))
    {'1.1': Decimal('1.1000'), '1.3': Decimal('0.4000')}

    A line that has a voltage and no current is not known:

    >>> volts = {LINE_VOLTS: {"1.1": 2300000, "1.2": 2300000, "1.3": 2300000}}
    >>> lines.rows(tables_of({**station, **volts}))["1.2"].reason
    'row 1.2 of lineReadingCur reads no answer'

    beside: another column of the table, which shows such a line.
    sibling: a third one, for stations that do not have the second.
    """
    return _reading(Complete(currents, same_rows_as=beside, siblings=(sibling,)))


def _text(values: Column) -> ComputedRows:
    """A column of figures as texts ("0.85"), on a PDU: it counts its outlets (outletnumber) or
    lists them (outletConfirmation). A server's BMC with the same sysObjectID does neither, and has
    no row.

    >>> AMPERES = column("21317.1.3.2.2.2.1.3.1.2", "deviceCurrent")
    >>> _text(AMPERES).rows(tables_of({AMPERES: {"1": "0.85"}, NUMBER_OF_OUTLETS: {"0": 8}}))
    {'1': '0.85'}
    >>> _text(AMPERES).rows(tables_of({AMPERES: {"1": "0.85"}}))
    {}
    """

    @computed_from(values, by_row=True, on_demand=(NUMBER_OF_OUTLETS, CONFIRMATION))
    def rows(tables: Tables) -> Rows:
        is_pdu = tables.scalar(NUMBER_OF_OUTLETS) is not None or tables.with_all_rows[CONFIRMATION]
        return tables[values] if is_pdu else {}

    return rows


def _of_outlets(arc: int, quantity: str) -> Measurement:
    """A current, power or energy of each outlet: integers in thousandths of A, W or kWh; on a unit
    without these, the same as decimal texts.

    >>> current = _of_outlets(2, "Current")
    >>> INTEGERS = column("21317.1.3.2.2.2.2.99.1.2", "outletIntegerCurrent")
    >>> current.measured_rows(tables_of({INTEGERS: {"1": 350}}))
    {'1': Decimal('0.350')}
    >>> TEXTS = column("21317.1.3.2.2.2.2.1.1.2", "outletCurrent")
    >>> current.measured_rows(tables_of({TEXTS: {"1": "0.35"}}))
    {'1': Decimal('0.35000')}

    arc: the last arc of both columns.
    quantity: the end of their names.
    """
    integers = column(f"21317.1.3.2.2.2.2.99.1.{arc}", f"outletInteger{quantity}")
    texts = column(f"21317.1.3.2.2.2.2.1.1.{arc}", f"outlet{quantity}")

    @computed_from(texts, by_row=True)
    def thousandths(tables: Tables) -> Rows:
        return times(tables[texts], 1000)

    return figure(first(integers, thousandths), THOUSANDTHS, NOT_SUPPORTED)


def _outlets(states: State) -> tuple[Outlets, ...]:
    """The outlets of an older PE unit, which one of three tables lists: names, currents, powers and
    energies are the same whichever it is. A command writes outletNStatus (2 on, 1 off).

    >>> (way,) = _outlets(State(STATUS, on=("2",), off=("1",)))
    >>> unit = tables_of({STATUS: {"1": 2, "2": 6}})
    >>> [decision.state.name for decision in way.states.decisions(unit).values()]
    ['UP', 'UNKNOWN']

    Status 6: the SNMP user may not switch outlet 2, and a command is refused.

    >>> way.guards[0].raise_if_forbidden(unit, "2")
    Traceback (most recent call last):
    handlers.shared.errors.Unsupported: outlet 2 is not switched: the SNMP community or user ...

    states: those of the table.
    """
    return outlets(
        states,
        Write(STATUS, on=2, off=1),
        Guard(
            STATUS,
            allow=PERMITTED,
            why="the SNMP community or user may not switch it, or the device does not support it",
        ),
        name=column("21317.1.3.2.2.2.2.10.1.2", "outletName"),
        current=_of_outlets(2, "Current"),
        power=_of_outlets(4, "Power"),
        energy=_of_outlets(5, "PowerDissipation"),
    )


PROFILES = (
    Profile(
        key="aten-pe",
        vendor="Aten",
        mib="ATEN-PE-CFG",
        source=librenms("aten/ATEN-PE-CFG"),
        models=("PE6xxx", "PE7xxx", "PE8xxx", "PE9xxx"),
        sys_object_ids=oids("21317"),
        outlets=(
            _outlets(State(displayed_states, on=("2",), off=("1",)))
            + _outlets(State(LISTED_STATUS, on=("2",), off=("1",), absent=(NOT_THERE,)))
            + _outlets(State(unconfirmed_slots, on=("2",), off=("1",), absent=(NOT_THERE,)))
        ),
        load=total(
            figure(PE_CURRENT, THOUSANDTHS, padding=NOT_SUPPORTED),
            figure(_text(PE_CURRENT_TEXT), padding=NOT_SUPPORTED),
            else_outlets=True,
        ),
        power=total(
            figure(
                column("21317.1.3.2.2.2.1.99.1.4", "deviceIntegerPower"),
                THOUSANDTHS,
                padding=NOT_SUPPORTED,
            ),
            figure(_text(PE_POWER_TEXT), padding=NOT_SUPPORTED),
            else_outlets=True,
        ),
        energy=total(
            # one table of five columns, where a unit without a meter reads "not supported"
            figure(value_or_empty(PE_ENERGY, PE_CURRENT), THOUSANDTHS, NOT_SUPPORTED),
            figure(
                value_or_empty(_text(PE_ENERGY_TEXT), _text(PE_CURRENT_TEXT)), absent=NOT_SUPPORTED
            ),
            else_outlets=True,
        ),
        evidence=SIMULATED,
        programs=(public("stb-tester/stb-tester", "_stbt/power.py"), IRONIC_SNMP),
        unread=(
            "breakerStatus: the MIB does not say which outlets a breaker has; outletSwitchable: the"
            " MIB does not describe it, an owner calls it a late copy of the state (an outlet that"
            " is off could then never be switched on), and a command that the unit does not carry"
            " out is told from the state"
        ),
    ),
    Profile(
        key="aten-pe2",
        vendor="Aten",
        mib="ATEN-PE2-CFG of 2021-11-02",
        source=pysnmp_mibs("mibs/aten/ATEN-PE2-CFG"),
        models=("PE series with firmware of 2018 or later, also cascaded",),
        # Neither was seen on a unit of this MIB. The first is its root, the second that of aten-pe.
        sys_object_ids=oids(PE2, "21317"),
        unseen=True,
        outlets=outlets(
            State(OPERATION, on=("2",), off=("1",), absent=(NOT_THERE, NO_STATION)),
            Write(OPERATION, on=2, off=1),
            Guard(
                OPERATION,
                refuse=(NO_RIGHT,),
                why="the SNMP community or user may not switch it",
            ),
            Guard(SWITCHABLE, allow=("2",), why="the device reports it as not switchable"),
            rows=_station_rows(SLOTS),
            count=STATIONS,
            checks_empty_table=True,
            number=unit_and_outlet(OPERATION),
            name=NAME,
            current=_pe2("3.4.1.1", "outletReadingCur"),
            power=_pe2("3.4.1.3", "outletReadingPower"),
            energy=_pe2("3.4.1.4", "outletReadingPD"),
        ),
        load=station_total(
            _currents(LINE_AMPS, LINE_VOLTS, LINE_WATTS),
            _reading(ONE_PHASE_CURRENTS),
            _currents(BANK_AMPS, BANK_WATTS, BANK_VOLTS),
        ),
        power=station_total(
            _reading(
                Complete(column(f"{PE2}.2.1.4.1.3", "devReadingPower"), same_rows_as=DEVICE_ENERGY)
            )
        ),
        energy=station_total(_reading(Complete(DEVICE_ENERGY, same_rows_as=DEVICE_AMPS))),
        evidence=SIMULATED,
        note=(
            "The outlets of a cascaded station that does not answer are left out: the MIB reports"
            " it like one that was never there."
        ),
        unread="bankStatusBreakerStatus: the MIB does not say which outlets a bank feeds",
    ),
)
