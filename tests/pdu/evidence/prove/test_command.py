"""`pdu prove` as its user sees it: what it asks, what it refuses, what it leaves."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdu.core.cli import exit_codes
from pdu.evidence.prove.document import SIMULATED, UnitProof, parsed
from tests.pdu.evidence.prove.kills import PDU, guard_of, program, words
from tests.pdu.evidence.prove.rig import TARGET, Plant, Rig, nut, plant
from tests.pdu.running import run
from tests.simulators.nut_server import ADMIN
from tests.waiting import PATIENCE_S, bounded, until


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setenv("PDU_PASSWORD", ADMIN.password)
    with nut(plant()) as made:
        yield made


def found(path: Path) -> UnitProof:
    return parsed(path.read_text())


def test_without_outlet_nothing_is_switched_and_a_file_is_left(
    rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "p.json"
    answers = ("--front", "4", "--dark", "4", "--display", "4")
    code, text, said = run(capsys, *words(rig, out, *answers))
    assert code == exit_codes.DONE and rig.plant.commands == []
    assert "every outlet is as the owner sees it" in text
    assert "Nothing" not in text and "simulated" in said
    # there is no terminal: each job is told once, without the seconds that are left
    lines = said.splitlines()
    assert lines[0] == "reading the unit" and "reading the unit again" in lines
    assert len([line for line in lines if line.startswith("watching the meters for")]) <= 1
    proof = found(out)
    assert proof.basis == SIMULATED and proof.outlet == ""
    assert [*tmp_path.iterdir()] == [out] and ADMIN.password not in out.read_text()
    assert out.stat().st_mode & 0o077 == 0


def test_a_broken_promise_has_an_exit_code_of_its_own(
    rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text, _ = run(capsys, *words(rig, tmp_path / "p.json", "--front", "6", "--json"))
    verdicts = {one["promise"]: one for one in json.loads(text)["verdicts"]}
    assert code == exit_codes.NOT_SEEN
    assert verdicts["list"]["finding"] == "4 outlets listed, and the front has 6"


@pytest.mark.parametrize(
    "more, refused",
    [
        (["--outlet", "2"], "it carries 1.28 A, 294.4 W"),
        (["--outlet", "4"], "outlet 4 is off"),
        (["--outlet", "9"], "no outlet '9'"),
        (["--outlet", "1", "--outlet", "2"], "one outlet is proven at a time"),
    ],
)
def test_an_outlet_that_may_feed_somebody_is_refused(
    more: list[str],
    refused: str,
    rig: Rig,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, said = run(capsys, *words(rig, tmp_path / "p.json", "--yes", *more))
    assert code != exit_codes.DONE and refused in said
    assert rig.plant.commands == [] and not any(tmp_path.iterdir())


def test_without_a_terminal_and_yes_nothing_is_switched(
    rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, _ = run(capsys, *words(rig, tmp_path / "p.json", "--outlet", TARGET))
    assert code == exit_codes.NOT_CONFIRMED and rig.plant.commands == []


def test_a_file_that_exists_is_found_before_anything_is_asked(
    rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "p.json"
    out.write_text("mine")
    code, _, said = run(capsys, *words(rig, out, "--outlet", TARGET, "--yes"))
    assert code == exit_codes.WRONG and "exists" in said and out.read_text() == "mine"


# ---- the other process ---------------------------------------------------------------------------


def as_it_began(made: Plant) -> bool:
    made.settle()
    return made.contact == plant().contact


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "sent, number",
    [
        (signal.SIGKILL, 1),
        (signal.SIGKILL, 2),
        (signal.SIGKILL, 3),
        (signal.SIGINT, 1),
        (signal.SIGHUP, 3),
    ],
)
def test_a_command_that_is_ended_leaves_the_outlet_on_and_no_file(
    sent: signal.Signals, number: int, rig: Rig, tmp_path: Path
) -> None:
    out = tmp_path / "p.json"
    begun: list[int] = []

    def end_it(at: int) -> None:
        if at == number and begun:
            # to the whole group, as a terminal does, and before the unit answers
            os.killpg(begun[0], sent)

    rig.plant.on_command = end_it
    process = program(rig, out)
    begun.append(process.pid)
    with bounded(process):
        process.wait(PATIENCE_S)
        assert not out.exists()
        assert until(lambda: as_it_began(rig.plant))
        # the pipe of standard error ends when the process that guards the outlet has ended
        said = process.communicate(timeout=PATIENCE_S)[1]
    assert as_it_began(rig.plant), said
    assert [*tmp_path.iterdir()] == []


@pytest.mark.sample(2)
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the system has no /proc")
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_a_command_whose_guard_is_ended_switches_no_further_and_gives_the_power_back(
    sent: signal.Signals, number: int, rig: Rig, tmp_path: Path
) -> None:
    out = tmp_path / "p.json"
    begun: list[int] = []

    def end_it(at: int) -> None:
        if at == number and begun:
            os.kill(guard_of(begun[0]), sent)

    rig.plant.on_command = end_it
    process = program(rig, out)
    begun.append(process.pid)
    with bounded(process):
        said = process.communicate(timeout=PATIENCE_S)[1]
    assert as_it_began(rig.plant), said
    # "on" may be sent again, "off" is not
    assert rig.plant.commands[:2] == [(TARGET, False), (TARGET, True)]
    assert (TARGET, False) not in rig.plant.commands[2:]
    proof = found(out)
    restored, switches = proof.verdict("restored"), proof.verdict("switches")
    assert restored is not None and restored.verdict == "kept"
    assert switches is not None and switches.finding == "2 of 4 commands were sent"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the system has no /proc")
def test_the_guard_of_a_killed_command_holds_no_output_and_ends_at_sigterm(
    rig: Rig, tmp_path: Path
) -> None:
    begun: list[int] = []
    guards: list[int] = []

    def end_it(at: int) -> None:
        if at == 1 and begun:
            guards.append(guard_of(begun[0]))
            rig.silent(True)
            os.killpg(begun[0], signal.SIGKILL)

    rig.plant.on_command = end_it
    process = program(rig, tmp_path / "p.json")
    begun.append(process.pid)
    with bounded(process):
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read()  # ends with the command
        os.kill(guards[0], signal.SIGTERM)
        said = process.stderr.read()  # ends with the guard
        process.stdout.close()
        process.stderr.close()
    assert "LOOK AT IT" in said
    rig.silent(False)


def test_the_whole_command_switches_as_often_as_it_says(rig: Rig, tmp_path: Path) -> None:
    out = tmp_path / "p.json"
    process = program(rig, out)
    with bounded(process):
        text, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == exit_codes.DONE, said
    assert rig.plant.commands == [(TARGET, on) for on in (False, True, False, True)]
    restored = found(out).verdict("restored")
    assert restored is not None and restored.verdict == "kept" and as_it_began(rig.plant)


def test_a_full_disk_leaves_the_outlet_on_and_no_file(rig: Rig, tmp_path: Path) -> None:
    """The limit of a file's size stands for a full disk: both end a write with an error."""
    code = (
        "import resource, runpy, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        f"runpy.run_module({PDU[2]!r}, run_name='__main__')\n"
    )
    process = program(rig, tmp_path / "p.json", sys.executable, "-B", "-c", code)
    with bounded(process):
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == exit_codes.WRONG and "cannot be written" in said
    assert as_it_began(rig.plant) and [*tmp_path.iterdir()] == []
