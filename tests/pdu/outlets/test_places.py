"""Errors name the port: several PDUs may be behind one address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handlers import registry
from handlers.shared.address import host_with_port
from handlers.shared.errors import PduHandlerError
from pdu.loading.handler_loading import load
from pdu.pdu_list import device_list
from pdu_common.connection import PduData, PduSnmpData
from tests.pdu.running import run
from tests.ports import reserved

HANDLERS = pytest.mark.parametrize("handler", registry.names())


@pytest.fixture(autouse=True)
def _login(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COMMUNITY", "public"), ("USERNAME", "u"), ("PASSWORD", "long-words-1")):
        monkeypatch.setenv(f"PDU_{name}", value)


def data(handler: str, port: int) -> Any:
    if handler == "snmp":
        fields = {"version": "2", "community": "public", "timeout": "0.1", "retries": "0"}
        return PduSnmpData("127.0.0.1", {**fields, "port": str(port)})
    login = {} if handler == "nut" else {"username": "u", "password": "long-words-1"}
    return PduData("127.0.0.1", {**login, "port": str(port), "timeout": "1"})


@HANDLERS
@pytest.mark.parametrize("call", ["status", "statistic", "labels"])
def test_an_error_of_a_handler_names_its_port(handler: str, call: str) -> None:
    port = reserved()
    with pytest.raises(PduHandlerError) as error_info:
        getattr(load(handler).make(data(handler, port)), call)()
    assert error_info.value.host == f"127.0.0.1:{port}"
    assert str(error_info.value).startswith(f"127.0.0.1:{port}: ")


@pytest.mark.parametrize("handler", ["snmp", "nut", "raritan"])
@pytest.mark.parametrize(
    "line", ["status {}", "on {} 1 --yes", "cycle {} 1 --yes", "record {} -o new"]
)
def test_an_error_of_a_command_names_the_port_that_was_typed(
    handler: str,
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    where = f"127.0.0.1:{reserved()}"
    words = [*line.format(f"{handler} {where}").split(), "--timeout", "0.2"]
    assert f": {where}: " in run(capsys, *words)[2]
    assert json.loads(run(capsys, *words, "--json")[1])["error"]["host"] == where


@pytest.mark.parametrize("handler, secret", [("snmp", "COMMUNITY"), ("raritan", "PASSWORD")])
@pytest.mark.parametrize("where", ["127.0.0.1:9", "127.0.0.1 --port 9"])
def test_a_missing_secret_is_of_a_pdu(
    handler: str,
    secret: str,
    where: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(f"PDU_{secret}")
    code, out, _ = run(capsys, "status", handler, *where.split(), "--json")
    error = json.loads(out)["error"]
    assert code == 2 and f"no {secret.lower()} was given" in error["reason"]
    assert error["host"] == "127.0.0.1:9"


@HANDLERS
def test_pdus_at_one_address_are_told_apart_by_the_port_of_their_settings(
    handler: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = [reserved(), reserved()]
    rows = [f"{n},{handler},127.0.0.1,,port={port};timeout=0.2" for n, port in enumerate(ports)]
    fleet, page = tmp_path / "hall.csv", tmp_path / "page.html"
    fleet.write_text("\n".join(["name,handler,address,auth,settings", *rows]))
    places = [f"127.0.0.1:{port}" for port in ports]
    table = run(capsys, "check", str(fleet), "--html", str(page))[1]
    assert all(where in table and where in page.read_text() for where in places)
    document = json.loads(run(capsys, "check", str(fleet), "--json")[1])
    assert [row["address"] for row in document["pdus"]] == places
    device, _ = device_list.read_device_list(str(fleet)).devices
    usual_port = {"snmp": "161", "nut": "3493"}.get(handler, "443")
    assert device._replace(settings=(("port", usual_port),)).where == "127.0.0.1"


def test_a_usual_port_is_left_out() -> None:
    for host, port, text in (
        ("10.0.0.1", "161", "10.0.0.1"),
        ("10.0.0.1", 161, "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("", 9, ""),
        ("fe80::1", 9, "[fe80::1]:9"),
        ("[fe80::1]", 9, "[fe80::1]:9"),
    ):
        assert host_with_port(host, port, 161) == text
