"""The recorded answers of two real Xerus units, call by call."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from tests import foreign_files

Json = dict[str, Any]


class Call(NamedTuple):
    rid: str
    method: str
    result: Any


def bulks(unit: str) -> list[list[Call]]:
    """The calls of each recorded bulk of "unit-a" or "unit-b"."""
    units = json.loads(foreign_files.text("raritan", "recorded.json"))["units"]
    exchanges = next(entry["exchanges"] for entry in units if entry["name"] == unit)
    results = []
    for exchange in exchanges:
        answers = exchange["response"]["result"]["responses"]
        assert all(answer["statcode"] == 200 for answer in answers)
        results.append([answer["json"]["result"] for answer in answers])

    if exchanges[0]["request"] is None:
        requests = _rebuilt([[result["_ret_"] for result in bulk] for bulk in results])
    else:
        requests = []
        for exchange in exchanges:
            calls = exchange["request"]["params"]["requests"]
            requests.append([(call["rid"], call["json"]["method"]) for call in calls])
    assert len(requests) == len(results)

    recorded_bulks = []
    for targets, bulk in zip(requests, results):
        assert len(targets) == len(bulk)
        recorded_calls = []
        for (rid, method), result in zip(targets, bulk):
            recorded_calls.append(Call(rid, method, result))
        recorded_bulks.append(recorded_calls)
    return recorded_bulks


def _rebuilt(answers: list[list[Any]]) -> list[list[tuple[str, str]]]:
    """The calls of "unit-b", whose requests were not recorded: those of the other unit, with the
    resource ids of its own answers.
    """
    inlets, outlets, slots = ([reference["rid"] for reference in listed] for listed in answers[0])
    poles = [
        sensor["rid"]
        for pole in answers[3][0]
        for sensor in pole.values()
        if isinstance(sensor, dict)
    ]
    return [
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
    ]
