"""Workers forked from a clean process (`zygote.py`), which is faster than starting an interpreter for each."""
from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, List, Optional

_ZYGOTE = Path(__file__).with_name("zygote.py")
_PATIENCE_S = 60.0


class Forked:
    """A forked worker, with the methods of Popen that `Worker` uses. Its exit code is not known: 0 means that it has ended."""

    def __init__(self, pid: int, stdin: IO[str], stdout: IO[str], stderr: IO[str], life: int) -> None:
        self.pid, self.stdin, self.stdout, self.stderr, self._life = pid, stdin, stdout, stderr, life

    def poll(self) -> Optional[int]:
        return 0 if self._ended(0) else None

    def kill(self) -> None:
        if not self._ended(0):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: Optional[float] = None) -> int:
        if not self._ended(timeout):
            raise subprocess.TimeoutExpired(str(_ZYGOTE), timeout or 0.0)
        if self._life >= 0:
            os.close(self._life)
        self._life = -1
        return 0

    def _ended(self, seconds: Optional[float]) -> bool:
        """Waits up to `seconds` (None: without limit) for the end of the worker; returns whether it has ended.

        The worker never writes to the pipe `life`, which closes when the worker ends.
        """
        return self._life < 0 or bool(select.select([self._life], [], [], seconds)[0])


class Forks:
    """A context manager that forks workers of the interpreter `python`. `start` serves as the `start` of `trial.Platform`."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python

    def __enter__(self) -> Forks:
        self._one_at_a_time = threading.Lock()
        self._line, theirs = socket.socketpair()
        self._line.settimeout(_PATIENCE_S)
        with theirs:
            self._process = subprocess.Popen([self._python, "-I", str(_ZYGOTE), str(theirs.fileno())],
                                             stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()
        try:
            self._process.wait(_PATIENCE_S)
        finally:
            self._process.kill()            # does nothing if it has ended
            self._process.wait(_PATIENCE_S)

    def start(self, folder: Path) -> Forked:
        """A worker whose current directory is `folder`. Raises OSError if the process that forks has ended or does not
        answer within `_PATIENCE_S`.

        After such an error no more workers can be started: a late answer would be taken for the next worker's.
        """
        inner, outer = _ends()
        try:
            with self._one_at_a_time:
                answer = self._asked(folder, inner)
        except BaseException:
            for descriptor in outer:
                os.close(descriptor)
            raise
        finally:
            for descriptor in inner:
                os.close(descriptor)
        files = [os.fdopen(end, mode, encoding="utf-8", errors="backslashreplace") for end, mode in zip(outer, "wrr")]
        return Forked(int(answer), files[0], files[1], files[2], outer[3])

    def _asked(self, folder: Path, descriptors: List[int]) -> bytes:
        """The process id of a new worker, in digits. After an error, closes the connection to the process that forks."""
        try:
            socket.send_fds(self._line, [os.fsencode(folder)], descriptors)
            answer = self._line.recv(64)
            if not answer:
                raise ConnectionError("the process that forks workers has ended")
        except BaseException:
            self._line.close()
            raise
        return answer


def _ends() -> tuple[List[int], List[int]]:
    """The worker's ends of four pipes and ours, in the order of Forked's arguments."""
    (input_r, input_w), (output_r, output_w), (error_r, error_w), (life_r, life_w) = (os.pipe() for _ in range(4))
    return [input_r, output_w, error_w, life_w], [input_w, output_r, error_r, life_r]
