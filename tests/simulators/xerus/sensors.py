"""Sensors: readings, thresholds, counters, states. Source: Sensor.idl, NumericSensor.idl."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, NamedTuple, Optional

from .objects import Served, Unit

_THRESHOLDS = ("upperCritical", "upperWarning", "lowerWarning", "lowerCritical")
Json = dict[str, Any]


class Kind(NamedTuple):
    """A kind of numeric sensor: quantity and unit (numbers of Sensor.idl), decimal
    digits, range.
    """

    quantity: int
    unit: int
    digits: int
    lower: float
    upper: float
    interface: str = "sensors.NumericSensor"


KINDS = {
    "voltage": Kind(1, 1, 0, 0.0, 500.0),
    "voltageLN": Kind(1, 1, 0, 0.0, 500.0),
    "current": Kind(2, 2, 3, 0.0, 840.0),
    "activePower": Kind(4, 3, 0, 0.0, 252000.0),
    "apparentPower": Kind(4, 4, 0, 0.0, 252000.0),
    "powerFactor": Kind(5, 0, 2, 0.0, 1.0),
    "activeEnergy": Kind(6, 5, 0, 0.0, 2.0**40, "sensors.AccumulatingNumericSensor"),
    "apparentEnergy": Kind(6, 6, 0, 0.0, 2.0**40, "sensors.AccumulatingNumericSensor"),
    "lineFrequency": Kind(7, 8, 1, 0.0, 6500.0),
    "unbalancedCurrent": Kind(3, 9, 0, 0.0, 200.0),
    "unbalancedVoltage": Kind(48, 9, 0, 0.0, 200.0),
    "unbalancedLineLineVoltage": Kind(48, 9, 0, 0.0, 200.0),
    "residualCurrent": Kind(2, 2, 4, 0.0, 5.0, "pdumodel.TypeBResidualCurrentNumericSensor"),
    "residualACCurrent": Kind(2, 2, 4, 0.0, 5.0),
    "residualDCCurrent": Kind(2, 2, 4, -5.0, 5.0),
    "temperature": Kind(8, 7, 1, -35.0, 80.0),
    "humidity": Kind(9, 9, 0, 0.0, 100.0),
    "absoluteHumidity": Kind(41, 50, 1, 0.0, 300.0),
}


class Awake:
    """Makes the sensors of one part, such as an outlet, available after `sleep` more calls of its
    getSensors.
    """

    def __init__(self) -> None:
        self.sleep = 0

    def fetched(self) -> None:
        """Counts one call of getSensors."""
        self.sleep = max(0, self.sleep - 1)


class Sensor(Served):
    def __init__(
        self,
        unit: Unit,
        interface: str,
        name: str,
        paths: Sequence[str],
        typespec: tuple[int, int, int],
        awake: Awake,
    ) -> None:
        super().__init__(unit, interface, name, paths)
        self.typespec = typespec
        self._awake = awake

    def _answers(self) -> bool:
        return not self._awake.sleep

    def getTypeSpec(self) -> Json:
        reading, quantity, unit = self.typespec
        return {"readingtype": reading, "type": quantity, "unit": unit}


class NumericSensor(Sensor):
    """A sensor with a number; `read` returns its current value."""

    def __init__(
        self,
        unit: Unit,
        kind: Kind,
        name: str,
        paths: Sequence[str],
        read: Callable[[], float],
        awake: Awake,
    ) -> None:
        super().__init__(unit, kind.interface, name, paths, (0, kind.quantity, kind.unit), awake)
        self.kind = kind
        self._read = read
        self.thresholds: Json = {name: 0.0 for name in _THRESHOLDS}
        self.thresholds.update({f"{name}Active": False for name in _THRESHOLDS})
        self.thresholds.update(assertionTimeout=0, deassertionHysteresis=0.0)

    def value(self) -> float:
        return self._read()

    def getMetaData(self) -> Json:
        kind = self.kind
        return {
            "type": self.getTypeSpec(),
            "decdigits": kind.digits,
            "resolution": 10.0**-kind.digits,
            "range": {"lower": kind.lower, "upper": kind.upper},
            "thresholdCaps": {f"has{name[0].upper()}{name[1:]}": True for name in _THRESHOLDS},
        }

    def getReading(self) -> Json:
        good = self._answers()
        value = self.value() if good else 0.0
        # Some units send 0 instead of 0.0, so a client must accept an integer too.
        return {
            "timestamp": self.unit.clockwork.wall(),
            "available": good,
            "valid": good,
            "status": {},
            "value": value if value else 0,
        }

    def getThresholds(self) -> Json:
        return self.thresholds

    def setThresholds(self, thresh: Json) -> int:
        self.thresholds = thresh
        return 0


class AccumulatingSensor(NumericSensor):
    """A counter in Wh or VAh.

    Runs with time if `power` is given.
    """

    def __init__(
        self,
        unit: Unit,
        kind: Kind,
        name: str,
        paths: Sequence[str],
        start: float,
        power: Optional[Callable[[], float]],
        awake: Awake,
    ) -> None:
        super().__init__(unit, kind, name, paths, lambda: self.stored, awake)
        self.stored = start
        if power is not None:
            self._power = power
            unit.clockwork.elapse.append(self._elapse)

    def _elapse(self, seconds: float) -> None:
        self.stored += self._power() * seconds / 3600.0


class StateSensor(Sensor):
    """A sensor with a discrete state; `read` returns the state, or None if the unit does not know
    it.
    """

    def __init__(
        self,
        unit: Unit,
        interface: str,
        name: str,
        paths: Sequence[str],
        quantity: int,
        read: Callable[[], Optional[int]],
        awake: Awake,
    ) -> None:
        super().__init__(unit, interface, name, paths, (1, quantity, 0), awake)
        self._read = read

    def getState(self) -> Json:
        value = self._read() if self._answers() else None
        return {
            "timestamp": self.unit.clockwork.wall(),
            "available": value is not None,
            "value": value or 0,
        }
