"""Fixtures of the Raritan tests."""
from __future__ import annotations

from typing import Callable, Iterator, List

import pytest

from handlers.raritan.handler import RaritanPdu
from handlers.raritan.rpc import Agent
from handlers.tls import Trust
from pdu_common.connection import PduData
from tests.simulators.xerus import GENERATIONS, XerusPdu
from tests.waiting import PATIENCE_S

from .handling import Handle, settings

MakeAgent = Callable[..., Agent]


@pytest.fixture(params=GENERATIONS)
def firmware(request: pytest.FixtureRequest) -> str:
    """Each firmware generation in turn."""
    return str(request.param)


@pytest.fixture
def agent() -> Iterator[MakeAgent]:
    """Makes agents, closed at the end."""
    made: List[Agent] = []

    def make(proto: str, host: str, user: str = "admin", passwd: str = "secret-word", *, trust: Trust = Trust(),
             timeout: float = PATIENCE_S, token: str = "", debug: bool = False) -> Agent:
        one = Agent(proto, host, None if token else user, None if token else passwd, token or None, debug,
                    timeout=timeout, trust=trust)
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


@pytest.fixture
def handle() -> Handle:
    """The handler for a simulator."""
    def made(pdu: XerusPdu, **more: str) -> RaritanPdu:
        return RaritanPdu(PduData(pdu.host, settings(pdu, **more)))

    return made
