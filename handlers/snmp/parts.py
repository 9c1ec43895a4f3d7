"""The parts of a profile: each record in a value, and the check of what its author wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class Checked(Protocol):
    """A record that checks its fields, without those of the records in them."""

    def check(self) -> None:
        """Raises ValueError with a sentence for the profile's author."""


def check_parts(value: object) -> None:
    """Check each record in a value. Raises ValueError. A constructor checks nothing: the build and
    the tests do so for the families of the pack, `schema.loads` for a profile of an owner."""
    for part in parts_of(value):
        if isinstance(part, Checked):
            part.check()


def parts_of(value: object) -> Iterator[object]:
    """Each dataclass in a value once, however often the value holds it, before those in it."""
    stack = [value]
    part_ids: set[int] = set()
    while stack:
        part = stack.pop()
        if is_dataclass(part) and not isinstance(part, type):
            if id(part) not in part_ids:
                part_ids.add(id(part))
                yield part
                stack += reversed(vars(part).values())
        elif isinstance(part, tuple):
            stack += reversed(part)
