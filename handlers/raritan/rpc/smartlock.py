"""Door locks: access rules, keypads.

Source: DoorAccessControl.idl, Keypad.idl, KeypadManager.idl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from . import event, idl
from ._runtime import ZERO, Enumeration, Interface, Structure, Time, method

if TYPE_CHECKING:
    from . import peripheral


class DoorAccessControl(Interface, version="1.2.5"):
    """The rules by which cards and PINs open door handles."""

    ERR_INVALID_SETTINGS, ERR_NO_SUCH_ID, ERR_MAX_RULES_REACHED = range(1, 4)

    class DoorAccessDenialReason(Enumeration):
        (
            DENIED_NO_MATCHING_RULE,
            DENIED_ABSOLUTE_TIME_CONDITION,
            DENIED_PERIODIC_TIME_CONDITION,
            DENIED_CONDITIONS_TIMEOUT,
        ) = range(4)

    class AbsoluteTimeCondition(Structure):
        enabled: bool = False
        validFrom: Time = ZERO
        validTill: Time = ZERO

    class PeriodicTimeCondition(Structure):
        enabled: bool = False
        daysOfWeek: list[int] = ZERO
        fromHourOfDay: int = 0
        tillHourOfDay: int = 0
        fromMinuteOfHour: int = 0
        tillMinuteOfHour: int = 0

    class CardReaderInfo(Structure):
        linkId: int = 0
        position: str = ""

    class KeypadInfo(Structure):
        linkId: int = 0
        position: str = ""

    class CardCondition(Structure):
        enabled: bool = False
        cardUid: str = ""
        cardReader: DoorAccessControl.CardReaderInfo = ZERO

    class KeypadCondition(Structure):
        enabled: bool = False
        pin: str = ""
        keypad: DoorAccessControl.KeypadInfo = ZERO

    class DoorAccessRule(Structure):
        name: str = ""
        doorHandleLocks: list[peripheral.DeviceSlot] = ZERO
        cardCondition1: DoorAccessControl.CardCondition = ZERO
        cardCondition2: DoorAccessControl.CardCondition = ZERO
        keypadCondition1: DoorAccessControl.KeypadCondition = ZERO
        keypadCondition2: DoorAccessControl.KeypadCondition = ZERO
        conditionsTimeout: int = 0
        absoluteTime: DoorAccessControl.AbsoluteTimeCondition = ZERO
        periodicTime: DoorAccessControl.PeriodicTimeCondition = ZERO

    class DoorAccessGrantedEvent(idl.Event):
        ruleId: int = 0
        rule: DoorAccessControl.DoorAccessRule = ZERO

    class DoorAccessDeniedEvent(idl.Event):
        reason: DoorAccessControl.DoorAccessDenialReason = ZERO
        ruleId: int = 0
        ruleName: str = ""

    class DoorAccessRuleAddedEvent(event.UserEvent):
        ruleId: int = 0
        rule: DoorAccessControl.DoorAccessRule = ZERO

    class DoorAccessRuleChangedEvent(event.UserEvent):
        ruleId: int = 0
        oldRule: DoorAccessControl.DoorAccessRule = ZERO
        newRule: DoorAccessControl.DoorAccessRule = ZERO

    class DoorAccessRuleDeletedEvent(event.UserEvent):
        ruleId: int = 0
        rule: DoorAccessControl.DoorAccessRule = ZERO

    def getDoorAccessRules(self) -> dict[int, DoorAccessControl.DoorAccessRule]: ...
    @method("_ret_", "invalidRuleIds")
    def setAllDoorAccessRules(
        self, rules: dict[int, DoorAccessControl.DoorAccessRule]
    ) -> tuple[int, list[int]]: ...
    @method("_ret_", "ruleId")
    def addDoorAccessRule(self, rule: DoorAccessControl.DoorAccessRule) -> tuple[int, int]: ...
    def modifyDoorAccessRule(
        self, id: int, modifiedRule: DoorAccessControl.DoorAccessRule
    ) -> int: ...
    def deleteDoorAccessRule(self, id: int) -> int: ...


class Keypad(Interface, version="1.0.0"):
    NO_ERROR, ERR_SLOT_EMPTY = range(2)

    class MetaData(Structure):
        id: str = ""
        manufacturer: str = ""
        product: str = ""
        serialNumber: str = ""
        channel: int = 0
        position: str = ""

    class PINEnteredEvent(idl.Event):
        metaData: Keypad.MetaData = ZERO

    def getMetaData(self) -> Keypad.MetaData: ...
    @method("_ret_", "pin")
    def getPIN(self) -> tuple[int, str]: ...


class KeypadManager(Interface, version="1.0.1"):
    class KeypadSettings(Structure):
        name: str = ""
        description: str = ""

    class KeypadEvent(idl.Event):
        keypad: Optional[Keypad] = None
        metaData: Keypad.MetaData = ZERO

    class KeypadAttachedEvent(KeypadEvent):
        pass

    class KeypadDetachedEvent(KeypadEvent):
        pass

    class KeypadSettingsChangedEvent(event.UserEvent):
        keypad: Optional[Keypad] = None
        oldSettings: KeypadManager.KeypadSettings = ZERO
        newSettings: KeypadManager.KeypadSettings = ZERO
        position: str = ""

    def getKeypads(self) -> list[Keypad]: ...
    def getKeypadById(self, keypadId: str) -> Optional[Keypad]: ...
    def setKeypadSettings(self, position: str, setting: KeypadManager.KeypadSettings) -> int: ...
    def getAllKeypadSettings(self) -> dict[str, KeypadManager.KeypadSettings]: ...
