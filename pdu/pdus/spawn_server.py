"""A process that starts processes, for a program with threads, which must not fork: what it starts
is connected to the program, and not to it.
"""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, Union

from .worker import Work, serve


class SpawnServer:
    """Starts processes that do `work`. Must be made while this process has one thread.

    They end when their pipe is closed, and so with this process.
    """

    def __init__(self, work: Work) -> None:
        context: Any = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        # not a daemon, which could not start processes
        self._process = context.Process(target=_start_all, args=(work, theirs, self._pipe))
        self._process.start()
        theirs.close()

    def start(self, most: int) -> tuple[SpawnedProcess, Connection]:
        """A process that does up to `most` jobs at a time, and its pipe. Raises OSError."""
        with _gone_is_an_oserror():
            self._pipe.send(_Start(most))
            answer: Union[int, OSError] = self._pipe.recv()
            if isinstance(answer, OSError):
                raise answer
            return SpawnedProcess(self, answer), Connection(reduction.recv_handle(self._pipe))

    def end(self, pid: int) -> None:
        """End a process, and wait until it has ended."""
        # its pipe ends it too
        with contextlib.suppress(OSError), _gone_is_an_oserror():
            self._pipe.send(_ProcessEnd(pid))
            self._pipe.recv()

    def close(self) -> None:
        """End the process that starts others."""
        self._process.kill()
        self._process.join()


class SpawnedProcess(NamedTuple):
    """A process that was started, as `ProcessPool` sees it."""

    starter: SpawnServer
    pid: int

    def kill(self) -> None:
        """End it, and wait until it has ended."""
        self.starter.end(self.pid)

    def join(self) -> None:
        """`kill` waits."""


@contextlib.contextmanager
def _gone_is_an_oserror() -> Iterator[None]:
    try:
        yield
    except EOFError:
        raise ChildProcessError(errno.ECHILD, "the process that starts them has ended") from None


# ---- in the child process ------------------------------------------------------------------------


class _Start(NamedTuple):
    most: int


class _ProcessEnd(NamedTuple):
    pid: int


def _start_all(work: Work, pipe: Connection, other_pipe: Connection) -> None:
    """Starts processes until the other end of `pipe` is closed."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    other_pipe.close()
    process_by_pid: dict[int, Any] = {}
    with contextlib.suppress(EOFError, OSError):
        while True:
            request = pipe.recv()
            if isinstance(request, _ProcessEnd):
                process = process_by_pid.pop(request.pid)
                process.kill()
                process.join()
                pipe.send(None)
                continue
            try:
                process, ours = fork_worker(work, [pipe], request.most)
            except OSError as error:
                pipe.send(error)
                continue
            process_by_pid[process.pid] = process
            pipe.send(process.pid)
            reduction.send_handle(pipe, ours.fileno(), os.getppid())
            ours.close()
    os._exit(0)


def fork_worker(work: Work, other_pipes: Sequence[Connection], most: int) -> tuple[Any, Connection]:
    """Fork a process that does jobs. `other_pipes`: what it must close. Raises OSError."""
    context: Any = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=serve, daemon=True, args=(work, theirs, [*other_pipes, ours], most)
    )
    try:
        process.start()
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours
