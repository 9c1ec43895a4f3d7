"""`pdu machine verify`, on simulated PDUs: what it shows, and what it leaves when it fails."""

from __future__ import annotations

import functools
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pdu.core.cli import exit_codes
from pdu.site.drawing.drawing import Cord
from pdu.site.machines import evidence as evidences
from pdu.site.machines.alive import AliveCommand
from pdu.site.machines.evidence import EvidenceFile
from tests.handlers.skipping import skipped
from tests.needs import ROOT
from tests.pdu.fence.site import OUTLET, Site, site
from tests.pdu.monitoring.halls import HASTY, environment
from tests.pdu.running import run
from tests.waiting import PATIENCE_S, until

CORDS = (Cord("left", OUTLET), Cord("right", OUTLET))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, is_verified=False) as made:
        yield made


def words(machine: Site, alive: str = "") -> list[str]:
    names = {"drawing": "hall.power.toml", "list": "hall.csv", "auth": "logins.toml"}
    found = [word for key, name in names.items() for word in (f"--{key}", machine.file(name))]
    found += ["--state-dir", machine.file("state"), "--yes", "--power-timeout", "5"]
    return ["machine", "verify", "srv-1", *found, "--alive", alive or machine.alive]


def verify(
    machine: Site, capsys: pytest.CaptureFixture[str], *more: str, alive: str = ""
) -> tuple[int, str, str]:
    with skipped():
        return run(capsys, *words(machine, alive), *more)


def all_on(machine: Site) -> bool:
    return all(pdu.outlet(OUTLET).on is True for pdu in machine.pdus.values())


def test_a_machine_is_verified_and_then_off_is_proven(
    machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = verify(machine, capsys)
    assert code == 0 and "srv-1: its outlets are its only power; it was silent after" in out, err
    # each cord alone, then both
    assert machine.commands() == 2 * ["Off", "On", "Off", "On"] and all_on(machine)
    (line,) = Path(machine.file("hall.verified.jsonl")).read_text().splitlines()
    found = json.loads(line)
    assert found["machine"] == "srv-1" and found["alive"] == machine.alive
    assert [(one["pdu"], one["serial"], one["a"]) for one in found["cords"]] == [
        ("left", "SIM0000001", 0.35),
        ("right", "SIM0000001", 0.35),
    ]
    assert not any(pdu.password in line for pdu in machine.pdus.values())
    assert machine.run("monitor")[0] == 0
    assert machine.run("off")[0] == 0 and not machine.draws


@pytest.mark.parametrize(
    "alive, said, commands",
    [
        ("/no/such/program", "No such file", 0),
        ("sh -c 'no-such-program-here'", "ended with 127", 0),
        ("", "give a program", 0),
        ("false", "it does not answer (false); nothing was switched", 0),
        ("true", "it still answers: it has a cord that is not drawn", 4),
    ],
)
def test_what_asks_the_machine_may_be_missing_or_lie(
    alive: str, said: str, commands: int, machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    given = words(machine)
    given[-1] = alive
    with skipped():
        code, _, err = run(capsys, *given)
    assert code != 0 and said in err, err
    assert all_on(machine) and len(machine.commands()) >= commands
    if not commands:
        assert machine.commands() == []


def test_a_program_that_hangs_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdu.site.machines.alive.LONGEST_S", 0.2)
    begun = time.monotonic()
    assert not AliveCommand("sh -c 'sleep 60 & wait'", "srv-1").answers()
    assert time.monotonic() - begun < PATIENCE_S


def test_a_name_is_one_word_of_the_program_and_reaches_no_shell(tmp_path: Path) -> None:
    name = f"a; touch {tmp_path}/b"
    assert AliveCommand("sh -c 'test \"$1\" = \"a; touch '{}'/b\"' x {}", "x").answers() is False
    assert AliveCommand("test -n {}", name).answers() and not list(tmp_path.iterdir())


def test_verify_needs_to_know_who_asks_and_a_protected_machine_is_refused(
    machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    given = words(machine)[:-2]
    assert run(capsys, *given)[0] == 2
    given[2] = "core"
    code, _, err = run(capsys, *given, "--alive", "true")
    assert code == 2 and "is protected" in err and machine.commands() == []


class Hold:
    """Answers no more of the requests to a machine's PDUs after so many commands to its outlets,
    and then so many requests, until it is released.
    """

    def __init__(
        self, machine: Site, commands: int, requests: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._machine, self._commands, self._requests = machine, commands, requests
        self._count = self._waiting = 0
        self._lock, self._released = threading.Lock(), threading.Event()
        self.is_reached = threading.Event()
        for pdu in machine.pdus.values():
            monkeypatch.setattr(pdu, "answer", functools.partial(self._answer, pdu.answer))

    def _answer(self, answer: Callable[[Any], Any], request: Any) -> Any:
        with self._lock:
            self._count += len(self._machine.commands()) >= self._commands
            self._waiting += 1
        if self._count > self._requests:
            self.is_reached.set()
            self._released.wait(PATIENCE_S)
        try:
            return answer(request)
        finally:
            with self._lock:
                self._waiting -= 1

    def release(self) -> None:
        """What was asked before is answered now."""
        self._released.set()
        assert until(lambda: self._waiting == 0)


#: commands are left off, left on, right off, right on, both off, both on; with each the first
#: request after it, which reads it back, and one of the readings after that
STEPS = pytest.mark.parametrize(
    "commands, requests", [(n, r) for n in (*range(1, 9), 0) for r in (0, 5)]
)


@pytest.mark.sample(3)
@STEPS
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_switches_on_what_is_off(
    commands: int,
    requests: int,
    number: signal.Signals,
    machine: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hold = Hold(machine, commands, requests, monkeypatch)
    process = _start(machine)
    assert hold.is_reached.wait(PATIENCE_S)
    process.send_signal(number)
    hold.release()
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode != 0 and "srv-1 is not verified; all its outlets are on" in err
    assert all_on(machine) and not Path(machine.file("hall.verified.jsonl")).read_text()


@pytest.mark.sample(2)
@STEPS
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_after_a_second_ctrl_c_it_does_not_say_what_it_has_not_read(
    commands: int,
    requests: int,
    number: signal.Signals,
    machine: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hold = Hold(machine, commands, requests, monkeypatch)
    process = _start(machine)
    assert hold.is_reached.wait(PATIENCE_S)
    for _ in range(2):
        process.send_signal(number)
        time.sleep(0.3)
    hold.release()
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode != 0 and "Traceback" not in err, err
    says_on = "srv-1 is not verified; all its outlets are on" in err
    assert says_on or "it may be off" in err and "pdu machine on srv-1" in err, err
    assert all_on(machine) or not says_on
    assert not Path(machine.file("hall.verified.jsonl")).read_text()


@pytest.mark.sample(1)
@STEPS
def test_after_a_kill_the_next_run_names_what_is_off(
    commands: int,
    requests: int,
    machine: Site,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hold = Hold(machine, commands, requests, monkeypatch)
    process = _start(machine)
    assert hold.is_reached.wait(PATIENCE_S)
    process.kill()
    process.communicate(timeout=PATIENCE_S)
    hold.release()
    off = [name for name, pdu in machine.pdus.items() if not pdu.outlet(OUTLET).on]
    if off:
        code, _, err = verify(machine, capsys)
        assert code == exit_codes.NOT_SEEN
        for name in off:
            assert f"{name}/3 is not on: a trial that was killed has left it off" in err
        assert machine.run("on")[0] == 0
    code, _, err = verify(machine, capsys)
    assert code == 0 and all_on(machine), err


def _start(machine: Site) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*HASTY, *words(machine)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_pdu_that_dies_in_the_middle_is_named_with_its_outlet(
    machine: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = machine.pdus["right"]
    answer = right.answer

    def dies(request: Any) -> Any:
        found = answer(request)
        if right.books().writes:
            right.stop()
        return found

    monkeypatch.setattr(right, "answer", dies)
    code, _, err = verify(machine, capsys)
    assert code == exit_codes.NOT_SEEN and "it may be off: right/3: " in err
    assert machine.pdus["left"].outlet(OUTLET).on is True


def test_a_file_that_cannot_be_written_ends_it_before_a_command(
    machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("/dev/full/x", machine.file("none/hall.jsonl")):
        code, _, err = verify(machine, capsys, "--verified", path)
        assert code == 2 and "cannot be written" in err and machine.commands() == []
    code, _, err = verify(machine, capsys, "--verified", "/dev/full")
    assert code == 2 and "/dev/full cannot be written" in err and all_on(machine)


def test_one_trial_goes_on_at_a_time(machine: Site, capsys: pytest.CaptureFixture[str]) -> None:
    with EvidenceFile(machine.file("hall.verified.jsonl")).appending():
        code, _, err = verify(machine, capsys)
    assert code == 2 and "another trial goes on" in err and machine.commands() == []


def test_an_outlet_that_somebody_else_switches_meanwhile_ends_it(
    machine: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may feed the machine: then its silence shows nothing."""
    left = machine.pdus["left"]
    answer = left.answer

    def switched(request: Any) -> Any:
        if left.books().writes and left.outlet("1").on:
            left.outlet("1").turn(False)
        return answer(request)

    monkeypatch.setattr(left, "answer", switched)
    code, _, err = verify(machine, capsys)
    assert code == exit_codes.NOT_SEEN
    assert "left/1 was switched by somebody else meanwhile" in err and all_on(machine)


# ---- the file ------------------------------------------------------------------------------------


def test_evidence_ends_by_its_age_another_drawing_and_a_clock(machine: Site) -> None:
    machine.verify()
    file = EvidenceFile(machine.file("hall.verified.jsonl"))
    now = time.time()
    assert file.find("srv-1", CORDS, now)[1] == ""
    assert file.find("srv-1", tuple(reversed(CORDS)), now)[1] == ""
    assert "days ago" in file.find("srv-1", CORDS, now + 401 * evidences.DAY_S)[1]
    assert "in the future" in file.find("srv-1", CORDS, now - evidences.DAY_S)[1]
    moved = (CORDS[0], Cord("right", "4"))
    assert (
        file.find("srv-1", moved, now)[1]
        == "its cabling was tried with other cords: left/3, right/3"
    )
    assert file.find("srv-1", [Cord("left", "1")], now)[1] == "its cabling was never tried"


@pytest.mark.parametrize(
    "damage",
    [b"\xff\x00\n", b"{}\n", b"[" * 10_000 + b"\n", b'{"verified": 2}\n', b'{"verified": 2, "a'],
)
def test_a_damaged_line_is_no_evidence_and_takes_none_away(damage: bytes, machine: Site) -> None:
    path = Path(machine.file("hall.verified.jsonl"))
    path.write_bytes(damage)
    file = EvidenceFile(str(path))
    assert "line 1 is damaged" in file.find("srv-1", CORDS, time.time())[1]
    machine.verify()
    assert file.find("srv-1", CORDS, time.time())[1] == ""
    path.write_bytes(path.read_bytes() + damage)
    assert file.find("srv-1", CORDS, time.time())[1] == ""


def test_the_file_is_beside_the_drawing() -> None:
    assert evidences.evidence_path("/etc/pdu/hall.power.toml") == "/etc/pdu/hall.verified.jsonl"
    assert evidences.evidence_path("row.toml") == "row.verified.jsonl"
