"""Bulk requests. What comes of an answer stands in answers.txt."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers.http.message import Endpoint, Request, Response
from handlers.raritan.rpc import Agent, Bulk, BulkRequestHelper, devsettings, pdumodel
from handlers.shared.errors import ProtocolError, Unreachable
from tests.tables import Case

from .answer_table import TABLE, shown
from .unit_table import changed_unit


def _ok(number: int) -> Any:
    return {"json": {"jsonrpc": "2.0", "result": {"_ret_": "id"}, "id": number}, "statcode": 200}


class Device:
    """A transport that answers every bulk with these responses."""

    def __init__(self, responses: Any) -> None:
        self.responses: Any = responses
        self.requests: list[Any] = []

    def exchange(self, where: Endpoint, request: Request) -> Response:
        assert isinstance(request.body, bytes)
        document = json.loads(request.body)
        self.requests.append(document)
        return Response(
            200,
            {},
            json.dumps({"id": document["id"], "result": {"responses": self.responses}}).encode(),
        )

    def close(self) -> None:
        """Does nothing, since no connection is open."""


def _agent(responses: Any) -> Agent:
    return Agent("https", "pdu.example", "a", "b", transport=Device(responses))


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_an_answer_is_a_value_or_the_error_that_the_lines_say(case: Case) -> None:
    case.check(shown(case))


def test_a_call_of_a_bulk_that_failed_has_neither_value_nor_error() -> None:
    agent = _agent([])
    bulk = Bulk(agent)
    pending = bulk.add(devsettings.Snmp("/snmp", agent).getV3EngineId)
    with pytest.raises(ProtocolError, match="one response for each call"):
        bulk.perform()
    with pytest.raises(RuntimeError, match="has not been performed, or failed"):
        pending.get()


def test_add_request_refuses_functions_that_are_no_proxy_methods_and_wrong_arguments() -> None:
    agent = _agent([])
    outlet = pdumodel.Outlet("/model/outlet/0", agent)
    helper = BulkRequestHelper(agent)
    with pytest.raises(TypeError, match="without parentheses"):
        helper.add_request(len)
    with pytest.raises(TypeError, match="setPowerState"):
        helper.add_request(outlet.setPowerState)
    with pytest.raises(TypeError, match=r"setPowerState.*too many positional arguments"):
        helper.add_request(outlet.setPowerState, 1, 2)


def test_a_queued_call_keeps_the_arguments_it_was_added_with_and_can_be_sent_twice() -> None:
    device = Device([_ok(0), _ok(1)])
    agent = Agent("https", "pdu.example", "a", "b", transport=device)
    pdu = pdumodel.Pdu("/model/pdu/0", agent)
    helper = BulkRequestHelper(agent)
    settings = pdumodel.Pdu.Settings(name="first")
    helper.add_request(pdu.setSettings, settings)
    settings.name = "second"
    helper.add_request(
        pdu.setMultipleOutletPowerStates,
        (number for number in (4, 5)),
        pdumodel.Outlet.PowerState.PS_ON,
        False,
    )
    helper.perform_bulk()
    helper.perform_bulk()
    for request in device.requests:
        first, second = (call["json"]["params"] for call in request["params"]["requests"])
        assert first["settings"]["name"] == "first"
        assert second["outletNumbers"] == [4, 5]
    assert len(device.requests) == 2


def test_a_queue_that_is_sent_again_has_only_the_answers_of_the_last_time() -> None:
    unavailable = {"json": None, "statcode": 503}
    device = Device([unavailable])
    agent = Agent("https", "pdu.example", "a", "b", transport=device)
    helper = BulkRequestHelper(agent)
    helper.add_request(devsettings.Snmp("/snmp", agent).getV3EngineId)

    (failure,) = helper.perform_bulk()
    assert isinstance(failure, Unreachable)

    device.responses = [_ok(0)]
    assert helper.perform_bulk(raise_subreq_failure=True) == ["id"]
    assert helper.responses == ["id"]

    device.responses = [unavailable]
    (failure,) = helper.perform_bulk()
    assert isinstance(failure, Unreachable)


def test_bulk_each_calls_one_method_of_several_proxies_in_their_order() -> None:
    with changed_unit("unit off=[1]") as unit:
        agent = unit.agent()
        bulk = Bulk(agent)
        outlets = [pdumodel.Outlet(f"/model/pdu/0/outlet/{number}", agent) for number in (1, 0)]
        pending = bulk.add_each(pdumodel.Outlet.getState, outlets)
        bulk.perform()
        assert [call.get().powerState.val for call in pending] == [1, 0]
        assert unit.requests == 1
