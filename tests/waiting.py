"""Waits with a limit, so that a test fails instead of hanging."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Callable, Union

# The usual limit of a wait, in seconds. It ends a test that hangs; no busy machine reaches it.
PATIENCE_S = 300.0
# The largest value of a handler's setting `timeout`, in seconds.
LONGEST_TIMEOUT_S = 60.0


def until(true: Callable[[], bool], seconds: float = PATIENCE_S, every: float = 0.01) -> bool:
    """Whether `true` returns True within `seconds`. Calls it at intervals of `every` seconds."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() >= end:
            return False
        time.sleep(every)
    return True


def finished(*threads: threading.Thread, seconds: float = PATIENCE_S) -> None:
    """Waits up to `seconds` for the threads to end.

    Raises AssertionError with the names of those that still run.
    """
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    alive = [thread.name for thread in threads if thread.is_alive()]
    assert not alive, f"still running after {seconds:g} s: {', '.join(alive)}"


def run_program(command: Sequence[Union[str, Path]], **options: Any) -> CompletedProcess[str]:
    """A program after its end, with what it printed. `options` are those of `subprocess.run`. It
    has no input and a usual limit of time, unless they say otherwise.
    """
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("timeout", PATIENCE_S)
    return subprocess.run(command, capture_output=True, text=True, **options)


def start_program(command: Sequence[Union[str, Path]], **options: Any) -> subprocess.Popen[str]:
    """A program that runs, without input, and whose output is read as text. `options` are those of
    `subprocess.Popen`.
    """
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **options
    )


@contextlib.contextmanager
def bounded(process: subprocess.Popen[Any], seconds: float = PATIENCE_S) -> Iterator[None]:
    """Kills the process at the end of the block, or after `seconds`.

    Raises AssertionError if `seconds` passed before the end of the block.
    """
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    watch = threading.Timer(seconds, kill)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        process.kill()
        process.wait(PATIENCE_S)
        assert not late.is_set(), f"the block with {process.args!r} took more than {seconds:g} s"


def asleep(pid: int) -> bool:
    """Whether a process with one thread sleeps or has ended. True where the system has no /proc.

    A program that waits for input is asleep. A test waits for this before it sends a signal: if the
    signal arrives right before the read begins, Python runs its handler only when the read returns.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "SZ"
    except (FileNotFoundError, ProcessLookupError):
        return True
