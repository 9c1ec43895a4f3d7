"""Immutable values whose fields are their annotations, for the parts of profiles alone: records
elsewhere are NamedTuples or dataclasses.

All classes share one constructor. The standard frozen dataclasses compile five functions for each
of some 50 classes, which costs each start 26 ms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, ClassVar, TypeVar

T = TypeVar("T", bound="FrozenValue")
REQUIRED: Any = object()  # marks a field without a default

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_options: bool) -> Callable[[type], type]:
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class FrozenValue:
    """Fields are declared as `name: type = default`; `__post_init__` checks them and raises
    ValueError.
    """

    __slots__ = ("__dict__", "_hash")
    _hash: int
    # name -> default, in the order of the constructor
    FIELDS: ClassVar[Mapping[str, Any]] = {}
    _needed: ClassVar[Sequence[str]] = ()

    def __init_subclass__(cls) -> None:
        annotations = {
            name: cls.__dict__.get(name, REQUIRED)
            for name, hint in cls.__dict__.get("__annotations__", {}).items()
            if not hint.startswith("ClassVar")
        }
        cls.FIELDS = {**cls.FIELDS, **annotations}
        cls._needed = [name for name, default in cls.FIELDS.items() if default is REQUIRED]

    def __init__(self, *values: Any, **fields: Any) -> None:
        """The fields, by position or name. TypeError for one unknown, missing or given twice."""
        defaults = self.FIELDS
        positional: dict[str, Any] = dict(zip(defaults, values))
        if len(values) > len(defaults) or not positional.keys().isdisjoint(fields):
            raise TypeError(f"{type(self).__name__} takes each of {', '.join(defaults)} once")
        value_by_field = {**defaults, **positional, **fields}
        if len(value_by_field) > len(defaults):
            unknown_names = [name for name in fields if name not in defaults]
            raise TypeError(f"{type(self).__name__} has no {', '.join(unknown_names)}")
        for name in self._needed:
            if value_by_field[name] is REQUIRED:
                raise TypeError(f"{type(self).__name__} needs {name}")
        self.__dict__.update(value_by_field)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check the fields. Raises ValueError."""

    def __setattr__(self, name: str, value: object = None) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    __delattr__ = __setattr__

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            # kept, because profiles are deep
            object.__setattr__(self, "_hash", hash((type(self), *self.__dict__.values())))
        return self._hash

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({fields})"


def replace(value: T, **fields: Any) -> T:
    """A copy of `value` with these fields replaced. All checks run again."""
    return type(value)(**{**value.__dict__, **fields})


def parts_of(value: object) -> Iterator[object]:
    """A value and, recursively, the fields of each `FrozenValue` and the items of each tuple in
    it.
    """
    stack = [value]
    while stack:
        part = stack.pop()
        yield part
        if isinstance(part, FrozenValue):
            stack += reversed(part.__dict__.values())
        elif isinstance(part, tuple):
            stack += reversed(part)


def frozen_parts_of(value: object) -> Iterator[FrozenValue]:
    """Each `FrozenValue` in a value once, however often the value holds it, in no order."""
    stack = [value]
    part_ids: set[int] = set()
    while stack:
        part = stack.pop()
        if isinstance(part, FrozenValue):
            if id(part) not in part_ids:
                part_ids.add(id(part))
                yield part
                stack += part.__dict__.values()
        elif isinstance(part, tuple):
            stack += part
