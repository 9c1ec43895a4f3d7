"""The sockets of the drivers: one for each PDU, all served by one event loop.

The loop never waits for a PDU, so PING is answered at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
import time
from collections.abc import Sequence
from typing import Callable, Optional

from handlers.shared.errors import SettingsError, printable

from . import driver_protocol
from .driver_protocol import INVALID, LineParser
from .nut_variables import NutVariables, command_of
from .variable_tree import VariableTree

_MODE = 0o660  # upsd's group may read and write: the protocol has no other protection
_MOST_CLIENTS = 32  # for each PDU
_MOST_UNREAD = 1 << 22  # bytes for a client that does not read; a dump of 100 outlets has 20 kB
_LEAVING_S = 5.0  # for a driver that was killed to leave its socket
_LONGEST_SHOWN = 200  # of what a client sent, in characters

#: asks for a command on the outlet of this number; its result is told once, later
Ask = Callable[[int, str, Callable[[int], None]], None]
Answer = Callable[["Driver", "UpsdConnection", Sequence[str]], None]


class UpsdConnection(asyncio.Protocol):
    """One connection, usually of upsd."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._lines = LineParser()
        self._transport: Optional[asyncio.WriteTransport] = None
        #: whether it wants changes without having asked for them
        self.listens = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        if not self._driver.admit(self):
            transport.abort()

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self._driver.leave(self)

    def data_received(self, data: bytes) -> None:
        for words in self._lines.feed(data):
            if self._transport is None or self._transport.is_closing():
                return
            self._driver.answer(self, words)

    def send(self, text: str) -> None:
        """Send these lines. A client that does not read is disconnected."""
        if not text or self._transport is None or self._transport.is_closing():
            return
        self._transport.write(text.encode("ascii"))
        if self._transport.get_write_buffer_size() > _MOST_UNREAD:
            self._transport.abort()

    def close(self) -> None:
        """Close the connection after what was sent."""
        if self._transport is not None:
            self._transport.close()


class Driver:
    """What upsd takes for the driver of one PDU. All methods run in the event loop."""

    def __init__(
        self,
        tree: VariableTree,
        longest_s: float,
        ask: Ask,
        say: Callable[[str], object],
        pid: int,
    ) -> None:
        """`longest_s`: how old a reading may be, in seconds, until the data are stale. `ask`: asks
        for a command. `say`: tells an administrator why one is not asked for. `pid`: the driver's
        process.
        """
        self._tree, self._longest_s, self._ask, self._say = tree, longest_s, ask, say
        self._pid = pid
        self._clients: list[UpsdConnection] = []
        self._read_at = time.monotonic()
        self._open = 0

    @property
    def clients(self) -> int:
        """How many connections there are."""
        return len(self._clients)

    def close(self) -> None:
        """Close all connections after what was sent."""
        for client in list(self._clients):
            client.close()

    @property
    def open(self) -> int:
        """How many commands wait or run."""
        return self._open

    def show(self, view: NutVariables) -> None:
        """Tell all clients what has changed."""
        self._broadcast(self._tree.show(view))

    def mark(self, is_ok: bool) -> None:
        """Tell all clients whether the data may be used."""
        if is_ok:
            self._read_at = time.monotonic()
        self._broadcast(self._tree.mark(is_ok))

    def sweep(self) -> None:
        """Mark the data stale if the last reading is too old: the PDU's thread may hang."""
        if self._tree.is_ok and time.monotonic() - self._read_at > self._longest_s:
            self.mark(False)

    def admit(self, client: UpsdConnection) -> bool:
        """Serve a new connection, unless there are too many."""
        if len(self._clients) >= _MOST_CLIENTS:
            return False
        self._clients.append(client)
        return True

    def leave(self, client: UpsdConnection) -> None:
        """Forget a connection."""
        with contextlib.suppress(ValueError):
            self._clients.remove(client)

    def answer(self, client: UpsdConnection, words: Sequence[str]) -> None:
        """Carry out a request. Unknown ones are ignored, as by NUT's drivers."""
        answer = _ANSWERS.get(words[0].upper())
        if answer is not None:
            answer(self, client, words[1:])

    def _broadcast(self, text: str) -> None:
        for client in list(self._clients):
            if client.listens:
                client.send(text)

    # ---- requests --------------------------------------------------------------------------------

    def _ping(self, client: UpsdConnection, _: Sequence[str]) -> None:
        client.send(driver_protocol.PONG)

    def _getpid(self, client: UpsdConnection, _: Sequence[str]) -> None:
        client.send(driver_protocol.pid(self._pid))

    def _dump(self, client: UpsdConnection, _: Sequence[str]) -> None:
        client.send(self._tree.dump())

    def _dump_status(self, client: UpsdConnection, _: Sequence[str]) -> None:
        client.send(self._tree.dump_one("ups.status"))

    def _dump_value(self, client: UpsdConnection, words: Sequence[str]) -> None:
        if words:
            client.send(self._tree.dump_one(words[0]))

    def _broadcasts(self, client: UpsdConnection, words: Sequence[str]) -> None:
        client.listens = not words or words[0].isdigit() and int(words[0][:9]) > 0

    def _no_broadcasts(self, client: UpsdConnection, _: Sequence[str]) -> None:
        client.listens = False

    def _logout(self, client: UpsdConnection, _: Sequence[str]) -> None:
        client.send(driver_protocol.GOODBYE)
        client.close()

    def _set(self, client: UpsdConnection, words: Sequence[str]) -> None:
        # no variable can be written
        tracking = driver_protocol.tracking_of_set(words)
        if tracking:
            client.send(driver_protocol.tracking_result(tracking, INVALID))

    def _instcmd(self, client: UpsdConnection, words: Sequence[str]) -> None:
        instant = driver_protocol.instant(words)
        if instant is None:
            self._say(f"not sent: {_printable_words(words)}")
            return
        outlet_command = command_of(instant.command)
        # a delay, for example, cannot be kept to: nothing is sent
        if outlet_command is None or instant.parameter is not None:
            self._say(f"not sent, no such command: {_printable_words(words)}")
            if instant.tracking:
                client.send(driver_protocol.tracking_result(instant.tracking, INVALID))
            return

        def report_end(result: int) -> None:
            self._open -= 1
            if instant.tracking:
                client.send(driver_protocol.tracking_result(instant.tracking, result))

        self._open += 1
        self._ask(*outlet_command, report_end)


def _printable_words(words: Sequence[str]) -> str:
    return printable(" ".join(words), _LONGEST_SHOWN)


_ANSWERS: dict[str, Answer] = {
    "PING": Driver._ping,
    "DUMPALL": Driver._dump,
    "DUMPSTATUS": Driver._dump_status,
    "DUMPVALUE": Driver._dump_value,
    "INSTCMD": Driver._instcmd,
    "SET": Driver._set,
    "GETPID": Driver._getpid,
    "BROADCAST": Driver._broadcasts,
    "NOBROADCAST": Driver._no_broadcasts,
    "LOGOUT": Driver._logout,
}


# ---- sockets -------------------------------------------------------------------------------------


def check_folder(folder: str) -> None:
    """Raises SettingsError unless `folder` is one in which only some users may make sockets."""
    try:
        status = os.stat(folder)
    except OSError as error:
        raise SettingsError(
            f"--state-path {folder}: {error.strerror}; it is the STATEPATH of upsd"
        ) from None
    if not stat.S_ISDIR(status.st_mode):
        raise SettingsError(f"--state-path {folder} is not a folder")
    if status.st_mode & stat.S_IWOTH:
        raise SettingsError(
            f"--state-path {folder}: every user may write there, and could take a driver's place"
        )


async def listening(path: str) -> socket.socket:
    """A socket at `path` that the folder's group may use; one that a killed driver left is removed.

    Raises SettingsError, also if a driver already listens there.
    """
    await _clear(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o777 & ~_MODE)
    try:
        sock.bind(path)
        group = os.stat(os.path.dirname(path) or ".").st_gid
        if os.lstat(path).st_gid != group:
            # not allowed: upsd may be this user
            with contextlib.suppress(PermissionError):
                os.chown(path, -1, group, follow_symlinks=False)
    except OSError as error:
        sock.close()
        raise SettingsError(f"the socket {path} cannot be made ({error.strerror})") from None
    finally:
        os.umask(mask)
    sock.setblocking(False)
    return sock


async def _clear(path: str) -> None:
    end = time.monotonic() + _LEAVING_S
    while not _is_free(path):
        if time.monotonic() > end:
            raise SettingsError(f"the socket {path} is in use: another pdu nut-driver runs")
        await asyncio.sleep(0.1)


def _is_free(path: str) -> bool:
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise SettingsError(f"{path} exists and is not a socket: remove it")
    except FileNotFoundError:
        return True
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            with contextlib.suppress(OSError):
                os.unlink(path)
            return True
        except OSError as error:
            raise SettingsError(f"the socket {path} is in use ({error.strerror})") from None
    return False
