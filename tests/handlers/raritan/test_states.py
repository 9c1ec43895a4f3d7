"""The states of outlets by every value of their fields. The rest stands in states.txt."""

from __future__ import annotations

import itertools
import json
import time
from typing import Optional

import pytest

from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc.pdumodel import Outlet
from handlers.raritan.states import decode_status, queue_hardware_failures, relay_reasons
from handlers.raritan.units import MissingObjectCode, XerusUnit

from .declared import Nowhere
from .unit_table import changed_unit


@pytest.mark.parametrize("power", [None, -1, 0, 1, 2])
@pytest.mark.parametrize("available", [True, False, None])
def test_a_state_is_up_or_down_only_if_every_field_agrees(
    available: Optional[bool], power: Optional[int]
) -> None:
    """None: the field is missing. A power state of 2 or -1 is not documented."""
    for starts, cycles, suspended, shed in itertools.product((True, False, None), repeat=4):
        fields = {
            "available": available,
            "powerState": power,
            "switchOnInProgress": starts,
            "cycleInProgress": cycles,
            "isSuspended": suspended,
            "isLoadShed": shed,
        }
        received = {name: value for name, value in fields.items() if value is not None}
        expected = "UNKNOWN"
        if available and power == 1 and not (cycles or suspended or shed):
            expected = "UP"
        if available and power == 0 and not (cycles or starts):
            expected = "DOWN"

        state = Outlet.State.decode(received, Nowhere())

        assert decode_status(state).name == expected, received


def test_a_hostile_list_of_failures_is_read_in_less_than_a_second() -> None:
    failures: list[dict[str, object]] = []
    for component in ("9" * 100_000, *[""] * 500):
        failures.append({"componentId": component, "type": 5, "isAsserted": True})
    with changed_unit(f"hwhealth getFailures = {json.dumps(failures)}") as device:
        agent = device.agent()
        bulk = Bulk(agent)
        unit = XerusUnit(0, agent)
        pending = queue_hardware_failures(bulk, unit)
        missing_code = MissingObjectCode(bulk, unit)
        bulk.perform()
        began = time.process_time()
        reasons = relay_reasons(pending, missing_code, 100_000)
        assert time.process_time() - began < 1
    assert len(reasons) == 100_000
    assert all(reasons)
