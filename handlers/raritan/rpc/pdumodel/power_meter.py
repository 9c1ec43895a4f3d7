"""Power meters, panels and circuits.

Source: PowerMeter.idl, PowerMeterController.idl, Panel.idl, Circuit.idl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import event
from .._runtime import ZERO, Enumeration, Interface, Structure, method

if TYPE_CHECKING:
    from .. import sensors
    from .controllers import Controller
    from .pdu import Pole, PowerLine


class PowerMeter(Interface, version="2.0.4"):
    ERR_INVALID_PARAM, ERR_MODBUS_UNIT_IN_USE = range(1, 3)

    class Type(Enumeration):
        ONE_PHASE, SPLIT_PHASE, THREE_PHASE = range(3)

    class Config(Structure):
        powerMeterId: int = 0
        type: PowerMeter.Type = ZERO

    class EnergyPulseSettings(Structure):
        pulseEnabled: bool = False
        poles: list[int] = ZERO
        pulsesPerKWh: int = 0

    class Sensors(Structure):
        voltage: Optional[sensors.NumericSensor] = None
        lineFrequency: Optional[sensors.NumericSensor] = None
        current: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        reactivePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        powerFactor: Optional[sensors.NumericSensor] = None
        phaseAngle: Optional[sensors.NumericSensor] = None
        displacementPowerFactor: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        unbalancedCurrent: Optional[sensors.NumericSensor] = None
        crestFactor: Optional[sensors.NumericSensor] = None
        activePowerDemand: Optional[sensors.NumericSensor] = None
        powerQuality: Optional[sensors.StateSensor] = None

    class Settings(Structure):
        name: str = ""
        currentRating: int = 0
        phaseCtRating: int = 0
        neutralCtRating: int = 0
        earthCtRating: int = 0
        modbusUnitAddress: int = 0

    class EnergyPulseSettingsChangedEvent(event.UserEvent):
        oldSettings: PowerMeter.EnergyPulseSettings = ZERO
        newSettings: PowerMeter.EnergyPulseSettings = ZERO

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: PowerMeter.Settings = ZERO
        newSettings: PowerMeter.Settings = ZERO

    def getConfig(self) -> PowerMeter.Config: ...
    def getSensors(self) -> PowerMeter.Sensors: ...
    def getPoles(self) -> list[Pole]: ...
    def getControllers(self) -> list[Controller]: ...
    def getSettings(self) -> PowerMeter.Settings: ...
    def setSettings(self, settings: PowerMeter.Settings) -> int: ...
    def getEnergyPulseSettings(self) -> PowerMeter.EnergyPulseSettings: ...
    def setEnergyPulseSettings(self, settings: PowerMeter.EnergyPulseSettings) -> int: ...


class PowerMeterController(Interface, version="1.2.12"):
    """Power meters and panels, at `/model/pmc`."""

    ERR_INVALID_PARAM, ERR_METER_BOARD_BUSY = range(1, 3)

    class ScanResult(Structure):
        present: bool = False
        meterCount: int = 0

    class PowerMeterCreatedEvent(event.UserEvent):
        powerMeter: Optional[PowerMeter] = None
        config: PowerMeter.Config = ZERO
        settings: PowerMeter.Settings = ZERO

    class PanelCreatedEvent(PowerMeterCreatedEvent):
        panelSettings: Panel.PanelSettings = ZERO

    class PowerMeterDeletedEvent(event.UserEvent):
        config: PowerMeter.Config = ZERO
        settings: PowerMeter.Settings = ZERO

    class PanelDeletedEvent(PowerMeterDeletedEvent):
        panelSettings: Panel.PanelSettings = ZERO

    @method("_ret_", "result")
    def scanMeterBoard(self, powerMeterId: int) -> tuple[int, PowerMeterController.ScanResult]: ...
    def getPowerMeters(self) -> dict[int, Interface]: ...
    @method("_ret_", "powerMeter")
    def createPowerMeter(
        self, config: PowerMeter.Config, settings: PowerMeter.Settings
    ) -> tuple[int, Optional[PowerMeter]]: ...
    @method("_ret_", "panel")
    def createPanel(
        self,
        config: PowerMeter.Config,
        powerMeterSettings: PowerMeter.Settings,
        panelSettings: Panel.PanelSettings,
    ) -> tuple[int, Optional[Panel]]: ...
    def deletePowerMeter(self, powerMeterId: int) -> int: ...


class Panel(PowerMeter, version="2.0.4"):
    """A power meter that also meters branch circuits."""

    class LabelingScheme(Enumeration):
        SEQUENTIAL, ODD_EVEN = range(2)

    class PanelSettings(Structure):
        meterCount: int = 0
        panelSize: int = 0
        columns: int = 0
        labelingScheme: Panel.LabelingScheme = ZERO

    class CircuitCreatedEvent(event.UserEvent):
        circuit: Optional[Circuit] = None
        config: Circuit.Config = ZERO
        settings: Circuit.Settings = ZERO

    class CircuitDeletedEvent(event.UserEvent):
        config: Circuit.Config = ZERO
        settings: Circuit.Settings = ZERO

    class PanelSettingsChangedEvent(event.UserEvent):
        oldSettings: Panel.PanelSettings = ZERO
        newSettings: Panel.PanelSettings = ZERO

    def getPanelSettings(self) -> Panel.PanelSettings: ...
    def setPanelSettings(self, settings: Panel.PanelSettings) -> int: ...
    def getCircuits(self) -> dict[int, Interface]: ...
    @method("_ret_", "circuit")
    def createCircuit(
        self, config: Circuit.Config, settings: Circuit.Settings
    ) -> tuple[int, Optional[Circuit]]: ...
    def deleteCircuit(self, position: int) -> int: ...


class Circuit(Interface, version="2.0.4"):
    """A branch circuit of a panel."""

    ERR_INVALID_PARAM, ERR_METER_CHANNEL_BUSY = range(1, 3)

    class Type(Enumeration):
        ONE_PHASE_LN, ONE_PHASE_LL, ONE_PHASE_LLN, THREE_PHASE = range(4)

    class Config(Structure):
        position: int = 0
        type: Circuit.Type = ZERO

    class PoleSettings(Structure):
        line: PowerLine = ZERO
        meterChannel: int = 0

    class Sensors(Structure):
        current: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        reactivePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        powerFactor: Optional[sensors.NumericSensor] = None
        phaseAngle: Optional[sensors.NumericSensor] = None
        displacementPowerFactor: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        unbalancedCurrent: Optional[sensors.NumericSensor] = None
        crestFactor: Optional[sensors.NumericSensor] = None
        activePowerDemand: Optional[sensors.NumericSensor] = None

    class Settings(Structure):
        name: str = ""
        rating: int = 0
        ctRating: int = 0
        poleSettings: list[Circuit.PoleSettings] = ZERO

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: Circuit.Settings = ZERO
        newSettings: Circuit.Settings = ZERO

    def getConfig(self) -> Circuit.Config: ...
    def getSensors(self) -> Circuit.Sensors: ...
    def getPoles(self) -> list[Pole]: ...
    def getSettings(self) -> Circuit.Settings: ...
    def setSettings(self, settings: Circuit.Settings) -> int: ...
