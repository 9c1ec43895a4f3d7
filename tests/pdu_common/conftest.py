"""Tests share the snmpd and must not change it. Each test that uses `agent` gets a new one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.snmpd import USERS, Snmpd
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc


@pytest.fixture(scope="session")
def snmpd() -> Iterator[Snmpd]:
    with Snmpd(apc.rpdu2(outlets=48), users=USERS) as server:
        yield server


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent(apc.rpdu2(outlets=48)) as running:
        yield running
