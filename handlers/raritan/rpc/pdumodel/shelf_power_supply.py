"""The interface pdumodel.ShelfPowerSupply."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import event, sensors
from ..idl import declared, Enumeration, Event, method, Structure, value_object
from .controller import Controller
from .edevice import EDevice
from .structures import Pole


class ShelfPowerSupply(EDevice):
    """One power supply of a power shelf."""

    idlType = "pdumodel.ShelfPowerSupply:1.0.0"

    ERR_OPERATION_NOT_SUPPORTED = 1
    ERR_INVALID_ARGUMENT = 2
    FAULT_STATE_NO_FAULT = 0
    FAULT_STATE_WARNING = 1
    FAULT_STATE_CRITICAL = 2

    class PowerState(Enumeration):
        PS_OFF = 0
        PS_ON = 1

    @dataclass(eq=False, repr=False)
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

    @dataclass(eq=False, repr=False)
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

    @dataclass(eq=False, repr=False)
    class OutputSensors(Structure):
        voltage: Optional[sensors.NumericSensor] = None
        current: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        overCurrentFault: Optional[sensors.StateSensor] = None
        underVoltageFault: Optional[sensors.StateSensor] = None
        overVoltageFault: Optional[sensors.StateSensor] = None

    @dataclass(eq=False, repr=False)
    class PowerSupplySensors(Structure):
        fanSpeed: Optional[sensors.NumericSensor] = None
        inputTemperature: Optional[sensors.NumericSensor] = None
        outputTemperature: Optional[sensors.NumericSensor] = None
        hotspotTemperature: Optional[sensors.NumericSensor] = None
        underTemperatureFault: Optional[sensors.StateSensor] = None
        overTemperatureFault: Optional[sensors.StateSensor] = None
        fanFault: Optional[sensors.StateSensor] = None

    @dataclass(eq=False, repr=False)
    class State(Structure):
        available: bool = False
        isPresent: bool = False
        powerState: ShelfPowerSupply.PowerState = field(default_factory=lambda: ShelfPowerSupply.PowerState(0))
        fanSpeedOverridePercent: int = 0
        hasPendingFault: bool = False

    @value_object
    class FanSpeedControlEvent(event.UserEvent):
        idlType = "pdumodel.ShelfPowerSupply.FanSpeedControlEvent:1.0.0"
        overrideEnabled: bool = False
        targetPercent: int = 0

    @value_object
    class FaultsClearedEvent(event.UserEvent):
        idlType = "pdumodel.ShelfPowerSupply.FaultsClearedEvent:1.0.0"

    @value_object
    class MetaDataChangedEvent(Event):
        idlType = "pdumodel.ShelfPowerSupply.MetaDataChangedEvent:1.0.0"
        oldMetaData: ShelfPowerSupply.MetaData = field(default_factory=lambda: ShelfPowerSupply.MetaData())
        newMetaData: ShelfPowerSupply.MetaData = field(default_factory=lambda: ShelfPowerSupply.MetaData())

    @value_object
    class PowerControlEvent(event.UserEvent):
        idlType = "pdumodel.ShelfPowerSupply.PowerControlEvent:1.0.0"
        state: ShelfPowerSupply.PowerState = field(default_factory=lambda: ShelfPowerSupply.PowerState(0))

    @value_object
    class StateChangedEvent(Event):
        idlType = "pdumodel.ShelfPowerSupply.StateChangedEvent:1.0.0"
        oldState: ShelfPowerSupply.State = field(default_factory=lambda: ShelfPowerSupply.State())
        newState: ShelfPowerSupply.State = field(default_factory=lambda: ShelfPowerSupply.State())

    @method()
    def getMetaData(self) -> ShelfPowerSupply.MetaData: declared()

    @method()
    def getState(self) -> ShelfPowerSupply.State: declared()

    @method()
    def getInputSensors(self) -> ShelfPowerSupply.InputSensors: declared()

    @method()
    def getOutputSensors(self) -> ShelfPowerSupply.OutputSensors: declared()

    @method()
    def getPowerSupplySensors(self) -> ShelfPowerSupply.PowerSupplySensors: declared()

    @method()
    def setPowerState(self, pstate: ShelfPowerSupply.PowerState) -> int: declared()

    @method()
    def setFanSpeedOverride(self, enableOverride: bool, fanSpeedPercent: int) -> int: declared()

    @method()
    def clearFaults(self) -> None: declared()

    @method()
    def getInputPoles(self) -> List[Pole]: declared()

    @method()
    def getOutputPoles(self) -> List[Pole]: declared()

    @method()
    def getController(self) -> Optional[Controller]: declared()
