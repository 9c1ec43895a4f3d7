"""Recorded traffic of two real units: every field is decoded and encoded back unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.raritan.rpc import Interface, Structure, pdumodel, peripheral, sensors
from handlers.raritan.rpc._runtime.codec import encode
from handlers.raritan.rpc._runtime.registry import find
from tests import foreign_files

from .declared import Nowhere, calls

AGENT = Nowhere()
Answer = tuple[type[Interface], str, Any]  # interface, method, recorded `result`
pytestmark = pytest.mark.against("recorded traffic of real Xerus units")


def _units() -> dict[str, Any]:
    document = json.loads(foreign_files.text("raritan", "recorded.json"))
    return {unit["name"]: unit["exchanges"] for unit in document["units"]}


def _results(exchange: Any) -> list[Any]:
    assert all(call["statcode"] == 200 for call in exchange["response"]["result"]["responses"])
    return [call["json"]["result"] for call in exchange["response"]["result"]["responses"]]


def _of_rid(rid: str) -> type[Interface]:
    kind = (
        find(rid.split("/")[2])
        if rid.startswith("/tfwopaque/")
        else {
            "/model/pdu/0": pdumodel.Pdu,
            "/model/peripheraldevicemanager": peripheral.DeviceManager,
        }[rid]
    )
    assert kind is not None and issubclass(kind, Interface)
    return kind


def _with_requests(exchanges: Any) -> Iterator[Answer]:
    for exchange in exchanges:
        requests = exchange["request"]["params"]["requests"]
        for request, result in zip(requests, _results(exchange)):
            yield _of_rid(request["rid"]), request["json"]["method"], result


def _without_requests(exchanges: Any) -> Iterator[Answer]:
    """Yield the answers of the second unit.

    Its recording lacks request bodies; the first unit's calls and order are assumed.
    """
    outlets = len(_results(exchanges[0])[1]["_ret_"])
    devices: list[type[Interface]] = [pdumodel.Inlet, *[pdumodel.Outlet] * outlets]
    slots: list[type[Interface]] = [peripheral.DeviceSlot] * len(_results(exchanges[0])[2]["_ret_"])
    numeric: list[type[Interface]] = [sensors.NumericSensor] * len(_results(exchanges[5]))
    plan: list[list[tuple[type[Interface], str]]] = [
        [
            (pdumodel.Pdu, "getInlets"),
            (pdumodel.Pdu, "getOutlets"),
            (peripheral.DeviceManager, "getDeviceSlots"),
        ],
        [(kind, "getMetaData") for kind in devices],
        [(kind, "getSettings") for kind in devices + slots],
        [(pdumodel.Inlet, "getPoles")],
        [(kind, "getSensors") for kind in devices] + [(kind, "getDevice") for kind in slots],
        [(kind, "getMetaData") for kind in numeric],
        [(kind, "getReading") for kind in numeric],
    ]
    for request, exchange in zip(plan, exchanges):
        results = _results(exchange)
        assert len(request) == len(results)
        yield from ((kind, method, result) for (kind, method), result in zip(request, results))


@pytest.mark.parametrize("unit, count", [("unit-a", 770), ("unit-b", 287)])
def test_every_recorded_answer_is_decoded_and_encoded_back_unchanged(unit: str, count: int) -> None:
    exchanges = _units()[unit]
    read = _with_requests if unit == "unit-a" else _without_requests
    answers = list(read(exchanges))
    assert len(answers) == count
    for kind, method, result in answers:
        value = calls(kind)[method].result(result, AGENT)
        assert encode(value) == result["_ret_"], (kind, method)
        assert not _unknown(value), (kind, method)


def _unknown(value: object) -> list[str]:
    """Return the names of received fields that are not declared."""
    if isinstance(value, list):
        return [name for item in value for name in _unknown(item)]
    if not isinstance(value, Structure) or value._wire is None:
        return []
    return [*value._wire.rest, *(name for item in vars(value).values() for name in _unknown(item))]


def test_recorded_readings_have_a_time_in_2022_and_a_float_value() -> None:
    readings = [
        calls(kind)[method].result(result, AGENT)
        for kind, method, result in _with_requests(_units()["unit-a"])
        if method == "getReading"
    ]
    assert len(readings) > 200
    for reading in readings:
        assert isinstance(reading, sensors.NumericSensor.Reading)
        assert reading.timestamp.year == 2022 and isinstance(reading.value, float)
