"""The meters of one object: an input (an inlet, or the mains of a power meter) with its lines L1 to
L3, and a port (an outlet or a branch circuit). A meter is used in steps, between which the caller
sends the bulk, one POST with many calls:

    meter.ask_sensors(bulk)     > getSensors: which sensors has the outlet?
    meter.ask_readings(bulk)    > getReading of those for current, energy and, if wanted, power
    meter.figures()             1.25 A, 34.5 kWh, 280 W

A Pending is a queued call, with its answer once the bulk was sent. A SensorReading is the queued
reading of one sensor; NOT_FITTED is that of a sensor that the object does not have. A Figure is a
number, NotKnown (not now), NotMetered (never, with the reason) or None (never).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Callable, NamedTuple, Optional, Union

from ..shared.errors import Denied
from ..shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotKnown,
    NotMetered,
    largest,
    sum_if_complete,
)
from .readings import (
    NOT_FITTED,
    SensorReading,
    ask_field,
    ask_listed,
    ask_well_known,
    call_error,
    kilowatt_hours,
    listed_parts,
)
from .rpc import Bulk, Pending, answered_field, present
from .rpc.pdumodel import Circuit, Inlet, Outlet, Pole, PowerLine, PowerMeter
from .rpc.sensors import AccumulatingNumericSensor, NumericSensor
from .units import XerusUnit, is_missing_object_error

_LINES = (PowerLine.L1, PowerLine.L2, PowerLine.L3)
_POWER_LINES = frozenset(PowerLine)
_PortSensors = Union[Outlet.Sensors, Circuit.Sensors]
_Sensors = Union[Inlet.Sensors, PowerMeter.Sensors, _PortSensors]


class Meter:
    """The current and the energy of one object, and `with_power` its active power. `ask_sensors` of
    a subclass queues `_sensors`, the list of the object's sensors (None before that); then
    `ask_readings` queues the readings `current`, `counter` (of energy) and `power`.

        at first                      current, counter, power: NOT_FITTED
        after `ask_readings(bulk)`    current, counter, power: queued readings of fitted sensors
        after `bulk.perform()`        current.figure(): 1.25
    """

    def __init__(self, unit: XerusUnit, *, with_power: bool) -> None:
        self._unit = unit
        self.with_power = with_power
        self._sensors: Optional[Pending[_Sensors]] = None
        self.current = NOT_FITTED
        #: the reading of the energy counter
        self.counter = NOT_FITTED
        self.power = NOT_FITTED

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the fitted sensors, as `current`, `counter` and `power`.

            getSensors   {"current": {"rid": "/tfwopaque/i", ...}, "activeEnergy": null, ...}
            > getReading of /tfwopaque/i
            afterwards   current: its reading; counter: NOT_FITTED

        Raises Denied if the account may not list them.
        """
        if self._sensors is not None:
            self.current = ask_listed(bulk, self._unit, self._sensors, "current")
            self.counter = ask_listed(bulk, self._unit, self._sensors, "activeEnergy")
            if self.with_power:
                self.ask_power(bulk)

    def ask_power(self, bulk: Bulk) -> None:
        """Queue the reading of the power, as `power`, if its sensor is fitted. Raises Denied if the
        account may not list the sensors."""
        if self._sensors is not None:
            self.power = ask_listed(bulk, self._unit, self._sensors, "activePower")

    def readings(self) -> list[SensorReading]:
        """The readings of current and energy."""
        return [self.current, self.counter]


class PortMeter(Meter):
    """The meter of one outlet or branch circuit with this identity ("7", "p1.7"). `list_sensors` is
    the method getSensors of its proxy.

    ask_sensors(bulk)     > getSensors
    ask_readings(bulk)    > getReading of the fitted ones of current, energy and power
    figures()             MeterFigures(current_a=1.25, power_w=280.0, energy_kwh=34.5)
    """

    def __init__(
        self,
        unit: XerusUnit,
        identity: str,
        list_sensors: Callable[[], _PortSensors],
        *,
        with_power: bool,
    ) -> None:
        super().__init__(unit, with_power=with_power)
        self.identity = identity
        self._list_sensors = list_sensors

    def ask_sensors(self, bulk: Bulk) -> None:
        """Queue the list of sensors, and forget earlier readings.

        > getSensors of /tfwopaque/x
        < {"_ret_": {"current": {"rid": "/tfwopaque/i", ...}, "activeEnergy": null, ...}}
        """
        self._sensors = bulk.add(self._list_sensors)
        self.current = self.counter = self.power = NOT_FITTED

    def figures(self) -> MeterFigures:
        """Amperes, kWh and W, by the answers to `ask_readings`.

            readings of current, counter, power       1.25 A, 34500 Wh, 280 W
            MeterFigures, if `with_power`             1.25, 280.0, 34.5
            MeterFigures, without                     1.25, NOT_ASKED, 34.5

        The current is the port's own sensor, not a sum over its poles.
        """
        return MeterFigures(
            current_a=self.current.figure(),
            power_w=self.power.figure() if self.with_power else NOT_ASKED,
            energy_kwh=kilowatt_hours(self.counter.figure()),
        )


class InputLine(NamedTuple):
    """A line (L1 to L3) or the neutral of an input, with its readings: of L1 the current /l1/i, the
    counter /l1/e, and NOT_FITTED as power if it is not wanted.
    """

    line: PowerLine
    current: SensorReading
    counter: SensorReading
    power: SensorReading


class InputMeter(Meter):
    """The meter of one input, which is an inlet or the mains of a power meter: its own sensors and
    those of its lines. `ask_sensors` of a subclass queues `_sensors` and `_pole_list`, the lists of
    both; `ask_readings` sets `_lines_or_reason`, the lines and the neutral, or why they are not
    known, and `_has_unbalance`, whether the input measures the unbalance between several lines.

        load()             sum of the currents of L1, L2, L3; its own is only the highest of them
        energy()           its own counter, else the sum of its lines'
        line_currents()    {"L1": 4.1, "L2": 3.9, "L3": 4.0}
    """

    def __init__(self, unit: XerusUnit, *, with_power: bool) -> None:
        super().__init__(unit, with_power=with_power)
        self._pole_list: Optional[Pending[list[Pole]]] = None
        self._lines_or_reason: Union[list[InputLine], NotKnown, NotMetered] = []
        self._has_unbalance = False

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the input and of its lines, once `ask_sensors` was answered.

            getPoles   [{"line": 0, "current": {"rid": "/tfwopaque/l1", ...}, ...}, ...]
            > getReading of /tfwopaque/l1 ...

        Raises Denied if the account may not list them, JsonRpcSyntaxException if lines share a
        current sensor, which would count twice, unless two lines are one circuit.
        """
        super().ask_readings(bulk)
        if self._sensors is None or self._pole_list is None:
            return
        self._has_unbalance = answered_field(self._sensors, "unbalancedCurrent") is not None
        poles = listed_parts(self._pole_list, "lines")
        if isinstance(poles, NotKnown):
            self._lines_or_reason = poles
            return
        lines = [self._ask_line(bulk, pole) for pole in poles]
        self._lines_or_reason = _reason_of_uncertain_lines(poles) or lines
        if self._is_one_circuit(lines):
            return
        sensors = [pole.current for pole in poles if pole.line in _LINES and pole.current]
        self._unit.each_once(sensors, "getPoles", " lines' current sensors")

    def _ask_line(self, bulk: Bulk, pole: Pole) -> InputLine:
        """Queue the readings of one line: of its current, energy and, if wanted, power.

        pole        {"line": 0, "current": {"rid": "/tfwopaque/l1", ...}, "activeEnergy": null}
        > getReading of /tfwopaque/l1
        returned    InputLine(L1, that reading, NOT_FITTED, NOT_FITTED)
        """
        current = ask_field(bulk, self._unit, pole, "current")
        counter = ask_field(bulk, self._unit, pole, "activeEnergy")
        power = NOT_FITTED
        if self.with_power:
            power = ask_field(bulk, self._unit, pole, "activePower")
        return InputLine(line=pole.line, current=current, counter=counter, power=power)

    @property
    def is_metered(self) -> bool:
        """Whether the load is metered: by a current for each line or, with at most one line, by the
        input's own current.

        current of the lines   own current   returned
        L1, L2, L3             any           True
        L1, L2, not of L3      fitted        False: it is only the highest of the lines
        no lines               fitted        True
        """
        currents = [line.current for line in self._lines()]
        if currents and NOT_FITTED not in currents:
            return True
        has_own_current = self.current != NOT_FITTED
        return has_own_current and len(currents) < 2

    def readings(self) -> list[SensorReading]:
        """The readings of current and energy, of the input and of each of its lines."""
        readings = super().readings()
        for line in self._lines_and_neutral():
            readings += [line.current, line.counter]
        return readings

    def load(self) -> Figure:
        """Amperes: the sum over the lines, the larger current if two lines are one circuit, or a
        single-phase input's own current.

            own current   lines                          returned
            4.1           L1 4.1, L2 3.9, L3 4.0         12.0
            4.1           L1 4.1, L2 4.1, no neutral     4.1    the same current flows through both
            4.1           none                           4.1
            4.1           L1 4.1, L2 not known           not known

        With several lines the input's own current is only the highest line's, so it never replaces
        the sum. A single-phase input may list no lines.
        """
        reason = self._reason_without_lines()
        if reason is not None:
            return reason
        currents = [line.current.figure() for line in self._lines()]
        if len(currents) > 1 and self._is_one_circuit(self._lines_and_neutral()):
            return largest(currents)
        if len(currents) > 1:
            return sum_if_complete(currents)
        if currents and currents[0] is not None:
            return currents[0]
        return self.current.figure()

    def line_currents(self) -> Union[Mapping[str, Figure], NotKnown, NotMetered]:
        """Amperes of each line by its name, or why the lines are not known.

        own current   lines              returned
        4.1           L1 4.1, L2 3.9     {"L1": 4.1, "L2": 3.9}
        4.1           none               {"L1": 4.1}    a single-phase input may list none
        """
        reason = self._reason_without_lines()
        if reason is not None:
            return reason
        lines = self._lines()
        if not lines:
            return {PowerLine.L1.name: self.current.figure()}
        return {line.line.name: line.current.figure() for line in lines}

    def _reason_without_lines(self) -> Union[NotKnown, NotMetered, None]:
        """Why it is not known which lines the input has; None if it is known.

        getPoles could not be read                           NotKnown("the lines cannot be ...")
        getPoles has a line of no known name                 NotMetered("a line is none of ...")
        getPoles has no line or L1, and the input has a      NotKnown("1 lines are listed, ...")
        sensor of unbalance, which is between several
        getPoles has L1, and there is no such sensor         None
        getPoles has L1, L2, L3                              None
        """
        if not isinstance(self._lines_or_reason, list):
            return self._lines_or_reason
        count = len(self._lines())
        if count < 2 and self._has_unbalance:
            return NotKnown(f"{count} lines are listed, and the unbalance of several is measured")
        return None

    def _is_one_circuit(self, poles: list[InputLine]) -> bool:
        """Whether the input is one circuit of two lines, so that the same current flows through
        both. `poles`: its lines and neutral, with their names.

        L1, L2             True: 208 V between them
        L1, NEUTRAL        False
        L1, L2, NEUTRAL    False: each has a current of its own
        L1, L2, L3         False
        """
        names = [pole.line for pole in poles]
        if PowerLine.NEUTRAL in names:
            return False
        return sum(name in _LINES for name in names) == 2

    def energy(self) -> Figure:
        """Watt-hours: the input's own counter; without one, the sum of its lines' counters."""
        line_counters = [line.counter for line in self._lines()]
        return self._own_or_sum_of_lines(self.counter, line_counters)

    def active_power(self) -> Figure:
        """Watts: the input's own power, else the sum of its lines'; NOT_ASKED unless
        `with_power`."""
        if not self.with_power:
            return NOT_ASKED
        line_powers = [line.power for line in self._lines()]
        return self._own_or_sum_of_lines(self.power, line_powers)

    def _own_or_sum_of_lines(
        self, own_reading: SensorReading, line_readings: Iterable[SensorReading]
    ) -> Figure:
        """The figure of the input's own sensor, else the sum over those of its lines, each sensor
        counted once; why there is none if the lines are not known.

            own counter   counters of the lines                returned
            34500         any                                  34500
            not fitted    /l1: 20000, /l2: 14500               34500
            not fitted    /l1: 20000, /l1 again                20000
            not valid     any                                  not known: a sum would be a jump
        """
        own_figure = own_reading.figure()
        if own_figure is not None:
            return own_figure
        reason = self._reason_without_lines()
        if reason is not None:
            return reason
        distinct_readings = _each_sensor_once(line_readings)
        return sum_if_complete(reading.figure() for reading in distinct_readings)

    def _lines_and_neutral(self) -> list[InputLine]:
        """The lines and the neutral; [] if they are not known."""
        if not isinstance(self._lines_or_reason, list):
            return []
        return self._lines_or_reason

    def _lines(self) -> list[InputLine]:
        """The lines without the neutral."""
        return [line for line in self._lines_and_neutral() if line.line in _LINES]


class InletMeter(InputMeter):
    """The meter of one inlet, and whether the inlet is in use (enabled).

    ask_sensors(bulk)     > getSensors, getPoles, isEnabled of /model/pdu/0/inlet/0
    ask_readings(bulk)    > getReading of the sensors of the inlet and of its lines
    load(), is_in_use     12.0, True
    """

    def __init__(self, unit: XerusUnit, inlet: Inlet, *, with_power: bool) -> None:
        super().__init__(unit, with_power=with_power)
        self._inlet = inlet
        self._enabled: Optional[Pending[bool]] = None

    def ask_sensors(self, bulk: Bulk) -> None:
        """Queue the lists of sensors and lines, and whether the inlet is in use.

        > getSensors, getPoles, isEnabled of /model/pdu/0/inlet/0
        < {"_ret_": {"current": {"rid": ...}, ...}}, {"_ret_": [{"line": 0, ...}]}, {"_ret_": true}
        """
        self._sensors = bulk.add(self._inlet.getSensors)
        self._pole_list = bulk.add(self._inlet.getPoles)
        self._enabled = bulk.add(self._inlet.isEnabled)

    @property
    def has_sensor_list(self) -> bool:
        """Whether getSensors was answered with a list; False for any error but Denied, which is
        raised. HTTP 404: no inlet has this resource id."""
        return self._sensors is not None and call_error(self._sensors) is None

    @property
    def is_there(self) -> bool:
        """Whether getSensors was answered with a list; False for any error."""
        return self._sensors is not None and self._sensors.error is None

    @property
    def is_in_use(self) -> Union[bool, NotKnown]:
        """Whether the inlet is enabled.

        isEnabled                     returned
        true                          True
        HTTP 404 or Denied            True     firmware or account do not let it be read, ever
        error -32000                  NotKnown
        """
        if self._enabled is None:
            return True
        error = self._enabled.error
        if error is None:
            return self._enabled.get()
        if isinstance(error, Denied) or is_missing_object_error(error):
            return True
        return NotKnown(f"it is not known whether an inlet is in use: {error.reason}")


class PowerFrom(Enum):
    """By what the power of an outlet is read: `/model/pdu/0/outlet/6/activePower`, or the
    `activePower` in the answer to its getSensors.
    """

    #: its well-known id
    WELL_KNOWN = "well-known"
    #: its list of sensors: the firmware has no well-known id for it
    LIST = "list"
    #: it is not read
    NOTHING = "nothing"


class OutletMeter(PortMeter):
    """The meter of one outlet, which may also be read by its well-known ids: that of the sensor is
    known before getSensors has been answered, which saves a round trip.

    ask_well_known(bulk, ...)    > getReading of /model/pdu/0/outlet/6/current ...
    ask_sensors, ask_readings    > getSensors; > getReading of each resource id in the answer
    """

    def __init__(self, unit: XerusUnit, outlet: Outlet, index: int, *, with_power: bool) -> None:
        super().__init__(unit, unit.identity(index), outlet.getSensors, with_power=with_power)
        self._outlet = outlet
        self._index = index
        self._metadata: Optional[Pending[Outlet.MetaData]] = None

    def ask_well_known(self, bulk: Bulk, power_from: PowerFrom) -> None:
        """Queue the readings by well-known ids, and the outlet's metadata. `has_expected_label`
        then tells by the label there whether outlet/6 is this outlet or another one.
        `power_from`: how the power is asked for; WELL_KNOWN where this firmware has an id for it.

        > getMetaData of the reference that getOutlets returned    < {"_ret_": {"label": "7", ...}}
        > getReading of /model/pdu/0/outlet/6/current              < {"_ret_": {"value": 1.25, ...}}
        > getReading of /model/pdu/0/outlet/6/activeEnergy
        > getReading of /model/pdu/0/outlet/6/activePower          PowerFrom.WELL_KNOWN
        > getSensors of the reference                              PowerFrom.LIST
        """
        self._metadata = bulk.add(self._outlet.getMetaData)
        self.current = self._ask_well_known(bulk, NumericSensor, "current")
        self.counter = self._ask_well_known(bulk, AccumulatingNumericSensor, "activeEnergy")
        if power_from is PowerFrom.LIST:
            self._sensors = bulk.add(self._list_sensors)
        elif power_from is PowerFrom.WELL_KNOWN:
            self.power = self._ask_well_known(bulk, NumericSensor, "activePower")

    def _ask_well_known(self, bulk: Bulk, kind: type[NumericSensor], name: str) -> SensorReading:
        """Queue the reading of the outlet's sensor of this name."""
        return ask_well_known(bulk, self._unit.proxy(kind, f"/outlet/{self._index}/{name}"))

    @property
    def has_expected_label(self) -> bool:
        """Whether readings by well-known ids belong to this outlet: the third outlet of getOutlets
        must have the label "3", since it is read as outlet/2. Else the list may be in another order
        than the ids.

        read by                  label    returned
        /model/pdu/0/outlet/6    "7"      True
        /model/pdu/0/outlet/6    "8"      False
        /model/pdu/0/outlet/6    "AA7"    False: it proves nothing
        its list of sensors      any      True
        """
        if self._metadata is None:
            return True
        label: object = answered_field(self._metadata, "label")
        return label == str(self._index + 1)


def _reason_of_uncertain_lines(poles: list[Pole]) -> Union[NotKnown, NotMetered, None]:
    """Why it is not certain which lines these poles, from the answer to getPoles, are; None if it
    is, and for a single pole.

    >>> l1, l2 = Pole(line=PowerLine.L1), Pole(line=PowerLine.L2)
    >>> _reason_of_uncertain_lines([l1, l2]) is None
    True
    >>> _reason_of_uncertain_lines([l1, Pole(line=PowerLine(77))])
    NotMetered(reason='a line is none of those that the pack knows')
    """
    if len(poles) < 2:
        return None
    if not all(present(pole, "line") for pole in poles):
        return NotKnown("the unit does not say which lines it lists")
    if any(pole.line not in _POWER_LINES for pole in poles):
        return NotMetered("a line is none of those that the pack knows")
    return None


def _each_sensor_once(readings: Iterable[SensorReading]) -> list[SensorReading]:
    """The readings, of those of one sensor only the first: lines that share a counter would count
    it twice. Readings without a call are all kept.

    readings of /l1, /l1, /l2, NOT_FITTED, NOT_FITTED
    returned    /l1, /l2, NOT_FITTED, NOT_FITTED
    """
    targets: set[str] = set()
    distinct: list[SensorReading] = []
    for reading in readings:
        if reading.target not in targets:
            distinct.append(reading)
        if reading.target:
            targets.add(reading.target)
    return distinct
