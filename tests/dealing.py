"""In which order several workers run the tests, so that all of them end at about the same time.

pytest-xdist hands each worker an equal part of the list, from its beginning on, and takes from the end of a part what a worker
that has nothing left may do. In order of their names one part would hold nearly every test that starts programs, which take
long and come one after the other.
"""
from __future__ import annotations

from typing import Callable, Dict, List, Sequence, TypeVar

T = TypeVar("T")


def dealt(items: Sequence[T], path: Callable[[T], str], workers: int) -> List[T]:
    """The same items in `workers` parts of about one size: each begins with its share of the modules that start programs.

    A module's items stay together, in their order.
    """
    modules: Dict[str, List[T]] = {}
    for item in items:
        modules.setdefault(path(item), []).append(item)
    parts: List[List[T]] = [[] for _ in range(workers)]
    for number, name in enumerate(sorted(filter(_starts_programs, modules))):
        parts[number % workers] += modules.pop(name)
    for module in sorted(modules.values(), key=len, reverse=True):
        min(parts, key=len).extend(module)
    return [item for part in parts for item in part]


def _starts_programs(path: str) -> bool:
    """Tests of a handler's own code run in the process of pytest, but for few."""
    return not path.startswith("tests/handlers/") or path.startswith("tests/handlers/command/")
