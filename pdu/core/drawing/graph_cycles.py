"""Finds a circle and the longest chain in a graph. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Optional, TypeVar

Node = TypeVar("Node", bound=Hashable)


def find_cycle(above: Mapping[Node, Sequence[Node]]) -> Optional[list[Node]]:
    """The nodes of one circle, the first repeated at the end; None if there is none.

    `above`: node -> the nodes that it depends on.
    """
    done: set[Node] = set()
    for start in above:
        path: list[Node] = []
        entered: dict[Node, int] = {}
        waiting = [(start, False)]
        while waiting:
            node, leaving = waiting.pop()
            if leaving:
                done.add(node)
                del entered[path.pop()]
                continue
            if node in entered:
                return [*path[entered[node] :], node]
            if node in done:
                continue
            entered[node] = len(path)
            path.append(node)
            waiting.append((node, True))
            waiting += [(one, False) for one in above.get(node, ())]
    return None


def longest_path(above: Mapping[Node, Sequence[Node]]) -> int:
    """The number of nodes in the longest chain of a graph without a circle."""
    lengths: dict[Node, int] = {}
    waiting = list(above)
    while waiting:
        node = waiting[-1]
        missing = [one for one in above.get(node, ()) if one not in lengths]
        if missing and node not in lengths:
            waiting += missing
            continue
        waiting.pop()
        lengths[node] = 1 + max((lengths[one] for one in above.get(node, ())), default=0)
    return max(lengths.values(), default=0)
