"""Interruptions of `status`, `off` and the question for a password: output, exit codes and the
terminal's echo.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import termios

import pytest

from pdu.cli import exit_codes
from tests.needs import ROOT
from tests.waiting import PATIENCE_S, asleep, bounded, until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_the_question_for_a_password_turns_the_echo_of_the_terminal_on_again(
    number: signal.Signals,
) -> None:
    person, inner = os.openpty()
    command = [sys.executable, "-m", "pdu", "status", "nut", "192.0.2.1", "-s", "username=operator"]
    environment = {key: value for key, value in os.environ.items() if key != "PDU_PASSWORD"}
    process = subprocess.Popen(
        ["sh", "-c", 'exec "$@" <"$0"', os.ttyname(inner), *command],
        cwd=ROOT,
        stdout=inner,
        stderr=inner,
        env=environment,
        start_new_session=True,
    )
    try:
        with process, bounded(process):
            output = b""
            while b"password of operator" not in output:
                assert select.select([person], [], [], PATIENCE_S)[0], output
                output += os.read(person, 1000)
            assert until(
                lambda: not termios.tcgetattr(inner)[3] & termios.ECHO and asleep(process.pid)
            )
            process.send_signal(number)
            assert process.wait(PATIENCE_S) == exit_codes.INTERRUPTED
            assert termios.tcgetattr(inner)[3] & termios.ECHO
    finally:
        os.close(person)
        os.close(inner)
