"""Door locks: rules of access, keypads."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

from . import event, peripheral
from .idl import declared, Enumeration, EPOCH, Event, Interface, method, Structure, Time, value_object

__all__ = ["DoorAccessControl", "Keypad", "KeypadManager"]


class DoorAccessControl(Interface):
    """The rules by which cards and PINs open door handles."""

    idlType = "smartlock.DoorAccessControl:1.2.5"

    ERR_INVALID_SETTINGS = 1
    ERR_NO_SUCH_ID = 2
    ERR_MAX_RULES_REACHED = 3

    class DoorAccessDenialReason(Enumeration):
        DENIED_NO_MATCHING_RULE = 0
        DENIED_ABSOLUTE_TIME_CONDITION = 1
        DENIED_PERIODIC_TIME_CONDITION = 2
        DENIED_CONDITIONS_TIMEOUT = 3

    @dataclass(eq=False, repr=False)
    class AbsoluteTimeCondition(Structure):
        enabled: bool = False
        validFrom: Time = EPOCH
        validTill: Time = EPOCH

    @dataclass(eq=False, repr=False)
    class PeriodicTimeCondition(Structure):
        enabled: bool = False
        daysOfWeek: List[int] = field(default_factory=list)
        fromHourOfDay: int = 0
        tillHourOfDay: int = 0
        fromMinuteOfHour: int = 0
        tillMinuteOfHour: int = 0

    @dataclass(eq=False, repr=False)
    class CardReaderInfo(Structure):
        linkId: int = 0
        position: str = ""

    @dataclass(eq=False, repr=False)
    class KeypadInfo(Structure):
        linkId: int = 0
        position: str = ""

    @dataclass(eq=False, repr=False)
    class CardCondition(Structure):
        enabled: bool = False
        cardUid: str = ""
        cardReader: DoorAccessControl.CardReaderInfo = field(default_factory=lambda: DoorAccessControl.CardReaderInfo())

    @dataclass(eq=False, repr=False)
    class KeypadCondition(Structure):
        enabled: bool = False
        pin: str = ""
        keypad: DoorAccessControl.KeypadInfo = field(default_factory=lambda: DoorAccessControl.KeypadInfo())

    @dataclass(eq=False, repr=False)
    class DoorAccessRule(Structure):
        name: str = ""
        doorHandleLocks: List[peripheral.DeviceSlot] = field(default_factory=list)
        cardCondition1: DoorAccessControl.CardCondition = field(default_factory=lambda: DoorAccessControl.CardCondition())
        cardCondition2: DoorAccessControl.CardCondition = field(default_factory=lambda: DoorAccessControl.CardCondition())
        keypadCondition1: DoorAccessControl.KeypadCondition = field(default_factory=lambda: DoorAccessControl.KeypadCondition())
        keypadCondition2: DoorAccessControl.KeypadCondition = field(default_factory=lambda: DoorAccessControl.KeypadCondition())
        conditionsTimeout: int = 0
        absoluteTime: DoorAccessControl.AbsoluteTimeCondition = field(
            default_factory=lambda: DoorAccessControl.AbsoluteTimeCondition())
        periodicTime: DoorAccessControl.PeriodicTimeCondition = field(
            default_factory=lambda: DoorAccessControl.PeriodicTimeCondition())

    @value_object
    class DoorAccessGrantedEvent(Event):
        idlType = "smartlock.DoorAccessControl_1_2_5.DoorAccessGrantedEvent:1.0.0"
        ruleId: int = 0
        rule: DoorAccessControl.DoorAccessRule = field(default_factory=lambda: DoorAccessControl.DoorAccessRule())

    @value_object
    class DoorAccessDeniedEvent(Event):
        idlType = "smartlock.DoorAccessControl_1_2_5.DoorAccessDeniedEvent:1.0.0"
        reason: DoorAccessControl.DoorAccessDenialReason = field(
            default_factory=lambda: DoorAccessControl.DoorAccessDenialReason(0))
        ruleId: int = 0
        ruleName: str = ""

    @value_object
    class DoorAccessRuleAddedEvent(event.UserEvent):
        idlType = "smartlock.DoorAccessControl_1_2_5.DoorAccessRuleAddedEvent:1.0.0"
        ruleId: int = 0
        rule: DoorAccessControl.DoorAccessRule = field(default_factory=lambda: DoorAccessControl.DoorAccessRule())

    @value_object
    class DoorAccessRuleChangedEvent(event.UserEvent):
        idlType = "smartlock.DoorAccessControl_1_2_5.DoorAccessRuleChangedEvent:1.0.0"
        ruleId: int = 0
        oldRule: DoorAccessControl.DoorAccessRule = field(default_factory=lambda: DoorAccessControl.DoorAccessRule())
        newRule: DoorAccessControl.DoorAccessRule = field(default_factory=lambda: DoorAccessControl.DoorAccessRule())

    @value_object
    class DoorAccessRuleDeletedEvent(event.UserEvent):
        idlType = "smartlock.DoorAccessControl_1_2_5.DoorAccessRuleDeletedEvent:1.0.0"
        ruleId: int = 0
        rule: DoorAccessControl.DoorAccessRule = field(default_factory=lambda: DoorAccessControl.DoorAccessRule())

    @method()
    def getDoorAccessRules(self) -> Dict[int, DoorAccessControl.DoorAccessRule]: declared()

    @method("_ret_", "invalidRuleIds")
    def setAllDoorAccessRules(self, rules: Dict[int, DoorAccessControl.DoorAccessRule]) -> Tuple[int, List[int]]: declared()

    @method("_ret_", "ruleId")
    def addDoorAccessRule(self, rule: DoorAccessControl.DoorAccessRule) -> Tuple[int, int]: declared()

    @method()
    def modifyDoorAccessRule(self, id: int, modifiedRule: DoorAccessControl.DoorAccessRule) -> int: declared()

    @method()
    def deleteDoorAccessRule(self, id: int) -> int: declared()


class Keypad(Interface):
    """One keypad, and the PIN entered last."""

    idlType = "smartlock.Keypad:1.0.0"

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

    @value_object
    class PINEnteredEvent(Event):
        idlType = "smartlock.Keypad.PINEnteredEvent:1.0.0"
        metaData: Keypad.MetaData = field(default_factory=lambda: Keypad.MetaData())

    @method()
    def getMetaData(self) -> Keypad.MetaData: declared()

    @method("_ret_", "pin")
    def getPIN(self) -> Tuple[int, str]: declared()


class KeypadManager(Interface):
    """All keypads and their settings."""

    idlType = "smartlock.KeypadManager:1.0.1"

    @dataclass(eq=False, repr=False)
    class KeypadSettings(Structure):
        name: str = ""
        description: str = ""

    @value_object
    class KeypadEvent(Event):
        idlType = "smartlock.KeypadManager_1_0_1.KeypadEvent:1.0.0"
        keypad: Optional[Keypad] = None
        metaData: Keypad.MetaData = field(default_factory=lambda: Keypad.MetaData())

    @value_object
    class KeypadAttachedEvent(KeypadEvent):
        idlType = "smartlock.KeypadManager_1_0_1.KeypadAttachedEvent:1.0.0"

    @value_object
    class KeypadDetachedEvent(KeypadEvent):
        idlType = "smartlock.KeypadManager_1_0_1.KeypadDetachedEvent:1.0.0"

    @value_object
    class KeypadSettingsChangedEvent(event.UserEvent):
        idlType = "smartlock.KeypadManager_1_0_1.KeypadSettingsChangedEvent:1.0.0"
        keypad: Optional[Keypad] = None
        oldSettings: KeypadManager.KeypadSettings = field(default_factory=lambda: KeypadManager.KeypadSettings())
        newSettings: KeypadManager.KeypadSettings = field(default_factory=lambda: KeypadManager.KeypadSettings())
        position: str = ""

    @method()
    def getKeypads(self) -> List[Keypad]: declared()

    @method()
    def getKeypadById(self, keypadId: str) -> Optional[Keypad]: declared()

    @method()
    def setKeypadSettings(self, position: str, setting: KeypadManager.KeypadSettings) -> int: declared()

    @method()
    def getAllKeypadSettings(self) -> Dict[str, KeypadManager.KeypadSettings]: declared()
