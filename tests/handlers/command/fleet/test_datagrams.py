"""The one question of `pdu find`, by other readers of SNMP than its own: the simulators' codec and Net-SNMP's snmpd."""
from __future__ import annotations

import socket
from typing import Tuple

import pytest
from hypothesis import given, strategies as st

from handlers.command.fleet.datagrams import DESCRIPTION, NAME, OBJECT_ID, Answer, answer, question
from tests.needs import program
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Row, ber
from tests.simulators.snmp_agent.device import OCTETS, OID, arcs
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.waiting import PATIENCE_S

NUMBERS = st.integers(0, 2**31 - 1)
IDS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20).map(lambda rest: (1, 3, *rest))


def said(number: int, *bindings: ber.Binding, kind: int = ber.RESPONSE, status: int = 0) -> bytes:
    return ber.encode(ber.Message(1, b"public", ber.Pdu(kind, number, status, 0, bindings)))


@given(NUMBERS, st.binary(min_size=1, max_size=300))
def test_the_question_is_a_get_of_three_objects(number: int, community: bytes) -> None:
    read = ber.decode(question(community, number))
    assert (read.version, read.community) == (1, community)
    assert read.pdu == ber.Pdu(ber.GET, number, 0, 0, tuple((arcs(oid), None) for oid in (OBJECT_ID, DESCRIPTION, NAME)))


@given(NUMBERS, IDS, st.text(max_size=300), st.text(max_size=20))
def test_an_answer_is_read_whole(number: int, object_id: Tuple[int, ...], description: str, name: str) -> None:
    texts = [text.encode("utf-8", "replace") for text in (description, name)]
    data = said(number, (arcs(OBJECT_ID), Row(OID, object_id)), (arcs(DESCRIPTION), Row(OCTETS, texts[0])),
                (arcs(NAME), Row(OCTETS, texts[1])))
    assert answer(data) == Answer(number, ".".join(map(str, object_id)), texts[0].decode(), texts[1].decode())
    assert all(answer(data[:end]) is None for end in range(len(data)))


@given(st.binary(max_size=200))
def test_no_bytes_are_a_traceback(data: bytes) -> None:
    assert answer(data) is None or isinstance(answer(data), Answer)


@given(st.data())
def test_no_damaged_answer_is_a_traceback(data: st.DataObject) -> None:
    whole = bytearray(said(7, (arcs(OBJECT_ID), Row(OID, (1, 3, 6, 1))), (arcs(NAME), Row(OCTETS, b"rack"))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert answer(bytes(whole)) is None or isinstance(answer(bytes(whole)), Answer)


@pytest.mark.parametrize("data", [said(1, kind=ber.GET), said(1, status=2), b"", b"\x30\x80\x00\x00"])
def test_what_is_no_answer_or_an_error_is_none(data: bytes) -> None:
    assert answer(data) is None


def test_a_missing_object_is_empty() -> None:
    assert answer(said(1, (arcs(OBJECT_ID), ber.NO_SUCH_OBJECT), (arcs(NAME), Row(OCTETS, b"x")))) == Answer(1, "", "", "x")


@pytest.mark.against("Net-SNMP snmpd")
def test_net_snmp_answers_it() -> None:
    program("snmpd")
    with Snmpd(rpdu2(outlets=2)) as agent, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(PATIENCE_S)
        asking.sendto(question(b"public", 2**31 - 1), (agent.host, agent.port))
        found = answer(asking.recv(65535))
    assert found is not None and found.number == 2**31 - 1 and found.object_id.startswith("1.3.6.1.4.1.318.1.3")
