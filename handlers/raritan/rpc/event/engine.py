"""The interface event.Engine."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Tuple

from ..idl import declared, Enumeration, Interface, method, Structure
from .structures import Event, KeyValue


class Engine(Interface):
    """Rules: which event leads to which action, at `/event_engine`."""

    idlType = "event.Engine:1.0.1"

    @dataclass(eq=False, repr=False)
    class Action(Structure):
        id: str = ""
        name: str = ""
        isSystem: bool = False
        type: str = ""
        arguments: List[KeyValue] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class Condition(Structure):
        class MatchType(Enumeration):
            ASSERTED = 0
            DEASSERTED = 1
            BOTH = 2

        class Op(Enumeration):
            AND = 0
            OR = 1
            XOR = 2

        negate: bool = False
        operation: Engine.Condition.Op = field(default_factory=lambda: Engine.Condition.Op(0))
        matchType: Engine.Condition.MatchType = field(default_factory=lambda: Engine.Condition.MatchType(0))
        eventId: List[str] = field(default_factory=list)
        conditions: List[Engine.Condition] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class EventDesc(Structure):
        class Type(Enumeration):
            NODE = 0
            DYN_NODE = 1
            LEAF = 2

        eventDescType: Engine.EventDesc.Type = field(default_factory=lambda: Engine.EventDesc.Type(0))
        eventType: Event.Type = field(default_factory=lambda: Event.Type(0))
        dynNodeContext: str = ""
        idComp: str = ""
        name: str = ""
        entries: List[Engine.EventDesc] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class Rule(Structure):
        id: str = ""
        name: str = ""
        isSystem: bool = False
        isEnabled: bool = False
        isAutoRearm: bool = False
        hasMatched: bool = False
        condition: Engine.Condition = field(default_factory=lambda: Engine.Condition())
        actionIds: List[str] = field(default_factory=list)
        arguments: List[KeyValue] = field(default_factory=list)

    @method("_ret_", "eventDescs")
    def listEventDescs(self, eventIdPrefix: List[str]) -> Tuple[int, List[Engine.EventDesc]]: declared()

    @method()
    def listActionTypes(self) -> List[str]: declared()

    @method("_ret_", "actionId")
    def addAction(self, action: Engine.Action) -> Tuple[int, str]: declared()

    @method()
    def modifyAction(self, action: Engine.Action) -> int: declared()

    @method()
    def deleteAction(self, actionId: str) -> int: declared()

    @method()
    def listActions(self) -> List[Engine.Action]: declared()

    @method("_ret_", "errMsg")
    def triggerAction(self, actionId: str, context: List[KeyValue]) -> Tuple[int, str]: declared()

    @method("_ret_", "errMsg")
    def testAction(self, action: Engine.Action, context: List[KeyValue]) -> Tuple[int, str]: declared()

    @method("_ret_", "ruleId")
    def addRule(self, rule: Engine.Rule) -> Tuple[int, str]: declared()

    @method()
    def modifyRule(self, rule: Engine.Rule) -> int: declared()

    @method()
    def enableRule(self, ruleId: str) -> int: declared()

    @method()
    def disableRule(self, ruleId: str) -> int: declared()

    @method()
    def deleteRule(self, ruleId: str) -> int: declared()

    @method()
    def listRules(self) -> List[Engine.Rule]: declared()

    @method()
    def deliverEvent(self, event: Event) -> int: declared()

    @method()
    def rearmRule(self, ruleId: str) -> int: declared()
