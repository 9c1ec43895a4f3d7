"""Card readers. Source: CardReader.idl, CardReaderManager.idl."""

from __future__ import annotations

from typing import Optional

from . import event, idl
from ._runtime import ZERO, Interface, Structure, method


class CardReader(Interface, version="1.0.4"):
    NO_ERROR, ERR_SLOT_EMPTY = range(2)

    class MetaData(Structure):
        id: str = ""
        manufacturer: str = ""
        product: str = ""
        serialNumber: str = ""
        channel: int = 0
        position: str = ""

    class CardInformation(Structure):
        type: str = ""
        uid: str = ""

    class CardEvent(idl.Event):
        _legacy = ("cardInfo",)
        idlType = "smartcard.CardReader_1_0_4.CardEvent:2.0.0"
        metaData: CardReader.MetaData = ZERO
        cardInfo: CardReader.CardInformation = ZERO

    class CardInsertedEvent(CardEvent):
        idlType = "smartcard.CardReader_1_0_4.CardInsertedEvent:2.0.0"

    class CardRemovedEvent(CardEvent):
        idlType = "smartcard.CardReader_1_0_4.CardRemovedEvent:2.0.0"

    def getMetaData(self) -> CardReader.MetaData: ...
    @method("_ret_", "cardInfo")
    def getCardInformation(self) -> tuple[int, CardReader.CardInformation]: ...


class CardReaderManager(Interface, version="1.0.5"):
    class CardReaderSettings(Structure):
        name: str = ""
        description: str = ""
        cardFormat: str = ""

    class CardReaderEvent(idl.Event):
        cardReader: Optional[CardReader] = None
        metaData: CardReader.MetaData = ZERO

    class CardReaderAttachedEvent(CardReaderEvent):
        pass

    class CardReaderDetachedEvent(CardReaderEvent):
        pass

    class CardReaderSettingsChangedEvent(event.UserEvent):
        cardReader: Optional[CardReader] = None
        oldSettings: CardReaderManager.CardReaderSettings = ZERO
        newSettings: CardReaderManager.CardReaderSettings = ZERO
        position: str = ""

    def getCardReaders(self) -> list[CardReader]: ...
    def getCardReaderById(self, readerId: str) -> Optional[CardReader]: ...
    def setCardReaderSettings(
        self, position: str, setting: CardReaderManager.CardReaderSettings
    ) -> int: ...
    def getAllCardReaderSettings(self) -> dict[str, CardReaderManager.CardReaderSettings]: ...
    def getSupportedCardFormats(self) -> list[str]: ...
