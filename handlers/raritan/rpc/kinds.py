"""The kinds of IDL types as Python base classes: enumeration, structure, value object, interface reference.

A declared class says what the newest firmware has; an instance remembers what its device really sent (`Came`), so that
a structure is written back with the same fields under the same names.
"""
from __future__ import annotations

import enum
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, FrozenSet, List, Mapping, NamedTuple, Optional, Protocol, Tuple

if TYPE_CHECKING:
    from typing_extensions import Self

_HERE = __name__.rpartition(".")[0] + "."


def idl_name(cls: type) -> str:
    """`pdumodel.Outlet.State` for the class of that name, in whatever file of the module it stands."""
    module = cls.__module__
    if module.startswith(_HERE):
        return f"{module[len(_HERE):].partition('.')[0]}.{cls.__qualname__}"
    return f"{module.rpartition('.')[2]}.{cls.__qualname__}"


class Caller(Protocol):
    """What a proxy needs of its agent."""

    def json_rpc(self, target: str, method: str, params: Mapping[str, object] = ...) -> object: ...


class Enumeration(enum.IntEnum):
    """Unknown ordinals survive as `UNKNOWN_<n>`; an absent one is -1, never the member that happens to be 0."""

    @property
    def val(self) -> int:
        """The ordinal, as documented."""
        return int(self.value)

    @classmethod
    def get_elements(cls) -> List[Self]:
        """All named members."""
        return list(cls)

    @classmethod
    def _missing_(cls, value: object) -> Optional["Enumeration"]:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_, member._value_ = f"UNKNOWN_{value}", value
        return member

    def __str__(self) -> str:
        return f"{idl_name(type(self))}.{self.name}"

    __repr__ = __str__


class Came(NamedTuple):
    """How a structure came from the device. Never changed in place: structures that came in full share one."""

    absent: FrozenSet[str] = frozenset()            # fields that did not come
    null: FrozenSet[str] = frozenset()              # fields that came as null where the type has no null
    spelling: Mapping[str, str] = {}                # our name -> the older name that it came under
    lifted: Mapping[str, str] = {}                  # older field that came -> the field it lives in now
    rest: Mapping[str, object] = {}                 # fields of a firmware newer than this binding

    def but(self, name: str) -> "Came":
        """After the caller has set a field."""
        return self._replace(absent=self.absent - {name}, null=self.null - {name})


IN_FULL = Came()


class Structure:
    """Base of structures and value objects: fields by name, old spellings too, equality and printing by value."""

    _aliases: ClassVar[Mapping[str, Tuple[str, ...]]] = {}      # newest name -> older names of the same field
    _legacy: ClassVar[Tuple[str, ...]] = ()                     # fields that the newest firmware no longer has
    _lifted: ClassVar[Mapping[str, str]] = {}                   # older field -> where it lives now, as "field.inner"
    _came: Optional[Came] = None

    def __setattr__(self, name: str, value: object) -> None:
        if name in self._lifted:
            outer, _, inner = self._lifted[name].partition(".")
            setattr(getattr(self, outer), inner, value)
            return
        name = _newest(type(self), name)
        if self._came is not None and (name in self._came.absent or name in self._came.null):
            object.__setattr__(self, "_came", self._came.but(name))
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name in type(self)._lifted:
            outer, _, inner = type(self)._lifted[name].partition(".")
            return getattr(getattr(self, outer), inner)
        newest = _newest(type(self), name)
        if newest == name:
            raise AttributeError(f"{idl_name(type(self))} has no field {name!r}")
        return getattr(self, newest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and type(self) is type(other) and _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash(type(self))                                 # fields may change, the type does not

    def __str__(self) -> str:
        from .printing import structure_text
        return structure_text(self)

    __repr__ = __str__


class ValueObject(Structure):
    """A structure that travels with its type, so that a derived one may stand for its base."""

    idlType: ClassVar[str] = ""
    _type: str = ""                                             # the type name that it came with


class Interface:
    """A proxy: `target` is the resource id on the device, `agent` what carries the calls."""

    idlType: ClassVar[str] = ""

    def __init__(self, target: str, agent: Caller, idl_type: Optional[str] = None) -> None:
        self.target, self.agent = target, agent
        self.wire_type = self.idlType if idl_type is None else idl_type     # as the device spelled it, with version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interface) and self.target == other.target \
            and idl_name(type(self)) == idl_name(type(other))

    def __hash__(self) -> int:
        return hash((type(self), self.target))

    def __str__(self) -> str:
        return f"{idl_name(type(self))}: {self.target}"

    __repr__ = __str__


def present(value: Structure, *names: str) -> bool:
    """Whether the device really sent all these fields, and not null."""
    came = value._came
    return came is None or not any(name in came.absent or name in came.null for name in names)


def field_names(cls: type) -> List[str]:
    """The names of a structure's fields, newest firmware first in its order, then those that only older ones have."""
    return [f.name for f in fields(cls)] if is_dataclass(cls) else []


def shown_fields(value: Structure) -> List[str]:
    """The fields worth printing: without those that the device, or the newest firmware, does not have."""
    if value._came is not None:
        gone = value._came.absent.difference(value._came.lifted.values())
        return [name for name in field_names(type(value)) if name not in gone]
    return [name for name in field_names(type(value)) if name not in value._legacy]


def _newest(cls: Any, name: str) -> str:
    return next((new for new, old in cls._aliases.items() if name in old), name)


def _values(value: Structure) -> List[object]:
    return [getattr(value, name) for name in field_names(type(value))]
