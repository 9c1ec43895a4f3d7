"""The interface pdumodel.Panel."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Optional, Tuple

from .. import event
from ..idl import declared, Enumeration, Interface, method, Structure, value_object
from .circuit import Circuit
from .power_meter import PowerMeter


class Panel(PowerMeter):
    """A panel of a power meter: mains and branch circuits."""

    idlType = "pdumodel.Panel:2.0.4"

    class LabelingScheme(Enumeration):
        SEQUENTIAL = 0
        ODD_EVEN = 1

    @dataclass(eq=False, repr=False)
    class PanelSettings(Structure):
        meterCount: int = 0
        panelSize: int = 0
        columns: int = 0
        labelingScheme: Panel.LabelingScheme = field(default_factory=lambda: Panel.LabelingScheme(0))

    @value_object
    class CircuitCreatedEvent(event.UserEvent):
        idlType = "pdumodel.Panel_2_0_4.CircuitCreatedEvent:1.0.0"
        circuit: Optional[Circuit] = None
        config: Circuit.Config = field(default_factory=lambda: Circuit.Config())
        settings: Circuit.Settings = field(default_factory=lambda: Circuit.Settings())

    @value_object
    class CircuitDeletedEvent(event.UserEvent):
        idlType = "pdumodel.Panel_2_0_4.CircuitDeletedEvent:1.0.0"
        config: Circuit.Config = field(default_factory=lambda: Circuit.Config())
        settings: Circuit.Settings = field(default_factory=lambda: Circuit.Settings())

    @value_object
    class PanelSettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.Panel_2_0_4.PanelSettingsChangedEvent:1.0.0"
        oldSettings: Panel.PanelSettings = field(default_factory=lambda: Panel.PanelSettings())
        newSettings: Panel.PanelSettings = field(default_factory=lambda: Panel.PanelSettings())

    @method()
    def getPanelSettings(self) -> Panel.PanelSettings: declared()

    @method()
    def setPanelSettings(self, settings: Panel.PanelSettings) -> int: declared()

    @method()
    def getCircuits(self) -> Dict[int, Interface]: declared()

    @method("_ret_", "circuit")
    def createCircuit(self, config: Circuit.Config, settings: Circuit.Settings) -> Tuple[int,
                      Optional[Circuit]]: declared()

    @method()
    def deleteCircuit(self, position: int) -> int: declared()
