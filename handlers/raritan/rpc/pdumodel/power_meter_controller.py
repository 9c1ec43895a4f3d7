"""The interface pdumodel.PowerMeterController."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Optional, Tuple

from .. import event
from ..idl import declared, Interface, method, Structure, value_object
from .panel import Panel
from .power_meter import PowerMeter


class PowerMeterController(Interface):
    """Power meters and panels, at `/model/pmc`."""

    idlType = "pdumodel.PowerMeterController:1.2.12"

    ERR_INVALID_PARAM = 1
    ERR_METER_BOARD_BUSY = 2

    @dataclass(eq=False, repr=False)
    class ScanResult(Structure):
        present: bool = False
        meterCount: int = 0

    @value_object
    class PowerMeterCreatedEvent(event.UserEvent):
        idlType = "pdumodel.PowerMeterController_1_2_12.PowerMeterCreatedEvent:1.0.0"
        powerMeter: Optional[PowerMeter] = None
        config: PowerMeter.Config = field(default_factory=lambda: PowerMeter.Config())
        settings: PowerMeter.Settings = field(default_factory=lambda: PowerMeter.Settings())

    @value_object
    class PanelCreatedEvent(PowerMeterCreatedEvent):
        idlType = "pdumodel.PowerMeterController_1_2_12.PanelCreatedEvent:1.0.0"
        panelSettings: Panel.PanelSettings = field(default_factory=lambda: Panel.PanelSettings())

    @value_object
    class PowerMeterDeletedEvent(event.UserEvent):
        idlType = "pdumodel.PowerMeterController_1_2_12.PowerMeterDeletedEvent:1.0.0"
        config: PowerMeter.Config = field(default_factory=lambda: PowerMeter.Config())
        settings: PowerMeter.Settings = field(default_factory=lambda: PowerMeter.Settings())

    @value_object
    class PanelDeletedEvent(PowerMeterDeletedEvent):
        idlType = "pdumodel.PowerMeterController_1_2_12.PanelDeletedEvent:1.0.0"
        panelSettings: Panel.PanelSettings = field(default_factory=lambda: Panel.PanelSettings())

    @method("_ret_", "result")
    def scanMeterBoard(self, powerMeterId: int) -> Tuple[int, PowerMeterController.ScanResult]: declared()

    @method()
    def getPowerMeters(self) -> Dict[int, Interface]: declared()

    @method("_ret_", "powerMeter")
    def createPowerMeter(self, config: PowerMeter.Config, settings: PowerMeter.Settings) -> Tuple[int,
                         Optional[PowerMeter]]: declared()

    @method("_ret_", "panel")
    def createPanel(self, config: PowerMeter.Config, powerMeterSettings: PowerMeter.Settings,
                    panelSettings: Panel.PanelSettings) -> Tuple[int, Optional[Panel]]: declared()

    @method()
    def deletePowerMeter(self, powerMeterId: int) -> int: declared()
