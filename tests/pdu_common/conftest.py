"""Tests share the snmpd and must not change it. Each test that uses `agent` gets a new one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pdu_common import tools
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


@pytest.fixture(params=["pysnmp", "quick"])
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine for reads. Tests of what both do use it."""
    tools.read_quickly(request.param == "quick")
    yield str(request.param)
    tools.read_quickly(False)
