"""Runs the tests in several processes, which are forked once all tests are collected:
`pytest --workers 5`.

With pytest-xdist (`-n 5`), each process imports and collects all tests itself, which takes 6 s of
processor time in each, and takes its part of the memory again. Here, this is done once. A further
process costs next to nothing, so there can be enough of them to fill the time that tests wait.

Each process begins with an equal part of the list of tests; one that has none left takes the second
half of the longest rest. This has no other distribution, no --pdb and no coverage.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import multiprocessing.connection
import os
import random
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Optional

import pytest

#: the folder that all processes of this run share; None with one process or pytest-xdist
shared: Optional[Path] = None
# pytest makes its temporary folders in this one
_TEMPORARY = "PYTEST_DEBUG_TEMPROOT"
_BOUNDS = struct.Struct("ii")
_END_S = 30.0  # for a process that has no more tests, or whose run was interrupted
_NONE = -1


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--workers",
        type=int,
        default=0,
        metavar="N",
        help="run the tests in N processes, which are forked once all tests are collected",
    )


class Shares:
    """The tests that each process has yet to begin, as numbers, in memory that they share."""

    def __init__(self, tests: int, workers: int, lock: Path) -> None:
        self._memory = mmap.mmap(-1, workers * _BOUNDS.size)
        self._workers, self._lock = range(workers), lock
        lock.touch()
        for worker in self._workers:
            self._put(worker, tests * worker // workers, tests * (worker + 1) // workers)

    def take(self, worker: int, steal: bool = True) -> int:
        """The next test of this process, or if it has none left, one of another's; else _NONE."""
        with self._locked():
            begin, end = self._of(worker)
            if begin == end and steal:
                longest = max(self._workers, key=self._rest)
                first, end = self._of(longest)
                begin = first + (end - first) // 2
                self._put(longest, first, begin)
            if begin == end:
                return _NONE
            self._put(worker, begin + 1, end)
            return begin

    def clear(self) -> None:
        """No process begins another test."""
        with self._locked():
            for worker in self._workers:
                self._put(worker, 0, 0)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        # the system frees this lock when a process dies
        with self._lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _rest(self, worker: int) -> int:
        begin, end = self._of(worker)
        return end - begin

    def _of(self, worker: int) -> tuple[int, int]:
        begin, end = _BOUNDS.unpack_from(self._memory, worker * _BOUNDS.size)
        return begin, end

    def _put(self, worker: int, begin: int, end: int) -> None:
        _BOUNDS.pack_into(self._memory, worker * _BOUNDS.size, begin, end)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Optional[bool]:
    """In place of pytest's loop if there are several processes and the collection succeeded."""
    workers = min(session.config.getoption("workers"), len(session.items))
    if workers < 2 or session.config.getoption("collectonly") or _has_failed(session):
        return None
    global shared
    # short, because the path of a socket may have no more than 107 bytes
    shared = Path(tempfile.mkdtemp(prefix="w-", dir=os.environ.get(_TEMPORARY)))
    os.environ[_TEMPORARY] = str(shared)
    run = _Run(session, Shares(len(session.items), workers, shared / "shares"))
    try:
        for number in range(workers):
            run.begin(number)
        run.follow()
    finally:
        run.end()
    if _has_failed(session):
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(f"The tests' temporary files are in {shared}.")
    else:
        shutil.rmtree(shared, ignore_errors=True)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)
    return True


def _has_failed(session: pytest.Session) -> bool:
    return session.testsfailed > 0


# ---- the process that shows what the others do ---------------------------------------------------


class _Worker(NamedTuple):
    pid: int
    line: Connection
    #: numbers of the tests that it has begun, or has taken next
    holds: list[int]


class _Run:
    def __init__(self, session: pytest.Session, shares: Shares) -> None:
        self._session, self._shares = session, shares
        self._workers: list[_Worker] = []
        self._ended: set[int] = set()

    def begin(self, number: int) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        ours, theirs = multiprocessing.connection.Pipe(duplex=False)
        pid = os.fork()
        if not pid:
            for line in (ours, *(worker.line for worker in self._workers)):
                line.close()
            _work(self._session, self._shares, number, theirs)
        theirs.close()
        self._workers.append(_Worker(pid, ours, []))

    def follow(self) -> None:
        """Shows what the processes say, until each has ended."""
        running = {worker.line: worker for worker in self._workers}
        while running:
            said = multiprocessing.connection.wait(list(running), 1.0)
            for worker in [running[line] for line in said if isinstance(line, Connection)]:
                if not self._hear(worker):
                    del running[worker.line]
            # a process that a test left behind may hold the line of one that died
            for worker in [] if said else list(running.values()):
                if self._has_ended(worker) and not worker.line.poll():
                    self._lost(worker)
                    del running[worker.line]
            if self._session.shouldfail or self._session.shouldstop:
                self._shares.clear()

    def _hear(self, worker: _Worker) -> bool:
        """Takes one message; False if it is the last one."""
        hook, config = self._session.config.hook, self._session.config
        try:
            what, value = worker.line.recv()
        except (EOFError, OSError):
            self._lost(worker)
            return False
        if what == "holds":
            worker.holds[:] = value
        elif what == "warning":
            hook.pytest_warning_recorded.call_historic(kwargs=value)
        elif what == "report":
            report = hook.pytest_report_from_serializable(config=config, data=value)
            hook.pytest_runtest_logreport(report=report)
        return bool(what != "done")

    def _lost(self, worker: _Worker) -> None:
        """Shows the tests that a process has begun, or taken, and did not end: they failed."""
        for item in [self._session.items[number] for number in worker.holds]:
            words = "the process of this test, or of the one before it, ended without a word"
            item.ihook.pytest_runtest_logreport(
                report=pytest.TestReport(item.nodeid, item.location, {}, "failed", words, "call")
            )

    def _has_ended(self, worker: _Worker) -> bool:
        if worker.pid not in self._ended and os.waitpid(worker.pid, os.WNOHANG) != (0, 0):
            self._ended.add(worker.pid)
        return worker.pid in self._ended

    def end(self) -> None:
        """Waits for each process; kills those that do not end."""
        limit = time.monotonic() + _END_S
        for worker in self._workers:
            worker.line.close()  # ends it at its next word
            while not self._has_ended(worker):
                if time.monotonic() > limit:
                    os.kill(worker.pid, signal.SIGKILL)
                time.sleep(0.01)


# ---- a process with tests ------------------------------------------------------------------------


def _work(session: pytest.Session, shares: Shares, number: int, line: Connection) -> NoReturn:
    """Runs tests until none is left, and ends the process, which has nothing else to finish."""
    code = 1
    try:
        _run(session, shares, number, line)
        code = 0
    except KeyboardInterrupt:
        # ends the fixtures
        session.config.hook.pytest_sessionfinish(
            session=session, exitstatus=pytest.ExitCode.INTERRUPTED
        )
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def _run(session: pytest.Session, shares: Shares, number: int, line: Connection) -> None:
    config, plugins, items = session.config, session.config.pluginmanager, session.items
    random.seed()
    # The files with the captured output are the other process's: each needs its own.
    capture: Any = plugins.get_plugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    # takes what plugins print, such as the stacks of all threads at a time-out
    assert shared is not None
    log = (shared / f"worker-{number}.log").open("w", encoding="utf-8", buffering=1)
    plugins.unregister(name="terminalreporter")
    silent = pytest.TerminalReporter(config, log)
    plugins.register(silent, "terminalreporter")
    silent.pytest_sessionstart(session)
    plugins.register(_Sender(config, line))
    following = _NONE
    while (current := shares.take(number) if following == _NONE else following) != _NONE:
        # Taken now, because fixtures that it shares with the current one stay. Not from another
        # process: the current one may be long, and others have time.
        following = shares.take(number, steal=False)
        line.send(("holds", [one for one in (current, following) if one != _NONE]))
        items[current].ihook.pytest_runtest_protocol(
            item=items[current], nextitem=None if following == _NONE else items[following]
        )
        line.send(("holds", [one for one in (following,) if one != _NONE]))
    line.send(("done", None))


class _Sender:
    """Sends what the tests do to the process that shows it."""

    def __init__(self, config: pytest.Config, line: Connection) -> None:
        self._config, self._line = config, line
        # who asks for neither has no use for most of the reports
        self._all = bool(config.getoption("durations") or config.getoption("xmlpath"))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._all or report.when == "call" or not report.passed:
            hook = self._config.hook
            data = hook.pytest_report_to_serializable(config=self._config, report=report)
            self._line.send(("report", data))

    def pytest_warning_recorded(
        self,
        warning_message: warnings.WarningMessage,
        when: str,
        nodeid: str,
        location: Optional[tuple[str, int, str]],
    ) -> None:
        # Its own class and arguments may be anything, also what cannot be sent.
        name = type(warning_message.message).__name__
        plain = warnings.WarningMessage(
            UserWarning(f"{name}: {warning_message.message}"),
            UserWarning,
            warning_message.filename,
            warning_message.lineno,
        )
        value = {"warning_message": plain, "when": when, "nodeid": nodeid, "location": location}
        self._line.send(("warning", value))
