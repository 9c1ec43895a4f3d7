"""A worker process as its parent sees it: started at the first call, killed when a call takes too
long.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Callable, NamedTuple, Optional, Protocol

from .child import LOGGED
from .records import Call

__all__ = ["Call", "Job", "Worker"]

_LOG = logging.getLogger(__name__)
_CHILD = Path(__file__).with_name("child.py")
_LOG_LINES = 200
_LONGEST_LINE = 2000
_LOG_SECONDS = 30.0  # longest wait for the log lines of an answered call
_END_SECONDS = 30.0  # longest wait for a killed process, and for each reader of its pipes


class Job(NamedTuple):
    """What a worker runs: `paths` come first in sys.path; `data` holds the arguments of the
    adapter's function `data`.

    `adapter` is a file with the functions of `adapter.py` that differ on this platform. `fresh`
    asks for a new handler object and a new thread for each call. `import_path` is the name of the
    handler's module, or the path of its file. With `metering`, the project's own doubles get views
    that also have an outlet's current and show which figures were not metered.
    """

    paths: list[str]
    import_path: str
    data: dict[str, Any]
    adapter: str = ""
    fresh: bool = False
    metering: bool = False


class Process(Protocol):
    """The part of Popen that a worker uses."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> Optional[IO[str]]: ...
    @property
    def stdout(self) -> Optional[IO[str]]: ...
    @property
    def stderr(self) -> Optional[IO[str]]: ...
    def poll(self) -> Optional[int]: ...
    def kill(self) -> None: ...
    def wait(self, timeout: Optional[float] = ...) -> int: ...


Start = Callable[[Path], Process]  # a process of `child.py` in that folder


def started(folder: Path, python: str = sys.executable) -> Process:
    """A new process of `child.py`.

    With -I, environment and current directory add no modules. Secrets go through the pipe.
    """
    return subprocess.Popen(
        [python, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        text=True,
        encoding="utf-8",
        errors="backslashreplace",
        start_new_session=True,
    )


class Worker:
    """Makes one call at a time."""

    def __init__(self, job: Job, folder: Path, start: Optional[Start] = None) -> None:
        self.job = job
        self._folder, self._begin = folder, start or started
        self._one_at_a_time, self._starting, self._closed = (
            threading.Lock(),
            threading.Lock(),
            False,
        )
        self._process: Optional[Process] = None
        self._answers: queue.Queue[Optional[str]] = queue.Queue()
        self._logged: queue.Queue[list[str]] = queue.Queue()
        self._readers: list[threading.Thread] = []
        self._number = 0  # of the last call

    @property
    def pid(self) -> Optional[int]:
        """The id of the running process, or None."""
        process = self._process
        return process.pid if process and process.poll() is None else None

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

        `data` replaces the job's data in this call only, so that one process can serve several PDUs
        of a handler.
        """
        with self._one_at_a_time:
            begin = time.monotonic()
            message = {
                "method": method,
                "identity": identity,
                "state": state,
                "data": data or self.job.data,
            }
            answer, lines = self._ask(message, timeout)
            return Call(
                method,
                identity,
                time.monotonic() - begin,
                answer.get("value") or {},
                answer.get("kind", ""),
                answer.get("text", ""),
                tuple(lines),
                time.time(),
            )

    def close(self) -> None:
        """End the process, from any thread. A call in progress ends, and every later call fails."""
        with self._starting:
            self._closed = True
            self._end()

    def _end(self) -> None:
        """Kill the process.

        Raises nothing and waits a limited time, because the call of another PDU may wait for
        this.
        """
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            _LOG.warning(
                "the worker process %d was killed, but has not ended after %g s",
                process.pid,
                _END_SECONDS,
            )
        for reader in self._readers:
            reader.join(_END_SECONDS)
        _close(process.stdin)
        # A process that the handler started may hold the other pipes open, so that their readers
        # run on. The None ends a waiting call even then. The pipes stay open in this case, because
        # closing one would wait for its reader.
        self._answers.put(None)
        if not any(reader.is_alive() for reader in self._readers):
            _close(process.stdout)
            _close(process.stderr)

    def _ask(self, call: Mapping[str, Any], timeout: float) -> tuple[dict[str, Any], list[str]]:
        no_log = "it logged nothing"
        lines: list[str] = []
        try:
            with self._starting:
                if self._closed:
                    return {"kind": "died", "text": "the worker was closed"}, []
                if self.pid is None:
                    self._end()
                    self._start()
            self._number += 1
            self._send({**call, "number": self._number})
            line = self._answers.get(timeout=timeout)
            if line is not None:
                lines = self._lines(_LOG_SECONDS)
            answer: Any = json.loads(line or "{}")
            is_answer = isinstance(answer, dict) and answer.get("number") == self._number
            if line is not None and not is_answer:
                # a handler may have written to the pipe, or forked
                raise ValueError("it wrote something else")
        except queue.Empty:
            with self._starting:
                self._end()
            return {
                "kind": "time-out",
                "text": f"no answer within {timeout:g} s; the worker was stopped",
            }, self._lines(0)
        # ValueError is also raised for half an answer and a closed pipe, RuntimeError if no thread
        # can be started.
        except (OSError, ValueError, RuntimeError) as error:
            line, no_log = None, str(error)
        if line is None:
            with self._starting:
                self._end()  # also waits for the reader of the log
            rest = self._lines(0)
            last = rest[-1] if rest else no_log
            return {"kind": "died", "text": f"no answer from the worker ({last})"}, lines + rest
        return answer, lines

    def _lines(self, timeout: float) -> list[str]:
        """The last log lines since the previous answer, at most _LOG_LINES; [] if they do not
        arrive within `timeout` seconds.
        """
        with contextlib.suppress(queue.Empty):
            # A handler may have closed its standard output and error, which ends the reader: then
            # no more lines come.
            waits = timeout and self._readers[-1].is_alive()
            return self._logged.get(timeout=timeout) if waits else self._logged.get_nowait()
        return []

    def _start(self) -> None:
        self._answers, self._logged = queue.Queue(), queue.Queue()
        process = self._process = self._begin(self._folder)
        self._readers = []
        for reader in (
            threading.Thread(target=_pass_on, args=(process.stdout, self._answers), daemon=True),
            threading.Thread(target=_keep, args=(process.stderr, self._logged), daemon=True),
        ):
            reader.start()
            # only now: `_end` joins these, and join() fails for an unstarted thread
            self._readers.append(reader)
        job = self.job
        self._send(
            {
                "paths": job.paths,
                "import": job.import_path,
                "adapter": job.adapter,
                "fresh": job.fresh,
                "metering": job.metering,
            }
        )

    def _send(self, message: Mapping[str, Any]) -> None:
        stream = self._process.stdin if self._process else None
        if stream is None:
            raise BrokenPipeError("its input is closed")
        stream.write(json.dumps(message) + "\n")
        stream.flush()


def _close(stream: Optional[IO[str]]) -> None:
    if stream is not None:
        # closing standard input sends its buffer, which may fail
        with contextlib.suppress(OSError):
            stream.close()


def _lines_of(stream: Any) -> Iterator[str]:
    """The lines of a pipe, until it ends or is closed.

    After Ctrl-C in `_start`, `_end` may close it while it is read.
    """
    with contextlib.suppress(ValueError):  # Python's error for a read from a closed file
        yield from stream


def _pass_on(stream: Any, answers: queue.Queue[Optional[str]]) -> None:
    for line in _lines_of(stream):
        answers.put(line)
    answers.put(None)


def _keep(stream: Any, logged: queue.Queue[list[str]]) -> None:
    lines: deque[str] = deque(maxlen=_LOG_LINES)
    for line in _lines_of(stream):
        text, mark, _ = line.rstrip("\n").partition(LOGGED)
        if text or not mark:
            lines.append(text[:_LONGEST_LINE])
        if mark:
            logged.put(list(lines))
            lines.clear()
    logged.put(list(lines))  # the lines after the last mark
