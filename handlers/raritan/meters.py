"""Meters of one unit: a feed (an inlet, or a power meter's mains) with its lines, and a port (an
outlet or a branch circuit).
"""

from __future__ import annotations

from typing import Callable, Optional, Union

from ..host import PortFigures
from .readings import (
    NOT_KNOWN,
    NOT_METERED,
    MeteredValue,
    Reading,
    amount,
    ask,
    call_error,
    kilowatt_hours,
    largest,
    listed_amount,
    sum_if_complete,
)
from .rpc import Bulk, Pending
from .rpc.pdumodel import Circuit, Inlet, Outlet, Pole, PowerLine, PowerMeter
from .units import XerusUnit, is_missing_object_error

_LINES = (PowerLine.L1, PowerLine.L2, PowerLine.L3)
_KNOWN = frozenset(PowerLine)
_PortSensors = Union[Outlet.Sensors, Circuit.Sensors]
_Sensors = Union[Inlet.Sensors, PowerMeter.Sensors, _PortSensors]


class Meter:
    """The current and the energy of one object.

    Subclasses queue `_sensors`, the list of the object's fitted sensors.
    """

    def __init__(self, unit: XerusUnit) -> None:
        self._unit = unit
        self._sensors: Optional[Pending[_Sensors]] = None
        self.current: Optional[Reading] = None
        #: the reading of the energy counter
        self.counter: Optional[Reading] = None

    @property
    def has_sensor_list(self) -> bool:
        """Whether the list of sensors was read: False, for example, if no object has the resource
        id. Raises Denied.
        """
        return self._sensors is not None and call_error(self._sensors) is None

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the fitted sensors of current and energy.

        Raises Denied if the account may not list them.
        """
        if self._sensors is not None and call_error(self._sensors) is None:
            sensors = self._sensors.get()
            self.current = ask(bulk, self._unit, sensors.current)
            self.counter = ask(bulk, self._unit, sensors.activeEnergy)

    def readings(self) -> list[Optional[Reading]]:
        """The readings, queued or done; None where none was queued."""
        return [self.current, self.counter]


class PortMeter(Meter):
    """One outlet or branch circuit. `list_sensors` is the getSensors of its proxy."""

    def __init__(
        self,
        unit: XerusUnit,
        identity: str,
        list_sensors: Callable[[], _PortSensors],
        with_power: bool,
    ) -> None:
        super().__init__(unit)
        self.identity, self._list_sensors = identity, list_sensors
        self.power: Optional[Reading] = None
        #: whether `ask_readings` also asks for the power
        self.with_power = with_power

    def ask_sensors(self, bulk: Bulk) -> None:
        """Queue the list of sensors, and forget earlier readings."""
        self._sensors = bulk.add(self._list_sensors)
        self.current = self.counter = self.power = None

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the fitted sensors."""
        super().ask_readings(bulk)
        if self.with_power:
            self.ask_power(bulk)

    def ask_power(self, bulk: Bulk) -> None:
        """Queue the reading of the power, if its sensor is fitted. Raises as `ask_readings`."""
        if self._sensors is not None and call_error(self._sensors) is None:
            self.power = ask(bulk, self._unit, self._sensors.get().activePower)

    def figures(self) -> PortFigures:
        """Amperes, kWh and W; None if not metered or not known.

        The current is the port's own sensor, not a sum over its poles.
        """
        return PortFigures(
            self.identity,
            amount(self.current).value,
            kilowatt_hours(amount(self.counter)),
            amount(self.power).value,
        )


class FeedMeter(Meter):
    """One feed: its sensors and those of its lines. Subclasses queue `_sensors` and `_poles`."""

    def __init__(self, unit: XerusUnit) -> None:
        super().__init__(unit)
        self._poles: Optional[Pending[list[Pole]]] = None
        self._lines: list[tuple[Pole, Optional[Reading], Optional[Reading]]] = []

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the feed and of its lines."""
        super().ask_readings(bulk)
        if self.has_sensor_list:
            self._lines = [
                (
                    pole,
                    ask(bulk, self._unit, pole.current),
                    ask(bulk, self._unit, pole.activeEnergy),
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
        for _, current, counter in self._lines:
            feed_readings += [current, counter]
        return feed_readings

    def _line_currents(self) -> list[Optional[Reading]]:
        return [current for pole, current, _ in self._lines if pole.line in _LINES]

    def load(self) -> MeteredValue:
        """Amperes: the sum over the lines, the larger current if two lines are one circuit, or a
        single-phase feed's current.

        With several lines the feed's current is only the highest line's, so it never replaces the
        sum. If the lines cannot be read, the load is not metered.
        """
        poles = self._listed_poles()
        if poles is None:
            return NOT_METERED
        lines = [amount(current) for current in self._line_currents()]
        if len(lines) < 2:
            return lines[0] if lines and lines[0].is_metered else amount(self.current)
        if self._one_circuit(poles):
            return largest(map(listed_amount, self._line_currents()))
        return sum_if_complete(lines)

    def _one_circuit(self, poles: list[Pole]) -> bool:
        """Whether the feed is one circuit of two lines: without a neutral the same current flows
        through both.
        """
        lines = [pole.line for pole in poles]
        return sum(line in _LINES for line in lines) == 2 and PowerLine.NEUTRAL not in lines

    def energy(self) -> MeteredValue:
        """Watt-hours: the feed's counter, else the sum of its lines' counters, with a shared one
        counted once. Without the feed's counter, not known if a failed call leaves open whether
        the feed or a line has one."""
        if self.counter is not None:
            return listed_amount(self.counter)
        if any(
            one is not None and one.error is not None and not is_missing_object_error(one.error)
            for one in (self._sensors, self._poles)
        ):
            return NOT_KNOWN
        by_sensor: dict[Optional[str], Optional[Reading]] = {}
        for pole, _, energy in self._lines:
            if pole.line in _LINES:
                target = pole.activeEnergy.target if pole.activeEnergy is not None else None
                by_sensor[target] = energy
        return sum_if_complete(map(listed_amount, by_sensor.values()))
