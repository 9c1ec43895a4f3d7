"""A worker process as its parent sees it: started at the first call, killed when a call takes too
long.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Callable, NamedTuple, Optional

_CHILD = Path(__file__).with_name("child.py")
_LOG_LINES = 200
_LONGEST_LINE = 2000
_END_SECONDS = 30.0  # for a killed process


class Call(NamedTuple):
    """One call of a handler.

    `kind` is "" when it succeeded, else the kind of the handler's own error, or one of "import"
    (the archive is missing or cannot be loaded), "not-called" (a module of the platform cannot be
    loaded, or its connection data cannot be made), "bug" (another exception), "time-out", "died"
    (the process ended, did not start, or gave no valid answer). `text` are its words, and `error`
    is its type (error_types.py), "" if none was raised. `lines` are those that the handler logged.
    `at` is when it ended, in seconds since 1970.
    """

    method: str
    identity: str
    seconds: float
    value: Mapping[str, Any]
    kind: str
    text: str
    lines: tuple[str, ...] = ()
    at: float = 0.0
    error: str = ""

    @property
    def ok(self) -> bool:
        return not self.kind

    @property
    def switches(self) -> bool:
        return self.method in ("port_up", "port_down")


class Job(NamedTuple):
    """What a worker runs: `paths` come first in sys.path; `data` holds the arguments of the
    adapter's function `data`.

    `adapter` is a file with the functions of `adapter.py` that differ on this platform, run before
    the handler is imported. `import_path` is the name of the handler's module, or the path of its
    file.
    """

    paths: list[str]
    import_path: str
    data: dict[str, Any]
    adapter: str = ""
    #: whether errors of the platform's modules have types alone: their words are its owner's
    hides_words: bool = False


Start = Callable[[Path, IO[bytes]], subprocess.Popen[str]]


def started(
    folder: Path, log: IO[bytes], python: str = sys.executable, cache: str = ""
) -> subprocess.Popen[str]:
    """A new process of `child.py` in that folder, which writes its log to `log`. `cache`: the
    folder for what Python compiles; "" for beside the sources.

    With -I, environment and current directory add no modules. Secrets go through the pipe.
    """
    options = ["-I", "-X", f"pycache_prefix={cache}"] if cache else ["-I"]
    return subprocess.Popen(
        [python, *options, str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        cwd=folder,
        # logins of PDUs and of DCImanager are not for the code that runs there
        env={name: text for name, text in os.environ.items() if name[:4] not in ("DCI_", "PDU_")},
        text=True,
        encoding="utf-8",
        errors="backslashreplace",
        start_new_session=True,
    )


class Worker:
    """Makes one call at a time."""

    def __init__(self, job: Job, folder: Path, start: Start = started) -> None:
        self.job = job
        self._folder, self._start = folder, start
        self._call_lock = threading.Lock()
        self._start_lock = threading.Lock()
        self._closed = False
        self._process: Optional[subprocess.Popen[str]] = None
        self._log = tempfile.TemporaryFile("w+b")
        self._number = 0  # of the last call

    def call(
        self,
        method: str,
        timeout: float,
        identity: str = "",
        state: str = "UNKNOWN",
        data: Optional[Mapping[str, Any]] = None,
    ) -> Call:
        """One call; every failure is in its result. If no answer comes within `timeout` seconds,
        the process is killed, and the next call starts a new one.

        `data` replaces the job's data in this call.
        """
        with self._call_lock:
            begin = time.monotonic()
            message = {
                "method": method,
                "identity": identity,
                "state": state,
                "data": data or self.job.data,
            }
            answer = self._ask(message, timeout)
            lines = self._lines()
            kind = answer.get("kind", "")
            text = answer.get("text", "")
            if kind == "died" and lines:
                text = f"{text} ({lines[-1]})"
            return Call(
                method=method,
                identity=identity,
                seconds=time.monotonic() - begin,
                value=answer.get("value") or {},
                kind=kind,
                text=text,
                lines=tuple(lines),
                at=time.time(),
                error=answer.get("error", ""),
            )

    def close(self) -> None:
        """End the process, from any thread. A call in progress ends, and every later call fails."""
        with self._start_lock:
            self._closed = True
            if self._process is not None:
                _kill(self._process)
        with self._call_lock:
            self._end()
            self._log.close()

    def _ask(self, call: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        """The answer of the process, which has the number of the call; else why there is none."""
        late = threading.Event()
        try:
            with self._start_lock:
                if self._closed:
                    return {"kind": "died", "text": "the worker was closed"}
                process = self._running_process()
            self._number += 1
            answer = _exchange(process, {**call, "number": self._number}, timeout, late)
        # ValueError: half an answer; RuntimeError: no thread can be started
        except (OSError, ValueError, RuntimeError):
            answer = None
        # a handler may have written to the pipe, or forked
        if isinstance(answer, dict) and answer.get("number") == self._number:
            return answer
        self._end()
        if late.is_set():
            words = f"no answer within {timeout:g} s; the worker was stopped"
            return {"kind": "time-out", "text": words}
        return {"kind": "died", "text": "no answer from the worker"}

    def _running_process(self) -> subprocess.Popen[str]:
        """The process that runs, or a new one that has its job."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = self._start(self._folder, self._log)
            _send(self._process, self.job._asdict())
        return self._process

    def _end(self) -> None:
        """Kill the process, if there is one, and close its pipes."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait(_END_SECONDS)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # closing sends its buffer, which may fail
                    stream.close()

    def _lines(self) -> list[str]:
        """The last lines that the process logged since the previous call."""
        if self._log.closed:
            return []
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "backslashreplace").splitlines()
        # the child shares this position, and writes its next line there
        self._log.seek(0)
        self._log.truncate()
        return [line[:_LONGEST_LINE] for line in lines[-_LOG_LINES:]]


def _exchange(
    process: subprocess.Popen[str],
    message: Mapping[str, Any],
    timeout: float,
    late: threading.Event,
) -> Any:
    """Send a call, and read the line of its answer. After `timeout` seconds the process is killed,
    and `late` is set.
    """
    assert process.stdout is not None

    def stop() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(timeout, stop)
    timer.start()
    try:
        _send(process, message)
        return json.loads(process.stdout.readline() or "{}")
    finally:
        timer.cancel()


def _kill(process: subprocess.Popen[str]) -> None:
    """Ends a process and those that the handler started, which hold its pipes open, even after the
    process itself has ended.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _send(process: subprocess.Popen[str], message: Mapping[str, Any]) -> None:
    """Write a message as a line to the process. Raises OSError."""
    if process.stdin is not None:
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
