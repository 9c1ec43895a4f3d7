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
_UNDOCUMENTED = "Undocumented"


class RedfishServer(KnownPdu):
    """Serves the resources of a recording."""

    def __init__(
        self, resources: Mapping[str, Json], port: int, fault: UnitFault = UnitFault.NONE
    ) -> None:
        self._resources: dict[str, Json] = {
            path: dict(resource) for path, resource in resources.items()
        }
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
        paths: dict[str, None] = {}
        for resource in self._resources.values():
            if "OutletCollection." in str(resource.get("@odata.type")):
                for member in resource.get("Members", ()):
                    paths[strip_trailing_slash(text_of(member, "@odata.id"))] = None
        return list(paths)

    def state_of(self, key: str) -> Optional[bool]:
        return _IS_ON_BY_POWER_STATE.get(str(self._resources.get(key, {}).get("PowerState")))

    def set_state(self, key: str, *, on: Optional[bool]) -> None:
        """Change PowerState in the outlet's own resource and where a collection repeats it."""
        state = _UNDOCUMENTED if on is None else "On" if on else "Off"
        self._resources[key] = {**self._resources[key], "PowerState": state}
        self._resources.update(
            {
                path: switched(resource, key, state)
                for path, resource in self._resources.items()
                if "Members" in resource
            }
        )

    def documents(self) -> Mapping[str, Any]:
        return self._resources

    def contents_of(self, documents: Mapping[str, Any]) -> Any:
        return documents

    def documents_without_state(self, key: str) -> Mapping[str, Any]:
        outlet = {name: value for name, value in self._resources[key].items()}
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
        known = '{"PowerState": "On"}' if is_switch else ""
        return [UnitCommand("", on=False, text=text, known=known)]

    def answer(self, method: str, target: str, body: bytes) -> Response:
        """Status, JSON and headers: GET reads the recording, POST logs in."""
        path, _, query = target.partition("?")
        with self._changing:
            if method == "GET":
                return self._resource_response(strip_trailing_slash(path), query)
            if method == "DELETE":
                return 204, None, {}
            if path.rstrip("/").endswith("/Sessions"):
                session = f"{strip_trailing_slash(path)}/1"
                return (
                    201,
                    {"@odata.id": session, "Id": "1"},
                    {"X-Auth-Token": "any", "Location": session},
                )
        if strip_trailing_slash(path) not in self.switches:
            return _error(404, "the recording has no such action")
        return _error(400, "the wanted state must be On or Off")

    def _resource_response(self, path: str, query: str) -> Response:
        """A resource, with its members if the query asks for $expand."""
        expands, levels = asked_levels(query)
        resource = self._resources.get(
            path if expands or not query else f"{path}?{query}", self._resources.get(path)
        )
        if resource is None:
            return _error(404, "the recording has no such resource")
        return 200, expanded(self._resources, resource, levels) if expands else resource, {}


def _wanted_state(body: bytes) -> str:
    """`On` or `Off`; "" for a body that says neither."""
    try:
        order = json.loads(body)
        return _STATES[order.get("PowerState") or order.get("OutletStatus")]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return ""


def _error(status: int, message: str) -> Response:
    return status, {"error": {"code": "Base.1.0.GeneralError", "message": message}}, {}
