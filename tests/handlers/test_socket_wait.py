"""An answer that has arrived is read, even if this process looks for it after the deadline."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from handlers.http.connection import DeadlineReader
from handlers.nut.connection import Connection
from handlers.shared.socket_wait import is_readable
from tests.waiting import PATIENCE_S


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The device's end and our end of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ours = socket.create_connection(listening.getsockname())
        device, _ = listening.accept()
    with device, ours:
        yield device, ours


def test_over_nut(pair: tuple[socket.socket, socket.socket]) -> None:
    device, ours = pair
    connection = Connection("192.0.2.1", clock=lambda: 52.0)
    device.sendall(b"OK\n")
    assert is_readable(ours, PATIENCE_S)
    assert connection._receive(ours, end=50.0) == b"OK\n"
    with pytest.raises(socket.timeout):
        connection._receive(ours, end=50.0)


def test_over_http(pair: tuple[socket.socket, socket.socket]) -> None:
    device, ours = pair
    answer = SimpleNamespace(status=200, headers={}, length=0)
    with ours.makefile("rb", buffering=0) as raw:
        reader, buffer = DeadlineReader(answer, raw, ours, 1.0, time.monotonic()), bytearray(10)
        device.sendall(b"{}")
        assert is_readable(ours, PATIENCE_S)
        assert reader.readinto(buffer) == 2 and buffer[:2] == b"{}"
        with pytest.raises(socket.timeout):
            reader.readinto(buffer)
        device.close()
        assert is_readable(ours, PATIENCE_S) and reader.readinto(buffer) == 0
