"""The faults of the simulated Xerus PDU, its reboot and its update."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from tests.waiting import until

from .clockwork import ManualClock
from .xerus import Fault, Model, XerusPdu, image
from .xerus_client import Client, outlet_rid


@pytest.fixture
def pdu() -> Iterator[XerusPdu]:
    with XerusPdu(Model(outlets=4)) as unit:
        yield unit


@pytest.fixture
def client(pdu: XerusPdu) -> Iterator[Client]:
    with Client(pdu) as connected:
        yield connected


def _switch_off(client: Client) -> dict[str, Any]:
    return client.call(outlet_rid(0), "setPowerState", pstate=0)


def test_a_fault_for_a_method_applies_to_calls_inside_both_forms_of_a_bulk(
    pdu: XerusPdu, client: Client
) -> None:
    call = {"jsonrpc": "2.0", "method": "getState", "id": 1}
    for method, inner in (("performBulk", call), ("performRequest", json.dumps(call))):
        pdu.faults.order(Fault.EMPTY, method="getState")
        assert client.call(outlet_rid(0), "getMetaData")["id"] == 7
        body = {
            "method": method,
            "params": {"requests": [{"rid": outlet_rid(0), "json": inner}]},
            "id": 1,
        }
        assert client.post("/bulk", json.dumps(body).encode()).read() == b""


def test_a_fault_loses_the_answer_to_a_switching_command(pdu: XerusPdu, client: Client) -> None:
    pdu.faults.order(Fault.DROP_AFTER_WRITE, method="setPowerState")
    assert client.result(outlet_rid(0), "getState")["powerState"] == 1
    with pytest.raises(ConnectionError):
        _switch_off(client)
    assert pdu.books().states["1"] is False


def test_a_fault_loses_a_request_before_it_takes_effect(pdu: XerusPdu, client: Client) -> None:
    pdu.faults.order(Fault.CLOSE_BEFORE)
    with pytest.raises(ConnectionError):
        _switch_off(client)
    assert pdu.books().states["1"] is True


def test_a_reboot_during_switching_leaves_the_relay_unchanged() -> None:
    clock = ManualClock()
    with (
        XerusPdu(Model(outlets=1, relay_delay=5.0), clock=clock, reboot_seconds=0.1) as pdu,
        Client(pdu) as client,
    ):
        _switch_off(client)
        pdu.reboot()
        with pytest.raises((ConnectionError, ssl.SSLError)):
            client.call(outlet_rid(0), "getState")
        client.http.close()
        assert until(lambda: not pdu.down())
        clock.now = 60.0
        assert client.result(outlet_rid(0), "getState")["powerState"] == 1


def _form(name: str, data: bytes) -> tuple[bytes, dict[str, str]]:
    head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="f"\r\n\r\n'.encode()
    return head + data + b"\r\n--edge--\r\n", {
        "Content-Type": 'multipart/form-data; boundary="edge"'
    }


def test_an_update_to_another_generation_changes_types_and_ids() -> None:
    clock = ManualClock()
    with (
        XerusPdu(Model(outlets=1), "3.6", clock=clock, reboot_seconds=0.0) as pdu,
        Client(pdu) as client,
    ):
        before = client.result("/model/pdu/0", "getOutlets")[0]
        client.post("/cgi-bin/fwupload.cgi", *_form("upfile", image("4.4.9.5-1"))).read()
        client.call("/firmware", "startUpdate", flags=[])
        clock.now = 5.0
        pdu.books()
        client.http.close()
        assert client.post(before["rid"], b'{"method":"getState"}').status == 404
        client.http.close()
        assert client.result("/model/pdu/0", "getMetaData")["fwRevision"].startswith("4.4")
        assert client.result("/model/pdu/0", "getOutlets")[0]["type"] != before["type"]
        assert pdu.books().states == {"1": True}
