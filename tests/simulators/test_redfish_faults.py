"""Faults and rewritten bodies of the simulated Redfish service."""
from __future__ import annotations

import http.client
import json

import pytest

from .redfish import Fault, RedfishService
from .redfish_client import OUTLETS, Client


@pytest.mark.parametrize("fault, text", [
    (Fault.HTML, b"<!DOCTYPE html>"), (Fault.EMPTY, b""), (Fault.NOT_JSON, b'{"@odata.id": "/redfish/v1/'), (Fault.LIST, b"[]")])
def test_a_fault_replaces_one_body(unit: RedfishService, client: Client, fault: Fault, text: bytes) -> None:
    unit.faults.order(fault)
    client.http.request("GET", OUTLETS, headers=client.headers)
    body = client.http.getresponse().read()
    assert body.startswith(text) and bool(body) is bool(text)
    assert len(client.get(OUTLETS)["Members"]) == 12


def test_a_fault_loses_the_answer_to_a_switching_command(unit: RedfishService, client: Client) -> None:
    unit.faults.order(Fault.DROP_AFTER_WRITE, method="PowerControl")
    with pytest.raises(ConnectionError):
        client.switch("A1", "Off")
    assert unit.books().states["A1"] is False and unit.log[-1].status == 0


def test_a_fault_loses_a_request_before_it_takes_effect(unit: RedfishService, client: Client) -> None:
    unit.faults.order(Fault.CLOSE_BEFORE, method="POST")
    with pytest.raises(ConnectionError):
        client.switch("A1", "Off")
    assert unit.books().states["A1"] is True and unit.books().writes == []


def test_faults_halve_an_answer_or_make_it_huge(unit: RedfishService, client: Client) -> None:
    unit.faults.order(Fault.HALF_ANSWER)
    with pytest.raises(http.client.IncompleteRead):
        client.get(OUTLETS)
    client.http.close()
    unit.faults.order(Fault.HUGE)
    client.http.request("GET", OUTLETS, headers=client.headers)
    answer = client.http.getresponse()
    assert int(answer.headers["Content-Length"]) > 100_000_000 and len(answer.read(1_000_000)) == 1_000_000
    client.http.close()
    unit.faults.order(Fault.HUGE)
    assert client.send("HEAD", OUTLETS).body is None and len(client.get(OUTLETS)["Members"]) == 12


def test_faults_redirect_or_refuse_a_request_or_change_its_answer(unit: RedfishService, client: Client) -> None:
    unit.faults.order(Fault.REDIRECT, location="https://192.0.2.66")
    assert client.send("GET", OUTLETS).headers["Location"] == f"https://192.0.2.66{OUTLETS}"
    unit.faults.order(Fault.PRIVILEGE)
    assert client.send("GET", OUTLETS).key() == "InsufficientPrivilege"
    for status in (503, 304, 204):
        unit.faults.order(Fault.STATUS, status=status)
        assert client.send("GET", OUTLETS).status == status
    unit.faults.order(Fault.ECHO)
    assert client.headers["Authorization"] in json.dumps(client.send("GET", OUTLETS).body)
    unit.faults.order(Fault.DONE_STATUS, status=500, method="POST")
    assert client.switch("A1", "Off").status == unit.log[-1].status == 500 and unit.books().states["A1"] is False
    unit.faults.order(Fault.DONE_TWICE, method="A1")
    client.http.request("GET", f"{OUTLETS}/A1", headers=client.headers)
    assert client.http.getresponse().read().count(b'"PowerState":') == 2


def test_a_test_can_rewrite_bodies(unit: RedfishService, client: Client) -> None:
    unit.rewrite = lambda target, body: {**body, "Members@odata.nextLink": target} if target == OUTLETS else body
    assert client.get(OUTLETS)["Members@odata.nextLink"] == OUTLETS
    assert "Members@odata.nextLink" not in client.outlet("A1")
