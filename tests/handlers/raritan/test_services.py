"""Administration through the binding, such as groups, accounts, sessions and the clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Optional

import pytest

from handlers.raritan.rpc import (
    Agent,
    datetime,
    hmi,
    pdumodel,
    session,
)
from handlers.shared.errors import ProtocolError, Refused
from tests.simulators.xerus import Model, XerusPdu

from .conftest import MakeAgent, connected
from .peer import Peer, Seen, Step, http, result

MODEL = Model(outlets=4, inlets=2, transfer_switch=True, in_rush_guard_ms=0)


@pytest.fixture
def unit(firmware: str) -> Iterator[XerusPdu]:
    with XerusPdu(MODEL, firmware) as pdu:
        yield pdu


def test_a_session_is_closed_at_the_end_of_its_block_even_after_an_error(
    to: Agent, unit: XerusPdu
) -> None:
    outlet = pdumodel.Outlet("/model/outlet/0", to)
    with session.logged_in(to) as scripted_agent:
        assert scripted_agent.username == unit.user and len(unit.access.sessions) == 1
        outlet.getState()
    assert not unit.access.sessions
    with pytest.raises(ZeroDivisionError):
        with session.logged_in(to):
            assert len(unit.access.sessions) == 1
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


def _answering(found: object) -> Step:
    """A step that answers a call with this result."""

    def say(seen: Optional[Seen]) -> bytes:
        assert seen is not None
        return http(json.dumps({"id": seen.json["id"], "result": found}))

    return say


def test_an_unknown_result_code_of_a_new_session_is_an_error_that_shows_the_code(
    agent: MakeAgent,
) -> None:
    scripted_agent = _answering({"_ret_": 7, "session": None, "token": None})
    with Peer([[scripted_agent]]) as peer:
        with pytest.raises(
            Refused, match=r"the device opened no session \(result code 7\)"
        ) as error_info:
            with session.logged_in(agent("http", peer.address)):
                raise AssertionError("the block must not run")
    assert error_info.value.code == "7"


def test_a_new_session_with_neither_token_nor_id_raises_a_protocol_error_and_closes_none(
    agent: MakeAgent,
) -> None:
    scripted_agent = _answering({"_ret_": 0, "session": {}, "token": ""})
    with Peer([[scripted_agent, result()]]) as peer:
        with pytest.raises(ProtocolError, match="without a usable token"):
            with session.logged_in(agent("http", peer.address)):
                raise AssertionError("the block must not run")
    assert len(peer.seen) == 1, "a missing id reads as 0, which may be the id of another session"


@pytest.mark.parametrize("token", ["", "two\nlines"])
def test_a_new_session_without_a_usable_token_raises_a_protocol_error_and_is_closed(
    agent: MakeAgent, token: str
) -> None:
    scripted_agent = _answering({"_ret_": 0, "session": {"sessionId": 7}, "token": token})
    with Peer([[scripted_agent, result()]]) as peer:
        rpc_agent = agent("http", peer.address)
        with pytest.raises(
            ProtocolError, match="newSession: the device opened a session without a usable token"
        ):
            with session.logged_in(rpc_agent):
                raise AssertionError("the block must not run")
    close = peer.seen[1].json
    assert (close["method"], close["params"]) == ("closeSession", {"sessionId": 7, "reason": 0})
    assert rpc_agent.token is None and "authorization" in peer.seen[1].headers


def test_a_time_server_is_checked_with_the_signature_of_each_release(
    to: Agent, firmware: str
) -> None:
    clock = datetime.DateTime("/datetime", to)
    if firmware == "4.4":
        key = datetime.DateTime.NtpAuthKey()
        assert clock.checkNtpServer("127.0.0.1", 0, key) == datetime.DateTime.SUCCESS
        assert (
            clock.checkNtpServer("192.0.2.1", 0, key) == datetime.DateTime.ERR_NTP_CHECK_NO_RESPONSE
        )
    else:
        assert (
            clock.checkNtpServer("127.0.0.1") is True and clock.checkNtpServer("192.0.2.1") is False
        )


def test_the_beepers_state_has_a_mute_flag_on_every_firmware(to: Agent) -> None:
    beeper = pdumodel.Pdu("/model/pdu/0", to).getBeeper()
    assert isinstance(beeper, hmi.InternalBeeper)
    state, reason, is_muted = beeper.getState()
    assert (
        isinstance(state, hmi.InternalBeeper.State)
        and isinstance(reason, str)
        and is_muted is False
    )
    beeper.mute(True)
    assert beeper.isMuted() is True


def test_a_session_names_its_client(agent: MakeAgent, firmware: str) -> None:
    """The agent sends the header X-Client-Type, as the vendor's SDK 4.4 does."""
    with XerusPdu(Model(outlets=1), firmware) as pdu:
        with session.logged_in(connected(agent, pdu)):
            assert [session_info.client for session_info in pdu.access.sessions.values()] == [
                "Python RPC"
            ]
