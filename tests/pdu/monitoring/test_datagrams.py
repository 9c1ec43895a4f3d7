"""Requests of `pdu find` and their answers, checked against the simulators' SNMP codec and
Net-SNMP's snmpd.
"""

from __future__ import annotations

import socket

import pytest
from hypothesis import example, given, strategies as st

from pdu.monitoring import network_scan
from pdu.monitoring.datagrams import (
    DESCRIPTION,
    NAME,
    OBJECT_ID,
    AgentAnswer,
    decode_answer,
    encode_question,
)
from tests.needs import program
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Row, ber
from tests.simulators.snmp_agent.device import OCTETS, OID, arcs
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.waiting import PATIENCE_S

NUMBERS = st.integers(0, 2**31 - 1)
IDS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20).map(lambda rest: (1, 3, *rest))


def reply(number: int, *bindings: ber.Binding, kind: int = ber.RESPONSE, status: int = 0) -> bytes:
    return ber.encode(ber.Message(1, b"public", ber.Pdu(kind, number, status, 0, bindings)))


@given(NUMBERS, st.binary(min_size=1, max_size=300))
@example(0, b"c" * 300)  # lengths above 255
def test_the_request_is_a_get_of_three_objects(number: int, community: bytes) -> None:
    message = ber.decode(encode_question(community, number))
    assert (message.version, message.community) == (1, community)
    assert message.pdu == ber.Pdu(
        ber.GET, number, 0, 0, tuple((arcs(oid), None) for oid in (OBJECT_ID, DESCRIPTION, NAME))
    )


@given(NUMBERS, IDS, st.text(max_size=40), st.text(max_size=20))
@example(0, (1, 3), "d" * 300, "")
def test_all_values_of_an_answer_are_read_but_nothing_of_a_truncated_one(
    number: int, object_id: tuple[int, ...], description: str, name: str
) -> None:
    texts = [text.encode("utf-8", "replace") for text in (description, name)]
    data = reply(
        number,
        (arcs(OBJECT_ID), Row(OID, object_id)),
        (arcs(DESCRIPTION), Row(OCTETS, texts[0])),
        (arcs(NAME), Row(OCTETS, texts[1])),
    )
    assert decode_answer(data) == AgentAnswer(
        number, ".".join(map(str, object_id)), texts[0].decode(), texts[1].decode()
    )
    assert all(decode_answer(data[:end]) is None for end in range(len(data)))


@pytest.mark.parametrize(
    "object_id",
    [Row(OID, (1, 3, 2**32)), Row(OID, (1, 3, *[1] * 127)), Row(OCTETS, b"1.3.6.1.4.1.318")],
    ids=["a large arc", "129 arcs", "text"],
)
def test_a_value_of_another_type_or_out_of_bounds_is_as_one_that_the_agent_does_not_have(
    object_id: Row,
) -> None:
    data = reply(1, (arcs(OBJECT_ID), object_id), (arcs(NAME), Row(OCTETS, b"rack")))
    assert decode_answer(data) == AgentAnswer(1, "", "", "rack")


@given(st.data())
def test_a_damaged_answer_raises_no_exception(data: st.DataObject) -> None:
    whole = bytearray(
        reply(7, (arcs(OBJECT_ID), Row(OID, (1, 3, 6, 1))), (arcs(NAME), Row(OCTETS, b"rack")))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert decode_answer(bytes(whole)) is None or isinstance(
        decode_answer(bytes(whole)), AgentAnswer
    )


@pytest.mark.parametrize(
    "data",
    [
        reply(1, kind=ber.GET),
        reply(1, status=2),
        b"",
        b"\x30\x80\x00\x00",
    ],
    ids=["a request", "an error", "empty", "indefinite length"],
)
def test_only_a_valid_answer_without_an_error_is_read(data: bytes) -> None:
    assert decode_answer(data) is None


def test_only_the_first_answer_with_the_right_number_address_and_port_counts() -> None:
    pace = network_scan.ScanRate(1)
    scan = network_scan.Scan(
        addresses=["192.0.2.1"],
        community=b"public",
        port=161,
        pace=pace,
        on_request=lambda: None,
        on_unsent=lambda error: None,
    )
    right = scan.request_ids["192.0.2.1"]
    for number, name, address, port in (
        (right, b"forged", "192.0.2.1", 162),
        (right, b"forged", "192.0.2.2", 161),
        (right + 1, b"forged", "192.0.2.1", 161),
        (right, b"first", "192.0.2.1", 161),
        (right, b"second", "192.0.2.1", 161),
    ):
        scan.datagram_received(reply(number, (arcs(NAME), Row(OCTETS, name))), (address, port))
    assert {key: answer.name for key, answer in scan.answer_by_address.items()} == {
        "192.0.2.1": "first"
    }


@pytest.mark.against("Net-SNMP snmpd")
def test_net_snmp_answers_the_request() -> None:
    program("snmpd")
    with (
        Snmpd(rpdu2(outlets=2)) as agent,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking,
    ):
        asking.settimeout(PATIENCE_S)
        asking.sendto(encode_question(b"public", 2**31 - 1), (agent.host, agent.port))
        # a late answer to whoever had this socket's port before has another number
        agent_answer = None
        while agent_answer is None or agent_answer.number != 2**31 - 1:
            agent_answer = decode_answer(asking.recv(65535))
    assert agent_answer.object_id.startswith("1.3.6.1.4.1.318.1.3")
