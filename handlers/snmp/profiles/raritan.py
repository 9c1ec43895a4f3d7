"""Raritan: PDU2-MIB (PX2, PX3, PX4, and Server Technology's PRO4X on the same platform), and the
PDU-MIB of the first PX, which Eaton copied below its own root.

PDU2-MIB: the index is pdu.outlet. Tables of sensors add the sensor's type. The device reports the
decimal digits of each sensor, and its smallest possible reading: if that is below 0, the reading is
in the signed column, and the unsigned one is undefined. Firmware before 3.0 has no signed columns.
The tables of outlet sensors have a row for each outlet and type, 612 on a PX4 of 36 outlets, so
usually only the values are walked. A reading of 0 counts unless the sensor is reported as
unavailable. The current that a three-phase inlet reports is its highest line current, so its poles
are summed. An inlet of one phase has no readings by pole, so its own current counts.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
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
    where_value,
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
    """The columns of one kind of part, such as inlets or outlets: each has a table of readings and
    one of settings, with a row for each sensor. The index ends with the sensor's type: a column of
    one type takes the rows with that suffix.

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
        """The number of decimals of each part's readings. It has a row for each part with such a
        sensor.
        """
        return self.setting(7, "DecimalDigits", kind, optional=False)

    def minimum(self, kind: str = "") -> Column:
        return self.setting(27, "SignedMinimum", kind)

    def of_signed(self, kind: str) -> tuple[Column, ...]:
        """The columns of the signed readings and of their largest possible values. They are read
        only of sensors whose minimum is below 0 or not known.
        """
        return (self.reading(6, "SignedValue", kind), self.setting(26, "SignedMaximum", kind))

    def objects(self, kind: str) -> tuple[Column, ...]:
        return (self.value(kind), self.available(kind), self.digits(kind), self.minimum(kind))

    def values(self, tables: Tables, kind: str) -> Rows:
        """The reading of each part's sensor of this type: the signed one if the sensor's minimum
        (SignedMinimum) is below 0, else the unsigned one. They are two columns.

        >>> value, _, digits, minimum = OUTLETS.objects(CURRENT)
        >>> signed_value, _ = OUTLETS.of_signed(CURRENT)
        >>> unit = {value: {"1.1": 520, "1.2": 0}, digits: {"1.1": 2, "1.2": 2}}
        >>> signed_readings = {signed_value: {"1.1": 0, "1.2": 480}}
        >>> minima = {minimum: {"1.1": 0, "1.2": -100}}
        >>> OUTLETS.values(tables_of({**unit, **signed_readings, **minima}), CURRENT)
        {'1.1': 520, '1.2': 480}

        Where the firmware has minima, the answers have lost that of a sensor without one; its two
        readings must then agree:

        >>> lost = tables_of({**unit, **signed_readings, minimum: {"1.1": 0}})
        >>> OUTLETS.values(lost, CURRENT)["1.2"].reason
        'no answer'
        """
        minima: Rows = {}
        signed_readings, _ = self.of_signed(kind)
        if (tables[self.value(kind)] or tables[signed_readings]) and tables[self.minimum()]:
            minima = left_join(tables[self.digits(kind)], tables[self.minimum(kind)])
        return signed(tables, self, kind, minima)

    def checked(self, tables: Tables, kind: str) -> Rows:
        """The reading of each part, emptied where a 0 is that of a sensor that is not available now
        (...IsAvailable 2). Only the availability of those that read 0 is asked.

        >>> value, available, _, _ = OUTLETS.objects(CURRENT)
        >>> readings = {value: {"1.1": 52, "1.2": 0, "1.3": 0}}
        >>> OUTLETS.checked(tables_of({**readings, available: {"1.2": 1, "1.3": 2}}), CURRENT)
        {'1.1': 52, '1.2': 0, '1.3': ''}
        """
        values = self.values(tables, kind)
        zeros = [row for row, value in values.items() if is_one_of(value, (ZERO,))]
        available_of_zeros = tables.cells(self.available(kind), zeros)
        is_absent = one_of(*NOT_AVAILABLE)
        measured_values = except_where(values, (ZERO,), available_of_zeros, is_absent)
        return left_join(values, measured_values)

    def available_values(self, tables: Tables, kind: str) -> Rows:
        """The reading of each part, emptied where its sensor is not available (...IsAvailable 2).

        >>> value, available, digits, _ = OUTLETS.objects(CURRENT)
        >>> is_available = {available: {"1.1": 1, "1.2": 2}}
        >>> unit = tables_of({value: {"1.1": 520, "1.2": 0}, **is_available})
        >>> OUTLETS.available_values(unit, CURRENT)
        {'1.1': 520, '1.2': ''}

        Answers may have lost the readings. Rows of the sensors that another column shows, missing
        or empty, then keep another figure from their place:

        >>> OUTLETS.available_values(tables_of(is_available), CURRENT)["1.1"].reason
        'no answer'
        >>> OUTLETS.available_values(tables_of({digits: {"1.1": 2}}), CURRENT)
        {'1.1': ''}
        """
        values, available = self.values(tables, kind), tables[self.available(kind)]
        if values:
            every_sensor = values
        elif available:
            every_sensor = without(available, *NOT_AVAILABLE)
        else:
            every_sensor = tables[self.digits(kind)]
        available_values = where(values, available, none_of(*NOT_AVAILABLE))
        return left_join(every_sensor, available_values)

    def figure(self, source: Source, kind: str, unmetered: str = "") -> Measurement:
        """A measurement of readings in A or W, or of energies in Wh, which are given in kWh. The
        part's number of decimals says where the point of a reading is:

        >>> value, _, digits, _ = OUTLETS.objects(CURRENT)
        >>> unit = tables_of({value: {"1.1": 520}, digits: {"1.1": 2}})
        >>> OUTLETS.figure(value, CURRENT).measured_rows(unit)
        {'1.1': Decimal('5.20')}

        unmetered: what is said of a reading that is empty.
        """
        scale = THOUSANDTHS if kind == ENERGY else ONES
        exponent = negative(self.digits(kind))
        return Measurement(source, scale, (), exponent=exponent, unmetered=unmetered)


def negative(digits: Source) -> ComputedRows:
    """A source of the exponents of readings, from their numbers of decimal digits: with 2 digits,
    520 is 5.20 and the exponent -2. A number below 0, or none, has no row; one that is not answered
    stays missing.

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
    """The readings on firmware before 3.0, which shows no minimum of these sensors: they are
    unsigned.

    >>> value, signed_value = OUTLETS.value(CURRENT), OUTLETS.of_signed(CURRENT)[0]
    >>> unit = tables_of({value: {"1.1": 520, "1.2": 0}})
    >>> _without_minima(unit, OUTLETS, CURRENT, unit[value])
    {'1.1': 520, '1.2': 0}

    A unit that has the column of signed readings has lost the minima. An unsigned 0 may then stand
    for a signed reading, and is missing unless both are 0:

    >>> signed_readings = {signed_value: {"1.1": 0, "1.2": 480}}
    >>> unit = tables_of({value: {"1.1": 520, "1.2": 0}, **signed_readings})
    >>> _without_minima(unit, OUTLETS, CURRENT, unit[value])["1.2"].reason
    'its mark is none that the MIB names'

    sensors, kind: the part and the type of its sensors.
    readings: the unsigned ones.
    """
    signed_readings, _ = sensors.of_signed(kind)
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
    """The reading of each sensor. The device shows it in two columns; the one that is out of range
    reads 0. The signed one counts if the sensor's minimum is below 0, else the unsigned one:

    >>> value, (signed_value, maximum) = OUTLETS.value(POWER), OUTLETS.of_signed(POWER)
    >>> unit = tables_of({value: {"1.1": 230, "1.2": 0}, signed_value: {"1.1": 0, "1.2": 460}})
    >>> signed(unit, OUTLETS, POWER, minima={"1.1": 0, "1.2": -2147483648})
    {'1.1': 230, '1.2': 460}

    A minimum that is missing, or above the reading, does not tell: the two readings must agree. One
    below 0 is never above a reading, so that no row is of both kinds.

    >>> signed(unit, OUTLETS, POWER, minima={"1.1": "", "1.2": 500})["1.1"].reason
    'its mark is none that the MIB names'

    A signed reading is emptied if the sensor's maximum is not above 0: the range does not fit into
    32 bits, and the device shows 0 for both.

    >>> unit = tables_of({value: {"1.1": 0}, signed_value: {"1.1": 460}, maximum: {"1.1": 0}})
    >>> signed(unit, OUTLETS, POWER, minima={"1.1": -2147483648})
    {'1.1': ''}

    sensors, kind: the part and the type of its sensors.
    minima: the minimum of each; no row on firmware before 3.0, which is read as unsigned.
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
    signed_readings, maxima = (tables[source] for source in sensors.of_signed(kind))
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
    """Readings of sensors that are there, as another column shows: a missing one stays not known,
    and is not taken as "no meter" although a GET of it has no value.

    >>> _certainly_there({"1": 5, "2": NO_ANSWER})["2"].is_unanswered
    False
    """
    return {row: missing_because(v) if isinstance(v, Missing) else v for row, v in rows.items()}


def _outlet(kind: str) -> Measurement:
    """A current, power or energy of each outlet that has a sensor of this type. Which have one, bit
    kind - 1 of outletDeviceCapabilities tells: the highest bit is that of the current. 1.3 has a
    meter by its capabilities, and no reading in the answer; 1.4 has no meter.

    >>> current = _outlet(CURRENT).source
    >>> bit_0, no_bit = bytes([0b10000000]), bytes([0])
    >>> capabilities = {"1.1": bit_0, "1.2": bit_0, "1.3": bit_0, "1.4": no_bit}
    >>> unit = {CAPABILITIES: capabilities, OUTLETS.value(CURRENT): {"1.1": 520, "1.2": 0}}
    >>> rows = current.rows(tables_of({**unit, OUTLETS.available(CURRENT): {"1.2": 1}}))
    >>> rows["1.2"], rows["1.3"].reason, list(rows)
    (0, 'no answer', ['1.1', '1.2', '1.3'])

    A 0 of a sensor that is not available (2) is left out:

    >>> list(current.rows(tables_of({**unit, OUTLETS.available(CURRENT): {"1.2": 2}})))
    ['1.1', '1.3']

    Without the column of capabilities, the sensors' availability tells. Energies are in Wh, the
    figure in kWh.
    """
    value, available = OUTLETS.value(kind), OUTLETS.available(kind)
    minimum, digits = OUTLETS.minimum(kind), OUTLETS.digits(kind)
    signed_readings, maximum = OUTLETS.of_signed(kind)

    def with_sensor(tables: Tables) -> Rows:
        """The outlets that have such a sensor, each with its capabilities.

        capabilities {"1.1": 0x88, "1.2": 0x00}, kind "1" (bit 0)   {"1.1": 0x88}
        """
        has_sensor = bit(tables[CAPABILITIES], int(kind) - 1)
        return where(tables[CAPABILITIES], has_sensor, one_of("1"))

    @computed_from(
        value, CAPABILITIES, on_demand=(available, minimum, digits, signed_readings, maximum)
    )
    def readings(tables: Tables) -> Rows:
        """The reading of each outlet with a sensor of this type; a 0 of one that is not available
        is left out.
        """
        # without capabilities the availability is read first: it shows rows that the values lack
        is_available = {} if tables[CAPABILITIES] else tables[available]
        outlets_with_sensor = with_sensor(tables)
        values: Rows = {}
        if tables[value] or tables[signed_readings]:
            minima = shared_by_kind(tables, minimum, outlets_with_sensor)
            values = signed(tables, OUTLETS, kind, minima)
        if not tables[CAPABILITIES]:
            available_values = where(values, is_available, none_of(*NOT_AVAILABLE))
            return _certainly_there(available_values) if is_available else available_values
        every_value = {row: values.get(row, NO_ANSWER) for row in outlets_with_sensor}
        zeros = [row for row, reading in every_value.items() if is_one_of(reading, (ZERO,))]
        available_of_zeros = tables.cells(available, zeros)
        is_absent = one_of(*NOT_AVAILABLE)
        measured_values = except_where(every_value, (ZERO,), available_of_zeros, is_absent)
        return _certainly_there(measured_values)

    @computed_from(digits, on_demand=(CAPABILITIES,))
    def digits_of_outlets(tables: Tables) -> Rows:
        return shared_by_kind(tables, digits, with_sensor(tables))

    scale = THOUSANDTHS if kind == ENERGY else ONES
    return Measurement(readings, scale, (), exponent=negative(digits_of_outlets))


def _inlets_in_use(tables: Tables, rows: Rows) -> Rows:
    """The rows of inlets, or of their lines, that a transfer switch uses now: the other inlet shows
    what it draws on standby, or the load once more. An index begins with PDU and inlet.

    >>> switch = {SWITCH_COUNT: {"1": 1}, ACTIVE_INLET: {"1.1": 2}}
    >>> _inlets_in_use(switch, {"1.1": 0, "1.2": 15})
    {'1.2': 15}

    A PDU without a switch keeps all:

    >>> _inlets_in_use({SWITCH_COUNT: {"1": 0}}, {"1.1": 0, "1.2": 15})
    {'1.1': 0, '1.2': 15}

    All inlets of a PDU are missing if the one in use is not told, or is none of them:

    >>> rows = _inlets_in_use({SWITCH_COUNT: {"1": 1}, ACTIVE_INLET: {}}, {"1.1": 0, "1.2": 15})
    >>> [row.reason for row in rows.values()]
    ['its mark is none that the MIB names', 'its mark is none that the MIB names']
    """
    switch_counts = tables[SWITCH_COUNT] if rows else {}
    switches = {pdu for pdu, count in switch_counts.items() if not is_one_of(count, ("0",))}
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


def _with_missing_inlets(tables: Tables, rows: Rows) -> Rows:
    """Rows of inlets, or of their lines, and one missing row for each PDU that counts more inlets
    (inletCount) than have rows, so that there is no sum. Rows begin with PDU and inlet.

    >>> list(_with_missing_inlets({INLET_COUNT: {"1": 2}}, {"1.1.1": 52, "1.1.2": 48}))
    ['1.1.1', '1.1.2', '1.']
    """
    return with_missing_if_fewer_parts(rows, tables[INLET_COUNT], 2)


def _inlets(kind: str) -> Measurement:
    """A current, power or energy of each inlet in use. Of two inlets at a transfer switch only the
    one in use counts, but for energies: each inlet has its own counter. The signed readings are
    read only of inlets whose minimum is below 0 or not known.

    >>> watts = _inlets(POWER).source
    >>> pdu = {INLET_COUNT: {"1": 2}, SWITCH_COUNT: {"1": 1}, ACTIVE_INLET: {"1.1": 2}}
    >>> watts.rows(tables_of({**pdu, INLETS.value(POWER): {"1.1": 0, "1.2": 800}}))
    {'1.2': 800}

    A PDU that counts two inlets and shows one has no sum; "1." is a row whose index is not known:

    >>> list(watts.rows(tables_of({INLET_COUNT: {"1": 2}, INLETS.value(POWER): {"1.1": 0}})))
    ['1.1', '1.']
    """

    @computed_from(
        *INLETS.objects(kind), INLET_COUNT, on_demand=(*INLETS.of_signed(kind), SWITCH_COUNT)
    )
    def rows(tables: Tables) -> Rows:
        readings = INLETS.available_values(tables, kind)
        every_inlet = _with_missing_inlets(tables, readings)
        return every_inlet if kind == ENERGY else _inlets_in_use(tables, every_inlet)

    return INLETS.figure(rows, kind)


def _units(kind: str) -> Measurement:
    """A power or energy of each PDU, on one whose inlets have no such sensor.

    >>> watts, available = _units(POWER).source, UNITS.available(POWER)
    >>> watts.rows(tables_of({UNITS.value(POWER): {"1": 800}, available: {"1": 1}}))
    {'1': 800}
    >>> watts.rows(tables_of({UNITS.value(POWER): {"1": 0}, available: {"1": 2}}))
    {'1': ''}

    No row on firmware without the column of the PDUs' availability, whose rows are sensors of any
    type: there the readings are not read.
    """
    available_of_any_type = UNITS.available("")

    @computed_from(*UNITS.objects(kind), on_demand=(UNITS.value(kind), *UNITS.of_signed(kind)))
    def rows(tables: Tables) -> Rows:
        return UNITS.available_values(tables, kind) if tables[available_of_any_type] else {}

    return UNITS.figure(rows, kind)


@computed_from(
    *INLET_POLES.objects(CURRENT),
    POLE_LINE,
    INLET_COUNT,
    on_demand=(INLET_POLES.available(CURRENT), *INLET_POLES.of_signed(CURRENT), SWITCH_COUNT),
)
def lines(tables: Tables) -> Rows:
    """The current of each line of the inlets in use: their sum is the load. Row 1.2.3 is pole 3 of
    inlet 2 of PDU 1. The neutral is left out (inletPoleLine 4), whatever its pole's number is.

    >>> line_of_pole = {POLE_LINE: {"1.1.1": 1, "1.1.2": 2, "1.1.3": 3, "1.1.4": 4}}
    >>> currents = {"1.1.1": 52, "1.1.2": 48, "1.1.3": 50, "1.1.4": 3}
    >>> lines.rows(tables_of({INLET_POLES.value(CURRENT): currents, **line_of_pole}))
    {'1.1.1': 52, '1.1.2': 48, '1.1.3': 50}

    A pole that is listed and has no current is missing. So is a row of a PDU that counts more
    inlets (inletCount) than it shows; "1." is a row whose index is not known:

    >>> pdu = tables_of({INLET_POLES.value(CURRENT): {"1.1.1": 52}, INLET_COUNT: {"1": 2}})
    >>> list(lines.rows(pdu))
    ['1.1.1', '1.']
    """
    poles, pole_line = INLET_POLES.checked(tables, CURRENT), tables[POLE_LINE]
    if not poles and is_optional_and_absent(tables, INLET_POLES.value(CURRENT), pole_line):
        pole_line = {}
    every_pole = with_missing_rows_of(poles, pole_line)
    first_poles = with_arc(every_pole, -1, "1", "2", "3")
    listed_lines = where(first_poles, pole_line, none_of(NEUTRAL))
    every_line = _with_missing_inlets(tables, listed_lines)
    return _inlets_in_use(tables, every_line)


@computed_from(
    *INLETS.objects(CURRENT),
    POLE_COUNT,
    INLET_COUNT,
    on_demand=(*INLETS.of_signed(CURRENT), SWITCH_COUNT),
)
def one_phase_inlets(tables: Tables) -> Rows:
    """The current of each inlet with one or two poles, which is its load. Of an inlet with more
    poles the device shows the highest of their currents, which is no load and emptied; where all
    inlets have more, a current of 0 stays.

    >>> currents = {INLETS.value(CURRENT): {"1.1": 520, "2.1": 480}}
    >>> one_phase_inlets.rows(tables_of({**currents, POLE_COUNT: {"1.1": 1, "2.1": 3}}))
    {'1.1': 520, '2.1': ''}

    An inlet whose number of poles is not answered is missing:

    >>> one_phase_inlets.rows(tables_of({**currents, POLE_COUNT: {"1.1": 1}}))["2.1"].reason
    'no answer'

    So is one that the PDU counts (inletCount) and does not list. Inlets that a transfer switch does
    not use are left out.
    """
    readings = INLETS.available_values(tables, CURRENT)
    every_inlet = _with_missing_inlets(tables, readings)
    inlets = _inlets_in_use(tables, every_inlet)
    if not inlets:
        return {}
    pole_counts = with_missing_rows_of(tables[POLE_COUNT], inlets)
    loads = where(inlets, pole_counts, yes_or_no(("1", "2"), ("3", "4", "5")))
    if not loads:
        loads = where_value(inlets, one_of("0"))
    return left_join(inlets, loads)


@computed_from(
    *PROTECTORS.objects(CURRENT), *one_phase_inlets.objects, on_demand=PROTECTORS.of_signed(CURRENT)
)
def breakers(tables: Tables) -> Rows:
    """The current of each overcurrent protector: their sum is the load of a PDU that does not
    measure its inlets.

    >>> protectors = {PROTECTORS.value(CURRENT): {"1.1": 210, "1.2": 190}}
    >>> breakers.rows(tables_of(protectors))
    {'1.1': 210, '1.2': 190}
    >>> breakers.rows(tables_of({**protectors, INLETS.value(CURRENT): {"1.1": 400}}))
    {}

    While an inlet is there and not answered, one row without an index (".") is missing, so that
    there is no load:

    >>> is_available = {INLETS.available(CURRENT): {"1.1": 1}}
    >>> list(breakers.rows(tables_of({**protectors, **is_available})))
    ['.']
    """
    readings = INLETS.available_values(tables, CURRENT)
    every_inlet = _with_missing_inlets(tables, readings)
    inlets = _inlets_in_use(tables, every_inlet)
    protectors = {} if inlets else PROTECTORS.values(tables, CURRENT)
    return rows_if_none_in(protectors, inlets)


@computed_from(INLET_COUNT, PX2_OUTLET_COUNT, PDU_COUNT)
def px2_units(tables: Tables) -> Rows:
    """A row for each PDU of a chain. One that the device counts (pduCount) and does not list is
    missing.

    >>> rows = px2_units.rows({INLET_COUNT: {"1": 1}, PDU_COUNT: {"0": 2}})
    >>> list(rows), rows["0."].reason
    (['1', '0.'], 'no answer')

    Firmware without inletCount lists its PDUs by their outlets.
    """
    pdus = tables[INLET_COUNT] or tables[PX2_OUTLET_COUNT]
    return with_missing_if_fewer(pdus, tables[PDU_COUNT])


@computed_from(LABEL)
def printed_numbers(tables: Tables) -> Rows:
    """What is printed beside each outlet: its label, behind the PDU's number if there are several
    PDUs.

    >>> printed_numbers.rows({LABEL: {"1.1": "1", "1.2": "2"}})
    {'1.1': '1', '1.2': '2'}
    >>> printed_numbers.rows({LABEL: {"1.1": "1", "2.1": "1"}})
    {'1.1': '1:1', '2.1': '2:1'}
    """
    labels = tables[LABEL]
    pdu_numbers = numbered(labels, position=0)
    return with_units(pdu_numbers, labels)


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
    """The outlets of a first PX, and of the copies of its MIB: states, commands (1 on, 0 off),
    names, currents and powers.

    >>> (way,) = px1_outlets(label_plus=1, energy=None)
    >>> unit = tables_of({way.states.source: {"0": 1, "1": 0}})
    >>> [decision.state.name for decision in way.states.decisions(unit).values()]
    ['UP', 'DOWN']
    >>> way.number.rows(unit)
    {'0': '1', '1': '2'}

    label_plus: what is added to a row's number: the printed number.
    energy: the energy of outlets; Eaton's copy has none.

    A unit that counts no outlet (outletCount 0) only meters.
    """
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
    """The current of each pole of the inlets, without the neutral (label N): their sum is the load.
    A pole without a label is missing: it may be the neutral. Row 1.2 is pole 2 of inlet 1.

    >>> labels = {POLE_LABEL: {"1.1": "L1", "1.2": "N", "1.3": ""}, PX1_POLE_COUNT: {"1": 3}}
    >>> poles.rows({POLE_CURRENT: {"1.1": 5, "1.2": 2, "1.3": 2}, **labels})
    {'1.1': 5, '1.3': Missing(reason='its mark is none that the MIB names', is_unanswered=False)}

    An inlet that counts poles and lists no line has a row without an index, which is missing; a
    unit without any line has no row.
    """
    currents, labels = tables[POLE_CURRENT], tables[POLE_LABEL]
    label_of_current = left_join(currents, labels)
    labelled_currents = where(currents, label_of_current, none_of(""))
    listed_poles = with_missing_rows_of(currents, labels)
    counted_poles = with_missing_up_to_count(listed_poles, tables[PX1_POLE_COUNT])
    every_pole = left_join(counted_poles, labelled_currents)
    lines_of_inlets = where(every_pole, labels, yes_or_no(("L1", "L2", "L3"), ("N",)))
    if not lines_of_inlets:
        return {}
    inlet_of_line = numbered(lines_of_inlets, position=0)
    inlets_with_poles = without(tables[PX1_POLE_COUNT], "0")
    return with_missing_units(lines_of_inlets, inlet_of_line, numbered(inlets_with_poles))


@computed_from(LINE_CURRENT, LINE_LABEL, LINE_COUNT)
def px1_lines(tables: Tables) -> Rows:
    """The current of each line, without the neutral (label N): their sum is the load. A line that
    has a label or is counted (lineCurrentCount), and has no current, is missing.

    >>> labels = {LINE_LABEL: {"1": "L1", "2": "N"}, LINE_COUNT: {"0": 2}}
    >>> px1_lines.rows({LINE_CURRENT: {"1": 5, "2": 1}, **labels})
    {'1': 5}
    """
    currents, labels = tables[LINE_CURRENT], tables[LINE_LABEL]
    labelled_lines = with_missing_rows_of(currents, labels)
    every_line = with_missing_up_to_count(labelled_lines, tables[LINE_COUNT])
    return where(every_line, labels, yes_or_no(("L1", "L2", "L3"), ("N",)))


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
