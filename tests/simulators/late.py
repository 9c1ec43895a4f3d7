"""Lets the threads of a server begin late, to test that the server closes connections that it has just accepted."""
from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.waiting import PATIENCE_S


def delay(monkeypatch: pytest.MonkeyPatch, server: object, serve: str, close_all: str) -> None:
    """Delays the method `serve`, which runs in the thread of a connection, until the method `close_all` has returned."""
    closed = threading.Event()
    serves, closes = getattr(server, serve), getattr(server, close_all)

    def late(*arguments: Any) -> None:
        closed.wait(PATIENCE_S)
        serves(*arguments)

    def first() -> None:
        closes()
        closed.set()
    monkeypatch.setattr(server, serve, late)
    monkeypatch.setattr(server, close_all, first)
