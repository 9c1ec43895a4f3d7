"""Sensors: readings, thresholds, counters, states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, NamedTuple, Optional

from .objects import Served, Unit

_THRESHOLDS = ("upperCritical", "upperWarning", "lowerWarning", "lowerCritical")
_STATUS = ("aboveUpperCritical", "aboveUpperWarning", "belowLowerWarning", "belowLowerCritical")
_OUT_OF_RANGE, _INVALID = 1, 2
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
        self._seen: Optional[tuple[float, int, float, int]] = None
        self._observed_since = unit.clockwork.wall()

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
        if good:
            self._remember(value)
        # Some units send 0 instead of 0.0, so a client must accept an integer too.
        return {
            "timestamp": self.unit.clockwork.wall(),
            "available": good,
            "valid": good,
            "status": self._status(value) if good else {},
            "value": value if value else 0,
        }

    def _status(self, value: float) -> Json:
        limits = self.thresholds
        crossed = [
            limits[f"{name}Active"]
            and (value > limits[name] if name.startswith("upper") else value < limits[name])
            for name in _THRESHOLDS
        ]
        return dict(zip(_STATUS, crossed))

    def getThresholds(self) -> Json:
        return self.thresholds

    def setThresholds(self, thresh: Json) -> int:
        active = [(name, thresh[name]) for name in _THRESHOLDS if thresh[f"{name}Active"]]
        if any(not self.kind.lower <= value <= self.kind.upper for _, value in active):
            return _OUT_OF_RANGE
        falling = [value for _, value in active]  # _THRESHOLDS begins with the highest limit
        if falling != sorted(falling, reverse=True) or thresh["assertionTimeout"] < 0:
            return _INVALID
        old, self.thresholds = self.thresholds, thresh
        self.unit.emit(
            "sensors.NumericSensor.ThresholdsChangedEvent",
            self,
            oldThresholds=old,
            newThresholds=thresh,
        )
        return 0

    def _remember(self, value: float) -> None:
        now = self.unit.clockwork.wall()
        low, low_at, high, high_at = self._seen or (value, now, value, now)
        self._seen = (value, now, high, high_at) if value < low else (low, low_at, high, high_at)
        if value > high:
            self._seen = (*self._seen[:2], value, now)

    def getMinMax(self) -> Json:
        if self._answers():
            self._remember(self.value())
        low, low_at, high, high_at = self._seen or (0.0, 0, 0.0, 0)
        return {
            "minReading": low,
            "minReadingTimestamp": low_at,
            "maxReading": high,
            "maxReadingTimestamp": high_at,
            "valid": self._seen is not None,
            "observedSince": self._observed_since,
        }

    def resetMinMax(self) -> None:
        self._seen, self._observed_since = None, self.unit.clockwork.wall()


class AccumulatingSensor(NumericSensor):
    """A counter in Wh or VAh.

    Runs with time if `power` is given; restarts at 0 after resetValue.
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
        self._reset_at = 0
        if power is not None:
            self._power = power
            unit.clockwork.elapse.append(self._elapse)

    def leave(self) -> None:
        if self._elapse in self.unit.clockwork.elapse:
            self.unit.clockwork.elapse.remove(self._elapse)

    def _elapse(self, seconds: float) -> None:
        self.stored += self._power() * seconds / 3600.0

    def resetValue(self) -> None:
        old = self.getReading()
        self.stored, self._reset_at = 0.0, self.unit.clockwork.wall()
        self.unit.emit(
            "sensors.AccumulatingNumericSensor.ResetEvent",
            self,
            oldReading=old,
            newReading=self.getReading(),
        )


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


class SwitchSensor(StateSensor):
    """An actuator in a peripheral slot."""

    def __init__(
        self, unit: Unit, name: str, paths: Sequence[str], quantity: int, awake: Awake
    ) -> None:
        super().__init__(unit, "sensors.Switch", name, paths, quantity, lambda: self.state, awake)
        self.state = 0

    def setState(self, newState: int) -> int:
        if newState not in (0, 1):
            return 1
        self.state = newState
        return 0
