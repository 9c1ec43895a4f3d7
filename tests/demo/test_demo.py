from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

from handlers import registry
from tests.needs import ROOT, program
from tests.waiting import PATIENCE_S, bounded, until


def _start(folder: Path) -> subprocess.Popen[str]:
    """Starts the demo as a shell does, in its own process group, so that Ctrl-C reaches all its processes.

    `folder` is its TMPDIR.
    """
    program("curl")
    return subprocess.Popen([sys.executable, "-m", "tests.demo"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, start_new_session=True,
                            env={**os.environ, "TMPDIR": str(folder)})


def _left_of(session: int) -> List[str]:
    """Command lines of the processes that the demo left running."""
    left = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                left.append((stat.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue            # the process ended in the meantime
    return left


@pytest.mark.against("curl and the stand-in for DCImanager")
def test_the_demo_passes_every_step_and_leaves_nothing_running(tmp_path: Path) -> None:
    demo = _start(tmp_path)
    with demo, bounded(demo, 100):
        out, _ = demo.communicate(timeout=100)
    assert demo.returncode == 0, out
    assert all(f"pdu_{name}" in out for name in registry.names()) and "agrees with the devices' own books" in out
    assert until(lambda: _left_of(demo.pid) == []) and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step, number, code", [
    ("3.", signal.SIGINT, 130), ("3.", signal.SIGTERM, 143), ("3.", signal.SIGHUP, 129), ("5.", signal.SIGINT, 130)])
def test_an_interrupted_demo_stops_everything(number: signal.Signals, code: int, step: str, tmp_path: Path) -> None:
    demo = _start(tmp_path)
    assert demo.stdout is not None
    with demo, bounded(demo, 100):
        for line in demo.stdout:
            if line.startswith(step):
                break
        os.killpg(demo.pid, number)
        demo.send_signal(number)            # make repeats the signal, and so may an impatient person
        rest = demo.stdout.read()
        assert demo.wait(PATIENCE_S) == code, rest
        assert "Traceback" not in rest
        assert until(lambda: _left_of(demo.pid) == []) and list(tmp_path.iterdir()) == []
