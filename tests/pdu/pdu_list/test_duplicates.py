"""A list that has one PDU twice: a warning with both lines in every command, and sums once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.shared.address import Address
from pdu.monitoring import check_result
from pdu.pdu_list import device_list
from pdu.pdu_list.duplicates import find_duplicates
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.reading.owner_files import OwnerFiles
from pdu.reading.parts import CallError, Reading
from tests.pdu.running import run
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import BUILT_IN

HEAD = "name,handler,address,auth,settings\n"


def pdu(name: str, handler: str, address: str, **settings: str) -> ListedPdu:
    return ListedPdu(name, handler, Address(address), settings=tuple(settings.items()))


@pytest.mark.parametrize(
    ("pdu_a", "pdu_b"),
    [
        (pdu("a", "snmp", "192.0.2.1"), pdu("b", "snmp", "192.0.2.1")),
        (pdu("a", "snmp", "192.0.2.1"), pdu("b", "snmp", "192.0.2.1:161")),
        (pdu("a", "snmp", "192.0.2.1:1161"), pdu("b", "snmp", "192.0.2.1", port="1161")),
        # the port of the settings counts, as in the handlers
        (pdu("a", "snmp", "192.0.2.1:9", port="161"), pdu("b", "snmp", "192.0.2.1")),
        (pdu("a", "snmp", "PDU1.example.org"), pdu("b", "snmp", "pdu1.Example.org.")),
        (pdu("a", "snmp", "[2001:db8::1]"), pdu("b", "snmp", "[2001:DB8:0::1]:161")),
        (pdu("a", "snmp", "192.0.2.1"), pdu("b", "snmp", "[::ffff:192.0.2.1]")),
        (pdu("a", "snmp", "192.0.2.1"), pdu("b", "dist/pdu_snmp-0.4.0.tar.gz", "192.0.2.1")),
        (pdu("a", "nut", "192.0.2.1", device="x"), pdu("b", "nut", "192.0.2.1:3493", device="x")),
        (pdu("a", "raritan", "192.0.2.1"), pdu("b", "raritan", "192.0.2.1", scheme="https")),
        (pdu("a", "redfish", "192.0.2.1"), pdu("b", "redfish", "192.0.2.9", host="192.0.2.1")),
        (pdu("a", "redfish", "192.0.2.1", scheme="http"), pdu("b", "redfish", "192.0.2.1")),
        # by two handlers, each at the usual port of its protocol
        (pdu("a", "snmp", "192.0.2.1"), pdu("b", "raritan", "192.0.2.1")),
        (pdu("a", "netio", "192.0.2.1:80"), pdu("b", "snmp", "192.0.2.1:161")),
        (pdu("a", "snmp", "192.0.2.1"), pdu("b", "mine.py", "192.0.2.1", outlets="8")),
        # by two handlers at one port
        (pdu("a", "raritan", "192.0.2.1:8443"), pdu("b", "redfish", "192.0.2.1", port="8443")),
        # a unit of a chain, once more, with its link units
        (pdu("a", "raritan", "192.0.2.1"), pdu("b", "raritan", "192.0.2.1", link_units="yes")),
    ],
)
def test_one_unit_under_two_names(pdu_a: ListedPdu, pdu_b: ListedPdu) -> None:
    (duplicate,) = find_duplicates([pdu_a, pdu("c", "snmp", "192.0.2.77"), pdu_b], {})
    assert (duplicate.counted_pdu, duplicate.repeated_pdu) == (pdu_a, pdu_b)


@pytest.mark.parametrize(
    ("pdu_a", "pdu_b"),
    [
        # behind NAT: one address, and a port for each unit
        (pdu("a", "snmp", "192.0.2.1:1161"), pdu("b", "snmp", "192.0.2.1:1162")),
        (pdu("a", "snmp", "192.0.2.1", port="1161"), pdu("b", "snmp", "192.0.2.1")),
        (pdu("a", "raritan", "192.0.2.1", port="50002"), pdu("b", "raritan", "192.0.2.1:50003")),
        (pdu("a", "raritan", "192.0.2.1:8443"), pdu("b", "snmp", "192.0.2.1")),
        # UDP and TCP have ports of their own
        (pdu("a", "raritan", "192.0.2.1:1161"), pdu("b", "snmp", "192.0.2.1:1161")),
        # a NUT server runs on any machine
        (pdu("a", "snmp", "192.0.2.1"), pdu("b", "nut", "192.0.2.1")),
        # units of one server, of one service
        (pdu("a", "nut", "192.0.2.1", device="x"), pdu("b", "nut", "192.0.2.1", device="y")),
        (pdu("a", "redfish", "192.0.2.1", pdu="1"), pdu("b", "redfish", "192.0.2.1", pdu="2")),
        (pdu("a", "snmp", "pdu1"), pdu("b", "snmp", "pdu1.example.org")),
    ],
)
def test_two_units(pdu_a: ListedPdu, pdu_b: ListedPdu) -> None:
    assert [*find_duplicates([pdu_a, pdu_b], {})] == []


def test_all_units_of_a_server_and_one_of_them() -> None:
    """Sums have the name that reads all."""
    part, whole = pdu("a", "nut", "192.0.2.1", device="x"), pdu("b", "nut", "192.0.2.1")
    other_part = pdu("c", "nut", "192.0.2.1", device="y")
    duplicates = find_duplicates([part, whole, other_part], {})
    pairs = [(duplicate.repeated_pdu.name, duplicate.counted_pdu.name) for duplicate in duplicates]
    assert pairs == [("a", "b"), ("c", "b")]


@pytest.mark.parametrize(
    "handler, setting",
    [("nut", "device={}"), ("redfish", "pdu={}"), ("snmp", "port=116{}"), ("netio", "host=h{}")],
)
def test_a_login_tells_units_of_one_address_apart(
    handler: str, setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sum that took them for one unit would lack a real one."""
    tables: list[str] = []
    for number in (1, 2):
        key, _, value = setting.format(number).partition("=")
        tables.append(f'[auth.login{number}]\n{key} = "{value}"\n')
    rows = [f"a,{handler},192.0.2.1,login1,", f"b,{handler},192.0.2.1,login2,"]
    list_path, login_path = tmp_path / "list.csv", tmp_path / "logins.toml"
    list_path.write_text("\n".join([HEAD.strip(), *rows, ""]))
    login_path.write_text("".join(tables))
    login_path.chmod(0o600)
    fleet = OwnerFiles(list=str(list_path), auth=str(login_path)).files()
    assert fleet.repeated == {}
    assert capsys.readouterr().err == ""
    in_toml = "".join(
        f'[[pdu]]\nname = "{name}"\nhandler = "{handler}"\naddress = "192.0.2.1"\n'
        f'auth = "login{number}"\n'
        for number, name in enumerate("ab", 1)
    )
    document = f"{in_toml}{''.join(tables)}"
    assert device_list.parse_device_list(document.encode(), "list.toml").repeated == {}


def test_one_login_of_two_names_is_one_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list_path = tmp_path / "list.csv"
    list_path.write_text(f"{HEAD}a,nut,192.0.2.1,one,\nb,nut,192.0.2.1,,device=ups1\n")
    (tmp_path / "logins.toml").write_text('[auth.one]\ndevice = "ups1"\n')
    (tmp_path / "logins.toml").chmod(0o600)
    assert OwnerFiles(list=str(list_path)).files().repeated == {"b": "a"}
    assert "are one PDU, 192.0.2.1, port tcp 3493, ups1" in capsys.readouterr().err


def _row(name: str, load_a: float) -> check_result.PduRow:
    """The result of a PDU that was read."""
    reading = Reading(outlets=[], load_a=load_a, energy_kwh=None, answered=True)
    return check_result.judge_reading(ListedPdu(name, "snmp", Address("192.0.2.1")), reading)


def _unread_row(name: str) -> check_result.PduRow:
    failures = {"states": CallError("unreachable", "no answer")}
    reading = Reading(outlets=[], failures=failures, answered=False)
    return check_result.judge_reading(ListedPdu(name, "snmp", Address("192.0.2.1")), reading)


def test_a_sum_has_a_unit_once() -> None:
    rows = [_row("a", 5.0), _row("b", 5.3), _row("c", 1.0)]
    summary = check_result.summary(rows, 1.0, {"b": "a"})
    assert summary.pdus == 3
    assert summary.loads == 2
    assert summary.load_a == 6.0
    assert summary.lines()[-1] == "b is a again: counted once"


def test_a_unit_that_is_listed_twice_is_in_the_sum_by_the_name_that_was_read() -> None:
    rows = [_unread_row("a"), _row("b", 5.3), _row("c", 1.0)]
    assert check_result.summary(rows, 1.0, {"b": "a"}).load_a == 6.3


def test_units_that_are_listed_once_are_all_in_the_sum() -> None:
    rows = [_row("a", 5.0), _row("b", 5.3), _row("c", 1.0)]
    assert check_result.summary(rows, 1.0).load_a == 11.3


def test_a_check_warns_and_has_the_sum_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    path = tmp_path / "list.csv"
    with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
        address = f"127.0.0.1:{agent.port}"
        path.write_text(f"{HEAD}r1,snmp,{address},,\nother,snmp,{address},,\n")
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
    pdus = [pdu(name, "snmp", "192.0.2.1", port="9" * 5000) for name in ("a", "b")]
    assert len(list(find_duplicates(pdus, {}))) == 1
