"""Handlers by the vendor's page "Creating a PDU handler", whoever wrote them: read, switched and
checked by their path; what breaks the page is told in one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, NamedTuple

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
    "file": lambda folder_path: str(folder_path / "my_handler.py"),
    "folder": str,
    "archive": lambda folder_path: str(packed(folder_path)),
    "archive:module": lambda folder_path: f"{packed(folder_path)}:handler_dir.my_handler",
}


@pytest.fixture(params=FORMS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The page's handler in each form in which it is named."""
    return FORMS[request.param](folder(tmp_path))


def test_the_pages_own_handler_is_read_unchanged(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with agent() as unit:
        host = f"127.0.0.1:{unit.port}"
        books = unit.books()
        code, status_out, err = run(capsys, "status", path, host, "--json")
        _, statistic_out, _ = run(capsys, "statistic", path, host, "--json")
        _, check_out, _ = run(capsys, "check", path, host, "--json")

    assert (code, err) == (0, "")
    outlets = json.loads(status_out)["outlets"]
    states = {outlet["identity"]: outlet["state"] == "on" for outlet in outlets}
    assert states == books.states
    statistic = json.loads(statistic_out)
    assert statistic["load_a"] == pytest.approx(books.load_a)
    energies = {outlet["identity"]: outlet["energy_kwh"] for outlet in statistic["outlets"]}
    assert energies == books.port_energy_kwh
    (pdu,) = json.loads(check_out)["pdus"]
    assert pdu["name"] == host
    assert pdu["result"] == "well"
    assert pdu["load_a"] == statistic["load_a"]


def test_the_pages_own_handler_switches_unchanged(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with agent() as unit:
        host = f"127.0.0.1:{unit.port}"
        states = unit.books().states
        identity = next(identity for identity, is_on in states.items() if is_on)

        code, _, _ = run(capsys, "off", path, host, identity, "--yes")
        assert code == 0
        assert unit.books().states[identity] is False

        code, _, _ = run(capsys, "on", path, host, identity, "--yes")
        assert code == 0
        assert unit.books().states[identity] is True

        code, _, _ = run(capsys, "cycle", path, host, identity, "--yes", "--pause", "0")
        assert code == 0
        assert unit.books().states[identity] is True
        # off, on, and the two of the cycle
        assert len(unit.writes()) == 4


def test_a_number_that_the_pdu_does_not_list_is_looked_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The handler takes 01 for outlet 1."""
    source = SOURCE.replace("pdu_port_data.identity", "str(int(pdu_port_data.identity))")
    handler = str(folder(tmp_path, source=source))
    with agent() as unit:
        code, _, err = run(capsys, "off", handler, f"127.0.0.1:{unit.port}", "01", "--yes")
        assert code not in (exit_codes.DONE, exit_codes.DEFECT), err
        assert "01" in err
        assert unit.writes() == []


def test_a_lone_file_is_a_handler(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handler_folder = folder(tmp_path)
    (handler_folder / "__init__.py").unlink()
    with agent() as unit:
        words = ["status", str(handler_folder / "my_handler.py"), f"127.0.0.1:{unit.port}"]
        code, _, _ = run(capsys, *words)
    assert code == 0


def test_a_platforms_handler_is_read_where_it_lies_in_the_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside others, and with a module that they share."""
    own = tmp_path / "equip_handler" / "pdu_common" / "handlers"
    own.mkdir(parents=True)
    (own / "__init__.py").touch()
    (own / "shared.py").write_text("TEN = 10\n")
    for name in ("apc", "rpcm"):
        (own / f"{name}.py").write_text(f"from .shared import TEN\n{SOURCE}")
    with agent() as unit:
        code, out, err = run(capsys, "status", str(own / "rpcm.py"), f"127.0.0.1:{unit.port}")
    assert (code, err) == (exit_codes.DONE, ""), out


def test_a_write_while_it_reads_is_refused_also_in_a_thread_of_the_handler(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = """\
    def status(self):
        import threading
        thread = threading.Thread(target=self.write)
        thread.start()
        thread.join()
        return self.read()

    def write(self):
        try:
            self.snmp_set("1.3.6.1.4.1.46235.2.4.2.1.4.1", 0)
        except Exception as error:
            print(error)

    def read(self)"""
    source = SOURCE.replace("    def status(self)", status, 1)
    with agent() as unit:
        handler = str(folder(tmp_path, source=source))
        code, _, err = run(capsys, "status", handler, f"127.0.0.1:{unit.port}")
        assert unit.writes() == []
    assert code == exit_codes.DONE, err
    assert "this run reads only" in err


@pytest.fixture
def json_unit() -> Iterator[str]:
    """The address of a unit that a handler over HTTP reads."""
    with serving() as address:
        yield address


JSON_FORM = ("-s", "path=/outlets", "--username", "admin")


@pytest.fixture
def password_option(tmp_path: Path) -> tuple[str, str]:
    """The option that names the file with the password of the unit."""
    secret = tmp_path / "secret"
    secret.write_text("hunter-2\n")
    secret.chmod(0o600)
    return ("--secret-file", f"password={secret}")


def test_a_base_pdu_handler_reads_with_the_form_and_the_secret_by_reference(
    json_unit: str,
    password_option: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = str(folder(tmp_path, "http_dir", HTTP))
    words = ["status", handler, json_unit, *JSON_FORM, *password_option, "--json"]
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert [outlet["state"] for outlet in json.loads(out)["outlets"]] == ["on", "off"]


def test_a_base_pdu_handler_switches_and_is_checked(
    json_unit: str,
    password_option: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = str(folder(tmp_path, "http_dir", HTTP))
    form = (*JSON_FORM, *password_option)

    code, _, _ = run(capsys, "off", handler, json_unit, "1", "--yes", *form)
    assert code == 0
    assert Unit.states == {"1": False, "2": False}

    code, out, err = run(capsys, "check", handler, json_unit, *form, "--json")
    assert (code, err) == (0, "")
    (pdu,) = json.loads(out)["pdus"]
    assert (pdu["result"], pdu["off"]) == ("well", 2)
    assert "hunter" not in out


def test_an_archive_is_refused_where_its_folder_was_loaded(
    json_unit: str,
    password_option: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One process can load only one handler of a name."""
    path = folder(tmp_path, "http_dir", HTTP)
    form = (*JSON_FORM, *password_option)
    code, _, _ = run(capsys, "status", str(path), json_unit, *form)
    assert code == 0
    code, _, _ = run(capsys, "on", str(packed(path)), json_unit, "2", "--yes", *form)
    assert code == 2


def test_a_base_pdu_handler_gets_its_password_from_the_environment(
    json_unit: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", "hunter-3")
    handler = str(folder(tmp_path, "http_dir", HTTP))
    code, out, _ = run(capsys, "statistic", handler, json_unit, *JSON_FORM, "--json")
    assert code == 0
    assert json.loads(out)["load_a"] == 1.5


def test_a_password_as_a_setting_is_refused_and_not_shown(
    json_unit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = str(folder(tmp_path, "http_dir", HTTP))
    code, _, err = run(capsys, "status", handler, json_unit, "-s", "password=hunter-2")
    assert code == 2
    assert "password is a secret" in err
    assert "hunter" not in err


def test_a_handler_that_declares_nothing_gets_host_and_port_apart(tmp_path: Path) -> None:
    handler = load(str(folder(tmp_path, "http_dir", HTTP)))
    data = form.pdu_data(handler, Address("[2001:db8::7]:8080"), Login())
    assert data.ip == "2001:db8::7"
    assert data.custom_params == {"port": "8080"}


def test_a_port_as_a_setting_is_that_of_the_handler(tmp_path: Path) -> None:
    handler = load(str(folder(tmp_path, "http_dir", HTTP)))
    data = form.pdu_data(handler, Address("192.0.2.7"), Login({"port": "81"}))
    assert data.ip == "192.0.2.7"
    assert data.custom_params == {"port": "81"}


def test_a_list_names_such_handlers_relative_to_itself(
    json_unit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path)
    folder(tmp_path, "http_dir", HTTP)
    logins = tmp_path / "logins.toml"
    logins.write_text('[auth.web]\nusername = "admin"\npassword = "hunter-2"\n')
    logins.chmod(0o600)
    pdus = tmp_path / "pdus.csv"
    with agent() as unit:
        pdus.write_text(f"""name,handler,address,auth,settings
a,handler_dir,127.0.0.1:{unit.port},,
b,http_dir/my_handler.py,{json_unit},web,path=/outlets
""")
        code, out, err = run(capsys, "check", str(pdus), "--auth", str(logins), "--json")
        assert code == 0, out + err
        results = [(pdu["name"], pdu["result"]) for pdu in json.loads(out)["pdus"]]
        assert results == [("a", "well"), ("b", "well")]

        files = ("--list", str(pdus), "--auth", str(logins))
        code, out, err = run(capsys, "status", "b", *files, "--json")
        assert code == 0, err
        assert len(json.loads(out)["outlets"]) == 2


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


class Fault(NamedTuple):
    """What is replaced in the page's handler, and how that is told by a command."""

    command: str
    old: str
    new: str
    words: str


FAULTS = {
    "no view": Fault(
        command="status",
        old=_VIEW,
        new=f"        return {{'ports': []}}\n{_VIEW}",
        words="an object of the type dict",
    ),
    "no list of ports": Fault(
        command="status",
        old=_VIEW,
        new=f"        return PduView(None)\n{_VIEW}",
        words="without its list 'ports'",
    ),
    "an identity that is a number": Fault(
        command="status",
        old=_IDENTITY,
        new="identity=7,\n                    power",
        words="has the identity 7 of the type",
    ),
    "an identity twice": Fault(
        command="status",
        old=_IDENTITY,
        new="identity='7',\n                    power",
        words="identity '7' stands twice",
    ),
    "a port that is a text": Fault(
        command="status",
        old="return pdu_info",
        new="return PduView(['1'])",
        words="port 1 is a str; the page wants a PduP",
    ),
    "a state that is a number": Fault(
        command="status",
        old=_STATE,
        new="port.value_int",
        words="is 1 of the type int; the page wants an EnumPowerStatus",
    ),
    "a load that is no number": Fault(
        command="statistic",
        old=_LOAD,
        new="float('nan')",
        words="load is nan of the type float; the page wants a finite",
    ),
    "an energy that is a text": Fault(
        command="statistic",
        old="=port.value_float",
        new="=str(port.value)",
        words="of the type str; the page wants a fin",
    ),
    "an error": Fault(
        command="statistic",
        old=_LOAD,
        new="1 / 0",
        words="statistic raised ZeroDivisionError: division by zero (my_handler.py line",
    ),
    "no port": Fault(
        command="off",
        old=_DOWN,
        new="pass",
        words="port_down returned None of the type NoneType; the page wants a PduPor",
    ),
    "another port": Fault(
        command="off",
        old=_DOWN,
        new=_OTHER,
        words="port_down returned the port '99' instead of '1'",
    ),
    "no method": Fault(
        command="statistic",
        old="def statistic(",
        new="def statistics(",
        words="the page wants it to be overridden",
    ),
    "no object": Fault(
        command="status",
        old=_MAKE,
        new=_MAKE.replace("return ", ""),
        words="make_handler returned None; the page wants",
    ),
    "an error of make_handler": Fault(
        command="status",
        old=_MAKE,
        new="    raise KeyError('model')",
        words="make_handler raised KeyError",
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_breaks_the_page_is_one_sentence_that_names_the_method(
    fault: Fault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path, source=replaced(fault.old, fault.new))
    outlet = ("1", "--yes") if fault.command == "off" else ()
    with agent() as unit:
        words = [fault.command, str(path), f"127.0.0.1:{unit.port}", *outlet]
        code, out, err = run(capsys, *words)
    assert (code, out) == (1, "")
    assert err.startswith("defect: ")
    assert fault.words in err
    assert len(err.splitlines()) == 1


def test_a_check_of_one_pdu_names_what_its_handler_broke(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path, source=replaced("        return pdu_info\n", "        return {}\n"))
    with agent() as unit:
        host = f"127.0.0.1:{unit.port}"
        code, out, err = run(capsys, "check", str(path), host)
        nagios_code, nagios_out, _ = run(capsys, "check", str(path), host, "--nagios")
    assert (code, err) == (2, "")
    assert "the page wants a PduView" in out
    assert nagios_code == 2
    assert nagios_out.startswith("PDU CRITICAL")
    assert "defect" in nagios_out


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
        host = f"127.0.0.1:{unit.port}"
        _, status_out, status_err = run(capsys, "status", str(path), host, "--json")
        _, check_out, _ = run(capsys, "check", str(path), host, "--json")
    assert json.loads(status_out)
    assert json.loads(check_out)
    assert "at its import" in status_err
    assert "in status" in status_err


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
    text = f"'x' * {length} + str(self.pdu_data.snmp_params['community'])"
    fault = f"        raise ValueError({text})\n"
    path = folder(tmp_path, source=replaced(_VIEW, fault + _VIEW))
    code, out, err = run(capsys, "status", str(path), "127.0.0.1", "--debug")
    assert code == 1
    assert "status raised ValueError: its text holds the login" in err
    assert "s3cret" not in out + err


@pytest.mark.parametrize(
    "file, text, words",
    [
        pytest.param(
            "my_handler.py", "x = 1\n", "no file in it has make_handler", id="no make_handler"
        ),
        pytest.param(
            "my_handler.py",
            "def make_handler(:\n",
            "my_handler.py line 1 is not valid Python",
            id="no Python",
        ),
        pytest.param(
            "other.py",
            SOURCE,
            "make_handler in handler_dir.my_handler and handler_dir.other: name",
            id="two",
        ),
        pytest.param(
            "my_handler.py", f"{SOURCE}\nimport nosuch\n", "No module named 'nosuch')", id="import"
        ),
    ],
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
        code, _, _ = run(capsys, "status", f"{path}:handler_dir.my_handler", host)
        assert code == 0
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
