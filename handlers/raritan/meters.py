"""Meters of one unit: a feed (an inlet, or a power meter's mains) with its lines, and a port (an
outlet or a branch circuit).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, NamedTuple, Optional, Union

from ..shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotKnown,
    largest,
    sum_if_complete,
)
from .readings import (
    Reading,
    ask,
    call_error,
    kilowatt_hours,
    listed_value,
    metered_value,
)
from .rpc import Bulk, Pending
from .rpc.pdumodel import Circuit, Inlet, Outlet, Pole, PowerLine, PowerMeter
from .rpc.sensors import NumericSensor
from .units import XerusUnit, is_missing_object_error

_LINES = (PowerLine.L1, PowerLine.L2, PowerLine.L3)
_KNOWN = frozenset(PowerLine)
_PortSensors = Union[Outlet.Sensors, Circuit.Sensors]
_Sensors = Union[Inlet.Sensors, PowerMeter.Sensors, _PortSensors]


class Meter:
    """The current and the energy of one object, and `with_power` its active power.

    Subclasses queue `_sensors`, the list of the object's fitted sensors.
    """

    def __init__(self, unit: XerusUnit, *, with_power: bool) -> None:
        self._unit, self.with_power = unit, with_power
        self._sensors: Optional[Pending[_Sensors]] = None
        self.current: Optional[Reading] = None
        #: the reading of the energy counter
        self.counter: Optional[Reading] = None
        self.power: Optional[Reading] = None

    @property
    def has_sensor_list(self) -> bool:
        """Whether the list of sensors was read: False, for example, if no object has the resource
        id. Raises Denied.
        """
        return self._sensors is not None and call_error(self._sensors) is None

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the fitted sensors. Raises Denied if the account may not list
        them."""
        if self._sensors is not None and call_error(self._sensors) is None:
            sensors = self._sensors.get()
            self.current = ask(bulk, self._unit, sensors.current)
            self.counter = ask(bulk, self._unit, sensors.activeEnergy)
            if self.with_power:
                self.ask_power(bulk)

    def ask_power(self, bulk: Bulk) -> None:
        """Queue the reading of the power, if its sensor is fitted. Raises as `ask_readings`."""
        if self._sensors is not None and call_error(self._sensors) is None:
            self.power = ask(bulk, self._unit, self._sensors.get().activePower)

    def readings(self) -> list[Optional[Reading]]:
        """The readings of current and energy, queued or done; None where none was queued."""
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
        self.identity, self._list_sensors = identity, list_sensors

    def ask_sensors(self, bulk: Bulk) -> None:
        """Queue the list of sensors, and forget earlier readings."""
        self._sensors = bulk.add(self._list_sensors)
        self.current = self.counter = self.power = None

    def figures(self) -> MeterFigures:
        """Amperes, kWh and W.

        The current is the port's own sensor, not a sum over its poles.
        """
        return MeterFigures(
            current_a=metered_value(self.current),
            power_w=metered_value(self.power) if self.with_power else NOT_ASKED,
            energy_kwh=kilowatt_hours(metered_value(self.counter)),
        )


class _Line(NamedTuple):
    """A line or the neutral of a feed, with its readings."""

    pole: Pole
    current: Optional[Reading]
    counter: Optional[Reading]
    power: Optional[Reading]


class FeedMeter(Meter):
    """One feed: its sensors and those of its lines. Subclasses queue `_sensors` and `_poles`."""

    def __init__(self, unit: XerusUnit, *, with_power: bool) -> None:
        super().__init__(unit, with_power=with_power)
        self._poles: Optional[Pending[list[Pole]]] = None
        self._lines: list[_Line] = []

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the feed and of its lines."""
        super().ask_readings(bulk)
        if self.has_sensor_list:
            self._lines = [
                _Line(
                    pole,
                    ask(bulk, self._unit, pole.current),
                    ask(bulk, self._unit, pole.activeEnergy),
                    ask(bulk, self._unit, pole.activePower) if self.with_power else None,
                )
                for pole in self._listed_poles() or ()
            ]

    def _listed_poles(self) -> Optional[list[Pole]]:
        """The lines and the neutral; None if they cannot be read, or if there are several and the
        `line` of one is unknown. Raises Denied. Raises JsonRpcSyntaxException if lines share a
        current sensor, which would count twice, unless two lines are one circuit."""
        if self._poles is None or call_error(self._poles) is not None:
            return None
        poles = self._poles.get()
        if len(poles) > 1 and any(pole.line not in _KNOWN for pole in poles):
            return None
        if not self._one_circuit(poles):
            self._unit.each_once(
                [pole.current for pole in poles if pole.line in _LINES and pole.current],
                "getPoles",
                " lines' current sensors",
            )
        return poles

    @property
    def is_metered(self) -> bool:
        """Whether the load is metered: by a current for each line or, with at most one line, by the
        feed's current.
        """
        if self._listed_poles() is None:
            return False
        lines = self._line_currents()
        if lines and None not in lines:
            return True
        return len(lines) < 2 and self.current is not None

    def readings(self) -> list[Optional[Reading]]:
        """All readings of the feed and of its lines."""
        feed_readings = super().readings()
        for line in self._lines:
            feed_readings += [line.current, line.counter]
        return feed_readings

    def _line_currents(self) -> list[Optional[Reading]]:
        return [line.current for line in self._lines_only()]

    def load(self) -> Figure:
        """Amperes: the sum over the lines, the larger current if two lines are one circuit, or a
        single-phase feed's current.

        With several lines the feed's current is only the highest line's, so it never replaces the
        sum. If the lines are not there, or cannot be told apart, the load is not metered.
        """
        poles = self._listed_poles()
        if poles is None:
            error = self._poles.error if self._poles is not None else None
            if error is None or is_missing_object_error(error):
                return None
            return NotKnown(f"the lines cannot be read: {error.reason}")
        lines = [listed_value(current) for current in self._line_currents()]
        if len(lines) < 2:
            return lines[0] if lines and lines[0] is not None else metered_value(self.current)
        if self._one_circuit(poles):
            return largest(map(listed_value, self._line_currents()))
        return sum_if_complete(lines)

    def _one_circuit(self, poles: list[Pole]) -> bool:
        """Whether the feed is one circuit of two lines: without a neutral the same current flows
        through both.
        """
        lines = [pole.line for pole in poles]
        return sum(line in _LINES for line in lines) == 2 and PowerLine.NEUTRAL not in lines

    def energy(self) -> Figure:
        """Watt-hours: the feed's counter, else the sum of its lines' counters, with a shared one
        counted once. Without the feed's counter, not known if a failed call leaves open whether
        the feed or a line has one."""
        return self._own_or_of_lines(
            self.counter,
            {_target(line.pole.activeEnergy): line.counter for line in self._lines_only()},
        )

    def active_power(self) -> Figure:
        """Watts, by the same rules; not metered unless `with_power`."""
        if not self.with_power:
            return NOT_ASKED
        return self._own_or_of_lines(
            self.power, {_target(line.pole.activePower): line.power for line in self._lines_only()}
        )

    def _own_or_of_lines(
        self, own: Optional[Reading], reading_by_sensor: Mapping[str, Optional[Reading]]
    ) -> Figure:
        """The feed's own reading, else the sum of `reading_by_sensor`, by the rules of `energy`."""
        if own is not None:
            return listed_value(own)
        for call in (self._sensors, self._poles):
            error = call.error if call is not None else None
            if error is not None and not is_missing_object_error(error):
                return NotKnown(f"the sensors cannot be listed: {error.reason}")
        return sum_if_complete(map(listed_value, reading_by_sensor.values()))

    def _lines_only(self) -> list[_Line]:
        """The lines without the neutral."""
        return [line for line in self._lines if line.pole.line in _LINES]


def _target(sensor: Optional[NumericSensor]) -> str:
    """The resource of a sensor, "" without one: a sensor that two lines share has one."""
    return sensor.target if sensor is not None else ""
