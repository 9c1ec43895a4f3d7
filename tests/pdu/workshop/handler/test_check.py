"""`pdu handler check`: the page's own handler keeps the page; one fault in it breaks one rule."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

from pdu.loading.four_methods import LACKING
from pdu.loading.handler_source import read_handler
from pdu.workshop.handler import device_trials, loading_checks
from pdu.workshop.handler.rules import RULES, UNTRIED, Finding
from tests.needs import ROOT
from tests.packaging.installing import once
from tests.pdu.loading.json_pdu import HTTP
from tests.pdu.loading.page_handler import SOURCE, folder, packed
from tests.pdu.running import run

# the page waits 10 s for a state; without a wait, only what comes late is not seen
QUICK = SOURCE.replace("timeout=10", "timeout=0")
Results = dict[str, tuple[str, str]]
# the arguments of `pdu handler check`, and the exit code and each rule's result and detail
Check = Callable[..., tuple[int, Results]]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    keys = {rule.text: key for key, rule in RULES.items()}

    def checked(path: Path, *arguments: str) -> tuple[int, Results]:
        code, out, err = run(capsys, "handler", "check", str(path), *arguments, "--json")
        assert err == "", err
        rows = json.loads(out)["findings"]
        return code, {keys[row["rule"]]: (row["result"], row["detail"]) for row in rows}

    return checked


@pytest.fixture(autouse=True)
def _one_mypy_cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lets the runs of mypy share what they know of Python's own modules: 2 s of each."""
    cache = once(tmp_path_factory, "mypy-cache", lambda _: None)
    monkeypatch.setattr(loading_checks, "_MYPY_CACHE", str(cache))


@pytest.fixture
def without_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the trials on a device."""
    monkeypatch.setattr(loading_checks, "check_loading", lambda *_: iter(()))


@pytest.fixture
def without_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the checks at loading, without mypy, which takes seconds."""
    untried = Finding(RULES["types"], UNTRIED)
    monkeypatch.setattr(
        loading_checks, "_check_types", lambda *_: loading_checks._TypesTrial(untried)
    )
    monkeypatch.setattr(device_trials.SnmpTrials, "findings", lambda *_: iter(()))


def replaced(*changes: tuple[str, str]) -> str:
    """The page's handler with other texts."""
    source = QUICK
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return source


@pytest.mark.long
def test_the_pages_own_handler_keeps_the_page(tmp_path: Path, check: Check) -> None:
    source = SOURCE.replace("timeout=10", "timeout=4")
    code, results = check(packed(folder(tmp_path, source=source)))
    assert code == 0 and not [key for key, (result, _) in results.items() if result == "broken"], (
        results
    )
    rules = ("types", "figures", "states", "late", "once", "short")
    assert [results[rule][0] for rule in rules] == ["kept"] * len(rules)
    assert set(results) == set(RULES) - {"denied"}  # over HTTP


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
    # the sum of an empty table is 0
    assert code == 0 and results.pop("empty")[0] == "advised", results
    assert {result for result, _ in results.values()} == {"kept"}, results
    assert results["status"][1] == "6 outlets of a simulated APC, apc-rpdu2"
    assert "short" in results and "refused" in results
    # the unit is a chain, whose second unit has identities of its own
    assert results["states"] == ("kept", "by their order: this pack has other identities")


@pytest.mark.usefixtures("without_loading")
def test_a_community_of_the_handlers_own_is_broken(tmp_path: Path, check: Check) -> None:
    change = (_MAKE, f"    pdu_data.snmp_params['community'] = 'public'\n{_MAKE}")
    code, results = check(folder(tmp_path, source=replaced(change)))
    assert code == 1 and results["status"][0] == "broken"
    assert results["status"][1].startswith("it asks with another community than the form's")


@pytest.mark.usefixtures("without_loading")
def test_a_request_to_another_port_is_not_tried(tmp_path: Path, check: Check) -> None:
    change = (_VIEW, f"        raise RuntimeError('no answer at port 161')\n{_VIEW}")
    code, results = check(folder(tmp_path, source=replaced(change)))
    assert code == 9 and results["status"][0] == "not tried", results
    assert "no answer at port 161" in results["status"][1] and "stuck" not in results


@pytest.mark.usefixtures("without_loading")
def test_a_recording_is_served_to_the_handler(tmp_path: Path, check: Check) -> None:
    replay = ROOT / "tests" / "recordings" / "rpcm.snmprec"
    _, results = check(folder(tmp_path, source=QUICK), "--replay", str(replay))
    assert results["status"] == ("kept", "5 outlets of the recording, rpcm"), results
    assert results["statistic"] == ("kept", "load 2.35 A, energy 1810.0 kWh")


# ---- at loading ----------------------------------------------------------------------------------

_MAKE = "    return Rpcm(pdu_data)"
_SENT = """    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(b"", ("127.0.0.1", 9))
"""
_IMPORT = "from common.logger import get_logger\n"
_ENDING = ("class Rpcm(BaseSnmpPdu):", "import os\nos._exit(3)\n\n\nclass Rpcm(BaseSnmpPdu):")
_PLATFORM_CLASS = (_IMPORT, f"{_IMPORT}from pdu_common.handlers.apc import ApcPdu\n")
_MISC_NAME = ("import InversionDict,", "import retry, InversionDict,")
_ROW_ATTRIBUTE = ("port.oid_index", "port.index")
_PARAMETER = ("self.snmp_walk(", "self.snmp_walk(bulk=True, oid=")
#: what is changed in the page's handler, the rule, its result, and words of its detail
AT_LOADING = {
    "quiet": ((_MAKE, _SENT + _MAKE), "quiet", "advised", "make_handler does socket.sendto"),
    "a local import without a dot": (
        (_IMPORT, f"{_IMPORT}from const import X\n"), "alone", "broken", "from .const",
    ),
    "an end of the process": (
        _ENDING, "alone", "broken", "the interpreter ended while it imported the handler",
    ),
    "a module that is nowhere": (
        (_IMPORT, f"{_IMPORT}import nothing_here\n"),
        *("alone", "not tried", "nothing_here is missing where pdu runs: install it there"),
    ),
    "a module that only pdu has": (
        (_IMPORT, f"{_IMPORT}import click\n"),
        *("imports", "not tried", "click (handler_dir/my_handler.py line "),
    ),
    "a name that this machine's version of a package lacks": (
        (_IMPORT, f"{_IMPORT}from click import no_such_name\n"),
        *("alone", "not tried", "the version of click that is here lacks it"),
    ),
    "a similar name": (
        ("PduStatisticView,\n", "PduStatView,\n"),
        *("alone", "not tried", "did you mean PduStatisticView?"),
    ),
    "a class of the platform's": (_PLATFORM_CLASS, "alone", "not tried", "'pdu_common.handlers'"),
    "a name of common.misc": (_MISC_NAME, "alone", "not tried", "retry"),
    "a state": (
        ("EnumPowerStatus.DOWN: 0", "EnumPowerStatus.OFF: 0"), "alone", "not tried", "OFF",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("without_device")
@pytest.mark.parametrize("case", AT_LOADING)
def test_what_is_seen_at_loading_is_told_with_its_rule(
    case: str, tmp_path: Path, check: Check
) -> None:
    change, rule, result, words = AT_LOADING[case]
    handler_folder = folder(tmp_path, source=replaced(change))
    (handler_folder / "const.py").write_text("X = 1\n")
    code, results = check(handler_folder)
    assert results[rule][0] == result and words in results[rule][1], results
    assert code == (1 if result == "broken" else 9)


@pytest.mark.usefixtures("without_device")
@pytest.mark.parametrize("file", ["my_handler.py", "const.py"])
def test_of_a_file_that_is_no_python_its_line_is_told_alone(
    file: str, tmp_path: Path, check: Check
) -> None:
    handler_folder = folder(tmp_path, source=QUICK)
    (handler_folder / file).write_text("def make_handler(pdu_data):\n    return = 1\n")
    code, results = check(handler_folder)
    broken = [detail for result, detail in results.values() if result == "broken"]
    assert code == 1 and len(broken) == 1 and f"{file} line 2" in broken[0], results


def types(handler_folder: Path, folder: Path) -> tuple[str, str]:
    """Result and detail of the rule about types. One run of mypy."""
    source = read_handler(str(handler_folder))
    platform = loading_checks._place_platform(folder)
    finding, _ = loading_checks._check_types(source, platform, handler_folder.parent)
    return finding.result, finding.detail


def test_a_mistake_in_types_is_told_with_its_line(tmp_path: Path) -> None:
    handler_folder = folder(tmp_path, source=replaced((_MAKE, f"    number: int = ''\n{_MAKE}")))
    result, detail = types(handler_folder, tmp_path)
    assert result == "broken" and "my_handler.py:" in detail


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
    assert result == "broken" and "my_handler.py:" in detail


def test_types_that_only_the_double_of_the_platform_lacks_are_not_tried(tmp_path: Path) -> None:
    changes = (_PLATFORM_CLASS, _MISC_NAME, _ROW_ATTRIBUTE)
    result, detail = types(folder(tmp_path, source=replaced(*changes)), tmp_path)
    assert result == "not tried" and LACKING in detail, detail


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
_SHOWN = f"        logging.info(self.pdu_data.snmp_params)\n{_VIEW}"
_STATISTIC = "        pdu_statistic = PduStatisticView()\n"
_SWALLOWED = f"""{_STATISTIC}        try:
            self.snmp_walk(OID_RPCM_OUTPUT_MILLIAMPS)
        except Exception:
            return pdu_statistic
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
_CACHED = """    def status(self) -> PduView:
        if not hasattr(Rpcm, "kept") or not Rpcm.kept.ports:
            Rpcm.kept = self.read()
        return Rpcm.kept

    def read(self) -> PduView:
"""
#: what is changed in the page's handler, and words of the detail of each rule that it breaks
ON_A_DEVICE: Sequence[tuple[Sequence[tuple[str, str]], dict[str, str]]] = (
    (
        (
            (_SET, _TWICE + _SET),
            ("        return pdu_statistic\n", "        return {}\n"),
            ("port.value_int, EnumPowerStatus.UNKNOWN", "port.value_int, EnumPowerStatus.DOWN"),
        ),
        {
            "once": "port_down of outlet 12 wrote 2 times (my_handler.py line ",
            "statistic": "statistic returned an object of the type dict; the page wants a Pdu",
            "states": "status: 4 is DOWN instead of UNKNOWN",
        },
    ),
    (
        (
            (_ANSWER, _WISH),
            (") / 1000", ")"),
            (_ENERGY, _ENERGY.replace("value_float", "value_float * 1000")),
        ),
        {
            "stuck": "port_down returned DOWN while the device has outlet 12 on",
            "figures": "load is 3272 A; the device measures 3.272 A; consumption of outlet 1 is "
            "1.2345e+07 kWh; the device measures 12345 kWh",
        },
    ),
    (
        (_NO_FIGURE, (_ANSWER, "        return self.__get_port_status(pdu_port_data)")),
        {
            "late": "port_down returned UP; outlet 12 was off 2 s after the command",
            "figures": "statistic returned no figure, and the device has meters",
        },
    ),
    (
        (
            (_STATUS, f"{_QUIET_SET}{_STATUS}"),
            (_SET, "        self.set_quietly(\n"),
            (_ANSWER, _BELIEF),
            (_VIEW, _SHOWN),
            (_STATISTIC, _SWALLOWED),
        ),
        {
            "refused": "port_down returned UP and raised nothing",
            "unread": "port_down returned DOWN while the device has outlet 12 on",
            "secret": "it logs a secret (my_handler.py line ",
            "silent": "statistic returned None A and None kWh and raised nothing",
        },
    ),
    (
        ((_UP, _ALL_UP), (_STATUS, _CACHED), (") / 1000", ") // 1000")),
        {
            "others": "port_up of outlet 12 also switched outlet 2 on",
            "once": "port_up of outlet 12 wrote 13 times",
            "asked": "outlet 12 was switched off by hand, and status told UP as before",
            "figures": "load is 3 A; the device measures 3.272 A",
        },
    ),
    (
        ((_SET, _FIRST_ALONE + _SET),),
        {
            "port_down": "the device has outlet 12 on",
            "others": "port_down of outlet 12 also switched outlet 1 off",
        },
    ),
    (
        (("=PORT_POWER_DICT[power_status]", _OPPOSITE),),
        {"port_down": "port_down, called again, left outlet 12 on"},
    ),
    (
        ((_ANSWER, _UNTIL_SEEN + _ANSWER),),
        {"stuck": "port_down of outlet 12 wrote 3 times: a command is written once"},
    ),
    (
        (
            (
                _MAKE,
                _ONE_OBJECT,
            ),
        ),
        {"asked": "make_handler was called for a second PDU, and status asked the first"},
    ),
    (((_STATUS, _FIRST),), {"short": "status returned 1 outlets and raised nothing"}),
    (
        ((_STATUS, _EMPTY),),
        {
            "silent": "status returned 0 outlets and raised nothing",
            "community": "status returned 0 outlets and raised nothing",
        },
    ),
    (
        ((_VIEW, f"        raise NameError('x')\n{_VIEW}"),),
        {"status": "status raised NameError: x (my_handler.py line "},
    ),
)


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("changes, details", ON_A_DEVICE)
def test_a_fault_breaks_its_rule_and_is_told_with_the_method(
    changes: Sequence[tuple[str, str]], details: dict[str, str], tmp_path: Path, check: Check
) -> None:
    code, results = check(folder(tmp_path, source=replaced(*changes)))
    for rule, words in details.items():
        assert results[rule][0] == "broken" and results[rule][1].startswith(words), (rule, results)
    assert code == 1


@pytest.mark.usefixtures("without_loading")
def test_commands_that_raise_show_nothing_of_other_outlets(tmp_path: Path, check: Check) -> None:
    change = (_SET, f"        raise RuntimeError('locked')\n{_SET}")
    _, results = check(folder(tmp_path, source=replaced(change)))
    assert results["port_down"][0] == results["port_up"][0] == "broken", results
    assert results["others"] == results["once"] == ("not tried", "port_down and port_up raised")


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize(
    "change, rule, words",
    [
        ((_ENERGY, _ENERGY.replace("consumption", "energy")), "statistic", "energy"),
        (("self.snmp_walk", "self.snmp_table"), "status", "snmp_table"),
        (_PARAMETER, "status", "bulk"),
        (_OTHER_TOTAL, "statistic", "PduStatisticView has no field 'energy'"),
        (_OTHER_ENERGY, "statistic", "PduPortStatisticView has no field 'energy'"),
    ],
)
def test_what_the_double_of_the_platform_lacks_is_not_tried(
    change: tuple[str, str], rule: str, words: str, tmp_path: Path, check: Check
) -> None:
    code, results = check(folder(tmp_path, source=replaced(change)))
    result, detail = results[rule]
    assert result == "not tried" and LACKING in detail and words in detail, detail
    assert code == 9 or rule == "statistic"


@pytest.mark.usefixtures("without_loading")
def test_objects_of_no_family_are_not_tried(tmp_path: Path, check: Check) -> None:
    code, results = check(folder(tmp_path, source=replaced(("46235", "99999"))))
    assert results["status"][0] == "not tried" and code == 9 and "late" not in results
    assert "(1.3.6.1.4.1.99999.2.4.2.1.11, " in results["status"][1]


@pytest.mark.usefixtures("without_loading")
def test_what_these_tools_cannot_read_is_not_called_broken(tmp_path: Path, check: Check) -> None:
    for name in ("pdu", "my-pdu"):
        code, results = check(folder(tmp_path, name, QUICK))
        assert code == 9 and [*results] == ["status"] and results["status"][0] == "not tried", (
            results
        )
    two = folder(tmp_path, source=QUICK)
    (two / "other.py").write_text(QUICK, "utf-8")
    code, results = check(two)
    assert code == 9 and [*results] == ["status"] and "name one, as" in results["status"][1], (
        results
    )


# NETIO's JSON API: states at /netio.json, commands by POST to it
_OUTLETS = """
    def outlets(self):
        listed = self.ask("/netio.json")["Outputs"]
        return {str(outlet["ID"]): outlet["State"] == 1 for outlet in listed}

    def send(self, port, word):
        outlet = next(one for one in self.outlets() if one == port.identity)
        orders = {"Outputs": [{"ID": int(outlet), "Action": int(word == "on")}]}
        self.ask("/netio.json", json.dumps(orders).encode())

    def status("""


@pytest.mark.usefixtures("without_loading")
def test_a_handler_over_http_is_called_on_a_served_recording(tmp_path: Path, check: Check) -> None:
    source = (
        HTTP.replace(
            'self.ask(self.pdu_data.custom_params["path"]).items()', "self.outlets().items()"
        )
        .replace('self.ask("/" + port.identity + "/" + word, b"{}")', "self.send(port, word)")
        .replace("\n    def status(", _OUTLETS)
    )
    assert 'custom_params["path"]' not in source and "self.send(port, word)" in source
    replay = ROOT / "tests" / "handlers" / "netio" / "recording.json"
    (tmp_path / "secret").write_text("netio")
    (tmp_path / "secret").chmod(0o600)
    form = ("-s", "username=netio", "--secret-file", f"password={tmp_path / 'secret'}")
    handler_folder = folder(tmp_path, "http_dir", source)
    code, results = check(handler_folder, "--replay", str(replay), *form)
    # its figures are constants, and a state that is not 1 is off
    assert code == 1 and results["figures"][0] == results["states"][0] == "broken", results
    rules = ("status", "port_down", "port_up", "others", "stuck")
    assert [results[rule][0] for rule in rules] == ["kept"] * len(rules), results
    assert results["status"][1] == "3 outlets of the recording"
    # figures that nobody was asked for
    assert results["silent"] == (
        "broken",
        "statistic returned 1.5 A and 20.0 kWh and raised nothing",
    )


_ONE_ORDER = '[{"ID": int(outlet), "Action": int(word == "on")}]'
_HTTP_FAULTS = {
    "all outlets": (
        _ONE_ORDER,
        '[{"ID": int(each), "Action": int(word == "on")} for each in self.outlets()]',
        *("others", "port_down of outlet 3 also switched outlet"),
    ),
    "exchanged": ('int(word == "on")', 'int(word != "on")', "port_down", "the device has outlet 3"),
}


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("case", _HTTP_FAULTS)
def test_a_fault_over_http_is_found_on_a_unit_that_obeys(
    case: str, tmp_path: Path, check: Check
) -> None:
    old, new, rule, words = _HTTP_FAULTS[case]
    source = (
        HTTP.replace(
            'self.ask(self.pdu_data.custom_params["path"]).items()', "self.outlets().items()"
        )
        .replace('self.ask("/" + port.identity + "/" + word, b"{}")', "self.send(port, word)")
        .replace("\n    def status(", _OUTLETS)
    )
    assert old in source
    replay = ROOT / "tests" / "handlers" / "netio" / "recording.json"
    handler_folder = folder(tmp_path, "http_dir", source.replace(old, new))
    (tmp_path / "secret").write_text("netio")
    (tmp_path / "secret").chmod(0o600)
    form = ("-s", "username=netio", "--secret-file", f"password={tmp_path / 'secret'}")
    code, results = check(handler_folder, "--replay", str(replay), *form)
    assert code == 1 and results[rule][0] == "broken", results
    assert results[rule][1].startswith(words), results


def test_a_secret_file_that_others_can_read_is_no_fault_of_the_handler(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("netio")
    secret.chmod(0o644)
    handler_folder = folder(tmp_path)
    code, out, err = run(
        capsys, "handler", "check", str(handler_folder), "--secret-file", f"password={secret}"
    )
    assert (code, out) == (2, "") and f"chmod g-w,o-rw {secret}" in err


def test_what_is_no_handler_is_one_broken_row(
    tmp_path: Path, check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    code, results = check(folder(tmp_path, source="x = 1\n"))
    assert code == 1 and list(results) == ["archive"] and "make_handler" in results["archive"][1]
    code, _, err = run(capsys, "handler", "check", str(tmp_path / "none"))
    assert code == 2 and "no file, folder or archive" in err


@pytest.mark.usefixtures("without_device")
def test_each_rule_says_who_wants_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handler_folder = folder(
        tmp_path, "http_dir", source="def make_handler(pdu_data):\n    return object()\n"
    )
    code, out, _ = run(capsys, "handler", "check", str(handler_folder))
    assert code == 1 and "(advice)" in out and "(page recommends)" in out
    words = " ".join(out.split())
    assert 'search the page for "must contain the make_handler function"' in words
    assert "make_handler's object has no status, port_up, port_down, statistic" in words
    for line in out.splitlines():
        assert len(line) <= 80 or str(handler_folder) in line


@pytest.mark.usefixtures("without_loading")
def test_the_handler_that_pdu_new_writes_keeps_all_and_shows_no_0_for_nothing(
    tmp_path: Path, check: Check
) -> None:
    template = ROOT / "packaging" / "new" / "platform" / "handler.py.in"
    source = template.read_text("utf-8").replace("@name@", "acme")
    source = source.replace("@Name@", "Acme").replace("@Title@", "Acme")
    code, results = check(folder(tmp_path, source=source))
    assert code == 0 and {result for result, _ in results.values()} == {"kept"}, results
