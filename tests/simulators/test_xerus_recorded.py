"""The simulator answers with the resource ids, types and structure of the recorded answers of two
real units.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from .xerus import Model, XerusPdu
from .xerus_recordings import Call, bulks

# The properties of the two units, from the recordings.
UNITS = {
    "unit-a": ("3.6", Model(outlets=36, phases=3, slots=32, peripherals=5)),
    "unit-b": ("4.0", Model(outlets=36, phases=3, slots=64, peripherals=5)),
}


def answers(pdu: XerusPdu, calls: list[Call]) -> list[Any]:
    requested_calls = [
        {"rid": call.rid, "json": {"jsonrpc": "2.0", "method": call.method, "id": number}}
        for number, call in enumerate(calls)
    ]
    body = {
        "jsonrpc": "2.0",
        "method": "performBulk",
        "params": {"requests": requested_calls},
        "id": 7,
    }
    url = f"http://{pdu.host}:{pdu.http_port}/bulk"
    answer = requests.post(url, json=body, auth=(pdu.user, pdu.password), timeout=300)
    return [response["json"]["result"] for response in answer.json()["result"]["responses"]]


def shape(value: Any) -> Any:
    """References and types as they are, names of types for other values."""
    if isinstance(value, dict) and set(value) == {"rid", "type"}:
        return value
    if isinstance(value, dict):
        is_object = set(value) == {"type", "value"}
        return {
            key: inner if is_object and key == "type" else shape(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


@pytest.mark.against("recordings of real Raritan units")
@pytest.mark.parametrize("unit", UNITS)
def test_the_simulator_answers_as_the_real_unit_did(unit: str) -> None:
    generation, model = UNITS[unit]
    with XerusPdu(model, generation, http_port=0, enforce_https=False) as pdu:
        for calls in bulks(unit):
            for call, answer in zip(calls, answers(pdu, calls)):
                assert shape(answer) == shape(call.result), call
