"""Serial ports and modems."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Optional, Tuple

from .idl import declared, Enumeration, Event, Interface, method, Structure, value_object

__all__ = ["AnalogModem", "GsmModem", "PortDispatcher", "SerialPort"]


class AnalogModem(Interface):
    """An analog modem at a serial port."""

    idlType = "serial.AnalogModem:1.0.0"

    SUCCESS = 0
    ERR_INVALID_VALUE = 1

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        dialInEnabled: bool = False
        ringsUntilAnswer: int = 0

    @value_object
    class DialInEvent(Event):
        idlType = "serial.AnalogModem.DialInEvent:1.0.0"
        number: str = ""

    @value_object
    class CallReceivedEvent(DialInEvent):
        idlType = "serial.AnalogModem.CallReceivedEvent:1.0.0"

    @value_object
    class CallEndedEvent(DialInEvent):
        idlType = "serial.AnalogModem.CallEndedEvent:1.0.0"
        disconnectedRemotely: bool = False

    @method()
    def getSettings(self) -> AnalogModem.Settings: declared()

    @method()
    def setSettings(self, settings: AnalogModem.Settings) -> int: declared()


class GsmModem(Interface):
    """A GSM modem at a serial port."""

    idlType = "serial.GsmModem:1.0.2"

    SUCCESS = 0
    ERR_INVALID_VALUE = 1
    ERR_WRONG_PIN = 2
    ERR_SMS_SEND_FAILED = 3
    ERR_COMMUNICATION_FAILURE = 4
    ERR_SIM_LOCKED = 5
    ERR_WRONG_SIM_STATUS = 6
    ERR_WRONG_PUK = 7
    ERR_SIM_PROBLEM = 8

    class SimSecurityStatus(Enumeration):
        UNLOCKED = 0
        WAITFORPIN = 1
        WAITFORPUK = 2
        UNKNOWN = 3

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        pin: str = ""
        smsc: str = ""

    @dataclass(eq=False, repr=False)
    class Information(Structure):
        imei: str = ""
        imsi: str = ""
        manufacturer: str = ""
        model: str = ""
        revision: str = ""
        ownNumber: str = ""
        simSmsc: str = ""
        networkName: str = ""
        serviceProviderName: str = ""
        receptionLevel: int = 0

    @value_object
    class SimSecurityStatusChangedEvent(Event):
        idlType = "serial.GsmModem_1_0_2.SimSecurityStatusChangedEvent:1.0.0"
        newSimStatus: GsmModem.SimSecurityStatus = field(default_factory=lambda: GsmModem.SimSecurityStatus(0))

    @value_object
    class SimPinUpdatedEvent(Event):
        idlType = "serial.GsmModem_1_0_2.SimPinUpdatedEvent:1.0.0"
        newPin: str = ""

    @method()
    def getSettings(self) -> GsmModem.Settings: declared()

    @method()
    def setSettings(self, settings: GsmModem.Settings) -> int: declared()

    @method()
    def sendSms(self, recipient: str, text: str) -> int: declared()

    @method()
    def sendTestSms(self, recipient: str, testSettings: GsmModem.Settings) -> int: declared()

    @method("_ret_", "info")
    def getInformation(self) -> Tuple[int, GsmModem.Information]: declared()

    @method("_ret_", "info")
    def getInformationWithPin(self, pin: str) -> Tuple[int, GsmModem.Information]: declared()

    @method("_ret_", "simStatus")
    def getSimSecurityStatus(self) -> Tuple[int, GsmModem.SimSecurityStatus]: declared()

    @method()
    def unlockSimCard(self, puk: str, newPin: str) -> int: declared()


class SerialPort(Interface):
    """A serial port, and what is attached to it."""

    idlType = "serial.SerialPort:3.0.1"

    SUCCESS = 0
    ERR_INVALID_VALUE = 1

    class PortState(Enumeration):
        CONSOLE = 0
        ANALOGMODEM = 1
        GSMMODEM = 2
        DISCONNECTED = 3

    class DetectionType(Enumeration):
        AUTOMATIC = 0
        FORCE_CONSOLE = 1
        FORCE_ANALOGMODEM = 2
        FORCE_GSMMODEM = 3

    class BaudRate(Enumeration):
        BR1200 = 0
        BR2400 = 1
        BR4800 = 2
        BR9600 = 3
        BR19200 = 4
        BR38400 = 5
        BR57600 = 6
        BR115200 = 7

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        hasModemSupport: bool = False

    @dataclass(eq=False, repr=False)
    class State(Structure):
        state: SerialPort.PortState = field(default_factory=lambda: SerialPort.PortState(0))
        deviceName: str = ""

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        consoleBaudRate: SerialPort.BaudRate = field(default_factory=lambda: SerialPort.BaudRate(0))
        modemBaudRate: SerialPort.BaudRate = field(default_factory=lambda: SerialPort.BaudRate(0))
        detectType: SerialPort.DetectionType = field(default_factory=lambda: SerialPort.DetectionType(0))

    @value_object
    class ModemEvent(Event):
        idlType = "serial.SerialPort_3_0_1.ModemEvent:1.0.0"
        modem: Optional[Interface] = None

    @value_object
    class ModemAddedEvent(ModemEvent):
        idlType = "serial.SerialPort_3_0_1.ModemAddedEvent:1.0.0"

    @value_object
    class ModemRemovedEvent(ModemEvent):
        idlType = "serial.SerialPort_3_0_1.ModemRemovedEvent:1.0.0"

    @method()
    def getMetaData(self) -> SerialPort.MetaData: declared()

    @method()
    def getSettings(self) -> SerialPort.Settings: declared()

    @method()
    def setSettings(self, settings: SerialPort.Settings) -> int: declared()

    @method()
    def getState(self) -> SerialPort.State: declared()

    @method()
    def getModem(self) -> Optional[Interface]: declared()


class PortDispatcher(Interface):
    """All serial ports by name, at `/serial`."""

    idlType = "serial.PortDispatcher:1.2.2"

    @method()
    def getPorts(self) -> Dict[str, SerialPort]: declared()
