"""A Redfish service on 127.0.0.1 that answers from recorded resources. Any login is accepted.

An outlet follows its action at once: its PowerState changes. Figures do not change. Source:
Outlet_v1, PowerControl; DSP0266.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping

from ..replay_server import HttpReplay, Response
from .tree import Json, action_targets, asked_levels, expanded, strip_trailing_slash, switched

_STATES = {"On": "On", "Off": "Off", "on": "On", "off": "Off"}


class RedfishServer(HttpReplay):
    """Serves the resources of a recording."""

    def __init__(self, resources: Mapping[str, Json], port: int) -> None:
        self._resources: dict[str, Json] = {
            path: dict(resource) for path, resource in resources.items()
        }
        self.switches = action_targets(resources)
        self._lock = threading.Lock()
        super().__init__(port)

    def reply(self, method: str, target: str, body: bytes) -> Response:
        """Status, JSON and headers: GET reads the recording, POST logs in or switches an outlet."""
        path, _, query = target.partition("?")
        with self._lock:
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
            return self._switch_outlet(strip_trailing_slash(path), body)

    def _resource_response(self, path: str, query: str) -> Response:
        """A resource, with its members if the query asks for $expand."""
        expands, levels = asked_levels(query)
        resource = self._resources.get(
            path if expands or not query else f"{path}?{query}", self._resources.get(path)
        )
        if resource is None:
            return _error(404, "the recording has no such resource")
        return 200, expanded(self._resources, resource, levels) if expands else resource, {}

    def _switch_outlet(self, target: str, body: bytes) -> Response:
        """Change an outlet's PowerState, in its own resource and where a collection repeats it."""
        outlet = self.switches.get(target)
        if outlet is None:
            return _error(404, "the recording has no such action")
        try:
            order = json.loads(body)
            state = _STATES[order.get("PowerState") or order.get("OutletStatus")]
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            return _error(400, "the wanted state must be On or Off")
        self._resources[outlet] = {**self._resources[outlet], "PowerState": state}
        self._resources.update(
            {
                path: switched(resource, outlet, state)
                for path, resource in self._resources.items()
                if "Members" in resource
            }
        )
        self.writes.append(f"{outlet}: {state.lower()}")
        return 204, None, {}


def _error(status: int, message: str) -> Response:
    return status, {"error": {"code": "Base.1.0.GeneralError", "message": message}}, {}
