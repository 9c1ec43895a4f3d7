"""Errors name the port: several PDUs may be behind one address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Union

import pytest

from handlers import registry
from handlers.shared.address import host_with_port
from handlers.shared.errors import PduHandlerError
from pdu.loading.handler_loading import load
from pdu.pdu_list import device_list
from pdu_common.connection import PduData, PduSnmpData
from tests.pdu.pdu_list.lists import shown
from tests.pdu.running import run
from tests.ports import reserved
from tests.tables import Case, Table

REFUSALS = Table(Path(__file__).with_name("refusals.txt"))
HANDLERS = pytest.mark.parametrize("handler", registry.names())


@pytest.fixture(autouse=True)
def _login(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COMMUNITY", "public"), ("USERNAME", "u"), ("PASSWORD", "long-words-1")):
        monkeypatch.setenv(f"PDU_{name}", value)


@pytest.mark.parametrize("case", REFUSALS.cases(), ids=str)
def test_refusal(case: Case) -> None:
    case.check(shown(case))


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
    pdu = load(handler).make(data(handler, port))
    method = getattr(pdu, call)
    with pytest.raises(PduHandlerError) as error_info:
        method()
    assert error_info.value.host == f"127.0.0.1:{port}"
    assert str(error_info.value).startswith(f"127.0.0.1:{port}: ")


@HANDLERS
def test_pdus_at_one_address_are_told_apart_by_the_port_of_their_settings(
    handler: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first_port, second_port = reserved(), reserved()
    fleet = tmp_path / "hall.csv"
    fleet.write_text(f"""name,handler,address,auth,settings
left,{handler},127.0.0.1,,port={first_port};timeout=0.2
right,{handler},127.0.0.1,,port={second_port};timeout=0.2
""")

    _, table, _ = run(capsys, "check", str(fleet))
    _, out, _ = run(capsys, "check", str(fleet), "--json")

    places = [f"127.0.0.1:{first_port}", f"127.0.0.1:{second_port}"]
    for where in places:
        assert where in table
    assert [row["address"] for row in json.loads(out)["pdus"]] == places


@HANDLERS
def test_a_usual_port_in_the_settings_of_a_list_is_left_out(handler: str, tmp_path: Path) -> None:
    usual_port = {"snmp": "161", "nut": "3493"}.get(handler, "443")
    fleet = tmp_path / "hall.csv"
    fleet.write_text(f"""name,handler,address,auth,settings
left,{handler},127.0.0.1,,port={usual_port}
""")
    (device,) = device_list.read_device_list(str(fleet)).devices
    assert device.where == "127.0.0.1"


@pytest.mark.parametrize(
    "host, port, text",
    [
        ("10.0.0.1", "161", "10.0.0.1"),
        ("10.0.0.1", 161, "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("", 9, ""),
        ("fe80::1", 9, "[fe80::1]:9"),
        ("[fe80::1]", 9, "[fe80::1]:9"),
    ],
)
def test_a_usual_port_is_left_out(host: str, port: Union[str, int, None], text: str) -> None:
    assert host_with_port(host, port, 161) == text
