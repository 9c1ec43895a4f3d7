"""Errors name the port: several PDUs may be behind one address."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers import registry
from handlers.shared.address import host_with_port
from handlers.shared.errors import PduHandlerError
from pdu.pdus import device_list
from pdu.pdus.handler_loading import load
from pdu.start import main
from pdu_common.connection import PduData, PduSnmpData
from tests.ports import reserved

LOGIN = {"PDU_COMMUNITY": "public", "PDU_USERNAME": "u", "PDU_PASSWORD": "long-words-1"}
HURRY = ("--timeout", "0.2")
HANDLERS = registry.names()
CALLS = {
    "status": ("status", "{handler}", "{where}"),
    "labels": ("labels", "{handler}", "{where}"),
    "statistic": ("statistic", "{handler}", "{where}"),
    "on": ("on", "{handler}", "{where}", "1", "--yes"),
    "cycle": ("cycle", "{handler}", "{where}", "1", "--yes"),
    "record": ("record", "{handler}", "{where}", "-o", "{folder}/x"),
}


@pytest.fixture(autouse=True)
def _login(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)


def data(handler: str, port: int, host: str = "127.0.0.1") -> Any:
    if handler == "snmp":
        fields = {"version": "2", "community": "public", "timeout": "0.1", "retries": "0"}
        return PduSnmpData(host, {**fields, "port": str(port)})
    login = {} if handler == "nut" else {"username": "u", "password": "long-words-1"}
    return PduData(host, {**login, "port": str(port), "timeout": "1"})


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("call", ["status", "statistic", "labels"])
def test_an_error_of_a_handler_names_its_port(handler: str, call: str) -> None:
    port = reserved()
    with pytest.raises(PduHandlerError) as error_info:
        getattr(load(handler).make(data(handler, port)), call)()
    assert error_info.value.host == f"127.0.0.1:{port}"
    assert str(error_info.value).startswith(f"127.0.0.1:{port}: ")


@pytest.mark.sample(8)
@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("call", CALLS)
def test_an_error_of_a_command_names_the_port_that_was_typed(
    handler: str, call: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_port_named(CALLS[call], handler, tmp_path, capsys)


@pytest.mark.parametrize("handler, secret", [("snmp", "COMMUNITY"), ("raritan", "PASSWORD")])
@pytest.mark.parametrize("where", [("127.0.0.1:9",), ("127.0.0.1", "--port", "9")])
def test_a_missing_secret_is_of_a_pdu(
    handler: str,
    secret: str,
    where: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(f"PDU_{secret}")
    assert main(["status", handler, *where, "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["host"] == "127.0.0.1:9" and f"no {secret.lower()} was given" in error["reason"]


def assert_port_named(
    command: tuple[str, ...], handler: str, folder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    where = f"127.0.0.1:{reserved()}"
    words = [word.format(handler=handler, where=where, folder=folder) for word in command]
    for form in ((), ("--json",)):
        assert main([*words, *HURRY, *form]) != 0
        output = capsys.readouterr()
        if form:
            assert json.loads(output.out)["error"]["host"] == where
        else:
            assert f": {where}: " in output.err


@pytest.mark.parametrize("handler", HANDLERS)
def test_tools_tell_pdus_at_one_address_apart(
    handler: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their ports are settings, as an owner writes who keeps addresses bare."""
    ports = [reserved(), reserved()]
    rows = [f"{n},{handler},127.0.0.1,,port={port};timeout=0.2" for n, port in enumerate(ports)]
    fleet = tmp_path / "hall.csv"
    fleet.write_text("\n".join(["name,handler,address,auth,settings", *rows]))
    places = [f"127.0.0.1:{port}" for port in ports]
    page = tmp_path / "page.html"

    assert main(["check", str(fleet), "--html", str(page)]) != 0
    table = capsys.readouterr().out
    assert main(["check", str(fleet), "--json"]) != 0
    document = json.loads(capsys.readouterr().out)
    assert [one["address"] for one in document["pdus"]] == places
    for where in places:
        assert where in table and where in page.read_text()
    pdus = device_list.read_device_list(str(fleet)).devices
    assert [listed_pdu.where for listed_pdu in pdus] == places
    usual = {"snmp": "161", "nut": "3493"}.get(handler, "443")
    assert pdus[0]._replace(settings=(("port", usual),)).where == "127.0.0.1"


def test_a_usual_port_is_left_out() -> None:
    assert (
        host_with_port("10.0.0.1", "161", 161) == host_with_port("10.0.0.1", 161, 161) == "10.0.0.1"
    )
    assert host_with_port("10.0.0.1", None, 161) == "10.0.0.1" and host_with_port("", 9, 161) == ""
    assert host_with_port("fe80::1", 9, 161) == host_with_port("[fe80::1]", 9, 161) == "[fe80::1]:9"
