"""Orders the tests so that all workers of pytest-xdist end at about the same time.

With `--dist worksteal`, pytest-xdist gives each worker an equal part of the list. A worker that has finished its part takes
tests from the end of another's. In a list sorted by name, the first and the last part would hold nearly all tests that start
programs, which are the slow ones.
"""
from __future__ import annotations

from typing import Callable, Dict, List, Sequence, TypeVar

T = TypeVar("T")


def dealt(items: Sequence[T], path: Callable[[T], str], workers: int) -> List[T]:
    """The same items in `workers` parts of similar size. Each part begins with a share of the modules that start programs.

    A module's items stay together, in their order.
    """
    modules: Dict[str, List[T]] = {}
    for item in items:
        modules.setdefault(path(item), []).append(item)
    parts: List[List[T]] = [[] for _ in range(workers)]
    # In reverse, so that tests/test_waiting.py, two tests of which wait 10 s, begins early.
    for number, name in enumerate(sorted(filter(_starts_programs, modules), reverse=True)):
        parts[number % workers] += modules.pop(name)
    for module in sorted(modules.values(), key=len, reverse=True):
        min(parts, key=len).extend(module)
    return [item for part in parts for item in part]


def _starts_programs(path: str) -> bool:
    """Whether a module's tests are likely to start programs. Most tests of a handler's own code run in pytest's process."""
    return not path.startswith("tests/handlers/") or path.startswith("tests/handlers/command/")
