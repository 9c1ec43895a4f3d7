"""What a session notes of an agent: how many rows it asks for, and how long it waits."""

from __future__ import annotations

import pytest

from pdu_common.snmp_client.agent_limits import AgentLimits, RowLimit


@pytest.mark.parametrize(
    "events, rows",
    [
        pytest.param([], 25, id="usual"),
        pytest.param([25], 5, id="one silence"),
        pytest.param([25, "answer"], 25, id="one silence is forgotten with the next answer"),
        pytest.param([25, "answer", 25, "answer"], 5, id="but not two"),
        pytest.param([5, 25], 1, id="a silence never raises the number of rows"),
        pytest.param(["refuse", "answer"], 1, id="after a wrong answer only single rows"),
    ],
)
def test_what_was_answered_decides_how_many_rows_are_asked_for(
    events: list[object], rows: int
) -> None:
    limit = RowLimit(25)
    for event in events:
        if isinstance(event, int):
            limit.silent(event)
        elif event == "refuse":
            limit.refuse()
        else:
            limit.note_answer()
    assert (limit.rows, limit.usual) == (rows, 25)


@pytest.mark.parametrize(
    "answers_s, timeout_s, patience_s",
    [
        pytest.param([], 60.0, 60.0, id="until the timeout"),
        pytest.param([0.1], 60.0, 5.0, id="five s"),
        pytest.param([0.1, 4.0, 0.1], 60.0, 12.0, id="three times the slowest answer"),
        pytest.param([0.1, 4.0, 0.1], 2.0, 2.0, id="at most the timeout"),
    ],
)
def test_an_agent_is_waited_for_as_long_as_its_answers_took(
    answers_s: list[float], timeout_s: float, patience_s: float
) -> None:
    limits = AgentLimits()
    assert (limits.bulk.rows, limits.next.rows) == (25, 16)
    for seconds in answers_s:
        limits.note_answer(seconds)
    assert limits.is_alive == bool(answers_s)
    assert limits.patience_s(timeout_s) == patience_s
