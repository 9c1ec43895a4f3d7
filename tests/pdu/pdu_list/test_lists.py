"""What is read of the owner's lists and logins, and what names of the list mean in commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest
from click.shell_completion import ShellComplete

from handlers import registry
from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from handlers.shared.printed_forms import printed_forms
from pdu import root
from pdu.files import secret_files
from pdu.loading.handler_loading import load
from pdu.pdu_list import device_list, form, logins as auth, names
from pdu.pdu_list.duplicates import find_duplicates
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.pdu_list.login_options import Login
from pdu.reading.polling import Target
from tests.pdu.monitoring.halls import line, login, private
from tests.pdu.running import run
from tests.servers.peers import PEERS
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import BUILT_IN
from tests.tables import Case

from .lists import TABLE, shown


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_list(case: Case) -> None:
    case.check(shown(case))


def refused(ask: Callable[[], Any]) -> str:
    with pytest.raises(SettingsError) as error_info:
        ask()
    return error_info.value.reason


def test_a_file_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_files, "LONGEST", 40)
    case = Case(title="", line=0, left="row a,snmp,192.0.2.1", right="")
    assert "FOLDER/list.csv is larger than" in shown(case)


def test_a_check_warns_and_has_the_sum_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    path = tmp_path / "list.csv"
    with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
        address = f"127.0.0.1:{agent.port}"
        path.write_text(f"name,handler,address\nr1,snmp,{address}\nother,snmp,{address}\n")
        code, out, err = run(capsys, "check", str(path), "--json")

    assert code == 0
    assert err.count("line 2 (r1) and line 3 (other) are one PDU") == 1
    document = json.loads(out)
    first_pdu, _ = document["pdus"]
    assert first_pdu["load_a"] is not None
    assert document["summary"]["load_a"] == first_pdu["load_a"]
    assert document["summary"]["repeated"] == {"other": "r1"}


def test_a_port_of_many_digits_is_compared_too() -> None:
    """More than Python reads as a number."""
    pdus: list[ListedPdu] = []
    for name in ("a", "b"):
        settings = (("port", "9" * 5000),)
        pdus.append(ListedPdu(name, "snmp", Address("192.0.2.1"), settings=settings))
    assert len(list(find_duplicates(pdus, {}))) == 1


@pytest.mark.parametrize(
    "version, keys",
    [
        ("V3", {"snmp_version", "username"}),
        ("3", {"snmp_version", "username"}),
        ("2c", {"snmp_version"}),
    ],
)
def test_a_user_among_settings_for_several_handlers_is_one_of_snmpv3(
    version: str, keys: set[str]
) -> None:
    login = Login({"snmp_version": version, "username": "u"})
    assert {*form.settings_for_handler(load("snmp"), login)} == keys


@pytest.mark.parametrize("key", ["port", "host", "username", "scheme"])
@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_setting_wins_over_nothing(key: str, text: str) -> None:
    login = Login({key: text}).with_list({"scheme": "http", "port": "8081"}, None)
    with pytest.raises(SettingsError, match="is empty"):
        form.pdu_data(load("netio"), Address("192.0.2.1"), login)
    with pytest.raises(SettingsError, match=f"{key} is empty"):
        text = f"handler,address,settings\nnetio,192.0.2.1,{key}={text}\n"
        device_list.parse_device_list(text.encode(), "l.csv").without_faults()


@pytest.mark.parametrize(
    "handler, variables",
    [
        ("nut", {"PDU_DEVICE": "rack7"}),
        ("redfish", {"PDU_PDU": "2"}),
        ("netio", {"PDU_SCHEME": "http", "PDU_VERIFY": "no"}),
        ("snmp", {"PDU_PORT": "1161", "PDU_SNMP_VERSION": "1"}),
    ],
)
def test_one_name_is_one_unit_whatever_the_environment_says(
    handler: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    login = {"PDU_PASSWORD": "p", "PDU_USERNAME": "u", "PDU_COMMUNITY": "c"}
    for name, text in {**variables, **login}.items():
        monkeypatch.setenv(name, text)
    fleet = device_list.parse_device_list(
        f"name,handler,address\nr9,{handler},127.0.0.9\n".encode(), "l.csv"
    )
    (device,) = fleet.devices
    login_of_command = Login().with_list({}, None)
    by_name = form.pdu_data(load(handler), device.address, login_of_command, device.name)
    by_check = Target(device, load(handler), auth.environment_login({})).data()
    assert by_name == by_check
    chosen = names.ChosenPdu(handler, device.address, login_of_command, device.name)
    assert chosen.variables_text(load(handler)) == ", with PDU_USERNAME of the environment"
    login_of_file = Login().with_list({}, auth.DeviceLogin("hall", {}, {"password": "p"}))
    assert not login_of_file.environment_settings(["username"], device.address)


@pytest.mark.parametrize("secret", ["pa\\ss", "p\u00e4ss", "it's\"x", "a\tb"])
def test_the_printed_forms_of_a_secret_are_found(secret: str) -> None:
    texts = (repr(secret), ascii(secret), repr(secret.encode()), repr([f"{secret}'\""]))
    for text in texts:
        assert any(printed in text for printed in printed_forms(secret)), text


def test_a_name_switches_outlets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.outlets.switching.AGAIN_S", 0.0)
    path = tmp_path / "pdus.csv"
    monkeypatch.setenv("PDU_LIST", str(path))
    with PEERS["snmp"]() as peer:
        path.write_text(f"name,handler,address,auth,settings\n{line(tmp_path, peer, 'left')}\n")
        private(tmp_path / "logins.toml", login(peer, "left"))
        first, second, *_ = peer.truth().states
        code, out, _ = run(capsys, "off", "left", f"{first}-{second}", "--yes", "-s", "timeout=9")
        states = peer.truth().states
    assert code == 0
    assert f"outlet {second} of left ({peer.address}:{peer.snmp['port']}) is off" in out
    assert not states[first]
    assert not states[second]


@pytest.mark.parametrize(
    "words, incomplete, completions",
    [
        (["status"], "", [*registry.names(), "left", "right", "top"]),
        (["off"], "le", ["left"]),
        (["status", "left"], "r", ["right"]),
        (["record"], "to", ["top"]),
    ],
)
def test_a_shell_completes_names(
    words: list[str],
    incomplete: str,
    completions: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "pdus.csv"
    path.write_text("name,handler,address\nleft,snmp,h1\nright,nut,h2\ntop,raritan,h3\n")
    monkeypatch.setenv("PDU_LIST", str(path))
    shell = ShellComplete(root.ROOT, {}, "pdu", "_")
    assert [item.value for item in shell.get_completions(words, incomplete)] == completions
