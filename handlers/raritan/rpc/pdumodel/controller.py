"""The interface pdumodel.Controller."""
from __future__ import annotations

from dataclasses import dataclass, field

from ..idl import declared, Enumeration, Event, Interface, method, Structure, value_object
from .structures import CtrlStatistic


class Controller(Interface):
    """A board inside the PDU that switches or meters."""

    idlType = "pdumodel.Controller:5.0.1"

    ERR_NOT_SUPPORTED = 1

    class Status(Enumeration):
        OK = 0
        COMMUNICATION_UNSTABLE = 1
        COMMUNICATION_FAILURE = 2
        UNKNOWN = 3
        INCOMPATIBLE = 4
        FIRMWARE_UPDATE = 5

    class Type(Enumeration):
        OUTLET_CTRL = 0
        INLET_CTRL = 1
        METER_CTRL = 2

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        type: Controller.Type = field(default_factory=lambda: Controller.Type(0))
        address: str = ""
        magic: int = 0
        versionAvailable: bool = False
        fwAppVersion: int = 0
        fwBootVersion: int = 0
        hwVersion: int = 0
        serial: str = ""
        haveResetCnt: bool = False
        haveEmResetCnt: bool = False
        isOptional: bool = False

    @value_object
    class MetaDataChangedEvent(Event):
        idlType = "pdumodel.Controller_5_0_1.MetaDataChangedEvent:1.0.0"
        oldMetaData: Controller.MetaData = field(default_factory=lambda: Controller.MetaData())
        newMetaData: Controller.MetaData = field(default_factory=lambda: Controller.MetaData())

    @value_object
    class StatusChangedEvent(Event):
        idlType = "pdumodel.Controller_5_0_1.StatusChangedEvent:1.0.0"
        oldStatus: Controller.Status = field(default_factory=lambda: Controller.Status(0))
        newStatus: Controller.Status = field(default_factory=lambda: Controller.Status(0))

    @method()
    def getCommunicationStatus(self) -> Controller.Status: declared()

    @method()
    def getStatistics(self) -> CtrlStatistic: declared()

    @method()
    def getMetaData(self) -> Controller.MetaData: declared()

    @method()
    def reset(self) -> int: declared()
