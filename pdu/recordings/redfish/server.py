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
from .tree import (
    Json,
    action_targets,
    asked_levels,
    expanded,
    strip_trailing_slash,
    with_power_state,
)

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
                self._resources[path] = with_power_state(resource, key, state)

    def documents(self) -> Mapping[str, Any]:
        return self._resources

    def contents_of(self, documents: Mapping[str, Any]) -> Any:
        return documents

    def documents_without_state(self, key: str) -> Mapping[str, Any]:
        """The resources, of which this outlet's lacks PowerState."""
        outlet = dict(self._resources[key])
        outlet.pop("PowerState", None)
        return {**self._resources, key: outlet}

    # ---- requests --------------------------------------------------------------------------------

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The command of the outlet whose action this is; [] for a GET, a login or a logout."""
        path = strip_trailing_slash(target.partition("?")[0])
        is_action = path in self.switches
        state = _state_in(body)
        if is_action and method == "POST" and state:
            outlet_path = self.switches[path]
            identity = self.identity_of(outlet_path)
            return [UnitCommand(identity, on=state == "On", text=outlet_path)]
        if method in ("GET", "DELETE") or path.endswith("/Sessions"):
            return []
        content = body.decode("utf-8", "replace")
        text = f"{method} {target} {content}".strip()
        return [UnitCommand.unknown(text, '{"PowerState": "On"}' if is_action else "")]

    def answer(self, method: str, target: str, body: bytes) -> Response:
        """Status, JSON and headers: GET reads the recording, POST to /Sessions logs in, DELETE logs
        out.
        """
        written_path, _, query = target.partition("?")
        path = strip_trailing_slash(written_path)
        if method == "GET":
            with self._contents_lock:
                return self._resource_response(path, query)
        if method == "DELETE":
            return 204, None, {}
        if path.endswith("/Sessions"):
            session_path = f"{path}/1"
            session = {"@odata.id": session_path, "Id": "1"}
            return 201, session, {"X-Auth-Token": "any", "Location": session_path}
        if path not in self.switches:
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


def _state_in(body: bytes) -> str:
    """The state that a command asks for: `On` or `Off`; "" for a body that says neither."""
    try:
        parameters = json.loads(body)
        return _STATES[parameters.get("PowerState") or parameters.get("OutletStatus")]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return ""


def _error(status: int, message: str) -> Response:
    return status, {"error": {"code": "Base.1.0.GeneralError", "message": message}}, {}
