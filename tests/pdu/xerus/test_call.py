"""`pdu raritan HOST call` on a simulated unit: the jobs of docs/raritan.md, questions, secrets."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from handlers.raritan.rpc import Interface, Method
from handlers.raritan.rpc._runtime.structures import encode_structure
from handlers.raritan.rpc.servermon import ServerMonitor
from pdu.xerus.call import SECRETS
from tests import terminal
from tests.handlers.raritan import declared
from tests.needs import ROOT
from tests.simulators.xerus import Fault, XerusPdu, image

from .results import Run, done


def answer(run: Run, *words: str) -> Any:
    return json.loads(done(run("call", *words)))


def documented() -> list[list[str]]:
    """The words behind `call` of each call that docs/raritan.md shows, without its options."""
    page = (ROOT / "docs" / "raritan.md").read_text("utf-8")
    calls = [shlex.split(text) for text in re.findall(r"`call ([^`]+)`", page)]
    assert len(calls) > 12
    return calls


@pytest.mark.parametrize("words", documented(), ids=" ".join)
def test_each_documented_call_is_one_of_the_library_and_is_carried_out(
    run: Run, unit: XerusPdu, words: list[str]
) -> None:
    rid, method, *text = words
    parameters = json.loads(text[0]) if text and text[0] != "-" else {}
    if text == ["-"]:
        pytest.skip("its JSON is what the unit answers: the next test")
    of = [vars(one)[method] for one in declared.classes(Interface) if method in vars(one)]
    assert [one for one in of if isinstance(one, Method) and {*one.mandatory} == {*parameters}]
    if method == "releaseLinkUnit":
        parameters = {"linkId": 3}
    if method == "deleteServer":
        done(run("call", "/servermon", "addServer", SERVER, "--yes"))
    assert isinstance(answer(run, rid, method, json.dumps(parameters), "--yes"), (dict, type(None)))


SERVER = json.dumps(
    {
        "settings": encode_structure(
            ServerMonitor.ServerSettings(
                host="h",
                enabled=True,
                pingInterval=60,
                retryInterval=10,
                activationCount=3,
                failureCount=3,
                resumeDelay=60,
            )
        )
    }
)


def test_settings_that_were_read_are_written_back_with_one_field_changed(
    run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = answer(run, "/model/pdu/0", "getSettings")["_ret_"]
    changed = {**settings, "outletPowerStateSequence": [3, 2, 1, 0]}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"settings": changed})))
    assert answer(run, "/model/pdu/0", "setSettings", "-", "--yes") == {"_ret_": 0}
    assert answer(run, "/model/pdu/0", "getSettings")["_ret_"] == changed


@pytest.mark.parametrize("asks, words", [(False, "getState"), (True, "cyclePowerState")])
def test_all_but_getters_need_a_yes(run: Run, unit: XerusPdu, asks: bool, words: str) -> None:
    code, out, err = run("call", "/model/pdu/0/outlet/1", words)
    assert (code, "--yes" in err, bool(out)) == ((12, True, False) if asks else (0, False, True))
    assert unit.books().writes == []


def test_a_person_is_asked_and_only_a_yes_confirms(
    run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet = "/model/pdu/0/outlet/0"
    for typed, code in (("", 12), ("n\n", 12), ("yes\n", 0)):
        monkeypatch.setattr(sys, "stdin", terminal.Person(typed))
        found, _, err = run("call", outlet, "setPowerState", '{"pstate": 0}')
        assert found == code
        assert f"call setPowerState of {outlet} on {unit.host}:{unit.port}?" in err
    assert unit.books().states["1"] is False
    monkeypatch.setattr(sys, "stdin", terminal.Person("n\n"))
    assert "on link unit 3 of" in run("call", outlet, "cyclePowerState", "--link", "3")[2]


def test_a_call_of_a_link_unit_never_reaches_the_primary_unit(run: Run, unit: XerusPdu) -> None:
    words = ("/model/pdu/0/outlet/0", "setPowerState", '{"pstate": 0}', "--link", "3", "--yes")
    assert answer(run, *words) == {"_ret_": 0}
    assert unit.books().states["1"] is True and unit.books().states["3.1"] is False


def test_a_result_other_than_0_of_a_command_is_a_refusal(run: Run) -> None:
    code, out, err = run("call", "/model/pdu/0/outlet/3", "setPowerState", '{"pstate": 0}', "--yes")
    assert code == 6 and json.loads(out)["_ret_"] != 0 and err.startswith("refused: ")


@pytest.mark.parametrize(
    "words",
    [
        ["model/pdu/0", "getSettings"],
        ["/model/pdu/0 x", "getSettings"],
        ["/model/pdu/0", "get settings"],
        ["/model/pdu/0", "getSettings\u0663"],
        ["/model/pdu/0", "getSettings", "["],
        ["/model/pdu/0", "getSettings", "[1]"],
        ["/model/pdu/0", "setSettings", '{"settings": NaN}', "--yes"],
        ["/model/pdu/0", "setSettings", '{"settings": ' + "[" * 100_000, "--yes"],
    ],
)
def test_what_is_no_call_is_refused_before_a_request(
    run: Run, unit: XerusPdu, words: list[str]
) -> None:
    code, out, err = run("call", *words)
    assert (code, out) == (2, "") and err.startswith("settings: ") and err.count("\n") == 1
    assert unit.books().requests == 0


# ---- secrets -------------------------------------------------------------------------------------


def test_a_secret_is_no_argument_is_not_shown_and_what_is_shown_is_not_written(
    run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit.snmp.configuration["readComm"] = "read-me"
    shown = answer(run, "/snmp", "getConfiguration")["_ret_"]
    assert shown["readComm"] == "(not shown)"
    words = ("/snmp", "setConfiguration")
    code, _, err = run("call", *words, '{"cfg": {"readComm": "s3cret"}}', "--yes")
    assert code == 2 and "readComm is a secret" in err and "s3cret" not in err
    code, _, err = run("call", "/x", "y", '{"a": "-----BEGIN PRIVATE KEY-----"}', "--yes")
    assert code == 2 and "a is a secret" in err
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"cfg": shown})))
    code, _, err = run("call", *words, "-", "--yes")
    assert code == 2 and "readComm is '(not shown)'" in err and not unit.books().writes
    cfg = {**shown, "readComm": "s3cret", "writeComm": ""}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"cfg": cfg})))
    assert answer(run, *words, "-", "--yes") == {"_ret_": 0}
    assert unit.snmp.configuration["readComm"] == "s3cret"


def test_each_parameter_that_may_be_a_secret_is_known_as_one_or_as_none() -> None:
    none = {
        "certChain",
        "key",
        "keyType",
        "tokenLogin",
        "authorityKeyId",
        "code",
        "installKey",
        "keypadId",
    }
    words = "(?i)auth|comm|cred|key|pass|pin|psk|pwd|secret|token"
    parameters = {
        name
        for one in declared.classes(Interface)
        for method in vars(one).values()
        if isinstance(method, Method)
        for name, kind in method.types.items()
        if kind is str and re.search(words, name)
    }
    assert parameters <= none | SECRETS, parameters - none - SECRETS


# ---- answers that do not come --------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, words",
    [
        ("startUpdate", ["firmware", "update"]),
        ("installPendingKeyPair", ["cert", "install"]),
        ("deletePending", ["cert", "discard"]),
        ("discardImage", ["firmware", "discard"]),
        ("cancelOutletSequence", ["call", "/model/pdu/0", "cancelOutletSequence"]),
    ],
)
def test_the_error_of_an_unanswered_command_says_that_it_may_have_taken_effect_and_how_to_check(
    run: Run, unit: XerusPdu, tmp_path: Path, method: str, words: list[str]
) -> None:
    (tmp_path / "image").write_bytes(image("4.4.1.6-53300"))
    run("firmware", "upload", str(tmp_path / "image"))
    unit.faults.order(Fault.DROP_AFTER_WRITE, method=method)
    code, _, err = run(*words, "--yes")
    assert code == 3 and "may or may not" in err
    assert "; check with '" in err and "before you try again" in err


def test_a_command_that_asks_needs_yes_without_a_terminal(run: Run, unit: XerusPdu) -> None:
    for words in (
        ["firmware", "reboot"],
        ["cert", "install"],
        ["firmware", "update", "no-such-file"],
    ):
        code, _, err = run(*words)
        assert code == 12 and "--yes" in err, words
    assert unit.books().writes == []
