"""The interface peripheral.BatteryPoweredDevicePackage."""
from __future__ import annotations


from ..idl import declared, Event, method, value_object
from .package import Package


class BatteryPoweredDevicePackage(Package):
    """A wireless sensor package with a battery."""

    idlType = "peripheral.BatteryPoweredDevicePackage:1.0.2"

    @value_object
    class VoltageChangedEvent(Event):
        idlType = "peripheral.BatteryPoweredDevicePackage_1_0_2.VoltageChangedEvent:1.0.0"
        oldVoltage: float = 0.0
        newVoltage: float = 0.0

    @method()
    def getBatteryVoltage(self) -> float: declared()
