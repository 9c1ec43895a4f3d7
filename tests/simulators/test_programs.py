"""The simulators as programs: `python -m tests.simulators.NAME`."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S, bounded, start_program

LOGINS: dict[str, str] = {
    "xerus": "login        admin / ",
    "redfish": "login admin / ",
    "nut_server": "login admin / ",
    "snmp_agent": "communities: public reads, private also writes",
}
FIRST_LINES: dict[str, str] = {
    "xerus": "https://127.0.0.1:",
    "redfish": "https://127.0.0.1:",
    "nut_server": "127.0.0.1:",
    "snmp_agent": "127.0.0.1:",
}


@pytest.mark.parametrize("name", FIRST_LINES)
def test_the_program_prints_address_and_login_and_ends_with_0_on_sigterm(name: str) -> None:
    command = [sys.executable, "-u", "-m", f"tests.simulators.{name}"]
    with (
        start_program(command, cwd=ROOT, stderr=subprocess.STDOUT) as process,
        bounded(process),
    ):
        assert process.stdout is not None
        assert process.stdout.readline().startswith(FIRST_LINES[name])
        lines = iter(process.stdout.readline, "")
        assert any(line.startswith(LOGINS[name]) for line in lines)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
