"""`pdu meter --drawing` notes a cord that stopped to carry; then the machine is not proven off."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.pdu.fence.site import DRAWING, OUTLET, Site, site
from tests.pdu.monitoring.halls import PDU, environment
from tests.waiting import PATIENCE_S, until

_STOPPED = "left/3 stopped to carry at"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made:
        yield made


@contextlib.contextmanager
def _metering(machine: Site, *more: str) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A meter that reads each second. What it says is in the file."""
    said = machine.folder / "said"
    files = ["--list", "hall.csv", "--auth", "logins.toml", "--into", "readings"]
    words = [word if word.startswith("--") else machine.file(word) for word in files]
    with (
        said.open("wb") as errors,
        subprocess.Popen(
            [*PDU, "meter", *words, "--every", "1s", "--state-dir", machine.file("state"), *more],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
        ) as process,
    ):
        try:
            yield said, process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)
    assert process.returncode == 0, said.read_text()


def _rounds(machine: Site) -> int:
    """How many readings were written."""
    return sum(
        path.read_text().count('"of"') for path in machine.folder.glob("readings/*.jsonl")
    ) // len(machine.pdus)


def _reads_on(machine: Site, rounds: int = 4) -> bool:
    before = _rounds(machine)
    return until(lambda: _rounds(machine) >= before + rounds)


def test_a_cord_that_stopped_to_carry_is_noted_and_told_once(machine: Site) -> None:
    drawing = ["--drawing", machine.file("hall.power.toml")]
    with _metering(machine, *drawing) as (said, _):
        assert _reads_on(machine)
        assert "1 of 2 machines verified: their cords are watched" in said.read_text()
        assert _STOPPED not in said.read_text()
        machine.share(left="1")
        assert until(lambda: f"srv-1: {_STOPPED}" in said.read_text())
        machine.share()  # back again: it has been away
        assert _reads_on(machine)
        assert said.read_text().count(_STOPPED) == 1
    code, _, err = machine.run("monitor")
    assert code == 1 and _STOPPED in err
    machine.verify(age_s=0.0)
    assert machine.run("monitor")[0] == 0


def test_a_machine_without_load_and_an_outlet_that_is_off_show_nothing(machine: Site) -> None:
    with _metering(machine, "--drawing", machine.file("hall.power.toml")) as (said, _):
        machine.pdus["left"].turn(OUTLET, False)
        assert _reads_on(machine)
        for pdu in machine.pdus.values():
            pdu.outlet(OUTLET).drawn = lambda: 0.0
            pdu.outlet("1").drawn = lambda: 0.5
        machine.pdus["left"].turn(OUTLET, True)
        assert _reads_on(machine)
        assert _STOPPED not in said.read_text()
    assert machine.run("monitor")[0] == 0


def test_evidence_counts_when_it_is_written_and_sighup_reads_the_drawing(machine: Site) -> None:
    evidence = machine.folder / "elsewhere.jsonl"
    drawing = ["--drawing", machine.file("hall.power.toml"), "--verified", str(evidence)]
    machine.share(left="1")
    with _metering(machine, *drawing) as (said, process):
        assert _reads_on(machine)
        assert "0 of 2 machines verified" in said.read_text()
        assert _STOPPED not in said.read_text()
        (machine.folder / "hall.verified.jsonl").rename(evidence)
        assert until(lambda: _STOPPED in said.read_text())
        machine.drawing = DRAWING.replace('"core"', '"spine"')
        machine.write()
        process.send_signal(signal.SIGHUP)
        assert until(lambda: "1 of 2 machines verified" in said.read_text())


def test_its_options_need_a_drawing_and_its_pdus_the_list(machine: Site) -> None:
    words = [*PDU, "meter", machine.file("hall.csv"), "--into", machine.file("readings")]
    del machine.lines["right"]
    machine.write()
    for more, sentence in (
        (["--state-dir", "x"], "are for a --drawing FILE"),
        (["--drawing", machine.file("hall.power.toml")], "has no PDU 'right'"),
    ):
        done = subprocess.run(
            [*words, "--auth", machine.file("logins.toml"), "--rounds", "1", *more],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert done.returncode == 2 and sentence in done.stderr, done.stderr
