"""External sensors and actuators, and sensors behind gateways."""

from __future__ import annotations

from .devices import *
from .gateway_sensor_manager import *
