"""Controllers and other parts of a unit.

Source: Controller.idl, MemoryMapController.idl, Unit.idl, Ade.idl, Bcm.idl, Cascade.idl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import event, idl
from .._runtime import ZERO, Enumeration, Interface, Structure, method

if TYPE_CHECKING:
    from .pdu import CtrlStatistic


class Controller(Interface, version="5.0.1"):
    """A board inside the PDU that switches or meters."""

    ERR_NOT_SUPPORTED = 1

    class Status(Enumeration):
        (
            OK,
            COMMUNICATION_UNSTABLE,
            COMMUNICATION_FAILURE,
            UNKNOWN,
            INCOMPATIBLE,
            FIRMWARE_UPDATE,
        ) = range(6)

    class Type(Enumeration):
        OUTLET_CTRL, INLET_CTRL, METER_CTRL = range(3)

    class MetaData(Structure):
        type: Controller.Type = ZERO
        address: str = ""
        magic: int = 0
        versionAvailable: bool = False
        fwAppVersion: int = 0
        fwBootVersion: int = 0
        hwVersion: int = 0
        serial: str = ""
        haveResetCnt: bool = False
        haveEmResetCnt: bool = False
        isOptional: bool = False

    class MetaDataChangedEvent(idl.Event):
        oldMetaData: Controller.MetaData = ZERO
        newMetaData: Controller.MetaData = ZERO

    class StatusChangedEvent(idl.Event):
        oldStatus: Controller.Status = ZERO
        newStatus: Controller.Status = ZERO

    def getCommunicationStatus(self) -> Controller.Status: ...
    def getStatistics(self) -> CtrlStatistic: ...
    def getMetaData(self) -> Controller.MetaData: ...
    def reset(self) -> int: ...


class MemoryMapController(Controller, version="5.0.1"):
    """Memory of a controller (diagnosis)."""

    @method("_ret_", "memory")
    def readMemory(self, address: int, size: int) -> tuple[int, list[int]]: ...
    def writeMemory(self, address: int, memory: list[int]) -> int: ...


class Unit(Interface, version="2.0.1"):
    """Buzzer, display and identification of the unit, at `/model/unit`."""

    ERR_INVALID_PARAM = 1

    class Orientation(Enumeration):
        NORMAL, FLIPPED = range(2)

    class MetaData(Structure):
        hasOrientationSensor: bool = False
        supportedDisplayOrientations: list[Unit.Orientation] = ZERO

    class Settings(Structure):
        buzzerMuted: bool = False
        autoDisplayOrientation: bool = False
        displayOrientation: Unit.Orientation = ZERO

    class IdentificationStartedEvent(event.UserEvent):
        duration: int = 0

    def getMetaData(self) -> Unit.MetaData: ...
    def getSettings(self) -> Unit.Settings: ...
    def setSettings(self, settings: Unit.Settings) -> int: ...
    def identify(self, seconds: int) -> None: ...
    def muteBuzzer(self, mute: bool) -> None: ...
    def getDisplayOrientation(self) -> Unit.Orientation: ...


class Ade(Interface, version="1.0.0"):
    """The metering chip (diagnosis)."""

    class MetaData(Structure):
        adeType: str = ""
        channels: int = 0
        currentDivider: float = 0.0
        voltageDivider: float = 0.0
        energyDivider: float = 0.0

    class Sample(Structure):
        vrms: int = 0
        irms: int = 0
        watt: int = 0
        va: int = 0
        wh: int = 0
        vah: int = 0

    def getMetaData(self) -> Ade.MetaData: ...
    def getLatestSample(self) -> list[Ade.Sample]: ...
    def getCalibrationData(self) -> dict[int, int]: ...
    def setCalibrationData(self, regs: dict[str, str]) -> int: ...


class Bcm(Interface, version="1.0.0"):
    """A branch circuit monitor."""

    class LineConfig(Enumeration):
        UNCONNECTED, L1_N, L2_N, L3_N = range(4)

    class TransformerType(Enumeration):
        VOLTAGE, TURNSRATIO = range(2)

    class ChannelConfig(Structure):
        channel: int = 0
        label: str = ""
        is3Phase: bool = False
        lineA: Bcm.PhaseConfig = ZERO
        lineB: Bcm.PhaseConfig = ZERO
        lineC: Bcm.PhaseConfig = ZERO

    class PhaseConfig(Structure):
        lineConfig: Bcm.LineConfig = ZERO
        ctType: Bcm.TransformerType = ZERO
        fsCurrent: int = 0
        fsVoltage: int = 0
        turnsRatio: int = 0
        burdenResistor: int = 0

    def getChannelCount(self) -> int: ...
    def getChannelConfigs(self) -> list[Bcm.ChannelConfig]: ...
    def setChannelConfig(self, channel: int, config: Bcm.ChannelConfig) -> int: ...


class Cascade(Interface, version="1.0.0"):
    class Info(Structure):
        pduIds: list[int] = ZERO

    def getInfo(self) -> Cascade.Info: ...
