"""A Redfish service on 127.0.0.1 that answers from recorded resources. Any login is accepted.

An outlet follows its action at once: its PowerState changes. Figures do not change. Source:
Outlet_v1, PowerControl; DSP0266.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from handlers.redfish.handler import make_handler
from handlers.redfish.resources import text as text_of

from ..known_pdu import KnownPdu
from ..replay_server import Response
from ..simulated_pdu import UnitCommand, UnitFault
from .tree import Json, action_targets, asked_levels, expanded, strip_trailing_slash, switched

_STATES = {"On": "On", "Off": "Off", "on": "On", "off": "Off"}
_IS_ON_BY_POWER_STATE = {"On": True, "Off": False}
_POWER_STATE_BY_IS_ON = {True: "On", False: "Off", None: "Undocumented"}


class RedfishServer(KnownPdu):
    """Serves the resources of a recording."""

    def __init__(
        self, resources: Mapping[str, Json], port: int, fault: UnitFault = UnitFault.NONE
    ) -> None:
        self._resources = {path: dict(resource) for path, resource in resources.items()}
        self.switches = action_targets(resources)
        super().__init__(make_handler, port, fault)

    # ---- as a simulated PDU ----------------------------------------------------------------------

    @property
    def contents(self) -> Any:
        return dict(self._resources)

    @contents.setter
    def contents(self, contents: Any) -> None:
        self._resources = dict(contents)

    def copy(self) -> RedfishServer:
        return RedfishServer(self._resources, 0)

    def outlet_keys(self) -> Sequence[str]:
        """The paths of the outlets, in the order of their collections."""
        paths: list[str] = []
        for resource in self._resources.values():
            if "OutletCollection." in str(resource.get("@odata.type")):
                for member in resource.get("Members", ()):
                    paths.append(strip_trailing_slash(text_of(member, "@odata.id")))
        return list(dict.fromkeys(paths))  # each once

    def state_of(self, key: str) -> Optional[bool]:
        outlet = self._resources.get(key, {})
        return _IS_ON_BY_POWER_STATE.get(str(outlet.get("PowerState")))

    def set_state(self, key: str, *, on: Optional[bool]) -> None:
        """Change PowerState in the outlet's own resource and where a collection repeats it."""
        state = _POWER_STATE_BY_IS_ON[on]
        self._resources[key] = {**self._resources[key], "PowerState": state}
        for path, resource in self._resources.items():
            if "Members" in resource:
                self._resources[path] = switched(resource, key, state)

    def documents(self) -> Mapping[str, Any]:
        return self._resources

    def contents_of(self, documents: Mapping[str, Any]) -> Any:
        return documents

    def documents_without_state(self, key: str) -> Mapping[str, Any]:
        outlet = dict(self._resources[key])
        outlet.pop("PowerState", None)
        return {**self._resources, key: outlet}

    # ---- requests --------------------------------------------------------------------------------

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        path = strip_trailing_slash(target.partition("?")[0])
        content = body.decode("utf-8", "replace")
        text = f"{method} {target} {content}".strip()
        state = _wanted_state(body)
        is_switch = path in self.switches
        if is_switch and method == "POST" and state:
            outlet_path = self.switches[path]
            identity = self.identity_of(outlet_path)
            return [UnitCommand(identity, on=state == "On", text=outlet_path)]
        is_session = path.endswith("/Sessions") or method == "DELETE"
        if method == "GET" or is_session:
            return []
        return [UnitCommand.unknown(text, '{"PowerState": "On"}' if is_switch else "")]

    def answer(self, method: str, target: str, body: bytes) -> Response:
        """Status, JSON and headers: GET reads the recording, POST logs in."""
        path, _, query = target.partition("?")
        with self._changing:
            if method == "GET":
                return self._resource_response(strip_trailing_slash(path), query)
            if method == "DELETE":
                return 204, None, {}
            if path.rstrip("/").endswith("/Sessions"):
                session_path = f"{strip_trailing_slash(path)}/1"
                session = {"@odata.id": session_path, "Id": "1"}
                return 201, session, {"X-Auth-Token": "any", "Location": session_path}
        if strip_trailing_slash(path) not in self.switches:
            return _error(404, "the recording has no such action")
        return _error(400, "the wanted state must be On or Off")

    def _resource_response(self, path: str, query: str) -> Response:
        """A resource, with its members if the query asks for $expand."""
        expands, levels = asked_levels(query)
        resource = self._resources.get(path)
        if query and not expands:
            # such as a page of a collection
            resource = self._resources.get(f"{path}?{query}", resource)
        if resource is None:
            return _error(404, "the recording has no such resource")
        if expands:
            return 200, expanded(self._resources, resource, levels), {}
        return 200, resource, {}


def _wanted_state(body: bytes) -> str:
    """`On` or `Off`; "" for a body that says neither."""
    try:
        order = json.loads(body)
        return _STATES[order.get("PowerState") or order.get("OutletStatus")]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return ""


def _error(status: int, message: str) -> Response:
    return status, {"error": {"code": "Base.1.0.GeneralError", "message": message}}, {}
