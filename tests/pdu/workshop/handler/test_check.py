"""`pdu handler check`: the handler of the vendor's page keeps the page; one fault in it breaks one
rule.

`check(handler, *options)` runs the command, and returns its exit code, and by the key of each rule
its result and its detail: {"once": ("broken", "port_down wrote 2 times")}. `folder` writes a source
as a handler's folder. The fixtures `without_loading`, `without_faults` and `without_device` leave
out a part of the check that takes long.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pdu.workshop.handler import command, loading_checks, snmp_check
from pdu.workshop.handler.case_groups import TABLE
from pdu.workshop.handler.rules import RULES
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.pdu.loading.json_pdu import HTTP
from tests.pdu.loading.page_handler import SOURCE, folder, packed
from tests.pdu.running import run
from tests.tables import Case

from . import checks
from .checking import check
from .checks import QUICK, VOLT

_RPCM = ROOT / "tests" / "simulators" / "snmp_units" / "rpcm.snmprec"


@pytest.mark.parametrize("case", checks.TABLE.cases(), ids=str)
def test_a_change_of_the_pages_handler_is_checked(case: Case) -> None:
    case.check(checks.shown(case))


@pytest.fixture
def without_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only PDUs that are well: those with a fault take long."""
    checks.without_faults(monkeypatch)


@pytest.fixture
def without_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the checks at loading."""
    checks.without_device(monkeypatch)


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
    for rule in ("python", "figures", "states", "late", "once", "short"):
        assert results[rule][0] == "kept", rule
    over_http = {"denied", "login", "redirect", "proxy", "connections", "code"}
    assert set(results) == set(RULES) - over_http


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


@pytest.mark.usefixtures("without_loading", "without_faults")
def test_an_outlet_that_has_no_name_may_not_be_left_out_over_snmp(tmp_path: Path) -> None:
    """The faulty handler leaves out each outlet whose name is empty."""
    state = "            state = STATES.get(row.value_int, EnumPowerStatus.UNKNOWN)\n"
    name = '            if not self.snmp_get(RPDU2 + "9.2.3.1.3." + row.oid_index).value:\n'
    assert state in _APC
    source = _APC.replace(state, f"{state}{name}                continue\n")
    with pytest.MonkeyPatch.context() as patch:
        rows = [row for row in TABLE.at_once if row.name == "an empty name"]
        patch.setattr(snmp_check, "TABLE", TABLE._replace(at_once=rows, alone=[]))
        checked = check(folder(tmp_path, source=source))
    assert list(checked.of("broken")) == ["lost state"]
    assert checked.results["lost state"][1].startswith("status returned 5 outlets, without ")


@pytest.mark.usefixtures("without_loading", "without_faults")
def test_on_a_terminal_it_is_said_what_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        command, "show_status_line", lambda line, *, is_quiet: shown.append(f"{line} {is_quiet}")
    )
    check(folder(tmp_path, source=QUICK))
    assert shown[:2] == [
        "calling the handler: a PDU that is well True",
        "calling the handler: changed by hand True",
    ]


# ---- at loading ----------------------------------------------------------------------------------

_IMPORT = "from common.logger import get_logger\n"
# ---- on a device ---------------------------------------------------------------------------------


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


_OUTLETS = """
    def outlets(self):
        listed = self.ask("/netio.json")["Outputs"]
        return {str(outlet["ID"]): outlet["State"] == 1 for outlet in listed}

    def send(self, port, word):
        outlet = next(one for one in self.outlets() if one == port.identity)
        outputs = {"Outputs": [{"ID": int(outlet), "Action": int(word == "on")}]}
        self.ask("/netio.json", json.dumps(outputs).encode())

    def status("""


def _netio_source() -> str:
    """The source of a handler for NETIO's JSON API, made of that of another JSON API: it reads the
    states by GET /netio.json, and sends commands by POST to it.
    """
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
    """The options of the check for NETIO's recording and its login, whose password is written into
    a file in `tmp_path`: ["--replay", ".../recording.har", "-s", "username=netio", ...].
    """
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
    [
        (("--replay", "none.json"), "none.json"),
        (("-s", "password="), "password"),
        (("--profile", "rpcm"), "--replay FILE"),
        (("--on", "1.3.6.{outlet} = 1"), "--replay FILE"),
        (("--replay", str(_RPCM), "--refused", "403"), "over HTTP"),
    ],
    ids=[
        "a recording that is not there",
        "an empty setting",
        *("a profile of no recording", "a command of no recording"),
        "a refusal over SNMP",
    ],
)
def test_what_cannot_be_used_is_refused_before_the_handler_is_loaded(
    words: Sequence[str],
    why: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading_checks, "check_loading", lambda *_: pytest.fail("it was loaded"))
    code, out, err = run(capsys, "handler", "check", str(folder(tmp_path)), *words)
    assert (code, out) == (2, "")
    assert why in err


@pytest.mark.usefixtures("without_loading")
def test_an_empty_recording_is_refused_and_no_other_unit_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = tmp_path / "unit.snmprec"
    recording.write_text("")
    words = ("handler", "check", str(folder(tmp_path)), "--replay", str(recording))
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert "no family reads this device" in err


def test_a_path_with_nothing_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "handler", "check", str(tmp_path / "none"))
    assert code == 2
    assert "no file, folder or archive" in err


@pytest.mark.usefixtures("without_device")
def test_the_syntax_of_a_newer_python_is_told_and_what_types_alone_import_is_not(
    tmp_path: Path,
) -> None:
    """The handler has a `match`, which Python 3.9 does not, and an import for a type checker."""
    typed = (
        f"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import nothing_here\n{_IMPORT}"
        "match 1:\n    case 1:\n        pass\n"
    )
    _, results, _ = check(folder(tmp_path, source=replaced((_IMPORT, typed))))
    result, detail = results["python"]
    assert result == "broken"
    assert "my_handler.py line 19: Pattern matching is only supported in Python 3.10" in detail
    assert results["imports"][0] == "kept"  # a type checker alone reads it


@pytest.mark.usefixtures("without_device")
def test_each_rule_says_who_wants_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "def make_handler(pdu_data):\n    return object()\n"
    handler_folder = folder(tmp_path, "http_dir", source)

    code, out, _ = run(capsys, "handler", "check", str(handler_folder))

    assert code == 1
    assert "(advice)" in out
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


def test_a_handler_that_wants_its_login_at_once_gets_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its make_handler reads the settings `username` and `password`."""
    checks.without_device(monkeypatch)
    monkeypatch.setattr("pdu.workshop.handler.command._device_findings", lambda *_: ([], ()))
    monkeypatch.setenv("PDU_USERNAME", "any")
    make = "    return VoltPdu(pdu_data)\n"
    wish = (
        "    settings = pdu_data.custom_params\n    settings['username'] + settings['password']\n"
    )
    _, results, _ = check(folder(tmp_path, source=VOLT.replace(make, wish + make)))
    assert results["entry"][0] == "kept", results
