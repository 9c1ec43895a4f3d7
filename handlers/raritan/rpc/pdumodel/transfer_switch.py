"""Transfer switches. Source: TransferSwitch.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional, Union

from .. import event
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, declared
from .structures import EDevice

if TYPE_CHECKING:
    from .. import sensors
    from .state_sensors import TransferSwitchBypassStateSensor
    from .structures import Nameplate, Rating, ThrowPole, Waveform


class TransferSwitch(EDevice, version="6.0.3"):
    """Feeds its outlets from one of several inlets. Protectors and outlets always name the first inlet."""

    ERR_INVALID_PARAM, ERR_SWITCH_PREVENTED, ERR_SWITCH_FAILED = range(1, 4)
    OPERATIONAL_STATE_OFF, OPERATIONAL_STATE_NORMAL, OPERATIONAL_STATE_STANDBY, OPERATIONAL_STATE_NON_REDUNDANT = range(4)
    SWITCH_FAULT_I1_SHORT = 1
    SWITCH_FAULT_I1_OPEN = 2
    SWITCH_FAULT_I2_SHORT = 4
    SWITCH_FAULT_I2_OPEN = 8
    OPERATIONAL_STATE_BYPASSED = 4

    class TransferReason(Enumeration):
        (REASON_UNKNOWN, REASON_STARTUP, REASON_MANUAL_TRANSFER, REASON_AUTO_RETRANSFER, REASON_POWER_FAILURE,
         REASON_POWER_QUALITY, REASON_OVERLOAD, REASON_OVERHEAT, REASON_INTERNAL_FAILURE, REASON_BYPASS_ACTIVE) = range(10)

    class Type(Enumeration):
        STS, ATS, HTS = range(3)

    class MetaData(Structure):
        label: str = ""
        namePlate: Nameplate = ZERO
        rating: Rating = ZERO
        type: TransferSwitch.Type = ZERO
        sourceCount: int = 0

    class Sensors(Structure):
        selectedSource: Optional[sensors.StateSensor] = None
        operationalState: Optional[sensors.StateSensor] = None
        sourceVoltagePhaseSyncAngle: Optional[sensors.NumericSensor] = None
        overloadAlarm: Optional[sensors.StateSensor] = None
        phaseSyncAlarm: Optional[sensors.StateSensor] = None
        switchFault: Optional[sensors.StateSensor] = None
        installFaultAlarm: Optional[sensors.StateSensor] = None
        outputStatus: Optional[sensors.StateSensor] = None
        bypassState: Optional[TransferSwitchBypassStateSensor] = None
        selectedBypassSource: Optional[Interface] = None
        _legacy = ("selectedBypassSource",)

    class Settings(Structure):
        name: str = ""
        preferredSource: int = 0
        autoRetransfer: bool = False
        noAutoRetransferIfPhaseFault: bool = False
        autoRetransferWaitTime: int = 0
        manualTransferEnabled: bool = False
        phaseSyncSensorEnabled: bool = False

    class Statistics(Structure):
        transferCount: int = 0
        powerFailDetectTime: int = 0
        relayOpenTime: int = 0
        totalTransferTime: int = 0
        overloadCount: int = 0
        switchOvercurrentCount: int = 0

    class TransferLogEntry(Structure):
        timestamp: Time = ZERO
        oldInlet: int = 0
        newInlet: int = 0
        reason: TransferSwitch.TransferReason = ZERO
        waveform: Union[Waveform, List[TransferSwitch.WaveformSample]] = ZERO
        statistics: TransferSwitch.Statistics = ZERO
        switchFault: int = 0

    class WaveformSample(Structure):
        voltage: float = 0.0
        current: float = 0.0

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: TransferSwitch.Settings = ZERO
        newSettings: TransferSwitch.Settings = ZERO

    def getMetaData(self) -> TransferSwitch.MetaData: declared()
    def getSensors(self) -> TransferSwitch.Sensors: declared()
    def getPoles(self) -> List[ThrowPole]: declared()
    def getSettings(self) -> TransferSwitch.Settings: declared()
    def setSettings(self, settings: TransferSwitch.Settings) -> int: declared()
    def getStatistics(self) -> TransferSwitch.Statistics: declared()
    def transferToSource(self, source: int, faultOverride: bool) -> int: declared()
    def getLastTransferReason(self) -> TransferSwitch.TransferReason: declared()
    def getLastTransferWaveform(self) -> Union[Waveform, List[TransferSwitch.WaveformSample]]: declared()
    def getTransferLog(self) -> List[TransferSwitch.TransferLogEntry]: declared()
    def getParameters(self) -> Dict[str, str]: declared()
    def setParameters(self, parameters: Union[Dict[str, Any], Dict[str, str]]) -> int: declared()
