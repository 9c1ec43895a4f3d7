"""The simulators as programs: `python -m tests.simulators.NAME`."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S, bounded

FIRST_LINES: dict[str, str] = {
    "xerus": "https://127.0.0.1:",
    "redfish": "https://127.0.0.1:",
    "nut_server": "127.0.0.1:",
    "snmp_agent": "127.0.0.1:",
}


@pytest.mark.parametrize("name", FIRST_LINES)
def test_the_program_prints_its_address_and_ends_with_0_on_sigterm(name: str) -> None:
    command = [sys.executable, "-u", "-m", f"tests.simulators.{name}"]
    with (
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as process,
        bounded(process),
    ):
        assert process.stdout is not None
        assert process.stdout.readline().startswith(FIRST_LINES[name])
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
