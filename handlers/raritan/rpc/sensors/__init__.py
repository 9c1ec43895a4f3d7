"""Sensors: numeric, accumulating, with states; switches, log, alarms."""
from __future__ import annotations

from .accumulating_numeric_sensor import AccumulatingNumericSensor
from .alerted_sensor_manager import AlertedSensorManager
from .logger import Logger
from .numeric_sensor import NumericSensor
from .sensor import Sensor
from .state_sensor import StateSensor
from .switch import Switch

__all__ = [
    "AccumulatingNumericSensor", "AlertedSensorManager", "Logger", "NumericSensor", "Sensor", "StateSensor",
    "Switch",
]
