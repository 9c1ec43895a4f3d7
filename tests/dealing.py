"""Orders the tests so that all workers of pytest-xdist end at about the same time.

With `--dist worksteal`, pytest-xdist gives each worker an equal part of the list. A worker that has finished its part takes
tests from the end of another's. In a list sorted by name, the first and the last part would hold nearly all tests that start
programs, which are the slow ones.
"""
from __future__ import annotations

from typing import Callable, Dict, List, Sequence, TypeVar

T = TypeVar("T")
# Modules whose tests spend most of their time waiting. Up to two workers begin with them. At the end of a run, or in all workers
# at once, they would leave the processors idle.
WAITING = ("tests/dcimanager/test_browser.py", "tests/faults/test_matrix.py", "tests/faults/test_together.py",
           "tests/handlers/command/fleet/test_find.py", "tests/handlers/command/fleet/test_prometheus.py",
           "tests/conformance/test_matrix.py", "tests/pdu_common/test_snmp_faults.py", "tests/faults/test_budget.py")


def dealt(items: Sequence[T], path: Callable[[T], str], workers: int) -> List[T]:
    """The same items, ordered as one part for each worker. Up to two parts begin with modules of WAITING. The
    modules that start programs are shared out next, then the others.

    A module's items stay together, in their order, except at the end of a part. Each part has exactly the size that pytest-xdist
    gives a worker. If a part were shorter, the modules that should begin the next part would be at the end of that worker's
    list: they would run last, and in several workers.
    """
    modules: Dict[str, List[T]] = {}
    for item in items:
        modules.setdefault(path(item), []).append(item)
    parts: List[List[T]] = [[] for _ in range(workers)]
    begun = [0] * workers       # modules that start programs, by part
    for number, name in enumerate(name for name in WAITING if name in modules):
        parts[number % min(2, workers)] += modules.pop(name)
        begun[number % min(2, workers)] += 1
    for name in sorted(filter(_starts_programs, modules), reverse=True):
        least = begun.index(min(begun))
        parts[least] += modules.pop(name)
        begun[least] += 1
    for module in sorted(modules.values(), key=len, reverse=True):
        min(parts, key=len).extend(module)
    return _evened(parts)


def _evened(parts: List[List[T]]) -> List[T]:
    """The parts one after the other, each as long as the scheduler of `--dist worksteal` makes it. Surplus goes to short ones."""
    left = sum(map(len, parts))
    sizes = []
    for number in range(len(parts)):
        sizes.append(left // (len(parts) - number))
        left -= sizes[-1]
    surplus = [item for part, size in zip(parts, sizes) for item in part[size:]]
    ordered: List[T] = []
    for part, size in zip(parts, sizes):
        missing = max(size - len(part), 0)
        ordered += part[:size] + surplus[:missing]
        del surplus[:missing]
    return ordered


def _starts_programs(path: str) -> bool:
    """Whether a module's tests are likely to start programs. Most tests of a handler's own code run in pytest's process."""
    return not path.startswith("tests/handlers/") or path.startswith("tests/handlers/command/")
