"""Power shelves. Source: PowerBus.idl, ShelfPowerSupply.idl, PowerShelfManager.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import event, idl
from .._runtime import ZERO, Enumeration, Interface, Structure
from .pdu import EDevice

if TYPE_CHECKING:
    from .. import sensors
    from .controllers import Controller
    from .pdu import Pole


class PowerBus(EDevice, version="1.0.0"):
    """The DC bus of a power shelf."""

    class Sensors(Structure):
        current: Optional[sensors.NumericSensor] = None
        voltage: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        temperature: Optional[sensors.NumericSensor] = None

    def getSensors(self) -> PowerBus.Sensors: ...
    def getPoles(self) -> list[Pole]: ...


class ShelfPowerSupply(EDevice, version="1.0.0"):
    ERR_OPERATION_NOT_SUPPORTED, ERR_INVALID_ARGUMENT = range(1, 3)
    FAULT_STATE_NO_FAULT, FAULT_STATE_WARNING, FAULT_STATE_CRITICAL = range(3)

    class PowerState(Enumeration):
        PS_OFF, PS_ON = range(2)

    class InputSensors(Structure):
        voltage: Optional[sensors.NumericSensor] = None
        current: Optional[sensors.NumericSensor] = None
        peakCurrent: Optional[sensors.NumericSensor] = None
        unbalancedCurrent: Optional[sensors.NumericSensor] = None
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
        overCurrentFault: Optional[sensors.StateSensor] = None
        underVoltageFault: Optional[sensors.StateSensor] = None
        overVoltageFault: Optional[sensors.StateSensor] = None

    class MetaData(Structure):
        slotLabel: str = ""
        manufacturer: str = ""
        model: str = ""
        serialNumber: str = ""
        firmwareVersion: str = ""
        productionDate: str = ""
        hardwareRevision: str = ""
        maxOutputPower: int = 0
        hotplugSupported: bool = False
        powerControlSupported: bool = False
        fanSpeedControlSupported: bool = False
        ratedLoad: int = 0
        efficiencyPercent: int = 0

    class OutputSensors(Structure):
        voltage: Optional[sensors.NumericSensor] = None
        current: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        overCurrentFault: Optional[sensors.StateSensor] = None
        underVoltageFault: Optional[sensors.StateSensor] = None
        overVoltageFault: Optional[sensors.StateSensor] = None

    class PowerSupplySensors(Structure):
        fanSpeed: Optional[sensors.NumericSensor] = None
        inputTemperature: Optional[sensors.NumericSensor] = None
        outputTemperature: Optional[sensors.NumericSensor] = None
        hotspotTemperature: Optional[sensors.NumericSensor] = None
        underTemperatureFault: Optional[sensors.StateSensor] = None
        overTemperatureFault: Optional[sensors.StateSensor] = None
        fanFault: Optional[sensors.StateSensor] = None

    class State(Structure):
        available: bool = False
        isPresent: bool = False
        powerState: ShelfPowerSupply.PowerState = ZERO
        fanSpeedOverridePercent: int = 0
        hasPendingFault: bool = False

    class FanSpeedControlEvent(event.UserEvent):
        overrideEnabled: bool = False
        targetPercent: int = 0

    class FaultsClearedEvent(event.UserEvent):
        pass

    class MetaDataChangedEvent(idl.Event):
        oldMetaData: ShelfPowerSupply.MetaData = ZERO
        newMetaData: ShelfPowerSupply.MetaData = ZERO

    class PowerControlEvent(event.UserEvent):
        state: ShelfPowerSupply.PowerState = ZERO

    class StateChangedEvent(idl.Event):
        oldState: ShelfPowerSupply.State = ZERO
        newState: ShelfPowerSupply.State = ZERO

    def getMetaData(self) -> ShelfPowerSupply.MetaData: ...
    def getState(self) -> ShelfPowerSupply.State: ...
    def getInputSensors(self) -> ShelfPowerSupply.InputSensors: ...
    def getOutputSensors(self) -> ShelfPowerSupply.OutputSensors: ...
    def getPowerSupplySensors(self) -> ShelfPowerSupply.PowerSupplySensors: ...
    def setPowerState(self, pstate: ShelfPowerSupply.PowerState) -> int: ...
    def setFanSpeedOverride(self, enableOverride: bool, fanSpeedPercent: int) -> int: ...
    def clearFaults(self) -> None: ...
    def getInputPoles(self) -> list[Pole]: ...
    def getOutputPoles(self) -> list[Pole]: ...
    def getController(self) -> Optional[Controller]: ...


class PowerShelfManager(Interface, version="1.0.0"):
    """The power supplies and the DC bus of a power shelf (firmware 4.4 and later)."""

    def getPowerSupplies(self) -> list[ShelfPowerSupply]: ...
    def getPowerBus(self) -> Optional[PowerBus]: ...
