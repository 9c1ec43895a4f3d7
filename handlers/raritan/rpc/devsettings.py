"""Settings of the device's services."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from . import event
from .idl import declared, Enumeration, Event, Interface, method, Structure, value_object

__all__ = ["Bluetooth", "Crestron", "Modbus", "Redfish", "Smtp", "Snmp", "Zeroconf"]


class Bluetooth(Interface):
    """The Bluetooth interface."""

    idlType = "devsettings.Bluetooth:1.0.0"

    class Antenna(Enumeration):
        Internal = 0
        External = 1

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        enabled: bool = False
        antenna: Bluetooth.Antenna = field(default_factory=lambda: Bluetooth.Antenna(0))

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "devsettings.Bluetooth.SettingsChangedEvent:1.0.0"
        oldSettings: Bluetooth.Settings = field(default_factory=lambda: Bluetooth.Settings())
        newSettings: Bluetooth.Settings = field(default_factory=lambda: Bluetooth.Settings())

    @method()
    def getSettings(self) -> Bluetooth.Settings: declared()

    @method()
    def setSettings(self, settings: Bluetooth.Settings) -> int: declared()


class Crestron(Interface):
    """The Crestron control system."""

    idlType = "devsettings.Crestron:1.0.0"

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        enableXioCloudConnection: bool = False

    @method()
    def getSettings(self) -> Crestron.Settings: declared()

    @method()
    def setSettings(self, settings: Crestron.Settings) -> None: declared()


class Modbus(Interface):
    """The Modbus/TCP service, at `/modbus`."""

    idlType = "devsettings.Modbus:2.0.0"

    ERR_INVALID_PARAM = 1

    class Parity(Enumeration):
        NONE = 0
        EVEN = 1
        ODD = 2

    @dataclass(eq=False, repr=False)
    class Capabilities(Structure):
        hasModbusSerial: bool = False

    @dataclass(eq=False, repr=False)
    class SerialSettings(Structure):
        enabled: bool = False
        baudrate: int = 0
        parity: Modbus.Parity = field(default_factory=lambda: Modbus.Parity(0))
        stopbits: int = 0
        readonly: bool = False

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        tcp: Modbus.TcpSettings = field(default_factory=lambda: Modbus.TcpSettings())
        serial: Modbus.SerialSettings = field(default_factory=lambda: Modbus.SerialSettings())
        primaryUnitId: int = 0

    @dataclass(eq=False, repr=False)
    class TcpSettings(Structure):
        readonly: bool = False

    @method()
    def getCapabilities(self) -> Modbus.Capabilities: declared()

    @method()
    def getSettings(self) -> Modbus.Settings: declared()

    @method()
    def setSettings(self, settings: Modbus.Settings) -> int: declared()


class Redfish(Interface):
    """The Redfish service."""

    idlType = "devsettings.Redfish:1.0.0"

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        enabled: bool = False

    @method()
    def getSettings(self) -> Redfish.Settings: declared()

    @method()
    def setSettings(self, settings: Redfish.Settings) -> None: declared()


class Smtp(Interface):
    """The mail server for notifications, at `/smtp`."""

    idlType = "devsettings.Smtp:2.0.0"

    ERR_INVALID_PARAMS = 1

    @dataclass(eq=False, repr=False)
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

    @dataclass(eq=False, repr=False)
    class TestResult(Structure):
        status: int = 0
        message: str = ""

    @method()
    def getConfiguration(self) -> Smtp.Configuration: declared()

    @method()
    def setConfiguration(self, cfg: Smtp.Configuration) -> int: declared()

    @method()
    def testConfiguration(self, cfg: Smtp.Configuration, recipients: List[str]) -> Smtp.TestResult: declared()


class Snmp(Interface):
    """The SNMP agent, at `/snmp`."""

    idlType = "devsettings.Snmp:1.0.2"

    ERR_INVALID_PARAMS = 1

    @dataclass(eq=False, repr=False)
    class Configuration(Structure):
        v2enable: bool = False
        v3enable: bool = False
        readComm: str = ""
        writeComm: str = ""
        sysContact: str = ""
        sysName: str = ""
        sysLocation: str = ""

    @value_object
    class ConfigurationChangedEvent(Event):
        idlType = "devsettings.Snmp_1_0_2.ConfigurationChangedEvent:1.0.0"
        userName: str = ""
        ipAddr: str = ""
        oldConfig: Snmp.Configuration = field(default_factory=lambda: Snmp.Configuration())
        newConfig: Snmp.Configuration = field(default_factory=lambda: Snmp.Configuration())

    @method()
    def getConfiguration(self) -> Snmp.Configuration: declared()

    @method()
    def setConfiguration(self, cfg: Snmp.Configuration) -> int: declared()

    @method()
    def getV3EngineId(self) -> str: declared()


class Zeroconf(Interface):
    """Announcing the device by mDNS, at `/zeroconf`."""

    idlType = "devsettings.Zeroconf:2.0.0"

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        mdnsEnabled: bool = False
        llmnrEnabled: bool = False

    @value_object
    class SettingsChangedEvent(Event):
        idlType = "devsettings.Zeroconf_2_0_0.SettingsChangedEvent:1.0.0"
        oldSettings: Zeroconf.Settings = field(default_factory=lambda: Zeroconf.Settings())
        newSettings: Zeroconf.Settings = field(default_factory=lambda: Zeroconf.Settings())

    @method()
    def getSettings(self) -> Zeroconf.Settings: declared()

    @method()
    def setSettings(self, settings: Zeroconf.Settings) -> None: declared()
