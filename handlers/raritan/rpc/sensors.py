"""Numeric sensors, state sensors, actuators, the sensor log, and sensors in alarm."""

from __future__ import annotations

from ._idl.sensors import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
