"""Event subscriptions, and data pushed to other servers. Source: EventService.idl, DataPushService.idl."""
from __future__ import annotations

from typing import Dict, List, Optional, Tuple

from .. import idl
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, TypeName, declared, method
from .structures import UserEvent


class Consumer(Interface, version="1.0.0"):
    def pushEvents(self, events: List[idl.Event]) -> None: declared()


class Channel(Interface, version="1.0.1"):
    """A subscription: `demandEvent…` selects events, `pollEvents` fetches them."""

    class EventSelect(Structure):
        type: Optional[TypeName] = None
        src: Optional[Interface] = None

    def demandEventType(self, type: TypeName) -> None: declared()
    def cancelEventType(self, type: TypeName) -> None: declared()
    def demandEventTypes(self, types: List[TypeName]) -> None: declared()
    def cancelEventTypes(self, types: List[TypeName]) -> None: declared()
    def demandEvent(self, type: TypeName, src: Optional[Interface]) -> None: declared()
    def cancelEvent(self, type: TypeName, src: Optional[Interface]) -> None: declared()
    def demandEvents(self, events: List[Channel.EventSelect]) -> None: declared()
    def cancelEvents(self, events: List[Channel.EventSelect]) -> None: declared()
    def subscribe(self, consumer: Optional[Consumer]) -> None: declared()
    def unsubscribe(self, consumer: Optional[Consumer]) -> int: declared()
    @method("_ret_", "events")
    def pollEvents(self) -> Tuple[bool, List[idl.Event]]: declared()
    @method("_ret_", "events")
    def pollEventsNb(self) -> Tuple[bool, List[idl.Event]]: declared()


class Service(Interface, version="1.0.1"):
    """Creates channels for events, at `/eventservice`."""

    INVALID_CHANNEL = 1

    def createChannel(self) -> Optional[Channel]: declared()
    def destroyChannel(self, channel: Optional[Channel]) -> int: declared()
    def pushEvent(self, event: Optional[idl.Event]) -> None: declared()
    def pushEvents(self, events: List[idl.Event]) -> None: declared()


class DataPushService(Interface, version="1.0.3"):
    """Pushing data to other servers on a schedule, at `/datapush`."""

    ERR_NO_SUCH_ID, ERR_INVALID_PARAMS, ERR_MAX_ENTRIES_REACHED = range(1, 4)

    class EntryType(Enumeration):
        SENSORLIST, SENSORLOG, AMSLIST, AMSLOG, AUDITLOG = range(5)

    class EntrySettings(Structure):
        url: str = ""
        allowOffTimeRangeCerts: bool = False
        caCertChain: str = ""
        useAuth: bool = False
        username: str = ""
        password: str = ""
        type: DataPushService.EntryType = ZERO
        items: List[str] = ZERO
        mqttSettings: DataPushService.MqttSettings = ZERO

    class EntryStatus(Structure):
        busy: bool = False
        rescheduled: bool = False
        lastAttemptTime: Time = ZERO
        lastSuccessTime: Time = ZERO

    class MqttSettings(Structure):
        topicPrefix: str = ""

    class EntryAddedEvent(UserEvent):
        entryId: int = 0
        settings: DataPushService.EntrySettings = ZERO

    class EntryDeletedEvent(UserEvent):
        entryId: int = 0

    class EntryModifiedEvent(UserEvent):
        entryId: int = 0
        oldSettings: DataPushService.EntrySettings = ZERO
        newSettings: DataPushService.EntrySettings = ZERO

    class EntryStatusChangedEvent(idl.Event):
        entryId: int = 0
        newStatus: DataPushService.EntryStatus = ZERO

    @method("_ret_", "entryId")
    def addEntry(self, entrySettings: DataPushService.EntrySettings) -> Tuple[int, int]: declared()
    def modifyEntry(self, entryId: int, entrySettings: DataPushService.EntrySettings) -> int: declared()
    def deleteEntry(self, entryId: int) -> int: declared()
    @method("_ret_", "entrySettings")
    def getEntry(self, entryId: int) -> Tuple[int, DataPushService.EntrySettings]: declared()
    def listEntries(self) -> Dict[int, DataPushService.EntrySettings]: declared()
    def pushData(self, entryId: int) -> int: declared()
    def cancelDataPush(self, entryId: int) -> None: declared()
    @method("_ret_", "entryStatus")
    def getEntryStatus(self, entryId: int) -> Tuple[int, DataPushService.EntryStatus]: declared()
