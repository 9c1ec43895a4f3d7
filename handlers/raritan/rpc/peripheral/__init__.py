"""External sensors and actuators."""
from __future__ import annotations

from .device_manager import *
from .g2_production import *
from .gateway_sensor_manager import *
from .packages import *
from .structures import *
