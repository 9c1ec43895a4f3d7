"""Handlers by the vendor's page "Creating a PDU handler", whoever wrote them: read, switched and
checked by their path; what breaks the page is told in one sentence.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers import registry
from tests.pdu.running import run

from .json_pdu import HTTP, Unit, serving
from .page_handler import SOURCE, agent, folder, loaded_anew, packed

__all__ = ["loaded_anew"]


@pytest.fixture(autouse=True)
def community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private")


@pytest.mark.parametrize("form", ["file", "lone file", "folder", "archive", "archive:module"])
def test_the_pages_own_handler_is_read_and_switched_unchanged(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = folder(tmp_path)
    path = {
        "file": lambda: str(made / "my_handler.py"),
        "lone file": lambda: str(made / "my_handler.py"),
        "folder": lambda: str(made),
        "archive": lambda: str(packed(made)),
        "archive:module": lambda: f"{packed(made)}:handler_dir.my_handler",
    }[form]()
    if form == "lone file":
        (made / "__init__.py").unlink()
    with agent() as unit:
        host, books = f"127.0.0.1:{unit.port}", unit.books()
        code, out, err = run(capsys, "status", path, host, "--json")
        assert (code, err) == (0, "")
        assert {one["identity"]: one["state"] for one in json.loads(out)["outlets"]} == {
            identity: "on" if on else "off" for identity, on in books.states.items()
        }
        document = json.loads(run(capsys, "statistic", path, host, "--json")[1])
        assert document["load_a"] == pytest.approx(books.load_a)
        assert {one["identity"]: one["consumption_kwh"] for one in document["outlets"]} == (
            books.port_energy_kwh
        )
        code, out, err = run(capsys, "check", path, host, "--json")
        (row,) = json.loads(out)["pdus"]
        assert (code, err, row["name"], row["load_a"]) == (0, "", host, document["load_a"])
        assert row["on"] == sum(on is True for on in books.states.values())
        identity = next(identity for identity, on in books.states.items() if on)
        assert run(capsys, "off", path, host, identity, "--yes")[0] == 0
        assert unit.books().states[identity] is False
        assert run(capsys, "on", path, host, identity, "--yes")[0] == 0
        assert run(capsys, "cycle", path, host, identity, "--yes", "--pause", "0")[0] == 0
        assert unit.books().states[identity] is True and len(unit.writes()) == 4


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
    form = ("-s", "path=/outlets", "--username", "admin", "--secret-file", f"password={secret}")
    code, out, err = run(capsys, "status", str(path), json_unit, *form, "--json")
    assert (code, err) == (0, "")
    assert [one["state"] for one in json.loads(out)["outlets"]] == ["on", "off"]
    assert run(capsys, "on", str(packed(path)), json_unit, "2", "--yes", *form)[0] == 2
    assert run(capsys, "off", str(path), json_unit, "1", "--yes", *form)[0] == 0
    assert Unit.states == {"1": False, "2": False}
    code, out, err = run(capsys, "check", str(path), json_unit, *form, "--json")
    (row,) = json.loads(out)["pdus"]
    assert (code, err, row["result"], row["off"]) == (0, "", "well", 2) and "hunter" not in out
    monkeypatch.setenv("PDU_PASSWORD", "hunter-3")
    code, out, _ = run(capsys, "statistic", str(path), json_unit, *form[:4], "--json")
    assert code == 0 and json.loads(out)["load_a"] == 1.5
    code, _, err = run(capsys, "status", str(path), json_unit, "-s", "password=hunter-2")
    assert code == 2 and "password is a secret" in err and "hunter" not in err


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
        found = json.loads(out)["pdus"]
        assert [(one["name"], one["result"]) for one in found] == [("a", "well"), ("b", "well")]
        assert code == 0, err
        listed = ("--list", str(tmp_path / "pdus.csv"))
        code, out, err = run(capsys, "status", "b", *listed, *files, "--json")
        assert code == 0 and len(json.loads(out)["outlets"]) == 2, err


def replaced(old: str, new: str) -> str:
    assert old in SOURCE
    return SOURCE.replace(old, new)


_VIEW = "        pdu_info = PduView()\n"
_STATE = """                    power_status=PORT_POWER_DICT.get_by_value(
                        port.value_int, EnumPowerStatus.UNKNOWN
                    ),
"""
_LOAD = "            sum(port.value_float for port in self.snmp_walk(OID_RPCM_OUTPUT_MILLIAMPS)) "
_LOAD += "/ 1000"
_IDENTITY = "                    identity=port.oid_index,\n"
_DOWN = "        return self.__port_change_status(pdu_port_data, EnumPowerStatus.DOWN)"
FAULTS = {
    "a view of another class": (
        "status",
        replaced(_VIEW, "        return {'ports': []}\n" + _VIEW),
        "status returned an object of the type dict; the page wants a PduView",
    ),
    "no list of ports": (
        "status",
        replaced(_VIEW, _VIEW + "        pdu_info.ports = None\n        return pdu_info\n"),
        "status returned a PduView without its list 'ports'",
    ),
    "an identity that is no text": (
        "status",
        replaced(
            "                    identity=port.oid_index,\n", "                    identity=7,\n"
        ),
        "status: port 1 has the identity 7 of the type int; the page wants text",
    ),
    "an identity twice": (
        "status",
        replaced(
            "                    identity=port.oid_index,\n", "                    identity='7',\n"
        ),
        "status: the identity '7' stands twice",
    ),
    "a port of another class": (
        "status",
        replaced(_VIEW, _VIEW + "        pdu_info.ports.append('1')\n"),
        "status: port 1 is a str; the page wants a PduPortView",
    ),
    "a status outside the enumeration": (
        "status",
        replaced(_STATE, "                    power_status=port.value_int,\n"),
        "status: the power_status of outlet '1' is 1 of the type int; the page wants an"
        " EnumPowerStatus: UP, DOWN, UNKNOWN",
    ),
    "a figure that is not finite": (
        "statistic",
        replaced(_LOAD, "            float('nan')"),
        "statistic: load is nan of the type float; the page wants a finite number",
    ),
    "a figure that is text": (
        "statistic",
        replaced("consumption=port.value_float", "consumption=str(port.value)"),
        "of the type str; the page wants a finite number",
    ),
    "an exception": (
        "statistic",
        replaced(_LOAD, "            1 / 0"),
        "statistic raised ZeroDivisionError: division by zero; --debug shows where",
    ),
    "no answer of port_down": (
        "off",
        replaced(
            _DOWN,
            "        pass",
        ),
        "port_down returned None of the type NoneType; the page wants a PduPortView",
    ),
    "another port than the one that was switched": (
        "off",
        replaced(
            _DOWN,
            "        return PduPortView(identity='99', power_status=EnumPowerStatus.DOWN)",
        ),
        "port_down returned the port '99' instead of '1'",
    ),
    "a method that is not overridden": (
        "statistic",
        SOURCE.replace("def statistic(", "def statistics("),
        "statistic is not there: the page wants it to be overridden",
    ),
    "make_handler that returns nothing": (
        "status",
        replaced("    return Rpcm(pdu_data)", "    Rpcm(pdu_data)"),
        "make_handler returned None; the page wants the handler's object",
    ),
    "make_handler that raises": (
        "status",
        replaced("    return Rpcm(pdu_data)", "    raise KeyError('model')"),
        "make_handler raised KeyError",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_breaks_the_page_is_one_sentence_that_names_the_method(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, source, words = FAULTS[fault]
    path = folder(tmp_path, source=source)
    with agent() as unit:
        outlet = ("1", "--yes") if command == "off" else ()
        where = f"127.0.0.1:{unit.port}"
        code, out, err = run(capsys, command, str(path), where, *outlet)
    assert (code, out) == (1, "") and words in err and len(err.splitlines()) == 1
    assert err.startswith("defect: ")


def test_a_check_of_one_pdu_names_what_its_handler_broke(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = folder(tmp_path, source=replaced("        return pdu_info\n", "        return {}\n"))
    with agent() as unit:
        host = f"127.0.0.1:{unit.port}"
        code, out, err = run(capsys, "check", str(made), host)
        assert (code, err) == (2, "") and "the page wants a PduView" in out
        code, out, _ = run(capsys, "check", str(made), host, "--nagios")
        assert code == 2 and out.startswith("PDU CRITICAL") and "defect" in out


@pytest.mark.parametrize(
    "words, reason",
    [
        (["handler_dir"], "'handler_dir' is a handler: add the address of its PDU"),
        (["snmp"], "'snmp' is a handler: add the address of its PDU"),
        (["pdus.csv", "192.0.2.7"], "'192.0.2.7' is one argument too many: a list"),
        (["pdus.csv", "--timeout", "3"], "--timeout is for HANDLER HOST: a list has the settings"),
        (["pdus.csv", "--list", "other.csv"], "'pdus.csv' is one argument too many"),
        (["handler_dir", "192.0.2.7", "--auth", "x"], "leave --list and --auth out"),
        (["handler_dir", "192.0.2.7", "--username", "x"], "has no effect without SNMPv3"),
        (["snmp", "192.0.2.7", "-s", "colour=red"], "snmp has no such setting"),
        (["nothing", "192.0.2.7"], "'nothing' is not a handler"),
        (["handler_dir", "http://192.0.2.7/"], "give the address without scheme"),
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
    assert (code, out) == (2, "") and reason in err and len(err.splitlines()) == 1


def test_what_a_handler_prints_is_no_part_of_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printing = "        print('in status')\n"
    source = replaced(_VIEW, printing + _VIEW) + "\nprint('at its import')\n"
    made = folder(tmp_path, source=source)
    with agent() as unit:
        for command in ("status", "check"):
            _, out, err = run(capsys, command, str(made), f"127.0.0.1:{unit.port}", "--json")
            assert json.loads(out)
            if command == "status":
                assert "at its import" in err and "in status" in err


def test_a_silent_device_is_no_defect_of_the_handler(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path)
    with agent() as unit:
        host = f"127.0.0.1:{unit.port}"
    code, _, err = run(capsys, "status", str(path), host, "-s", "timeout=1", "-s", "retries=0")
    assert code == 3 and err.startswith(f"unreachable: {host}: status: ") and "private" not in err


def test_an_exception_that_quotes_the_community_is_told_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "s3cret-word")
    fault = "        raise ValueError(self.pdu_data.snmp_params)\n"
    path = folder(tmp_path, source=replaced(_VIEW, fault + _VIEW))
    code, out, err = run(capsys, "status", str(path), "127.0.0.1", "--debug")
    assert code == 1 and "status raised ValueError: its text holds the login" in err
    assert "s3cret-word" not in out + err


@pytest.mark.parametrize(
    "spoil, words",
    [
        (
            lambda made: (made / "my_handler.py").write_text("x = 1\n"),
            "no file in it has make_handler",
        ),
        (
            lambda made: (made / "my_handler.py").write_text("def make_handler(:\n"),
            "handler_dir/my_handler.py line 1 is not valid Python",
        ),
        (
            lambda made: (made / "other.py").write_text(SOURCE),
            "make_handler in handler_dir.my_handler and handler_dir.other: name one, as ",
        ),
        (lambda made: (made / "data").symlink_to("/etc"), "'data' is a link"),
        (
            lambda made: (made / "my_handler.py").write_text(f"{SOURCE}\nimport nosuch_module\n"),
            "cannot be imported (ModuleNotFoundError: No module named 'nosuch_module')",
        ),
    ],
    ids=["no make_handler", "no Python", "two", "link", "import"],
)
def test_a_folder_that_is_no_handler_says_what_is_missing(
    spoil: object, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path)
    assert callable(spoil)
    spoil(path)
    code, _, err = run(capsys, "status", str(path), "127.0.0.1")
    assert code == 2 and words in err and len(err.splitlines()) == 1


def test_of_several_modules_the_import_path_names_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path)
    (path / "other.py").write_text("def make_handler(pdu_data):\n    raise KeyError('other')\n")
    with agent() as unit:
        host = f"127.0.0.1:{unit.port}"
        assert run(capsys, "status", f"{path}:handler_dir.my_handler", host)[0] == 0
        code, _, err = run(capsys, "status", f"{path}:handler_dir.none", host)
        assert code == 2 and "has no module 'handler_dir.none'" in err


@pytest.mark.parametrize("name", ["common", "json", "my-handler"])
def test_a_name_that_hides_a_module_or_is_none_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "status", str(folder(tmp_path, name)), "127.0.0.1")
    assert code == 2 and repr(name) in err


def test_a_folder_where_the_command_is_called_hides_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = folder(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with agent() as unit:
        for path in (made.name, packed(made).name):
            host = f"127.0.0.1:{unit.port}"
            code, _, err = run(capsys, "status", path, host)
            assert code == 0 or "one run can load only one" in err


def test_a_folder_of_the_tree_without_about_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path, "my_page")
    os.rename(path / "my_handler.py", path / "handler.py")
    monkeypatch.setattr(registry, "FOLDERS", [*registry.FOLDERS, str(tmp_path)])
    code, _, err = run(capsys, "status", "my_page", "192.0.2.7")
    assert code == 2 and "handlers/my_page has no about.py: three lines: " in err
