"""An answer that has arrived is read, even if this process looks for it after the deadline."""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from handlers.http.connection import DeadlineReader
from handlers.nut import requests
from handlers.nut.connection import Connection
from handlers.shared.errors import Unreachable
from handlers.shared.request_counter import SENT
from handlers.shared.socket_wait import is_readable
from tests.servers.scripted import serving
from tests.waiting import PATIENCE_S


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The device's end and our end of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ours = socket.create_connection(listening.getsockname())
        device, _ = listening.accept()
    with device, ours:
        yield device, ours


def test_over_nut() -> None:
    event = threading.Event()
    now = [0.0]

    def talk(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"1.3\n")
        event.set()
        while connection.recv(100):
            pass  # the second request has no answer

    def sending() -> None:
        now[0] += 52.0  # this process looks 2 s after the deadline

    def clock() -> float:
        assert not now[0] or event.wait(PATIENCE_S)
        return now[0]

    token = SENT.set(sending)
    try:
        with serving(talk) as port:
            connection = Connection("127.0.0.1", port, timeout=50.0, clock=clock)
            request = requests.ver()
            assert connection.ask(request)[request] == "1.3"
            with pytest.raises(Unreachable, match="no complete answer"):
                connection.ask(request)
    finally:
        SENT.reset(token)


def test_over_http(pair: tuple[socket.socket, socket.socket]) -> None:
    device, ours = pair
    with ours.makefile("rb", buffering=0) as raw:
        reader = DeadlineReader(raw, ours, 1.0, time.monotonic())
        buffer = bytearray(10)
        device.sendall(b"{}")
        assert is_readable(ours, PATIENCE_S)
        assert reader.readinto(buffer) == 2
        assert buffer[:2] == b"{}"
        with pytest.raises(socket.timeout):
            reader.readinto(buffer)
        device.close()
        assert is_readable(ours, PATIENCE_S)
        assert not reader.has_ended
        assert reader.readinto(buffer) == 0
        assert reader.has_ended


class _BrokenTls(io.RawIOBase):
    """Ends as a TLS socket of OpenSSL 3.5 does whose peer closed while a request was on its way."""

    def readinto(self, buffer: object) -> int:
        error = ssl.SSLError(ssl.SSL_ERROR_SYSCALL, "unexpected eof while reading")
        error.reason = "UNEXPECTED_EOF_WHILE_READING"
        raise error


def test_an_end_of_tls_beside_a_broken_connection_is_an_end(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    end = time.monotonic() + PATIENCE_S
    assert DeadlineReader(_BrokenTls(), pair[1], 1.0, end).readinto(bytearray(1)) == 0
