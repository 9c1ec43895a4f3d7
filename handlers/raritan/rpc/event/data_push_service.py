"""The interface event.DataPushService."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Tuple

from ..idl import declared, Enumeration, EPOCH, Event, Interface, method, Structure, Time, value_object
from .structures import UserEvent


class DataPushService(Interface):
    """Pushing data to other servers on a schedule, at `/datapush`."""

    idlType = "event.DataPushService:1.0.3"

    ERR_NO_SUCH_ID = 1
    ERR_INVALID_PARAMS = 2
    ERR_MAX_ENTRIES_REACHED = 3

    class EntryType(Enumeration):
        SENSORLIST = 0
        SENSORLOG = 1
        AMSLIST = 2
        AMSLOG = 3
        AUDITLOG = 4

    @dataclass(eq=False, repr=False)
    class EntrySettings(Structure):
        url: str = ""
        allowOffTimeRangeCerts: bool = False
        caCertChain: str = ""
        useAuth: bool = False
        username: str = ""
        password: str = ""
        type: DataPushService.EntryType = field(default_factory=lambda: DataPushService.EntryType(0))
        items: List[str] = field(default_factory=list)
        mqttSettings: DataPushService.MqttSettings = field(default_factory=lambda: DataPushService.MqttSettings())

    @dataclass(eq=False, repr=False)
    class EntryStatus(Structure):
        busy: bool = False
        rescheduled: bool = False
        lastAttemptTime: Time = EPOCH
        lastSuccessTime: Time = EPOCH

    @dataclass(eq=False, repr=False)
    class MqttSettings(Structure):
        topicPrefix: str = ""

    @value_object
    class EntryAddedEvent(UserEvent):
        idlType = "event.DataPushService_1_0_3.EntryAddedEvent:1.0.0"
        entryId: int = 0
        settings: DataPushService.EntrySettings = field(default_factory=lambda: DataPushService.EntrySettings())

    @value_object
    class EntryDeletedEvent(UserEvent):
        idlType = "event.DataPushService_1_0_3.EntryDeletedEvent:1.0.0"
        entryId: int = 0

    @value_object
    class EntryModifiedEvent(UserEvent):
        idlType = "event.DataPushService_1_0_3.EntryModifiedEvent:1.0.0"
        entryId: int = 0
        oldSettings: DataPushService.EntrySettings = field(default_factory=lambda: DataPushService.EntrySettings())
        newSettings: DataPushService.EntrySettings = field(default_factory=lambda: DataPushService.EntrySettings())

    @value_object
    class EntryStatusChangedEvent(Event):
        idlType = "event.DataPushService_1_0_3.EntryStatusChangedEvent:1.0.0"
        entryId: int = 0
        newStatus: DataPushService.EntryStatus = field(default_factory=lambda: DataPushService.EntryStatus())

    @method("_ret_", "entryId")
    def addEntry(self, entrySettings: DataPushService.EntrySettings) -> Tuple[int, int]: declared()

    @method()
    def modifyEntry(self, entryId: int, entrySettings: DataPushService.EntrySettings) -> int: declared()

    @method()
    def deleteEntry(self, entryId: int) -> int: declared()

    @method("_ret_", "entrySettings")
    def getEntry(self, entryId: int) -> Tuple[int, DataPushService.EntrySettings]: declared()

    @method()
    def listEntries(self) -> Dict[int, DataPushService.EntrySettings]: declared()

    @method()
    def pushData(self, entryId: int) -> int: declared()

    @method()
    def cancelDataPush(self, entryId: int) -> None: declared()

    @method("_ret_", "entryStatus")
    def getEntryStatus(self, entryId: int) -> Tuple[int, DataPushService.EntryStatus]: declared()
