"""Datagrams that somebody forged, replayed or misdirected, and agents whose time changed: the SNMP
client takes none of them for the answer, and waits for the right one.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from typing import Any

import pytest

from handlers.dcimanager.snmp_errors import translate
from handlers.shared.errors import Unreachable
from pdu_common.base_snmp_pdu import SnmpError
from pdu_common.snmp_client import ber as client_ber, v3
from tests.servers.snmpd import USERS, Snmpd
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import until

from .double import connect
from .relay import Relay

NAME, OBJECT_ID = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.2.0"
SHA = next(user for user in USERS if user.name == "sha").params()
SHA_AES = next(user for user in USERS if user.name == "shaaes").params()
HURRY = {"timeout": "0.3", "retries": "0"}


@pytest.mark.against("Net-SNMP snmpd")
@pytest.mark.parametrize("params", [SHA, SHA_AES], ids=["authNoPriv", "authPriv"])
def test_a_replayed_answer_is_never_taken(snmpd: Snmpd, params: dict[str, str]) -> None:
    with Relay(snmpd.port) as relay:
        # the first read discovers the engine
        for _ in range(2):
            assert connect(relay.port, **params).snmp_get(NAME).value == "rpdu2"
        # the newest answer is signed and encrypted by the agent itself
        replayed = relay.answers[-1]
        relay.change_answer = lambda request, answer: [replayed]
        with pytest.raises(SnmpError, match="timeout"):
            connect(relay.port, **params, **HURRY).snmp_get(NAME)


@pytest.mark.parametrize("version", ["1", "2", "3"])
@pytest.mark.parametrize("method", ["snmp_get", "snmp_walk"])
def test_who_answered_from_another_port_is_named_and_not_believed(
    snmpd: Snmpd, version: str, method: str
) -> None:
    with Relay(snmpd.port, elsewhere=True) as relay:
        pdu = connect(relay.port, version=version, user="plain", timeout="0.5", retries="1")
        with pytest.raises(SnmpError) as error_info:
            getattr(pdu, method)(NAME)
        assert until(lambda: bool(relay.answers))
    words = f"127.0.0.1 port {relay.other_port} answered instead"
    assert words in str(error_info.value)
    error = translate(str(error_info.value), str(error_info.value), writing=False, port="161")
    assert isinstance(error, Unreachable)
    assert "answers from another address or port" in error.reason
    assert words in error.reason
    assert "community" not in error.reason


def test_no_socket_stays_open_where_the_system_has_no_descriptor_left(
    snmpd: Snmpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[socket.socket] = []

    class Remembered(socket.socket):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            opened.append(self)

    def refuse() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with Relay(snmpd.port, lambda request, answer: []) as relay:
        monkeypatch.setattr("socket.socket", Remembered)
        monkeypatch.setattr("selectors.DefaultSelector", refuse)
        pdu = connect(relay.port, version="2", timeout="0.1", retries="1")
        with pytest.raises(SnmpError, match="Too many open files"):
            pdu.snmp_get(NAME)
        monkeypatch.undo()
    assert [wire.fileno() for wire in opened] == [-1, -1]


@pytest.mark.against("Net-SNMP snmpd")
def test_an_agent_with_a_new_engine_is_asked_again_without_a_time_out() -> None:
    user = next(user for user in USERS if user.name == "shaaes")
    with Snmpd(apc.rpdu2(outlets=2), users=[user]) as server, Relay(server.port) as relay:
        pdu = connect(relay.port, **user.params(), timeout="20", retries="0")
        assert pdu.snmp_get(NAME).value == "rpdu2"
        at_first = len(relay.requests)

        server.restart(forget=True)
        # > to the old engine, < report of unknownEngineIDs, > to the new one, < the answer
        assert pdu.snmp_get(NAME).value == "rpdu2"
        assert len(relay.requests) == at_first + 2
        assert pdu.snmp_get(NAME).value == "rpdu2"
        assert len(relay.requests) == at_first + 3


@pytest.mark.against("Net-SNMP snmpd")
def test_a_first_read_discovers_the_engine_once_and_later_ones_do_not(snmpd: Snmpd) -> None:
    with Relay(snmpd.port) as relay:
        pdu = connect(relay.port, **SHA)
        for count in (2, 3, 4):
            assert pdu.snmp_get(NAME).value == "rpdu2"
            assert len(relay.requests) == count


@pytest.mark.against("Net-SNMP snmpd")
@pytest.mark.parametrize("params", [SHA, SHA_AES], ids=["authNoPriv", "authPriv"])
def test_a_network_that_delivers_each_answer_twice_costs_no_request(
    snmpd: Snmpd, params: dict[str, str]
) -> None:
    with Relay(snmpd.port, lambda request, answer: [answer, answer]) as relay:
        pdu = connect(relay.port, **params, timeout="20", retries="0")
        assert pdu.snmp_get(NAME).value == "rpdu2"
        assert len(relay.requests) == 2  # the discovery, and the request
        assert pdu.snmp_get(OBJECT_ID).value
        assert pdu.snmp_walk("1.3.6.1.2.1.1")


@pytest.mark.against("Net-SNMP snmpd")
def test_an_agent_that_answers_after_each_time_out_is_read(snmpd: Snmpd) -> None:
    """Each try of the discovery is answered by a report, the first after the second was sent."""
    held: list[bytes] = []

    def late(request: bytes, answer: bytes) -> Sequence[bytes]:
        held.append(answer)
        return held[-2:-1] if len(held) < 3 else [held[-2], answer]

    with Relay(snmpd.port, late) as relay:
        pdu = connect(relay.port, **SHA_AES, timeout="0.5", retries="5")
        assert pdu.snmp_get(NAME).value == "rpdu2"


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_a_datagram_from_another_port_that_is_no_snmp_is_nobodys_answer(
    snmpd: Snmpd, version: str
) -> None:
    with Relay(snmpd.port, lambda request, answer: [answer[:-1]], elsewhere=True) as relay:
        pdu = connect(relay.port, version=version, user="plain", timeout="0.5", retries="1")
        with pytest.raises(SnmpError) as error_info:
            pdu.snmp_get(NAME)
    assert "instead" not in str(error_info.value)


def _of_context(answer: bytes, context_name: bytes) -> bytes:
    """An unsigned answer with another value, as of another context (RFC 3411, 3.3.1)."""
    message = v3.decode(answer.replace(b"rpdu2", b"rpdu9"))
    data = message.data
    at, end = client_ber.content_bounds(data, 0, len(data), client_ber.SEQUENCE)
    engine_id, at = client_ber.octets(data, at, end)
    _, at = client_ber.octets(data, at, end)
    context = client_ber.tlv(client_ber.OCTETS, engine_id)
    context += client_ber.tlv(client_ber.OCTETS, context_name)
    scoped_pdu = client_ber.tlv(client_ber.SEQUENCE, context + data[at:end])
    datagram, _ = v3.encode(message._replace(data=scoped_pdu))
    return datagram


def test_a_value_of_another_context_is_not_taken(snmpd: Snmpd) -> None:
    with Relay(snmpd.port) as relay:
        relay.change_answer = lambda request, answer: [_of_context(answer, b"other"), answer]
        pdu = connect(relay.port, version="3", user="plain", timeout="20", retries="0")
        assert pdu.snmp_get(NAME).value == "rpdu2"
        # the same datagram of the default context, which is asked, would have been taken
        relay.change_answer = lambda request, answer: [_of_context(answer, b""), answer]
        assert pdu.snmp_get(NAME).value == "rpdu9"
