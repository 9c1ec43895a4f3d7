"""Ending a server that a test started."""
from __future__ import annotations

import signal
import subprocess


def end(process: subprocess.Popen[bytes]) -> None:
    """Asks it to end, also when it is paused, and makes it end if it does not within five seconds."""
    process.send_signal(signal.SIGCONT)             # one that was paused does not hear the next signal
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(30)
