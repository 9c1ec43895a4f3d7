"""The states of outlets, decoded from JSON, and the relay failures that contradict them."""

from __future__ import annotations

import itertools
import time
from typing import Any, Optional

import pytest

from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc.pdumodel import Outlet
from handlers.raritan.states import decode_status, queue_hardware_failures, relay_doubts
from handlers.raritan.units import MissingObjectCode, XerusUnit
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


def test_a_state_of_nulls_is_unknown() -> None:
    null = Outlet.State.decode({"available": None, "powerState": None}, Nowhere())
    assert decode_status(null).name == "UNKNOWN"


@pytest.mark.parametrize("failure", [Status(500), INTERNAL_ERROR])
def test_an_outlet_that_fails_is_unknown(failure: Any) -> None:
    unit = Described()
    unit.outlets([None] * 2, [None] * 2)
    unit.calls[f"{PDU}/outlet/0", "getState"] = ON
    unit.calls[f"{PDU}/outlet/1", "getState"] = failure
    names = [port.power_status.name for port in handler_of(unit).status().ports]
    assert names == ["UP", "UNKNOWN"]


def test_an_outlet_that_the_account_may_not_read_is_denied() -> None:
    unit = Described()
    unit.outlets([None] * 2, [None] * 2)
    unit.calls[f"{PDU}/outlet/0", "getState"] = ON
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
    pdu = XerusUnit(0, agent)
    pending = queue_hardware_failures(bulk, pdu)
    missing = MissingObjectCode(bulk, pdu)
    bulk.perform()
    doubts = relay_doubts(pending, missing, outlets)
    return [index for index, doubt in enumerate(doubts) if doubt]


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
        outlet = f"{PDU}/outlet/{number}"
        unit.calls[outlet, "getState"] = {**ON, "powerState": 0}
        unit.calls[outlet, "setPowerState"] = 0
    unit.calls["/hwhealth", "getFailures"] = answer
    is_denied = answer == Status(403)
    expected = "DOWN" if is_denied else "UNKNOWN"
    handler = handler_of(unit)

    names = [port.power_status.name for port in handler.status().ports]
    assert names == [expected] * 2
    warnings = [record for record in caplog.records if "/hwhealth" in record.getMessage()]
    assert len(warnings) == (1 if is_denied else 0)

    port = handler.port_down(PduPortView("2"), deadline=0.02, pause=0.01)
    assert port.power_status.name == expected
