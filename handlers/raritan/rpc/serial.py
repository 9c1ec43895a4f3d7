"""Serial ports and modems.

Source: AnalogModem.idl, GsmModem.idl, SerialPort.idl, PortDispatcher.idl.
"""

from __future__ import annotations

from typing import Optional

from . import idl
from ._runtime import ZERO, Enumeration, Interface, Structure, method


class AnalogModem(Interface, version="1.0.0"):
    SUCCESS, ERR_INVALID_VALUE = range(2)

    class Settings(Structure):
        dialInEnabled: bool = False
        ringsUntilAnswer: int = 0

    class DialInEvent(idl.Event):
        number: str = ""

    class CallReceivedEvent(DialInEvent):
        pass

    class CallEndedEvent(DialInEvent):
        disconnectedRemotely: bool = False

    def getSettings(self) -> AnalogModem.Settings: ...
    def setSettings(self, settings: AnalogModem.Settings) -> int: ...


class GsmModem(Interface, version="1.0.2"):
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
        UNLOCKED, WAITFORPIN, WAITFORPUK, UNKNOWN = range(4)

    class Settings(Structure):
        pin: str = ""
        smsc: str = ""

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

    class SimSecurityStatusChangedEvent(idl.Event):
        newSimStatus: GsmModem.SimSecurityStatus = ZERO

    class SimPinUpdatedEvent(idl.Event):
        newPin: str = ""

    def getSettings(self) -> GsmModem.Settings: ...
    def setSettings(self, settings: GsmModem.Settings) -> int: ...
    def sendSms(self, recipient: str, text: str) -> int: ...
    def sendTestSms(self, recipient: str, testSettings: GsmModem.Settings) -> int: ...
    @method("_ret_", "info")
    def getInformation(self) -> tuple[int, GsmModem.Information]: ...
    @method("_ret_", "info")
    def getInformationWithPin(self, pin: str) -> tuple[int, GsmModem.Information]: ...
    @method("_ret_", "simStatus")
    def getSimSecurityStatus(self) -> tuple[int, GsmModem.SimSecurityStatus]: ...
    def unlockSimCard(self, puk: str, newPin: str) -> int: ...


class SerialPort(Interface, version="3.0.1"):
    SUCCESS, ERR_INVALID_VALUE = range(2)

    class PortState(Enumeration):
        CONSOLE, ANALOGMODEM, GSMMODEM, DISCONNECTED = range(4)

    class DetectionType(Enumeration):
        AUTOMATIC, FORCE_CONSOLE, FORCE_ANALOGMODEM, FORCE_GSMMODEM = range(4)

    class BaudRate(Enumeration):
        BR1200, BR2400, BR4800, BR9600, BR19200, BR38400, BR57600, BR115200 = range(8)

    class MetaData(Structure):
        hasModemSupport: bool = False

    class State(Structure):
        state: SerialPort.PortState = ZERO
        deviceName: str = ""

    class Settings(Structure):
        consoleBaudRate: SerialPort.BaudRate = ZERO
        modemBaudRate: SerialPort.BaudRate = ZERO
        detectType: SerialPort.DetectionType = ZERO

    class ModemEvent(idl.Event):
        modem: Optional[Interface] = None

    class ModemAddedEvent(ModemEvent):
        pass

    class ModemRemovedEvent(ModemEvent):
        pass

    def getMetaData(self) -> SerialPort.MetaData: ...
    def getSettings(self) -> SerialPort.Settings: ...
    def setSettings(self, settings: SerialPort.Settings) -> int: ...
    def getState(self) -> SerialPort.State: ...
    def getModem(self) -> Optional[Interface]: ...


class PortDispatcher(Interface, version="1.2.2"):
    """The serial ports that the device monitors, by name, at `/serial`."""

    def getPorts(self) -> dict[str, SerialPort]: ...
