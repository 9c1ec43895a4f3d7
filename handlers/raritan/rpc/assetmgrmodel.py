"""Asset management: strips, tags and their log.

Source: AssetStripConfig.idl, AssetStrip.idl, AssetStripLogger.idl.
"""

from __future__ import annotations

from . import event, idl
from ._runtime import ZERO, Enumeration, Interface, Structure, Time, method


class AssetStripConfig(Interface, version="1.0.1"):
    class LEDMode(Enumeration):
        LED_MODE_ON, LED_MODE_OFF, LED_MODE_BLINK_FAST, LED_MODE_BLINK_SLOW = range(4)

    class LEDOperationMode(Enumeration):
        LED_OPERATION_MANUAL, LED_OPERATION_AUTO = range(2)

    class NumberingMode(Enumeration):
        TOP_DOWN, BOTTOM_UP = range(2)

    class Orientation(Enumeration):
        TOP_CONNECTOR, BOTTOM_CONNECTOR = range(2)

    class ScanMode(Enumeration):
        SCANMODE_DISABLED, SCANMODE_BOTH = range(2)

    class LEDColor(Structure):
        r: int = 0
        g: int = 0
        b: int = 0

    class RackUnitSettings(Structure):
        opmode: AssetStripConfig.LEDOperationMode = ZERO
        mode: AssetStripConfig.LEDMode = ZERO
        color: AssetStripConfig.LEDColor = ZERO
        name: str = ""

    class StripSettings(Structure):
        rackUnitCount: int = 0
        name: str = ""
        scanMode: AssetStripConfig.ScanMode = ZERO
        defaultColorConnected: AssetStripConfig.LEDColor = ZERO
        defaultColorDisconnected: AssetStripConfig.LEDColor = ZERO
        numberingMode: AssetStripConfig.NumberingMode = ZERO
        numberingOffset: int = 0
        orientation: AssetStripConfig.Orientation = ZERO

    class RackUnitSettingsChangedEvent(event.UserEvent):
        rackUnitNumber: int = 0
        oldSettings: AssetStripConfig.RackUnitSettings = ZERO
        newSettings: AssetStripConfig.RackUnitSettings = ZERO

    class StripSettingsChangedEvent(event.UserEvent):
        oldSettings: AssetStripConfig.StripSettings = ZERO
        newSettings: AssetStripConfig.StripSettings = ZERO

    def getStripSettings(self) -> AssetStripConfig.StripSettings: ...
    def setStripSettings(self, settings: AssetStripConfig.StripSettings) -> int: ...
    @method("_ret_", "settings")
    def getRackUnitSettings(
        self, rackUnitNumber: int
    ) -> tuple[int, AssetStripConfig.RackUnitSettings]: ...
    def getAllRackUnitSettings(self) -> list[AssetStripConfig.RackUnitSettings]: ...
    def setRackUnitSettings(
        self, rackUnitNumber: int, settings: AssetStripConfig.RackUnitSettings
    ) -> int: ...
    def setMultipleRackUnitSettings(
        self, settings: dict[int, AssetStripConfig.RackUnitSettings]
    ) -> int: ...


class AssetStrip(Interface, version="2.0.6"):
    NO_ERROR, ERR_INVALID_PARAM, ERR_NO_SUCH_OBJECT, ERR_NOT_SUPPORTED, ERR_OPERATION_FAILED = (
        range(5)
    )
    MAIN_STRIP_COLUMN = 0

    class CascadeState(Enumeration):
        CASCADE_ACTIVE, CASCADE_FIRMWARE_UPDATE = range(2)

    class FirmwareUpdateState(Enumeration):
        UPDATE_STARTED, UPDATE_SUCCESSFUL, UPDATE_FAILED = range(3)

    class State(Enumeration):
        DISCONNECTED, FIRMWARE_UPDATE, UNSUPPORTED, AVAILABLE = range(4)

    class StripType(Enumeration):
        SIMPLE, COMPOSITE = range(2)

    class TagType(Enumeration):
        SINGLE, EXTENSION, NONE = range(3)

    class DeviceInfo(Structure):
        deviceId: int = 0
        hardwareId: int = 0
        protocolVersion: int = 0
        bootVersion: int = 0
        appVersion: int = 0
        orientationSensAvailable: bool = False
        isCascadable: bool = False
        rackUnitCountConfigurable: bool = False

    class RackUnitInfo(Structure):
        rackUnitNumber: int = 0
        rackUnitPosition: int = 0
        type: AssetStrip.TagType = ZERO
        size: int = 0
        settings: AssetStripConfig.RackUnitSettings = ZERO
        assetStripCascadePosition: int = 0
        rackUnitRelativePosition: int = 0
        assetStripNumberOfRackUnits: int = 0

    class StripInfo(Structure):
        maxMainTagCount: int = 0
        maxBladeTagCount: int = 0
        mainTagCount: int = 0
        bladeTagCount: int = 0
        bladeOverflow: bool = False
        rackUnitCount: int = 0
        componentCount: int = 0
        cascadeState: AssetStrip.CascadeState = ZERO

    class TagChangeInfo(Structure):
        tag: AssetStrip.TagInfo = ZERO
        info: AssetStrip.RackUnitInfo = ZERO
        parentBladeTagId: str = ""
        slotPosition: int = 0

    class TagInfo(Structure):
        rackUnitNumber: int = 0
        slotNumber: int = 0
        familyDesc: str = ""
        rawId: str = ""
        programmable: bool = False

    class BladeOverflowChangedEvent(idl.Event):
        overflow: bool = False

    class CompositionChangedEvent(idl.Event):
        oldComponentCount: int = 0
        newComponentCount: int = 0

    class FirmwareUpdateStateChangedEvent(idl.Event):
        state: AssetStrip.FirmwareUpdateState = ZERO

    class OrientationChangedEvent(idl.Event):
        oldOrientation: AssetStripConfig.Orientation = ZERO
        newOrientation: AssetStripConfig.Orientation = ZERO

    class RackUnitChangedEvent(event.UserEvent):
        rackUnitNumber: int = 0
        rackUnit: AssetStrip.RackUnitInfo = ZERO

    class StateChangedEvent(idl.Event):
        oldState: AssetStrip.State = ZERO
        newState: AssetStrip.State = ZERO
        deviceInfo: AssetStrip.DeviceInfo = ZERO

    class StripInfoChangedEvent(idl.Event):
        oldInfo: AssetStrip.StripInfo = ZERO
        newInfo: AssetStrip.StripInfo = ZERO

    class TagEvent(idl.Event):
        tags: list[AssetStrip.TagChangeInfo] = ZERO
        allTags: list[AssetStrip.TagInfo] = ZERO

    class TagAddedEvent(TagEvent):
        pass

    class TagRemovedEvent(TagEvent):
        pass

    def getState(self) -> AssetStrip.State: ...
    def getDeviceInfo(self) -> AssetStrip.DeviceInfo: ...
    def getStripInfo(self) -> AssetStrip.StripInfo: ...
    @method("_ret_", "info")
    def getRackUnitInfo(self, rackUnitNumber: int) -> tuple[int, AssetStrip.RackUnitInfo]: ...
    def getAllRackUnitInfos(self) -> list[AssetStrip.RackUnitInfo]: ...
    @method("_ret_", "tagInfo")
    def getTag(self, rackUnitNumber: int, slotNumber: int) -> tuple[int, AssetStrip.TagInfo]: ...
    def getAllTags(self) -> list[AssetStrip.TagInfo]: ...
    def getMainTags(self) -> list[AssetStrip.TagInfo]: ...
    @method("_ret_", "tags")
    def getExtensionTags(self, rackUnitNumber: int) -> tuple[int, list[AssetStrip.TagInfo]]: ...
    def triggerPowercycle(self, hard: bool) -> None: ...
    def programTagIDs(self, tagInfos: list[AssetStrip.TagInfo]) -> int: ...
    def getFirmwareUpdateState(self) -> AssetStrip.FirmwareUpdateState: ...


class AssetStripLogger(Interface, version="1.0.7"):
    """Log of attached and detached tags and of the states of strips, at
    `/model/assetstriplogger`.
    """

    NO_ERROR, ERR_INVALID_PARAM = range(2)

    class RecordType(Enumeration):
        EMPTY, ASSET_TAG_CONNECTED, ASSET_TAG_DISCONNECTED, ASSET_STRIP_STATE_CHANGED = range(4)

    class Info(Structure):
        capacity: int = 0
        oldestRecord: int = 0
        newestRecord: int = 0
        totalEventCount: int = 0

    class Record(Structure):
        timestamp: Time = ZERO
        type: AssetStripLogger.RecordType = ZERO
        assetStripNumber: int = 0
        rackUnitNumber: int = 0
        rackUnitPosition: int = 0
        slotNumber: int = 0
        tagId: str = ""
        parentBladeId: str = ""
        state: AssetStrip.State = ZERO

    def getInfo(self) -> AssetStripLogger.Info: ...
    @method("_ret_", "records")
    def getRecords(self, id: int, count: int) -> tuple[int, list[AssetStripLogger.Record]]: ...
