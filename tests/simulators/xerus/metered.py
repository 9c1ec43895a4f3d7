"""The sensors of one object, and the common part of inlets, outlets, protectors and transfer
switches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional, Union

from .objects import Served, Unit
from .sensors import AccumulatingSensor, Awake, NumericSensor, StateSensor

Read = Callable[[], float]
# Sensors whose name in references is not the field's name with a capital (seen on real units).
_OPAQUE_NAMES = {"residualCurrentStatus": "ResidualCurrentState"}
_INTERFACES = {"residualCurrent": "pdumodel.TypeBResidualCurrentNumericSensor"}
Sensor = Union[NumericSensor, StateSensor]


class Sensors:
    """The sensors of one object such as an outlet or a pole, by field name.

    `opaque` is the start of the sensors' names in references ("O0", "I0P1"). `path` is the object's
    well-known id, or None if the sensors have no well-known ids.
    """

    def __init__(
        self, unit: Unit, opaque: str, path: Optional[str], awake: Awake, live: bool
    ) -> None:
        self._unit = unit
        self._opaque = opaque
        self._path = path
        self._awake = awake
        self._live = live
        self.fitted: dict[str, Sensor] = {}

    def _paths(self, field: str) -> list[str]:
        return [f"{self._path}/{field}"] if self._path else []

    def _name(self, field: str) -> str:
        return self._opaque + _OPAQUE_NAMES.get(field, field[0].upper() + field[1:])

    def numeric(self, readings: Mapping[str, Read]) -> None:
        for field, read in readings.items():
            interface = _INTERFACES.get(field, "sensors.NumericSensor")
            name = self._name(field)
            paths = self._paths(field)
            self.fitted[field] = NumericSensor(
                self._unit, name, paths, read, self._awake, interface
            )

    def counter(self, field: str, start: float, power: Read) -> AccumulatingSensor:
        name = self._name(field)
        paths = self._paths(field)
        sensor = AccumulatingSensor(
            self._unit, name, paths, start, power if self._live else None, self._awake
        )
        self.fitted[field] = sensor
        return sensor

    def state(
        self,
        field: str,
        read: Callable[[], Optional[int]],
        interface: str = "sensors.StateSensor",
    ) -> None:
        name = self._name(field)
        paths = self._paths(field)
        self.fitted[field] = StateSensor(self._unit, interface, name, paths, read, self._awake)


class Device(Served):
    """An inlet, outlet, protector or transfer switch (pdumodel.EDevice), with
    sensors and settings.
    """

    awake: Awake
    sensors: Sensors
    settings: dict[str, Any]

    def getSensors(self) -> Mapping[str, Sensor]:
        self.awake.fetched()
        return self.sensors.fitted

    def getSettings(self) -> Mapping[str, Any]:
        return self.settings

    def setSettings(self, settings: dict[str, Any]) -> int:
        self.settings = {**self.settings, **settings}
        return 0
