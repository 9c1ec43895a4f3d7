"""Work spread over processes: the order, errors, and how it ends."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.energy.registers import parallel
from tests.needs import ROOT
from tests.waiting import PATIENCE_S, until

# The process that takes the results, with results of some size on the way. It prints the numbers
# of the processes that make them.
_PROGRAM = """
import os, sys, time
from pdu.energy.registers import parallel

parallel.cores = lambda: 2

def do(number):
    if number < 2:
        return os.getpid(), b""
    if sys.argv[1] == "slow":
        time.sleep(0.2)
    return 0, bytes(int(sys.argv[2]))

for who, _ in parallel.parallel_map(do, range(10**6), large=True):
    if who:
        print(who, flush=True)
    elif sys.argv[1] == "stuck":
        time.sleep(3600)
"""


@pytest.mark.parametrize("error", [ZeroDivisionError("a defect"), SettingsError("a setting")])
def test_an_error_in_another_process_is_raised_in_this_one(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def do(thing: int) -> int:
        if thing == 3:
            raise error
        return thing

    monkeypatch.setattr(parallel, "cores", lambda: 2)
    with pytest.raises(type(error), match="a "):
        list(parallel.parallel_map(do, range(9), large=True))


def test_work_is_spread_in_order_and_its_errors_arrive() -> None:
    def squared(number: int) -> int:
        if number == 70:
            raise SettingsError("seventy")
        return number * number

    squares = parallel.parallel_map(squared, range(50), large=True)
    assert [*squares] == [number * number for number in range(50)]
    with pytest.raises(SettingsError, match="seventy"):
        for _ in itertools.islice(parallel.parallel_map(squared, range(100), large=True), 100):
            pass


def test_a_process_that_is_killed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def do(thing: int) -> int:
        if thing == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return thing

    monkeypatch.setattr(parallel, "cores", lambda: 2)
    with pytest.raises(SettingsError, match="was ended from outside"):
        list(parallel.parallel_map(do, range(9), large=True))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("what", ["slow", "stuck"])
def test_no_process_outlives_the_one_that_takes_the_results(
    what: str, how: signal.Signals, tmp_path: Path
) -> None:
    """They end with their next result, also if they wait for it to be taken."""
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)
    size = 1_000_000 if what == "stuck" else 1
    with subprocess.Popen(
        [sys.executable, str(program), what, str(size)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        workers = [int(process.stdout.readline()) for _ in range(2)]
        process.send_signal(how)
        assert process.wait(PATIENCE_S) != 0
    assert len({*workers, process.pid}) == 3
    try:
        assert until(lambda: not any(map(runs, workers))), "a process is left"
    finally:
        for worker in filter(runs, workers):
            os.kill(worker, signal.SIGKILL)


def runs(number: int) -> bool:
    """Whether a process runs: it has a line of what it is, unless it is a zombie."""
    try:
        return bool(Path(f"/proc/{number}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False
