"""The faults of the simulated Xerus PDU, and its upload and download pages."""
from __future__ import annotations

import http.client
import io
import json
import ssl
from typing import Any, Dict, Iterator, Tuple

import pytest

from tests.waiting import until

from .clockwork import ManualClock
from .xerus import Fault, Model, XerusPdu, image, multipart
from .xerus.server import Body
from .xerus_client import Client, outlet_rid


@pytest.fixture
def pdu() -> Iterator[XerusPdu]:
    with XerusPdu(Model(outlets=4)) as unit:
        yield unit


@pytest.fixture
def client(pdu: XerusPdu) -> Iterator[Client]:
    with Client(pdu) as connected:
        yield connected


# -- faults


def _switch_off(client: Client) -> Dict[str, Any]:
    return client.call(outlet_rid(0), "setPowerState", pstate=0)


@pytest.mark.parametrize("status", [401, 403, 408, 500, 503])
def test_a_status_replaces_one_answer_and_the_call_has_no_effect(pdu: XerusPdu, client: Client, status: int) -> None:
    pdu.faults.order(Fault.STATUS, status=status)
    answer = client.post(outlet_rid(0), b'{"method":"setPowerState","params":{"pstate":0},"id":1}')
    assert (answer.status, answer.read()) == (status, b"")
    assert pdu.books().states["1"] is True
    assert "result" in _switch_off(client)


def test_faults_replace_an_answer_with_html_or_broken_json_or_an_empty_body(pdu: XerusPdu, client: Client) -> None:
    pdu.faults.order(Fault.HTML)
    pdu.faults.order(Fault.NOT_JSON)
    pdu.faults.order(Fault.EMPTY)
    texts = [client.post(outlet_rid(0), b'{"method":"getState"}').read() for _ in range(3)]
    assert texts[0].startswith(b"<!DOCTYPE html>")
    assert texts[1] == b'{"jsonrpc":"2.0","result":'
    assert texts[2] == b""


@pytest.mark.parametrize("fault", [Fault.ECHO, Fault.PRIVILEGE])
@pytest.mark.parametrize("body", [b"", b"[]", b"[" * 100_000, b'{"id": 3}'], ids=["empty", "array", "nested", "no method"])
def test_a_fault_returns_an_error_even_for_a_body_without_a_call(pdu: XerusPdu, client: Client, fault: Fault,
                                                                 body: bytes) -> None:
    pdu.faults.order(fault)
    answer = json.loads(client.post(outlet_rid(0), body).read())
    assert answer["error"] and answer["id"] == (3 if body.endswith(b"}") else None)


def test_a_fault_changes_the_id_of_one_answer(pdu: XerusPdu, client: Client) -> None:
    pdu.faults.order(Fault.WRONG_ID, skip=1)
    assert [client.call(outlet_rid(0), "getState")["id"] for _ in range(3)] == [7, "another", 7]


def test_a_fault_for_a_method_applies_to_calls_inside_both_forms_of_a_bulk(pdu: XerusPdu, client: Client) -> None:
    call = {"jsonrpc": "2.0", "method": "getState", "id": 1}
    for method, inner in (("performBulk", call), ("performRequest", json.dumps(call))):
        pdu.faults.order(Fault.EMPTY, method="getState")
        assert client.call(outlet_rid(0), "getMetaData")["id"] == 7
        body = {"method": method, "params": {"requests": [{"rid": outlet_rid(0), "json": inner}]}, "id": 1}
        assert client.post("/bulk", json.dumps(body).encode()).read() == b""


def test_a_fault_cuts_an_answer_in_half(pdu: XerusPdu, client: Client) -> None:
    pdu.faults.order(Fault.HALF_ANSWER)
    with pytest.raises(http.client.IncompleteRead):
        client.call(outlet_rid(0), "getState")


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


def test_the_unit_closes_connections_after_each_answer_or_while_idle(pdu: XerusPdu, client: Client) -> None:
    pdu.close_after_each_answer()
    for _ in range(2):
        client.call(outlet_rid(0), "getState")
        with pytest.raises((ConnectionError, ssl.SSLError)):
            client.call(outlet_rid(0), "getState")
        client.http.close()
    pdu.close_after_each_answer(False)
    client.call(outlet_rid(0), "getState")
    pdu.close_connections()
    with pytest.raises((ConnectionError, ssl.SSLError)):
        client.call(outlet_rid(0), "getState")


def test_a_fault_redirects_to_another_host(pdu: XerusPdu, client: Client) -> None:
    pdu.faults.order(Fault.REDIRECT, location="https://192.0.2.66")
    answer = client.post(outlet_rid(0), b"{}")
    assert (answer.status, answer.headers["Location"]) == (302, f"https://192.0.2.66{outlet_rid(0)}")


def test_a_reboot_during_switching_leaves_the_relay_unchanged() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, relay_delay=5.0), clock=clock, reboot_seconds=0.1) as pdu, Client(pdu) as client:
        _switch_off(client)
        pdu.reboot()
        with pytest.raises((ConnectionError, ssl.SSLError)):
            client.call(outlet_rid(0), "getState")
        client.http.close()
        assert until(lambda: not pdu.down())
        clock.now = 60.0
        assert client.result(outlet_rid(0), "getState")["powerState"] == 1


# -- files and updates


def _form(name: str, data: bytes) -> Tuple[bytes, Dict[str, str]]:
    head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="f"\r\n\r\n'.encode()
    return head + data + b"\r\n--edge--\r\n", {"Content-Type": 'multipart/form-data; boundary="edge"'}


@pytest.mark.parametrize("data", [b"", b"\r\n", b"--edge", b"\r\n--edg", b"x" * 70_000 + b"\r\n--"])
def test_an_upload_that_is_not_an_image_arrives_whole_and_starts_no_update(client: Client, data: bytes) -> None:
    client.post("/cgi-bin/fwupload.cgi", *_form("upfile", data)).read()
    assert client.result("/firmware", "getImageStatus")["size_done"] == len(data)
    assert client.call("/firmware", "getImageInfo")["result"]["info"]["valid"] is False
    assert "result" in client.call("/firmware", "startUpdate", flags=[])
    assert client.call("/cgi-bin/fwupdate_progress.cgi", "getStatus")["result"]["_ret_"]["state"] == "NONE"


def test_a_large_upload_over_plain_http_breaks_at_the_redirect() -> None:
    with XerusPdu(Model(outlets=1), http_port=0) as pdu, Client(pdu, secure=False) as client:
        with pytest.raises(OSError):
            client.post("/cgi-bin/fwupload.cgi", *_form("upfile", bytes(20_000_000)))
        assert pdu.books().writes == []


@pytest.mark.parametrize("body", [b"", b"--edge\r\n", b"--edge\r\n\r\nno end", b"nothing at all"])
def test_a_body_that_is_not_a_complete_form_is_refused(client: Client, body: bytes) -> None:
    answer = client.post("/cgi-bin/fwupload.cgi", body, {"Content-Type": "multipart/form-data; boundary=edge"})
    assert answer.status == 400


def test_a_configuration_of_a_unit_with_more_outlets_is_refused(client: Client) -> None:
    with XerusPdu(Model(outlets=5)) as larger, Client(larger) as other:
        data = other.get("/cgi-bin/bulk_config_save.cgi").read()
    answer = client.post("/cgi-bin/bulk_config_restore.cgi", *_form("bulk_config_file", data))
    assert answer.headers["X-Response-Code"] == "13"
    answer.read()
    assert client.call("/bulkcfg", "getStatus")["result"]["status"] == 0


def test_a_form_with_equal_or_missing_part_names_or_a_boundary_outside_ascii_is_refused(client: Client) -> None:
    part = b'--edge\r\nContent-Disposition: form-data; name="upfile"\r\n\r\ndata\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    answer = client.post("/cgi-bin/fwupload.cgi", part * 2 + b"--edge--\r\n", kind)
    assert (answer.status, answer.read()) == (400, b"two parts have the same name")
    answer = client.post("/cgi-bin/fwupload.cgi", part.replace(b'; name="upfile"', b"") + b"--edge--\r\n", kind)
    assert (answer.status, answer.read()) == (400, b"a part has no plain name")
    whole = part.replace(b"edge", b"\xe9dge") + b"--\xe9dge--\r\n"
    answer = client.post("/cgi-bin/fwupload.cgi", whole, {"Content-Type": "multipart/form-data; boundary=\xe9dge"})
    assert (answer.status, answer.read()) == (400, b"not multipart/form-data")


@pytest.mark.parametrize("data", [b"no JSON", b"[]", b"[" * 100_000], ids=["text", "array", "nested"])
def test_a_configuration_of_power_meters_that_is_not_a_json_object_is_refused(client: Client, data: bytes) -> None:
    answer = client.post("/cgi-bin/upload_pmc_config.cgi", *_form("config_file", data))
    assert (answer.status, answer.read()) == (200, b"ERROR: the configuration is not a JSON object")


def test_an_unsigned_image_needs_the_flag_that_allows_it(client: Client) -> None:
    client.post("/cgi-bin/fwupload.cgi", *_form("upfile", image("4.4.9", signed=False))).read()
    client.call("/firmware", "startUpdate", flags=[])
    assert client.call("/cgi-bin/fwupdate_progress.cgi", "getStatus")["result"]["_ret_"]["state"] == "NONE"
    client.call("/firmware", "startUpdate", flags=[2])
    assert client.call("/cgi-bin/fwupdate_progress.cgi", "getStatus")["result"]["_ret_"]["state"] == "INIT"
    assert client.post("/model/pdu/0", b'{"method":"getOutlets"}').status == 503


def test_an_update_to_another_generation_changes_types_and_ids() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1), "3.6", clock=clock, reboot_seconds=0.0) as pdu, Client(pdu) as client:
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


@pytest.mark.parametrize("form, reason", [
    ("--b", "right after a boundary"), ("--bXX\r\n", "not at the end of its line"),
    ("--b\r\n\r\nfoo\r\n--b--\r\n", "no plain name"), ("--b\r\nX: " + "x" * 20000 + "\r\n\r\nfoo\r\n--b--\r\n", "too long"),
    ('--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nfoo', "no closing boundary")])
def test_a_form_that_is_not_whole_is_refused_with_the_reason(form: str, reason: str) -> None:
    with pytest.raises(multipart.BadForm, match=reason):
        multipart.parse(Body(io.BytesIO(form.encode()).read, len(form)), "multipart/form-data; boundary=b")
