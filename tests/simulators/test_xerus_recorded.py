"""The simulator answers with the resource ids, types and structure of the recorded answers of two
real units.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests import foreign_files

from .xerus import Model, XerusPdu
from .xerus_client import Client

# The properties of the two units, from the recordings.
UNITS = {
    "unit-a": (
        "3.6",
        Model(outlets=36, phases=3, latching=True, slots=32, peripherals=5, actuators=0),
    ),
    "unit-b": (
        "4.0",
        Model(outlets=36, phases=3, latching=True, slots=64, peripherals=5, actuators=0),
    ),
}
pytestmark = pytest.mark.against("recordings of real Raritan units")
Json = dict[str, Any]


@pytest.fixture(params=sorted(UNITS))
def unit(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def recorded(unit: str) -> list[Json]:
    units = json.loads(foreign_files.text("raritan", "recorded.json"))["units"]
    exchanges: list[Json] = next(one["exchanges"] for one in units if one["name"] == unit)
    return exchanges


@pytest.fixture
def client(unit: str) -> Iterator[Client]:
    generation, model = UNITS[unit]
    with XerusPdu(model, generation) as pdu, Client(pdu) as connected:
        yield connected


def _answers(exchange: Json) -> list[Any]:
    return [one["json"]["result"]["_ret_"] for one in exchange["response"]["result"]["responses"]]


def _asked(recorded: list[Json], number: int) -> list[Json]:
    """The calls of an exchange.

    If its request was not recorded, they are rebuilt from `plans` and the recorded answers.
    """
    if recorded[number]["request"] is not None:
        requests: list[Json] = recorded[number]["request"]["params"]["requests"]
        return requests
    inlets, outlets, slots = (([one["rid"] for one in found]) for found in _answers(recorded[0]))
    poles: list[str] = []
    for pole in _answers(recorded[3])[0]:
        poles += [sensor["rid"] for sensor in pole.values() if isinstance(sensor, dict)]
    plans = (
        [
            ("/model/pdu/0", "getInlets"),
            ("/model/pdu/0", "getOutlets"),
            ("/model/peripheraldevicemanager", "getDeviceSlots"),
        ],
        [(rid, "getMetaData") for rid in (*inlets, *outlets)],
        [(rid, "getSettings") for rid in (*inlets, *outlets, *slots)],
        [(rid, "getPoles") for rid in inlets],
        [
            *((rid, "getSensors") for rid in (*inlets, *outlets)),
            *((rid, "getDevice") for rid in slots),
        ],
        [(rid, "getMetaData") for rid in poles],
        [(rid, "getReading") for rid in poles],
    )
    return [
        {"rid": rid, "json": {"jsonrpc": "2.0", "method": method, "id": place}}
        for place, (rid, method) in enumerate(plans[number])
    ]


def _shape(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"rid", "type"}:
        return value
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


def _comparable(value: Any) -> Any:
    shape = _shape(value)
    if isinstance(value, dict) and set(value) == {"type", "value"}:
        shape["type"] = value["type"]
    return shape


@pytest.mark.parametrize("number", range(7))
def test_the_simulator_answers_as_the_real_unit_did(
    recorded: list[Json], client: Client, number: int
) -> None:
    asked = _asked(recorded, number)
    answers = client.bulk(asked)
    expected = recorded[number]["response"]["result"]["responses"]
    assert len(answers) == len(expected)
    for call, answer, real in zip(asked, answers, expected):
        assert answer["statcode"] == real["statcode"]
        assert _comparable(answer["json"]["result"]["_ret_"]) == _comparable(
            real["json"]["result"]["_ret_"]
        ), call
