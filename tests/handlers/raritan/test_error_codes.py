"""Which errors of a command leave open whether the unit carried it out: those are followed by a
reading of the relay, the others are refusals.

The codes are those of JSON-RPC 2.0, 5.1, with -32001 for a missing privilege; the statuses those
of RFC 9110, 15.
"""

from __future__ import annotations

from typing import Any, Union

import pytest

from handlers.http.login import Login
from handlers.raritan.rpc import JsonRpcErrorException
from handlers.raritan.rpc._runtime.agent import responses
from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.rows import each_row

from .described import PDU, Described, Failure, Status, handler_of

OUTLET = f"{PDU}/outlet/0"
READ_BACK = "may or may not have switched"
DOWN = EnumPowerStatus.DOWN
# Parse error, Invalid Request, Method not found, Invalid params, and what is reserved between them;
# no privilege; codes of an application
_REFUSED = [*range(-32700, -32603), -32001, 3, 32000]
# Internal error, Server error
_UNCLEAR = [-32603, *(code for code in range(-32099, -31999) if code != -32001)]


def _unit(answer: Union[Status, Failure], state_after: int) -> Described:
    """A unit that answers a command with an error; its relay is then in that state."""
    unit = Described()
    state = {"available": True, "powerState": state_after}
    unit.calls[PDU, "getMetaData"] = {"hasSwitchableOutlets": True}
    unit.calls[PDU, "getOutlets"] = [{"rid": OUTLET, "type": "pdumodel.Outlet:3.0.4"}]
    unit.calls[PDU, "getSettings"] = {"inhibitRelayControl": False}
    unit.calls[OUTLET, "getMetaData"] = {"label": "1", "isSwitchable": True}
    unit.calls[OUTLET, "getState"] = state
    unit.calls[OUTLET, "setPowerState"] = answer
    return unit


def _sent_after_the_command(unit: Described) -> list[str]:
    """The calls of later requests than that of the command, which has a reading too."""
    _, _, later = " ".join(unit.methods).partition("setPowerState")
    return later.split()[2:]


def _may_have_executed(response: dict[str, Any]) -> bool:
    """Whether the call of a bulk with this response may have been carried out."""
    (answer,) = responses({"responses": [response]}, 1, Login())
    assert isinstance(answer, PduHandlerError)
    return answer.may_have_executed


def _error(code: int) -> dict[str, Any]:
    return {"id": 0, "error": {"code": code, "message": "no"}}


def test_a_code_is_a_refusal_or_leaves_open_whether_a_call_was_carried_out() -> None:
    for code in (*_REFUSED, *_UNCLEAR):
        is_unclear = code in _UNCLEAR
        assert JsonRpcErrorException("no", str(code)).may_have_executed is is_unclear, code
        assert _may_have_executed({"statcode": 200, "json": _error(code)}) is is_unclear, code


def test_only_a_status_with_which_the_unit_declines_a_call_of_a_bulk_is_a_refusal() -> None:
    for status in (0, 4, 40, *range(100, 200), *range(201, 601), 4000):
        # 408: the unit stopped waiting for the request
        is_declined = 400 <= status < 500 and status != 408
        answer = {"statcode": status, "json": None}
        assert _may_have_executed(answer) is not is_declined, status


def test_the_code_decides_beside_an_error_status_and_nothing_beside_another_one() -> None:
    for status in (400, 404, 500):
        assert not _may_have_executed({"statcode": status, "json": _error(-32601)}), status
        assert _may_have_executed({"statcode": status, "json": _error(-32603)}), status
    for status in (201, 302):
        assert _may_have_executed({"statcode": status, "json": _error(-32601)}), status


@each_row(
    "answer",
    [*map(Failure, (-32700, -32600, -32601, -32602, -32001, 3)), *map(Status, (400, 403, 404))],
)
def test_a_refused_command_is_an_error_even_if_the_relay_is_in_the_wanted_state(
    answer: Union[Status, Failure],
) -> None:
    unit = _unit(answer, state_after=0)
    with pytest.raises(PduHandlerError) as error_info:
        handler_of(unit).port_down(PduPortView("1"))
    assert error_info.value.kind in ("refused", "denied")
    assert READ_BACK not in str(error_info.value)
    assert unit.methods.count("setPowerState") == 1


@each_row(
    "answer",
    [*map(Failure, (-32603, -32000, -32002, -32099)), *map(Status, (204, 302, 408, 500, 503))],
)
def test_after_an_unclear_error_the_relay_is_read_and_the_command_is_not_repeated(
    answer: Union[Status, Failure],
) -> None:
    done = _unit(answer, state_after=0)
    assert handler_of(done).port_down(PduPortView("1")).power_status is DOWN
    assert "getState" in _sent_after_the_command(done)

    not_done = _unit(answer, state_after=1)
    with pytest.raises(PduHandlerError, match=READ_BACK):
        handler_of(not_done).port_down(PduPortView("1"))
    for unit in (done, not_done):
        assert unit.methods.count("setPowerState") == 1
