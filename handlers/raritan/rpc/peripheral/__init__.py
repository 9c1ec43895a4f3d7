"""External sensors and actuators."""

from __future__ import annotations

from .devices import *
