"""The interface pdumodel.Outlet."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional, Tuple

from .. import event, sensors
from ..idl import declared, Enumeration, EPOCH, Event, method, Structure, Time, value_object
from .controller import Controller
from .edevice import EDevice
from .inlet import Inlet
from .over_current_protector import OverCurrentProtector
from .structures import Nameplate, Pole, Rating, Waveform


class Outlet(EDevice):
    """An outlet, at `/model/pdu/<p>/outlet/<i>`, counted from 0; the number on the unit is its label."""

    idlType = "pdumodel.Outlet:3.0.4"

    ERR_OUTLET_NOT_SWITCHABLE = 1
    ERR_LOAD_SHEDDING_ACTIVE = 2
    ERR_OUTLET_DISABLED = 3
    ERR_OUTLET_NOT_OFF = 4
    ERR_INVALID_PARAM = 1
    ERR_RELAY_CONTROL_DISABLED = 5
    ERR_OPERATION_UNSUPPORTED = 1

    class PowerState(Enumeration):
        PS_OFF = 0
        PS_ON = 1

    class StartupState(Enumeration):
        SS_ON = 0
        SS_OFF = 1
        SS_LASTKNOWN = 2
        SS_PDUDEF = 3

    @dataclass(eq=False, repr=False)
    class LedState(Structure):
        red: bool = False
        green: bool = False
        blinking: bool = False

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        label: str = ""
        receptacleType: str = ""
        namePlate: Nameplate = field(default_factory=lambda: Nameplate())
        rating: Rating = field(default_factory=lambda: Rating())
        isSwitchable: bool = False
        isLatching: bool = False
        maxRelayCycleCnt: int = 0
        hasWaveformSupport: bool = False
        hasServiceModeSupport: bool = False

    @dataclass(eq=False, repr=False)
    class Sensors(Structure):
        voltage: Optional[sensors.NumericSensor] = None
        current: Optional[sensors.NumericSensor] = None
        peakCurrent: Optional[sensors.NumericSensor] = None
        maximumCurrent: Optional[sensors.NumericSensor] = None
        unbalancedCurrent: Optional[sensors.NumericSensor] = None
        unbalancedVoltage: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        reactivePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        powerFactor: Optional[sensors.NumericSensor] = None
        displacementPowerFactor: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        apparentEnergy: Optional[sensors.NumericSensor] = None
        phaseAngle: Optional[sensors.NumericSensor] = None
        lineFrequency: Optional[sensors.NumericSensor] = None
        crestFactor: Optional[sensors.NumericSensor] = None
        voltageThd: Optional[sensors.NumericSensor] = None
        currentThd: Optional[sensors.NumericSensor] = None
        inrushCurrent: Optional[sensors.NumericSensor] = None
        outletState: Optional[sensors.StateSensor] = None

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""
        startupState: Outlet.StartupState = field(default_factory=lambda: Outlet.StartupState(0))
        usePduCycleDelay: bool = False
        cycleDelay: int = 0
        nonCritical: bool = False
        sequenceDelay: int = 0

    @dataclass(eq=False, repr=False)
    class State(Structure):
        available: bool = False
        powerState: Outlet.PowerState = field(default_factory=lambda: Outlet.PowerState(0))
        switchOnInProgress: bool = False
        cycleInProgress: bool = False
        isLoadShed: bool = False
        isSuspended: bool = False
        hasInrushWaveform: bool = False
        inServiceMode: bool = False
        ledState: Outlet.LedState = field(default_factory=lambda: Outlet.LedState())
        lastPowerStateChange: Time = EPOCH

    @value_object
    class PowerControlEvent(event.UserEvent):
        idlType = "pdumodel.Outlet_3_0_4.PowerControlEvent:1.0.0"
        state: Outlet.PowerState = field(default_factory=lambda: Outlet.PowerState(0))
        cycle: bool = False

    @value_object
    class ServiceModeChangedEvent(event.UserEvent):
        idlType = "pdumodel.Outlet_3_0_4.ServiceModeChangedEvent:1.0.0"
        enabled: bool = False

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.Outlet_3_0_4.SettingsChangedEvent:1.0.0"
        oldSettings: Outlet.Settings = field(default_factory=lambda: Outlet.Settings())
        newSettings: Outlet.Settings = field(default_factory=lambda: Outlet.Settings())

    @value_object
    class StateChangedEvent(Event):
        idlType = "pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0"
        oldState: Outlet.State = field(default_factory=lambda: Outlet.State())
        newState: Outlet.State = field(default_factory=lambda: Outlet.State())

    @method()
    def getMetaData(self) -> Outlet.MetaData: declared()

    @method()
    def getSensors(self) -> Outlet.Sensors: declared()

    @method()
    def getState(self) -> Outlet.State: declared()

    @method()
    def setPowerState(self, pstate: Outlet.PowerState) -> int: declared()

    @method()
    def cyclePowerState(self) -> int: declared()

    @method()
    def getSettings(self) -> Outlet.Settings: declared()

    @method()
    def setSettings(self, settings: Outlet.Settings) -> int: declared()

    @method("i", "o", "p")
    def getIOP(self) -> Tuple[Optional[Inlet], Optional[OverCurrentProtector], List[Pole]]: declared()

    @method()
    def getController(self) -> Optional[Controller]: declared()

    @method()
    def getInrushWaveform(self) -> Waveform: declared()

    @method()
    def setServiceModeEnabled(self, enabled: bool) -> int: declared()

    @method()
    def unstick(self) -> int: declared()
