"""Orders the tests so that all workers of pytest-xdist end at about the same time.

With `--dist worksteal`, pytest-xdist gives each worker an equal part of the list. A worker that has finished its part takes
tests from the end of another's. In a list sorted by name, the first and the last part would hold nearly all tests that start
programs, which are the slow ones.
"""
from __future__ import annotations

from typing import Callable, Dict, List, Sequence, TypeVar

T = TypeVar("T")
# Modules whose tests wait for most of their time. At the end of a run they would leave the processors idle.
WAITING = ("tests/dcimanager/test_browser.py", "tests/faults/test_matrix.py", "tests/faults/test_together.py",
           "tests/handlers/command/fleet/test_find.py", "tests/handlers/command/fleet/test_prometheus.py",
           "tests/test_waiting.py")


def dealt(items: Sequence[T], path: Callable[[T], str], workers: int) -> List[T]:
    """The same items in `workers` parts of similar size. Each part begins with a share of the modules that start programs, and
    these with those in WAITING.

    A module's items stay together, in their order.
    """
    modules: Dict[str, List[T]] = {}
    for item in items:
        modules.setdefault(path(item), []).append(item)
    parts: List[List[T]] = [[] for _ in range(workers)]
    programs = sorted(filter(_starts_programs, modules), key=lambda name: (name in WAITING, name), reverse=True)
    for number, name in enumerate(programs):
        parts[number % workers] += modules.pop(name)
    for module in sorted(modules.values(), key=len, reverse=True):
        min(parts, key=len).extend(module)
    return [item for part in parts for item in part]


def _starts_programs(path: str) -> bool:
    """Whether a module's tests are likely to start programs. Most tests of a handler's own code run in pytest's process."""
    return not path.startswith("tests/handlers/") or path.startswith("tests/handlers/command/")
