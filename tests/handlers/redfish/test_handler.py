"""What the calls of DCImanager keep of the service, and how long they may take."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from handlers.http import connection
from handlers.shared.switching import CALL_SECONDS
from tests.handlers.clocks import Clock

from .guarded import SESSIONS, Guarded
from .tree import OUTLETS, Tree, handler, outlet, serving, unit


def test_a_session_reads_an_outlet_once_and_a_command_reads_it_each_time() -> None:
    """A state that was kept would be told of an outlet that was switched meanwhile."""
    tree = Tree(unit([outlet("1", "On")]))
    path = f"{OUTLETS}/1"
    with serving(tree) as address:
        pdu = handler(address)
        for opened, requests in ((pdu.open_session(), 1), (pdu.open_command("1"), 2)):
            tree.requests.clear()
            with opened as session:
                session.service.get(path)
                tree.resources[path]["PowerState"] = "Off"
                session.service.get(path)
            assert tree.targets.count(path) == requests


def test_a_session_is_deleted_after_a_call_that_took_all_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(connection, "time", SimpleNamespace(monotonic=clock))
    tree = Guarded()
    with serving(tree) as address:
        with handler(address, session="session").open_session() as session:
            session.service.get(OUTLETS)
            clock.now = CALL_SECONDS + 1
    assert (tree.requests[-1].method, tree.requests[-1].path) == ("DELETE", f"{SESSIONS}/7")
