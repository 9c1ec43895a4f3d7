"""Which errors of a command leave open whether the unit carried it out: those are followed by a
reading of the relay, the others are refusals (switching.txt).

The codes are those of JSON-RPC 2.0, 5.1, with -32001 for a missing privilege; the statuses those
of RFC 9110, 15.
"""

from __future__ import annotations

from typing import Any

from handlers.http.login import Login
from handlers.raritan.rpc import JsonRpcErrorException
from handlers.raritan.rpc._runtime.agent import responses
from handlers.shared.errors import PduHandlerError

# Parse error, Invalid Request, Method not found, Invalid params, and what is reserved between them;
# no privilege; codes of an application
_REFUSED = [*range(-32700, -32603), -32001, 3, 32000]
# Internal error, Server error
_UNCLEAR = [-32603, *(code for code in range(-32099, -31999) if code != -32001)]


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
