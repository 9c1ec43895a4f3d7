"""The interface peripheral.DoorHandleControllerPackage."""
from __future__ import annotations

from dataclasses import field
from typing import List

from ..idl import declared, Event, method, value_object
from .package import Package
from .structures import PackageInfo


class DoorHandleControllerPackage(Package):
    """A controller of door handles."""

    idlType = "peripheral.DoorHandleControllerPackage:3.0.3"

    SUCCESS = 0
    ERR_NOT_SUPPORTED = 1
    ERR_OPERATION_FAILED = 2

    @value_object
    class DoorForcedOpenEvent(Event):
        idlType = "peripheral.DoorHandleControllerPackage_3_0_3.DoorForcedOpenEvent:1.0.0"
        packageInfo: PackageInfo = field(default_factory=lambda: PackageInfo())
        channel: int = 0
        doorStateName: str = ""
        doorHandleName: str = ""
        doorLockName: str = ""

    @value_object
    class MechanicallyUnlockedEvent(Event):
        idlType = "peripheral.DoorHandleControllerPackage_3_0_3.MechanicallyUnlockedEvent:1.0.0"
        packageInfo: PackageInfo = field(default_factory=lambda: PackageInfo())
        channel: int = 0
        doorStateName: str = ""
        doorHandleName: str = ""
        doorLockName: str = ""

    @method()
    def getSupportedHandleTypes(self) -> List[str]: declared()

    @method()
    def getSupportedExternalDeviceTypes(self) -> List[str]: declared()

    @method()
    def getHandleType(self, channel: int) -> str: declared()

    @method()
    def getExternalDeviceType(self, channel: int) -> str: declared()

    @method()
    def setHandleType(self, channel: int, handleType: str) -> int: declared()

    @method()
    def setExternalDeviceType(self, channel: int, type: str) -> int: declared()
