"""Sessions through the binding: opened, used, closed, and answers that open none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.raritan.rpc import Agent, HttpException, pdumodel, session
from handlers.shared.errors import ProtocolError, Refused
from tests.simulators.xerus import Model, XerusPdu

from .conftest import MakeAgent, connected
from .peer import Peer, result, results


@pytest.fixture
def unit() -> Iterator[XerusPdu]:
    with XerusPdu(Model(outlets=1)) as pdu:
        yield pdu


def test_a_sessions_token_takes_the_place_of_the_password(to: Agent) -> None:
    manager = session.SessionManager("/session", to)
    code, opened, token = manager.newSession()
    assert code == 0
    assert opened.username == "admin"
    to.set_auth_token(token)
    assert manager.getCurrentSession().sessionId == opened.sessionId
    assert [listed.sessionId for listed in manager.getSessions()] == [opened.sessionId]
    manager.closeCurrentSession(session.SessionManager.CloseReason.CLOSE_REASON_LOGOUT)
    with pytest.raises(HttpException, match="the session may have ended"):
        manager.getCurrentSession()


def test_a_session_names_its_client_and_is_closed_at_the_end_of_its_block_even_after_an_error(
    to: Agent, unit: XerusPdu
) -> None:
    outlet = pdumodel.Outlet("/model/outlet/0", to)
    with pytest.raises(ZeroDivisionError), session.logged_in(to) as scripted_agent:
        (opened,) = unit.access.sessions.values()
        # the header X-Client-Type, as the vendor's SDK 4.4 sends it
        assert scripted_agent.username == unit.user
        assert opened.client == "Python RPC"
        outlet.getState()
        raise ZeroDivisionError
    assert not unit.access.sessions
    assert outlet.getState().available  # the agent logs in by password again


def test_a_second_session_of_a_user_who_may_have_only_one_is_refused_and_the_first_stays(
    agent: MakeAgent, to: Agent, unit: XerusPdu
) -> None:
    unit.access.single_login = True
    with session.logged_in(to):
        with pytest.raises(Refused, match="only one session"):
            with session.logged_in(connected(agent, unit)):
                raise AssertionError("the block must not run")
        assert len(unit.access.sessions) == 1


def test_an_unknown_result_code_of_a_new_session_is_an_error_that_shows_the_code(
    agent: MakeAgent,
) -> None:
    with Peer([[results(_ret_=7, session=None, token=None)]]) as peer:
        words = r"the device opened no session \(result code 7\)"
        with pytest.raises(Refused, match=words) as error_info:
            with session.logged_in(agent("http", peer.address)):
                raise AssertionError("the block must not run")
    assert error_info.value.code == "7"


@pytest.mark.parametrize(
    "opened, token, closed",
    [
        pytest.param({}, "", [], id="no id: it reads as 0, which may be another session's"),
        pytest.param({"sessionId": 7}, "", [{"sessionId": 7, "reason": 0}], id="no token"),
        pytest.param(
            {"sessionId": 7},
            "two\nlines",
            [{"sessionId": 7, "reason": 0}],
            id="a token of two lines",
        ),
    ],
)
def test_a_session_without_a_usable_token_is_a_protocol_error_and_is_closed_by_its_id(
    agent: MakeAgent, opened: dict[str, int], token: str, closed: list[dict[str, int]]
) -> None:
    answer = results(_ret_=0, session=opened, token=token)
    with Peer([[answer], [result()]]) as peer:
        rpc_agent = agent("http", peer.address)
        with pytest.raises(ProtocolError, match="newSession: .*session without a usable token"):
            with session.logged_in(rpc_agent):
                raise AssertionError("the block must not run")
    assert [call.json["params"] for call in peer.seen[1:]] == closed
    assert rpc_agent.token is None
    assert all("authorization" in call.headers for call in peer.seen)
