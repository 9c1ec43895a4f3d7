"""Raritan: PDU2-MIB (PX2, PX3, PX4, and Server Technology's PRO4X on the same platform), and the
PDU-MIB of the first PX, which Eaton copied below its own root.

PDU2-MIB: the index is pdu.outlet. Tables of sensors add the sensor's type. The device reports the
decimal digits of each sensor, and its smallest possible reading: if that is below 0, the reading is
in the signed column, and the unsigned one is undefined. Firmware before 3.0 has no signed columns.
The tables of outlet sensors have a row for each outlet and type, 612 on a PX4 of 36 outlets, so
usually only the values are walked. A reading of 0 counts unless the sensor is reported as
unavailable. The current that a three-phase inlet reports is its highest line current, so its poles
are summed. An inlet of one phase has no readings by pole, so its own current counts.
"""

from functools import partial
from typing import NamedTuple, Optional

from ..absence import is_optional_and_absent
from ..cells import MARK_UNKNOWN, NO_ANSWER, Missing, Rows, arcs, missing_because
from ..completeness import (
    with_missing_if_fewer,
    with_missing_if_fewer_parts,
    with_missing_rows_of,
    with_missing_units,
    with_missing_up_to_count,
)
from ..controls import Guard, Write
from ..decoding import is_one_of, number, text
from ..evidence import SIMULATED
from ..filters import (
    except_where,
    none_of,
    one_of,
    rows_if_none_in,
    where,
    with_arc,
    without,
    yes_or_no,
)
from ..joins import bit, left_join, numbered, with_units
from ..measurements import Measurement
from ..objects import Column
from ..outlets import Outlets
from ..profile import Profile, Root
from ..states import State
from ..tables import ComputedRows, Source, Tables, computed_from, objects_of
from .conditions import unit_condition
from .language import THE_UNIT, column, figure, nameplate, oid, oids, outlets, scalar, total
from .links import librenms, public
from .scales import ONES, THOUSANDTHS
from .shared_values import shared_by_kind
from .sources import first, on_demand, rows_without, value_or_empty

CURRENT, POWER, ENERGY, ON_OFF = "1", "5", "8", "14"  # sensor types
ZERO = "0"  # also what an outlet without a reading shows
NOT_AVAILABLE = ("2", "0")  # values of ...IsAvailable; 0 is no TruthValue
# BITS: the sensor of type N has bit N - 1
CAPABILITIES = column("13742.6.3.5.3.1.10", "outletDeviceCapabilities", optional=True)
# a row for each PDU of the chain; a controller has no inlet
INLET_COUNT = column("13742.6.3.2.2.1.2", "inletCount", optional=True)
PX2_OUTLET_COUNT = column("13742.6.3.2.2.1.4", "outletCount")
PDU_COUNT = scalar("13742.6.3.1.0", "pduCount")
LABEL = column("13742.6.3.5.3.1.2", "outletLabel")
NEUTRAL = "4"  # a value of inletPoleLine
POLE_LINE = column("13742.6.3.3.5.1.1", "inletPoleLine")
POLE_COUNT = column("13742.6.3.3.3.1.5", "inletPoleCount")
# of each transfer switch; the other inlet shows what it draws on standby, or the load once more
ACTIVE_INLET = column("13742.6.4.3.1.1.1", "transferSwitchActiveInlet", optional=True)
SWITCH_COUNT = column("13742.6.3.2.2.1.66", "transferSwitchCount", optional=True)


class _Sensors(NamedTuple):
    """The tables of one kind of part, such as inlets. `part` is its name in the MIB's objects.

    >>> OUTLETS.value(CURRENT).object, OUTLETS.value(CURRENT).suffix
    ('measurementsOutletSensorValue', '1')
    """

    readings: str  #: the entry of the measurements
    configuration: str  #: the entry of the sensors' configuration
    part: str
    optional: bool = False  #: whether the parts of some units have no sensor at all

    def reading(self, below: int, name: str, kind: str, *, optional: bool = True) -> Column:
        name = f"measurements{self.part[0].upper()}{self.part[1:]}Sensor{name}"
        return column(f"{self.readings}.{below}", name, kind, optional=optional)

    def value(self, kind: str) -> Column:
        return self.reading(4, "Value", kind, optional=self.optional)

    def available(self, kind: str) -> Column:
        return self.reading(2, "IsAvailable", kind)

    def setting(self, below: int, name: str, kind: str, *, optional: bool = True) -> Column:
        name = f"{self.part}Sensor{name}"
        return column(f"{self.configuration}.{below}", name, kind, optional=optional)

    def digits(self, kind: str) -> Column:
        """A row for each part with a sensor."""
        return self.setting(7, "DecimalDigits", kind, optional=False)

    def minimum(self, kind: str = "") -> Column:
        return self.setting(27, "SignedMinimum", kind)

    def on_demand(self, kind: str) -> tuple[Column, ...]:
        """What is only read of sensors whose readings may be signed."""
        return (self.reading(6, "SignedValue", kind), self.setting(26, "SignedMaximum", kind))

    def objects(self, kind: str) -> tuple[Column, ...]:
        return (self.value(kind), self.available(kind), self.digits(kind), self.minimum(kind))

    def values(self, tables: Tables, kind: str) -> Rows:
        """The readings. A sensor without a minimum has none, where the firmware has minima."""
        minima: Rows = {}
        signed_readings, _ = self.on_demand(kind)
        if (tables[self.value(kind)] or tables[signed_readings]) and tables[self.minimum()]:
            minima = left_join(tables[self.digits(kind)], tables[self.minimum(kind)])
        return signed(tables, self, kind, minima)

    def checked(self, tables: Tables, kind: str) -> Rows:
        """The readings. A 0 of a sensor that is not available is empty."""
        values = self.values(tables, kind)
        zeros = [row for row, value in values.items() if is_one_of(value, (ZERO,))]
        tests = tables.cells(self.available(kind), zeros)
        return left_join(values, except_where(values, (ZERO,), tests, one_of(*NOT_AVAILABLE)))

    def parts(self, tables: Tables, kind: str) -> Rows:
        """A row for each part, without a value if the reading is not available, or if the answer
        left out one that is."""
        values, available = self.values(tables, kind), tables[self.available(kind)]
        rows = values or without(available, *NOT_AVAILABLE)
        if not rows and not available:
            rows = tables[self.digits(kind)]
        return left_join(rows, where(values, available, none_of(*NOT_AVAILABLE)))

    def figure(self, source: Source, kind: str, unmetered: str = "") -> Measurement:
        scale = THOUSANDTHS if kind == ENERGY else ONES
        exponent = negative(self.digits(kind))
        return Measurement(source, scale, (), exponent=exponent, unmetered=unmetered)


def negative(digits: Source) -> ComputedRows:
    """Numbers of decimal digits as exponents.

    >>> DIGITS = column("~.3.5.4.1.7", "outletSensorDecimalDigits")
    >>> negative(DIGITS).rows({DIGITS: {"1.1": 2, "1.2": 0}})
    {'1.1': '-2', '1.2': '0'}
    """

    @computed_from(*objects_of([digits]))
    def rows(tables: Tables) -> Rows:
        result: Rows = {}
        for row, value in tables[digits].items():
            count = number(value)
            if isinstance(value, Missing):
                result[row] = value
            elif count is not None and count >= 0:
                result[row] = str(-count)
        return result

    return rows


def _without_minima(tables: Tables, sensors: _Sensors, kind: str, readings: Rows) -> Rows:
    """The unsigned readings of a unit that shows no minimum of these sensors: of firmware before
    3.0. If it has the signed readings, an unsigned 0 may stand for one of them, and is lost unless
    both are 0:

        unsigned  signed     reading
        91234567  no object  91234567
        0         91234567   lost
    """
    signed_readings, _ = sensors.on_demand(kind)
    zeros = [row for row, value in readings.items() if is_one_of(value, (ZERO,))]
    if not zeros or not tables.has_cell(signed_readings, zeros[0]):
        return readings
    signed_of_zeros = tables.cells(signed_readings, zeros)
    result = dict(readings)
    for row in zeros:
        if not is_one_of(signed_of_zeros.get(row), (ZERO,)):
            result[row] = missing_because(signed_of_zeros.get(row))
    return result


def signed(tables: Tables, sensors: _Sensors, kind: str, minima: Rows) -> Rows:
    """The reading of each sensor: the signed one if its minimum is below 0, else the unsigned one.
    A sensor whose minimum is missing, or above its reading, has the reading that it gives both
    times. A signed one is empty if the largest possible is not above 0: the device shows 0 for a
    range that does not fit into 32 bits, and for its readings too.

        minimum  unsigned  signed    reading
        -2^31    0         91234567  91234567
        0        91234567  0         91234567
        lost     0         91234567  lost
    """
    readings = tables[sensors.value(kind)]
    if not minima:
        return _without_minima(tables, sensors, kind, readings)
    least = {row: number(value) for row, value in minima.items()}
    below_0 = [row for row, value in least.items() if value is not None and value < 0]
    unclear_rows = []
    for row, reading in readings.items():
        smallest = least.get(row)
        if smallest is None or smallest > (number(reading) or 0):
            unclear_rows.append(row)
    if not (below_0 or unclear_rows):
        return readings
    signed_readings, maxima = (tables[source] for source in sensors.on_demand(kind))
    result = dict(readings)
    for row in unclear_rows:
        if text(readings[row]) != text(signed_readings.get(row, "")):
            result[row] = missing_because(minima.get(row))
    for row in below_0:
        most = number(maxima.get(row))
        result[row] = "" if most is not None and most <= 0 else signed_readings.get(row, "")
    return result


UNITS = _Sensors("13742.6.5.1.3.1", "13742.6.3.2.5.1", "unit")
INLETS = _Sensors("13742.6.5.2.3.1", "13742.6.3.3.4.1", "inlet")
# inletPoleCapabilities of an inlet of one phase are all 0
INLET_POLES = _Sensors("13742.6.5.2.4.1", "13742.6.3.3.6.1", "inletPole", optional=True)
PROTECTORS = _Sensors("13742.6.5.3.3.1", "13742.6.3.4.4.1", "overCurrentProtector")
OUTLETS = _Sensors("13742.6.5.4.3.1", "13742.6.3.5.4.1", "outlet")


def _certainly_there(rows: Rows) -> Rows:
    """Readings of sensors that another column shows: one that is lost is not known, whatever a GET
    of it says.

    >>> _certainly_there({"1": 5, "2": NO_ANSWER})["2"].is_unanswered
    False
    """
    return {row: missing_because(v) if isinstance(v, Missing) else v for row, v in rows.items()}


def _outlet(kind: str) -> Measurement:
    """The readings of a sensor type, of the outlets that have such a sensor: by their capabilities,
    or without that column by the readings' availability."""
    value, available = OUTLETS.value(kind), OUTLETS.available(kind)
    minimum, digits = OUTLETS.minimum(kind), OUTLETS.digits(kind)
    signed_readings, maximum = OUTLETS.on_demand(kind)

    def with_sensor(tables: Tables) -> Rows:
        """The capabilities of the outlets that have such a sensor."""
        has_sensor = bit(tables[CAPABILITIES], int(kind) - 1)
        return where(tables[CAPABILITIES], has_sensor, one_of("1"))

    @computed_from(
        value, CAPABILITIES, on_demand=(available, minimum, digits, signed_readings, maximum)
    )
    def readings(tables: Tables) -> Rows:
        # without capabilities the availability is read first: it shows rows that the values lack
        is_available = {} if tables[CAPABILITIES] else tables[available]
        alike = with_sensor(tables)
        values: Rows = {}
        if tables[value] or tables[signed_readings]:
            values = signed(tables, OUTLETS, kind, shared_by_kind(tables, minimum, alike))
        if not tables[CAPABILITIES]:
            result = where(values, is_available, none_of(*NOT_AVAILABLE))
            return _certainly_there(result) if is_available else result
        zeros = [row for row in alike if is_one_of(values.get(row), (ZERO,))]
        of_outlets = {row: values.get(row, NO_ANSWER) for row in alike}
        result = except_where(
            of_outlets, (ZERO,), tables.cells(available, zeros), one_of(*NOT_AVAILABLE)
        )
        return _certainly_there(result)

    @computed_from(digits, on_demand=(CAPABILITIES,))
    def digits_of_outlets(tables: Tables) -> Rows:
        return shared_by_kind(tables, digits, with_sensor(tables))

    scale = THOUSANDTHS if kind == ENERGY else ONES
    return Measurement(readings, scale, (), exponent=negative(digits_of_outlets))


def _in_use(tables: Tables, rows: Rows) -> Rows:
    """Rows of inlets, or of their lines, without those of inlets that a transfer switch does not
    use now. All of a PDU are lost if the inlet in use is not known or is not listed. The index
    begins with PDU and inlet.

    >>> switch = {SWITCH_COUNT: {"1": 1}, ACTIVE_INLET: {"1.1": 2}}
    >>> _in_use(switch, {"1.1": 0, "1.2": 15})
    {'1.2': 15}
    >>> _in_use({SWITCH_COUNT: {"1": 0}}, {"1.1": 0, "1.2": 15})
    {'1.1': 0, '1.2': 15}
    """
    switches = (
        {pdu for pdu, count in tables[SWITCH_COUNT].items() if not is_one_of(count, ("0",))}
        if rows
        else set()
    )
    if not switches:
        return rows
    inlet_by_pdu: dict[str, str] = {}
    for row, inlet in tables[ACTIVE_INLET].items():
        pdu = arcs(row, stop=1)
        # of several switches none
        inlet_by_pdu[pdu] = "" if pdu in inlet_by_pdu else f"{pdu}.{text(inlet)}"
    inlets = {arcs(row, stop=2) for row in rows}
    result: Rows = {}
    for row, value in rows.items():
        pdu, inlet = arcs(row, stop=1), arcs(row, stop=2)
        if pdu not in switches or inlet == inlet_by_pdu.get(pdu):
            result[row] = value
        elif inlet_by_pdu.get(pdu) not in inlets:
            result[row] = MARK_UNKNOWN
    return result


def _each_inlet(tables: Tables, rows: Rows) -> Rows:
    """Rows of inlets, or of their lines: no sum if one of the inlets that a PDU counts has none."""
    return with_missing_if_fewer_parts(rows, tables[INLET_COUNT], 2)


def _inlets(kind: str) -> Measurement:
    """The figure of the inlets in use; the energy of all, because each has its own counter."""

    @computed_from(
        *INLETS.objects(kind), INLET_COUNT, on_demand=(*INLETS.on_demand(kind), SWITCH_COUNT)
    )
    def rows(tables: Tables) -> Rows:
        inlets = _each_inlet(tables, INLETS.parts(tables, kind))
        return inlets if kind == ENERGY else _in_use(tables, inlets)

    return INLETS.figure(rows, kind)


def _units(kind: str) -> Measurement:
    """The figure of units whose inlets have no such sensor."""

    @computed_from(*UNITS.objects(kind), on_demand=(UNITS.value(kind), *UNITS.on_demand(kind)))
    def rows(tables: Tables) -> Rows:
        return UNITS.parts(tables, kind) if tables[UNITS.available("")] else {}

    return UNITS.figure(rows, kind)


@computed_from(
    *INLET_POLES.objects(CURRENT),
    POLE_LINE,
    INLET_COUNT,
    on_demand=(INLET_POLES.available(CURRENT), *INLET_POLES.on_demand(CURRENT), SWITCH_COUNT),
)
def lines(tables: Tables) -> Rows:
    """The poles of all inlets in use, without the neutral, whatever its number is."""
    poles, pole_line = INLET_POLES.checked(tables, CURRENT), tables[POLE_LINE]
    if not poles and is_optional_and_absent(tables, INLET_POLES.value(CURRENT), pole_line):
        pole_line = {}
    every_pole = with_arc(with_missing_rows_of(poles, pole_line), -1, "1", "2", "3")
    return _in_use(tables, _each_inlet(tables, where(every_pole, pole_line, none_of(NEUTRAL))))


@computed_from(
    *INLETS.objects(CURRENT),
    POLE_COUNT,
    INLET_COUNT,
    on_demand=(*INLETS.on_demand(CURRENT), SWITCH_COUNT),
)
def one_phase_inlets(tables: Tables) -> Rows:
    """The currents of inlets with one or two poles. Of an inlet with more poles it is the highest
    of their currents, which is only a load if it is 0."""
    inlets = _in_use(tables, _each_inlet(tables, INLETS.parts(tables, CURRENT)))
    if not inlets:
        return {}
    poles = with_missing_rows_of(tables[POLE_COUNT], inlets)
    loads = where(inlets, poles, yes_or_no(("1", "2"), ("3", "4", "5"))) or where(
        inlets, inlets, one_of("0")
    )
    return left_join(inlets, loads)


@computed_from(
    *PROTECTORS.objects(CURRENT), *one_phase_inlets.objects, on_demand=PROTECTORS.on_demand(CURRENT)
)
def breakers(tables: Tables) -> Rows:
    inlets = _in_use(tables, _each_inlet(tables, INLETS.parts(tables, CURRENT)))
    return rows_if_none_in({} if inlets else PROTECTORS.values(tables, CURRENT), inlets)


@computed_from(INLET_COUNT, PX2_OUTLET_COUNT, PDU_COUNT)
def px2_units(tables: Tables) -> Rows:
    return with_missing_if_fewer(tables[INLET_COUNT] or tables[PX2_OUTLET_COUNT], tables[PDU_COUNT])


@computed_from(LABEL)
def printed_numbers(tables: Tables) -> Rows:
    return with_units(numbered(tables[LABEL], position=0), tables[LABEL])


pdu_total = partial(total, unit=THE_UNIT, units=rows_without(INLET_COUNT, "0"))
LINES = INLET_POLES.figure(lines, CURRENT)
ONE_PHASE_INLETS = INLETS.figure(
    one_phase_inlets,
    CURRENT,
    unmetered="the current of an inlet is that of its highest line, unless it has one or two poles",
)


# PDU-MIB of the first PX. `~` is its root: 13742.4.1, or another one in older firmware and in
# copies.
NO_ENERGY = ("-1", "0")


def px1_outlets(label_plus: int, energy: Optional[Measurement]) -> tuple[Outlets, ...]:
    """The outlets. The printed number is the row's number plus `label_plus`. Eaton's copy has no
    energies."""
    state = column("~.2.2.1.3", "outletOperationalState", optional=True)
    label = column("~.2.2.1.2", "outletLabel")
    count = scalar("~.2.1.0", "outletCount")

    @computed_from(state, label)
    def numbers(tables: Tables) -> Rows:
        return numbered(tables[state] or tables[label], label_plus)

    return outlets(
        State(state, on=("1",), off=("0",)),
        Write(state, on=1, off=0),
        rows=label,
        count=count,
        none_if_zero=count,
        counts_unlisted=True,
        number=numbers,
        name=label,
        current=figure(column("~.2.2.1.4", "outletCurrent"), THOUSANDTHS),
        power=figure(column("~.2.2.1.7", "outletActivePower", optional=True)),
        energy=energy,
    )


# The load is the sum of all poles but the neutral; without poles, of all lines but the neutral;
# else of the inlets; else the unit's own; else of the outlets.
POLE_CURRENT = column("~.21.2.1.3", "inletPoleCurrent")
POLE_LABEL = column("~.21.2.1.2", "inletPoleLabel")
PX1_POLE_COUNT = column("~.20.2.1.3", "inletPoleCount")
# Three-phase units have this table before that of poles. Their unitCurrent is the current of L1.
LINE_CURRENT = column("~.4.2.1.3", "lineCurrent")
LINE_LABEL = column("~.4.2.1.2", "lineCurrentLabel")
LINE_COUNT = scalar("~.4.1.0", "lineCurrentCount")
UNIT_CURRENT = scalar("~.3.1.1.0", "unitCurrent")
INLET_CURRENT = column("~.20.2.1.7", "inletCurrent")


@computed_from(POLE_CURRENT, POLE_LABEL, PX1_POLE_COUNT)
def poles(tables: Tables) -> Rows:
    """A pole without a label has an empty value: it may be the neutral.

    >>> labels = {POLE_LABEL: {"1.1": "L1", "1.2": "N", "1.3": ""}, PX1_POLE_COUNT: {"1": 3}}
    >>> poles.rows({POLE_CURRENT: {"1.1": 5, "1.2": 2, "1.3": 2}, **labels})
    {'1.1': 5, '1.3': Missing(reason='its mark is none that the MIB names', is_unanswered=False)}
    """
    currents, labels = tables[POLE_CURRENT], tables[POLE_LABEL]
    labelled_currents = where(currents, left_join(currents, labels), none_of(""))
    counted_currents = with_missing_rows_of(currents, labels)
    counted_currents = with_missing_up_to_count(counted_currents, tables[PX1_POLE_COUNT])
    every_pole = left_join(counted_currents, labelled_currents)
    result = where(every_pole, labels, yes_or_no(("L1", "L2", "L3"), ("N",)))
    if not result:
        return {}
    inlets = numbered(without(tables[PX1_POLE_COUNT], "0"))
    return with_missing_units(result, numbered(result, position=0), inlets)


@computed_from(LINE_CURRENT, LINE_LABEL, LINE_COUNT)
def px1_lines(tables: Tables) -> Rows:
    """The lines, which their labels tell, without the neutral.

    >>> labels = {LINE_LABEL: {"1": "L1", "2": "N"}, LINE_COUNT: {"0": 2}}
    >>> px1_lines.rows({LINE_CURRENT: {"1": 5, "2": 1}, **labels})
    {'1': 5}
    """
    every_line = with_missing_up_to_count(
        with_missing_rows_of(tables[LINE_CURRENT], tables[LINE_LABEL]), tables[LINE_COUNT]
    )
    return where(every_line, tables[LINE_LABEL], yes_or_no(("L1", "L2", "L3"), ("N",)))


PX1_LOAD = total(
    figure(poles, THOUSANDTHS, unmetered="a pole without a label may be the neutral"),
    figure(px1_lines, THOUSANDTHS),
    figure(on_demand(INLET_CURRENT), THOUSANDTHS),
    figure(UNIT_CURRENT, THOUSANDTHS),
    else_outlets=True,
)
PX1_POWER = total(
    figure(value_or_empty(column("~.20.2.1.9", "inletActivePower"), INLET_CURRENT)),
    figure(value_or_empty(scalar("~.3.1.3.0", "unitActivePower"), UNIT_CURRENT)),
    else_outlets=True,
)
OUTLET_ENERGY = column("~.2.2.1.31", "outletWattHours", optional=True)


PROFILES = (
    Profile(
        key="raritan-px2",
        vendor="Raritan",
        mib="PDU2-MIB of 2017-11-13",
        source=librenms("raritan/PDU2-MIB"),
        # pduSerialNumber, pduModel, pduManufacturer: other brands have this firmware
        nameplate=nameplate(
            serial="13742.6.3.2.1.1.4", model="13742.6.3.2.1.1.3", manufacturer="13742.6.3.2.1.1.2"
        ),
        models=("PX2", "PX3", "PX3TS", "PX4", "Server Technology PRO4X"),
        sys_object_ids=oids("13742.6"),
        conditions=(
            unit_condition(
                column("13742.6.3.3.3.1.13", "inletEnableState", optional=True),
                "1",
                unit=THE_UNIT,
                part=THE_UNIT,
                why="an inlet of its PDU is disabled, so that its values are not updated",
            ),
        ),
        units=px2_units,
        unit_count=PDU_COUNT,
        outlets=outlets(
            State(
                first(
                    column("13742.6.4.1.2.1.3", "outletSwitchingState"),
                    column("13742.6.5.4.3.1.3", "measurementsOutletSensorState", ON_OFF),
                ),
                on=("7",),
                off=("8",),
            ),
            Write(column("13742.6.4.1.2.1.2", "switchingOperation"), on=1, off=0),
            Guard(
                column("13742.6.3.5.3.1.28", "outletSwitchable"),
                allow=("1",),
                why="its switching is disabled on the device",
            ),
            rows=LABEL,
            count=PX2_OUTLET_COUNT,
            checks_empty_table=True,
            number=printed_numbers,
            name=column("13742.6.3.5.3.1.3", "outletName"),
            current=_outlet(CURRENT),
            power=_outlet(POWER),
            energy=_outlet(ENERGY),
        ),
        load=pdu_total(
            LINES, ONE_PHASE_INLETS, PROTECTORS.figure(breakers, CURRENT), else_outlets=True
        ),
        inlet=pdu_total(LINES, ONE_PHASE_INLETS),
        inlet_power=pdu_total(_inlets(POWER)),
        power=pdu_total(_inlets(POWER), _units(POWER), else_outlets=True),
        energy=pdu_total(_inlets(ENERGY), _units(ENERGY), else_outlets=True),
        evidence=SIMULATED,
        recording="raritan-pdu_px3",
        note=(
            "A negative reading, such as of power that is fed back, is no figure. An inlet of"
            " several poles without readings of the poles has no load: its own current is the"
            " highest of theirs."
        ),
        unread=(
            "outletSuspendedState: the reason why an outlet is off; "
            "measurementsOutletSensorIsAvailable: a row for each sensor of each outlet, "
            "and the state of an unavailable outlet is -1; "
            "tripped overcurrent protectors: joined to outlets only by outletPowerSource, "
            "a pointer that older firmware lacks"
        ),
    ),
    Profile(
        key="raritan-px1",
        vendor="Raritan",
        mib="PDU-MIB of 2016-02-22",
        source=librenms("raritan/PDU-MIB"),
        models=("Dominion PX: DPXR, DPXS, DPCS, DPCR, PCR, PCS",),
        roots=(
            Root(oid("13742.4"), oid("13742.4.1")),
            Root(oid("13742.4"), oid("13742.1")),
            Root(oid("13742.1"), oid("13742.1")),
            Root(oid("13742.1"), oid("13742.4.1")),
        ),
        outlets=px1_outlets(0, figure(OUTLET_ENERGY, THOUSANDTHS, NO_ENERGY)),
        load=PX1_LOAD,
        power=PX1_POWER,
        energy=total(
            figure(column("~.20.2.1.12", "inletActiveEnergy"), THOUSANDTHS, NO_ENERGY),
            else_outlets=True,
        ),
        evidence=SIMULATED,
        programs=(
            public("networkupstools/nut", "drivers/raritan-pdu-mib.c"),
            public("chaos/powerman", "etc/devices/raritan-px4316.dev"),
        ),
        unread="circuitBreakerState: a breaker is not joined to its outlets",
    ),
)
