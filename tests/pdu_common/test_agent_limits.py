"""What a session notes of an agent: how many rows it asks for, and how long it waits."""

from __future__ import annotations

from pdu_common.snmp_client.agent_limits import AgentLimits, RowLimit, fewer


def test_after_a_silence_a_fifth_of_the_rows_is_asked_for_and_at_least_one() -> None:
    assert [fewer(rows) for rows in (25, 10, 5, 4, 1)] == [5, 2, 1, 1, 1]


def test_one_silence_is_forgotten_with_the_next_answer_but_not_two() -> None:
    limit = RowLimit(25)
    assert limit.rows == 25
    assert limit.usual == 25
    limit.silent(25)
    assert limit.rows == 5
    limit.note_answer()
    assert limit.rows == 25
    limit.silent(25)
    limit.note_answer()
    assert limit.rows == 5
    assert limit.usual == 25


def test_a_silence_never_raises_the_number_of_rows() -> None:
    limit = RowLimit(25)
    limit.silent(5)
    limit.silent(25)
    assert limit.rows == 1


def test_after_a_wrong_answer_only_single_rows_are_asked_for() -> None:
    limit = RowLimit(16)
    limit.refuse()
    limit.note_answer()
    assert limit.rows == 1


def test_an_agent_that_has_not_answered_is_waited_for_until_the_timeout() -> None:
    limits = AgentLimits()
    assert limits.bulk.rows == 25
    assert limits.next.rows == 16
    assert not limits.is_alive
    assert limits.patience_s(60.0) == 60.0


def test_an_agent_that_answered_is_waited_for_three_times_its_slowest_answer_or_five_s() -> None:
    limits = AgentLimits()
    limits.note_answer(0.1)
    assert limits.is_alive
    assert limits.patience_s(60.0) == 5.0
    limits.note_answer(4.0)
    limits.note_answer(0.1)
    assert limits.patience_s(60.0) == 12.0
    # at most the timeout
    assert limits.patience_s(2.0) == 2.0
