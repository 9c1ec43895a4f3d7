"""The simulated NUT server ends its threads. NUT's own tools test its answers (tests/handlers/nut/test_simulator.py)."""
from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from tests.waiting import PATIENCE_S, until

from .nut_server import NutServer


def test_a_connection_that_is_just_accepted_is_closed_by_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection's thread begins after `stop` has closed the open connections."""
    server, stopping = NutServer(), threading.Event()
    serve, drop_connections = server._serve, server.drop_connections

    def late(*arguments: Any) -> None:
        stopping.wait(PATIENCE_S)
        serve(*arguments)

    def drop() -> None:
        drop_connections()
        stopping.set()
    monkeypatch.setattr(server, "_serve", late)
    monkeypatch.setattr(server, "drop_connections", drop)
    with socket.create_connection((server.host, server.port), PATIENCE_S) as client:
        assert until(lambda: server.books().connections == 1)
        server.stop()
        client.settimeout(PATIENCE_S)
        assert client.recv(1) == b""
    assert not [thread for thread in server._threads if thread.is_alive()]
