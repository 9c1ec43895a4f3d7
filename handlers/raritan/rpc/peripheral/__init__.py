"""External sensors and actuators."""
from __future__ import annotations

from .battery_powered_device_package import BatteryPoweredDevicePackage
from .device_manager import DeviceManager
from .device_slot import DeviceSlot
from .door_handle_controller_package import DoorHandleControllerPackage
from .g2_production import G2Production
from .gateway_sensor_manager import GatewaySensorManager
from .modbus_cfg import ModbusCfg
from .package import Package
from .sensor_hub import SensorHub
from .structures import Address, Device, DeviceID, PackageInfo, PortType, PosElement

__all__ = [
    "Address", "BatteryPoweredDevicePackage", "Device", "DeviceID", "DeviceManager", "DeviceSlot",
    "DoorHandleControllerPackage", "G2Production", "GatewaySensorManager", "ModbusCfg", "Package", "PackageInfo",
    "PortType", "PosElement", "SensorHub",
]
