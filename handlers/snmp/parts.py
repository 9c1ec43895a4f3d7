"""The records that a profile is made of, and the check of each: its author's errors."""

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
    """Checks each record in a profile, or in another value. Raises ValueError with a sentence for
    the profile's author. Constructors check nothing, as families of the pack are checked once, at
    the build, and an owner's profile when it is loaded.

        Profile with Column("1.3.6.x")  ->  ValueError: oid is '1.3.6.x'; give a numeric OID ...
    """
    for part in parts_of(value):
        if isinstance(part, Checked):
            part.check()


def parts_of(value: object) -> Iterator[object]:
    """Each record in a value, such as a profile: first the value itself, then the records in its
    fields and tuples, and so on. A record that the value holds several times is given once.

    >>> from handlers.snmp.objects import Column, Parts
    >>> states = Column("1.3.6.1.4.1.1")
    >>> [type(part).__name__ for part in parts_of(Parts((("A", states), ("B", states))))]
    ['Parts', 'Column']
    """
    values_to_visit = [value]
    visited_ids: set[int] = set()
    while values_to_visit:
        part = values_to_visit.pop()
        is_record = is_dataclass(part) and not isinstance(part, type)
        if is_record and id(part) not in visited_ids:
            visited_ids.add(id(part))
            yield part
            values_to_visit += reversed(vars(part).values())
        elif isinstance(part, tuple):
            values_to_visit += reversed(part)
