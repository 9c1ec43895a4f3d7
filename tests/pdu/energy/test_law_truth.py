"""The law of energy beside a simulated truth: what flowed is between the bounds.

A register is polled at random moments while a load with a known energy flows: in each of its steps,
with pauses and values that are renewed seldom, wrong readings, wraps, and a set-back that nothing
tells.
"""

from __future__ import annotations

import random
from itertools import accumulate
from typing import Callable, NamedTuple

import pytest

from pdu.energy.law import Register, energy
from pdu.energy.segments import Column, RegisterLimits, segments_of

LIMIT_W = 3680.0
SPAN_S = 3 * 86_400.0
_GRID_S = 300.0
SEEDS = [pytest.param(200, id="few"), pytest.param(5000, id="many", marks=pytest.mark.trial)]


class Truth(NamedTuple):
    """What flowed until a moment, in Wh."""

    flowed: Callable[[float], float]
    register: Register


def load(draw: random.Random, watts: float) -> Callable[[float], float]:
    """A load that changes now and then: what flowed until a moment, in Wh."""
    steps, power = [], watts
    for _ in range(int(SPAN_S / _GRID_S)):
        if draw.random() < 0.02:
            power = draw.choice([0.0, watts / 3.0, watts, min(watts * 1.2, LIMIT_W)])
        steps.append(power * _GRID_S / 3600.0)
    flowed = [0.0, *accumulate(steps)]

    def until(at: float) -> float:
        place = min(max(int(at // _GRID_S), 0), len(flowed) - 2)
        share = (at - place * _GRID_S) / _GRID_S
        return flowed[place] + (flowed[place + 1] - flowed[place]) * share

    return until


def polled(
    draw: random.Random, shown: Callable[[float], int], wrap: int = 0, pause_s: float = 30_000.0
) -> Register:
    """A register polled at random; `shown` gives what it shows at a moment, in Wh."""
    every_s = draw.choice([60.0, 300.0, 900.0, 900.0, 3600.0, 14_400.0])
    column = Column([], [], [])
    begin = draw.random() * every_s
    while begin < SPAN_S - 30.0:
        if draw.random() < 0.03:
            begin += draw.random() * pause_s
            continue
        values = zip(column, (begin, begin + 5.0, shown(begin + draw.random() * 5.0)))
        for cells, value in values:
            cells.append(value)  # type: ignore[attr-defined]
        begin += every_s * (0.5 + draw.random())
    limits = RegisterLimits(LIMIT_W, wrap)
    return Register(*segments_of(column, limits, has_identity=draw.random() < 0.5), LIMIT_W)


def faulty_reader(draw: random.Random) -> Truth:
    """Of a right register, some readings are wrong."""
    step, start = draw.choice([1, 10, 100, 1000]), draw.randrange(1_000_000)
    wrap, renewed_s = draw.choice([0, 0, 1_000_000]), draw.choice([1.0, 60.0, 899.0])
    flowed = load(draw, draw.choice([50.0, 400.0, 3000.0]))

    def shown(at: float) -> int:
        wh = int((start + flowed(max(at - at % renewed_s, 0.0))) // step * step)
        wh = wh % wrap if wrap else wh
        return draw.choice([0, 99_999_000, wh * 10]) if draw.random() < 0.01 else wh

    return Truth(flowed, polled(draw, shown, wrap))


def set_back(draw: random.Random) -> Truth:
    """A register that falls to what it showed some time before, and nothing else tells."""
    step, start = draw.choice([1, 10, 100]), draw.randrange(1_000_000)
    watts = draw.choice([50.0, 400.0, 3000.0])
    fall_at = draw.uniform(0.2, 0.8) * SPAN_S
    lost = watts * min(draw.choice([600.0, 3600.0, 14_400.0, 40_000.0]), fall_at) / 3600.0

    def shown(at: float) -> int:
        wh = start + watts * at / 3600.0 - (lost if at >= fall_at else 0.0)
        return int(wh // step * step)

    return Truth(lambda at: watts * at / 3600.0, polled(draw, shown, pause_s=60_000.0))


@pytest.mark.parametrize("count", SEEDS)
@pytest.mark.parametrize("simulate", [faulty_reader, set_back])
def test_the_truth_is_between_the_bounds(
    simulate: Callable[[random.Random], Truth], count: int
) -> None:
    for seed in range(count):
        draw = random.Random(seed)
        flowed, register = simulate(draw)
        is_told = simulate is faulty_reader or register.events
        for _ in range(8 if is_told else 0):
            begin = draw.random() * SPAN_S
            end = begin + 60.0 + draw.random() * max(SPAN_S - begin - 60.0, 0.0)
            figure = energy(register, begin, end)
            if figure is not None:
                true = flowed(end) - flowed(begin)
                assert figure.low - 1e-6 <= true <= figure.high + 1e-6, (seed, begin, end, figure)
