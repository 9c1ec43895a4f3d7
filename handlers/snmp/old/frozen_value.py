"""Immutable values for the parts of profiles: frozen dataclasses, and what is found in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace as replace
from typing import TYPE_CHECKING, Any, Callable, ClassVar

REQUIRED: Any = MISSING  # marks a field without a default

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_options: bool) -> Callable[[type], type]:
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class FrozenValue:
    """Each subclass is a frozen dataclass. Its constructor does not check the fields: the build and
    the tests do so for the families of the pack, `schema.loads` for a profile that a user wrote."""

    #: name -> default
    FIELDS: ClassVar[Mapping[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        value_class: Any = dataclass(frozen=True)(cls)
        cls.FIELDS = {field.name: field.default for field in fields(value_class)}

    def check(self) -> None:
        """Check the fields, without those of the values in them. Raises ValueError."""


def check_parts(value: object) -> None:
    """Check each `FrozenValue` in a value. Raises ValueError with a sentence for its author."""
    for part in parts_of(value):
        part.check()


def parts_of(value: object) -> Iterator[FrozenValue]:
    """Each `FrozenValue` in a value once, however often the value holds it, before those in it."""
    stack = [value]
    part_ids: set[int] = set()
    while stack:
        part = stack.pop()
        if isinstance(part, FrozenValue):
            if id(part) not in part_ids:
                part_ids.add(id(part))
                yield part
                stack += reversed(part.__dict__.values())
        elif isinstance(part, tuple):
            stack += reversed(part)
