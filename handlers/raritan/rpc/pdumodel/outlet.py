"""Outlets. Source: Outlet.idl, Outlets.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional, Tuple

from .. import event, idl
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, declared, method
from .structures import EDevice

if TYPE_CHECKING:
    from .. import sensors
    from .controllers import Controller
    from .inlet import Inlet
    from .protectors import OverCurrentProtector
    from .structures import Nameplate, Pole, Rating, Waveform


class Outlet(EDevice, version="3.0.4"):
    """An outlet, at `/model/pdu/<p>/outlet/<i>`. `<i>` counts from 0; the label is the number printed on the unit."""

    ERR_OUTLET_NOT_SWITCHABLE, ERR_LOAD_SHEDDING_ACTIVE, ERR_OUTLET_DISABLED, ERR_OUTLET_NOT_OFF = range(1, 5)
    ERR_INVALID_PARAM = 1
    ERR_RELAY_CONTROL_DISABLED = 5
    ERR_OPERATION_UNSUPPORTED = 1

    class PowerState(Enumeration):
        PS_OFF, PS_ON = range(2)

    class StartupState(Enumeration):
        SS_ON, SS_OFF, SS_LASTKNOWN, SS_PDUDEF = range(4)

    class LedState(Structure):
        red: bool = False
        green: bool = False
        blinking: bool = False

    class MetaData(Structure):
        label: str = ""
        receptacleType: str = ""
        namePlate: Nameplate = ZERO
        rating: Rating = ZERO
        isSwitchable: bool = False
        isLatching: bool = False
        maxRelayCycleCnt: int = 0
        hasWaveformSupport: bool = False
        hasServiceModeSupport: bool = False

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

    class Settings(Structure):
        name: str = ""
        startupState: Outlet.StartupState = ZERO
        usePduCycleDelay: bool = False
        cycleDelay: int = 0
        nonCritical: bool = False
        sequenceDelay: int = 0

    class State(Structure):
        available: bool = False
        powerState: Outlet.PowerState = ZERO
        switchOnInProgress: bool = False
        cycleInProgress: bool = False
        isLoadShed: bool = False
        isSuspended: bool = False
        hasInrushWaveform: bool = False
        inServiceMode: bool = False
        ledState: Outlet.LedState = ZERO
        lastPowerStateChange: Time = ZERO

    class PowerControlEvent(event.UserEvent):
        state: Outlet.PowerState = ZERO
        cycle: bool = False

    class ServiceModeChangedEvent(event.UserEvent):
        enabled: bool = False

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: Outlet.Settings = ZERO
        newSettings: Outlet.Settings = ZERO

    class StateChangedEvent(idl.Event):
        oldState: Outlet.State = ZERO
        newState: Outlet.State = ZERO

    def getMetaData(self) -> Outlet.MetaData: declared()
    def getSensors(self) -> Outlet.Sensors: declared()
    def getState(self) -> Outlet.State: declared()
    def setPowerState(self, pstate: Outlet.PowerState) -> int: declared()
    def cyclePowerState(self) -> int: declared()
    def getSettings(self) -> Outlet.Settings: declared()
    def setSettings(self, settings: Outlet.Settings) -> int: declared()
    @method("i", "o", "p")
    def getIOP(self) -> Tuple[Optional[Inlet], Optional[OverCurrentProtector], List[Pole]]: declared()
    def getController(self) -> Optional[Controller]: declared()
    def getInrushWaveform(self) -> Waveform: declared()
    def setServiceModeEnabled(self, enabled: bool) -> int: declared()
    def unstick(self) -> int: declared()


class Outlets(Interface, version="1.0.0"):
    class Info(Structure):
        numberOfOutlets: int = 0

    def getInfo(self) -> Outlets.Info: declared()
