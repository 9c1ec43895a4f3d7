"""Limits on the time, size and depth of answers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from handlers.http import connection
from handlers.http.message import Endpoint, Request as HttpRequest, Response
from handlers.redfish import outlets
from handlers.redfish.service import RedfishService
from handlers.redfish.settings import PduChoice
from handlers.shared.errors import PduHandlerError
from handlers.shared.switching import CALL_SECONDS

from .guarded import SESSIONS, Guarded
from .tree import (
    OUTLETS,
    Answer,
    Request,
    Tree,
    handler,
    outlet,
    refused,
    service,
    serving,
    two,
    unit,
)


class Clock:
    """A clock. After `advance_with`, each request to the tree moves it by `step` seconds."""

    def __init__(self, step: float) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        return self.now

    def advance_with(self, tree: Tree) -> None:
        """Let each answer of the tree take `step` seconds of this clock."""
        answer = tree.answer

        def slow(request: Request) -> Answer:
            self.now += self.step
            return answer(request)

        setattr(tree, "answer", slow)


def test_outlets_are_read_over_one_connection_if_no_thread_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def submit(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    names = ["1", "2", "3", "4", "5", "6", "7", "8"]
    tree = Tree(unit([outlet(name, "On") for name in names]))
    with serving(tree) as address:
        monkeypatch.setattr(ThreadPoolExecutor, "submit", submit)
        view = handler(address).status()
    assert [port.identity for port in view.ports] == names
    assert tree.connections == 1


def read(redfish: RedfishService) -> None:
    outlets.read_all_outlets(redfish, PduChoice())


@pytest.fixture
def slow() -> Iterator[tuple[Guarded, Clock]]:
    tree = Guarded()
    clock = Clock(5.0)
    tree.resources = unit([outlet(str(number)) for number in range(1, 40)])
    clock.advance_with(tree)
    yield tree, clock


def test_one_deadline_holds_for_the_whole_call_and_the_session_is_deleted_after_it(
    slow: tuple[Guarded, Clock],
) -> None:
    tree, clock = slow
    with serving(tree) as address:
        with pytest.raises(PduHandlerError) as error_info:
            with service(address, clock=clock, session="session") as redfish:
                read(redfish)
    assert error_info.value.kind == "unreachable"
    assert f"{CALL_SECONDS:.0f} s" in str(error_info.value)
    # Six requests come before those for outlets. Up to four requests are under way at the deadline.
    # DELETE comes last.
    assert 7 < len(tree.requests) <= CALL_SECONDS / clock.step + 4
    last = tree.requests[-1]
    assert last.method == "DELETE"
    assert last.path == f"{SESSIONS}/7"


def test_a_command_after_the_deadline_of_the_call_is_known_not_to_be_sent() -> None:
    tree = Tree(unit())
    clock = Clock(0.0)
    with serving(tree) as address:
        with service(address, clock=clock) as redfish:
            read(redfish)
            clock.now += CALL_SECONDS
            with pytest.raises(PduHandlerError) as error_info:
                redfish.post(f"{OUTLETS}/1", {"PowerState": "Off"})
    assert not error_info.value.may_have_executed
    assert "POST" not in [request.method for request in tree.requests]


def test_the_end_of_the_time_before_a_request_is_blamed_on_no_pdu() -> None:
    tree = Tree(two())
    clock = Clock(15.0)
    clock.advance_with(tree)
    with serving(tree) as address:
        with service(address, clock=clock) as redfish:
            with pytest.raises(PduHandlerError, match="took longer than") as error_info:
                read(redfish)
    assert len(tree.requests) == 3
    assert "of this service" not in str(error_info.value)


@pytest.mark.parametrize(
    "answer",
    [Answer(None, 308, {"Location": "/redfish/v1/moved"}), Answer(None, 408)],
    ids=["redirect", "408"],
)
def test_a_request_is_not_repeated_after_the_deadline_of_the_call(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = Tree(unit())
    clock = Clock(2 * CALL_SECONDS)
    monkeypatch.setattr(connection, "time", SimpleNamespace(monotonic=clock))
    tree.special["/redfish/v1"] = answer
    exchange = connection.StandardTransport.exchange

    def slow(
        transport: connection.StandardTransport, where: Endpoint, request: HttpRequest
    ) -> Response:
        reply = exchange(transport, where, request)
        # only now, so that the answer itself arrives in time
        clock.now += clock.step
        return reply

    monkeypatch.setattr(connection.StandardTransport, "exchange", slow)
    with serving(tree) as address, pytest.raises(PduHandlerError, match="too slowly"):
        handler(address, timeout="60").status()
    assert len(tree.requests) == 1


def test_a_link_of_3000_characters_is_refused() -> None:
    link = {"@odata.id": "/" + "A" * 3000}
    assert refused(Tree(unit(Outlets=link))).kind == "protocol"


def test_the_length_of_all_answers_together_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RedfishService, "most_bytes", 5 << 20)
    tree = Tree(unit([outlet(str(number)) for number in range(1, 40)]))
    for number in range(1, 40):
        tree.special[f"{OUTLETS}/{number}"] = Answer(b'{"Id":"1","x":"' + b"y" * (1 << 20) + b'"}')
    error = refused(tree)
    assert "answers are longer than" in str(error)
    assert error.kind == "protocol"
    assert len(tree.requests) < 20
