"""The resources of the service itself: its root, power equipment, chassis, manager, accounts,
sessions and tasks.

Source: DMTF's ServiceRoot v1.20.0, PowerEquipment v1.2.3, Chassis v1.28.0, Manager v1.24.0,
AccountService v1.18.1, ManagerAccount v1.14.1, Role v1.3.3, SessionService v1.2.0, TaskService
v1.2.1.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any, Callable

from .access import SESSION_TIMEOUT_S, SESSIONS, Access
from .figures import ENABLED
from .model import COLLECTIONS, Model
from .resources import PduResources, collection, head, link
from .tasks import TASKS, Tasks

Json = dict[str, Any]
V1 = "/redfish/v1"
MANAGER = f"{V1}/Managers/1"
_PRIVILEGES = {
    "Administrator": [
        "Login",
        "ConfigureManager",
        "ConfigureUsers",
        "ConfigureComponents",
        "ConfigureSelf",
    ],
    "ReadOnly": ["Login", "ConfigureSelf"],
}


def protocol_features(model: Model) -> Json:
    features: Json = {
        "SelectQuery": False,
        "FilterQuery": False,
        "OnlyMemberQuery": True,
        "ExcerptQuery": False,
        "MultipleHTTPRequests": True,
    }
    if model.expand is not None:
        offer = model.expand
        features["ExpandQuery"] = {
            "ExpandAll": offer.all,
            "Levels": offer.levels,
            "Links": offer.links,
            "NoLinks": offer.no_links,
        }
        if offer.levels:
            features["ExpandQuery"]["MaxLevels"] = offer.max_levels
    return features


class Site:
    """`made`: path → a function that returns the resource's current body."""

    def __init__(
        self, model: Model, pdus: list[PduResources], access: Access, tasks: Tasks
    ) -> None:
        self._model, self._pdus, self._access, self._tasks = model, pdus, access, tasks
        self.made: dict[str, Callable[[], Json]] = {
            V1: self._root,
            f"{V1}/Chassis": partial(
                collection,
                f"{V1}/Chassis",
                "ChassisCollection",
                "Chassis",
                [pdu.chassis.rpartition("/")[2] for pdu in pdus],
            ),
            f"{V1}/Managers": partial(
                collection, f"{V1}/Managers", "ManagerCollection", "Managers", ["1"]
            ),
            MANAGER: self._manager,
            f"{V1}/AccountService": self._account_service,
            f"{V1}/AccountService/Roles": partial(
                collection, f"{V1}/AccountService/Roles", "RoleCollection", "Roles", _PRIVILEGES
            ),
        }
        for role in _PRIVILEGES:
            self.made[f"{V1}/AccountService/Roles/{role}"] = partial(self._role, role)
        accounts = f"{V1}/AccountService/Accounts"
        self.made[accounts] = partial(
            collection, accounts, "ManagerAccountCollection", "Accounts", list(access.accounts)
        )
        for user in access.accounts:
            self.made[f"{accounts}/{user}"] = partial(self._account, user)
        for pdu in pdus:
            self.made[pdu.chassis] = partial(self._chassis, pdu)
            self.made.update(pdu.made)
        self._equipment()
        if model.login != "basic":
            self.made[f"{V1}/SessionService"] = self._session_service
            self.made[SESSIONS] = lambda: collection(
                SESSIONS, "SessionCollection", "Sessions", [one.id for one in access.open()]
            )
        if model.task_seconds is not None:
            self.made[f"{V1}/TaskService"] = self._task_service
            self.made[TASKS] = lambda: collection(
                TASKS, "TaskCollection", "Tasks", [one.id for one in tasks.all]
            )

    def _equipment(self) -> None:
        equipment = f"{V1}/PowerEquipment"
        offered = {
            name: [one.pdu.id for one in self._pdus if one.pdu.kind == kind]
            for kind, name in COLLECTIONS.items()
        }
        for name, ids in offered.items():
            if ids:
                path = f"{equipment}/{name}"
                self.made[path] = partial(
                    collection, path, "PowerDistributionCollection", name, ids
                )
        if self._model.root == "standard":
            body = {
                **head(equipment, "PowerEquipment.v1_2_3", "PowerEquipment", "Power equipment"),
                "Status": ENABLED,
                **{name: link(f"{equipment}/{name}") for name, ids in offered.items() if ids},
            }
            self.made[equipment] = lambda: body

    def _root(self) -> Json:
        root = {
            **head(f"{V1}/", "ServiceRoot.v1_20_0", "RootService", "Root service"),
            "RedfishVersion": "1.21.0",
            "UUID": str(uuid.uuid5(uuid.NAMESPACE_OID, self._model.product)),
            "Product": self._model.product,
            "Vendor": "Contoso",
            "ProtocolFeaturesSupported": protocol_features(self._model),
            "Chassis": link(f"{V1}/Chassis"),
            "Managers": link(f"{V1}/Managers"),
            "AccountService": link(f"{V1}/AccountService"),
            "Links": {},
        }
        if self._model.root == "standard":
            root["PowerEquipment"] = link(f"{V1}/PowerEquipment")
        else:
            root["PowerDistribution"] = link(f"{V1}/PowerEquipment/RackPDUs")
        if self._model.login != "basic":
            root["SessionService"] = link(f"{V1}/SessionService")
            root["Links"] = {"Sessions": link(SESSIONS)}
        if self._model.task_seconds is not None:
            root["Tasks"] = link(f"{V1}/TaskService")
        return root

    def _chassis(self, pdu: PduResources) -> Json:
        return {
            **head(
                pdu.chassis,
                "Chassis.v1_28_0",
                pdu.chassis.rpartition("/")[2],
                f"Chassis of PDU {pdu.pdu.id}",
            ),
            "ChassisType": "RackMount",
            "Manufacturer": pdu.pdu.manufacturer,
            "Model": pdu.pdu.model,
            "Status": ENABLED,
            "SerialNumber": pdu.pdu.serial,
            "PartNumber": f"{pdu.pdu.model}-01",
            "AssetTag": "",
            "PowerState": "On",
            "Version": "1.0",
            "UUID": str(uuid.uuid5(uuid.NAMESPACE_OID, pdu.pdu.serial)),
            "Location": {
                "Placement": {
                    "Rack": "1",
                    "Row": "1",
                    "RackOffset": 1,
                    "RackOffsetUnits": "EIA_310",
                },
                "Contacts": [],
            },
            "Sensors": link(pdu.sensors.path),
            "Links": {"PowerDistribution": link(pdu.path), "ManagedBy": [link(MANAGER)]},
        }

    def _manager(self) -> Json:
        return {
            **head(MANAGER, "Manager.v1_24_0", "1", "Manager"),
            "ManagerType": "ManagementController",
            "FirmwareVersion": "1.2.3",
            "Model": "Controller",
            "Manufacturer": "Contoso",
            "Status": ENABLED,
            "PowerState": "On",
            "UUID": str(uuid.uuid5(uuid.NAMESPACE_OID, f"manager of {self._model.product}")),
            "ServiceEntryPointUUID": str(uuid.uuid5(uuid.NAMESPACE_OID, self._model.product)),
            "DateTime": "2026-11-20T12:00:00Z",
            "DateTimeLocalOffset": "+00:00",
            "Actions": {
                "#Manager.Reset": {
                    "target": f"{MANAGER}/Actions/Manager.Reset",
                    "ResetType@Redfish.AllowableValues": ["ForceRestart"],
                }
            },
            "Links": {"ManagerForChassis": [link(pdu.chassis) for pdu in self._pdus]},
        }

    def _account_service(self) -> Json:
        path = f"{V1}/AccountService"
        return {
            **head(path, "AccountService.v1_18_1", "AccountService", "Account service"),
            "Status": ENABLED,
            "ServiceEnabled": True,
            "SupportedAccountTypes": ["Redfish"],
            "MinPasswordLength": 8,
            "Accounts": link(f"{path}/Accounts"),
            "Roles": link(f"{path}/Roles"),
        }

    def _role(self, role: str) -> Json:
        return {
            **head(f"{V1}/AccountService/Roles/{role}", "Role.v1_3_3", role, f"Role {role}"),
            "RoleId": role,
            "IsPredefined": True,
            "AssignedPrivileges": _PRIVILEGES[role],
        }

    def _account(self, user: str) -> Json:
        role = self._access.accounts[user].role
        path = f"{V1}/AccountService/Accounts/{user}"
        return {
            **head(path, "ManagerAccount.v1_14_1", user, f"Account {user}"),
            "UserName": user,
            "Password": None,
            "RoleId": role,
            "Enabled": True,
            "Locked": False,
            "AccountTypes": ["Redfish"],
            "PasswordChangeRequired": False,
            "Links": {"Role": link(f"{V1}/AccountService/Roles/{role}")},
        }

    def _session_service(self) -> Json:
        return {
            **head(
                f"{V1}/SessionService", "SessionService.v1_2_0", "SessionService", "Session service"
            ),
            "Status": ENABLED,
            "ServiceEnabled": True,
            "SessionTimeout": SESSION_TIMEOUT_S,
            "Sessions": link(SESSIONS),
        }

    def _task_service(self) -> Json:
        return {
            **head(f"{V1}/TaskService", "TaskService.v1_2_1", "TaskService", "Task service"),
            "Status": ENABLED,
            "ServiceEnabled": True,
            "DateTime": "2026-11-20T12:00:00Z",
            "Tasks": link(TASKS),
        }
