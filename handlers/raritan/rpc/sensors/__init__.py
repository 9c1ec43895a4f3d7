"""Numeric sensors, state sensors, actuators, the sensor log, and sensors in alarm."""

from __future__ import annotations

from .logger import *
from .sensor import *
