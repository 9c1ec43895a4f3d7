"""The kinds of IDL types as Python base classes: enumeration, structure, value object, interface reference.

A declared class says what the newest firmware has; an instance remembers what its device really sent (`Came`), so that
a structure is written back with the same fields under the same names.
"""
from __future__ import annotations

import enum
import inspect
import warnings
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Protocol, Tuple, Type, \
    TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:
    def dataclass_transform(**_):
        """Known to type checkers only."""
        return lambda function: function

V = TypeVar("V", bound="ValueObject")

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


class _Named:
    """A type that has its IDL name in `idlType` where it declares no other (the version of these is nowhere needed)."""

    idlType: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "idlType" not in vars(cls):
            cls.idlType = idl_name(cls)


class _ElementNames:
    """The names of an enumeration's elements."""

    def __get__(self, member: object, owner: Type[enum.Enum]) -> List[str]:
        return [element.name for element in owner]


class _Listed(_Named):
    values = _ElementNames()                                    # not in the enumeration itself, where it would be an element


class Enumeration(_Listed, enum.IntEnum):
    """Unknown ordinals survive as `UNKNOWN_<n>`; an absent one is -1, never the member that happens to be 0."""

    @property
    def val(self) -> int:
        """The ordinal, as documented."""
        return int(self.value)

    @classmethod
    def get_elements(cls) -> List[Self]:
        """All named members."""
        return list(cls)

    def encode(self) -> int:
        """The ordinal, as it travels."""
        return self.val

    @classmethod
    def decode(cls, json: int) -> Self:
        """The element of that ordinal, known or not. ValueError for what is no integer."""
        return cls(json)

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

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)                          # on every Python; some would show the ordinal


class Came(NamedTuple):
    """How a structure came from the device. Never changed in place: structures that came in full share one."""

    absent: FrozenSet[str] = frozenset()            # fields that did not come
    null: FrozenSet[str] = frozenset()              # fields that came as null where the type has no null
    spelling: Mapping[str, str] = {}                # our name -> the older name that it came under
    lifted: Mapping[str, str] = {}                  # older field that came -> the field it lives in now
    rest: Mapping[str, object] = {}                 # fields of a firmware newer than this binding
    type: str = ""                                  # the type name that a value object came with

    def but(self, name: str) -> "Came":
        """After the caller has set a field."""
        return self._replace(absent=self.absent - {name}, null=self.null - {name})


IN_FULL = Came()


class _Elements:
    """`elements` of a structure: the names of the fields that it has, or that its class has on the newest firmware."""

    def __get__(self, value: Optional[Structure], owner: Type[Structure]) -> List[str]:
        return shown_fields(value) if value is not None else [name for name in field_names(owner) if name not in owner._legacy]


class Structure(_Named):
    """Base of structures and value objects: fields by name, old spellings too, equality and printing by value.

    What came from a device besides the fields (`_came`, None for what a caller made) is kept out of `vars`, which scripts
    go through.
    """

    __slots__ = ("_came",)

    _aliases: ClassVar[Mapping[str, Tuple[str, ...]]] = {}      # newest name -> older names of the same field
    _legacy: ClassVar[Tuple[str, ...]] = ()                     # fields that the newest firmware no longer has
    _lifted: ClassVar[Mapping[str, str]] = {}                   # older field -> where it lives now, as "field.inner"
    _came: Optional[Came]

    elements = _Elements()

    def __new__(cls, *args: object, **fields_given: object) -> Self:
        made = super().__new__(cls)
        object.__setattr__(made, "_came", None)
        return made

    def encode(self) -> Dict[str, object]:
        """The JSON object of its fields."""
        from .codec import encode_structure
        return encode_structure(self)

    @classmethod
    def decode(cls, json: object, agent: Caller) -> Self:
        """From the JSON object of its fields. JsonRpcSyntaxException for what is none."""
        from .codec import decode_structure
        return decode_structure(cls, json, agent)

    def __setattr__(self, name: str, value: object) -> None:
        if name in self._lifted:
            outer, _, inner = self._lifted[name].partition(".")
            setattr(getattr(self, outer), inner, value)
            return
        name = _newest(type(self), name)
        came = self._came
        if came is not None and name in came.rest:
            object.__setattr__(self, "_came", came._replace(rest={**came.rest, name: value}))
            return
        if came is not None and (name in came.absent or name in came.null):
            object.__setattr__(self, "_came", came.but(name))
        elif name not in getattr(type(self), "__dataclass_fields__", ()) and not name.startswith("_"):
            warnings.warn(f"{idl_name(type(self))} has no field {name!r}: it is not sent to the device", stacklevel=2)
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name in type(self)._lifted:
            outer, _, inner = type(self)._lifted[name].partition(".")
            return getattr(getattr(self, outer), inner)
        newest = _newest(type(self), name)
        if newest == name:
            if self._came is not None and name in self._came.rest:
                return self._came.rest[name]                    # of a newer firmware: its plain JSON
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

    __slots__ = ()

    @classmethod
    def decode(cls, json: object, agent: Caller) -> Self:
        """From the JSON object of its fields; `ValueObject.decode` itself takes type and value, and gives the class of that type."""
        from .codec import decoder
        if cls is ValueObject:
            found: Self = decoder(ValueObject)(json, agent)
            return found
        return super().decode(json, agent)

    @property
    def wire_type(self) -> str:
        """The type name that it came with, as the device spelled it, or that of its class."""
        return self._came.type if self._came is not None and self._came.type else self.idlType

    def listElements(self) -> List[str]:
        """As `elements`, under the name that value objects of the vendor's binding have for it."""
        return shown_fields(self)


@dataclass_transform(eq_default=False, field_specifiers=(field, Field))
def value_object(cls: Type[V]) -> Type[V]:
    """Declare a value object: a dataclass, but own fields come before those of the base, as in the vendor's binding."""
    made = dataclass(eq=False, repr=False)(cls)
    names = field_names(made)
    by_name: Any = made.__init__

    def __init__(self: V, *args: object, **kwargs: object) -> None:
        if len(args) > len(names):
            raise TypeError(f"{made.__name__}() takes {len(names)} fields, not {len(args)}")
        by_name(self, **dict(zip(names, args)), **kwargs)

    known = inspect.signature(by_name).parameters
    setattr(__init__, "__signature__", inspect.Signature([known["self"], *(known[name] for name in names)]))
    setattr(made, "__init__", __init__)
    return made


class Interface:
    """A proxy: `target` is the resource id on the device, `agent` what carries the calls."""

    idlType: ClassVar[str] = ""

    class Method:
        """What a method of a proxy is, before it is called: of which proxy (`parent`), and its name on the wire."""

        parent: Interface
        name: str

    def __init__(self, target: str, agent: Caller, idl_type: Optional[str] = None) -> None:
        self.target, self.agent = target, agent
        self.wire_type = self.idlType if idl_type is None else idl_type     # as the device spelled it, with version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interface) and self.target == other.target \
            and idl_name(type(self)) == idl_name(type(other))

    def __hash__(self) -> int:
        return hash((type(self), self.target))

    def __deepcopy__(self, memo: Dict[int, object]) -> Self:
        """Itself: whoever copies a structure wants no second agent."""
        return self

    def __str__(self) -> str:
        return f"{idl_name(type(self))}: {self.target}"

    __repr__ = __str__


def present(value: Structure, *names: str) -> bool:
    """Whether the device really sent all these fields, and not null."""
    came = value._came
    return came is None or not any(name in came.absent or name in came.null for name in names)


def field_names(cls: type) -> List[str]:
    """The names of a structure's fields, newest firmware first in its order, then those that only older ones have.

    A value object's own fields come before those of its base.
    """
    names = [f.name for f in fields(cls)] if is_dataclass(cls) else []
    if issubclass(cls, ValueObject):
        inherited = field_names(cls.__mro__[1])
        names = [name for name in names if name not in inherited] + inherited
        names.sort(key=cls._legacy.__contains__)
    return names


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
