"""Starts and ends the processes of simulated PDUs."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS, _STOP_SECONDS = 60.0, 10.0


class Failed(Exception):
    """A simulated PDU did not start."""


def launched(what: str, module: str, arguments: Sequence[str]) -> tuple[subprocess.Popen[str], Any]:
    """Starts a program of this tree that prints a line of JSON, and ends with its standard input.

    Returns its process and what the line holds. Raises Failed, which names `what`.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        line = _first_line(process)
        if not line:
            end(process)
            errors.seek(0)
            last = errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
            reason = (
                f"no answer within {_START_SECONDS:g} s"
                if line is None
                else last or "it ended without an error message"
            )
            raise Failed(f"{what} did not start: {reason}")
    return process, json.loads(line)


def _first_line(process: subprocess.Popen[str]) -> Optional[str]:
    stream = process.stdout
    if stream is None:
        return None
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        with contextlib.suppress(ValueError):  # closed in the meantime, by `end`
            lines.put(stream.readline())

    threading.Thread(target=read, daemon=True).start()
    try:
        return lines.get(timeout=_START_SECONDS)
    except queue.Empty:
        return None


def end(process: subprocess.Popen[str]) -> None:
    """Ends a process by closing its standard input; kills it if it has not ended after 10 s."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_SECONDS)
    if process.stdout is not None:
        process.stdout.close()
