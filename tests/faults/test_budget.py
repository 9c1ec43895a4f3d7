"""The time budget of a call, with devices that answer slowly.

The tests shorten the budget to BUDGET_S and set longer time-outs.
"""

from __future__ import annotations

import contextlib
import importlib
import time
from typing import Any, Callable

import pytest

from handlers import registry
from handlers.shared.errors import Unreachable
from handlers.snmp.handler import make_handler
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc

from .catalogue import BY_KEY, METHODS, WRITES
from .protocols import subject

BUDGET_S, MUCH_S = 0.5, 45.0
OVER_TCP = [name for name in registry.names() if registry.about(name).protocol != "snmp"]


@pytest.fixture(autouse=True)
def _short(budget: Callable[[float], None]) -> None:
    budget(BUDGET_S)


def called(pdu: Any, method: str, identity: str) -> Any:
    return getattr(pdu, method)(
        *([PduPortView(identity, EnumPowerStatus.UNKNOWN)] if method in WRITES else [])
    )


@pytest.mark.sample(4)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", OVER_TCP)
def test_a_call_to_a_device_that_sends_byte_by_byte_is_ended_by_its_budget(
    name: str, method: str
) -> None:
    played = subject(name)
    with contextlib.ExitStack() as opened:
        device = opened.enter_context(played.opened("drip"))
        relay = played.relay(device.port, BY_KEY["drip"], 0, None)
        opened.callback(relay.close)
        make = importlib.import_module(f"handlers.{name}.handler").make_handler
        pdu = make(
            PduData("127.0.0.1", {**device.settings, "port": str(relay.port), "timeout": "60"})
        )
        begin = time.monotonic()
        with pytest.raises(Unreachable):
            called(pdu, method, played.down)
        assert time.monotonic() - begin < MUCH_S
        assert not device.truth().writes


def test_no_walk_begins_after_the_budget() -> None:
    with Agent(apc.rpdu2(outlets=24)) as agent:
        agent.faults.late_s = 0.3
        pdu = make_handler(
            PduSnmpData(
                agent.host,
                {"version": "1", "port": str(agent.port), "community": "private", "timeout": "20"},
            )
        )
        begin = time.monotonic()
        with pytest.raises(Unreachable):
            pdu.statistic()
        assert time.monotonic() - begin < MUCH_S
        # At most 2 requests fit into the budget, and a walk that began within it runs to its end. A
        # whole statistic sends 32.
        assert agent.truth().requests < 12
