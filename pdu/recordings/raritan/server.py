"""A web server on 127.0.0.1 that answers JSON-RPC from recorded calls. Any login is accepted.

An outlet that can be switched follows setPowerState: its getState then returns the new state.
Figures do not change. Source: Outlet.idl 3.0.4.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from handlers.raritan.handler import make_handler
from handlers.raritan.rpc.pdumodel import Outlet

from ..known_pdu import KnownPdu
from ..replay_server import Response
from ..simulated_pdu import UnitCommand, UnitFault
from .recorded_calls import MALFORMED, Key, Outcome, answer_of, key, references

_NO_METHOD = {"code": -32601, "message": "Method not found"}
_STATES = {0: "off", 1: "on"}


# of an interface of Xerus: these change something
_WRITING = re.compile("set|cycle|reset|unstick|power|toggle", re.IGNORECASE)
_READING = re.compile("get|is", re.IGNORECASE)
_UNDOCUMENTED = 97


class XerusServer(KnownPdu):
    """Serves the calls of a recording."""

    def __init__(
        self, calls: Mapping[Key, Outcome], port: int = 0, fault: UnitFault = UnitFault.NONE
    ) -> None:
        self._calls: dict[Key, Outcome] = dict(calls)
        self._rids = {rid for rid, _, _ in calls}
        super().__init__(make_handler, port, fault)

    # ---- as a simulated PDU ----------------------------------------------------------------------

    @property
    def contents(self) -> Any:
        return dict(self._calls)

    @contents.setter
    def contents(self, contents: Any) -> None:
        self._calls = dict(contents)

    def copy(self) -> XerusServer:
        return XerusServer(self._calls)

    def outlet_keys(self) -> Sequence[str]:
        """The ids of the outlets, in the order of getOutlets of each unit."""
        rids: list[str] = []
        for (_, method, _), outcome in self._calls.items():
            if method == "getOutlets":
                rids += [reference.rid for reference in references(outcome)]
        return list(dict.fromkeys(rids))  # each once

    def state_of(self, key: str) -> Optional[bool]:
        """By powerState in the answer to getState; None if it is neither 0 nor 1."""
        state = self._result_of_call(_state_call(key))
        value = state.get("powerState") if isinstance(state, Mapping) else None
        is_state = isinstance(value, int) and value in _STATES
        return value == 1 if is_state else None

    def set_state(self, key: str, *, on: Optional[bool]) -> None:
        """Change powerState in the recorded answer to getState."""
        call = _state_call(key)
        value = _UNDOCUMENTED if on is None else int(on)
        self._calls[call] = _success({**self._result_of_call(call), "powerState": value})

    def documents(self) -> Mapping[str, Any]:
        return {json.dumps(call): outcome for call, outcome in self._calls.items()}

    def contents_of(self, documents: Mapping[str, Any]) -> Any:
        """The calls by their keys, which `documents` has as JSON."""
        calls = {}
        for text, outcome in documents.items():
            rid, method, params = json.loads(text)
            calls[rid, method, params] = outcome
        return calls

    def documents_without_state(self, key: str) -> Mapping[str, Any]:
        """The calls, with an answer to getState of this outlet that lacks powerState."""
        call = _state_call(key)
        state = dict(self._result_of_call(call))
        state.pop("powerState", None)
        return {**self.documents(), json.dumps(call): _success(state)}

    # ---- requests --------------------------------------------------------------------------------

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands among the calls of a request; [] for one that is no JSON-RPC."""
        commands: list[UnitCommand] = []
        try:
            for rid, request in _calls_in(target, json.loads(body)):
                commands += self._commands_in_call(rid, request)
        except MALFORMED:
            return []
        return commands

    def _commands_in_call(self, rid: str, request: Mapping[str, Any]) -> list[UnitCommand]:
        """The command that a call is: setPowerState of an outlet that may be switched; an unknown
        one for another call that may change the unit. [] for a call that only reads.
        """
        name = str(request["method"])
        params = request.get("params") or {}
        if _READING.match(name) or not _WRITING.search(name):
            return []
        is_of_outlet = name == "setPowerState" and rid in self.outlet_keys()
        state = _power_state(params)
        if not is_of_outlet or state is None:
            text = f"{name} {rid} {json.dumps(params)}"
            return [UnitCommand.unknown(text, "setPowerState of its outlet")]
        if self._is_locked(rid):
            return []
        identity = self.identity_of(rid)
        return [UnitCommand(identity, on=state == 1, text=f"{name} {rid} {state}")]

    def command_answer(
        self, method: str, target: str, body: bytes, commands: Sequence[UnitCommand]
    ) -> Response:
        """As the unit answers a command that it took, with its states as they are now."""
        status, content = self._answer(target, json.loads(body), is_taken=True)
        return status, content or None, {}

    def answer(self, method: str, target: str, body: bytes) -> Response:
        """The recorded outcome of each call in a POST."""
        if method != "POST":
            return 405, None, {}
        try:
            status, content = self._answer(target, json.loads(body))
        except MALFORMED:
            return 400, None, {}
        return status, content or None, {}

    def _answer(
        self, rid: str, request: Mapping[str, Any], *, is_taken: bool = False
    ) -> tuple[int, dict[str, Any]]:
        """HTTP status and JSON for one call. `is_taken`: commands in it were carried out, as far as
        they will be. Raises MALFORMED.
        """
        if request["method"] == "performBulk":
            responses = []
            for call in request["params"]["requests"]:
                status, content = self._answer(call["rid"], call["json"], is_taken=is_taken)
                responses.append({"json": content or None, "statcode": status})
            return answer_of(request, {"result": {"responses": responses}})
        method = request["method"]
        if is_taken and method == "setPowerState" and not self._is_locked(rid):
            return answer_of(request, _success(0))
        with self._contents_lock:
            outcome = self._outcome(rid, method, request.get("params") or {})
            return answer_of(request, outcome)

    def _outcome(self, rid: str, method: str, params: Mapping[str, Any]) -> Outcome:
        """The recorded result of a call, or Xerus' error for one that was not recorded."""
        if method == "setPowerState":
            return self._set_power_state(rid, params)
        outcome = self._calls.get(key(rid, method, params))
        if outcome is not None:
            return outcome
        return {"error": _NO_METHOD} if rid in self._rids else {"status": 404}

    def _set_power_state(self, rid: str, params: Mapping[str, Any]) -> Outcome:
        """Answer setPowerState; later calls of getState tell the new state."""
        call = _state_call(rid)
        state = self._result_of_call(call)
        power_state = _power_state(params)
        if not isinstance(state, Mapping) or power_state is None:
            return {"status": 404}
        command = f"setPowerState {rid} {power_state}"
        if self._is_locked(rid):
            self.writes.append(f"{command}: refused, this outlet is not switchable")
            return _success(int(Outlet.ERR_OUTLET_NOT_SWITCHABLE))
        self._calls[call] = _success({**state, "powerState": power_state})
        self.writes.append(f"{command}: outlet {_STATES[power_state]}")
        return _success(0)

    def _is_locked(self, rid: str) -> bool:
        metadata = self._result_of_call(key(rid, "getMetaData", {}))
        return isinstance(metadata, Mapping) and metadata.get("isSwitchable") is False

    def _result_of_call(self, call: Key) -> Any:
        """What a recorded call returned; None if it failed."""
        outcome = self._calls.get(call, {})
        result = outcome.get("result")
        return result.get("_ret_") if isinstance(result, Mapping) else None


def _power_state(params: Mapping[str, Any]) -> Optional[int]:
    """The state in the parameters of setPowerState, a key of _STATES; None for any other value."""
    state = params.get("pstate")
    return state if state in _STATES and not isinstance(state, bool) else None


def _state_call(rid: str) -> Key:
    """The call that reads the state of an outlet."""
    return key(rid, "getState", {})


def _success(result: Any) -> Outcome:
    """The outcome of a call with this result."""
    return {"result": {"_ret_": result}}


def _calls_in(rid: str, request: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The resource and the JSON of each call of a request. Raises MALFORMED."""
    if request["method"] != "performBulk":
        yield rid, request
        return
    for call in request["params"]["requests"]:
        yield call["rid"], call["json"]
