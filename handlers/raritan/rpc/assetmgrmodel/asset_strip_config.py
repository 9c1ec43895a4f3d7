"""The interface assetmgrmodel.AssetStripConfig."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Tuple

from .. import event
from ..idl import declared, Enumeration, Interface, method, Structure, value_object


class AssetStripConfig(Interface):
    """Settings of an asset strip: orientation, numbering, LEDs of its rack units."""

    idlType = "assetmgrmodel.AssetStripConfig:1.0.1"

    class LEDMode(Enumeration):
        LED_MODE_ON = 0
        LED_MODE_OFF = 1
        LED_MODE_BLINK_FAST = 2
        LED_MODE_BLINK_SLOW = 3

    class LEDOperationMode(Enumeration):
        LED_OPERATION_MANUAL = 0
        LED_OPERATION_AUTO = 1

    class NumberingMode(Enumeration):
        TOP_DOWN = 0
        BOTTOM_UP = 1

    class Orientation(Enumeration):
        TOP_CONNECTOR = 0
        BOTTOM_CONNECTOR = 1

    class ScanMode(Enumeration):
        SCANMODE_DISABLED = 0
        SCANMODE_BOTH = 1

    @dataclass(eq=False, repr=False)
    class LEDColor(Structure):
        r: int = 0
        g: int = 0
        b: int = 0

    @dataclass(eq=False, repr=False)
    class RackUnitSettings(Structure):
        opmode: AssetStripConfig.LEDOperationMode = field(default_factory=lambda: AssetStripConfig.LEDOperationMode(0))
        mode: AssetStripConfig.LEDMode = field(default_factory=lambda: AssetStripConfig.LEDMode(0))
        color: AssetStripConfig.LEDColor = field(default_factory=lambda: AssetStripConfig.LEDColor())
        name: str = ""

    @dataclass(eq=False, repr=False)
    class StripSettings(Structure):
        rackUnitCount: int = 0
        name: str = ""
        scanMode: AssetStripConfig.ScanMode = field(default_factory=lambda: AssetStripConfig.ScanMode(0))
        defaultColorConnected: AssetStripConfig.LEDColor = field(default_factory=lambda: AssetStripConfig.LEDColor())
        defaultColorDisconnected: AssetStripConfig.LEDColor = field(default_factory=lambda: AssetStripConfig.LEDColor())
        numberingMode: AssetStripConfig.NumberingMode = field(
            default_factory=lambda: AssetStripConfig.NumberingMode(0))
        numberingOffset: int = 0
        orientation: AssetStripConfig.Orientation = field(default_factory=lambda: AssetStripConfig.Orientation(0))

    @value_object
    class RackUnitSettingsChangedEvent(event.UserEvent):
        idlType = "assetmgrmodel.AssetStripConfig_1_0_1.RackUnitSettingsChangedEvent:1.0.0"
        rackUnitNumber: int = 0
        oldSettings: AssetStripConfig.RackUnitSettings = field(
            default_factory=lambda: AssetStripConfig.RackUnitSettings())
        newSettings: AssetStripConfig.RackUnitSettings = field(
            default_factory=lambda: AssetStripConfig.RackUnitSettings())

    @value_object
    class StripSettingsChangedEvent(event.UserEvent):
        idlType = "assetmgrmodel.AssetStripConfig_1_0_1.StripSettingsChangedEvent:1.0.0"
        oldSettings: AssetStripConfig.StripSettings = field(default_factory=lambda: AssetStripConfig.StripSettings())
        newSettings: AssetStripConfig.StripSettings = field(default_factory=lambda: AssetStripConfig.StripSettings())

    @method()
    def getStripSettings(self) -> AssetStripConfig.StripSettings: declared()

    @method()
    def setStripSettings(self, settings: AssetStripConfig.StripSettings) -> int: declared()

    @method("_ret_", "settings")
    def getRackUnitSettings(self, rackUnitNumber: int) -> Tuple[int, AssetStripConfig.RackUnitSettings]: declared()

    @method()
    def getAllRackUnitSettings(self) -> List[AssetStripConfig.RackUnitSettings]: declared()

    @method()
    def setRackUnitSettings(self, rackUnitNumber: int, settings: AssetStripConfig.RackUnitSettings) -> int: declared()

    @method()
    def setMultipleRackUnitSettings(self, settings: Dict[int, AssetStripConfig.RackUnitSettings]) -> int: declared()
