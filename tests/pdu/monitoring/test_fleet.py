"""`make fleet`: the lines that it prints run to their end, with the answer that they promise."""

from __future__ import annotations

import shlex
import signal
import sys
from pathlib import Path

import pytest

from pdu.files.locks import locked
from tests.needs import ROOT
from tests.pdu.monitoring.halls import PDU, environment
from tests.waiting import PATIENCE_S, bounded, run_program, start_program


def test_the_printed_lines_read_the_simulated_pdus(tmp_path: Path) -> None:
    fleet_path = tmp_path / "data hall"
    with (
        start_program(
            [sys.executable, "-m", "tests.simulators", "--folder", str(fleet_path)], cwd=ROOT
        ) as process,
        bounded(process, 8 * PATIENCE_S),
    ):
        assert process.stdout is not None
        folder, *lines = (process.stdout.readline().rstrip("\n") for _ in range(3))
        assert shlex.split(folder) == ["cd", str(fleet_path.resolve())]
        words_by_command = {line.split()[1]: shlex.split(line)[2:] for line in lines}
        for command in ("check", "outlets"):
            result = run_program(
                [*PDU, command, *words_by_command[command]],
                cwd=fleet_path,
                env={**environment(), "PYTHONPATH": str(ROOT)},
                timeout=4 * PATIENCE_S,
            )
            assert (result.returncode, result.stderr) == (0, "")
            assert "rack1-" in result.stdout
        list_before = (fleet_path / "pdus.csv").read_bytes()
        second = run_program(
            [sys.executable, "-m", "tests.simulators", "--folder", str(fleet_path)], cwd=ROOT
        )
        assert second.returncode == 2
        assert f"another fleet runs in {fleet_path}" in second.stderr
        assert (fleet_path / "pdus.csv").read_bytes() == list_before
        with locked([str(fleet_path)], pytest.fail):  # as `pdu find --add` does
            pass
        process.send_signal(signal.SIGINT)
