"""Serial access modules (DSAM) and their ports."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Optional

from . import event
from .idl import declared, Enumeration, Event, Interface, method, Structure, value_object

__all__ = ["DsamDevice", "DsamManager", "DsamPort"]


class DsamPort(Interface):
    """One serial port of a module, with the console behind it."""

    idlType = "dsam.DsamPort:1.0.0"

    SUCCESS = 0
    SETTINGS_INVALID = 1
    SSH_DPA_PORT_INVALID = 2
    SSH_DPA_PORT_IN_USE = 3

    class DeviceInterfaceType(Enumeration):
        DEV_IFTYPE_AUTO = 0
        DEV_IFTYPE_DTE = 1
        DEV_IFTYPE_DCE = 2

    class Parity(Enumeration):
        PARITY_NONE = 0
        PARITY_ODD = 1
        PARITY_EVEN = 2

    class FlowControl(Enumeration):
        FLOW_CTRL_NONE = 0
        FLOW_CTRL_HARDWARE = 1
        FLOW_CTRL_SOFTWARE = 2

    class State(Enumeration):
        STATE_AVAILABLE = 0
        STATE_OCCUPIED = 1
        STATE_BUSY = 2

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        dsamNumber: int = 0
        portNumber: int = 0
        connected: bool = False
        devIfType: DsamPort.DeviceInterfaceType = field(default_factory=lambda: DsamPort.DeviceInterfaceType(0))
        state: DsamPort.State = field(default_factory=lambda: DsamPort.State(0))

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""
        devIfType: DsamPort.DeviceInterfaceType = field(default_factory=lambda: DsamPort.DeviceInterfaceType(0))
        baudRate: int = 0
        parity: DsamPort.Parity = field(default_factory=lambda: DsamPort.Parity(0))
        stopBits: int = 0
        flowCtrl: DsamPort.FlowControl = field(default_factory=lambda: DsamPort.FlowControl(0))
        breakDurationMs: int = 0
        sshDpaPortEnabled: bool = False
        sshDpaPort: int = 0
        allowSharedAccess: bool = False

    @value_object
    class InfoChangedEvent(event.UserEvent):
        idlType = "dsam.DsamPort.InfoChangedEvent:1.0.0"
        oldInfo: DsamPort.Info = field(default_factory=lambda: DsamPort.Info())
        newInfo: DsamPort.Info = field(default_factory=lambda: DsamPort.Info())
        portName: str = ""

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "dsam.DsamPort.SettingsChangedEvent:1.0.0"
        dsamNumber: int = 0
        portNumber: int = 0
        oldSettings: DsamPort.Settings = field(default_factory=lambda: DsamPort.Settings())
        newSettings: DsamPort.Settings = field(default_factory=lambda: DsamPort.Settings())

    @method()
    def getInfo(self) -> DsamPort.Info: declared()

    @method()
    def getSettings(self) -> DsamPort.Settings: declared()

    @method()
    def setSettings(self, settings: DsamPort.Settings) -> int: declared()

    @method()
    def getTtyUsbNumber(self) -> int: declared()

    @method()
    def setState(self, state: DsamPort.State) -> None: declared()


class DsamDevice(Interface):
    """One serial access module."""

    idlType = "dsam.DsamDevice:1.0.0"

    SUCCESS = 0

    @dataclass(eq=False, repr=False)
    class FirmwareVersion(Structure):
        major: int = 0
        minor: int = 0

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        dsamNumber: int = 0
        serialNumber: str = ""
        portCount: int = 0
        hardwareVersion: int = 0
        firmwareVersion: DsamDevice.FirmwareVersion = field(default_factory=lambda: DsamDevice.FirmwareVersion())

    @method()
    def getInfo(self) -> DsamDevice.Info: declared()

    @method()
    def getPorts(self) -> Dict[int, DsamPort]: declared()

    @method()
    def startFirmwareUpdate(self) -> int: declared()


class DsamManager(Interface):
    """All serial access modules, and the update of their firmware."""

    idlType = "dsam.DsamManager:1.0.0"

    @value_object
    class DsamAttachedEvent(Event):
        idlType = "dsam.DsamManager.DsamAttachedEvent:1.0.0"
        info: DsamDevice.Info = field(default_factory=lambda: DsamDevice.Info())
        device: Optional[DsamDevice] = None

    @value_object
    class DsamDetachedEvent(Event):
        idlType = "dsam.DsamManager.DsamDetachedEvent:1.0.0"
        info: DsamDevice.Info = field(default_factory=lambda: DsamDevice.Info())

    @value_object
    class DsamControllerChangedEvent(Event):
        idlType = "dsam.DsamManager.DsamControllerChangedEvent:1.0.0"
        dsamNumber: int = 0
        reset: bool = False
        resetReason: str = ""

    @method()
    def getDsamDevices(self) -> Dict[int, DsamDevice]: declared()

    @method()
    def getFirmwareUpdateFileVersion(self) -> DsamDevice.FirmwareVersion: declared()
