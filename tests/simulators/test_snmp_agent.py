"""The project's SNMP agent, compared with a real snmpd, and the true state that it shows."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc

STATES = f"{apc.RPDU2_STATUS}.5"


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent(apc.rpdu2(outlets=24)) as running:
        yield running


def test_unanswered_datagrams_count_as_requests_too(agent: Agent) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"hello", (agent.host, agent.port))
        stranger.sendto(b"\x30\x84\xff\xff\xff\xff", (agent.host, agent.port))
    params = {"community": "public", "port": str(agent.port), "timeout": "20"}
    pdu = BaseSnmpPdu(PduSnmpData("127.0.0.1", params))
    assert pdu.snmp_get(f"{STATES}.1").value == 2
    assert agent.truth().requests == 3


@pytest.mark.against("Net-SNMP snmpd")
def test_snmpd_and_the_agent_serve_the_same_rows() -> None:
    def walk(port: int) -> list[tuple[str, object]]:
        params = {"community": "public", "port": str(port), "timeout": "20"}
        pdu = BaseSnmpPdu(PduSnmpData("127.0.0.1", params))
        return [(element.oid, element.value) for element in pdu.snmp_walk("1.3")]

    model = apc.rpdu2(outlets=8)
    with Agent(model) as agent, Snmpd(model) as server:
        rows_of_agent = walk(agent.port)
        rows_of_snmpd = walk(server.port)
    assert len(rows_of_agent) == len(model.device.rows())
    assert rows_of_agent == rows_of_snmpd
