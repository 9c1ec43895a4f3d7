"""Addresses at which nothing answers, and sockets that do not really wait for them."""
from __future__ import annotations

import math
import socket
from typing import Any, List

import pytest

DEAD = ("192.0.2.1", "192.0.2.2", "192.0.2.3")          # for documentation (RFC 5737)


def waits(monkeypatch: pytest.MonkeyPatch) -> List[float]:
    """Return a list that fills with the waits, in seconds, for addresses in DEAD. Each wait ends at once, as if it timed out."""
    waited: List[float] = []

    class Socket(socket.socket):
        def connect(self, address: Any) -> None:
            if address[0] in DEAD:
                limit = self.gettimeout()
                waited.append(math.inf if limit is None else limit)
                raise socket.timeout("timed out")
            super().connect(address)

    monkeypatch.setattr(socket, "socket", Socket)
    return waited
