"""The states of outlets, decoded from JSON, and the relay failures that contradict them."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest

from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc.pdumodel import Outlet
from handlers.raritan.states import decode_status, queue_hardware_failures, relay_doubts
from handlers.raritan.units import XerusUnit
from handlers.shared.errors import Denied, Unreachable
from pdu_common.helper import PduPortView

from .declared import Nowhere
from .described import INTERNAL_ERROR, PDU, Described, Failure, Status, handler_of

ON: dict[str, Any] = {
    "available": True,
    "powerState": 1,
    "switchOnInProgress": False,
    "cycleInProgress": False,
}


def test_a_state_is_up_or_down_only_if_every_field_agrees() -> None:
    """None: the field is missing. A power state of 2 or -1 is not documented."""
    flags = ("switchOnInProgress", "cycleInProgress", "isSuspended", "isLoadShed")
    for available, power in itertools.product((True, False, None), (None, -1, 0, 1, 2)):
        for values in itertools.product((True, False, None), repeat=len(flags)):
            starts, cycles, suspended, shed = values
            json = {"available": available, "powerState": power, **dict(zip(flags, values))}
            received = {name: value for name, value in json.items() if value is not None}
            state = Outlet.State.decode(received, Nowhere())
            expected = "UNKNOWN"
            if available and not cycles and power == 1 and not suspended and not shed:
                expected = "UP"
            if available and not cycles and power == 0 and not starts:
                expected = "DOWN"
            assert decode_status(state).name == expected, received
    null = Outlet.State.decode({"available": None, "powerState": None}, Nowhere())
    assert decode_status(null).name == "UNKNOWN"


def test_an_outlet_that_the_account_may_not_read_is_denied_and_one_that_fails_is_unknown() -> None:
    unit = Described()
    unit.outlets([None] * 2, [None] * 2)
    unit.calls[f"{PDU}/outlet/0", "getState"] = ON
    for answer in (Status(500), INTERNAL_ERROR):
        unit.calls[f"{PDU}/outlet/1", "getState"] = answer
        ports = handler_of(unit).status().ports
        assert [port.power_status.name for port in ports] == ["UP", "UNKNOWN"]
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
    return [index for index, doubt in enumerate(relay_doubts(pending, outlets)) if doubt]


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
    failures = [{"componentId": "", "type": 5, "isAsserted": True}] * 500
    began = time.process_time()
    assert len(_doubted(failures, 100_000)) == 100_000
    assert time.process_time() - began < 1


@pytest.mark.parametrize("answer", [Status(404), Failure(-32601), Status(403), []])
def test_without_a_failure_or_a_list_of_failures_no_outlet_is_doubted(answer: Any) -> None:
    assert _doubted(answer) == []


_UNREADABLE: list[Any] = [
    INTERNAL_ERROR,
    Failure(5),
    Status(503),
    "no list",
    None,
    [{}],
    [{"componentId": "outlet.1", "type": 5}],
]


@pytest.mark.parametrize("answer", _UNREADABLE)
def test_a_list_of_failures_that_cannot_be_read_is_a_doubt_of_each_outlet(answer: Any) -> None:
    assert _doubted(answer) == [0, 1, 2, 3]


@pytest.mark.parametrize("answer", [*_UNREADABLE, Status(403)])
def test_without_the_failures_a_stuck_relay_is_not_reported_off_unless_the_account_never_sees_them(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A role that may never read them is told so in the log, once a call."""
    unit = Described()
    unit.outlets([None] * 2, [None] * 2)
    for number in (0, 1):
        rid = f"{PDU}/outlet/{number}"
        unit.calls[rid, "getState"], unit.calls[rid, "setPowerState"] = {**ON, "powerState": 0}, 0
    unit.calls["/hwhealth", "getFailures"] = answer
    state = "DOWN" if answer == Status(403) else "UNKNOWN"
    assert [port.power_status.name for port in handler_of(unit).status().ports] == [state] * 2
    warnings = [record for record in caplog.records if "/hwhealth" in record.getMessage()]
    assert len(warnings) == (answer == Status(403))
    switched = handler_of(unit).port_down(PduPortView("2"), deadline=0.02, pause=0.01)
    assert switched.power_status.name == state
