"""`pdu handler check`: the page's own handler keeps the page; one fault in it breaks one rule."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pdu.loading.four_methods import LACK_OF_DOUBLE
from pdu.loading.handler_source import read_handler
from pdu.workshop.handler import loading_checks, served_trials, snmp_trials
from pdu.workshop.handler.rules import RULES, UNTRIED, Finding
from pdu.workshop.handler.situations import TABLE
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.pdu.loading.json_pdu import HTTP
from tests.pdu.loading.page_handler import SOURCE, folder, packed
from tests.pdu.running import run

from .checking import check

QUICK = SOURCE.replace("timeout=10", "timeout=0")


@pytest.fixture(autouse=True)
def _one_mypy_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the runs of mypy, also those of later runs of the tests, share what they know of
    Python's own modules: 2 s of each.
    """
    monkeypatch.setattr(loading_checks, "_MYPY_CACHE", str(ROOT / ".cache" / "mypy-handlers"))


@pytest.fixture
def without_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only PDUs that are well: those with a fault take long."""
    for module in (snmp_trials, served_trials):
        monkeypatch.setattr(module, "TABLE", TABLE._replace(at_once=[], alone=[]))


@pytest.fixture
def without_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the checks at loading, without mypy, which takes seconds."""
    untried = Finding(RULES["types"], UNTRIED)
    monkeypatch.setattr(loading_checks, "_check_types", lambda *_: untried)
    monkeypatch.setattr(snmp_trials, "snmp_findings", lambda *_: iter(()))


def replaced(*changes: tuple[str, str]) -> str:
    """The page's handler with other texts: each change is the old and the new one."""
    source = QUICK
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return source


@pytest.mark.long
def test_the_pages_own_handler_keeps_the_page(tmp_path: Path) -> None:
    source = SOURCE.replace("timeout=10", "timeout=4")
    code, results, _ = check(packed(folder(tmp_path, source=source)))
    assert code == 0, results
    broken_rules = [rule for rule, (result, _) in results.items() if result == "broken"]
    assert broken_rules == []
    for rule in ("types", "figures", "states", "late", "once", "short"):
        assert results[rule][0] == "kept", rule
    over_http = {"denied", "login", "redirect", "proxy", "connections", "code"}
    # a row of other Pythons is there if this machine has some
    assert set(results) | {"python"} == set(RULES) - over_http


_APC = """
import time

from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

RPDU2 = "1.3.6.1.4.1.318.1.1.26."
STATES = {1: EnumPowerStatus.DOWN, 2: EnumPowerStatus.UP}


def make_handler(pdu_data: PduSnmpData) -> BaseSnmpPdu:
    return Apc(pdu_data)


class Apc(BaseSnmpPdu):
    def status(self) -> PduView:
        view = PduView()
        for row in self.snmp_walk(RPDU2 + "9.2.3.1.5"):
            state = STATES.get(row.value_int, EnumPowerStatus.UNKNOWN)
            view.ports.append(PduPortView(identity=row.oid_index, power_status=state))
        return view

    def _switch(self, port: PduPortView, command: int, target: EnumPowerStatus) -> PduPortView:
        state_oid = RPDU2 + "9.2.3.1.5." + port.identity
        self.snmp_get(state_oid).value_int
        self.snmp_set(RPDU2 + "9.2.4.1.5." + port.identity, command)
        for _ in range(20):
            port.power_status = STATES.get(
                self.snmp_get(state_oid).value_int, EnumPowerStatus.UNKNOWN
            )
            if port.power_status == target:
                return port
            time.sleep(0.25)
        port.power_status = EnumPowerStatus.UNKNOWN
        return port

    def port_up(self, pdu_port_data: PduPortView) -> PduPortView:
        return self._switch(pdu_port_data, 1, EnumPowerStatus.UP)

    def port_down(self, pdu_port_data: PduPortView) -> PduPortView:
        return self._switch(pdu_port_data, 2, EnumPowerStatus.DOWN)

    def statistic(self) -> PduStatisticView:
        view = PduStatisticView()
        view.load = sum(row.value_float for row in self.snmp_walk(RPDU2 + "6.3.1.5")) / 10
        view.total_consumption = sum(r.value_float for r in self.snmp_walk(RPDU2 + "4.3.1.9")) / 10
        return view
"""


@pytest.mark.usefixtures("without_loading")
def test_a_handler_for_an_apc_is_tried_by_all_rules(tmp_path: Path) -> None:
    code, results, _ = check(folder(tmp_path, source=_APC))
    assert code == 0, results
    # the sum of an empty table is 0
    result, _ = results.pop("empty")
    assert result == "advised"
    assert {result for result, _ in results.values()} == {"kept"}, results
    assert results["status"][1] == "6 outlets of a simulated APC, apc-rpdu2"
    assert "short" in results
    assert "refused" in results
    # the unit is a chain, whose second unit has identities of its own
    assert results["states"] == ("kept", "by their order: this pack has other identities")


@pytest.mark.usefixtures("without_loading")
def test_a_community_of_the_handlers_own_is_broken(tmp_path: Path) -> None:
    change = (_MAKE, f"    pdu_data.snmp_params['community'] = 'public'\n{_MAKE}")
    code, results, _ = check(folder(tmp_path, source=replaced(change)))
    result, detail = results["status"]
    assert code == 1
    assert result == "broken"
    assert detail.startswith("it asks with another community than the form's")


@pytest.mark.usefixtures("without_loading")
def test_a_request_to_another_port_is_not_tried(tmp_path: Path) -> None:
    change = (_VIEW, f"        raise RuntimeError('no answer at port 161')\n{_VIEW}")
    code, results, _ = check(folder(tmp_path, source=replaced(change)))
    result, detail = results["status"]
    assert code == 9
    assert result == "not tried", results
    assert "no answer at port 161" in detail
    assert "stuck" not in results


@pytest.mark.usefixtures("without_loading", "without_faults")
def test_a_recording_is_served_to_the_handler(tmp_path: Path) -> None:
    replay = ROOT / "tests" / "recordings" / "rpcm.snmprec"
    _, results, _ = check(folder(tmp_path, source=QUICK), "--replay", str(replay))
    assert results["status"] == ("kept", "5 outlets of the recording, rpcm"), results
    assert results["statistic"] == ("kept", "load 2.35 A, energy 1810 kWh")


# ---- at loading ----------------------------------------------------------------------------------

_MAKE = "    return Rpcm(pdu_data)"
_REQUEST = """    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(b"", ("127.0.0.1", 9))
"""
_IMPORT = "from common.logger import get_logger\n"
_ENDING = ("class Rpcm(BaseSnmpPdu):", "import os\nos._exit(3)\n\n\nclass Rpcm(BaseSnmpPdu):")
_PLATFORM_CLASS = (_IMPORT, f"{_IMPORT}from pdu_common.handlers.apc import ApcPdu\n")
_MISC_NAME = ("import InversionDict,", "import retry, InversionDict,")
_ROW_ATTRIBUTE = ("port.oid_index", "port.index")
_PARAMETER = ("self.snmp_walk(", "self.snmp_walk(bulk=True, oid=")


class AtLoading(NamedTuple):
    """What is changed in the page's handler, and the rule that tells it, with its result and
    words of its detail."""

    change: tuple[str, str]
    rule: str
    result: str
    words: str


AT_LOADING = {
    "quiet": AtLoading(
        change=(_MAKE, _REQUEST + _MAKE),
        rule="quiet",
        result="advised",
        words="make_handler does socket.sendto",
    ),
    "a local import without a dot": AtLoading(
        change=(_IMPORT, f"{_IMPORT}from const import X\n"),
        rule="alone",
        result="broken",
        words="from .const",
    ),
    "an end of the process": AtLoading(
        change=_ENDING,
        rule="alone",
        result="broken",
        words="the interpreter ended while it imported the handler",
    ),
    "a module that is nowhere": AtLoading(
        change=(_IMPORT, f"{_IMPORT}import nothing_here\n"),
        rule="alone",
        result="not tried",
        words="nothing_here is missing where pdu runs: install it there",
    ),
    "a module that only pdu has": AtLoading(
        change=(_IMPORT, f"{_IMPORT}import click\n"),
        rule="imports",
        result="not tried",
        words="click (handler_dir/my_handler.py line ",
    ),
    "a name that this machine's version of a package lacks": AtLoading(
        change=(_IMPORT, f"{_IMPORT}from click import no_such_name\n"),
        rule="alone",
        result="not tried",
        words="the version of click that is here lacks it",
    ),
    "a similar name": AtLoading(
        change=("PduStatisticView,\n", "PduStatView,\n"),
        rule="alone",
        result="not tried",
        words="did you mean PduStatisticView?",
    ),
    "a class of the platform's": AtLoading(
        change=_PLATFORM_CLASS, rule="alone", result="not tried", words="'pdu_common.handlers'"
    ),
    "a name of common.misc": AtLoading(
        change=_MISC_NAME, rule="alone", result="not tried", words="retry"
    ),
    "a state": AtLoading(
        change=("EnumPowerStatus.DOWN: 0", "EnumPowerStatus.OFF: 0"),
        rule="alone",
        result="not tried",
        words="OFF",
    ),
}


@pytest.mark.usefixtures("without_device")
@pytest.mark.parametrize("case", AT_LOADING.values(), ids=AT_LOADING)
def test_what_is_seen_at_loading_is_told_with_its_rule(case: AtLoading, tmp_path: Path) -> None:
    handler_folder = folder(tmp_path, source=replaced(case.change))
    (handler_folder / "const.py").write_text("X = 1\n")

    code, results, _ = check(handler_folder)

    result, detail = results[case.rule]
    assert result == case.result, results
    assert case.words in detail
    assert code == (1 if case.result == "broken" else 9)


@pytest.mark.usefixtures("without_device")
@pytest.mark.parametrize("file", ["my_handler.py", "const.py"])
def test_of_a_file_that_is_no_python_its_line_is_told_alone(file: str, tmp_path: Path) -> None:
    handler_folder = folder(tmp_path, source=QUICK)
    (handler_folder / file).write_text("def make_handler(pdu_data):\n    return = 1\n")

    code, results, _ = check(handler_folder)

    assert code == 1
    details = [detail for result, detail in results.values() if result == "broken"]
    assert len(details) == 1, results
    assert f"{file} line 2" in details[0]


def types(handler_folder: Path, folder: Path) -> tuple[str, str]:
    """Result and detail of the rule about types. One run of mypy."""
    source = read_handler(str(handler_folder))
    platform = loading_checks._place_platform(folder)
    finding = loading_checks._check_types(source, platform, handler_folder.parent)
    return finding.result, finding.detail


def test_a_mistake_in_types_is_told_with_its_line(tmp_path: Path) -> None:
    handler_folder = folder(tmp_path, source=replaced((_MAKE, f"    number: int = ''\n{_MAKE}")))
    result, detail = types(handler_folder, tmp_path)
    assert result == "broken"
    assert "my_handler.py:" in detail


@pytest.mark.trial
def test_a_mypy_that_does_not_know_the_recommended_python_checks_for_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mypy 2.4.1: `argument --python-version: Python 3.9 is not supported`, exit code 2."""
    run_mypy = loading_checks._run_mypy

    def run_mypy_2(*arguments: Any) -> subprocess.CompletedProcess[str]:
        if "--python-version" not in arguments:
            return run_mypy(*arguments)
        error = "mypy: error: argument --python-version: Python 3.9 is not supported\n"
        return subprocess.CompletedProcess([], 2, "", error)

    monkeypatch.setattr(loading_checks, "_run_mypy", run_mypy_2)
    handler_folder = folder(tmp_path, source=replaced((_MAKE, f"    number: int = ''\n{_MAKE}")))
    result, detail = types(handler_folder, tmp_path)
    assert result == "broken"
    assert "my_handler.py:" in detail


@pytest.mark.trial
def test_types_that_only_the_double_of_the_platform_lacks_are_not_tried(tmp_path: Path) -> None:
    changes = (_PLATFORM_CLASS, _MISC_NAME, _ROW_ATTRIBUTE)
    result, detail = types(folder(tmp_path, source=replaced(*changes)), tmp_path)
    assert result == "not tried", detail
    assert LACK_OF_DOUBLE in detail, detail


def test_a_python_is_looked_for_in_path_alone_and_one_that_does_not_start_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a launcher of pyenv's is for a version that is not selected."""
    folders = {"path": "exit 0", "pyenv/versions/3.8.1/bin": "exit 0", "launchers": "exit 127"}
    for name, command in folders.items():
        (tmp_path / name).mkdir(parents=True)
        program = tmp_path / name / ("python3.7" if name == "launchers" else "python3.8")
        program.write_text(f"#!/bin/sh\n{command}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", str(tmp_path / "launchers"))
    assert loading_checks._find_python("3.8") is None
    assert loading_checks._find_python("3.7") is None
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert loading_checks._find_python("3.8") == str(tmp_path / "path" / "python3.8")


# ---- on a device ---------------------------------------------------------------------------------

_VIEW = "        pdu_info = PduView()\n"
_SET = "        self.snmp_set(\n"
_EXPLAINED = "a fault of a PDU that is well explains what follows"
_ENERGY = "PduPortStatisticView(identity=port.oid_index, consumption=port.value_float)"
_OTHER_TOTAL = (
    "return pdu_statistic\n",
    "pdu_statistic.energy = 1.0\n        return pdu_statistic\n",
)
_OTHER_ENERGY = (
    "return pdu_statistic\n",
    "pdu_statistic.ports[0].energy = 1.0\n        return pdu_statistic\n",
)


@pytest.mark.usefixtures("without_loading", "without_faults")
@pytest.mark.parametrize("method", ["port_down", "port_up"])
def test_after_a_command_that_raises_nothing_of_commands_is_kept(
    method: str, tmp_path: Path
) -> None:
    head = f"    def {method}(self, pdu_port_data: PduPortView) -> PduPortView:\n"
    source = replaced((head, f"{head}        raise RuntimeError('locked')\n"))

    _, results, _ = check(folder(tmp_path, source=source))

    result, detail = results.pop(method)
    assert result == "broken", results
    assert "locked" in detail
    # also what a command before it kept
    for rule in {"port_down", "port_up", "others", "once", "pdus", "asked"} - {method}:
        assert results[rule] == ("not tried", _EXPLAINED), rule
    assert results["states"][0] == results["figures"][0] == results["poll"][0] == "kept"


@pytest.mark.usefixtures("without_loading", "without_faults")
@pytest.mark.parametrize(
    "change, rule, words",
    [
        ((_ENERGY, _ENERGY.replace("consumption", "energy")), "statistic", "energy"),
        (("self.snmp_walk", "self.snmp_table"), "status", "snmp_table"),
        (_PARAMETER, "status", "bulk"),
        (_OTHER_TOTAL, "statistic", "PduStatisticView has no field 'energy'"),
        (_OTHER_ENERGY, "statistic", "PduPortStatisticView has no field 'energy'"),
    ],
    ids=["argument", "method", "parameter", "field of a view", "field of an outlet"],
)
def test_what_the_double_of_the_platform_lacks_is_not_tried(
    change: tuple[str, str], rule: str, words: str, tmp_path: Path
) -> None:
    code, results, _ = check(folder(tmp_path, source=replaced(change)))
    result, detail = results[rule]
    assert result == "not tried"
    assert LACK_OF_DOUBLE in detail
    assert words in detail
    if rule == "status":
        assert code == 9


@pytest.mark.usefixtures("without_loading")
def test_objects_of_no_family_are_not_tried(tmp_path: Path) -> None:
    code, results, _ = check(folder(tmp_path, source=replaced(("46235", "99999"))))
    result, detail = results["status"]
    assert code == 9
    assert result == "not tried"
    assert "(1.3.6.1.4.1.99999.2.4.2.1.11, " in detail
    assert "late" not in results


@pytest.mark.usefixtures("without_loading", "without_faults")
def test_an_archive_for_many_families_is_tried_on_one_that_it_switches(
    tmp_path: Path,
) -> None:
    """Of the families that it asks for, the first may be one that it only reads."""
    file = tmp_path / "pdu_snmp.tar.gz"
    file.write_bytes(archive(ROOT / "handlers", "snmp"))
    checked = check(file)
    assert checked.of("broken") == {}
    assert checked.results["port_down"][0] == checked.results["port_up"][0] == "kept"


@pytest.mark.usefixtures("without_loading")
def test_an_answer_that_is_no_view_is_broken_whatever_its_words_are(tmp_path: Path) -> None:
    """Also where no family has the objects of a handler, of which errors are not believed."""
    status = "    def status(self) -> PduView:\n"
    wrong_status = f"{status}        return 'relay raised it'\n\n    def poll(self) -> PduView:\n"
    source = replaced(("46235", "99999"), (status, wrong_status))
    code, results, _ = check(folder(tmp_path, source=source))
    assert code == 1
    result, detail = results["status"]
    assert result == "broken"
    assert "status returned 'relay raised it'" in detail


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("name", ["pdu", "my-pdu"])
def test_a_folder_whose_name_cannot_be_imported_here_is_not_called_broken(
    name: str, tmp_path: Path
) -> None:
    code, results, _ = check(folder(tmp_path, name, QUICK))
    assert code == 9
    assert list(results) == ["status"]
    assert results["status"][0] == "not tried"


@pytest.mark.usefixtures("without_loading")
def test_a_folder_with_two_handlers_is_not_called_broken(tmp_path: Path) -> None:
    handler_folder = folder(tmp_path, source=QUICK)
    (handler_folder / "other.py").write_text(QUICK, "utf-8")
    code, results, _ = check(handler_folder)
    assert code == 9
    assert list(results) == ["status"]
    assert "name one, as" in results["status"][1]


_OUTLETS = """
    def outlets(self):
        listed = self.ask("/netio.json")["Outputs"]
        return {str(outlet["ID"]): outlet["State"] == 1 for outlet in listed}

    def send(self, port, word):
        outlet = next(one for one in self.outlets() if one == port.identity)
        orders = {"Outputs": [{"ID": int(outlet), "Action": int(word == "on")}]}
        self.ask("/netio.json", json.dumps(orders).encode())

    def status("""


def _netio_source() -> str:
    """The handler over HTTP of `json_pdu`, for NETIO's JSON API: states at /netio.json, commands
    by POST to it."""
    source = HTTP
    changes = (
        ('self.ask(self.pdu_data.custom_params["path"]).items()', "self.outlets().items()"),
        ('self.ask("/" + port.identity + "/" + word, b"{}")', "self.send(port, word)"),
        ("\n    def status(", _OUTLETS),
        ("timeout=300", "timeout=5"),  # it waits so long for a server that is silent
    )
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return source


def _netio_arguments(tmp_path: Path) -> list[str]:
    """The options for a replay of NETIO's recording, and for its login."""
    replay = ROOT / "tests" / "handlers" / "netio" / "recording.har"
    secret = tmp_path / "secret"
    secret.write_text("netio")
    secret.chmod(0o600)
    login = ["-s", "username=netio", "--secret-file", f"password={secret}"]
    return ["--replay", str(replay), *login]


@pytest.mark.usefixtures("without_loading")
def test_a_handler_over_http_is_called_on_a_served_recording(tmp_path: Path) -> None:
    handler_folder = folder(tmp_path, "http_dir", _netio_source())

    code, results, _ = check(handler_folder, *_netio_arguments(tmp_path))

    assert results["status"] == ("kept", "3 outlets of the recording")
    # its figures are constants
    assert code == 1
    result, detail = results["asked"]
    assert result == "broken"
    assert detail == "statistic returned without a request to this PDU (a PDU that is well)"


@pytest.mark.usefixtures("without_loading", "without_faults")
@pytest.mark.parametrize(
    "old, new, rule, words",
    [
        pytest.param(
            '[{"ID": int(outlet), "Action": int(word == "on")}]',
            '[{"ID": int(each), "Action": int(word == "on")} for each in self.outlets()]',
            "others",
            "port_down commanded outlet 2: outlet 1 was to be switched",
            id="all outlets",
        ),
        pytest.param(
            'int(word == "on")',
            'int(word != "on")',
            "port_down",
            "port_down sent POST /netio.json",
            id="exchanged",
        ),
    ],
)
def test_a_fault_over_http_is_found_on_a_unit_that_obeys(
    old: str, new: str, rule: str, words: str, tmp_path: Path
) -> None:
    source = _netio_source()
    assert old in source
    handler_folder = folder(tmp_path, "http_dir", source.replace(old, new))

    code, results, _ = check(handler_folder, *_netio_arguments(tmp_path))

    result, detail = results[rule]
    assert code == 1
    assert result == "broken", results
    assert detail.startswith(words)


def test_a_secret_file_that_others_can_read_is_no_fault_of_the_handler(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("netio")
    secret.chmod(0o644)
    words = ["handler", "check", str(folder(tmp_path)), "--secret-file", f"password={secret}"]
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert f"chmod g-w,o-rw {secret}" in err


@pytest.mark.parametrize(
    ("words", "why"),
    [(("--replay", "none.json"), "none.json"), (("-s", "password="), "password")],
    ids=["a recording that is not there", "an empty setting"],
)
def test_what_cannot_be_used_is_refused_before_the_handler_is_loaded(
    words: tuple[str, str],
    why: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading_checks, "check_loading", lambda *_: pytest.fail("it was loaded"))
    code, out, err = run(capsys, "handler", "check", str(folder(tmp_path)), *words)
    assert (code, out) == (2, "")
    assert why in err


@pytest.mark.usefixtures("without_device")
def test_a_python_that_is_not_here_is_said_and_leaves_nothing_untried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading_checks, "_find_python", lambda _: None)
    typed = (
        f"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import nothing_here\n{_IMPORT}"
    )
    _, results, _ = check(folder(tmp_path, source=replaced((_IMPORT, typed))))
    own_version = f"{sys.version_info.major}.{sys.version_info.minor}"
    python_rules = {"python", "pythons"} & set(results)
    (rule,) = python_rules
    result, detail = results[rule]
    assert result == "kept"
    assert detail.startswith(f"Python {own_version}")
    assert rule == "python" or "not in PATH: 3.9" in detail
    assert results["imports"][0] == "kept"  # a type checker alone reads it


def test_a_folder_without_make_handler_is_one_broken_row(tmp_path: Path) -> None:
    code, results, _ = check(folder(tmp_path, source="x = 1\n"))
    assert code == 1
    assert list(results) == ["archive"]
    assert "make_handler" in results["archive"][1]


def test_a_path_with_nothing_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "handler", "check", str(tmp_path / "none"))
    assert code == 2
    assert "no file, folder or archive" in err


@pytest.mark.usefixtures("without_device")
def test_each_rule_says_who_wants_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "def make_handler(pdu_data):\n    return object()\n"
    handler_folder = folder(tmp_path, "http_dir", source)

    code, out, _ = run(capsys, "handler", "check", str(handler_folder))

    assert code == 1
    assert "(advice)" in out
    assert "(page recommends)" in out
    text = " ".join(out.split())
    assert 'search the page for "must contain the make_handler function"' in text
    assert "make_handler's object has no status, port_up, port_down, statistic" in text
    for line in out.splitlines():
        assert len(line) <= 80 or str(handler_folder) in line


@pytest.mark.usefixtures("without_loading")
def test_the_handler_that_pdu_new_writes_keeps_all_and_shows_no_0_for_nothing(
    tmp_path: Path,
) -> None:
    template = ROOT / "packaging" / "new" / "platform" / "handler.py.in"
    source = template.read_text("utf-8")
    for place, name in (("@name@", "acme"), ("@Name@", "Acme"), ("@Title@", "Acme")):
        source = source.replace(place, name)
    code, results, _ = check(folder(tmp_path, source=source))
    assert code == 0
    assert {result for result, _ in results.values()} == {"kept"}, results
