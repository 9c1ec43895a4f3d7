"""The interface assetmgrmodel.AssetStripLogger."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Tuple

from ..idl import declared, Enumeration, EPOCH, Interface, method, Structure, Time
from .asset_strip import AssetStrip


class AssetStripLogger(Interface):
    """The log of tags that came and went, at `/model/assetstriplogger`."""

    idlType = "assetmgrmodel.AssetStripLogger:1.0.7"

    NO_ERROR = 0
    ERR_INVALID_PARAM = 1

    class RecordType(Enumeration):
        EMPTY = 0
        ASSET_TAG_CONNECTED = 1
        ASSET_TAG_DISCONNECTED = 2
        ASSET_STRIP_STATE_CHANGED = 3

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        capacity: int = 0
        oldestRecord: int = 0
        newestRecord: int = 0
        totalEventCount: int = 0

    @dataclass(eq=False, repr=False)
    class Record(Structure):
        timestamp: Time = EPOCH
        type: AssetStripLogger.RecordType = field(default_factory=lambda: AssetStripLogger.RecordType(0))
        assetStripNumber: int = 0
        rackUnitNumber: int = 0
        rackUnitPosition: int = 0
        slotNumber: int = 0
        tagId: str = ""
        parentBladeId: str = ""
        state: AssetStrip.State = field(default_factory=lambda: AssetStrip.State(0))

    @method()
    def getInfo(self) -> AssetStripLogger.Info: declared()

    @method("_ret_", "records")
    def getRecords(self, id: int, count: int) -> Tuple[int, List[AssetStripLogger.Record]]: declared()
