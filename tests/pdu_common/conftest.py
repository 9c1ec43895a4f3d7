"""Fixtures: one snmpd for all tests that change nothing in it, and a simulated agent for each test that asks for one."""
from __future__ import annotations

from typing import Iterator

import pytest

from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc


def connect(port: int, **params: str) -> BaseSnmpPdu:
    """The double for an agent on this port of 127.0.0.1, by default with read and write access."""
    wanted = {"version": "2", "community": "private", "timeout": "5", "retries": "3", "port": str(port), **params}
    return BaseSnmpPdu(PduSnmpData("127.0.0.1", wanted))


@pytest.fixture(scope="session")
def snmpd() -> Iterator[Snmpd]:
    with Snmpd(apc.rpdu2(outlets=48)) as server:
        yield server


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent(apc.rpdu2(outlets=48)) as running:
        yield running
