"""Fixtures of the Raritan tests: both transports, all firmware generations."""
from __future__ import annotations

from typing import Callable, Iterator, List

import pytest

from handlers.raritan.handler import RaritanPdu
from handlers.raritan.rpc import Agent
from handlers.raritan.rpc.transport import Transport, Trust
from handlers.raritan.rpc.transport_requests import RequestsTransport
from handlers.raritan.rpc.transport_standard import StandardTransport
from pdu_common.connection import PduData
from tests.simulators.xerus import GENERATIONS, XerusPdu
from tests.waiting import PATIENCE_S

from .handling import Handle, settings

MakeTransport = Callable[[Trust], Transport]
MakeAgent = Callable[..., Agent]


@pytest.fixture(params=[StandardTransport, RequestsTransport], ids=["standard", "requests"])
def transport(request: pytest.FixtureRequest) -> MakeTransport:
    """Each of the two transports in turn."""
    found: MakeTransport = request.param
    return found


@pytest.fixture(params=GENERATIONS)
def firmware(request: pytest.FixtureRequest) -> str:
    """Each firmware generation in turn."""
    return str(request.param)


@pytest.fixture
def agent(transport: MakeTransport) -> Iterator[MakeAgent]:
    """Makes agents on that transport, closed at the end."""
    made: List[Agent] = []

    def make(proto: str, host: str, user: str = "admin", passwd: str = "secret-word", *, trust: Trust = Trust(),
             timeout: float = PATIENCE_S, token: str = "", debug: bool = False) -> Agent:
        one = Agent(proto, host, None if token else user, None if token else passwd, token or None, debug,
                    timeout=timeout, trust=trust, transport=transport(trust))
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


@pytest.fixture
def handle(transport: MakeTransport) -> Handle:
    """The handler for a simulator, on that transport."""
    class OnThat(RaritanPdu):
        def transport(self, trust: Trust) -> Transport:
            return transport(trust)

    def made(pdu: XerusPdu, **more: str) -> RaritanPdu:
        return OnThat(PduData(pdu.host, settings(pdu, **more)))

    return made
