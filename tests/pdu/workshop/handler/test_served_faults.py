"""The example over HTTP of docs/own-handler.md is right, and each fault in it is found by its rule:
faults of public clients, and of handlers that engineers wrote.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from pdu.recordings.web import har
from pdu.recordings.web.har import Answer
from pdu.workshop.handler import bounded_methods, loading_checks
from pdu.workshop.handler.rules import RULES, untried
from tests.needs import ROOT
from tests.pdu.loading.page_handler import folder
from tests.pdu.running import run

EXAMPLE = ROOT / "docs" / "own-handler"
# it waits 10 s for a state and for an answer
SOURCE = (
    (EXAMPLE / "volt" / "handler.py").read_text("utf-8").replace("SECONDS = 10.0", "SECONDS = 3.0")
)
_KEYS = {rule.text: key for key, rule in RULES.items()}

_WRITE = '        self._answer(f"/relay/{port.identity}", body)\n'
_READING = "            port.power_status = self._outlet_state(port.identity)\n"
_ERROR = "            with error:\n                raise RuntimeError("
_STATE = '    if outlet.get("on") is True:\n'
_CHECK = "        self._outlet_state(port.identity)  # raises if there is no such outlet\n"
_LIST = '        outlets: list[dict[str, Any]] = json.loads(self._answer("/status"))["outlets"]\n'
_OPENER = "urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())"
_OPEN = "with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:"
_PORT = 'view.ports.append(PduPortView(identity=outlet["id"], power_status=_state(outlet)))\n'
_SUM = 'sum(float(outlet["kwh"]) for outlet in outlets)'
_LOAD = 'sum(float(outlet["a"]) for outlet in outlets)'
_SECOND_TRY = """            if error.code == 401 and "again" not in path:
                error.close()
                return self._answer(path + "?again", body)
"""
_BUSY = """        for _ in range(3):
            try:
                self._answer(f"/relay/{port.identity}", body)
                break
            except RuntimeError as error:
                if "503" not in str(error):
                    raise
        else:
            raise RuntimeError("busy")
"""
_OLD_STATE = """            try:
                port.power_status = self._outlet_state(port.identity)
            except Exception:
                port.power_status = before
                return port
"""
_PAIR = """        if port.identity == "3":
            self._answer("/relay/1", body)
"""


# of a handler that reads with care, and commands without
_COMMAND_OPENER = """        if body is not None:
            return urllib.request.build_opener({}).open(request, timeout=3).read().decode()
"""
_TRY = "        try:\n            with opener"
_FOLLOWED = """    def redirect_request(self, req: Any, fp: Any, code: int, *words: Any) -> Any:
        if code in (301, 308):
            return super().redirect_request(req, fp, code, *words)
        return None"""
_FACTORY_LOGIN = """        answer = None
        for password in (settings["password"], "1234"):
            sent = f"user=admin&password={password}".encode()
            try:
                opener.open(address.replace(path, "/login"), sent, timeout=3).close()
                break
            except urllib.error.HTTPError as error:
                error.close()
                answer = error.code
        if answer == 401:
            raise RuntimeError("refused")
"""
_MEMORY = "remembered: dict[Any, Any] = {}\nopener = "
_KEY = '(self.pdu_data.custom_params["port"], port.identity)'
_REMEMBERED = f"""            if port.power_status == wanted:
                remembered[{_KEY}] = wanted
"""
_KEPT_STATE = """        for outlet in outlets:
            key = (self.pdu_data.custom_params["port"], outlet["id"])
            if outlet.get("on") in (True, False):
                remembered[key] = outlet["on"]
            outlet["on"] = remembered.get(key)
        return outlets

    def _outlet_state("""
_SKIPPED = f"""        if remembered.get({_KEY}) == wanted:
            port.power_status = wanted
            return port
"""
_STATE_OF_MEMORY = _PORT.replace(
    "_state(outlet)",
    'remembered.get((self.pdu_data.custom_params["port"], outlet["id"])) or _state(outlet)',
)
_OTHER_HOST = """        try:
            opener.open("http://192.0.2.77:9/", timeout=0.1).close()
        except OSError:
            pass
"""

_BY_CURRENT = """    if outlet.get("on") is True and not outlet.get("a"):
        return EnumPowerStatus.DOWN
"""


class Fault(NamedTuple):
    """What is replaced in the example, and the rule that this breaks."""

    rule: str
    changes: tuple[tuple[str, str], ...]


FAULTS = {
    "one outlet of all has another's number": Fault(
        rule="others",
        changes=((_WRITE, _WRITE.replace("{port.identity}", "{port.identity.replace('2', '1')}")),),
    ),
    "an outlet takes its neighbour along": Fault(
        rule="others", changes=((_WRITE, _WRITE + _PAIR),)
    ),
    "an outlet that is off is not listed": Fault(
        rule="states",
        changes=((_PORT, 'outlet["on"] and ' + _PORT),),
    ),
    "the list of one PDU is kept for all": Fault(
        rule="asked",
        changes=(
            ("opener = ", "kept: dict[str, Any] = {}\nopener = "),
            (
                _LIST,
                _LIST.replace(
                    ": list[dict[str, Any]] = json", ' = kept["x"] = kept.get("x") or json'
                ),
            ),
        ),
    ),
    "a login in a class": Fault(
        rule="pdus",
        changes=(
            (
                "    return VoltPdu(pdu_data)\n",
                "    VoltPdu.settings = pdu_data.custom_params\n    return VoltPdu(pdu_data)\n",
            ),
            ("settings = self.pdu_data.custom_params", "settings = VoltPdu.settings"),
        ),
    ),
    "a state by the current": Fault(rule="zero", changes=((_STATE, _BY_CURRENT + _STATE),)),
    "no state is off": Fault(
        rule="lost state",
        changes=(
            (
                _STATE,
                '    if outlet.get("on") is None:\n        return EnumPowerStatus.DOWN\n' + _STATE,
            ),
        ),
    ),
    "a sum of the meters that answer": Fault(
        rule="meter", changes=((_LOAD, _LOAD.replace('outlet["a"]', 'outlet.get("a", 0)')),)
    ),
    "Wh in place of kWh": Fault(rule="figures", changes=((_SUM, "1000 * " + _SUM),)),
    "the state before for the state after": Fault(
        rule="unread",
        changes=(
            (_CHECK, "        before = self._outlet_state(port.identity)\n"),
            (_READING, _OLD_STATE),
        ),
    ),
    "port_up of an outlet that does not exist": Fault(
        rule="no outlet",
        changes=((_CHECK, "        if wanted == EnumPowerStatus.DOWN:\n    " + _CHECK),),
    ),
    "a refused login is sent again": Fault(
        rule="login",
        changes=(("            with error:\n", _SECOND_TRY + "            with error:\n"),),
    ),
    "a command is repeated at 503": Fault(rule="refused", changes=((_WRITE, _BUSY),)),
    "redirects are followed": Fault(
        rule="redirect",
        changes=((_OPENER, "urllib.request.build_opener(urllib.request.ProxyHandler({}))"),),
    ),
    "the proxy of the environment is used": Fault(
        rule="proxy", changes=((_OPENER, "urllib.request.build_opener(NoRedirect())"),)
    ),
    "no time-out": Fault(rule="silent", changes=((", timeout=TIMEOUT_SECONDS", ""),)),
    "redirects of commands are followed": Fault(
        rule="redirect",
        changes=((_TRY, _COMMAND_OPENER.format("urllib.request.ProxyHandler({})") + _TRY),),
    ),
    "redirects for good are followed": Fault(
        rule="redirect",
        changes=(("    def redirect_request(self, *_: Any) -> None: ...", _FOLLOWED),),
    ),
    "commands use the proxy of the environment": Fault(
        rule="proxy", changes=((_TRY, _COMMAND_OPENER.format("NoRedirect()") + _TRY),)
    ),
    "a command without a time-out": Fault(
        rule="answer lost",
        changes=(("timeout=TIMEOUT_SECONDS", "timeout=None if body else TIMEOUT_SECONDS"),),
    ),
    "the login of the factory after the owner's": Fault(
        rule="login", changes=((_TRY, _FACTORY_LOGIN + _TRY),)
    ),
    "status tells the command": Fault(
        rule="asked",
        changes=(
            ("opener = ", _MEMORY),
            (_PORT, _STATE_OF_MEMORY),
            (_READING, _READING + _REMEMBERED),
        ),
    ),
    "a command is sent if the last was another": Fault(
        rule="asked",
        changes=(
            ("opener = ", _MEMORY),
            (_WRITE, _SKIPPED + _WRITE),
            (_READING, _READING + _REMEMBERED),
        ),
    ),
    "the last state for one that cannot be read": Fault(
        rule="lost state",
        changes=(
            ("opener = ", _MEMORY),
            ("        return outlets\n\n    def _outlet_state(", _KEPT_STATE),
        ),
    ),
    "another host is asked": Fault(rule="elsewhere", changes=((_WRITE, _OTHER_HOST + _WRITE),)),
    "an error of the device as an answer": Fault(
        rule="refused",
        changes=(
            (_ERROR, '            if error.code != 401:\n                return "{}"\n' + _ERROR),
        ),
    ),
    "status switches outlet 1 on": Fault(
        rule="poll",
        changes=(
            ('        logger.info("status")\n', '        self._answer("/relay/1", b"turn=on")\n'),
        ),
    ),
}


def checked(capsys: pytest.CaptureFixture[str], handler: Path, replay: Path) -> dict[str, str]:
    """The result of each rule, by its key."""
    words = ("handler", "check", str(handler), "--replay", str(replay), "-s", "username=admin")
    _, out, err = run(capsys, *words, "--json")
    assert err == "", err
    return {_KEYS[row["rule"]]: row["result"] for row in json.loads(out)["findings"]}


@pytest.fixture(name="_trials_alone")
def _only_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading_checks, "check_loading", lambda *_: iter(()))
    monkeypatch.setenv("PDU_PASSWORD", "any")


@pytest.mark.usefixtures("_trials_alone")
@pytest.mark.sample(3)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_in_the_example_breaks_its_rule(
    fault: Fault,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fault.rule in ("silent", "answer lost"):
        monkeypatch.setattr(bounded_methods, "CALL_S", 20.0)
    source = SOURCE
    for old, new in fault.changes:
        assert old in source, old
        source = source.replace(old, new)
    results = checked(capsys, folder(tmp_path, source=source), EXAMPLE / "volt.har")
    assert results.get(fault.rule) == "broken", results


@pytest.mark.parametrize("place", ["in a method", "in make_handler"])
def test_a_setting_that_was_not_given_is_named(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading_checks, "_check_types", _no_types)
    monkeypatch.setattr(loading_checks, "_find_python", lambda _: None)
    monkeypatch.setenv("PDU_PASSWORD", "any")
    source = SOURCE
    if place == "in make_handler":
        make = "    return VoltPdu(pdu_data)\n"
        source = source.replace(make, f'    pdu_data.custom_params["username"]\n{make}')
    handler = folder(tmp_path, source=source)
    words = ("handler", "check", str(handler), "--replay", str(EXAMPLE / "volt.har"), "--json")
    code, out, _ = run(capsys, *words)
    rows = {_KEYS[row["rule"]]: row for row in json.loads(out)["findings"]}
    assert code == 9
    assert not [key for key, row in rows.items() if row["result"] == "broken"], rows
    for rule in ("status", *(["entry"] if place == "in make_handler" else [])):
        assert rows[rule]["result"] == "not tried"
        assert rows[rule]["detail"] == "the handler wants the setting username: -s username=…"
    # nothing was seen of its methods
    assert rows["secret"]["result"] == rows["side effects"]["result"] == "not tried"


@pytest.mark.usefixtures("_trials_alone")
def test_a_secret_that_was_not_given_is_named_with_a_way_that_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = SOURCE.replace("settings['password']", "settings['token']")
    handler = folder(tmp_path, source=source)
    words = ("handler", "check", str(handler), "--replay", str(EXAMPLE / "volt.har"), "--json")
    _, out, _ = run(capsys, *words, "-s", "username=admin")
    (detail,) = (
        row["detail"] for row in json.loads(out)["findings"] if row["rule"] == RULES["status"].text
    )
    assert detail == "the handler wants the setting token: PDU_TOKEN (or --secret-file token=FILE)"


def test_a_handler_that_wants_its_login_at_once_gets_that_of_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading_checks, "_check_types", _no_types)
    monkeypatch.setattr(loading_checks, "_find_python", lambda _: None)
    monkeypatch.setattr("pdu.workshop.handler.command._device_findings", lambda *_: iter(()))
    monkeypatch.setenv("PDU_PASSWORD", "any")
    monkeypatch.setenv("PDU_USERNAME", "any")
    make = "    return VoltPdu(pdu_data)\n"
    wish = (
        "    settings = pdu_data.custom_params\n    settings['username'] + settings['password']\n"
    )
    handler = folder(tmp_path, source=SOURCE.replace(make, wish + make))
    _, out, _ = run(capsys, "handler", "check", str(handler), "--json")
    (row,) = (row for row in json.loads(out)["findings"] if row["rule"] == RULES["entry"].text)
    assert row["result"] == "kept", row


def _no_types(*_: object) -> loading_checks._TypesTrial:
    return loading_checks._TypesTrial(untried("types", ""))


@pytest.mark.usefixtures("_trials_alone")
def test_a_reading_that_is_recorded_and_sends_a_command_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recording was made while the handler wrote."""
    monkeypatch.setattr(
        "pdu.workshop.handler.served_trials.findings_of_trials", lambda *_: iter(())
    )
    (change,) = FAULTS["status switches outlet 1 on"].changes
    recording = har.parse((EXAMPLE / "volt.har").read_text("utf-8"))
    command = Answer("POST /relay/1 turn=on", {})
    replay = tmp_path / "unit.har"
    replay.write_text(recording._replace(answers=[*recording.answers, command]).text, "utf-8")

    results = checked(capsys, folder(tmp_path, source=SOURCE.replace(*change)), replay)

    assert results["poll"] == "broken", results
