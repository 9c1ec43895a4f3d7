"""The double of BaseSnmpPdu against agents that are slow or have odd indexes, and its log; other
faults of agents are in agents.txt.
"""

from __future__ import annotations

import logging
import random
from contextvars import copy_context

import pytest

from pdu_common.base_snmp_pdu import SnmpError
from pdu_common.snmp_client import calls, process_options
from tests.simulators.snmp_agent import Agent, Device, Faults, Row
from tests.simulators.snmp_agent.device import INTEGER
from tests.simulators.snmp_agent.devices import apc

from .double import connect

STATES = f"{apc.RPDU2_STATUS}.5"
NAME = "1.3.6.1.2.1.1.5.0"


def _walked(agent: Agent, **params: str) -> list[str]:
    return [element.oid_index for element in connect(agent.port, **params).snmp_walk(STATES)]


@pytest.mark.parametrize("seed", range(10))
def test_a_walk_is_whole_for_any_indexes(seed: int) -> None:
    """Indexes have one to three arcs of at most 2**32 - 1, with gaps and runs.

    For even seeds no object follows them.
    """
    chance = random.Random(seed)
    rows: dict[str, Row] = {}
    for _ in range(30):
        rows[f"{STATES}.{_random_index(chance)}"] = Row(INTEGER, chance.randrange(100))
    is_last_table = seed % 2 == 0
    next_table = {} if is_last_table else {f"{apc.RPDU2_STATUS}.6.1": Row(INTEGER, 1)}

    with Agent(Device({**rows, **next_table}, rules=None)) as agent:
        in_order = agent.device.rows()
        by_getnext = connect(agent.port, version="1").snmp_walk(STATES)
        by_getbulk = connect(agent.port, version="2").snmp_walk(STATES)

    expected = [(oid, row.value) for oid, row in in_order.items() if oid in rows]
    assert [(element.oid, element.value) for element in by_getnext] == expected
    assert [(element.oid, element.value) for element in by_getbulk] == expected


def _random_index(chance: random.Random) -> str:
    arcs: list[int] = []
    for _ in range(chance.randint(1, 3)):
        arcs.append(chance.choice((chance.randrange(4), chance.randrange(300), 2**32 - 1)))
    return ".".join(map(str, arcs))


def test_a_table_without_end_is_an_error(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MAX_ROWS", 200)
    agent.faults = Faults(endless=True)
    with pytest.raises(SnmpError, match="no end"):
        _walked(agent)


def test_a_walk_that_is_too_slow_ends_at_its_deadline_and_the_next_call_works(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.faults = Faults(late_s=0.1, max_bindings=1)
    with (
        monkeypatch.context() as hurried,
        pytest.raises(SnmpError, match="no complete answer from .* within"),
    ):
        hurried.setattr(calls, "WALK_DEADLINE_S", 0.4)
        _walked(agent)
    agent.faults = Faults()
    assert _walked(agent) == list(map(str, range(1, 49)))


def test_a_read_is_repeated_after_a_lost_request_and_after_a_lost_answer(agent: Agent) -> None:
    agent.faults = Faults(drop=frozenset((1,)), drop_answers=frozenset((2,)))
    requests: list[int] = []

    def read() -> None:
        process_options.SENT.set(lambda: requests.append(1))
        assert connect(agent.port, timeout="0.5", retries="10").snmp_get(NAME).value == "rpdu2"

    copy_context().run(read)
    assert agent.requests >= 3  # more if the machine is busy
    assert len(requests) == agent.requests


def test_a_late_answer_is_not_taken_for_the_answer_to_a_later_request(agent: Agent) -> None:
    agent.faults = Faults(late_first_s=1.0)
    pdu = connect(agent.port, timeout="0.4", retries="10")
    assert pdu.snmp_get(NAME).value == "rpdu2"
    (late,) = agent._timers
    is_late_sent = False
    while not is_late_sent:
        is_late_sent = not late.is_alive()  # so the last round of requests follows the late answer
        states = [pdu.snmp_get(f"{STATES}.{n}").value for n in range(1, 9)]
        assert states == [2, 2, 2, 1] * 2


def test_a_truncated_answer_leaves_no_community_in_the_log_or_the_error(
    agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    agent.faults = Faults(truncate=True)
    with pytest.raises(SnmpError) as error_info:
        connect(agent.port, timeout="0.2", retries="0").snmp_walk(STATES)
    assert "private" not in caplog.text + str(error_info.value)
    agent.faults = Faults()
    assert _walked(agent) == list(map(str, range(1, 49)))
