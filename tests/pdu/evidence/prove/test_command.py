"""`pdu prove`: what it asks, what it sends, what it refuses, and the file that it leaves."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from handlers.shared.errors import Refused, Unreachable
from pdu.core.cli import exit_codes
from pdu.evidence.prove import command, run as proof_run
from pdu.evidence.prove.document import FORMAT, SIMULATED
from pdu.pdus.handler_loading import LoadedHandler
from pdu.recordings import of_handlers
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
    out = tmp_path / "proof.json"
    with PEERS[name]() as peer:
        arguments, secrets = options(peer)
        for key, value in secrets.items():
            monkeypatch.setenv(f"PDU_{key.upper()}", value)
        before = peer.books().states
        on = next(identity for identity, is_on in before.items() if is_on)
        words = ["prove", name, peer.address, "--outlet", on, "--outlet", on, "--yes", *arguments]
        code, text, _ = run(capsys, *words, "-o", str(out), "--json")
        assert (code, json.loads(text)["surprises"]) == (exit_codes.DONE, [])
        assert peer.books().states == before
    proof = json.loads(out.read_text())
    assert (proof["proof"], proof["basis"], proof["handler"]) == (FORMAT, SIMULATED, name)
    calls = [call["method"] for call in proof["calls"]]
    assert calls == ["status", "statistic", "port_down", "status", "port_up", "status"]
    kind = of_handlers.recording(name)
    assert kind is not None and kind.is_recording("\n".join(proof["recording"]))
    assert not any(secret in out.read_text() for secret in secrets.values() if len(secret) > 7)
    assert out.stat().st_mode & 0o077 == 0


class Unit:
    """Outlets 1 to 3, of which 3 is off; outlet 2 carries something. Counts the commands."""

    def __init__(self) -> None:
        self.state = {"1": UP, "2": UP, "3": DOWN}
        self.load = {"1": 0.0, "2": 1.5, "3": 0.0}
        self.sent: list[tuple[str, str]] = []
        #: called before a command is carried out
        self.before: Callable[[str], object] = lambda method: None

    def make(self, data: object) -> Unit:
        return self

    def status(self) -> PduView:
        return PduView([PduPortView(identity, state) for identity, state in self.state.items()])

    def statistic(self) -> PduStatisticView:
        view = PduStatisticView(load=1.5)
        for identity, load in self.load.items():
            port = PduPortStatisticView(identity=identity)
            setattr(port, "load", load)
            view.ports.append(port)
        return view

    def port_down(self, port: PduPortView) -> PduPortView:
        return self._command("port_down", DOWN, port)

    def port_up(self, port: PduPortView) -> PduPortView:
        return self._command("port_up", UP, port)

    def _command(self, method: str, wanted: EnumPowerStatus, port: PduPortView) -> PduPortView:
        self.sent.append((method, port.identity))
        self.before(method)
        self.state[port.identity] = wanted
        port.power_status = wanted
        return port


@pytest.fixture
def unit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Unit]:
    made = Unit()
    loaded = LoadedHandler("x", "x", made.make, (), False)
    monkeypatch.setattr(command, "load", lambda name: loaded)
    yield made


def words(out: Path, *more: str) -> list[str]:
    return ["prove", "nut", "192.0.2.7", "-o", str(out), *more]


BOTH = [("port_down", "1"), ("port_up", "1")]


def test_the_owner_is_asked_and_what_he_saw_is_in_the_file(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
    out = tmp_path / "p.json"
    seen = ("--front", "3", "--dark", "3", "--display", "1.5")
    code, text, said = run(capsys, *words(out, "--outlet", "1", *seen))
    assert code == exit_codes.DONE and unit.sent == BOTH, text
    # before the first command
    by_hand = said.index("switch it on by hand: pdu on nut 192.0.2.7 1")
    assert by_hand < said.index("switch outlet 1 of 192.0.2.7 (0 A) off and on? [y/N]")
    assert "display    1.5 A, by the owner" in text
    owner = json.loads(out.read_text())["owner"]
    assert owner == {
        "outlets": 3, "dark": ["3"], "load_a": 1.5, "seen_dark": True, "seen_on": True,
    }  # fmt: skip


def test_without_outlet_nothing_is_switched(
    unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text, said = run(capsys, *words(tmp_path / "p.json"))
    assert (code, unit.sent) == (exit_codes.DONE, [])
    assert "3 outlets: 2 on, 1 off" in text and "attach it to a new issue" in said


@pytest.mark.parametrize(
    "more, reason",
    [
        (["--outlet", "2"], "it carries 1.5 A"),
        (["--outlet", "3"], "outlet 3 is off"),
        (["--outlet", "9"], "no outlet '9'"),
        (["--outlet", "1", "--outlet", "2"], "one outlet is proven at a time"),
    ],
)
def test_an_outlet_that_may_feed_somebody_is_refused(
    more: list[str],
    reason: str,
    unit: Unit,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, said = run(capsys, *words(tmp_path / "p.json", "--yes", *more))
    assert code != exit_codes.DONE and reason in said
    assert unit.sent == [] and not any(tmp_path.iterdir())


def test_an_outlet_that_no_meter_shows_to_be_idle_is_refused_unless_typed_twice(
    unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.load.clear()
    line = words(tmp_path / "p.json", "--yes", "--outlet", "1")
    _, _, said = run(capsys, *line)
    assert "no meter shows that nothing is plugged in" in said and unit.sent == []
    code, _, _ = run(capsys, *line, "--outlet", "1")
    assert (code, unit.sent) == (exit_codes.DONE, BOTH)


@pytest.mark.parametrize("answer", ["n\n", None])
def test_nothing_is_switched_unless_the_owner_says_yes(
    answer: Optional[str],
    unit: Unit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if answer:
        monkeypatch.setattr(sys, "stdin", terminal.Person(answer))
    code, _, _ = run(capsys, *words(tmp_path / "p.json", "--outlet", "1"))
    assert (code, unit.sent) == (exit_codes.NOT_CONFIRMED, [])


def test_a_file_that_exists_is_found_before_anything_is_asked(
    unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "p.json"
    out.write_text("mine")
    code, _, said = run(capsys, *words(out, "--outlet", "1", "--yes"))
    assert code == exit_codes.WRONG and "exists" in said and out.read_text() == "mine"
    assert unit.sent == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_interrupted_sends_on_and_leaves_no_file(
    number: signal.Signals, unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(method: str) -> None:
        if method == "port_down":
            os.kill(os.getpid(), number)

    unit.before = interrupt
    code, _, said = run(capsys, *words(tmp_path / "p.json", "--outlet", "1", "--yes"))
    assert (code, unit.sent) == (exit_codes.INTERRUPTED, BOTH)
    assert "outlet 1 was switched on again" in said and not any(tmp_path.iterdir())


def test_an_outlet_that_is_not_on_at_the_end_is_named_with_the_command(
    unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def lose(method: str) -> None:
        if method == "port_up":
            raise Unreachable("no answer")

    unit.before = lose
    code, text, said = run(capsys, *words(tmp_path / "p.json", "--outlet", "1", "--yes"))
    assert (code, unit.sent) == (exit_codes.NOT_SEEN, BOTH)
    assert "surprise: port_up failed: unreachable: no answer" in text
    assert "LOOK AT outlet 1: it was on. Switch it on: pdu on nut 192.0.2.7 1" in said


def refuse(method: str) -> None:
    if method == "port_down":
        raise Refused("it is locked")


def test_on_is_sent_once_also_after_an_error_of_off(
    unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.before = refuse
    code, text, _ = run(capsys, *words(tmp_path / "p.json", "--outlet", "1", "--yes"))
    assert (code, unit.sent) == (exit_codes.NOT_SEEN, BOTH)
    assert "surprise: port_down failed: refused: it is locked" in text


def moves_a_neighbour(unit: Unit) -> None:
    unit.before = lambda method: unit.state.update({"2": DOWN})


def echoes(unit: Unit) -> None:
    own = unit._command

    def command(method: str, wanted: EnumPowerStatus, port: PduPortView) -> PduPortView:
        states = dict(unit.state)
        answer = own(method, wanted, port)
        unit.state = states
        return answer

    setattr(unit, "_command", command)


@pytest.mark.parametrize(
    "lie, surprise",
    [
        (moves_a_neighbour, "outlet 2 was on, and is off"),
        (echoes, "status tells on of outlet 1, not off"),
    ],
)
def test_what_does_not_come_back_as_it_should_is_a_surprise(
    lie: Callable[[Unit], None],
    surprise: str,
    unit: Unit,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lie(unit)
    code, text, _ = run(capsys, *words(tmp_path / "p.json", "--outlet", "1", "--yes"))
    assert code == exit_codes.NOT_SEEN and f"surprise: {surprise}" in text


@pytest.mark.parametrize(
    "more, surprise",
    [
        (["--front", "6"], "status lists 3 outlets, and the front has 6"),
        (["--dark", "none"], "outlet 3 is reported off, and the owner sees it on"),
        (["--dark", "3,1"], "outlet 1 is reported on, and the owner sees it off"),
    ],
)
def test_what_the_owner_sees_otherwise_is_a_surprise(
    more: list[str],
    surprise: str,
    unit: Unit,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, text, _ = run(capsys, *words(tmp_path / "p.json", *more))
    assert code == exit_codes.NOT_SEEN and f"surprise: {surprise}" in text


def test_an_owner_who_sees_no_change_is_a_surprise(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["y\n", "n\n", "n\n"])

    class Owner(terminal.Person):
        def readline(self) -> str:
            return next(answers)

    monkeypatch.setattr(sys, "stdin", Owner(""))
    seen = ("--front", "3", "--dark", "3", "--display", "1.5")
    code, text, _ = run(capsys, *words(tmp_path / "p.json", "--outlet", "1", *seen))
    assert code == exit_codes.NOT_SEEN
    assert "switched off, and the owner sees it on" in text
    assert "switched on, and the owner sees it dark: look at it" in text


def test_a_unit_that_does_not_answer_leaves_no_file(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def silence() -> Any:
        raise Unreachable("no answer")

    monkeypatch.setattr(unit, "status", silence)
    code, _, said = run(capsys, *words(tmp_path / "p.json"))
    assert code == exit_codes.code_of("unreachable") and "no answer" in said
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", SAMPLES)
def test_an_example_is_simulated_and_its_recording_can_be_served(name: str) -> None:
    proof = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert (proof["proof"], proof["basis"]) == (FORMAT, SIMULATED)
    kind = of_handlers.recording(proof["handler"])
    assert kind is not None and kind.is_recording("\n".join(proof["recording"]))
    states = [call["outlets"][0]["state"] for call in proof["calls"] if call["method"] == "status"]
    assert states == ["on", "on" if name.startswith("stuck") else "off", "on"]
