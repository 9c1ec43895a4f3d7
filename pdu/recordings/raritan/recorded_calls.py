"""Recorded JSON-RPC calls: resource, method, parameters and outcome. Pure.

    {"recording": "xerus calls 1", "calls": [
     {"rid": "/model/pdu/0", "method": "getOutlets", "params": {}, "result": {"_ret_": [...]}},
     ...]}

A call that failed has `error` (of JSON-RPC) or `status` (of HTTP) instead of `result`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from handlers.shared.errors import SettingsError

# for JSON of an unexpected form
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)
Key = tuple[str, str, str]  # resource, method, parameters as canonical JSON
Outcome = dict[str, Any]  # `result`, `error` or `status`


class ObjectReference(NamedTuple):
    """A reference to an object on the device: resource id and type."""

    rid: str
    type: str


def key(rid: str, method: str, params: object) -> Key:
    return rid, method, json.dumps(params or {}, sort_keys=True)


def recording_text(calls: Mapping[Key, Outcome]) -> str:
    """The text of a recording, one call per line."""
    lines: list[str] = []
    for (rid, method, params), outcome in calls.items():
        call = {"rid": rid, "method": method, "params": json.loads(params), **outcome}
        lines.append(json.dumps(call, ensure_ascii=False))
    return '{"recording": "xerus calls 1", "calls": [\n' + ",\n".join(lines) + "\n]}\n"


def parse(text: str) -> dict[Key, Outcome]:
    """The calls of a recording; one without an outcome gets the status 404.

    Raises SettingsError.
    """
    try:
        calls: dict[Key, Outcome] = {}
        for call in json.loads(text)["calls"]:
            outcome = {name: call[name] for name in ("result", "error", "status") if name in call}
            call_key = key(str(call["rid"]), str(call["method"]), call.get("params"))
            calls[call_key] = outcome or {"status": 404}
    except MALFORMED as error:
        raise SettingsError(
            f"the recording is not a list of Xerus calls ({type(error).__name__}:"
            f" {str(error)[:80]})"
        ) from None
    if not calls:
        raise SettingsError("the recording has no calls")
    return calls


def references(data: Any) -> Iterator[ObjectReference]:
    """Every reference inside a result."""
    if isinstance(data, Mapping):
        if isinstance(data.get("rid"), str) and isinstance(data.get("type"), str):
            yield ObjectReference(data["rid"], data["type"])
        for value in data.values():
            yield from references(value)
    elif isinstance(data, list):
        for value in data:
            yield from references(value)


def answer_of(request: Mapping[str, Any], outcome: Outcome) -> tuple[int, dict[str, Any]]:
    """HTTP status and JSON of the answer to one call.

    Raises MALFORMED if the recorded status is not a number.
    """
    for member in ("result", "error"):
        if member in outcome:
            return 200, {"jsonrpc": "2.0", member: outcome[member], "id": request.get("id")}
    return int(outcome["status"]), {}


def record_answer(
    rid: str, request: Mapping[str, Any], status: int, answer: Any
) -> list[tuple[Key, Outcome]]:
    """The calls of one exchange with their outcomes.

    A bulk call is split into the calls inside. Raises MALFORMED.
    """
    if request["method"] == "performBulk":
        requests = request["params"]["requests"]
        responses = answer["result"]["responses"]
        if len(requests) != len(responses):
            raise ValueError(f"a bulk call of {len(requests)} calls has {len(responses)} answers")
        calls: list[tuple[Key, Outcome]] = []
        for call, response in zip(requests, responses):
            call_status = int(response.get("statcode", 200))
            calls += record_answer(call["rid"], call["json"], call_status, response.get("json"))
        return calls
    call_key = key(rid, request["method"], request.get("params"))
    return [(call_key, _outcome(status, answer))]


def _outcome(status: int, answer: Any) -> Outcome:
    """What came of one call: the result or the error in its answer, else the status of HTTP."""
    if isinstance(answer, Mapping):
        for name in ("result", "error"):
            if answer.get(name) is not None:
                return {name: answer[name]}
    return {"status": status}
