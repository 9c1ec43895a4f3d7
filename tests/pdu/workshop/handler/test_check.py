"""`pdu handler check`: the page's own handler keeps the page; one fault in it breaks one rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pdu.pdus.four_methods import LACKING
from pdu.workshop.handler.rules import RULES
from tests.needs import ROOT
from tests.pdu.pdus.json_pdu import HTTP
from tests.pdu.pdus.page_handler import SOURCE, folder, packed
from tests.pdu.running import run

# the page waits 10 s for a state; a fault is seen as well in 4
QUICK = SOURCE.replace("timeout=10", "timeout=4")
_VIEW = "        pdu_info = PduView()\n"
_ANSWER = "        return self.__get_port_status(pdu_port_data, power_status)"


def findings(
    capsys: pytest.CaptureFixture[str], path: Path, *arguments: str
) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and result and detail by the rule's key."""
    code, out, err = run(capsys, "handler", "check", str(path), *arguments, "--json")
    assert err == "", err
    keys = {rule.text: key for key, rule in RULES.items()}
    rows = json.loads(out)["findings"]
    return code, {keys[one["rule"]]: (one["result"], one["detail"]) for one in rows}


def test_the_pages_own_handler_keeps_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, seen = findings(capsys, packed(folder(tmp_path)))
    assert code == 0 and not [key for key, (result, _) in seen.items() if result == "broken"], seen
    assert seen["types"] == ("kept", "") and seen["figures"] == ("kept", "")
    assert seen["states"][0] == seen["late"][0] == seen["once"][0] == seen["short"][0] == "kept"
    assert set(seen) == set(RULES)


def test_a_recording_is_served_to_the_handler(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # a folder that cannot be read, as another user's is: Pythons are then looked for in PATH
    monkeypatch.setenv("PYENV_ROOT", "/" + "x" * 300)
    replay = ROOT / "tests" / "recordings" / "rpcm.snmprec"
    made = folder(tmp_path, source=QUICK)
    code, seen = findings(capsys, made, "--replay", str(replay))
    assert code == 0 and seen["status"] == ("kept", "5 outlets of the recording, rpcm"), seen
    assert seen["statistic"] == ("kept", "load 2.05 A, energy 1810.0 kWh")


_MAKE = "    return Rpcm(pdu_data)"
_SET = "        self.snmp_set(\n"
_TWICE = """        self.snmp_set(
            OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity, PORT_POWER_DICT[power_status]
        )
"""
_SENT = """    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(b"", ("127.0.0.1", 9))
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
# rule -> text of the page's handler, what replaces it, the exit code, and what is told
FAULTS = {
    "quiet": (_MAKE, _SENT + _MAKE, 9, "make_handler does socket.sendto"),
    "types": (_MAKE, f"    number: int = ''\n{_MAKE}", 9, "my_handler.py:"),
    "states": (
        "EnumPowerStatus.UP: 1, EnumPowerStatus.DOWN: 0",
        "EnumPowerStatus.UP: 0",
        1,
        "status: 1 is UNKNOWN instead of UP",
    ),
    "once": (_SET, _TWICE + _SET, 9, "port_down wrote 2 times"),
    "stuck": (_ANSWER, _WISH, 1, "port_down returned DOWN while the device has the outlet on"),
    "late": (
        _ANSWER,
        "        return self.__get_port_status(pdu_port_data)",
        1,
        "port_down returned UP; the outlet was off 2 s after the command",
    ),
    "short": (_STATUS, _FIRST, 9, "status returned 1 outlets and raised nothing"),
    "statistic": (
        "        return pdu_statistic\n",
        "        return {}\n",
        1,
        "statistic returned an object of the type dict; the page wants a PduStatisticView",
    ),
    "silent": (_STATUS, _EMPTY, 9, "status returned 0 outlets and raised nothing"),
    "community": (_STATUS, _EMPTY, 9, "status returned 0 outlets and raised nothing"),
}


# faults of one handler, each of which breaks its own rule alone: a check takes seconds
TOGETHER = (
    ("quiet", "once", "statistic"),
    ("types", "states"),
    ("stuck",),
    ("late",),
    ("short",),
    ("silent", "community"),
)


@pytest.mark.parametrize("rules", TOGETHER, ids="-".join)
def test_a_fault_breaks_its_rule_and_is_told_with_the_method(
    rules: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = QUICK
    for old, new in dict.fromkeys(FAULTS[rule][:2] for rule in rules):
        assert old in source
        source = source.replace(old, new)
    ended, seen = findings(capsys, folder(tmp_path, source=source))
    for rule in rules:
        assert seen[rule][0] == "broken" and FAULTS[rule][3] in seen[rule][1], (rule, seen)
    assert ended == min(FAULTS[rule][2] for rule in rules)


_ENERGY = "PduPortStatisticView(identity=port.oid_index, consumption=port.value_float)"
# text of the page's handler, what replaces it, the rule, and what is told
WRONG_ANSWERS = {
    "an unknown number is off": (
        "port.value_int, EnumPowerStatus.UNKNOWN",
        "port.value_int, EnumPowerStatus.DOWN",
        "states",
        "status: 5 is DOWN instead of UNKNOWN",
    ),
    "mA": (") / 1000", ")", "figures", "load is 25000 A; the device measures 25 A"),
    "OIDs of nothing": ("46235.2.4.2.1.11", "46235.2.4.2.1.91", "figures", "load is 0 A; the de"),
    "an outlet's energy in Wh": (
        _ENERGY,
        _ENERGY.replace("value_float", "value_float * 1000"),
        "figures",
        "consumption of outlet 1 is 301000 kWh; the device measures 301 kWh",
    ),
    "no figure": (
        "return pdu_statistic\n",
        "return PduStatisticView()\n",
        "figures",
        "statistic returned no figure, and the device has meters",
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("case", WRONG_ANSWERS)
def test_states_and_figures_are_compared_with_those_of_the_simulated_unit(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, rule, words = WRONG_ANSWERS[case]
    assert old in QUICK
    code, seen = findings(capsys, folder(tmp_path, source=QUICK.replace(old, new)))
    assert code == 1 and seen[rule][0] == "broken" and seen[rule][1].startswith(words), seen


_IMPORT = "from common.logger import get_logger\n"
# text of the page's handler, what replaces it, the rules, and what is told
LACKING_CASES = {
    "a class below one of the platform's handlers": (
        _IMPORT,
        f"{_IMPORT}from pdu_common.handlers.apc import ApcPdu\n",
        ["alone"],
        "'pdu_common.handlers'",
    ),
    "a name of common.misc": (
        "import InversionDict,",
        "import retry, InversionDict,",
        ["alone", "types"],
        "retry",
    ),
    "a state of its own": ("EnumPowerStatus.DOWN: 0", "EnumPowerStatus.OFF: 0", ["alone"], "OFF"),
    "a guessed field": (_ENERGY, _ENERGY.replace("consumption", "energy"), ["statistic"], "energy"),
    "an attribute of a row": ("port.oid_index", "port.index", ["status", "types"], "index"),
    "a method of the base class": ("self.snmp_walk", "self.snmp_table", ["status"], "snmp_table"),
    "a parameter": ("self.snmp_walk(", "self.snmp_walk(bulk=True, oid=", ["status"], "bulk"),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("case", LACKING_CASES)
def test_what_the_double_of_the_platform_lacks_is_not_tried(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, rules, words = LACKING_CASES[case]
    assert old in QUICK
    code, seen = findings(capsys, folder(tmp_path, source=QUICK.replace(old, new)))
    assert code == 9, seen
    for rule in rules:
        result, detail = seen[rule]
        assert result == "not tried" and LACKING in detail and words in detail, (rule, detail)


def test_a_handler_whose_class_is_in_another_file_is_called_over_snmp(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    maker = "def make_handler(data):\n    from .unit import Rpcm\n\n    return Rpcm(data)\n"
    made = folder(tmp_path, source=maker)
    (made / "unit.py").write_text(QUICK.replace("def make_handler", "def other"), "utf-8")
    code, seen = findings(capsys, made)
    assert code == 0 and seen["status"][0] == seen["late"][0] == "kept", seen


def test_an_import_of_its_own_file_without_a_dot_is_broken_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = folder(tmp_path, source=f"from const import X\n{QUICK}")
    (made / "const.py").write_text("X = 1\n")
    code, seen = findings(capsys, made)
    assert code == 1 and seen["alone"][0] == "broken" and "from .const" in seen["alone"][1], seen
    assert seen["imports"] == ("kept", "")


def test_what_these_tools_cannot_read_is_not_called_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("pdu", "my-pdu"):
        code, seen = findings(capsys, folder(tmp_path, name, QUICK))
        assert code == 9 and seen["status"][0] == "not tried" and name in seen["status"][1], seen
        assert not [key for key, (result, _) in seen.items() if result == "broken"], seen
    two = folder(tmp_path, source=QUICK)
    (two / "other.py").write_text(QUICK, "utf-8")
    code, seen = findings(capsys, two)
    assert code == 9 and list(seen) == ["status"] and "name one, as" in seen["status"][1], seen


# text of the page's handler, what replaces it, the rule, its result and words of it, the exit code
_UNTRIED_CASES = {
    "an import that ends the process": (
        "class Rpcm(BaseSnmpPdu):",
        "import os\nos._exit(3)\n\n\nclass Rpcm(BaseSnmpPdu):",
        "alone",
        "broken",
        "the interpreter ended while it imported the handler",
        1,
    ),
    "an exception before any request": (
        _VIEW,
        "        raise KeyError('x')\n" + _VIEW,
        "status",
        "broken",
        "status raised KeyError: 'x'",
        1,
    ),
    "objects of no family": (
        "46235",
        "99999",
        "status",
        "not tried",
        "(1.3.6.1.4.1.99999.2.4.2.1.11, ",
        9,
    ),
}


@pytest.mark.parametrize("case", _UNTRIED_CASES)
def test_a_handler_that_cannot_be_tried_is_not_called_good(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, rule, result, words, code = _UNTRIED_CASES[case]
    assert old in QUICK
    ended, seen = findings(capsys, folder(tmp_path, source=QUICK.replace(old, new)))
    assert seen[rule][0] == result and words in seen[rule][1], seen
    assert ended == code and "late" not in seen


def test_a_module_that_the_platform_may_not_have_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = folder(tmp_path, source=f"{QUICK}\nimport nothing_here\n")
    code, seen = findings(capsys, made)
    assert code == 9 and seen["imports"][0] == "broken", seen
    assert "nothing_here (handler_dir/my_handler.py line " in seen["imports"][1]
    missing = "nothing_here is missing where pdu runs: install it there"
    assert seen["alone"] == ("not tried", missing)
    made = folder(tmp_path / "2", source=f"{QUICK}\nimport click\n")
    _, seen = findings(capsys, made)
    assert seen["alone"] == ("kept", "") and seen["imports"][0] == "broken", seen
    assert "missing where" not in seen["python"][1] + seen["pythons"][1]


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


def test_a_handler_over_http_is_called_on_a_served_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
    form = ("-s", "username=netio", "--secret-file", f"password={tmp_path / 'secret'}")
    made = folder(tmp_path, "http_dir", source)
    code, seen = findings(capsys, made, "--replay", str(replay), *form)
    assert code == 0, seen
    kept = ("status", "statistic", "no outlet", "silent")
    assert [seen[rule][0] for rule in kept] == ["kept"] * len(kept), seen
    # what is recorded by a codec answers reads alone
    assert seen["port_down"][0] == seen["port_up"][0] == "not tried", seen
    assert seen["status"][1] == "3 outlets of the recording"


def test_what_is_no_handler_is_one_broken_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, seen = findings(capsys, folder(tmp_path, source="x = 1\n"))
    assert code == 1 and list(seen) == ["archive"] and "make_handler" in seen["archive"][1]
    code, _, err = run(capsys, "handler", "check", str(tmp_path / "none"))
    assert code == 2 and "no file, folder or archive" in err


def test_each_rule_says_who_wants_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = folder(tmp_path, "http_dir", source="def make_handler(pdu_data):\n    return object()\n")
    code, out, _ = run(capsys, "handler", "check", str(made))
    assert code == 1 and "advice" in out and 'page recommends: "the mypy analyzer"' in out
    assert 'page: "must contain the make_handler function"' in out
    assert "make_handler's object has no status, port_up, port_down, statistic" in out
