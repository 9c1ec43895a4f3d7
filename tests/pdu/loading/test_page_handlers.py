"""Handlers by the vendor's page "Creating a PDU handler", whoever wrote them: read, switched and
checked by their path; what breaks the page is told in one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from handlers.shared.address import Address
from pdu.cli import exit_codes
from pdu.loading.handler_loading import load
from pdu.pdu_list import form
from pdu.pdu_list.login_options import Login
from pdu.reading import outlet_power
from tests.pdu.running import run

from .json_pdu import HTTP, Unit, serving
from .page_handler import SOURCE, agent, folder, loaded_anew, packed

__all__ = ["loaded_anew"]


@pytest.fixture(autouse=True)
def community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private")
    monkeypatch.setattr(outlet_power, "AGAIN_S", 0.0)


FORMS: dict[str, Callable[[Path], str]] = {
    "file": lambda made: str(made / "my_handler.py"),
    "folder": str,
    "archive": lambda made: str(packed(made)),
    "archive:module": lambda made: f"{packed(made)}:handler_dir.my_handler",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_pages_own_handler_is_read_and_switched_unchanged(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = FORMS[form](folder(tmp_path))
    with agent() as unit:
        host, books = f"127.0.0.1:{unit.port}", unit.books()
        code, out, err = run(capsys, "status", path, host, "--json")
        states = {row["identity"]: row["state"] == "on" for row in json.loads(out)["outlets"]}
        assert (code, err, states) == (0, "", books.states)
        document = json.loads(run(capsys, "statistic", path, host, "--json")[1])
        assert document["load_a"] == pytest.approx(books.load_a)
        energies = {row["identity"]: row["energy_kwh"] for row in document["outlets"]}
        assert energies == books.port_energy_kwh
        (row,) = json.loads(run(capsys, "check", path, host, "--json")[1])["pdus"]
        assert (row["result"], row["name"], row["load_a"]) == ("well", host, document["load_a"])
        identity = next(identity for identity, on in books.states.items() if on)
        for call, is_on in (("off", False), ("on", True), ("cycle", True)):
            pause = ("--pause", "0") if call == "cycle" else ()
            assert run(capsys, call, path, host, identity, "--yes", *pause)[0] == 0
            assert unit.books().states[identity] is is_on
        assert len(unit.writes()) == 4


def test_a_lone_file_is_a_handler(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder(tmp_path)
    (path / "__init__.py").unlink()
    with agent() as unit:
        assert run(capsys, "status", str(path / "my_handler.py"), f"127.0.0.1:{unit.port}")[0] == 0


@pytest.fixture
def json_unit() -> Iterator[str]:
    with serving() as address:
        yield address


def test_a_base_pdu_handler_gets_what_the_form_carries_and_the_secret_by_reference(
    json_unit: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = folder(tmp_path, "http_dir", HTTP)
    secret = tmp_path / "secret"
    secret.write_text("hunter-2\n")
    secret.chmod(0o600)
    form = ("-s", "path=/outlets", "--username", "admin", "--secret-file", f"password={secret}")
    code, out, err = run(capsys, "status", str(path), json_unit, *form, "--json")
    assert (code, err) == (0, "")
    assert [outlet["state"] for outlet in json.loads(out)["outlets"]] == ["on", "off"]
    assert run(capsys, "on", str(packed(path)), json_unit, "2", "--yes", *form)[0] == 2
    assert run(capsys, "off", str(path), json_unit, "1", "--yes", *form)[0] == 0
    assert Unit.states == {"1": False, "2": False}
    code, out, err = run(capsys, "check", str(path), json_unit, *form, "--json")
    (row,) = json.loads(out)["pdus"]
    assert (code, err, row["result"], row["off"]) == (0, "", "well", 2)
    assert "hunter" not in out
    monkeypatch.setenv("PDU_PASSWORD", "hunter-3")
    code, out, _ = run(capsys, "statistic", str(path), json_unit, *form[:4], "--json")
    assert code == 0
    assert json.loads(out)["load_a"] == 1.5
    code, _, err = run(capsys, "status", str(path), json_unit, "-s", "password=hunter-2")
    assert code == 2
    assert "password is a secret" in err
    assert "hunter" not in err


def test_a_handler_that_declares_nothing_gets_host_and_port_apart(tmp_path: Path) -> None:
    handler = load(str(folder(tmp_path, "http_dir", HTTP)))
    data = form.pdu_data(handler, Address("[2001:db8::7]:8080"), Login())
    assert (data.ip, data.custom_params) == ("2001:db8::7", {"port": "8080"})
    typed = form.pdu_data(handler, Address("192.0.2.7"), Login({"port": "81"}))
    assert (typed.ip, typed.custom_params) == ("192.0.2.7", {"port": "81"})


def test_a_list_names_such_handlers_relative_to_itself(
    json_unit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path)
    folder(tmp_path, "http_dir", HTTP)
    logins = tmp_path / "logins.toml"
    logins.write_text('[auth.web]\nusername = "admin"\npassword = "hunter-2"\n')
    logins.chmod(0o600)
    with agent() as unit:
        (tmp_path / "pdus.csv").write_text(
            "name,handler,address,auth,settings\n"
            f"a,handler_dir,127.0.0.1:{unit.port},,\n"
            f"b,http_dir/my_handler.py,{json_unit},web,path=/outlets\n"
        )
        files = ("--auth", str(logins))
        code, out, err = run(capsys, "check", str(tmp_path / "pdus.csv"), *files, "--json")
        assert code == 0, out + err
        rows = json.loads(out)["pdus"]
        assert [(row["name"], row["result"]) for row in rows] == [("a", "well"), ("b", "well")]
        assert code == 0, err
        list_option = ("--list", str(tmp_path / "pdus.csv"))
        code, out, err = run(capsys, "status", "b", *list_option, *files, "--json")
        assert code == 0, err
        assert len(json.loads(out)["outlets"]) == 2, err


def replaced(old: str, new: str) -> str:
    assert old in SOURCE
    return SOURCE.replace(old, new)


_VIEW = "        pdu_info = PduView()\n"
_STATE = """PORT_POWER_DICT.get_by_value(
                        port.value_int, EnumPowerStatus.UNKNOWN
                    )"""
_LOAD = "sum(port.value_float for port in self.snmp_walk(OID_RPCM_OUTPUT_MILLIAMPS)) / 1000"
_IDENTITY = "identity=port.oid_index,\n                    power"
_DOWN = "return self.__port_change_status(pdu_port_data, EnumPowerStatus.DOWN)"
_OTHER = "return PduPortView(identity='99', power_status=EnumPowerStatus.DOWN)"
_MAKE = "    return Rpcm(pdu_data)"
#: command, what is replaced in the page's handler, by what, and what is told
FAULTS = (
    ("status", _VIEW, f"        return {{'ports': []}}\n{_VIEW}", "an object of the type dict"),
    ("status", _VIEW, f"        return PduView(None)\n{_VIEW}", "without its list 'ports'"),
    (
        "status",
        _IDENTITY,
        "identity=7,\n                    power",
        "has the identity 7 of the type",
    ),
    ("status", _IDENTITY, "identity='7',\n                    power", "identity '7' stands twice"),
    (
        "status",
        "return pdu_info",
        "return PduView(['1'])",
        "port 1 is a str; the page wants a PduP",
    ),
    ("status", _STATE, "port.value_int", "is 1 of the type int; the page wants an EnumPowerStatus"),
    ("statistic", _LOAD, "float('nan')", "load is nan of the type float; the page wants a finite"),
    ("statistic", "=port.value_float", "=str(port.value)", "of the type str; the page wants a fin"),
    (
        "statistic",
        _LOAD,
        "1 / 0",
        "statistic raised ZeroDivisionError: division by zero (my_handler.py line",
    ),
    ("off", _DOWN, "pass", "port_down returned None of the type NoneType; the page wants a PduPor"),
    ("off", _DOWN, _OTHER, "port_down returned the port '99' instead of '1'"),
    ("statistic", "def statistic(", "def statistics(", "the page wants it to be overridden"),
    ("status", _MAKE, _MAKE.replace("return ", ""), "make_handler returned None; the page wants"),
    ("status", _MAKE, "    raise KeyError('model')", "make_handler raised KeyError"),
)


@pytest.mark.parametrize("command, old, new, words", FAULTS)
def test_what_breaks_the_page_is_one_sentence_that_names_the_method(
    command: str, old: str, new: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path, source=replaced(old, new))
    with agent() as unit:
        outlet = ("1", "--yes") if command == "off" else ()
        code, out, err = run(capsys, command, str(path), f"127.0.0.1:{unit.port}", *outlet)
    assert (code, out) == (1, "")
    assert words in err
    assert len(err.splitlines()) == 1
    assert err.startswith("defect: ")


def test_a_check_of_one_pdu_names_what_its_handler_broke(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path, source=replaced("        return pdu_info\n", "        return {}\n"))
    with agent() as unit:
        host = f"127.0.0.1:{unit.port}"
        code, out, err = run(capsys, "check", str(path), host)
        assert (code, err) == (2, "")
        assert "the page wants a PduView" in out
        code, out, _ = run(capsys, "check", str(path), host, "--nagios")
        assert code == 2
        assert out.startswith("PDU CRITICAL")
        assert "defect" in out


@pytest.mark.parametrize(
    "words, reason",
    [
        (["handler_dir"], "'handler_dir' is a handler: add the address of its PDU"),
        (["pdus.csv", "192.0.2.7"], "'192.0.2.7' is no file, and no PDU of pdus.csv"),
        (["pdus.csv", "--timeout", "3"], "--timeout is for HANDLER HOST: a list has the settings"),
        (["pdus.csv", "--list", "other.csv"], "'pdus.csv' is one argument too many"),
        (["handler_dir", "192.0.2.7", "--auth", "x"], "leave --list and --auth out"),
    ],
)
def test_wrong_arguments_of_a_check_are_told_before_anything_is_read(
    words: list[str],
    reason: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder(tmp_path)
    (tmp_path / "pdus.csv").write_text("name,handler,address\na,snmp,192.0.2.7\n")
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "check", *words)
    assert (code, out) == (2, "")
    assert reason in err
    assert len(err.splitlines()) == 1


def test_what_a_handler_prints_is_no_part_of_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printing = "        print('in status')\n"
    source = replaced(_VIEW, printing + _VIEW) + "\nprint('at its import')\n"
    path = folder(tmp_path, source=source)
    with agent() as unit:
        for command in ("status", "check"):
            _, out, err = run(capsys, command, str(path), f"127.0.0.1:{unit.port}", "--json")
            assert json.loads(out)
            if command == "status":
                assert "at its import" in err
                assert "in status" in err


def test_a_silent_device_is_no_defect_of_the_handler(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path)
    with agent() as unit:
        host = f"127.0.0.1:{unit.port}"
    code, _, err = run(capsys, "status", str(path), host, "-s", "timeout=1", "-s", "retries=0")
    assert code == 3
    assert err.startswith(f"unreachable: {host}: status: ")
    assert "private" not in err


@pytest.mark.parametrize("length", [0, 294], ids=["whole", "cut"])
def test_an_exception_that_quotes_the_community_is_told_without_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    length: int,
) -> None:
    """Also where an error's limit would cut the community in two."""
    monkeypatch.setenv("PDU_COMMUNITY", "s3cret-word")
    shown = f"'x' * {length} + str(self.pdu_data.snmp_params['community'])"
    fault = f"        raise ValueError({shown})\n"
    path = folder(tmp_path, source=replaced(_VIEW, fault + _VIEW))
    code, out, err = run(capsys, "status", str(path), "127.0.0.1", "--debug")
    assert code == 1
    assert "status raised ValueError: its text holds the login" in err
    assert "s3cret" not in out + err


@pytest.mark.parametrize(
    "file, text, words",
    [
        ("my_handler.py", "x = 1\n", "no file in it has make_handler"),
        ("my_handler.py", "def make_handler(:\n", "my_handler.py line 1 is not valid Python"),
        ("other.py", SOURCE, "make_handler in handler_dir.my_handler and handler_dir.other: name"),
        ("my_handler.py", f"{SOURCE}\nimport nosuch\n", "No module named 'nosuch')"),
    ],
    ids=["no make_handler", "no Python", "two", "import"],
)
def test_a_folder_that_is_no_handler_says_what_is_missing(
    file: str, text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path)
    (path / file).write_text(text)
    code, _, err = run(capsys, "status", str(path), "127.0.0.1")
    assert code == 2
    assert words in err
    assert len(err.splitlines()) == 1


def test_a_folder_with_a_link_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path)
    (path / "data").symlink_to("/etc")
    code, _, err = run(capsys, "status", str(path), "127.0.0.1")
    assert code == 2
    assert "'data' is a link" in err


def test_a_file_name_that_is_too_long_for_an_archive_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path)
    (path / f"{'m' * 98}.py").write_text("")
    code, out, err = run(capsys, "status", str(path), "192.0.2.1")
    assert (code, out) == (exit_codes.WRONG, "")
    assert "the name is too long for an archive: give it at most 100 characters" in err


def test_of_several_modules_the_import_path_names_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path)
    (path / "other.py").write_text("def make_handler(pdu_data):\n    raise KeyError('other')\n")
    with agent() as unit:
        host = f"127.0.0.1:{unit.port}"
        assert run(capsys, "status", f"{path}:handler_dir.my_handler", host)[0] == 0
        code, _, err = run(capsys, "status", f"{path}:handler_dir.none", host)
        assert code == 2
        assert "has no module 'handler_dir.none'" in err


@pytest.mark.parametrize("name", ["common", "json", "my-handler"])
def test_a_name_that_hides_a_module_or_is_none_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "status", str(folder(tmp_path, name)), "127.0.0.1")
    assert code == 2
    assert repr(name) in err
