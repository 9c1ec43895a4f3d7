"""Serial access modules (DSAM) and their ports.

Source: DsamPort.idl, DsamDevice.idl, DsamManager.idl.
"""

from __future__ import annotations

from typing import Optional

from . import event, idl
from ._runtime import ZERO, Enumeration, Interface, Structure


class DsamPort(Interface, version="1.0.0"):
    """One serial port of a module, to which a serial device can be connected.

    `getTtyUsbNumber` and `setState` are not available over JSON-RPC (DsamPort.idl 1.0.0).
    """

    SUCCESS, SETTINGS_INVALID, SSH_DPA_PORT_INVALID, SSH_DPA_PORT_IN_USE = range(4)

    class DeviceInterfaceType(Enumeration):
        DEV_IFTYPE_AUTO, DEV_IFTYPE_DTE, DEV_IFTYPE_DCE = range(3)

    class Parity(Enumeration):
        PARITY_NONE, PARITY_ODD, PARITY_EVEN = range(3)

    class FlowControl(Enumeration):
        FLOW_CTRL_NONE, FLOW_CTRL_HARDWARE, FLOW_CTRL_SOFTWARE = range(3)

    class State(Enumeration):
        STATE_AVAILABLE, STATE_OCCUPIED, STATE_BUSY = range(3)

    class Info(Structure):
        dsamNumber: int = 0
        portNumber: int = 0
        connected: bool = False
        devIfType: DsamPort.DeviceInterfaceType = ZERO
        state: DsamPort.State = ZERO

    class Settings(Structure):
        name: str = ""
        devIfType: DsamPort.DeviceInterfaceType = ZERO
        baudRate: int = 0
        parity: DsamPort.Parity = ZERO
        stopBits: int = 0
        flowCtrl: DsamPort.FlowControl = ZERO
        breakDurationMs: int = 0
        sshDpaPortEnabled: bool = False
        sshDpaPort: int = 0
        allowSharedAccess: bool = False

    class InfoChangedEvent(event.UserEvent):
        oldInfo: DsamPort.Info = ZERO
        newInfo: DsamPort.Info = ZERO
        portName: str = ""

    class SettingsChangedEvent(event.UserEvent):
        dsamNumber: int = 0
        portNumber: int = 0
        oldSettings: DsamPort.Settings = ZERO
        newSettings: DsamPort.Settings = ZERO

    def getInfo(self) -> DsamPort.Info: ...
    def getSettings(self) -> DsamPort.Settings: ...
    def setSettings(self, settings: DsamPort.Settings) -> int: ...
    def getTtyUsbNumber(self) -> int: ...
    def setState(self, state: DsamPort.State) -> None: ...


class DsamDevice(Interface, version="1.0.0"):
    SUCCESS = 0

    class FirmwareVersion(Structure):
        major: int = 0
        minor: int = 0

    class Info(Structure):
        dsamNumber: int = 0
        serialNumber: str = ""
        portCount: int = 0
        hardwareVersion: int = 0
        firmwareVersion: DsamDevice.FirmwareVersion = ZERO

    def getInfo(self) -> DsamDevice.Info: ...
    def getPorts(self) -> dict[int, DsamPort]: ...
    def startFirmwareUpdate(self) -> int: ...


class DsamManager(Interface, version="1.0.0"):
    class DsamAttachedEvent(idl.Event):
        info: DsamDevice.Info = ZERO
        device: Optional[DsamDevice] = None

    class DsamDetachedEvent(idl.Event):
        info: DsamDevice.Info = ZERO

    class DsamControllerChangedEvent(idl.Event):
        dsamNumber: int = 0
        reset: bool = False
        resetReason: str = ""

    def getDsamDevices(self) -> dict[int, DsamDevice]: ...
    def getFirmwareUpdateFileVersion(self) -> DsamDevice.FirmwareVersion: ...
