"""Outlet groups (from firmware 3.5). A group may span several units."""

from __future__ import annotations

from typing import Any, Optional

from ..metered import Sensors
from ..objects import Served
from ..outlet import Outlet
from ..pdu import PduUnit
from ..relays import Relay
from ..sensors import Awake

_INVALID, _NO_SUCH_ID, _TOO_MANY = 1, 2, 3
_MOST = 32
Json = dict[str, Any]


class OutletGroupManager(Served):
    def __init__(self, unit: PduUnit) -> None:
        super().__init__(
            unit, "pdumodel.OutletGroupManager", "outletgroupmanager", ["/model/outletgroup"]
        )
        self._pdu = unit
        self.groups: dict[int, OutletGroup] = {}
        self._created = 0

    def createGroup(self, name: str, members: list[Optional[Served]]) -> Json:
        if len(self.groups) >= _MOST:
            return {"_ret_": _TOO_MANY, "group": None}
        if not _only_outlets(members):
            return {"_ret_": _INVALID, "group": None}
        number = min(set(range(1, _MOST + 1)) - set(self.groups))
        self._created += 1
        self.groups[number] = OutletGroup(
            self._pdu, number, self._created, {"name": name, "members": members}
        )
        return {"_ret_": 0, "group": self.groups[number]}

    def getAllGroups(self) -> dict[int, Served]:
        return dict(self.groups)

    def getGroup(self, id: int) -> Json:
        group = self.groups.get(id)
        return {"_ret_": 0 if group else _NO_SUCH_ID, "group": group}

    def deleteGroup(self, id: int) -> int:
        group = self.groups.pop(id, None)
        if group is None:
            return _NO_SUCH_ID
        group.end()
        return 0


def _only_outlets(members: list[Optional[Served]]) -> bool:
    return (
        bool(members)
        and all(isinstance(member, Outlet) for member in members)
        and len(set(members)) == len(members)
    )


class OutletGroup(Served):
    def __init__(self, unit: PduUnit, number: int, unique: int, settings: Json) -> None:
        super().__init__(
            unit, "pdumodel.OutletGroup", f"outletgroup.{number}", [f"/model/outletgroup/{number}"]
        )
        self._meta = {"groupId": number, "uniqueId": unique}
        self.settings = settings
        self._sensors = Sensors(unit, f"G{number}", None, Awake(), unit.model.live)
        if unit.model.metering == "outlet":
            self._sensors.numeric({"activePower": self._watts})
            self._sensors.counter("activeEnergy", 0.0, self._watts)

    def end(self) -> None:
        """Removes the group and its sensors."""
        for served in (self, *self._sensors.fitted.values()):
            served.leave()
            self.unit.remove(served)

    def _members(self) -> list[Outlet]:
        return [member for member in self.settings["members"] if isinstance(member, Outlet)]

    def _watts(self) -> float:
        return sum(member.watts() for member in self._members())

    def getSensors(self) -> Json:
        return dict(self._sensors.fitted)

    def getMetaData(self) -> Json:
        return self._meta

    def getSettings(self) -> Json:
        return self.settings

    def setSettings(self, settings: Json) -> int:
        if not _only_outlets(settings["members"]):
            return _INVALID
        self.settings = settings
        return 0

    def setAllOutletPowerStates(self, pstate: int) -> int:
        for pdu, relays in self._by_unit():
            if pstate:
                pdu.relays.on(relays, sequence=True)
            else:
                pdu.relays.off(relays)
        return 0

    def cycleAllOutletPowerStates(self) -> int:
        for pdu, relays in self._by_unit():
            pdu.relays.cycle(relays, sequence=True)
        return 0

    def _by_unit(self) -> list[tuple[PduUnit, list[Relay]]]:
        chosen: dict[int, list[Outlet]] = {}
        for member in self._members():
            if not member.refusal():
                chosen.setdefault(member.unit.link_id, []).append(member)
        return [
            (outlets[0].pdu, [outlet.relay for outlet in outlets]) for outlets in chosen.values()
        ]
