"""Agents that leave a GETBULK without an answer, and slow ones: each family is read whole, and a
session waits for three silences at most.
"""

from __future__ import annotations

from typing import Any

import pytest

from handlers.shared.errors import Unreachable
from handlers.shared.meter_figures import measured
from tests.handlers.snmp.calls import pdu
from tests.handlers.snmp.units import ONE_OF_EACH_MECHANISM, about, handler_of, unit_id
from tests.simulators.snmp_agent import Agent, Faults
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.snmp_units import Fixture

# SNMPv1 has no GETBULK
WITH_BULK = [unit for unit in ONE_OF_EACH_MECHANISM if "2c" in unit.versions]
#: of a GETBULK, of the same again, and of one for fewer rows
SILENCES = 3
# a silence costs 0.1 s here, and what this machine answers later is asked for again
HURRIED: dict[str, Any] = {"timeout": "0.1", "retries": "10"}


def dropped(agent: Agent) -> int:
    """How many requests the agent did not know."""
    return agent.requests - sum(agent.counts.values())


@pytest.mark.parametrize("unit", WITH_BULK, ids=unit_id)
@pytest.mark.sample(5)
def test_a_family_is_read_whole_without_getbulk_for_three_silences(unit: Fixture) -> None:
    with Agent(unit.device(), faults=Faults(no_bulk=True)) as agent:
        handler = handler_of(unit, agent, pdu, version="2c", **HURRIED)
        figures = handler.measured(with_power=True)
        assert dropped(agent) <= SILENCES
    assert measured(figures.load_a) == about(unit.expected.load_a)
    assert measured(figures.power_w) == about(unit.expected.power_w)
    assert measured(figures.energy_kwh) == about(unit.expected.energy_kwh)


def test_calls_of_one_session_share_the_silences_and_the_next_session_asks_anew() -> None:
    with Agent(apc.rpdu2(outlets=48), faults=Faults(no_bulk=True)) as agent:
        handler = pdu(agent, **HURRIED)
        with handler.opened() as open_pdu:
            assert len(open_pdu.states()) == 48
            assert open_pdu.figures(with_power=False).load_a is not None
            assert len(open_pdu.labels()) == 48
        assert dropped(agent) == SILENCES
        agent.faults = Faults()
        assert len(handler.status().ports) == 48
        assert agent.counts["bulk"] > 0


def test_a_lost_datagram_makes_no_walk_smaller_or_slower() -> None:
    """The request is repeated as GETBULK for as many rows, not for fewer and not as GETNEXT."""
    with Agent(apc.rpdu2(outlets=48)) as agent:
        pdu(agent).statistic()
        usual_bulks = agent.counts["bulk"]
    second_is_lost = Faults(drop=frozenset((2,)))
    with Agent(apc.rpdu2(outlets=48), faults=second_is_lost) as agent:
        statistic = pdu(agent, timeout="0.5", retries="10").statistic()
        assert len(statistic.ports) == 48
        assert agent.counts["next"] == 0
        assert agent.counts["bulk"] == usual_bulks


def test_an_agent_that_drops_large_answers_is_asked_for_small_ones() -> None:
    with Agent(apc.rpdu2(outlets=48), faults=Faults(silent_above=300)) as agent:
        handler = pdu(agent, **HURRIED)
        assert len(handler.statistic().ports) == 48


def test_a_long_timeout_is_not_waited_for_once_the_agent_is_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pdu_common.snmp_client.agent_limits._LONGEST_SILENCE_S", 0.2)
    with Agent(apc.rpdu2(outlets=48), faults=Faults(no_bulk=True)) as agent:
        assert len(pdu(agent, timeout="20").statistic().ports) == 48


def test_a_walk_without_an_answer_names_version_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a platform whose walk sends GETBULKs of one size only."""
    with Agent(apc.rpdu2(outlets=8), faults=Faults(walk_silent_after=0)) as agent:
        with pytest.raises(Unreachable, match="with SNMP 2c or 3, set the SNMP version to 1"):
            pdu(agent, timeout="0.2", retries="0").status()


def test_a_call_that_takes_too_long_names_version_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.snmp.handler.LONGEST_SECONDS", -1.0)
    with Agent(apc.rpdu2(outlets=8)) as agent:
        with pytest.raises(Unreachable, match="GETBULK .* set the SNMP version to 1"):
            pdu(agent).statistic()
