"""A day of polls, commands and faults: nothing that they leave behind adds up."""

from __future__ import annotations

import gc
import random
import tracemalloc

import pytest

from handlers import registry

from .call import Call, play
from .catalogue import WRITES
from .subjects import subject
from .test_matrix import exchanges, is_released, resources

# the calls of one hour, made in random order
HOUR = ("status",) * 12 + ("statistic",) * 4 + WRITES
HOURS = 6
GROWTH_KB = 512


def memory_kb() -> int:
    """What Python's objects take. The process's own memory swings: its allocator returns it late."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0] // 1024


def live(name: str, chance: random.Random, hours: int) -> None:
    """About every third call has a fault."""
    played, steps = subject(name), exchanges(name)
    for _ in range(hours):
        for method in chance.sample(HOUR, len(HOUR)):
            fault = chance.choice(played.faults()) if chance.random() < 1 / 3 else None
            step = 0 if fault and fault.place == "tls" else chance.randrange(steps[method])
            assert play(played, fault, Call(method, step)).problems == ()


@pytest.mark.trial
@pytest.mark.parametrize("name", registry.names())
def test_memory_descriptors_and_threads_do_not_grow_over_a_day(name: str) -> None:
    chance = random.Random(name)
    live(name, chance, HOURS)  # fills what is kept once
    tracemalloc.start()
    try:
        before = resources()
        live(name, chance, HOURS)
        assert memory_kb() <= GROWTH_KB
    finally:
        tracemalloc.stop()
    assert is_released(before)
