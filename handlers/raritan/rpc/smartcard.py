"""Card readers."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

from . import event
from .idl import declared, Event, Interface, method, Structure, value_object

__all__ = ["CardReader", "CardReaderManager"]


class CardReader(Interface):
    """One card reader, and the card in it."""

    idlType = "smartcard.CardReader:1.0.4"

    NO_ERROR = 0
    ERR_SLOT_EMPTY = 1

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        id: str = ""
        manufacturer: str = ""
        product: str = ""
        serialNumber: str = ""
        channel: int = 0
        position: str = ""

    @dataclass(eq=False, repr=False)
    class CardInformation(Structure):
        type: str = ""
        uid: str = ""

    @value_object
    class CardEvent(Event):
        _legacy = ("cardInfo",)
        idlType = "smartcard.CardReader_1_0_4.CardEvent:2.0.0"
        metaData: CardReader.MetaData = field(default_factory=lambda: CardReader.MetaData())
        cardInfo: CardReader.CardInformation = field(default_factory=lambda: CardReader.CardInformation())

    @value_object
    class CardInsertedEvent(CardEvent):
        idlType = "smartcard.CardReader_1_0_4.CardInsertedEvent:2.0.0"

    @value_object
    class CardRemovedEvent(CardEvent):
        idlType = "smartcard.CardReader_1_0_4.CardRemovedEvent:2.0.0"

    @method()
    def getMetaData(self) -> CardReader.MetaData: declared()

    @method("_ret_", "cardInfo")
    def getCardInformation(self) -> Tuple[int, CardReader.CardInformation]: declared()


class CardReaderManager(Interface):
    """All card readers and their settings."""

    idlType = "smartcard.CardReaderManager:1.0.5"

    @dataclass(eq=False, repr=False)
    class CardReaderSettings(Structure):
        name: str = ""
        description: str = ""
        cardFormat: str = ""

    @value_object
    class CardReaderEvent(Event):
        idlType = "smartcard.CardReaderManager_1_0_5.CardReaderEvent:1.0.0"
        cardReader: Optional[CardReader] = None
        metaData: CardReader.MetaData = field(default_factory=lambda: CardReader.MetaData())

    @value_object
    class CardReaderAttachedEvent(CardReaderEvent):
        idlType = "smartcard.CardReaderManager_1_0_5.CardReaderAttachedEvent:1.0.0"

    @value_object
    class CardReaderDetachedEvent(CardReaderEvent):
        idlType = "smartcard.CardReaderManager_1_0_5.CardReaderDetachedEvent:1.0.0"

    @value_object
    class CardReaderSettingsChangedEvent(event.UserEvent):
        idlType = "smartcard.CardReaderManager_1_0_5.CardReaderSettingsChangedEvent:1.0.0"
        cardReader: Optional[CardReader] = None
        oldSettings: CardReaderManager.CardReaderSettings = field(default_factory=lambda: CardReaderManager.CardReaderSettings())
        newSettings: CardReaderManager.CardReaderSettings = field(default_factory=lambda: CardReaderManager.CardReaderSettings())
        position: str = ""

    @method()
    def getCardReaders(self) -> List[CardReader]: declared()

    @method()
    def getCardReaderById(self, readerId: str) -> Optional[CardReader]: declared()

    @method()
    def setCardReaderSettings(self, position: str, setting: CardReaderManager.CardReaderSettings) -> int: declared()

    @method()
    def getAllCardReaderSettings(self) -> Dict[str, CardReaderManager.CardReaderSettings]: declared()

    @method()
    def getSupportedCardFormats(self) -> List[str]: declared()
