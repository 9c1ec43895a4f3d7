"""Shared by the client's tests: clients with a user, recorded requests, and the round trips of a
call.
"""

from __future__ import annotations

from typing import Callable

from handlers.nut.client import NutClient
from tests.simulators.nut_server import NutServer, User
from tests.waiting import PATIENCE_S

MON = User("mon", "monpw", upsmon="primary")
VIEWER = User("viewer", "viewpw")


def named(server: NutServer, user: User) -> NutClient:
    return NutClient(
        server.host, server.port, username=user.name, password=user.password, timeout=PATIENCE_S
    )


def listen(server: NutServer) -> list[str]:
    """Return a list that collects the requests that the server answers from now on.

    Replaces `faults.rewrite`.
    """
    received_lines: list[str] = []

    def note(line: str, answer: bytes) -> bytes:
        received_lines.append(line)
        return answer

    server.faults.rewrite = note
    return received_lines


def trips(server: NutServer, call: Callable[[], object]) -> int:
    """Run a call and return the number of its round trips."""
    before = server.books().requests
    call()
    return server.books().requests - before
