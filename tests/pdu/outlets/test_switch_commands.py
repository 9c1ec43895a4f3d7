"""`pdu on` and `pdu off`: what is asked, sent and printed, and the exit codes of errors."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pytest

from handlers import registry
from pdu.cli import exit_codes, prompts
from pdu.cli.options import Output
from pdu.outlets import switching
from tests import terminal
from tests.needs import ROOT
from tests.pdu.running import options, run
from tests.servers.peers import Peer

from .test_read_commands import SHOWN, ask, peer

__all__ = ["ask", "peer"]
one_peer = pytest.mark.parametrize("peer", ["nut"], indirect=True)


def test_off_and_on_switch_the_outlet_that_is_named(peer: Peer, ask: Any) -> None:
    states = peer.truth().states
    identity = next(identity for identity, is_on in states.items() if is_on)
    for call, is_on in (("off", False), ("on", True)):
        code, out, _ = ask(call, identity, "--yes", "--json")
        assert code == 0
        (outlet,) = json.loads(out)["outlets"]
        outlet.pop("current_a", None)
        outlet.pop("number")
        assert outlet == {"identity": identity, "state": SHOWN[is_on], "done": True, "sent": True}
        assert peer.truth().states == {**states, identity: is_on}


def test_a_cycle_switches_the_outlet_that_is_named_off_and_on_again(peer: Peer, ask: Any) -> None:
    truth = peer.truth()
    identity = next(identity for identity, is_on in truth.states.items() if is_on)
    code, out, err = ask("cycle", identity, "--pause", "0", "--yes", "--json")
    assert (code, err) == (0, "")
    (outlet,) = json.loads(out)["outlets"]
    outlet.pop("number")
    assert outlet == {"identity": identity, "state": "on", "done": True}
    assert peer.truth().states == truth.states
    assert len(peer.truth().writes) >= len(truth.writes) + 2


def test_with_yes_one_outlet_is_read_by_itself_where_numbers_are_identities(
    peer: Peer, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if peer.handler == "synlink" or not registry.about(peer.handler).numbers_are_identities:
        pytest.skip("its identities look like ranges, or numbers may be identities: all are read")

    def fail(*_: object) -> None:
        raise AssertionError("all outlets were looked up")

    monkeypatch.setattr(switching, "_all_outlets", fail)
    identity = next(identity for identity, is_on in peer.truth().states.items() if is_on)
    for word in (identity, f"identity:{identity}"):
        assert ask("on", word, "--yes")[0] == 0
        assert ask("cycle", word, "--pause", "0", "--yes")[0] == 0


def test_a_wrong_secret_is_reported_in_one_line_without_the_secret(
    peer: Peer, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = peer.truth().states
    monkeypatch.setenv("PDU_PASSWORD", "s3cret-w0rd")
    # a community that may only read: an unknown one gets no answer
    monkeypatch.setenv("PDU_COMMUNITY", "public")

    code, out, err = ask("off", "1", "--yes")

    assert code == exit_codes.code_of("denied")
    assert len(err.splitlines()) == 1
    for secret in ("s3cret-w0rd", "public"):
        assert secret not in out + err
    assert peer.truth().states == states


@one_peer
@pytest.mark.parametrize(
    "typed, code, words",
    [
        pytest.param(b"y\n", 0, " is on (nut)", id="yes"),
        pytest.param(b"\x04", exit_codes.NOT_CONFIRMED, "[y/N] \r\nnot-confirmed: ", id="Ctrl-D"),
        pytest.param(b"\xff\n", exit_codes.NOT_CONFIRMED, "nothing was done", id="not UTF-8"),
        pytest.param(b"\x03", exit_codes.INTERRUPTED, "interrupted", id="Ctrl-C"),
    ],
)
def test_the_question_is_answered_on_a_real_terminal(
    peer: Peer, typed: bytes, code: int, words: str
) -> None:
    arguments, secrets = options(peer)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8:strict"}
    for key, value in secrets.items():
        environment[f"PDU_{key.upper()}"] = value
    command = [sys.executable, "-m", "pdu", "on", "nut", peer.address, "1", *arguments]
    writes = len(peer.truth().writes)

    screen = terminal.run(command, environment, "[y/N] ", typed)

    assert screen.code == code
    assert words in screen.text
    assert "Traceback" not in screen.text
    assert "may still be carried out" not in screen.text
    is_sent = len(peer.truth().writes) > writes
    assert is_sent is (code == 0)


def test_a_long_question_is_shown_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
    outlets = ", ".join(f"outlet {number}" for number in range(1, 300))
    question = f"switch off {outlets} of h"
    prompts.confirm(Output(), question, "")
    assert capsys.readouterr().err == f"{question}? [y/N] "


def test_the_error_for_a_missing_outlet_has_no_advice_for_dcimanager(peer: Peer, ask: Any) -> None:
    """`pdu off ... 33` of a PDU with fewer outlets. Handlers advise DCImanager to poll the PDU."""
    _, _, err = ask("off", "33", "--yes")
    assert "the PDU has no outlet '33'; " in err
    assert "DCImanager" not in err
    assert "poll it" not in err


# ---- errors and exit codes -----------------------------------------------------------------------


def test_a_defect_of_a_command_whose_1_is_a_finding_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("pdu.pdu_list.device_list.read_device_list", fail)
    code, out, err = run(capsys, "check", "hall.csv")
    assert (code, out) == (exit_codes.WRONG, "")
    assert err.startswith("defect: ZeroDivisionError: ")
