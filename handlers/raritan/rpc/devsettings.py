"""Settings of the device's services.

Source: Bluetooth.idl, Crestron.idl, Modbus.idl, Redfish.idl, Smtp.idl, Snmp.idl, Zeroconf.idl.
"""

from __future__ import annotations

from . import event, idl
from ._runtime import ZERO, Enumeration, Interface, Structure


class Bluetooth(Interface, version="1.0.0"):
    class Antenna(Enumeration):
        Internal, External = range(2)

    class Settings(Structure):
        enabled: bool = False
        antenna: Bluetooth.Antenna = ZERO

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: Bluetooth.Settings = ZERO
        newSettings: Bluetooth.Settings = ZERO

    def getSettings(self) -> Bluetooth.Settings: ...
    def setSettings(self, settings: Bluetooth.Settings) -> int: ...


class Crestron(Interface, version="1.0.0"):
    class Settings(Structure):
        enableXioCloudConnection: bool = False

    def getSettings(self) -> Crestron.Settings: ...
    def setSettings(self, settings: Crestron.Settings) -> None: ...


class Modbus(Interface, version="2.0.0"):
    """The Modbus service over TCP and a serial port, at `/modbus`."""

    ERR_INVALID_PARAM = 1

    class Parity(Enumeration):
        NONE, EVEN, ODD = range(3)

    class Capabilities(Structure):
        hasModbusSerial: bool = False

    class SerialSettings(Structure):
        enabled: bool = False
        baudrate: int = 0
        parity: Modbus.Parity = ZERO
        stopbits: int = 0
        readonly: bool = False

    class Settings(Structure):
        tcp: Modbus.TcpSettings = ZERO
        serial: Modbus.SerialSettings = ZERO
        primaryUnitId: int = 0

    class TcpSettings(Structure):
        readonly: bool = False

    def getCapabilities(self) -> Modbus.Capabilities: ...
    def getSettings(self) -> Modbus.Settings: ...
    def setSettings(self, settings: Modbus.Settings) -> int: ...


class Redfish(Interface, version="1.0.0"):
    class Settings(Structure):
        enabled: bool = False

    def getSettings(self) -> Redfish.Settings: ...
    def setSettings(self, settings: Redfish.Settings) -> None: ...


class Smtp(Interface, version="2.0.0"):
    """The mail server for notifications, at `/smtp`."""

    ERR_INVALID_PARAMS = 1

    class Configuration(Structure):
        host: str = ""
        port: int = 0
        useTls: bool = False
        allowOffTimeRangeCerts: bool = False
        caCertChain: str = ""
        sender: str = ""
        useAuth: bool = False
        username: str = ""
        password: str = ""
        retryCount: int = 0
        retryInterval: int = 0

    class TestResult(Structure):
        status: int = 0
        message: str = ""

    def getConfiguration(self) -> Smtp.Configuration: ...
    def setConfiguration(self, cfg: Smtp.Configuration) -> int: ...
    def testConfiguration(
        self, cfg: Smtp.Configuration, recipients: list[str]
    ) -> Smtp.TestResult: ...


class Snmp(Interface, version="1.0.2"):
    """The SNMP agent, at `/snmp`."""

    ERR_INVALID_PARAMS = 1

    class Configuration(Structure):
        v2enable: bool = False
        v3enable: bool = False
        readComm: str = ""
        writeComm: str = ""
        sysContact: str = ""
        sysName: str = ""
        sysLocation: str = ""

    class ConfigurationChangedEvent(idl.Event):
        userName: str = ""
        ipAddr: str = ""
        oldConfig: Snmp.Configuration = ZERO
        newConfig: Snmp.Configuration = ZERO

    def getConfiguration(self) -> Snmp.Configuration: ...
    def setConfiguration(self, cfg: Snmp.Configuration) -> int: ...
    def getV3EngineId(self) -> str: ...


class Zeroconf(Interface, version="2.0.0"):
    """Announcement of the device by mDNS and LLMNR, at `/zeroconf`."""

    class Settings(Structure):
        mdnsEnabled: bool = False
        llmnrEnabled: bool = False

    class SettingsChangedEvent(idl.Event):
        oldSettings: Zeroconf.Settings = ZERO
        newSettings: Zeroconf.Settings = ZERO

    def getSettings(self) -> Zeroconf.Settings: ...
    def setSettings(self, settings: Zeroconf.Settings) -> None: ...
