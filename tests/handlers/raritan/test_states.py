"""The states of outlets, decoded from JSON, and the relay failures that contradict them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc._runtime.structures import decode_structure
from handlers.raritan.rpc.pdumodel import Outlet
from handlers.raritan.states import decode_status, failed_relays, queue_hardware_failures
from handlers.raritan.units import XerusUnit
from handlers.shared.errors import Denied, Unreachable

from .declared import Nowhere
from .described import INTERNAL_ERROR, PDU, Described, Status, handler_of

ON: dict[str, Any] = {
    "available": True,
    "powerState": 1,
    "switchOnInProgress": False,
    "cycleInProgress": False,
}
OFF = {**ON, "powerState": 0}


def _status(json: dict[str, Any]) -> str:
    return decode_status(decode_structure(Outlet.State, json, Nowhere())).name


@pytest.mark.parametrize("missing", ["available", "powerState"])
@pytest.mark.parametrize("whole", [ON, OFF])
def test_without_available_or_power_state_the_state_is_unknown(
    whole: dict[str, Any], missing: str
) -> None:
    assert _status({name: value for name, value in whole.items() if name != missing}) == "UNKNOWN"
    assert _status({**whole, missing: None}) == "UNKNOWN"


@pytest.mark.parametrize(
    "json",
    [
        {},
        {**ON, "available": False},
        {**OFF, "available": False},
        {**OFF, "cycleInProgress": True},
        {**ON, "cycleInProgress": True},
        {**OFF, "switchOnInProgress": True},
        {**ON, "powerState": 2},
        {**ON, "powerState": -1},
        {**ON, "isSuspended": True},
        {**ON, "isLoadShed": True},
    ],
)
def test_a_state_that_is_missing_or_pending_or_contradictory_or_undocumented_is_unknown(
    json: dict[str, Any],
) -> None:
    assert _status(json) == "UNKNOWN"


def test_no_combination_of_fields_is_up_without_on_or_down_without_off() -> None:
    for power in range(-2, 4):
        for flags in range(32):
            json = {
                "available": bool(flags & 1),
                "powerState": power,
                "switchOnInProgress": bool(flags & 2),
                "cycleInProgress": bool(flags & 4),
                "isSuspended": bool(flags & 8),
                "isLoadShed": bool(flags & 16),
            }
            pdu_view = _status(json)
            assert pdu_view == "UNKNOWN" or json["available"] and not json["cycleInProgress"]
            assert power == {"UNKNOWN": power, "UP": 1, "DOWN": 0}[pdu_view]


def test_an_outlet_that_the_account_may_not_read_is_denied_and_one_that_fails_is_unknown() -> None:
    unit = Described()
    unit.outlets([None] * 2, [None] * 2)
    unit.calls[f"{PDU}/outlet/0", "getState"] = ON
    for answer in (Status(500), INTERNAL_ERROR):
        unit.calls[f"{PDU}/outlet/1", "getState"] = answer
        assert [port.power_status.name for port in handler_of(unit).status().ports] == [
            "UP",
            "UNKNOWN",
        ]
    unit.calls[f"{PDU}/outlet/1", "getState"] = Status(403)
    with pytest.raises(Denied):
        handler_of(unit).status()


def test_an_error_of_every_outlet_is_the_error_of_the_call() -> None:
    unit = Described()
    unit.outlets([None] * 2, [None] * 2)
    for number in (0, 1):
        unit.calls[f"{PDU}/outlet/{number}", "getState"] = Status(503)
    with pytest.raises(Unreachable):
        handler_of(unit).status()


def _doubted(failures: Any, outlets: int = 4) -> list[int]:
    unit = Described()
    unit.calls["/hwhealth", "getFailures"] = failures
    agent = unit.agent()
    bulk = Bulk(agent)
    pending = queue_hardware_failures(bulk, XerusUnit(0, agent))
    bulk.perform()
    return sorted(failed_relays(pending, outlets))


@pytest.mark.parametrize(
    "component, positions",
    [
        ("2", [1, 2]),
        ("outlet.0", [0]),
        ("Outlet 4", [3]),
        ("0:3", [0, 2, 3]),
        ("relay board", [0, 1, 2, 3]),
        ("", [0, 1, 2, 3]),
        ("board 77", [0, 1, 2, 3]),
        ("PX10002", [0, 1, 2, 3]),
        ("outlet 00003", [2, 3]),
        pytest.param("9" * 100_000, [0, 1, 2, 3], id="100,000 digits"),
    ],
)
def test_a_relay_failure_covers_every_outlet_that_its_component_name_may_mean(
    component: str, positions: list[int]
) -> None:
    failure = {"componentId": component, "type": 5, "isAsserted": True}
    assert _doubted([failure]) == positions
    assert _doubted([{**failure, "isAsserted": False}]) == _doubted([{**failure, "type": 2}]) == []


def test_a_hostile_list_of_failures_is_read_in_less_than_a_second() -> None:
    failures, began = (
        [{"componentId": "", "type": 5, "isAsserted": True}] * 500,
        time.process_time(),
    )
    assert len(_doubted(failures, 100_000)) == 100_000 and time.process_time() - began < 1


@pytest.mark.parametrize("answer", [Status(404), Status(403), INTERNAL_ERROR, "no list", []])
def test_without_a_failure_or_a_readable_list_of_failures_no_outlet_is_doubted(answer: Any) -> None:
    assert _doubted(answer) == []
