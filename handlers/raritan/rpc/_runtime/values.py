"""Values of IDL types: enumerations, structures and value objects; and the printed form of all
values.

A class declares its fields by annotations, as a dataclass does. An instance that was decoded from
an answer keeps the form of that answer (`WireForm`), so that it is written back with the same
fields under the same names.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import warnings
from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    NamedTuple,
    Optional,
    TypeVar,
    Union,
)

from .declarations import Caller, class_annotations, field_types, once
from .registry import LONGEST_NAME, IdlType, base_name, find, idl_name, inner_name

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform

    from .calls import Pending
else:

    def dataclass_transform(**_):
        """Does nothing at run time; type checkers read the decorator."""
        return lambda cls: cls


E = TypeVar("E", bound=enum.IntEnum)
N = TypeVar("N", bound="Enumeration")
TypeName = Union[
    str, type[Any]
]  # a value that names an IDL type: a class of this binding, or the type's name


class _Zero:
    def __repr__(self) -> str:
        return "ZERO"


ZERO: Any = _Zero()
"""Stands for the default of the field's type: element 0 of an enumeration, an empty list or map, a
structure with its defaults, 1970 for a time."""


class _IdlNamed(IdlType):
    def __init_subclass__(cls, version: str = "") -> None:
        super().__init_subclass__(version)
        if "idlType" not in vars(cls):
            cls.idlType = idl_name(cls)


# ---- the codec, which is made of these classes and imports this module ---------------------------


class StructureCodec(NamedTuple):
    """What structures need of the module `codec`."""

    default: Callable[[type[Structure], str], object]
    decoder: Callable[[Any], Callable[[object, Caller], Any]]
    decode_structure: Callable[[type[Any], object, Caller], Any]
    encode_structure: Callable[[Structure], dict[str, object]]


_CODECS: list[StructureCodec] = []


def use(codec: StructureCodec) -> None:
    """Set the codec. The module `codec` calls this when it is imported."""
    _CODECS[:] = [codec]


def _codec() -> StructureCodec:
    return _CODECS[0]


# ---- enumerations --------------------------------------------------------------------------------


class _ElementNames:
    def __get__(self, member: object, owner: type[enum.Enum]) -> list[str]:
        return [element.name for element in owner]


class _EnumerationBase(_IdlNamed):
    # declared in this base, because in an enumeration mypy would take it for an element
    values = _ElementNames()
    # the element for an ordinal that is not listed; "" if there is none
    _unlisted: ClassVar[str] = ""


def unlisted(cls: type[E], value: object, word: str) -> Optional[E]:
    """A member for an integer that the enumeration does not list, named `<word>_<n>`; None for a
    value of another type.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    member = int.__new__(cls, value)
    member._name_, member._value_ = f"{word}_{value}", value
    return member


class Enumeration(_EnumerationBase, enum.IntEnum):
    """Base of enumerations. An ordinal without a name becomes `UNKNOWN_<n>`, or what
    `decodes_unlisted_as` names, and is sent back unchanged.

    An ordinal that is missing from an answer becomes -1, never the element that happens to be 0.
    """

    @property
    def val(self) -> int:
        """The ordinal, under its documented name."""
        return int(self.value)

    @classmethod
    def get_elements(cls) -> list[Self]:
        """All named elements."""
        return list(cls)

    def encode(self) -> int:
        """The ordinal, which is the JSON of the element."""
        return self.val

    @classmethod
    def decode(cls, json: int) -> Self:
        """The element with that ordinal, listed or not.

        Raises ValueError for text, null and fractions.
        """
        return cls(json)

    @classmethod
    def _missing_(cls, value: object) -> Optional[Enumeration]:
        if cls._unlisted and isinstance(value, int) and value >= 0:
            element = cls[cls._unlisted]
            member = int.__new__(cls, element)  # equal to the element, with the ordinal as value
            member._name_, member._value_ = element.name, value
            return member
        return unlisted(cls, value, "UNKNOWN")

    def __str__(self) -> str:
        return f"{idl_name(type(self))}.{self.name}"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)  # from Python 3.11 on, IntEnum shows the ordinal


def decodes_unlisted_as(name: str) -> Callable[[type[N]], type[N]]:
    """A decorator: the element for all ordinals that an enumeration does not list, as the vendor's
    binding has it for some. What is decoded equals the element; its ordinal is sent back unchanged.
    """

    def set_element(cls: type[N]) -> type[N]:
        cls._unlisted = cls[name].name
        return cls

    return set_element


# ---- structures ----------------------------------------------------------------------------------


class WireForm(NamedTuple):
    """The form in which the device sent a structure.

    Immutable: most structures that arrived complete share one object.
    """

    absent: frozenset[str] = frozenset()  # fields that the device did not send
    # fields that the device sent as null, although the type has no null
    null: frozenset[str] = frozenset()
    spelling: Mapping[str, str] = {}  # our name → the older name that the device sent
    # older field that the device sent → the field that holds it now
    lifted: Mapping[str, str] = {}
    rest: Mapping[str, object] = {}  # fields that this binding does not declare
    # the type name that the device sent with a value object
    type: str = ""


IN_FULL = WireForm()


class _Elements:
    """`elements`: on an instance, the fields that `shown_fields` lists; on a class, the fields of
    the newest firmware.
    """

    def __get__(self, value: Optional[Structure], owner: type[Structure]) -> list[str]:
        return (
            shown_fields(value)
            if value is not None
            else [name for name in field_names(owner) if name not in owner._legacy]
        )


class _Signature:
    """`inspect.signature` of a structure's class."""

    def __get__(self, value: object, owner: type[Structure]) -> inspect.Signature:
        return inspect.Signature(
            [
                inspect.Parameter(
                    name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=getattr(owner, name)
                )
                for name in field_names(owner)
            ]
        )


class _DataclassFields:
    """Lets `dataclasses.fields`, `replace` and `asdict` work on structures.

    Built on demand: `make_dataclass` is slow.
    """

    def __get__(
        self, value: object, owner: type[Structure]
    ) -> Mapping[str, dataclasses.Field[Any]]:
        types = field_types(owner)
        data_class: Any = dataclasses.make_dataclass(
            owner.__name__,
            [
                (name, types[name], dataclasses.field(default=getattr(owner, name)))
                for name in field_names(owner)
            ],
        )
        fields: Mapping[str, dataclasses.Field[Any]] = data_class.__dataclass_fields__
        return fields


@dataclass_transform(eq_default=False)
class Structure(_IdlNamed):
    """Base of structures and value objects. A field can also be read and set under its older names.
    `==` compares the fields.

    The constructor takes the fields in the order of `field_names`; each may be left out. `_wire` is
    None for a structure that a constructor made. It is not in `vars`, which scripts iterate.
    """

    __slots__ = ("_wire",)

    # newest name → older names of the same field
    _aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    # fields that the newest firmware no longer has
    _legacy: ClassVar[tuple[str, ...]] = ()
    # older field → the field that holds it now, as "field.inner"
    _lifted: ClassVar[Mapping[str, str]] = {}
    # whether constructors take the fields of the base last
    _own_first: ClassVar[bool] = False
    _wire: Optional[WireForm]

    elements = _Elements()
    __signature__, __dataclass_fields__ = _Signature(), _DataclassFields()

    def __init__(self, *args: object, **keywords: object) -> None:
        cls, names = type(self), field_names(type(self))
        if len(args) > len(names):
            fields = "1 field" if len(names) == 1 else f"{len(names)} fields"
            raise TypeError(f"{cls.__name__}() takes {fields}, not {len(args)}")
        values = dict(zip(names, args))
        for name, value in keywords.items():
            if name in values or name not in names:
                raise TypeError(
                    f"{cls.__name__}() "
                    + (f"got {name!r} twice" if name in values else f"has no field {name!r}")
                )
            values[name] = value
        vars(self).update(
            (name, values[name] if name in values else _codec().default(cls, name))
            for name in names
        )

    def __new__(cls, *args: object, **keywords: object) -> Self:
        structure = super().__new__(cls)
        object.__setattr__(structure, "_wire", None)
        return structure

    def encode(self) -> dict[str, object]:
        """The JSON object of its fields."""
        return _codec().encode_structure(self)

    @classmethod
    def decode(cls, json: object, agent: Caller) -> Self:
        """From the JSON object of its fields. Raises JsonRpcSyntaxException for other JSON."""
        structure: Self = _codec().decode_structure(cls, json, agent)
        return structure

    def __setattr__(self, name: str, value: object) -> None:
        if name in self._lifted:
            outer, _, inner = self._lifted[name].partition(".")
            setattr(getattr(self, outer), inner, value)
            return
        name, wire = _newest(type(self), name), self._wire
        if wire is not None and name in wire.rest:
            object.__setattr__(self, "_wire", wire._replace(rest={**wire.rest, name: value}))
            return
        if wire is not None and name in wire.absent | wire.null:
            object.__setattr__(
                self, "_wire", wire._replace(absent=wire.absent - {name}, null=wire.null - {name})
            )
        elif name not in field_names(type(self)) and not name.startswith("_"):
            warnings.warn(
                f"{idl_name(type(self))} has no field {name!r}: it is not sent to the device",
                stacklevel=2,
            )
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name in type(self)._lifted:
            outer, _, inner = type(self)._lifted[name].partition(".")
            return getattr(getattr(self, outer), inner)
        newest = _newest(type(self), name)
        if newest != name:
            return getattr(self, newest)
        if self._wire is not None and name in self._wire.rest:
            return self._wire.rest[name]  # a field that is not declared, as plain JSON
        raise AttributeError(f"{idl_name(type(self))} has no field {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            getattr(self, name) == getattr(other, name) for name in field_names(type(self))
        )

    def __hash__(self) -> int:
        return hash(type(self))  # the fields are mutable, so only the type is hashed

    def __str__(self) -> str:
        names = shown_fields(self)
        width = max(map(len, names), default=0)
        return "\n".join(
            [
                f"{idl_name(type(self))}:",
                *(
                    indented(f"* {name.ljust(width)} = {text(getattr(self, name))}")
                    for name in names
                ),
            ]
        )

    __repr__ = __str__


# a type checker would expect the fields of the base first
@dataclass_transform(eq_default=False, kw_only_default=True)
class ValueObject(Structure):
    """A structure that is sent with the name of its type, so that a derived type may come in place
    of its base.

    A constructor takes the fields of the class before those of its base.
    """

    __slots__ = ()
    _own_first = True

    @classmethod
    def belongs_to(cls, interface: str) -> None:
        """Set the IDL name of a class inside that interface, with version 1.0.0.

        A name with a version is kept.
        """
        if ":" not in cls.idlType:
            name, _, version = interface.partition(":")
            cls.idlType = f"{inner_name(name, version, cls.__name__)}:1.0.0"

    @classmethod
    def decode(cls, json: object, agent: Caller) -> Self:
        """From the JSON object of its fields. `ValueObject.decode` itself takes {"type": name,
        "value": fields} and returns an instance of the value object class with that name, or of
        ValueObject if this binding has none."""
        if cls is ValueObject:
            value: Self = _codec().decoder(ValueObject)(json, agent)
            return value
        return super().decode(json, agent)

    @property
    def wire_type(self) -> str:
        """The type name that the device sent, as it spelled it, else the class's own."""
        return self._wire.type if self._wire is not None and self._wire.type else self.idlType

    def listElements(self) -> list[str]:
        """The same as `elements`, under the name that the vendor's binding has for
        value objects.
        """
        return shown_fields(self)


# ---- fields and printing -------------------------------------------------------------------------


@once
def field_names(cls: type[Structure]) -> tuple[str, ...]:
    """A structure's fields in the order of its constructor: those of the newest firmware, then
    those that it no longer has.

    Derived value objects put their own fields before those of their base, as the vendor's
    constructors do.
    """
    bodies = [tuple(body) for _, body in class_annotations(cls)]
    names = dict.fromkeys(
        name for body in (bodies if cls._own_first else bodies[::-1]) for name in body
    )
    return tuple(sorted(names, key=cls._legacy.__contains__))


def present(value: Structure, *names: str) -> bool:
    """Whether each field was sent, under any of its names and not as null, or set later.

    True for a structure made here.
    """
    wire, cls = value._wire, type(value)
    if wire is None:
        return True
    if wire is IN_FULL and vars(value).keys() >= set(names):  # the usual case
        return True
    unsent = wire.absent | wire.null
    for name in names:
        was_sent = (
            getattr(value, name, None) is not None
            and _newest(cls, name) not in unsent
            and cls._lifted.get(name, "").partition(".")[0] not in unsent
        )
        if not was_sent and name not in wire.lifted:
            return False
    return True


def answered_field(answer: Pending[Any], field: str) -> Any:
    """A field of the answer to a call in a bulk; None if the call failed, or if the field is not
    `present`.
    """
    return (
        getattr(answer.get(), field)
        if answer.error is None and present(answer.get(), field)
        else None
    )


def shown_fields(value: Structure) -> list[str]:
    """The declared fields that the device sent or the caller set; of a structure made here, those
    of the newest firmware.
    """
    wire = value._wire
    absent = value._legacy if wire is None else wire.absent.difference(wire.lifted.values())
    return [name for name in field_names(type(value)) if name not in absent]


def _newest(cls: type[Structure], name: str) -> str:
    return next((new for new, old in cls._aliases.items() if name in old), name)


def text(value: object) -> str:
    """One value as the vendor's binding prints it; text is in quotes."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[\n" + ",\n".join(indented(text(item)) for item in value) + "\n]" if value else "[]"
    if isinstance(value, Mapping):
        rows = [indented(f"{key} = {text(value[key])}") for key in sorted(value)]
        return "{\n" + "\n".join(rows) + "\n}" if rows else "{}"
    return str(value)


def indented(block: str, columns: int = 4) -> str:
    """The block with every line indented."""
    return "\n".join(" " * columns + line for line in block.splitlines())


class Utils:
    """`indented` and `text` under their names in the vendor's binding."""

    indent = staticmethod(indented)
    rprint = staticmethod(text)


class TypeInfo:
    """The names of IDL types and the classes of this binding. Names of interfaces and value objects
    end with a version: `pdumodel.Outlet:3.0.4`. The name of an inner value object may also
    contain the version of its interface."""

    @staticmethod
    def typeBaseName(typeId: str) -> str:
        """The name without versions: `pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0` is
        `pdumodel.Outlet.StateChangedEvent`.
        """
        return base_name(typeId)

    @staticmethod
    def idlTypeIdToPyClass(typeId: str) -> type[Any]:
        """The class of that name, whatever the version.

        Raises ImportError if this binding has none.
        """
        idl_class = find(typeId) if len(typeId) <= LONGEST_NAME else None
        if idl_class is None:
            raise ImportError(f"this binding has no {typeId}")
        return idl_class

    @staticmethod
    def pyClassToIdlName(pyClass: type[Any]) -> str:
        """The type name of a class."""
        name: str = pyClass.idlType
        return name

    decode = idlTypeIdToPyClass
    encode = pyClassToIdlName
