"""Datagrams that somebody forged, replayed or misdirected, and agents whose time changed: the SNMP
client takes none of them for the answer, and waits for the right one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Callable

import pytest

from pdu_common.base_snmp_pdu import SnmpError
from pdu_common.snmp_client import v3
from tests.servers.snmpd import USERS, Snmpd
from tests.simulators.snmp_agent import Agent, ber
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import until

from .double import connect
from .relay import Relay, unbent

NAME, OBJECT_ID = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.2.0"
SHA = next(user for user in USERS if user.name == "sha").params()
SHA_AES = next(user for user in USERS if user.name == "shaaes").params()
HURRY = {"timeout": "0.3", "retries": "0"}

Change = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def agent() -> Iterator[Agent]:
    with Agent(apc.rpdu2(outlets=2)) as running:
        yield running


@pytest.fixture
def known(snmpd: Snmpd) -> Iterator[Relay]:
    """A relay to an agent whose engine was discovered over it, for users with SHA."""
    with Relay(snmpd.port) as relay:
        for params in (SHA, SHA_AES):
            assert connect(relay.port, **params).snmp_get(NAME).value == "rpdu2"
        yield relay


def _unsigned(answer: bytes) -> bytes:
    """The answer as a message that needs no digest."""
    message = v3.decode(answer)
    return v3.encode(message._replace(level=0, digest_size=0), reportable=False)[0]


def _renumbered(answer: bytes) -> bytes:
    """The answer with another msgID, and a digest that is now wrong."""
    message = v3.decode(answer)
    return v3.encode(message._replace(msg_id=message.msg_id ^ 1), reportable=False)[0]


FORGED: dict[str, Change] = {
    "another value": lambda answer: answer.replace(b"rpdu2", b"rpdu9"),
    "another value, unsigned": lambda answer: _unsigned(answer).replace(b"rpdu2", b"rpdu9"),
    "unsigned": _unsigned,
    "another msgID": _renumbered,
    "another engine": lambda answer: answer.replace(
        v3.decode(answer).engine_id, v3.decode(answer).engine_id[:-1] + b"\x01"
    ),
    "another user": lambda answer: answer.replace(b"\x04\x03sha", b"\x04\x03shb"),
    "another digest": lambda answer: (
        answer[: v3.decode(answer).digest_at]
        + bytes(v3.decode(answer).digest_size)
        + answer[v3.decode(answer).digest_at + v3.decode(answer).digest_size :]
    ),
    "cut off": lambda answer: answer[:-1],
}


def _of_signed(change: Change) -> Change:
    """Changes signed messages only: anybody can forge what discovers an engine."""
    return lambda answer: change(answer) if v3.decode(answer).level else answer


@pytest.mark.sample(6)
@pytest.mark.against("Net-SNMP snmpd")
@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_answer_of_a_signed_dialogue_is_never_taken(known: Relay, forged: str) -> None:
    change = _of_signed(FORGED[forged])
    known.bend = lambda request, answer: [change(answer)]
    known.answers.clear()
    with pytest.raises(SnmpError, match="timeout"):
        connect(known.port, **SHA, **HURRY).snmp_get(NAME)
    # on a busy machine, the relay may handle the request after the time-out
    assert until(lambda: any(change(answer) != answer for answer in known.answers))


@pytest.mark.against("Net-SNMP snmpd")
@pytest.mark.parametrize("forged", FORGED)
def test_the_true_answer_after_a_forged_one_is_taken(known: Relay, forged: str) -> None:
    change = _of_signed(FORGED[forged])
    known.bend = lambda request, answer: [change(answer), b"", b"\x30\x80", answer]
    assert connect(known.port, **SHA, timeout="20", retries="0").snmp_get(NAME).value == "rpdu2"


@pytest.mark.against("Net-SNMP snmpd")
@pytest.mark.parametrize("params", [SHA, SHA_AES], ids=["authNoPriv", "authPriv"])
def test_a_replayed_answer_is_never_taken(known: Relay, params: dict[str, str]) -> None:
    known.answers.clear()
    assert connect(known.port, **params).snmp_get(NAME).value == "rpdu2"
    # the newest answer is signed and encrypted by the agent itself
    replayed = known.answers[-1]
    known.bend = lambda request, answer: [replayed]
    with pytest.raises(SnmpError, match="timeout"):
        connect(known.port, **params, **HURRY).snmp_get(NAME)


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_an_answer_from_another_port_is_never_taken(snmpd: Snmpd, version: str) -> None:
    with Relay(snmpd.port, elsewhere=True) as relay:
        with pytest.raises(SnmpError, match="timeout"):
            connect(relay.port, version=version, user="plain", **HURRY).snmp_get(NAME)
        assert until(lambda: bool(relay.answers))


@pytest.mark.against("Net-SNMP snmpd")
def test_an_agent_with_a_new_engine_is_asked_again_without_a_time_out() -> None:
    user = next(user for user in USERS if user.name == "shaaes")
    with Snmpd(apc.rpdu2(outlets=2), users=[user]) as server, Relay(server.port) as relay:
        pdu = connect(relay.port, **user.params(), timeout="20", retries="0")
        assert pdu.snmp_get(NAME).value == "rpdu2"
        count = len(relay.requests)
        server.restart(forget=True)
        # > to the old engine, < report of unknownEngineIDs, > to the new one, < the answer
        assert pdu.snmp_get(NAME).value == "rpdu2" and len(relay.requests) == count + 2
        assert pdu.snmp_get(NAME).value == "rpdu2" and len(relay.requests) == count + 3


@pytest.mark.against("Net-SNMP snmpd")
@pytest.mark.parametrize("params, first", [(SHA, 2), ({"version": "3", "user": "plain"}, 2)])
def test_a_first_read_discovers_the_engine_once_and_later_ones_do_not(
    snmpd: Snmpd, params: dict[str, str], first: int
) -> None:
    with Relay(snmpd.port) as relay:
        pdu = connect(relay.port, **params)
        for sent in (first, first + 1, first + 2):
            assert pdu.snmp_get(NAME).value == "rpdu2" and len(relay.requests) == sent


# ---- v1 and v2c ----------------------------------------------------------------------------------


def _community(answer: bytes) -> bytes:
    return ber.encode(ber.decode(answer)._replace(community=b"public"))


def _version(answer: bytes) -> bytes:
    message = ber.decode(answer)
    return ber.encode(message._replace(version=1 - message.version))


def _request_id(answer: bytes) -> bytes:
    message = ber.decode(answer)
    pdu = message.pdu._replace(request_id=message.pdu.request_id ^ 1)
    return ber.encode(message._replace(pdu=pdu))


def _kind(answer: bytes) -> bytes:
    message = ber.decode(answer)
    return ber.encode(message._replace(pdu=message.pdu._replace(kind=ber.GET)))


MISFITS: dict[str, Change] = {
    "another community": _community,
    "another version": _version,
    "another request id": _request_id,
    "a request": _kind,
    "cut off": lambda answer: answer[:-1],
    "nothing": lambda answer: b"",
    "an empty message": lambda answer: b"\x30\x00",
}


def _use_public(agent: Agent, version: str) -> None:
    """Makes a read with the community of the misfits. pysnmp compares only communities that its
    engine has used.
    """
    element = connect(agent.port, version=version, community="public").snmp_get(NAME)
    assert element.value == "rpdu2"


@pytest.mark.sample(8)
@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("misfit", MISFITS)
def test_an_answer_that_does_not_fit_is_never_taken(
    agent: Agent, misfit: str, version: str
) -> None:
    _use_public(agent, version)

    def bend(request: bytes, answer: bytes) -> Sequence[bytes]:
        return [MISFITS[misfit](answer)]

    with Relay(agent.port, bend) as relay:
        with pytest.raises(SnmpError, match="timeout"):
            connect(relay.port, version=version, **HURRY).snmp_get(NAME)
        assert until(lambda: bool(relay.answers)) and len(relay.requests) == 1


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_answer_after_all_that_do_not_fit_is_taken(agent: Agent, version: str) -> None:
    _use_public(agent, version)
    with Relay(agent.port) as relay:
        relay.bend = lambda request, answer: [
            *(change(answer) for change in MISFITS.values()),
            answer,
        ]
        pdu = connect(relay.port, version=version, timeout="20", retries="0")
        assert pdu.snmp_get(NAME).value == "rpdu2"
        assert len(relay.requests) == 1


def test_a_silent_agent_is_asked_as_often_as_the_retries_say(agent: Agent) -> None:
    with Relay(agent.port, lambda request, answer: ()) as relay:
        # a walk repeats its first request, and then asks for fewer rows
        for read, different in (("snmp_get", 1), ("snmp_walk", 3)):
            relay.requests.clear()
            with pytest.raises(SnmpError, match="timeout: no SNMP answer from"):
                getattr(connect(relay.port, timeout="0.1", retries="3"), read)(OBJECT_ID)
            assert until(lambda: len(relay.requests) >= 4) and len(relay.requests) == 4
            numbers = {ber.decode(request).pdu.request_id for request in relay.requests}
            assert len(numbers) == different  # an answer to any try of a request counts
        relay.bend = unbent
        assert connect(relay.port).snmp_get(NAME).value == "rpdu2"
