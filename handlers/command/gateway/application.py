"""The gateway's application: the routes of all dialects behind the guard."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Callable, NamedTuple

from ..web.messages import WebAnswer
from .answers import as_text
from .asked import GatewayRequest
from .board import Board
from .clients import Clients
from .dialects import Dialects
from .facade import Facade
from .guard import Guard
from .ledger import Ledger
from .limits import GatewayLimits
from .routes import Route, Router
from .sessions import Sessions
from .v1 import V1


class Choices(NamedTuple):
    """What the owner chose."""

    #: the names by which clients may call the gateway, in lower case
    hosts: Collection[str]
    #: the usual pause between off and on, in seconds
    pause_s: float
    #: whether pdudaemon's paths switch
    switch_by_get: bool
    limits: GatewayLimits


def application(
    board: Board,
    ledger: Ledger,
    clients: Clients,
    choices: Choices,
    report: Callable[[str], None],
) -> Guard:
    """All routes behind the guard. `report` prints a line."""
    sessions = Sessions()
    # a new one for each start: sessions and readings do not outlive it either
    facade = Facade(board, clients, sessions, choices.pause_s, str(uuid.uuid4()))
    routes = [
        Route("/healthz", _healthy),
        *V1(board, ledger, choices.pause_s).routes(),
        *Dialects(board, choices.pause_s, choices.switch_by_get).routes(),
        *facade.routes(),
    ]
    return Guard(
        Router(routes),
        clients,
        sessions,
        choices.hosts,
        choices.limits,
        report,
    )


async def _healthy(_: GatewayRequest) -> WebAnswer:
    return as_text("ok\n")
