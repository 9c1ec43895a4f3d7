"""Addresses at which nothing answers, and sockets whose connections to them time out at once."""

from __future__ import annotations

import math
import socket
from typing import Any

import pytest

DEAD = ("192.0.2.1", "192.0.2.2", "192.0.2.3")  # for documentation (RFC 5737)


def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let connections to DEAD time out at once.

    Returns a list to which each adds its time limit in seconds (inf: none).
    """
    waited: list[float] = []

    class Socket(socket.socket):
        def connect(self, address: Any) -> None:
            if address[0] in DEAD:
                limit = self.gettimeout()
                waited.append(math.inf if limit is None else limit)
                raise socket.timeout("timed out")
            super().connect(address)

    monkeypatch.setattr(socket, "socket", Socket)
    return waited
