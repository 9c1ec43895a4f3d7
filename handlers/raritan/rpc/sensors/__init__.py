"""Numeric sensors, state sensors, actuators, the sensor log, and sensors in alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime import lazily

if TYPE_CHECKING:
    from .logger import *
    from .sensor import *

__getattr__, __all__ = lazily(
    __name__,
    {
        "logger": "AlertedSensorManager Logger",
        "sensor": "AccumulatingNumericSensor NumericSensor Sensor StateSensor Switch",
    },
)
