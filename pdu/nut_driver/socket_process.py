"""The process that serves upsd: one event loop for the sockets of all PDUs.

It is a process of its own because hundreds of threads that read and switch PDUs at the same moment
leave no other thread a turn in time: PONG would come later with the square of their number, and
upsd takes a driver that is silent for dead. It is forked before the logins are read, and holds
none.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import os
import resource
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple, NoReturn, Optional

from handlers.shared.errors import SettingsError, printable

from . import names
from .ipc_messages import (
    PATIENCE_S,
    Close,
    CommandExpired,
    CommandRequested,
    InstcmdResult,
    MessageParser,
    Open,
    Opened,
    Quit,
    ReadOutcome,
    VariablesUpdated,
    packed,
)
from .server import Driver, UpsdConnection, listening
from .variable_tree import VariableTree

_SWEEP_S = 1.0
_FLUSH_S = 2.0  # for clients to take the last lines
_FILES = 50  # open files besides those of PDUs
_FILES_OF_A_PDU = 8


def raise_open_file_limit(pdus: int) -> None:
    """Raise the limit of open files, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    file_count = _FILES + _FILES_OF_A_PDU * pdus
    if hard != resource.RLIM_INFINITY:
        file_count = min(file_count, hard)
    if soft != resource.RLIM_INFINITY and soft < file_count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (file_count, hard))


def notify_admin(name: str, text: str) -> None:
    """Tell an administrator something about a PDU."""
    # standard error may be a pipe without a reader, or on a full disk
    with contextlib.suppress(OSError, ValueError):
        print(f"{printable(name, 100)}: {text}", file=sys.stderr, flush=True)


class SocketProcess:
    """The other process, seen from the one that reads and switches. Thread-safe but for
    `messages`.
    """

    def __init__(self, state_path: str, longest_s: float) -> None:
        """Start it. `longest_s`: how old a reading may be, in seconds, until data are stale."""
        self._socket, theirs = socket.socketpair()
        self._parser = MessageParser()
        self._lock = threading.Lock()
        sys.stdout.flush()
        sys.stderr.flush()
        driver = os.getpid()
        self._child = os.fork()
        if not self._child:
            self._socket.close()
            _run(theirs, state_path, longest_s, driver)
        theirs.close()

    def fileno(self) -> int:
        """Readable when there are `messages`."""
        return self._socket.fileno()

    def messages(self) -> Iterator[Any]:
        """What it has told since the last call. Raises EOFError if it has ended."""
        data = self._socket.recv(1 << 18)
        if not data:
            raise EOFError
        return self._parser.feed(data)

    def send(self, message: object) -> None:
        """Tell it something. If it has ended, `messages` says so."""
        data = packed(message)
        with self._lock, contextlib.suppress(OSError):
            self._socket.sendall(data)

    def close(self) -> None:
        """End it, and wait until it has ended. Its sockets are gone only after `Quit`."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._child, 0)
        self._socket.close()

    def __enter__(self) -> SocketProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# ---- in the other process ------------------------------------------------------------------------


def _run(messages: socket.socket, state_path: str, longest_s: float, driver: int) -> NoReturn:
    code = 1
    try:
        # the process that started this one ends it
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        asyncio.run(_serve(messages, state_path, longest_s, driver))
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


async def _serve(messages: socket.socket, state_path: str, longest_s: float, driver: int) -> None:
    loop = asyncio.get_running_loop()
    sockets = _Sockets(state_path, longest_s, driver)
    await loop.create_connection(lambda: sockets, sock=messages)
    sweeping = loop.create_task(sockets.sweep())
    await sockets.ended.wait()
    sweeping.cancel()


class _Served(NamedTuple):
    """The socket of one PDU."""

    driver: Driver
    path: str
    server: asyncio.AbstractServer


class _Waiting(NamedTuple):
    """A command without a result."""

    ended: Callable[[int], None]
    patience: asyncio.TimerHandle


class _Sockets(asyncio.Protocol):
    """The sockets of all PDUs, and the connection to the process that knows the PDUs."""

    def __init__(self, state_path: str, longest_s: float, driver: int) -> None:
        self._state_path, self._longest_s, self._pid = state_path, longest_s, driver
        self._parser = MessageParser()
        self._transport: Optional[asyncio.WriteTransport] = None
        self._served: dict[str, _Served] = {}
        self._tickets = itertools.count()
        self._waiting: dict[int, _Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self.ended.set()

    def data_received(self, data: bytes) -> None:
        for message in self._parser.feed(data):
            self._take(message)

    def _take(self, message: object) -> None:
        if isinstance(message, VariablesUpdated):
            if message.ups in self._served:
                self._served[message.ups].driver.show(message.view)
        elif isinstance(message, ReadOutcome):
            if message.ups in self._served:
                self._served[message.ups].driver.mark(message.is_ok)
        elif isinstance(message, InstcmdResult):
            self._finish(message.ticket, message.result)
        elif isinstance(message, Open):
            self._begin(self._open(message))
        elif isinstance(message, Close):
            pdu = self._served.pop(message.ups, None)
            if pdu is not None:
                self._begin(self._close(pdu))
        elif isinstance(message, Quit):
            self._begin(self._quit())

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # a loop keeps no reference to its tasks
        task.add_done_callback(self._tasks.discard)

    def _send(self, message: object) -> None:
        if self._transport is not None:
            self._transport.write(packed(message))

    async def sweep(self) -> None:
        """Look for readings that are too old, for ever."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            for pdu in self._served.values():
                pdu.driver.sweep()

    # ---- PDUs ------------------------------------------------------------------------------------

    async def _open(self, request: Open) -> None:
        error = ""
        try:
            raise_open_file_limit(len(self._served) + 1)
            path = names.socket_path(self._state_path, request.ups)
            sock = await listening(path)
            driver = Driver(
                VariableTree(request.view),
                self._longest_s,
                functools.partial(self._ask, request.ups),
                functools.partial(notify_admin, request.name),
                self._pid,
            )
            server = await asyncio.get_running_loop().create_unix_server(
                functools.partial(UpsdConnection, driver), sock=sock
            )
            self._served[request.ups] = _Served(driver, path, server)
        except SettingsError as problem:
            error = problem.reason
        except OSError as problem:
            error = f"no socket for {request.ups} ({problem.strerror})"
        self._send(Opened(request.ups, error))

    async def _close(self, pdu: _Served) -> None:
        _forget(pdu)
        while pdu.driver.open:
            await asyncio.sleep(0.05)
        pdu.driver.close()

    async def _quit(self) -> None:
        pdus = list(self._served.values())
        for served_pdu in pdus:
            _forget(served_pdu)
            served_pdu.driver.close()
        end = time.monotonic() + _FLUSH_S
        while any(served_pdu.driver.clients for served_pdu in pdus) and time.monotonic() < end:
            await asyncio.sleep(0.02)
        self.ended.set()

    # ---- commands --------------------------------------------------------------------------------

    def _ask(self, ups: str, number: int, action: str, report: Callable[[int], None]) -> None:
        ticket = next(self._tickets)
        patience = asyncio.get_running_loop().call_later(PATIENCE_S, self._give_up, ticket)
        self._waiting[ticket] = _Waiting(report, patience)
        self._send(CommandRequested(ticket, ups, number, action, time.monotonic() + PATIENCE_S))

    def _give_up(self, ticket: int) -> None:
        if ticket in self._waiting:
            self._send(CommandExpired(ticket))

    def _finish(self, ticket: int, result: int) -> None:
        waiting = self._waiting.pop(ticket, None)
        if waiting is not None:
            waiting.patience.cancel()
            waiting.ended(result)


def _forget(pdu: _Served) -> None:
    """Accept no further clients of a PDU."""
    pdu.server.close()
    with contextlib.suppress(OSError):
        os.unlink(pdu.path)
