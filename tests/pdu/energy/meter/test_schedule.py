"""When rounds begin, with clocks that jump, drift and stop."""

from __future__ import annotations

import random

import pytest

from pdu.energy.journal.clocks import Instant, boot, monotonic
from pdu.energy.meter.schedule import Due, following, phase_s

EVERY = 300.0


def begins(offsets: dict[float, float], until: float, late: float = 0.0) -> list[tuple[float, ...]]:
    """The rounds of a meter whose clock of the world is ahead of the other by an offset from some
    monotonic time on: (monotonic, utc, left out) of each.
    """

    def utc(mono: float) -> float:
        return mono + max((at, by) for at, by in offsets.items() if at <= mono)[1]

    found: list[tuple[float, ...]] = []
    due = Due(0.0)
    while due.mono < until:
        now = due.mono + late
        found.append((due.mono, utc(due.mono), due.left_out))
        due = following(due, Instant(utc(now), now), EVERY)
    return found


def test_rounds_move_to_multiples_of_the_period_and_stay_there() -> None:
    found = begins({0.0: 1_000_000_123.4}, 30 * 86400.0, late=2.5)
    assert len(found) in (8640, 8641)
    assert all(utc % EVERY == pytest.approx(0.0, abs=1e-3) for _, utc, _ in found[1:])
    assert {round(new[0] - old[0], 3) for old, new in zip(found[1:], found[2:])} == {EVERY}
    assert not any(left_out for _, _, left_out in found)


def test_a_clock_that_is_slewed_is_followed_without_drift() -> None:
    # 500 ppm for a day, in steps of 100 s
    offsets = {number * 100.0: 1e9 + number * 0.05 for number in range(864)}
    found = begins(offsets, 86400.0)
    assert all(abs((utc + 150.0) % EVERY - 150.0) < 0.2 for _, utc, _ in found[1:])
    assert max(abs(new[0] - old[0] - EVERY) for old, new in zip(found[1:], found[2:])) < 0.4


@pytest.mark.parametrize("jump", [3600.0, -3600.0, 86_400.0 * 365, 149.0, 151.0, -149.0, 1.0])
def test_after_a_jump_of_the_clock_one_period_is_at_most_half_longer_or_shorter(
    jump: float,
) -> None:
    chance = random.Random(int(jump))
    at = 40_000.0 + chance.uniform(0.0, 300.0)
    found = begins({0.0: 1e9, at: 1e9 + jump}, 90_000.0)
    gaps = [new[0] - old[0] for old, new in zip(found, found[1:])]
    wrong = [gap for gap in gaps[1:] if abs(gap - EVERY) > 1e-3]
    assert len(wrong) <= 1 and all(EVERY / 2 <= gap <= EVERY * 1.5 for gap in wrong)
    assert found[-1][1] % EVERY == pytest.approx(0.0, abs=1e-3)


def test_rounds_of_a_machine_that_slept_are_counted() -> None:
    due = following(Due(0.0), Instant(1e9, 0.0), EVERY)
    after = following(due, Instant(1e9 + 3610.0, 3610.0), EVERY)
    # due at 300; those of 600, 900, ... 3600 were left out
    assert [due.mono, after.left_out, after.mono] == pytest.approx([200.0, 11, 3800.0])
    assert (1e9 + 3800.0) % EVERY == 0.0


def test_a_period_that_no_minute_contains_has_its_multiples_too() -> None:
    due = following(Due(5.0), Instant(1e9, 5.0), 7.0)
    assert 5.0 < due.mono <= 5.0 + 10.5
    assert (1e9 + due.mono - 5.0) % 7.0 == pytest.approx(0.0, abs=1e-3)


def test_the_monotonic_clock_is_that_of_the_machine_and_named() -> None:
    first = monotonic()
    assert monotonic() >= first > 0
    assert boot() == boot() and len(boot()) == 36


def test_a_late_round_does_not_move_the_next_one_into_the_past() -> None:
    # due at 0, begun at 8; the multiple near 10 was at 6
    assert following(Due(0.0), Instant(1002.0, 8.0), 10.0) == Due(16.0)


def test_each_pdu_has_a_phase_of_its_own_away_from_the_begin_of_a_round() -> None:
    phases = [phase_s(f"rack{number}-left", 300.0) for number in range(1000)]
    assert all(15.0 <= phase <= 285.0 for phase in phases)
    assert len({round(phase, 3) for phase in phases}) > 990
    # as many in each tenth of a round, and the same each time
    tenths = [sum(at <= (phase - 15.0) / 27.0 < at + 1 for phase in phases) for at in range(10)]
    assert all(60 <= count <= 140 for count in tenths)
    assert phases[7] == pytest.approx(5.0 * phase_s("rack7-left", 60.0))
