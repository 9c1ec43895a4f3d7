"""`make fleet`: the lines that it prints run to their end, with the answer that they promise."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.pdu.monitoring.halls import PDU, environment
from tests.waiting import PATIENCE_S, bounded


@pytest.mark.parametrize("number", [1, 3], ids=["check", "outlets"])
def test_a_printed_line_reads_the_simulated_pdus(number: int, tmp_path: Path) -> None:
    with (
        subprocess.Popen(
            [sys.executable, "-m", "tests.fleet", "--folder", str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
        bounded(process, 4 * PATIENCE_S),
    ):
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip("\n") for _ in range(4)]
        assert lines[0] == f"cd {tmp_path.resolve()}"
        program, *words = shlex.split(lines[number])
        done = subprocess.run(
            [*PDU, *words],
            cwd=tmp_path,
            env={**environment(), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=4 * PATIENCE_S,
        )
        process.send_signal(signal.SIGINT)
    assert (program, done.returncode, done.stderr) == ("pdu", 0, "")
    assert "rack1-" in done.stdout
