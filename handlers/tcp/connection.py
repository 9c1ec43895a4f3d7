"""One TCP connection that sends a line and reads the lines of its answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from typing import Callable, Optional

from ..shared.address import with_port
from ..shared.errors import PduHandlerError, ProtocolError, SettingsError, Unreachable
from ..shared.request_counter import SENT
from ..shared.socket_wait import LATE_S, is_readable

_RECEIVE = 65536
_LONGEST_ANSWER = 1 << 20  # limit for an answer, in bytes


class LineConnection:
    """Connects at the first request. A failed exchange closes the connection, so that the rest of
    an answer is never read as the next one.

    `timeout` bounds each exchange and `total` all of them, in seconds.
    """

    def __init__(
        self,
        host: str,
        port: int,
        usual_port: int,
        timeout: float,
        total: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host, self.port = host, port
        #: for errors: the host, with a port that is not the usual one
        self.address = with_port(host, port, usual_port)
        self._timeout, self._clock = timeout, clock
        self._until = clock() + total
        self._socket: Optional[socket.socket] = None

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def renew(self, total: float) -> None:
        """Allow `total` seconds from now on for all exchanges."""
        self._until = self._clock() + total

    def close(self) -> None:
        """Close the connection; the next exchange opens one."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def exchange(self, line: str, is_last: Callable[[str], bool]) -> list[str]:
        """Send the line, and return the lines of its answer up to the first that `is_last`.

        An empty line is not sent: the answer is then what the device sends by itself, its greeting.
        Raises SettingsError for a line with control characters, Unreachable and ProtocolError.
        """
        if not line.isprintable():
            raise SettingsError("a control character cannot be sent to the device")
        now = self._clock()
        if now >= self._until:
            raise Unreachable(
                "the device answers too slowly: the time for this call is over; try again",
                self.address,
            )
        end = min(now + self._timeout, self._until)
        reason: PduHandlerError
        try:
            connection = self._socket or self._connect(end)
            if line:
                self._raise_if_unasked(connection)
                connection.settimeout(max(end - self._clock(), 0.001))
                SENT.get()()
                connection.sendall(f"{line}\r\n".encode())
            return self._read_answer(connection, end, is_last)
        except (socket.timeout, TimeoutError):
            reason = Unreachable(f"no whole answer within {end - now:.1f} s", self.address)
        except OSError as error:
            reason = Unreachable(
                f"port {self.port} cannot be reached or closed the connection"
                f" ({error.strerror or error}): check address, port and network",
                self.address,
            )
        except ProtocolError as error:
            reason = error.at(self.address)
        except BaseException:
            self.close()
            raise
        self.close()
        raise reason

    def _connect(self, end: float) -> socket.socket:
        self._socket = socket.create_connection(
            (self.host, self.port), max(end - self._clock(), 0.001)
        )
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _raise_if_unasked(self, connection: socket.socket) -> None:
        """Raises ProtocolError if bytes arrived before the request: they would be read as its
        answer.
        """
        if is_readable(connection):
            connection.settimeout(0)
            unasked = connection.recv(_RECEIVE)
            if not unasked:
                raise ConnectionResetError("the device closed the connection")
            raise ProtocolError("the device sent data that was not asked for", unasked)

    def _read_answer(
        self, connection: socket.socket, end: float, is_last: Callable[[str], bool]
    ) -> list[str]:
        data = b""
        lines: list[str] = []
        while True:
            data += self._receive(connection, end)
            if len(data) > _LONGEST_ANSWER:
                raise ProtocolError(f"the answer has more than {_LONGEST_ANSWER} bytes", data)
            *texts, _ = data.split(b"\n")
            for text in texts[len(lines) :]:
                lines.append(_decoded(text))
                if is_last(lines[-1]):
                    _raise_if_more(texts[len(lines) :], data)
                    return lines

    def _receive(self, connection: socket.socket, end: float) -> bytes:
        """What arrives by `end`. If this process was too busy to look in time, what has arrived."""
        left = end - self._clock()
        if (left <= 0 and not is_readable(connection)) or left <= -LATE_S:
            raise socket.timeout
        connection.settimeout(max(left, 0.001))  # 0 would make the socket non-blocking
        data = connection.recv(_RECEIVE)
        if not data:
            raise ConnectionResetError("the device closed the connection")
        return data


def _decoded(text: bytes) -> str:
    """A line without its end; bytes that are no UTF-8 are Latin-1."""
    text = text.rstrip(b"\r")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _raise_if_more(lines: Sequence[bytes], data: bytes) -> None:
    if any(lines):
        raise ProtocolError("the device sent lines after the end of its answer", data)
