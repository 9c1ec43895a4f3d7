"""`pdu meter` as a program, with simulated PDUs of every handler, and its file read by
`pdu energy month`.
"""

from __future__ import annotations

import contextlib
import re
import resource
import shlex
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Optional

import click
import pytest

from pdu.energy.meter import ClockWatch, meter as meter_command
from pdu.energy.readings import INLET
from pdu.energy.store import Store
from tests.needs import ROOT
from tests.pdu.monitoring.halls import PDU, Hall, environment, hall, run
from tests.waiting import PATIENCE_S, until


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as simulated:
        yield simulated


def words(whole: Hall, path: Path, *more: str, dead: bool = False) -> Sequence[str]:
    logins = ("--auth", str(whole.logins))
    return ("meter", str(whole.list(dead=dead)), "--into", str(path), *logins, *more)


@contextlib.contextmanager
def meter(whole: Hall, path: Path) -> Iterator[subprocess.Popen[str]]:
    """A meter that polls each second, killed at the end unless it has ended."""
    command = [*PDU, *words(whole, path, "--every", "1")]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def polls(path: Path) -> int:
    """How many are in the file; 0 while it is not made."""
    if not path.exists():
        return 0
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM poll").fetchone()
    except sqlite3.Error:
        return 0
    return int(count)


def test_a_round_keeps_every_pdu(whole: Hall, tmp_path: Path) -> None:
    path = tmp_path / "energy.db"
    result = run(*words(whole, path, "--rounds", "1", dead=True))
    assert result.returncode == 2 and "dead cannot be read: unreachable: " in result.stderr
    first, *_, last = result.stderr.splitlines()
    pdus = len(whole.peers)
    assert first == f"{pdus + 1} PDUs, each every 900 s, into {path}; Ctrl-C ends it"
    assert last.startswith(f"round 1: {pdus} of {pdus + 1} PDUs kept in ")
    now = time.time()
    with contextlib.closing(Store(str(path))) as store:
        assert {*store.pdus(now - 600.0, now)} == {*whole.peers, "dead"}
        for name, peer in whole.peers.items():
            readings = store.read_pdu(name, now - 600.0, now)
            assert len(readings.earliest) == 1 and not readings.failed
            assert now - 600.0 < readings.earliest[0] <= readings.latest[0] <= now
            books = peer.books()
            kwh = {key: (column.wh[0] or 0) / 1000 for key, column in readings.registers.items()}
            for outlet, expected in books.port_energy_kwh.items():
                assert kwh[outlet] == pytest.approx(expected, abs=0.001)
            if books.energy_kwh is not None:
                assert kwh[INLET] == pytest.approx(books.energy_kwh, abs=0.001)


def test_a_file_has_one_meter(whole: Hall, tmp_path: Path) -> None:
    path = tmp_path / "energy.db"
    with meter(whole, path) as first:
        assert until(lambda: polls(path) > 0)
        result = run(*words(whole, path, "--rounds", "1"))
        assert result.returncode == 2
        assert f"another `pdu meter` writes {path}: give each its own file" in result.stderr
        first.send_signal(signal.SIGTERM)
        assert first.wait(PATIENCE_S) == 0


def test_a_full_disk_is_reported_and_the_meter_goes_on(whole: Hall, tmp_path: Path) -> None:
    """A limit of the file's size stands for the disk; with room again, polls are kept again."""
    path = tmp_path / "energy.db"
    assert run(*words(whole, path, "--rounds", "1")).returncode == 0
    most = path.stat().st_size + 4096
    with meter(whole, path) as full:
        resource.prlimit(full.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        assert full.stderr is not None
        line = next(line for line in full.stderr if " lost: " in line)
        assert " lost: " in line and f"{path} cannot be used: " in line, line
        resource.prlimit(
            full.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        kept = polls(path)
        assert until(lambda: polls(path) > kept + len(whole.peers))
        full.send_signal(signal.SIGTERM)
        assert full.wait(PATIENCE_S) == 2


@pytest.mark.parametrize(
    ("jump_s", "words_of_report"),
    [(-3600.0, "set back by 3600 s"), (90.0, "set forward by 90 s"), (1.0, "")],
)
def test_a_clock_that_is_set_is_reported(jump_s: float, words_of_report: str) -> None:
    reports: list[str] = []
    walls = iter((1000.0, 1100.0, 1200.0 + jump_s, 1300.0 + jump_s))
    times = iter((0.0, 100.0, 200.0, 300.0))
    watch = ClockWatch(reports.append, lambda: next(walls), lambda: next(times))
    for _ in range(3):
        watch.check()
    assert len(reports) == bool(words_of_report) and words_of_report in "".join(reports)


@pytest.mark.parametrize(("newest", "is_reported"), [(None, 0), (999.0, 0), (5000.0, 1)])
def test_a_file_of_the_future_is_reported(newest: Optional[float], is_reported: int) -> None:
    reports: list[str] = []
    ClockWatch(reports.append, lambda: 1000.0, lambda: 0.0).compare_with(newest)
    assert len(reports) == is_reported


def test_the_unit_starts_a_meter_with_options_that_it_has() -> None:
    unit = (ROOT / "docs" / "prometheus" / "pdu-meter.service").read_text("utf-8")
    (line,) = re.findall(r"(?m)^ExecStart=\S+ meter (.+)$", unit)
    context = meter_command.make_context("meter", shlex.split(line))
    assert context.params["list_word"] == "/etc/pdu/hall.csv"
    assert context.params["into"] == "/var/lib/pdu/energy.db" and "StateDirectory=pdu\n" in unit


@pytest.mark.parametrize("words", [["--every", "0.5s"], ["--every", "2d"], ["--keep-days", "31"]])
def test_what_a_month_cannot_be_made_of_is_refused(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        meter_command.make_context("meter", ["x.csv", "--into", "x.db", *words])
