"""Ends a child process."""

from __future__ import annotations

import signal
import subprocess
from typing import Any

from tests.waiting import PATIENCE_S


def end(process: subprocess.Popen[Any]) -> None:
    """Ends a process, even a paused one, with SIGTERM; if it still runs after PATIENCE_S, with
    SIGKILL.
    """
    # a paused process would not act on the next signal
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE_S)
