"""Sensors: readings, thresholds, counters, states. Source: Sensor.idl, NumericSensor.idl and
StateSensor.idl.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, Optional

from .objects import Served, Unit

Json = dict[str, Any]


class Awake:
    """Makes the sensors of one part, such as an outlet, available after `sleep` more calls of its
    getSensors.
    """

    def __init__(self) -> None:
        self.sleep = 0

    def fetched(self) -> None:
        """Counts one call of getSensors."""
        self.sleep = max(0, self.sleep - 1)


class NumericSensor(Served):
    """A sensor with a number; `read` returns its current value."""

    def __init__(
        self,
        unit: Unit,
        name: str,
        paths: Sequence[str],
        read: Callable[[], float],
        awake: Awake,
        interface: str = "sensors.NumericSensor",
    ) -> None:
        super().__init__(unit, interface, name, paths)
        self.value = read
        self._awake = awake
        self._thresholds: Json = {}

    def getMetaData(self) -> Json:
        return {}

    def getReading(self) -> Json:
        is_awake = not self._awake.sleep
        value: float = 0
        if is_awake:
            # Some units send 0 instead of 0.0, so a client must accept an integer too.
            value = self.value() or 0
        return {
            "timestamp": self.unit.clockwork.wall(),
            "available": is_awake,
            "valid": is_awake,
            "value": value,
        }

    def getThresholds(self) -> Json:
        return self._thresholds

    def setThresholds(self, thresh: Json) -> int:
        self._thresholds = thresh
        return 0


class AccumulatingSensor(NumericSensor):
    """A counter in Wh, which runs with time if `power` is given."""

    def __init__(
        self,
        unit: Unit,
        name: str,
        paths: Sequence[str],
        start: float,
        power: Optional[Callable[[], float]],
        awake: Awake,
    ) -> None:
        interface = "sensors.AccumulatingNumericSensor"
        super().__init__(unit, name, paths, lambda: self.stored, awake, interface)
        self.stored = start
        if power is not None:
            self._power = power
            unit.clockwork.elapse.append(self._elapse)

    def _elapse(self, seconds: float) -> None:
        self.stored += self._power() * seconds / 3600.0


class StateSensor(Served):
    """A sensor with a discrete state; `read` returns the state, or None if the unit does not know
    it.
    """

    def __init__(
        self,
        unit: Unit,
        interface: str,
        name: str,
        paths: Sequence[str],
        read: Callable[[], Optional[int]],
        awake: Awake,
    ) -> None:
        super().__init__(unit, interface, name, paths)
        self._read = read
        self._awake = awake

    def getState(self) -> Json:
        value = self._read() if not self._awake.sleep else None
        return {
            "timestamp": self.unit.clockwork.wall(),
            "available": value is not None,
            "value": value or 0,
        }
