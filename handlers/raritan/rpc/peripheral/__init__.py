"""External sensors and actuators."""
from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime import lazily

if TYPE_CHECKING:
    from .device_manager import *
    from .g2_production import *
    from .gateway_sensor_manager import *
    from .packages import *
    from .structures import *

__getattr__, __all__ = lazily(__name__, {
    "device_manager": "DeviceManager DeviceSlot",
    "g2_production": "G2Production",
    "gateway_sensor_manager": "GatewaySensorManager",
    "packages": "BatteryPoweredDevicePackage DoorHandleControllerPackage ModbusCfg Package SensorHub",
    "structures": "Address Device DeviceID PackageInfo PortType PosElement",
})
