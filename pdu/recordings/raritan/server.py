"""A web server on 127.0.0.1 that answers JSON-RPC from recorded calls. Any login is accepted.

An outlet that can be switched follows setPowerState: its getState then returns the new state.
Figures do not change. Source: Outlet.idl 3.0.4.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from handlers.raritan.rpc.pdumodel import Outlet

from ..replay_server import HttpReplay, Response
from .recorded_calls import MALFORMED, Key, Outcome, answer_of, key

_NO_METHOD = {"code": -32601, "message": "Method not found"}
_STATES = {0: "off", 1: "on"}


class XerusServer(HttpReplay):
    """Serves the calls of a recording."""

    def __init__(self, calls: Mapping[Key, Outcome], port: int = 0) -> None:
        self._calls: dict[Key, Outcome] = dict(calls)
        self._known = {rid for rid, _, _ in calls}
        self._lock = threading.Lock()
        super().__init__(port)

    def reply(self, method: str, target: str, body: bytes) -> Response:
        if method != "POST":
            return 405, None, {}
        try:
            status, content = self._answer(target, json.loads(body))
        except MALFORMED:
            return 400, None, {}
        return status, content or None, {}

    def _answer(self, rid: str, request: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """HTTP status and JSON for one call. Raises MALFORMED."""
        if request["method"] == "performBulk":
            responses = []
            for call in request["params"]["requests"]:
                status, content = self._answer(call["rid"], call["json"])
                responses.append({"json": content or None, "statcode": status})
            return answer_of(request, {"result": {"responses": responses}})
        with self._lock:
            return answer_of(
                request, self._outcome(rid, request["method"], request.get("params") or {})
            )

    def _outcome(self, rid: str, method: str, params: Mapping[str, Any]) -> Outcome:
        """The recorded result of a call, or Xerus' error for one that was not recorded."""
        if method == "setPowerState":
            return self._set_power_state(rid, params)
        outcome = self._calls.get(key(rid, method, params))
        if outcome is not None:
            return outcome
        return {"error": _NO_METHOD} if rid in self._known else {"status": 404}

    def _set_power_state(self, rid: str, params: Mapping[str, Any]) -> Outcome:
        """Answer setPowerState; later calls of getState tell the new state."""
        at, power_state = key(rid, "getState", {}), params.get("pstate")
        state = self._result_of_call(at)
        if (
            not isinstance(state, Mapping)
            or isinstance(power_state, bool)
            or power_state not in _STATES
        ):
            return {"status": 404}
        metadata = self._result_of_call(key(rid, "getMetaData", {}))
        if isinstance(metadata, Mapping) and metadata.get("isSwitchable") is False:
            self.writes.append(
                f"setPowerState {rid} {power_state}: refused, this outlet is not switchable"
            )
            return {"result": {"_ret_": int(Outlet.ERR_OUTLET_NOT_SWITCHABLE)}}
        self._calls[at] = {"result": {"_ret_": {**state, "powerState": power_state}}}
        self.writes.append(f"setPowerState {rid} {power_state}: outlet {_STATES[power_state]}")
        return {"result": {"_ret_": 0}}

    def _result_of_call(self, at: Key) -> Any:
        result = self._calls.get(at, {}).get("result")
        return result.get("_ret_") if isinstance(result, Mapping) else None
