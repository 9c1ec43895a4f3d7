"""The interface pdumodel.TransferSwitch."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Union

from .. import event, sensors
from ..idl import declared, Enumeration, EPOCH, Interface, method, Structure, Time, value_object
from .edevice import EDevice
from .structures import Nameplate, Rating, ThrowPole, Waveform
from .transfer_switch_bypass_state_sensor import TransferSwitchBypassStateSensor


class TransferSwitch(EDevice):
    """Feeds its outlets from one of several inlets. Protectors and outlets always name the first inlet."""

    idlType = "pdumodel.TransferSwitch:6.0.3"

    ERR_INVALID_PARAM = 1
    ERR_SWITCH_PREVENTED = 2
    ERR_SWITCH_FAILED = 3
    OPERATIONAL_STATE_OFF = 0
    OPERATIONAL_STATE_NORMAL = 1
    OPERATIONAL_STATE_STANDBY = 2
    OPERATIONAL_STATE_NON_REDUNDANT = 3
    SWITCH_FAULT_I1_SHORT = 1
    SWITCH_FAULT_I1_OPEN = 2
    SWITCH_FAULT_I2_SHORT = 4
    SWITCH_FAULT_I2_OPEN = 8
    OPERATIONAL_STATE_BYPASSED = 4

    class TransferReason(Enumeration):
        REASON_UNKNOWN = 0
        REASON_STARTUP = 1
        REASON_MANUAL_TRANSFER = 2
        REASON_AUTO_RETRANSFER = 3
        REASON_POWER_FAILURE = 4
        REASON_POWER_QUALITY = 5
        REASON_OVERLOAD = 6
        REASON_OVERHEAT = 7
        REASON_INTERNAL_FAILURE = 8
        REASON_BYPASS_ACTIVE = 9

    class Type(Enumeration):
        STS = 0
        ATS = 1
        HTS = 2

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        label: str = ""
        namePlate: Nameplate = field(default_factory=lambda: Nameplate())
        rating: Rating = field(default_factory=lambda: Rating())
        type: TransferSwitch.Type = field(default_factory=lambda: TransferSwitch.Type(0))
        sourceCount: int = 0

    @dataclass(eq=False, repr=False)
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

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""
        preferredSource: int = 0
        autoRetransfer: bool = False
        noAutoRetransferIfPhaseFault: bool = False
        autoRetransferWaitTime: int = 0
        manualTransferEnabled: bool = False
        phaseSyncSensorEnabled: bool = False

    @dataclass(eq=False, repr=False)
    class Statistics(Structure):
        transferCount: int = 0
        powerFailDetectTime: int = 0
        relayOpenTime: int = 0
        totalTransferTime: int = 0
        overloadCount: int = 0
        switchOvercurrentCount: int = 0

    @dataclass(eq=False, repr=False)
    class TransferLogEntry(Structure):
        timestamp: Time = EPOCH
        oldInlet: int = 0
        newInlet: int = 0
        reason: TransferSwitch.TransferReason = field(default_factory=lambda: TransferSwitch.TransferReason(0))
        waveform: Union[Waveform, List[TransferSwitch.WaveformSample]] = field(default_factory=lambda: Waveform())
        statistics: TransferSwitch.Statistics = field(default_factory=lambda: TransferSwitch.Statistics())
        switchFault: int = 0

    @dataclass(eq=False, repr=False)
    class WaveformSample(Structure):
        voltage: float = 0.0
        current: float = 0.0

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.TransferSwitch_6_0_3.SettingsChangedEvent:1.0.0"
        oldSettings: TransferSwitch.Settings = field(default_factory=lambda: TransferSwitch.Settings())
        newSettings: TransferSwitch.Settings = field(default_factory=lambda: TransferSwitch.Settings())

    @method()
    def getMetaData(self) -> TransferSwitch.MetaData: declared()

    @method()
    def getSensors(self) -> TransferSwitch.Sensors: declared()

    @method()
    def getPoles(self) -> List[ThrowPole]: declared()

    @method()
    def getSettings(self) -> TransferSwitch.Settings: declared()

    @method()
    def setSettings(self, settings: TransferSwitch.Settings) -> int: declared()

    @method()
    def getStatistics(self) -> TransferSwitch.Statistics: declared()

    @method()
    def transferToSource(self, source: int, faultOverride: bool) -> int: declared()

    @method()
    def getLastTransferReason(self) -> TransferSwitch.TransferReason: declared()

    @method()
    def getLastTransferWaveform(self) -> Union[Waveform, List[TransferSwitch.WaveformSample]]: declared()

    @method()
    def getTransferLog(self) -> List[TransferSwitch.TransferLogEntry]: declared()

    @method()
    def getParameters(self) -> Dict[str, str]: declared()

    @method()
    def setParameters(self, parameters: Union[Dict[str, Any], Dict[str, str]]) -> int: declared()
