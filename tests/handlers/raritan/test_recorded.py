"""Recorded traffic of two real units: every field is decoded and encoded back unchanged."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.raritan.rpc import Interface, Structure, pdumodel, peripheral
from handlers.raritan.rpc._runtime.codec import encode
from handlers.raritan.rpc._runtime.registry import class_of_idl_type
from tests.simulators.xerus_recordings import Call, bulks

from .declared import Nowhere, calls

WELL_KNOWN: dict[str, type[Interface]] = {
    "/model/pdu/0": pdumodel.Pdu,
    "/model/peripheraldevicemanager": peripheral.DeviceManager,
}
pytestmark = pytest.mark.against("recorded traffic of real Xerus units")


def decoded(call: Call) -> Any:
    kind = WELL_KNOWN.get(call.rid) or class_of_idl_type(call.rid.split("/")[2])
    assert kind is not None
    assert issubclass(kind, Interface)
    return calls(kind)[call.method].result(call.result, Nowhere())


@pytest.mark.parametrize("unit, count", [("unit-a", 770), ("unit-b", 287)])
def test_every_recorded_answer_is_decoded_and_encoded_back_unchanged(unit: str, count: int) -> None:
    recorded = [call for bulk in bulks(unit) for call in bulk]
    assert len(recorded) == count
    for call in recorded:
        value = decoded(call)
        assert encode(value) == call.result["_ret_"], call
        assert not undeclared_fields(value), call


def undeclared_fields(value: object) -> list[str]:
    """The fields in a value, and in its structures, that the binding does not declare."""
    if isinstance(value, list):
        return [name for item in value for name in undeclared_fields(item)]
    if not isinstance(value, Structure) or value._wire is None:
        return []
    inner = [name for item in vars(value).values() for name in undeclared_fields(item)]
    return [*value._wire.undeclared_fields, *inner]
