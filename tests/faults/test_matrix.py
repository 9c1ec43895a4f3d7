"""Every call is right with every fault; see this package's docstring."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest

from handlers import registry
from tests.waiting import until

from .call import Call, play
from .catalogue import AT_START, BY_KEY, FAULTS, METHODS, WRITES, Fault
from .protocols import subject
from .wire import PLAYERS

THREADS = 24
PLACES = dict.fromkeys(
    (name, fault.place) for name in registry.names() for fault in subject(name).faults()
)


@cache
def exchanges(name: str) -> dict[str, int]:
    """The number of exchanges of each call without a fault, whose results are right."""
    steps = {}
    play(subject(name), None, Call("status"))  # fills the caches of the process
    for method in METHODS:
        outcome = play(subject(name), None, Call(method))
        assert not outcome.kind, outcome
        assert not outcome.problems, outcome
        steps[method] = outcome.steps
    return steps


def calls(name: str, fault: Fault, every: bool) -> Iterator[Call]:
    """The calls with a fault: at every step, or only at some."""
    for method in METHODS if every else _quick_methods(name, fault):
        for step in _steps(name, fault, method, every):
            for seed in range(max(1, fault.seeds)):
                yield Call(method, step, seed)


def _quick_methods(name: str, fault: Fault) -> Sequence[str]:
    """A read and a command; the other two with the next fault, and with the next handler."""
    if fault.place == "tls":  # a handshake fails alike in every read and every command
        return ("status", "port_down")
    turn = subject(name).faults().index(fault) + registry.names().index(name)
    return METHODS[turn % 2 :: 2]


def _steps(name: str, fault: Fault, method: str, every: bool) -> Sequence[int]:
    """The exchanges of a call that get the fault: all; or the first and the last of a read, and
    every other one of a command. TLS faults and those of AT_START have one.
    """
    if fault.place == "tls" or fault.key in AT_START:
        return [0]
    count = exchanges(name)[method]
    if every or count <= 2:
        return range(count)
    if method in WRITES:
        return range(WRITES.index(method), count, 2)
    return [0, count - 1]


def resources() -> tuple[int, int]:
    """The open descriptors, and the threads."""
    return len(os.listdir("/proc/self/fd")), threading.active_count()


def is_released(before: tuple[int, int]) -> bool:
    """Whether there are no more than before; what only a cycle of references holds is freed."""
    if any(now > then for now, then in zip(resources(), before)):
        gc.collect()
    return all(now <= then for now, then in zip(resources(), before))


@pytest.mark.parametrize(
    "every",
    [pytest.param(False, id="some"), pytest.param(True, id="every step", marks=pytest.mark.trial)],
)
@pytest.mark.parametrize("name, place", PLACES)
def test_every_call_is_right_with_every_fault(name: str, place: str, every: bool) -> None:
    pairs = []
    for fault in subject(name).faults():
        if fault.place == place:
            pairs += [(fault, call) for call in calls(name, fault, every)]
    before = resources()

    with ThreadPoolExecutor(THREADS) as pool:  # most calls wait for a time-out
        outcomes = list(pool.map(lambda pair: play(subject(name), *pair), pairs))

    problems = []
    for (fault, _), outcome in zip(pairs, outcomes):
        problems += [f"{fault.key}: {problem}" for problem in outcome.problems]
    assert problems == []
    assert until(lambda: is_released(before), every=0.05)


@pytest.mark.parametrize("name", registry.names())
def test_each_fault_is_played_or_excluded_with_a_reason(name: str) -> None:
    played: Any = subject(name)
    assert set(played.excluded) <= set(BY_KEY)
    assert all(played.excluded.values())
    own = {fault.key for fault in FAULTS if fault.place == "answer"} - {"hiccup", "random"}
    assert set(played.corruptions) == own - set(played.excluded)
    assert set(PLAYERS) == {fault.key for fault in FAULTS if fault.place == "tcp"}
