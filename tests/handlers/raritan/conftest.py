"""Fixtures and helpers of the Raritan tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable

import pytest

from handlers.raritan.handler import RaritanPdu
from handlers.raritan.rpc import Agent
from handlers.shared.tls import Trust
from pdu_common.connection import PduData
from tests.servers.peers import https_settings
from tests.simulators.clockwork import ManualClock
from tests.simulators.xerus import GENERATIONS, XerusPdu
from tests.waiting import PATIENCE_S

from .handling import Handle

MakeAgent = Callable[..., Agent]


@pytest.fixture(params=GENERATIONS)
def firmware(request: pytest.FixtureRequest) -> str:
    """A firmware generation. The test runs on each, or on those that it names."""
    return str(request.param)


@pytest.fixture
def agent() -> Iterator[MakeAgent]:
    """A function that makes agents. They are closed after the test."""
    agents: list[Agent] = []

    def make(
        proto: str,
        host: str,
        user: str = "admin",
        passwd: str = "secret-word",
        *,
        trust: Trust = Trust(),
        timeout: float = PATIENCE_S,
        token: str = "",
        debug: bool = False,
    ) -> Agent:
        rpc_agent = Agent(
            proto,
            host,
            None if token else user,
            None if token else passwd,
            token or None,
            debug,
            timeout=timeout,
            trust=trust,
        )
        agents.append(rpc_agent)
        return rpc_agent

    yield make
    for rpc_agent in agents:
        rpc_agent.close()


def connected(agent: MakeAgent, pdu: XerusPdu) -> Agent:
    """Make an agent for a simulated unit, with its login and its CA."""
    return agent(
        "https", f"{pdu.host}:{pdu.port}", pdu.user, pdu.password, trust=Trust(ca_pem=pdu.ca_pem)
    )


@pytest.fixture
def to(agent: MakeAgent, unit: XerusPdu) -> Agent:
    """An agent for the fixture `unit` of the test's module."""
    return connected(agent, unit)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def handle() -> Handle:
    """A function that makes the handler for a simulator."""

    def made(pdu: XerusPdu, **more: str) -> RaritanPdu:
        return RaritanPdu(PduData(pdu.host, {**https_settings(pdu), **more}))

    return made
