"""A register that jumps by a round binary number of its units."""

from __future__ import annotations

from typing import Optional

import pytest

from pdu.energy.registers.segments import history_of
from pdu.energy.registers.values import Event, RegisterLimits, RegisterReadings

HOUR = 3600.0
UNIT, LIMIT_KW = 0.001, 3.68
FLIPPED = "by 2^24 register units: a flipped or lost bit?"


def event_of(
    jump: float,
    start: float = 20_000.0,
    unit: Optional[float] = UNIT,
    modulus: Optional[float] = None,
    hole_s: float = HOUR,
) -> Event:
    """What is said of a register that rises by 1 kWh an hour, and jumps by `jump` kWh too."""
    times, values = [], []
    for number in range(24):
        after = number >= 12
        times.append(number * HOUR + (hole_s - HOUR if after else 0.0))
        values.append(start + number + (jump if after else 0.0))
    limits = RegisterLimits(LIMIT_KW, 10 * UNIT, modulus, unit)
    (event,) = history_of(RegisterReadings(times, times, values), limits).events
    return event


@pytest.mark.parametrize("sign, kind", [(1, "too fast"), (-1, "reset")])
def test_a_flipped_or_lost_bit_is_named(sign: int, kind: str) -> None:
    event = event_of(sign * 2**24 * UNIT)
    assert event.kind == kind and event.reason.endswith(FLIPPED)
    # what the supply delivered in the hole besides is not part of the jump
    assert event_of(sign * 2**24 * UNIT + 2.0).reason.endswith(FLIPPED)
    assert "2^20" in event_of(sign * 2**20 * UNIT).reason


def test_a_bit_that_may_be_a_wrap_is_named_too() -> None:
    event = event_of(-(2**24) * UNIT, modulus=20_014.0)
    assert event.kind == "reset" and event.reason.endswith(FLIPPED)
    low = event_of(1.5 - 2**24 * UNIT, start=16_765.0, modulus=16_778.0)
    assert low.kind == "wrap or reset" and low.reason.endswith(FLIPPED)


@pytest.mark.parametrize(
    "event",
    [
        event_of(2**24 * UNIT + 4.0),  # the supply does not deliver the rest
        event_of(2**24 * UNIT - 4.0),  # it would have run backwards
        event_of(2**15 * UNIT),  # too low a bit
        event_of(2**24 * UNIT, hole_s=60 * HOUR),  # the supply delivers much in the hole
        event_of(2**24 * UNIT, unit=None),
        event_of(1.5 - 2**24 * UNIT, start=16_765.0, modulus=2**24 * UNIT),  # a wrap
    ],
)
def test_another_jump_is_not(event: Event) -> None:
    assert "bit" not in event.reason
    assert event.kind in ("too fast", "wrap or reset")
