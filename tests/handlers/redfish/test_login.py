"""Sessions that end while idle, are opened by several readings at once, or cannot be deleted at
once; service.txt has the others.
"""

from __future__ import annotations

import pytest

from handlers.redfish.service import LOGOUT_SECONDS
from handlers.shared.errors import Denied
from tests.handlers.clocks import Clock

from .guarded import SESSIONS, Guarded
from .tree import OUTLETS, Answer, Request, Tree, identities, refused, service, serving, unit


def deleted(tree: Tree) -> int:
    return sum(
        request.method == "DELETE" and request.path == f"{SESSIONS}/7" for request in tree.requests
    )


def test_a_session_that_ended_while_idle_is_opened_again_and_its_token_stays_hidden() -> None:
    tree = Guarded(basic=False, token="first-token")
    with serving(tree) as address, service(address, session="session") as redfish:
        redfish.get(OUTLETS)
        tree.token = "second-token"
        redfish.get(OUTLETS)
        for token in ("first-token", "second-token"):
            assert token not in redfish.login.quoted(f"state {token}")
    assert tree.opened == 2


def test_many_readings_at_once_log_in_once() -> None:
    tree = Guarded(basic=False)
    with serving(tree) as address:
        with service(address) as redfish:
            resources = redfish.all([OUTLETS] * 8)
    assert all(isinstance(resource, dict) and "Members" in resource for resource in resources)
    assert tree.opened == 1
    assert deleted(tree) == 1


@pytest.mark.parametrize("answer", [Answer(None, 0), Answer(None, 503), Answer(b"x", is_cut=True)])
def test_the_deletion_of_a_session_is_sent_again_within_its_time(answer: Answer) -> None:
    class Cutting(Guarded):
        """Answers the first two requests to delete the session in another way."""

        def answer(self, request: Request) -> Answer:
            if request.method == "DELETE" and deleted(self) < 3:
                return answer
            return super().answer(request)

    tree = Cutting()
    identities(tree, session="session")
    assert deleted(tree) == 3
    assert tree.opened == 1


def test_the_deletion_of_a_session_ends_after_its_time() -> None:
    tree = Guarded()
    tree.special[f"{SESSIONS}/7"] = Answer(None, 0)
    clock = Clock()
    with serving(tree) as address:
        with service(address, clock=clock, sleep=clock.sleep, session="session") as redfish:
            redfish.root()
    assert 3 <= deleted(tree) <= 8
    assert clock.now < LOGOUT_SECONDS


def test_a_login_that_ends_in_a_call_is_named_though_the_answer_breaks_off() -> None:
    for tree, session, words in (
        (Tree(unit()), "basic", "refused the login"),
        (Guarded(), "session", "refused the session's token"),
    ):
        tree.special[OUTLETS] = Answer(b"{", 401, is_cut=True)
        error = refused(tree, session=session)
        assert isinstance(error, Denied)
        assert words in error.reason


def test_the_token_of_a_session_is_usable_up_to_4000_characters() -> None:
    assert identities(Guarded(token="x" * 4000), session="session") == ["1", "2"]
    assert refused(Guarded(token="x" * 4001), session="session").kind == "protocol"
