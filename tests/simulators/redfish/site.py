"""The resources of the service itself: its root, power equipment, chassis, sessions and tasks.

Source: DMTF's ServiceRoot v1.20.0, PowerEquipment v1.2.3, Chassis v1.28.0, SessionService v1.2.0,
TaskService v1.2.1.
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
V1, PRODUCT = "/redfish/v1", "Simulated rack PDU"


def protocol_features(model: Model) -> Json:
    features: Json = {
        "SelectQuery": False,
        "FilterQuery": False,
        "OnlyMemberQuery": False,
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
    """`bodies`: path → a function that returns the resource's current body."""

    def __init__(
        self, model: Model, pdus: list[PduResources], access: Access, tasks: Tasks
    ) -> None:
        self._model = model
        self._pdus = pdus
        self._access = access
        self._tasks = tasks
        self.bodies: dict[str, Callable[[], Json]] = {
            V1: self._root,
            f"{V1}/Chassis": partial(
                collection,
                f"{V1}/Chassis",
                "ChassisCollection",
                "Chassis",
                [pdu.chassis.rpartition("/")[2] for pdu in pdus],
            ),
        }
        for pdu in pdus:
            self.bodies[pdu.chassis] = partial(self._chassis, pdu)
            self.bodies.update(pdu.bodies)
        self._equipment()
        if model.login != "basic":
            self.bodies[f"{V1}/SessionService"] = self._session_service
            self.bodies[SESSIONS] = lambda: collection(
                SESSIONS, "SessionCollection", "Sessions", list(access.sessions)
            )
        if model.task_seconds is not None:
            self.bodies[f"{V1}/TaskService"] = self._task_service
            self.bodies[TASKS] = lambda: collection(
                TASKS, "TaskCollection", "Tasks", [task.id for task in tasks.all]
            )

    def _equipment(self) -> None:
        equipment = f"{V1}/PowerEquipment"
        body = {
            **head(equipment, "PowerEquipment.v1_2_3", "PowerEquipment", "Power equipment"),
            "Status": ENABLED,
        }
        for kind, name in COLLECTIONS.items():
            ids = [part.pdu.id for part in self._pdus if part.pdu.kind == kind]
            if not ids:
                continue
            path = f"{equipment}/{name}"
            body[name] = link(path)
            self.bodies[path] = partial(collection, path, "PowerDistributionCollection", name, ids)
        self.bodies[equipment] = lambda: body

    def _root(self) -> Json:
        root = {
            **head(f"{V1}/", "ServiceRoot.v1_20_0", "RootService", "Root service"),
            "RedfishVersion": "1.21.0",
            "UUID": str(uuid.uuid5(uuid.NAMESPACE_OID, PRODUCT)),
            "Product": PRODUCT,
            "Vendor": "Contoso",
            "ProtocolFeaturesSupported": protocol_features(self._model),
            "Chassis": link(f"{V1}/Chassis"),
            "PowerEquipment": link(f"{V1}/PowerEquipment"),
            "Links": {},
        }
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
            "PowerState": "On",
            "Version": "1.0",
            "UUID": str(uuid.uuid5(uuid.NAMESPACE_OID, pdu.pdu.serial)),
            "Sensors": link(pdu.sensors.path),
            "Links": {"PowerDistribution": link(pdu.path)},
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
