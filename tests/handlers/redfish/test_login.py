"""Login by Basic authentication and by sessions: when each is used, and when a
session is deleted.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from typing import Optional

import pytest

from handlers.redfish.service import LOGOUT_SECONDS
from tests.chains import kept
from tests.handlers.clocks import Clock

from .guarded import SESSIONS, Guarded
from .tree import (
    EXPAND,
    OUTLETS,
    PASSWORD,
    USER,
    Answer,
    Request,
    Tree,
    handler,
    identities,
    refused,
    service,
    serving,
    unit,
)

ROOT = "/redfish/v1"


def deleted(tree: Tree) -> int:
    return sum(
        request.method == "DELETE" and request.path == f"{SESSIONS}/7" for request in tree.requests
    )


@pytest.mark.parametrize("mode, basic", [("session", True), ("session", False), ("auto", False)])
def test_a_session_is_opened_once_and_deleted(mode: str, basic: bool) -> None:
    tree = Guarded(basic=basic)
    outlets = identities(tree, session=mode)
    assert len(outlets) == 2
    assert tree.opened == 1
    assert deleted(tree) == 1
    assert tree.requests[-1].headers["x-auth-token"] == "token-7"
    if mode == "session":
        for request in tree.requests:
            assert "authorization" not in request.headers


def test_a_missing_right_leaves_no_session_on_the_service() -> None:
    """Services answer 401 for it, too: a further session would not give the right, and units have
    few.
    """
    tree = Guarded(basic=False)
    tree.special[OUTLETS] = Answer(None, 401)
    for _ in range(10):
        assert refused(tree, session="session").kind == "denied"
    assert tree.opened == 10
    assert deleted(tree) == 10


def test_a_session_that_ended_while_idle_is_opened_again_and_its_token_stays_hidden() -> None:
    tree = Guarded(basic=False, token="first-token")
    with serving(tree) as address, service(address, session="session") as redfish:
        redfish.get(OUTLETS)
        tree.token = "second-token"
        redfish.get(OUTLETS)
        for token in ("first-token", "second-token"):
            assert token not in redfish.login.quoted(f"state {token}")
    assert tree.opened == 2


@pytest.mark.parametrize(
    "origin", ["", "https://pdu.example", "http://192.0.2.9:8080", "//pdu.example", "http://[::1]"]
)
def test_a_session_is_deleted_here_whatever_host_its_location_names(origin: str) -> None:
    tree = Guarded(location=f"{origin}{SESSIONS}/7")
    tree.body = False
    identities(tree, session="session")
    assert tree.opened == 1
    assert deleted(tree) == 1


def test_many_readings_at_once_log_in_once() -> None:
    tree = Guarded(basic=False)
    with serving(tree) as address:
        with service(address) as redfish:
            resources = redfish.all([OUTLETS] * 8)
    assert all(isinstance(resource, dict) and "Members" in resource for resource in resources)
    assert tree.opened == 1
    assert deleted(tree) == 1


@pytest.mark.parametrize(
    "mode, challenge",
    [
        ("basic", ""),
        ("auto", 'Basic realm="pdu"'),
        ("auto", "basic"),
        ("auto", 'Basic realm="pdu"\r\nWWW-Authenticate: Digest realm="pdu"'),
    ],
)
def test_a_refused_password_is_not_tried_in_another_way(mode: str, challenge: str) -> None:
    tree = Guarded(basic=False, challenge=challenge)
    error = refused(tree, session=mode)
    assert error.kind == "denied"
    assert tree.opened == 0
    assert len(tree.requests) == 1
    assert PASSWORD not in str(error)


@pytest.mark.parametrize("call", ["status", "statistic", "port_down", "labels"])
def test_a_session_is_deleted_even_after_an_error(call: str) -> None:
    tree = Guarded()
    tree.special[OUTLETS] = Answer(b"no JSON")
    assert refused(tree, call, session="session").kind == "protocol"
    assert tree.opened == 1
    assert deleted(tree) == 1


def test_a_failure_to_open_a_session_is_reported_and_no_other_login_is_tried() -> None:
    tree = Guarded(basic=False)
    tree.resources.update(unit(expand=EXPAND))
    tree.special[ROOT] = Answer(tree.resources[ROOT])
    tree.opening = Answer({"error": {"message": "too many sessions"}}, 400)
    error = refused(tree)
    assert error.kind == "refused"
    assert "too many sessions" in str(error)
    assert [request.method for request in tree.requests] == ["GET", "GET", "POST"]


@pytest.mark.parametrize("mode", ["auto", "session"])
def test_without_sessions_the_error_names_the_password_and_the_other_login(mode: str) -> None:
    tree = Guarded()
    del tree.resources[ROOT]["Links"]
    error = refused(tree, session=mode, password="another")
    assert error.kind == "unsupported"
    assert error.keys == ("session",)
    assert "opened: check user name and password, and try the handler setting session=basic" in str(
        error
    )


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 302, 400, 503])
def test_only_a_session_that_was_created_is_used(status: int) -> None:
    """DSP0266, "Redfish session login": 201; units answer 200 and 204, too. A token in any other
    answer is none.
    """
    tree = Guarded(basic=False)
    tree.opening = Answer(None, status, {"X-Auth-Token": tree.token})
    if status in (200, 201, 204):
        assert len(identities(tree, session="session")) == 2
        return
    refused(tree, session="session")
    for request in tree.requests:
        assert "x-auth-token" not in request.headers


@pytest.mark.parametrize("token", ["", "ä", "x" * 5000])
def test_a_session_without_a_usable_token_is_an_error(token: str) -> None:
    assert refused(Guarded(token=token), session="session").kind == "protocol"


def test_an_error_of_the_request_that_opens_a_session_does_not_show_the_login() -> None:
    class Echoing(Guarded):
        def answer(self, request: Request) -> Answer:
            if request.method == "POST":
                return Answer(None, 302, {"Location": f"http://{PASSWORD}.example/"})
            if request.path.rstrip("/") == ROOT:
                return Answer(
                    {
                        **self.resources[ROOT],
                        "Links": {"Sessions": {"@odata.id": f"{ROOT}/{PASSWORD}"}},
                    }
                )
            return super().answer(request)

    error = refused(Echoing(), session="session")
    assert "another host" in error.reason
    assert PASSWORD not in f"{error} {vars(error)}"


@pytest.mark.parametrize("call", ["status", "statistic", "port_down", "labels"])
def test_a_sessions_token_that_the_service_sends_back_is_in_no_error_and_no_log(
    call: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tree = Guarded(token="1f" * 16)
    tree.special[OUTLETS] = lambda request: Answer(
        {"error": {"message": f"no {dict(request.headers)}"}}, 400
    )
    error = refused(tree, call, session="session")
    assert tree.opened == 1
    assert tree.token not in kept(error) + caplog.text


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


def test_the_deletion_of_a_session_ends_after_a_refusal() -> None:
    tree = Guarded()
    tree.special[f"{SESSIONS}/7"] = Answer(None, 403)
    with serving(tree) as address:
        handler(address, session="session").status()
    assert deleted(tree) == 1


@pytest.mark.parametrize("password", ["Outlets", "redfish", "v1", "RackPDUs"])
def test_an_error_does_not_tell_that_the_password_is_a_word_of_its_path(password: str) -> None:
    tree = Tree(unit())
    tree.special[OUTLETS] = Answer(None, 404)
    assert refused(tree, password=password).operation == f"GET {OUTLETS}"
