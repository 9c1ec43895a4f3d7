"""The meters of one object: a feed (an inlet, or a power meter's mains) with its lines, and a port
(an outlet or a branch circuit). Each queues its calls, and has its figures once they are answered.
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
    """The current and the energy of one object, and `with_power` its active power.

    Subclasses queue `_sensors`, the list of the object's fitted sensors.
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
        """Queue the readings of the fitted sensors. Raises Denied if the account may not list
        them."""
        if self._sensors is not None:
            self.current = ask_listed(bulk, self._unit, self._sensors, "current")
            self.counter = ask_listed(bulk, self._unit, self._sensors, "activeEnergy")
            if self.with_power:
                self.ask_power(bulk)

    def ask_power(self, bulk: Bulk) -> None:
        """Queue the reading of the power, if its sensor is fitted. Raises Denied if the account
        may not list the sensors."""
        if self._sensors is not None:
            self.power = ask_listed(bulk, self._unit, self._sensors, "activePower")

    def readings(self) -> list[SensorReading]:
        """The readings of current and energy."""
        return [self.current, self.counter]


class PortMeter(Meter):
    """One outlet or branch circuit. `list_sensors` is the getSensors of its proxy."""

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
        """Queue the list of sensors, and forget earlier readings."""
        self._sensors = bulk.add(self._list_sensors)
        self.current = self.counter = self.power = NOT_FITTED

    def figures(self) -> MeterFigures:
        """Amperes, kWh and W.

        The current is the port's own sensor, not a sum over its poles.
        """
        return MeterFigures(
            current_a=self.current.figure(),
            power_w=self.power.figure() if self.with_power else NOT_ASKED,
            energy_kwh=kilowatt_hours(self.counter.figure()),
        )


class InputLine(NamedTuple):
    """A line or the neutral of a feed, with its readings."""

    line: PowerLine
    current: SensorReading
    counter: SensorReading
    power: SensorReading


class InputMeter(Meter):
    """One feed: its sensors and those of its lines.

    Subclasses queue `_sensors` and `_pole_list`.
    """

    def __init__(self, unit: XerusUnit, *, with_power: bool) -> None:
        super().__init__(unit, with_power=with_power)
        self._pole_list: Optional[Pending[list[Pole]]] = None
        #: the lines and the neutral, or why they are not known or not certain
        self._poles_or_reason: Union[list[InputLine], NotKnown, NotMetered] = []
        #: whether it has a sensor that only a feed of several lines has
        self._has_unbalance = False

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the feed and of its lines. Raises Denied if the account may not
        list them, JsonRpcSyntaxException if lines share a current sensor, which would count twice,
        unless two lines are one circuit."""
        super().ask_readings(bulk)
        if self._sensors is None or self._pole_list is None:
            return
        self._has_unbalance = answered_field(self._sensors, "unbalancedCurrent") is not None
        poles = listed_parts(self._pole_list, "lines")
        if isinstance(poles, NotKnown):
            self._poles_or_reason = poles
            return
        lines = [self._ask_line(bulk, pole) for pole in poles]
        self._poles_or_reason = _ambiguity(poles) or lines
        if self._is_one_circuit(lines):
            return
        sensors = [pole.current for pole in poles if pole.line in _LINES and pole.current]
        self._unit.each_once(sensors, "getPoles", " lines' current sensors")

    def _ask_line(self, bulk: Bulk, pole: Pole) -> InputLine:
        """Queue the readings of one line."""
        current = ask_field(bulk, self._unit, pole, "current")
        counter = ask_field(bulk, self._unit, pole, "activeEnergy")
        power = NOT_FITTED
        if self.with_power:
            power = ask_field(bulk, self._unit, pole, "activePower")
        return InputLine(line=pole.line, current=current, counter=counter, power=power)

    @property
    def is_metered(self) -> bool:
        """Whether the load is metered: by a current for each line or, with at most one line, by the
        feed's current.
        """
        currents = [line.current for line in self._lines()]
        if currents and NOT_FITTED not in currents:
            return True
        has_own_current = self.current != NOT_FITTED
        return has_own_current and len(currents) < 2

    def readings(self) -> list[SensorReading]:
        """All readings of the feed and of its lines."""
        feed_readings = super().readings()
        for line in self._poles():
            feed_readings += [line.current, line.counter]
        return feed_readings

    def load(self) -> Figure:
        """Amperes: the sum over the lines, the larger current if two lines are one circuit, or a
        single-phase feed's current.

        With several lines the feed's current is only the highest line's, so it never replaces the
        sum. A single-phase feed may list no lines.
        """
        fault = self._reason_without_lines()
        if fault is not None:
            return fault
        currents = [line.current.figure() for line in self._lines()]
        if len(currents) > 1:
            return self._join(currents)
        if currents and currents[0] is not None:
            return currents[0]
        return self.current.figure()

    def line_currents(self) -> Union[Mapping[str, Figure], NotKnown, NotMetered]:
        """Amperes of each line by its name, "L1", or why the lines are not known. Of a single-phase
        feed without a list of lines, its own current is that of L1."""
        fault = self._reason_without_lines()
        if fault is not None:
            return fault
        lines = self._lines()
        if not lines:
            return {PowerLine.L1.name: self.current.figure()}
        return {line.line.name: line.current.figure() for line in lines}

    def _join(self, currents: list[Figure]) -> Figure:
        """The load of several lines."""
        if self._is_one_circuit(self._poles()):
            return largest(currents)
        return sum_if_complete(currents)

    def _reason_without_lines(self) -> Union[NotKnown, NotMetered, None]:
        """Why the lines are not known, or not all of them; None if they are."""
        if not isinstance(self._poles_or_reason, list):
            return self._poles_or_reason
        count = len(self._lines())
        if count < 2 and self._has_unbalance:
            return NotKnown(f"{count} lines are listed, and the unbalance of several is measured")
        return None

    def _is_one_circuit(self, poles: list[InputLine]) -> bool:
        """Whether the feed is one circuit of two lines: without a neutral the same current flows
        through both.
        """
        names = [pole.line for pole in poles]
        if PowerLine.NEUTRAL in names:
            return False
        return sum(name in _LINES for name in names) == 2

    def energy(self) -> Figure:
        """Watt-hours: the feed's counter, else the sum of its lines' counters, with a shared one
        counted once."""
        line_counters = [line.counter for line in self._lines()]
        return self._own_or_sum_of_lines(self.counter, line_counters)

    def active_power(self) -> Figure:
        """Watts: the feed's own power, else the sum of its lines'; not metered unless
        `with_power`."""
        if not self.with_power:
            return NOT_ASKED
        line_powers = [line.power for line in self._lines()]
        return self._own_or_sum_of_lines(self.power, line_powers)

    def _own_or_sum_of_lines(
        self, own_reading: SensorReading, line_readings: Iterable[SensorReading]
    ) -> Figure:
        """The feed's own reading, else the sum over those of its lines, each sensor counted once;
        none if the lines are not known."""
        own_figure = own_reading.figure()
        if own_figure is not None:
            return own_figure
        fault = self._reason_without_lines()
        if fault is not None:
            return fault
        distinct_readings = _each_sensor_once(line_readings)
        return sum_if_complete(reading.figure() for reading in distinct_readings)

    def _poles(self) -> list[InputLine]:
        """The lines and the neutral; none if they are not known."""
        if not isinstance(self._poles_or_reason, list):
            return []
        return self._poles_or_reason

    def _lines(self) -> list[InputLine]:
        """The lines without the neutral."""
        return [line for line in self._poles() if line.line in _LINES]


class InletMeter(InputMeter):
    """One inlet, and whether it is in use."""

    def __init__(self, unit: XerusUnit, inlet: Inlet, *, with_power: bool) -> None:
        super().__init__(unit, with_power=with_power)
        self._inlet = inlet
        self._enabled: Optional[Pending[bool]] = None

    def ask_sensors(self, bulk: Bulk) -> None:
        """Queue the lists of sensors and lines, and whether the inlet is in use."""
        self._sensors = bulk.add(self._inlet.getSensors)
        self._pole_list = bulk.add(self._inlet.getPoles)
        self._enabled = bulk.add(self._inlet.isEnabled)

    @property
    def has_sensor_list(self) -> bool:
        """Whether the list of sensors was read: False, for example, if no object has the resource
        id. Raises Denied.
        """
        return self._sensors is not None and call_error(self._sensors) is None

    @property
    def is_there(self) -> bool:
        """Whether the unit answered for the inlet."""
        return self._sensors is not None and self._sensors.error is None

    @property
    def is_in_use(self) -> Union[bool, NotKnown]:
        """Whether the inlet is enabled. True if firmware or account do not let it be read."""
        if self._enabled is None:
            return True
        error = self._enabled.error
        if error is None:
            return self._enabled.get()
        if isinstance(error, Denied) or is_missing_object_error(error):
            return True
        return NotKnown(f"it is not known whether an inlet is in use: {error.reason}")


class PowerFrom(Enum):
    """By what the power of an outlet is read."""

    #: its well-known id
    WELL_KNOWN = "well-known"
    #: its list of sensors: the firmware has no well-known id for it
    LIST = "list"
    #: it is not read
    NOTHING = "nothing"


class OutletMeter(PortMeter):
    """One outlet, which may also be read by its well-known ids."""

    def __init__(self, unit: XerusUnit, outlet: Outlet, index: int, *, with_power: bool) -> None:
        super().__init__(unit, unit.identity(index), outlet.getSensors, with_power=with_power)
        self._outlet = outlet
        self._index = index
        self._metadata: Optional[Pending[Outlet.MetaData]] = None

    def ask_well_known(self, bulk: Bulk, power_from: PowerFrom) -> None:
        """Queue the readings by well-known ids, and the label, which shows whose they are."""
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
        """Whether readings by well-known ids belong to this outlet, by its label: ids count from 0,
        labels from 1.

        True if it was not read by well-known ids; False if the label is missing or is not a number.
        """
        if self._metadata is None:
            return True
        label: object = answered_field(self._metadata, "label")
        return label == str(self._index + 1)


def _ambiguity(poles: list[Pole]) -> Union[NotKnown, NotMetered, None]:
    """Why the lines of several poles are not certain; None if they are."""
    if len(poles) < 2:
        return None
    if not all(present(pole, "line") for pole in poles):
        return NotKnown("the unit does not say which lines it lists")
    if any(pole.line not in _POWER_LINES for pole in poles):
        return NotMetered("a line is none of those that the pack knows")
    return None


def _each_sensor_once(readings: Iterable[SensorReading]) -> list[SensorReading]:
    """The readings, of those of one sensor only the first."""
    targets: set[str] = set()
    distinct: list[SensorReading] = []
    for reading in readings:
        if reading.target not in targets:
            distinct.append(reading)
        if reading.target:
            targets.add(reading.target)
    return distinct
