"""What the tests of the client share: users of the simulated server, clients, and what a call cost."""
from __future__ import annotations

from typing import Callable, List

from handlers.nut.client import NutClient
from tests.simulators.nut_server import NutServer, User
from tests.waiting import PATIENCE_S

MON = User("mon", "monpw", upsmon="primary")
VIEWER = User("viewer", "viewpw")


def named(server: NutServer, user: User) -> NutClient:
    return NutClient(server.host, server.port, username=user.name, password=user.password, timeout=PATIENCE_S)


def listen(server: NutServer) -> List[str]:
    """Every request that the server gets from now on."""
    heard: List[str] = []

    def note(line: str, answer: bytes) -> bytes:
        heard.append(line)
        return answer
    server.faults.rewrite = note
    return heard


def trips(server: NutServer, call: Callable[[], object]) -> int:
    """The round trips of a call."""
    before = server.books().requests
    call()
    return server.books().requests - before
