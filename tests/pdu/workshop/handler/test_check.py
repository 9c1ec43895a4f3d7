"""`pdu handler check`: the page's own handler keeps the page; one fault in it breaks one rule."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest

from pdu.loading.four_methods import LACK_OF_DOUBLE
from pdu.loading.handler_source import read_handler
from pdu.workshop.handler import loading_checks, served_trials, snmp_trials
from pdu.workshop.handler.rules import RULES, UNTRIED, Finding
from tests.needs import ROOT
from tests.packaging.installing import once
from tests.pdu.loading.json_pdu import HTTP
from tests.pdu.loading.page_handler import SOURCE, folder, packed
from tests.pdu.running import run

# the page waits 10 s for a state; without a wait, only what comes late is not seen
QUICK = SOURCE.replace("timeout=10", "timeout=0")
Results = dict[str, tuple[str, str]]
# The arguments of `pdu handler check`, and the exit code and each rule's result and detail.
Check = Callable[..., tuple[int, Results]]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    """A function that runs `pdu handler check --json`."""
    keys = {rule.text: key for key, rule in RULES.items()}

    def run_check(path: Path, *arguments: str) -> tuple[int, Results]:
        code, out, err = run(capsys, "handler", "check", str(path), *arguments, "--json")
        assert err == "", err
        results = {}
        for row in json.loads(out)["findings"]:
            key = keys[row["rule"]]
            results[key] = (row["result"], row["detail"])
        return code, results

    return run_check


@pytest.fixture(autouse=True)
def _one_mypy_cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lets the runs of mypy share what they know of Python's own modules: 2 s of each."""
    cache = once(tmp_path_factory, "mypy-cache", lambda _: None)
    monkeypatch.setattr(loading_checks, "_MYPY_CACHE", str(cache))


@pytest.fixture
def without_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """No checks at loading: only the trials on a device."""
    monkeypatch.setattr(loading_checks, "check_loading", lambda *_: iter(()))


@pytest.fixture
def without_fault_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """No trials on devices with a fault, which take long: only those on a device without one."""
    for module in (snmp_trials, served_trials):
        monkeypatch.setattr(module, "findings_of_trials", lambda *_: iter(()))


@pytest.fixture
def without_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the checks at loading, without mypy, which takes seconds."""
    untried = Finding(RULES["types"], UNTRIED)
    monkeypatch.setattr(
        loading_checks, "_check_types", lambda *_: loading_checks._TypesTrial(untried)
    )
    monkeypatch.setattr(snmp_trials, "snmp_findings", lambda *_: iter(()))


def replaced(*changes: tuple[str, str]) -> str:
    """The page's handler with other texts: each change is the old and the new one."""
    source = QUICK
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return source


@pytest.mark.long
def test_the_pages_own_handler_keeps_the_page(tmp_path: Path, check: Check) -> None:
    source = SOURCE.replace("timeout=10", "timeout=4")
    code, results = check(packed(folder(tmp_path, source=source)))
    assert code == 0, results
    broken_rules = [rule for rule, (result, _) in results.items() if result == "broken"]
    assert broken_rules == []
    for rule in ("types", "figures", "states", "late", "once", "short"):
        assert results[rule][0] == "kept", rule
    over_http = {"denied", "login", "redirect", "proxy"}
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
def test_a_handler_for_an_apc_is_tried_by_all_rules(tmp_path: Path, check: Check) -> None:
    code, results = check(folder(tmp_path, source=_APC))
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
def test_a_community_of_the_handlers_own_is_broken(tmp_path: Path, check: Check) -> None:
    change = (_MAKE, f"    pdu_data.snmp_params['community'] = 'public'\n{_MAKE}")
    code, results = check(folder(tmp_path, source=replaced(change)))
    result, detail = results["status"]
    assert code == 1
    assert result == "broken"
    assert detail.startswith("it asks with another community than the form's")


@pytest.mark.usefixtures("without_loading")
def test_a_request_to_another_port_is_not_tried(tmp_path: Path, check: Check) -> None:
    change = (_VIEW, f"        raise RuntimeError('no answer at port 161')\n{_VIEW}")
    code, results = check(folder(tmp_path, source=replaced(change)))
    result, detail = results["status"]
    assert code == 9
    assert result == "not tried", results
    assert "no answer at port 161" in detail
    assert "stuck" not in results


@pytest.mark.usefixtures("without_loading", "without_fault_trials")
def test_a_recording_is_served_to_the_handler(tmp_path: Path, check: Check) -> None:
    replay = ROOT / "tests" / "recordings" / "rpcm.snmprec"
    _, results = check(folder(tmp_path, source=QUICK), "--replay", str(replay))
    assert results["status"] == ("kept", "5 outlets of the recording, rpcm"), results
    assert results["statistic"] == ("kept", "load 2.35 A, energy 1810.0 kWh")


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
def test_what_is_seen_at_loading_is_told_with_its_rule(
    case: AtLoading, tmp_path: Path, check: Check
) -> None:
    handler_folder = folder(tmp_path, source=replaced(case.change))
    (handler_folder / "const.py").write_text("X = 1\n")

    code, results = check(handler_folder)

    result, detail = results[case.rule]
    assert result == case.result, results
    assert case.words in detail
    assert code == (1 if case.result == "broken" else 9)


@pytest.mark.usefixtures("without_device")
@pytest.mark.parametrize("file", ["my_handler.py", "const.py"])
def test_of_a_file_that_is_no_python_its_line_is_told_alone(
    file: str, tmp_path: Path, check: Check
) -> None:
    handler_folder = folder(tmp_path, source=QUICK)
    (handler_folder / file).write_text("def make_handler(pdu_data):\n    return = 1\n")

    code, results = check(handler_folder)

    assert code == 1
    details = [detail for result, detail in results.values() if result == "broken"]
    assert len(details) == 1, results
    assert f"{file} line 2" in details[0]


def types(handler_folder: Path, folder: Path) -> tuple[str, str]:
    """Result and detail of the rule about types. One run of mypy."""
    source = read_handler(str(handler_folder))
    platform = loading_checks._place_platform(folder)
    finding, _ = loading_checks._check_types(source, platform, handler_folder.parent)
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


def test_an_unreadable_folder_of_pythons_is_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another user's is: Pythons are then looked for in PATH."""
    monkeypatch.setenv("PYENV_ROOT", "/" + "x" * 300)
    assert loading_checks._find_python("2.0") is None


# ---- on a device ---------------------------------------------------------------------------------

_VIEW = "        pdu_info = PduView()\n"
_ANSWER = "        return self.__get_port_status(pdu_port_data, power_status)"
_SET = "        self.snmp_set(\n"
_TWICE = """        self.snmp_set(
            OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity, PORT_POWER_DICT[power_status]
        )
"""
_WISH = """        pdu_port_data.power_status = power_status
        return pdu_port_data"""
_STATUS = "    def status(self) -> PduView:\n"
_EMPTY = """    def status(self):
        try:
            return self.read()
        except Exception:
            return PduView()

    def read(self) -> PduView:
"""
_ONE = "[PduPortView(identity='1', power_status=EnumPowerStatus.UP)]"
_FIRST = _EMPTY.replace(
    "return PduView()",
    f"view = PduView()\n            view.ports = {_ONE}\n            return view",
)
_ENERGY = "PduPortStatisticView(identity=port.oid_index, consumption=port.value_float)"
_NO_FIGURE = ("return pdu_statistic\n", "return PduStatisticView()\n")
_OTHER_TOTAL = (
    "return pdu_statistic\n",
    "pdu_statistic.energy = 1.0\n        return pdu_statistic\n",
)
_OTHER_ENERGY = (
    "return pdu_statistic\n",
    "pdu_statistic.ports[0].energy = 1.0\n        return pdu_statistic\n",
)
_QUIET_SET = """
    def set_quietly(self, oid, value):
        try:
            self.snmp_set(oid, value)
        except Exception:
            pass

"""
_BELIEF = """        answer = self.__get_port_status(pdu_port_data, power_status)
        if isinstance(answer.power_status, Exception):
            answer.power_status = power_status
        return answer"""
_LOG_OF_PARAMETERS = f"        logging.info(self.pdu_data.snmp_params)\n{_VIEW}"
_STATISTIC = "        pdu_statistic = PduStatisticView()\n"
_SWALLOWED = f"""{_STATISTIC}        try:
            self.snmp_walk(OID_RPCM_OUTPUT_MILLIAMPS)
        except Exception:
            return pdu_statistic
"""
_IF_OTHER = """        key = (self.pdu_data.snmp_params["port"], pdu_port_data.identity)
        if LAST.get(key) == power_status:
            pdu_port_data.power_status = power_status
            return pdu_port_data
        LAST[key] = power_status
"""
_UP = "        return self.__port_change_status(pdu_port_data, EnumPowerStatus.UP)"
_FIRST_ALONE = """        self.snmp_set(
            OID_RPCM_ADMINISTRATIVE_STATE + "1", PORT_POWER_DICT[power_status]
        )
        return pdu_port_data
"""
_ALL_UP = f"""        for row in self.snmp_walk(OID_RPCM_ADMINISTRATIVE_STATE):
            self.snmp_set(OID_RPCM_ADMINISTRATIVE_STATE + row.oid_index, 1)
{_UP}"""
_ONE_OBJECT = """    Rpcm.only = getattr(Rpcm, "only", None) or Rpcm(pdu_data)
    return Rpcm.only"""
_OPPOSITE = "=1 - self.snmp_get(OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity).value_int"
_UNTIL_SEEN = """        for _ in range(2):
            if self.__get_port_status(pdu_port_data).power_status is power_status:
                break
            self.snmp_set(
                OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity,
                PORT_POWER_DICT[power_status],
            )
"""
_CACHED = """    kept = {}

    def status(self) -> PduView:
        port = self.pdu_data.snmp_params["port"]
        if port not in Rpcm.kept:
            Rpcm.kept[port] = self.read()
        return Rpcm.kept[port]

    def read(self) -> PduView:
"""


class OnADevice(NamedTuple):
    """What is changed in the page's handler, and how the detail begins of each rule that it
    breaks."""

    changes: Sequence[tuple[str, str]]
    details: dict[str, str]


_RULES_OF_FAULT_TRIALS = {"stuck", "late", "refused", "unread", "silent", "short", "community"}
ON_A_DEVICE = {
    "two commands, a dict, no unknown state": OnADevice(
        changes=(
            (_SET, _TWICE + _SET),
            ("        return pdu_statistic\n", "        return {}\n"),
            ("port.value_int, EnumPowerStatus.UNKNOWN", "port.value_int, EnumPowerStatus.DOWN"),
        ),
        details={
            "once": "port_down of outlet 12 wrote 2 times (my_handler.py line ",
            "statistic": "statistic returned an object of the type dict; the page wants a Pdu",
            "states": "status: 4 is DOWN instead of UNKNOWN",
        },
    ),
    "the wish as the state, figures in other units": OnADevice(
        changes=(
            (_ANSWER, _WISH),
            (") / 1000", ")"),
            (_ENERGY, _ENERGY.replace("value_float", "value_float * 1000")),
        ),
        details={
            "stuck": "port_down returned DOWN while the device has outlet 12 on",
            "figures": "load is 3272 A; the device measures 3.272 A; consumption of outlet 1 is "
            "1.2345e+07 kWh; the device measures 12345 kWh",
        },
    ),
    "no wait, no figure": OnADevice(
        changes=(
            _NO_FIGURE,
            (_ANSWER, "        return self.__get_port_status(pdu_port_data)"),
        ),
        details={
            "late": "port_down returned UP; outlet 12 was off 2 s after the command",
            "figures": "statistic returned no figure, and the device has meters",
        },
    ),
    "errors are swallowed, the login is logged": OnADevice(
        changes=(
            (_STATUS, f"{_QUIET_SET}{_STATUS}"),
            (_SET, "        self.set_quietly(\n"),
            (_ANSWER, _BELIEF),
            (_VIEW, _LOG_OF_PARAMETERS),
            (_STATISTIC, _SWALLOWED),
        ),
        details={
            "refused": "port_down returned UP and raised nothing",
            "unread": "port_down returned DOWN, and no state could be read after the command",
            "secret": "it logs a secret (my_handler.py line ",
            "silent": "statistic returned None A and None kWh and raised nothing",
        },
    ),
    "all outlets are switched on, states are kept, a load is cut": OnADevice(
        changes=((_UP, _ALL_UP), (_STATUS, _CACHED), (") / 1000", ") // 1000")),
        details={
            "others": "port_up of outlet 12 also switched outlet 2 on",
            "once": "port_up of outlet 12 wrote 13 times",
            "asked": "outlet 12 was switched off by hand, and status told UP as before",
            "figures": "load is 3 A; the device measures 3.272 A",
        },
    ),
    "outlet 1 in place of each": OnADevice(
        changes=((_SET, _FIRST_ALONE + _SET),),
        details={
            "port_down": "the device has outlet 12 on",
            "others": "port_down of outlet 12 also switched outlet 1 off",
        },
    ),
    "a toggle": OnADevice(
        changes=(("=PORT_POWER_DICT[power_status]", _OPPOSITE),),
        details={"port_down": "port_down, called again, left outlet 12 on"},
    ),
    "a command until the state is seen": OnADevice(
        changes=((_ANSWER, _UNTIL_SEEN + _ANSWER),),
        details={"stuck": "port_down of outlet 12 wrote 3 times: a command is written once"},
    ),
    "a command is sent if the last was another": OnADevice(
        changes=((_IMPORT, f"{_IMPORT}LAST: dict = {{}}\n"), (_SET, _IF_OTHER + _SET)),
        details={"asked": "outlet 12 was commanded off, then switched on by hand, and port_down"},
    ),
    "one object for all PDUs": OnADevice(
        changes=((_MAKE, _ONE_OBJECT),),
        details={"pdus": "status of the first PDU was sent to another PDU"},
    ),
    "one outlet in place of an error": OnADevice(
        changes=((_STATUS, _FIRST),),
        details={"short": "status returned 1 outlets and raised nothing"},
    ),
    "no outlet in place of an error": OnADevice(
        changes=((_STATUS, _EMPTY),),
        details={
            "silent": "status returned 0 outlets and raised nothing",
            "community": "status returned 0 outlets and raised nothing",
        },
    ),
    "an error of its own": OnADevice(
        changes=((_VIEW, f"        raise NameError('x')\n{_VIEW}"),),
        details={"status": "status raised NameError: x (my_handler.py line "},
    ),
}


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("case", ON_A_DEVICE.values(), ids=ON_A_DEVICE)
def test_a_fault_breaks_its_rule_and_is_told_with_the_method(
    case: OnADevice, tmp_path: Path, check: Check, request: pytest.FixtureRequest
) -> None:
    if _RULES_OF_FAULT_TRIALS.isdisjoint(case.details):
        request.getfixturevalue("without_fault_trials")
    code, results = check(folder(tmp_path, source=replaced(*case.changes)))
    for rule, words in case.details.items():
        result, detail = results[rule]
        assert result == "broken", (rule, results)
        assert detail.startswith(words), (rule, results)
    assert code == 1


@pytest.mark.usefixtures("without_loading", "without_fault_trials")
def test_commands_that_raise_show_nothing_of_other_outlets(tmp_path: Path, check: Check) -> None:
    change = (_SET, f"        raise RuntimeError('locked')\n{_SET}")
    _, results = check(folder(tmp_path, source=replaced(change)))
    assert results["port_down"][0] == results["port_up"][0] == "broken", results
    # that a command leaves other outlets alone, and that it is written once
    for rule in ("others", "once"):
        assert results[rule] == ("not tried", "port_down and port_up raised")


@pytest.mark.usefixtures("without_loading", "without_fault_trials")
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
    change: tuple[str, str], rule: str, words: str, tmp_path: Path, check: Check
) -> None:
    code, results = check(folder(tmp_path, source=replaced(change)))
    result, detail = results[rule]
    assert result == "not tried"
    assert LACK_OF_DOUBLE in detail
    assert words in detail
    if rule == "status":
        assert code == 9


@pytest.mark.usefixtures("without_loading")
def test_objects_of_no_family_are_not_tried(tmp_path: Path, check: Check) -> None:
    code, results = check(folder(tmp_path, source=replaced(("46235", "99999"))))
    result, detail = results["status"]
    assert code == 9
    assert result == "not tried"
    assert "(1.3.6.1.4.1.99999.2.4.2.1.11, " in detail
    assert "late" not in results


@pytest.mark.usefixtures("without_loading")
def test_an_answer_that_is_no_view_is_broken_whatever_its_words_are(
    tmp_path: Path, check: Check
) -> None:
    """Also where no family has the objects of a handler, of which errors are not believed."""
    status = "    def status(self) -> PduView:\n"
    wrong_status = f"{status}        return 'relay raised it'\n\n    def poll(self) -> PduView:\n"
    source = replaced(("46235", "99999"), (status, wrong_status))
    code, results = check(folder(tmp_path, source=source))
    assert code == 1
    result, detail = results["status"]
    assert result == "broken"
    assert "status returned 'relay raised it'" in detail


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("name", ["pdu", "my-pdu"])
def test_a_folder_whose_name_cannot_be_imported_here_is_not_called_broken(
    name: str, tmp_path: Path, check: Check
) -> None:
    code, results = check(folder(tmp_path, name, QUICK))
    assert code == 9
    assert list(results) == ["status"]
    assert results["status"][0] == "not tried"


@pytest.mark.usefixtures("without_loading")
def test_a_folder_with_two_handlers_is_not_called_broken(tmp_path: Path, check: Check) -> None:
    handler_folder = folder(tmp_path, source=QUICK)
    (handler_folder / "other.py").write_text(QUICK, "utf-8")
    code, results = check(handler_folder)
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
def test_a_handler_over_http_is_called_on_a_served_recording(tmp_path: Path, check: Check) -> None:
    handler_folder = folder(tmp_path, "http_dir", _netio_source())

    code, results = check(handler_folder, *_netio_arguments(tmp_path))

    assert results["status"] == ("kept", "3 outlets of the recording")
    for rule in ("port_down", "port_up", "others", "stuck"):
        assert results[rule][0] == "kept", results
    # its figures are constants, and a state that is not 1 is off
    assert code == 1
    assert results["figures"][0] == "broken"
    assert results["lost state"][0] == "broken"
    # figures that nobody was asked for
    assert results["silent"] == (
        "broken",
        "statistic returned 1.5 A and 20.0 kWh and raised nothing",
    )


@pytest.mark.usefixtures("without_loading", "without_fault_trials")
@pytest.mark.parametrize(
    "old, new, rule, words",
    [
        pytest.param(
            '[{"ID": int(outlet), "Action": int(word == "on")}]',
            '[{"ID": int(each), "Action": int(word == "on")} for each in self.outlets()]',
            "others",
            "port_down of outlet 3 also switched outlet",
            id="all outlets",
        ),
        pytest.param(
            'int(word == "on")',
            'int(word != "on")',
            "port_down",
            "the device has outlet 3",
            id="exchanged",
        ),
    ],
)
def test_a_fault_over_http_is_found_on_a_unit_that_obeys(
    old: str, new: str, rule: str, words: str, tmp_path: Path, check: Check
) -> None:
    source = _netio_source()
    assert old in source
    handler_folder = folder(tmp_path, "http_dir", source.replace(old, new))

    code, results = check(handler_folder, *_netio_arguments(tmp_path))

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
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading_checks, "_find_python", lambda _: None)
    typed = (
        f"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import nothing_here\n{_IMPORT}"
    )
    _, results = check(folder(tmp_path, source=replaced((_IMPORT, typed))))
    own_version = f"{sys.version_info.major}.{sys.version_info.minor}"
    python_rules = {"python", "pythons"} & set(results)
    (rule,) = python_rules
    result, detail = results[rule]
    assert result == "kept"
    assert detail.startswith(f"Python {own_version}")
    assert rule == "python" or "not here: 3.9" in detail
    assert results["imports"][0] == "kept"  # a type checker alone reads it


def test_a_folder_without_make_handler_is_one_broken_row(tmp_path: Path, check: Check) -> None:
    code, results = check(folder(tmp_path, source="x = 1\n"))
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
    tmp_path: Path, check: Check
) -> None:
    template = ROOT / "packaging" / "new" / "platform" / "handler.py.in"
    source = template.read_text("utf-8")
    for place, name in (("@name@", "acme"), ("@Name@", "Acme"), ("@Title@", "Acme")):
        source = source.replace(place, name)
    code, results = check(folder(tmp_path, source=source))
    assert code == 0
    assert {result for result, _ in results.values()} == {"kept"}, results
