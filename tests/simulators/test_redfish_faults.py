"""Faults and rewritten bodies of the simulated Redfish service."""

from __future__ import annotations

import json

import pytest

from .redfish import Fault, RedfishService
from .redfish_client import OUTLETS, Client


def test_a_fault_loses_the_answer_to_a_switching_command(
    unit: RedfishService, client: Client
) -> None:
    unit.faults.order(Fault.DROP_AFTER_WRITE, method="PowerControl")
    with pytest.raises(ConnectionError):
        client.switch("A1", "Off")
    assert unit.books().states["A1"] is False and unit.log[-1].status == 0


def test_a_fault_loses_a_request_before_it_takes_effect(
    unit: RedfishService, client: Client
) -> None:
    unit.faults.order(Fault.CLOSE_BEFORE, method="POST")
    with pytest.raises(ConnectionError):
        client.switch("A1", "Off")
    assert unit.books().states["A1"] is True and unit.books().writes == []


def test_faults_redirect_or_refuse_a_request_or_change_its_answer(
    unit: RedfishService, client: Client
) -> None:
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
    assert (
        client.switch("A1", "Off").status == unit.log[-1].status == 500
        and unit.books().states["A1"] is False
    )
    unit.faults.order(Fault.DONE_TWICE, method="A1")
    client.http.request("GET", f"{OUTLETS}/A1", headers=client.headers)
    assert client.http.getresponse().read().count(b'"PowerState":') == 2
