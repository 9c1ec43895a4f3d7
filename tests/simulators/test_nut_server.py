"""The simulated NUT server ends its threads. NUT's own tools test its answers (tests/handlers/nut/test_simulator.py)."""
from __future__ import annotations

import socket

import pytest

from tests.waiting import PATIENCE_S, until

from . import late
from .nut_server import NutServer


def test_a_connection_that_is_just_accepted_is_closed_by_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    server = NutServer()
    late.delay(monkeypatch, server, "_serve", "drop_connections")
    with socket.create_connection((server.host, server.port), PATIENCE_S) as connection:
        assert until(lambda: server.books().connections == 1)
        server.stop()
        assert connection.recv(1) == b""
    assert not [thread for thread in server._threads if thread.is_alive()]
