"""Answers of a device in JSON, spoilt leaf by leaf, for `tests.faults.sweep`: each value, link, row
and list is gone, null, empty or of another type, and each whole answer fails.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.faults.sweep import Case

#: what is wrong with a leaf
LEAF_WAYS = ("gone", "null", "empty", "another type", "true")
#: what is wrong with a whole answer: a status, or a body
ANSWER_WAYS: Mapping[str, tuple[int, bytes]] = {
    "404": (404, b"{}"),
    "500": (500, b""),
    "503": (503, b""),
    "null": (200, b"null"),
    "{}": (200, b"{}"),
    "[]": (200, b"[]"),
    "no JSON": (200, b'[{"id": "A'),
    "nothing": (200, b""),
}
Path = tuple[Any, ...]


class Leaf(NamedTuple):
    """One value in an answer, or with an empty path the whole answer."""

    #: of the request
    request: str
    path: Path

    def __str__(self) -> str:
        return f"{self.request} {'/'.join(map(str, self.path))}".strip()


def leaves(answers: Mapping[str, Any]) -> dict[str, Leaf]:
    """The leaves of JSON answers, by what they are called; whole answers are none of them."""
    leaf_by_name: dict[str, Leaf] = {}
    for request, body in answers.items():
        for path in _paths(body):
            leaf = Leaf(request, path)
            leaf_by_name[str(leaf)] = leaf
    return leaf_by_name


def spoilt_answers(
    answers: Mapping[str, Any], leaf_by_name: Mapping[str, Leaf], case: Case
) -> dict[str, tuple[int, bytes]]:
    """Status and body of each answer in a case, by request. The case spoils whole answers, by their
    request, and leaves, by their name. A leaf whose container the case also spoils stays as it is.
    """
    bodies = dict(answers)
    # only these change: a copy of all answers took a quarter of the time of a sweep
    for spoilt in case:
        if spoilt.answer in leaf_by_name:
            request = leaf_by_name[spoilt.answer].request
            bodies[request] = copy.deepcopy(answers[request])

    replies: dict[str, tuple[int, bytes]] = {}
    # the later of two rows goes first: when a row is gone, the paths of those after it change
    for spoilt in sorted(
        case, key=lambda spoilt: _order(leaf_by_name, spoilt.answer), reverse=True
    ):
        is_whole_answer = spoilt.answer in answers
        if is_whole_answer:
            replies[spoilt.answer] = ANSWER_WAYS[spoilt.way]
        else:
            leaf = leaf_by_name[spoilt.answer]
            _spoil(bodies[leaf.request], leaf.path, spoilt.way)
    for request, body in bodies.items():
        replies.setdefault(request, (200, json.dumps(body).encode()))
    return replies


def _order(leaf_by_name: Mapping[str, Leaf], answer: str) -> list[str]:
    """Sorts the leaves of an answer by their paths, and answers before all leaves."""
    leaf = leaf_by_name.get(answer)
    return [] if leaf is None else [f"{part:>6}" for part in leaf.path]


def _paths(value: Any, here: Path = ()) -> Iterator[Path]:
    """The path of each value in JSON, a container before its content."""
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*here, key)
        yield from _paths(inner, (*here, key))


def _spoil(body: Any, path: Path, way: str) -> None:
    """Spoil the value at a path, in place."""
    holder = body
    try:
        for key in path[:-1]:
            holder = holder[key]
        value = holder[path[-1]]
        if way == "gone":
            del holder[path[-1]]
        else:
            holder[path[-1]] = _other(value, way)
    except (LookupError, TypeError):
        return  # the other spoilt leaf held it


def _other(value: Any, way: str) -> Any:
    """What stands in place of a value that is spoilt in this way of LEAF_WAYS, and not gone."""
    if way == "null":
        return None
    if way == "true":
        return True
    if way == "empty":
        return type(value)() if isinstance(value, (str, list, dict)) else ""
    # another type
    if isinstance(value, (dict, str)):
        return [value]
    if isinstance(value, list):
        return {"value": value}
    return str(value)
