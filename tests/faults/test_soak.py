"""A day of polls, commands and faults: nothing that they leave behind adds up."""

from __future__ import annotations

import gc
import random
import tracemalloc

import pytest

from handlers import registry
from tests.waiting import until

from .call import Call, play
from .catalogue import WRITES
from .protocols import subject
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
    """Make the calls of so many hours; about every third has a fault."""
    device = subject(name)
    steps = exchanges(name)
    for _ in range(hours):
        for method in chance.sample(HOUR, len(HOUR)):
            fault = None
            if chance.random() < 1 / 3:
                fault = chance.choice(device.faults())
            # a handshake is before the first step
            is_handshake = fault is not None and fault.place == "tls"
            step = 0 if is_handshake else chance.randrange(steps[method])
            outcome = play(device, fault, Call(method, step))
            assert outcome.problems == ()


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
    # a simulator's thread may end a moment after its last answer
    assert until(lambda: is_released(before), every=0.05)
