"""Packages of peripheral devices. Source: PeripheralDevicePackage.idl, SensorHub.idl, ModbusCfg.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .. import idl
from .._runtime import ZERO, Enumeration, Interface, Structure, declared

if TYPE_CHECKING:
    from .. import portsmodel
    from .structures import PackageInfo, PosElement


class Package(Interface, version="3.0.3"):
    """One sensor package."""

    def getPackageInfo(self) -> PackageInfo: declared()


class BatteryPoweredDevicePackage(Package, version="1.0.2"):
    """A wireless sensor package with a battery."""

    class VoltageChangedEvent(idl.Event):
        oldVoltage: float = 0.0
        newVoltage: float = 0.0

    def getBatteryVoltage(self) -> float: declared()


class DoorHandleControllerPackage(Package, version="3.0.3"):
    """A controller of door handles."""

    SUCCESS, ERR_NOT_SUPPORTED, ERR_OPERATION_FAILED = range(3)

    class DoorForcedOpenEvent(idl.Event):
        packageInfo: PackageInfo = ZERO
        channel: int = 0
        doorStateName: str = ""
        doorHandleName: str = ""
        doorLockName: str = ""

    class MechanicallyUnlockedEvent(idl.Event):
        packageInfo: PackageInfo = ZERO
        channel: int = 0
        doorStateName: str = ""
        doorHandleName: str = ""
        doorLockName: str = ""

    def getSupportedHandleTypes(self) -> List[str]: declared()
    def getSupportedExternalDeviceTypes(self) -> List[str]: declared()
    def getHandleType(self, channel: int) -> str: declared()
    def getExternalDeviceType(self, channel: int) -> str: declared()
    def setHandleType(self, channel: int, handleType: str) -> int: declared()
    def setExternalDeviceType(self, channel: int, type: str) -> int: declared()


class SensorHub(Interface, version="2.0.4"):
    """A hub of sensor ports."""

    class UpstreamType(Enumeration):
        BUILTIN, ENV_HUB, REMOTE_HUB = range(3)

    class DeviceInfo(Structure):
        serial: str = ""
        model: str = ""
        upstreamType: SensorHub.UpstreamType = ZERO
        position: PosElement = ZERO
        protocolVersion: int = 0
        bootVersion: int = 0
        appVersion: int = 0
        hubPortInfos: List[SensorHub.HubPortInfo] = ZERO

    class HubPortInfo(Structure):
        hubPort: str = ""
        fuse: Optional[portsmodel.PortFuse] = None

    def getDeviceInfo(self) -> SensorHub.DeviceInfo: declared()
    def getPackageInfo(self) -> PackageInfo: declared()


class ModbusCfg(Interface, version="1.0.0"):
    """How a Modbus sensor is described."""

    EXCEPTION_ILLEGAL_FUNCTION = 1
    EXCEPTION_ILLEGAL_DATA_ADDRESS = 2
    EXCEPTION_ILLEGAL_DATA_VALUE = 3
    EXCEPTION_SLAVE_OR_SERVER_FAILURE = 4
    EXCEPTION_ACKNOWLEDGE = 5
    EXCEPTION_SLAVE_OR_SERVER_BUSY = 6
    EXCEPTION_NEGATIVE_ACKNOWLEDGE = 7
    EXCEPTION_MEMORY_PARITY = 8
    EXCEPTION_GATEWAY_PATH = 10
    EXCEPTION_GATEWAY_TARGET = 11

    class ModbusFunction(Enumeration):
        COIL, DISCRETE_INPUT, HOLDING_REGISTER, INPUT_REGISTER = range(4)

    class SpecificModbusErrors(Enumeration):
        ERROR_BADCRC, ERROR_BADDATA, ERROR_BADEXC, ERROR_UNKEXC, ERROR_MDATA, ERROR_OTHER = range(6)

    class SerialSettings(Structure):
        class Parity(Enumeration):
            NONE, EVEN, ODD = range(3)

        baud: int = 0
        parity: ModbusCfg.SerialSettings.Parity = ZERO
        dataBits: int = 0
        stopBits: int = 0
