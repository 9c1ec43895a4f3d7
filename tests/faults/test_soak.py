"""A day of polls, commands and faults: nothing that they leave behind adds up."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from handlers import registry

from .call import Call, play
from .catalogue import WRITES
from .subjects import subject
from .test_matrix import exchanges, is_released, resources

# the calls of one hour, made in random order
HOUR = ("status",) * 12 + ("statistic",) * 4 + WRITES
HOURS = 6
GROWTH_KB = 8192  # the allocator returns freed memory late


def memory_kb() -> int:
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0])


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
    live(name, chance, HOURS)  # the largest answers make memory grow
    memory, before = memory_kb(), resources()
    live(name, chance, HOURS)
    assert memory_kb() - memory <= GROWTH_KB
    assert is_released(before)
