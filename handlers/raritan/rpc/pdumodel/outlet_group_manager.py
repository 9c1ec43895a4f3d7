"""The interface pdumodel.OutletGroupManager."""
from __future__ import annotations

from dataclasses import field
from typing import Dict, List, Optional, Tuple

from .. import event
from ..idl import declared, Interface, method, value_object
from .outlet import Outlet
from .outlet_group import OutletGroup


class OutletGroupManager(Interface):
    """Makes, finds and deletes groups of outlets, at `/model/outletgroup`."""

    idlType = "pdumodel.OutletGroupManager:1.1.11"

    ERR_INVALID_ARGUMENT = 1
    ERR_NO_SUCH_ID = 2
    ERR_MAX_GROUP_COUNT_REACHED = 3

    @value_object
    class GroupCreatedEvent(event.UserEvent):
        idlType = "pdumodel.OutletGroupManager_1_1_11.GroupCreatedEvent:1.0.0"
        id: int = 0
        uniqueId: int = 0
        group: Optional[OutletGroup] = None
        settings: OutletGroup.Settings = field(default_factory=lambda: OutletGroup.Settings())

    @value_object
    class GroupDeletedEvent(event.UserEvent):
        idlType = "pdumodel.OutletGroupManager_1_1_11.GroupDeletedEvent:1.0.0"
        id: int = 0
        uniqueId: int = 0
        settings: OutletGroup.Settings = field(default_factory=lambda: OutletGroup.Settings())

    @method("_ret_", "group")
    def createGroup(self, name: str, members: List[Outlet]) -> Tuple[int, Optional[OutletGroup]]: declared()

    @method()
    def getAllGroups(self) -> Dict[int, OutletGroup]: declared()

    @method("_ret_", "group")
    def getGroup(self, id: int) -> Tuple[int, Optional[OutletGroup]]: declared()

    @method()
    def deleteGroup(self, id: int) -> int: declared()
