"""Sensors, and their excerpts in other resources.

Source: Sensor v1.12.0 and its Redfish.Excerpt annotations.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, NamedTuple

Json = dict[str, Any]
ENABLED = {"State": "Enabled", "Health": "OK"}
_UNITS = {
    "Voltage": "V",
    "Current": "A",
    "Power": "W",
    "EnergykWh": "kW.h",
    "Frequency": "Hz",
    "Percent": "%",
}
_POWER_FACTOR = 0.96


class Figure(NamedTuple):
    """`kind` is Sensor's ReadingType, `context` its ElectricalContext."""

    kind: str
    read: Callable[[], float]
    context: str


class Sensors:
    """The sensors of one chassis by name. Until `complete` is set, `excerpt` adds the sensor to
    `bodies` and returns {}.

    `apart`: an excerpt is only a DataSourceUri, without values.
    """

    def __init__(self, path: str, apart: bool) -> None:
        self.path = path
        self._apart = apart
        self.complete = False
        self.bodies: dict[str, Callable[[], Json]] = {}

    def excerpt(self, name: str, kind: str, context: str, read: Callable[[], float]) -> Json:
        figure = Figure(kind, read, context)
        if not self.complete:
            self.bodies.setdefault(name, partial(self._sensor, name, figure))
            return {}
        source = {"DataSourceUri": f"{self.path}/{name}"}
        return source if self._apart else {**source, **self._values(figure)}

    def _values(self, figure: Figure) -> Json:
        value = round(figure.read(), 3)
        if figure.kind == "Power":
            apparent = round(value / _POWER_FACTOR, 3)
            return {
                "Reading": value,
                "ApparentVA": apparent,
                "PowerFactor": _POWER_FACTOR,
                "ReactiveVAR": round((apparent**2 - value**2) ** 0.5, 3),
            }
        if figure.kind == "EnergykWh":
            apparent = round(value / _POWER_FACTOR, 3)
            return {
                "Reading": value,
                "LifetimeReading": value,
                "SensorResetTime": "2026-01-01T00:00:00Z",
                "ApparentkVAh": apparent,
                "ReactivekVARh": round((apparent**2 - value**2) ** 0.5, 3),
            }
        return {"Reading": value}

    def _sensor(self, name: str, figure: Figure) -> Json:
        body = {
            "@odata.id": f"{self.path}/{name}",
            "@odata.type": "#Sensor.v1_12_0.Sensor",
            "Id": name,
            "Name": name,
            "ReadingType": figure.kind,
            "ReadingUnits": _UNITS[figure.kind],
            "ElectricalContext": figure.context,
            "PhysicalContext": "PowerSubsystem",
            "Status": ENABLED,
            "ReadingTime": "2026-11-20T12:00:00Z",
            "SensingInterval": "PT1S",
        }
        values = self._values(figure)
        if figure.kind == "Power":
            body.update(PeakReading=values["Reading"], PeakReadingTime="2026-11-20T11:00:00Z")
        return {**body, **values}
