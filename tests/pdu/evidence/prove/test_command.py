"""`pdu prove`: what it asks, what it sends, what it refuses, and the file that it leaves."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from handlers.shared.errors import Refused, Unreachable
from pdu.cli import exit_codes
from pdu.evidence.prove import command, run as proof_run
from pdu.evidence.prove.document import FORMAT, SIMULATED
from pdu.loading import handler_recordings
from pdu.loading.handler_loading import LoadedHandler
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)
from tests import terminal
from tests.pdu.evidence.prove.samples import FOLDER, SAMPLES
from tests.pdu.running import options, run
from tests.peers import PEERS

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_run, "AGAIN_S", 0.0)


@pytest.mark.parametrize("name", PEERS)
def test_a_unit_of_every_handler_is_recorded_called_and_switched_off_and_on(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "proof.json"
    with PEERS[name]() as peer:
        arguments, secrets = options(peer)
        for key, value in secrets.items():
            monkeypatch.setenv(f"PDU_{key.upper()}", value)
        states = peer.books().states
        identity = next(identity for identity, is_on in states.items() if is_on)
        # typed twice, because it is not shown idle: an outlet of a simulated unit carries something
        words = [name, peer.address, "--outlet", identity, "--outlet", identity, "--yes"]

        code, out, _ = run(capsys, "prove", *words, *arguments, "-o", str(file), "--json")

        assert code == exit_codes.DONE
        assert json.loads(out)["surprises"] == []
        assert peer.books().states == states

    text = file.read_text()
    proof = json.loads(text)
    assert proof["proof"] == FORMAT
    assert proof["basis"] == SIMULATED
    assert proof["handler"] == name
    methods = [call["method"] for call in proof["calls"]]
    assert methods == ["status", "statistic", "port_down", "status", "port_up", "status"]
    kind = handler_recordings.recording(name)
    assert kind is not None
    assert kind.is_recording("\n".join(proof["recording"]))
    for secret in secrets.values():
        # a shorter one is also a common word
        assert len(secret) <= 7 or secret not in text
    assert file.stat().st_mode & 0o077 == 0


@dataclass
class MeteredPort(PduPortStatisticView):
    """As the platform's view is where it has a current."""

    load: Optional[float] = None


class Unit:
    """Outlets 1 to 3, of which 3 is off; outlet 2 carries something. Counts the commands."""

    def __init__(self) -> None:
        self.state = {"1": UP, "2": UP, "3": DOWN}
        self.load = {"1": 0.0, "2": 1.5, "3": 0.0}
        self.commands: list[tuple[str, str]] = []
        #: called before a command is carried out
        self.before: Callable[[str], object] = lambda method: None

    def make(self, data: object) -> Unit:
        return self

    def status(self) -> PduView:
        return PduView([PduPortView(identity, state) for identity, state in self.state.items()])

    def statistic(self) -> PduStatisticView:
        view = PduStatisticView(load=1.5)
        for identity, load in self.load.items():
            view.ports.append(MeteredPort(identity, load=load))
        return view

    def port_down(self, port: PduPortView) -> PduPortView:
        return self._command("port_down", DOWN, port)

    def port_up(self, port: PduPortView) -> PduPortView:
        return self._command("port_up", UP, port)

    def _command(self, method: str, state: EnumPowerStatus, port: PduPortView) -> PduPortView:
        self.commands.append((method, port.identity))
        self.before(method)
        self.state[port.identity] = state
        port.power_status = state
        return port


@pytest.fixture
def unit(monkeypatch: pytest.MonkeyPatch) -> Unit:
    simulated_unit = Unit()
    handler = LoadedHandler("x", "x", simulated_unit.make, (), False)
    monkeypatch.setattr(command, "load", lambda name: handler)
    return simulated_unit


class Proof:
    """Runs `pdu prove` on the unit; `file` is where the proof is written."""

    def __init__(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.file, self._capsys = file, capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        return run(self._capsys, "prove", "nut", "192.0.2.7", "-o", str(self.file), *words)

    def is_written(self) -> bool:
        return any(self.file.parent.iterdir())


@pytest.fixture
def proof(unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Proof:
    return Proof(tmp_path / "p.json", capsys)


BOTH = [("port_down", "1"), ("port_up", "1")]
FIRST = ("--outlet", "1")


def test_the_name_of_a_pdu_may_be_a_number(
    unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = tmp_path / "list.csv"
    fleet.write_text("name,handler,address\n12,nut,192.0.2.7\n")
    words = ["prove", "12", "--list", str(fleet), "-o", str(tmp_path / "p.json")]
    code, out, err = run(capsys, *words)
    assert code == exit_codes.DONE, out + err


def test_the_owner_is_asked_before_anything_is_switched(
    unit: Unit, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
    code, out, err = proof.run(*FIRST)
    assert code == exit_codes.DONE, out
    assert unit.commands == BOTH, out
    # before the first command
    by_hand = err.index("switch it on by hand: pdu on nut 192.0.2.7 1")
    assert by_hand < err.index("switch outlet 1 of 192.0.2.7 (0 A) off and on? [y/N]")


def test_without_outlet_nothing_is_switched(unit: Unit, proof: Proof) -> None:
    code, out, err = proof.run()
    assert code == exit_codes.DONE
    assert unit.commands == []
    assert "3 outlets: 2 on, 1 off" in out
    assert "attach it to a new issue" in err


@pytest.mark.parametrize(
    "words, reason",
    [
        ("--outlet 2", "it carries 1.5 A"),
        ("--outlet 3", "outlet 3 is off"),
        ("--outlet 9", "no outlet '9'"),
        ("--outlet 1 --outlet 2", "one outlet is proven at a time"),
    ],
)
def test_an_outlet_that_may_feed_somebody_is_refused(
    words: str, reason: str, unit: Unit, proof: Proof
) -> None:
    code, _, err = proof.run("--yes", *words.split())
    assert code != exit_codes.DONE
    assert reason in err
    assert unit.commands == []
    assert not proof.is_written()


def test_an_outlet_that_no_meter_shows_to_be_idle_is_refused_unless_typed_twice(
    unit: Unit, proof: Proof
) -> None:
    unit.load.clear()
    err = proof.run("--yes", *FIRST)[2]
    assert "no meter shows that nothing is plugged in" in err
    assert unit.commands == []
    assert proof.run("--yes", *FIRST, *FIRST)[0] == exit_codes.DONE
    assert unit.commands == BOTH


@pytest.mark.parametrize("answer", ["n\n", None])
def test_nothing_is_switched_unless_the_owner_says_yes(
    answer: Optional[str], unit: Unit, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    if answer:
        monkeypatch.setattr(sys, "stdin", terminal.Person(answer))
    assert proof.run(*FIRST)[0] == exit_codes.NOT_CONFIRMED
    assert unit.commands == []


def test_a_file_that_exists_is_found_before_anything_is_asked(unit: Unit, proof: Proof) -> None:
    proof.file.write_text("mine")
    code, _, err = proof.run(*FIRST, "--yes")
    assert code == exit_codes.WRONG
    assert "exists" in err
    assert proof.file.read_text() == "mine"
    assert unit.commands == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_interrupted_sends_on_and_leaves_no_file(
    number: signal.Signals, unit: Unit, proof: Proof
) -> None:
    def interrupt(method: str) -> None:
        if method == "port_down":
            os.kill(os.getpid(), number)

    unit.before = interrupt
    code, _, err = proof.run(*FIRST, "--yes")
    assert (code, unit.commands) == (exit_codes.INTERRUPTED, BOTH)
    assert "outlet 1 was switched on again" in err
    assert not proof.is_written()


def test_an_on_whose_outcome_is_unknown_is_not_told_as_done_after_ctrl_c(
    unit: Unit, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    def port_up(port: PduPortView) -> PduPortView:
        unit.commands.append(("port_up", port.identity))
        port.power_status = EnumPowerStatus.UNKNOWN
        monkeypatch.setattr(unit, "status", interrupted)
        return port

    def interrupted() -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(unit, "port_up", port_up)
    code, _, err = proof.run(*FIRST, "--yes")
    assert (code, unit.commands) == (exit_codes.INTERRUPTED, BOTH)
    assert "switched on again" not in err
    assert "look at outlet 1, and switch it on: pdu on" in err


def failing(name: str, error: Exception) -> Callable[[str], None]:
    def fail(method: str) -> None:
        if method == name:
            raise error

    return fail


def test_an_outlet_that_is_not_on_at_the_end_is_named_with_the_command(
    unit: Unit, proof: Proof
) -> None:
    unit.before = failing("port_up", Unreachable("no answer"))
    code, out, err = proof.run(*FIRST, "--yes")
    assert (code, unit.commands) == (exit_codes.NOT_SEEN, BOTH)
    assert "surprise: port_up failed: unreachable: no answer" in out
    assert "LOOK AT outlet 1: it was on. Switch it on: pdu on nut 192.0.2.7 1" in err


def test_an_on_that_fails_after_ctrl_c_says_how_to_switch_by_hand(unit: Unit, proof: Proof) -> None:
    def interrupt(method: str) -> None:
        if method == "port_up":
            raise Unreachable("no answer")
        os.kill(os.getpid(), signal.SIGINT)

    unit.before = interrupt
    code, _, err = proof.run(*FIRST, "--yes")
    assert code == exit_codes.INTERRUPTED
    assert unit.commands == BOTH
    assert "look at outlet 1, and switch it on: pdu on nut 192.0.2.7 1" in err.splitlines()[-1]


def test_on_is_sent_once_also_after_an_error_of_off(unit: Unit, proof: Proof) -> None:
    unit.before = failing("port_down", Refused("it is locked"))
    code, out, _ = proof.run(*FIRST, "--yes")
    assert (code, unit.commands) == (exit_codes.NOT_SEEN, BOTH)
    assert "surprise: port_down failed: refused: it is locked" in out


def test_a_neighbour_that_is_switched_too_is_a_surprise(unit: Unit, proof: Proof) -> None:
    unit.before = lambda method: unit.state.update({"2": DOWN})
    code, out, _ = proof.run(*FIRST, "--yes")
    assert code == exit_codes.NOT_SEEN
    assert "surprise: outlet 2 was on, and is off" in out


def test_a_status_that_contradicts_the_command_is_a_surprise(
    unit: Unit, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    view_before_the_command = unit.status()
    monkeypatch.setattr(unit, "status", lambda: view_before_the_command)
    code, out, _ = proof.run(*FIRST, "--yes")
    assert code == exit_codes.NOT_SEEN
    assert "surprise: status tells on of outlet 1, not off" in out


def test_a_unit_that_does_not_answer_leaves_no_file(
    unit: Unit, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silence() -> Any:
        raise Unreachable("no answer")

    monkeypatch.setattr(unit, "status", silence)
    code, _, err = proof.run()
    assert code == exit_codes.code_of("unreachable")
    assert "no answer" in err
    assert not proof.is_written()


@pytest.mark.parametrize("name", SAMPLES)
def test_an_example_is_simulated_and_its_recording_can_be_served(name: str) -> None:
    proof = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert proof["proof"] == FORMAT
    assert proof["basis"] == SIMULATED
    kind = handler_recordings.recording(proof["handler"])
    assert kind is not None
    assert kind.is_recording("\n".join(proof["recording"]))
