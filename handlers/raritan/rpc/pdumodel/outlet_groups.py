"""Groups of outlets. Source: OutletGroup.idl, OutletGroupManager.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import event, idl
from .._runtime import ZERO, Interface, Structure, method

if TYPE_CHECKING:
    from .. import sensors
    from .pdu import Outlet


class OutletGroup(Interface, version="1.1.11"):
    """A group of outlets that switch together, at `/model/outletgroup/<id>` (firmware 3.5 and
    later).
    """

    ERR_INVALID_ARGUMENT = 1

    class MetaData(Structure):
        groupId: int = 0
        uniqueId: int = 0

    class Sensors(Structure):
        activePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.AccumulatingNumericSensor] = None
        apparentEnergy: Optional[sensors.AccumulatingNumericSensor] = None

    class Settings(Structure):
        name: str = ""
        members: list[Outlet] = ZERO

    class PowerControlEvent(event.UserEvent):
        state: Outlet.PowerState = ZERO
        cycle: bool = False

    class SensorsChangedEvent(idl.Event):
        oldSensors: OutletGroup.Sensors = ZERO
        newSensors: OutletGroup.Sensors = ZERO

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: OutletGroup.Settings = ZERO
        newSettings: OutletGroup.Settings = ZERO

    def getSensors(self) -> OutletGroup.Sensors: ...
    def getMetaData(self) -> OutletGroup.MetaData: ...
    def getSettings(self) -> OutletGroup.Settings: ...
    def setSettings(self, settings: OutletGroup.Settings) -> int: ...
    def setAllOutletPowerStates(self, pstate: Outlet.PowerState) -> int: ...
    def cycleAllOutletPowerStates(self) -> int: ...


class OutletGroupManager(Interface, version="1.1.11"):
    """Makes, finds and deletes groups of outlets, at `/model/outletgroup`."""

    ERR_INVALID_ARGUMENT, ERR_NO_SUCH_ID, ERR_MAX_GROUP_COUNT_REACHED = range(1, 4)

    class GroupCreatedEvent(event.UserEvent):
        id: int = 0
        uniqueId: int = 0
        group: Optional[OutletGroup] = None
        settings: OutletGroup.Settings = ZERO

    class GroupDeletedEvent(event.UserEvent):
        id: int = 0
        uniqueId: int = 0
        settings: OutletGroup.Settings = ZERO

    @method("_ret_", "group")
    def createGroup(
        self, name: str, members: list[Outlet]
    ) -> tuple[int, Optional[OutletGroup]]: ...
    def getAllGroups(self) -> dict[int, OutletGroup]: ...
    @method("_ret_", "group")
    def getGroup(self, id: int) -> tuple[int, Optional[OutletGroup]]: ...
    def deleteGroup(self, id: int) -> int: ...
