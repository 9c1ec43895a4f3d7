"""The interface assetmgrmodel.AssetStrip."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Tuple

from .. import event
from ..idl import declared, Enumeration, Event, Interface, method, Structure, value_object
from .asset_strip_config import AssetStripConfig


class AssetStrip(Interface):
    """An asset strip: the tags that its rack units hold."""

    idlType = "assetmgrmodel.AssetStrip:2.0.6"

    NO_ERROR = 0
    ERR_INVALID_PARAM = 1
    ERR_NO_SUCH_OBJECT = 2
    ERR_NOT_SUPPORTED = 3
    ERR_OPERATION_FAILED = 4
    MAIN_STRIP_COLUMN = 0

    class CascadeState(Enumeration):
        CASCADE_ACTIVE = 0
        CASCADE_FIRMWARE_UPDATE = 1

    class FirmwareUpdateState(Enumeration):
        UPDATE_STARTED = 0
        UPDATE_SUCCESSFUL = 1
        UPDATE_FAILED = 2

    class State(Enumeration):
        DISCONNECTED = 0
        FIRMWARE_UPDATE = 1
        UNSUPPORTED = 2
        AVAILABLE = 3

    class StripType(Enumeration):
        SIMPLE = 0
        COMPOSITE = 1

    class TagType(Enumeration):
        SINGLE = 0
        EXTENSION = 1
        NONE = 2

    @dataclass(eq=False, repr=False)
    class DeviceInfo(Structure):
        deviceId: int = 0
        hardwareId: int = 0
        protocolVersion: int = 0
        bootVersion: int = 0
        appVersion: int = 0
        orientationSensAvailable: bool = False
        isCascadable: bool = False
        rackUnitCountConfigurable: bool = False

    @dataclass(eq=False, repr=False)
    class RackUnitInfo(Structure):
        rackUnitNumber: int = 0
        rackUnitPosition: int = 0
        type: AssetStrip.TagType = field(default_factory=lambda: AssetStrip.TagType(0))
        size: int = 0
        settings: AssetStripConfig.RackUnitSettings = field(default_factory=lambda: AssetStripConfig.RackUnitSettings())
        assetStripCascadePosition: int = 0
        rackUnitRelativePosition: int = 0
        assetStripNumberOfRackUnits: int = 0

    @dataclass(eq=False, repr=False)
    class StripInfo(Structure):
        maxMainTagCount: int = 0
        maxBladeTagCount: int = 0
        mainTagCount: int = 0
        bladeTagCount: int = 0
        bladeOverflow: bool = False
        rackUnitCount: int = 0
        componentCount: int = 0
        cascadeState: AssetStrip.CascadeState = field(default_factory=lambda: AssetStrip.CascadeState(0))

    @dataclass(eq=False, repr=False)
    class TagChangeInfo(Structure):
        tag: AssetStrip.TagInfo = field(default_factory=lambda: AssetStrip.TagInfo())
        info: AssetStrip.RackUnitInfo = field(default_factory=lambda: AssetStrip.RackUnitInfo())
        parentBladeTagId: str = ""
        slotPosition: int = 0

    @dataclass(eq=False, repr=False)
    class TagInfo(Structure):
        rackUnitNumber: int = 0
        slotNumber: int = 0
        familyDesc: str = ""
        rawId: str = ""
        programmable: bool = False

    @value_object
    class BladeOverflowChangedEvent(Event):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.BladeOverflowChangedEvent:1.0.0"
        overflow: bool = False

    @value_object
    class CompositionChangedEvent(Event):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.CompositionChangedEvent:1.0.0"
        oldComponentCount: int = 0
        newComponentCount: int = 0

    @value_object
    class FirmwareUpdateStateChangedEvent(Event):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.FirmwareUpdateStateChangedEvent:1.0.0"
        state: AssetStrip.FirmwareUpdateState = field(default_factory=lambda: AssetStrip.FirmwareUpdateState(0))

    @value_object
    class OrientationChangedEvent(Event):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.OrientationChangedEvent:1.0.0"
        oldOrientation: AssetStripConfig.Orientation = field(default_factory=lambda: AssetStripConfig.Orientation(0))
        newOrientation: AssetStripConfig.Orientation = field(default_factory=lambda: AssetStripConfig.Orientation(0))

    @value_object
    class RackUnitChangedEvent(event.UserEvent):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.RackUnitChangedEvent:1.0.0"
        rackUnitNumber: int = 0
        rackUnit: AssetStrip.RackUnitInfo = field(default_factory=lambda: AssetStrip.RackUnitInfo())

    @value_object
    class StateChangedEvent(Event):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.StateChangedEvent:1.0.0"
        oldState: AssetStrip.State = field(default_factory=lambda: AssetStrip.State(0))
        newState: AssetStrip.State = field(default_factory=lambda: AssetStrip.State(0))
        deviceInfo: AssetStrip.DeviceInfo = field(default_factory=lambda: AssetStrip.DeviceInfo())

    @value_object
    class StripInfoChangedEvent(Event):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.StripInfoChangedEvent:1.0.0"
        oldInfo: AssetStrip.StripInfo = field(default_factory=lambda: AssetStrip.StripInfo())
        newInfo: AssetStrip.StripInfo = field(default_factory=lambda: AssetStrip.StripInfo())

    @value_object
    class TagEvent(Event):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.TagEvent:1.0.0"
        tags: List[AssetStrip.TagChangeInfo] = field(default_factory=list)
        allTags: List[AssetStrip.TagInfo] = field(default_factory=list)

    @value_object
    class TagAddedEvent(TagEvent):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.TagAddedEvent:1.0.0"

    @value_object
    class TagRemovedEvent(TagEvent):
        idlType = "assetmgrmodel.AssetStrip_2_0_6.TagRemovedEvent:1.0.0"

    @method()
    def getState(self) -> AssetStrip.State: declared()

    @method()
    def getDeviceInfo(self) -> AssetStrip.DeviceInfo: declared()

    @method()
    def getStripInfo(self) -> AssetStrip.StripInfo: declared()

    @method("_ret_", "info")
    def getRackUnitInfo(self, rackUnitNumber: int) -> Tuple[int, AssetStrip.RackUnitInfo]: declared()

    @method()
    def getAllRackUnitInfos(self) -> List[AssetStrip.RackUnitInfo]: declared()

    @method("_ret_", "tagInfo")
    def getTag(self, rackUnitNumber: int, slotNumber: int) -> Tuple[int, AssetStrip.TagInfo]: declared()

    @method()
    def getAllTags(self) -> List[AssetStrip.TagInfo]: declared()

    @method()
    def getMainTags(self) -> List[AssetStrip.TagInfo]: declared()

    @method("_ret_", "tags")
    def getExtensionTags(self, rackUnitNumber: int) -> Tuple[int, List[AssetStrip.TagInfo]]: declared()

    @method()
    def triggerPowercycle(self, hard: bool) -> None: declared()

    @method()
    def programTagIDs(self, tagInfos: List[AssetStrip.TagInfo]) -> int: declared()

    @method()
    def getFirmwareUpdateState(self) -> AssetStrip.FirmwareUpdateState: declared()
