"""Structures and value objects: their fields, and their JSON. A value object is a structure that is
sent with the name of its type.

An instance that was decoded from an answer keeps the form of that answer (`WireForm`), so that it
is written back with the same fields under the same names, and with the caller's changes. A
structure of older or newer firmware may lack fields, or have unknown fields, older names, or fields
that newer firmware has inside another field.
"""

from __future__ import annotations

import inspect
import typing
import warnings
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Optional, TypeVar

from .codec import (
    NOT_SENT,
    IdlValue,
    class_of,
    decode,
    encode,
    encode_as,
    expect,
    is_nullable,
    list_if_iterator,
    missing_value,
)
from .declarations import Caller, definitions_of, field_types, once
from .errors import FieldNotSent
from .idl_text import InnerField
from .printing import indented, text
from .registry import idl_name

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_):
        """Does nothing at run time; type checkers read the decorator."""
        return lambda cls: cls


S = TypeVar("S", bound="Structure")


class WireForm(NamedTuple):
    """The form in which the device sent a structure: which fields it left out, and under which
    names it sent them. For `structure CtrlStatistic { int mainCSumErrCnt=masterCSumErrCnt,
    resetCnt; }`:

        < {"masterCSumErrCnt": 3, "newCnt": 1}
        absent_fields {"resetCnt"}, spelling {"mainCSumErrCnt": "masterCSumErrCnt"},
        undeclared_fields {"newCnt": 1}
    """

    absent_fields: frozenset[str] = frozenset()  # fields that the device did not send
    # fields that the device sent as null, although the type has no null
    null_fields: frozenset[str] = frozenset()
    spelling: Mapping[str, str] = {}  # our name → the older name that the device sent
    # older field that the device sent → the one that holds it now
    moved_fields: Mapping[str, InnerField] = {}
    undeclared_fields: Mapping[str, object] = {}  # fields that this binding does not declare
    # the type name that the device sent with a value object
    type: str = ""

    @property
    def holders(self) -> frozenset[str]:
        """The fields that hold older ones now: {"keyInfo"} for a device that sent `keyType`."""
        return frozenset(outer for outer, _ in self.moved_fields.values())


class _Elements:
    """The attribute `elements`, as the vendor's binding has it: on an instance, the fields that the
    device sent or the caller set; on a class, the fields of the newest firmware.

    >>> from ..pdumodel import Rating
    >>> Rating.elements
    ['current', 'decimalCurrent', 'minVoltage', 'maxVoltage']
    >>> Rating.decode({"current": 16}, agent=None).elements
    ['current']
    """

    def __get__(self, value: Optional[Structure], owner: type[Structure]) -> list[str]:
        if value is not None:
            return shown_fields(value)
        return [name for name in field_names(owner) if name not in owner._legacy]


@dataclass_transform(eq_default=False)
class Structure(IdlValue):
    """Base of structures and value objects. A field can also be read and set under its older names.
    `==` compares the fields. `_wire` is the form in which a device sent it (WireForm: which fields
    it left out, older names), None for a structure that a constructor made.

    >>> from ..pdumodel import Rating
    >>> rating = Rating.decode({"current": 16, "minVoltage": 200}, agent=None)
    >>> rating.current
    16
    >>> rating.current = 20
    >>> rating.encode()  # with the fields that the device sent, and those that were set
    {'current': 20, 'minVoltage': 200}

    The constructor takes the fields in the order of the newest IDL; each may be left out. `_wire`
    is not in `vars`, which scripts iterate.
    """

    __slots__ = ("_wire",)

    # newest name → older names of the same field
    _aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    # fields that the newest firmware no longer has
    _legacy: ClassVar[tuple[str, ...]] = ()
    # older field → the one that holds it in newer firmware
    _moved: ClassVar[Mapping[str, InnerField]] = {}
    # whether constructors take the fields of the base last
    _own_first: ClassVar[bool] = False
    _wire: Optional[WireForm]

    elements = _Elements()

    def __init__(self, *args: object, **keywords: object) -> None:
        """A structure with the given fields. The others are 0, False, empty text or lists, and None
        for references. Raises TypeError as a Python call does.

        >>> from ..pdumodel import Rating
        >>> Rating(16, maxVoltage=240).encode()
        {'current': 16, 'decimalCurrent': 0.0, 'minVoltage': 0, 'maxVoltage': 240}
        """
        cls = type(self)
        try:
            arguments = _signature(cls).bind(*args, **keywords).arguments
        except TypeError as error:
            raise TypeError(f"{cls.__name__}(): {error}") from None
        types = field_types(cls)
        fields = vars(self)
        for name in field_names(cls):
            if name in arguments:
                fields[name] = list_if_iterator(arguments[name])
            else:
                fields[name] = missing_value(types[name], True)

    def __new__(cls, *args: object, **keywords: object) -> Self:
        structure = super().__new__(cls)
        # here, because a structure that was decoded has no call of `__init__`
        object.__setattr__(structure, "_wire", None)
        return structure

    def encode(self) -> dict[str, object]:
        """The JSON object of its fields, in the form in which a device sent it (`_wire`): without
        fields that it left out, unless the caller set them; with its older names, nulls, and fields
        that this binding does not declare.

        < {"current": 16, "newField": 1}     decoded, then `current` is set to 20
        > {"newField": 1, "current": 20}
        < {"masterCSumErrCnt": 3}            decoded; the field is now called mainCSumErrCnt
        > {"masterCSumErrCnt": 3}
        """
        wire = self._wire or WireForm(absent_fields=frozenset(self._legacy))
        types = field_types(type(self))
        fields = dict(wire.undeclared_fields)
        for name in field_names(type(self)):
            if name in wire.holders:
                continue  # its older fields are written below
            kind = types[name]
            value = vars(self).get(name, NOT_SENT)
            is_blank = value is NOT_SENT or value == missing_value(kind, self._wire is None)
            if is_blank and name in wire.absent_fields:
                continue
            name_on_wire = wire.spelling.get(name, name)
            if is_blank and name in wire.null_fields:
                fields[name_on_wire] = None
            else:
                fields[name_on_wire] = encode_as(kind, value)
        for older_name in wire.moved_fields:
            fields[older_name] = encode(getattr(self, older_name))
        return fields

    @classmethod
    def decode(cls, json: object, agent: Caller) -> Self:
        """The structure in a JSON object of its fields. `agent`: sends the calls of references in
        it. Raises JsonRpcSyntaxException.

        >>> from ..pdumodel import Rating
        >>> Rating.decode({"current": 16}, agent=None)
        pdumodel.Rating:
            * current = 16
        """
        return _decode_fields(cls, json, agent)

    @classmethod
    def idl_value(cls, json: object, agent: Caller) -> object:
        """The structure in a JSON object of its fields."""
        return _decode_fields(cls, json, agent)

    @classmethod
    def idl_missing(cls, in_constructor: bool) -> object:
        """A structure with its defaults in one that a caller makes, else with blank fields."""
        return cls() if in_constructor else _decode_fields(cls, {}, _NOBODY)

    def idl_json(self) -> dict[str, object]:
        """The JSON object of its fields."""
        return self.encode()

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field under any of its names: it is then sent, also one that the device left out.

        state.current = 20       changes the field
        state.masterCnt = 3      an older name: changes `mainCnt`
        info.keyType = 1         moved: changes `info.keyInfo.type`
        state.curent = 20        warns that it is no field and is not sent
        """
        if name in self._moved:
            outer, inner = self._moved[name]
            setattr(getattr(self, outer), inner, value)
            return
        name = _newest(type(self), name)
        wire = self._wire or WireForm()
        if name in wire.undeclared_fields:
            undeclared = {**wire.undeclared_fields, name: value}
            object.__setattr__(self, "_wire", wire._replace(undeclared_fields=undeclared))
            return
        if name in wire.absent_fields | wire.null_fields:
            wire_now = wire._replace(
                absent_fields=wire.absent_fields - {name}, null_fields=wire.null_fields - {name}
            )
            object.__setattr__(self, "_wire", wire_now)
        elif name not in field_names(type(self)) and not name.startswith("_"):
            warnings.warn(
                f"{idl_name(type(self))} has no field {name!r}: it is not sent to the device",
                stacklevel=2,
            )
        object.__setattr__(self, name, list_if_iterator(value))

    def __getattr__(self, name: str) -> Any:
        """A field by an older name, or one that this binding does not declare. Python calls it
        only for a name that is no attribute of the structure.

        rating = Rating.decode({"current": 16, "newField": 1}, agent)
        rating.newField      1
        rating.minVoltage    raises FieldNotSent: the device left it out
        rating.curent        raises AttributeError: no field
        """
        cls = type(self)
        if name in cls._moved:
            outer, inner = cls._moved[name]
            return getattr(getattr(self, outer), inner)
        newest = _newest(cls, name)
        if newest != name:
            return getattr(self, newest)
        if self._wire is not None and name in self._wire.undeclared_fields:
            return self._wire.undeclared_fields[name]  # a field that is not declared, as plain JSON
        if name in field_types(cls):
            raise FieldNotSent(f"the device sent no {name} in {idl_name(cls)}")
        raise AttributeError(f"{idl_name(cls)} has no field {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(type(self))  # the fields are mutable, so only the type is hashed

    def __str__(self) -> str:
        names = shown_fields(self)
        width = max(map(len, names), default=0)
        lines = [f"{idl_name(type(self))}:"]
        for name in names:
            value = text(getattr(self, name, None))
            lines.append(indented(f"* {name.ljust(width)} = {value}"))
        return "\n".join(lines)

    __repr__ = __str__


# a type checker would expect the fields of the base first
@dataclass_transform(eq_default=False, kw_only_default=True)
class ValueObject(Structure):
    """A structure that is sent with the name of its type, so that a derived type may come in place
    of its base:

        < {"type": "pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0", "value": {"newState": {...}}}

    A constructor takes the fields of the class before those of its base.
    """

    __slots__ = ()
    _own_first = True
    sent_with_type = True

    @classmethod
    def decode(cls, json: object, agent: Caller) -> Self:
        """The value object in its JSON. `agent` sends the calls of references among its fields.
        On a derived class, the JSON is an object of the fields:

            UserEvent.decode({"actUserName": "admin", ...}, agent)                      UserEvent

        On ValueObject itself, the JSON names the class, too; for a class that this binding lacks,
        a plain ValueObject is returned:

            ValueObject.decode({"type": "event.UserEvent:1.0.0", "value": {...}}, agent)  UserEvent
        """
        if cls is ValueObject:
            return typing.cast("Self", cls.idl_value(json, agent))
        return super().decode(json, agent)

    @classmethod
    def idl_value(cls, json: object, agent: Caller) -> ValueObject:
        """An instance of the class that the JSON names, if it derives from this one, else of this
        one.

        idl.Event.idl_value({"type": "event.UserEvent:1.0.0", "value": {...}}, agent)   UserEvent
        idl.Event.idl_value({"type": "event.NewEvent:1.0.0", "value": {...}}, agent)    Event
        """
        envelope = expect(dict, json, cls)
        name = expect(str, envelope.get("type"), cls)
        value = _decode_fields(class_of(cls, name), envelope.get("value"), agent)
        wire = value._wire or WireForm()
        object.__setattr__(value, "_wire", wire._replace(type=name))
        return value

    @classmethod
    def idl_missing(cls, in_constructor: bool) -> object:
        """A value object with its defaults in a structure that a caller makes, else None."""
        return cls() if in_constructor else None

    def idl_json(self) -> dict[str, object]:
        """The JSON object of its fields, with the name of its type:
        {"type": "event.UserEvent:1.0.0", "value": {...}}.
        """
        return {"type": self.wire_type, "value": self.encode()}

    @property
    def wire_type(self) -> str:
        """The type name that the device sent, as it spelled it, else the class's own."""
        if self._wire is not None and self._wire.type:
            return self._wire.type
        return self.idlType

    def listElements(self) -> list[str]:
        """The names of the fields: `elements`, as the vendor's binding calls it on value
        objects.
        """
        return shown_fields(self)


# ---- fields -------------------------------------------------------------------------------------


@once
def field_names(cls: type[Structure]) -> tuple[str, ...]:
    """A structure's fields in the order of its constructor: those of the newest firmware, then
    those that it no longer has.

    >>> from ..pdumodel import Rating
    >>> field_names(Rating)
    ('current', 'decimalCurrent', 'minVoltage', 'maxVoltage')

    Value objects put their own fields before those of their base, as the vendor's constructors do.
    """
    definitions = definitions_of(cls)
    if not cls._own_first:
        definitions.reverse()
    # each name once, where it comes first
    names: dict[str, None] = {}
    for definition in definitions:
        names.update(dict.fromkeys(field.name for field in definition.fields))
    return tuple(sorted(names, key=cls._legacy.__contains__))


@once
def _signature(cls: type[Structure]) -> inspect.Signature:
    """The signature of the constructor, each of whose arguments may be left out: `(current=None,
    decimalCurrent=None, minVoltage=None, maxVoltage=None)` for Rating.
    """
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters: list[inspect.Parameter] = []
    for name in field_names(cls):
        parameters.append(inspect.Parameter(name, kind, default=None))
    return inspect.Signature(parameters)


def present(value: Structure, *names: str) -> bool:
    """Whether each field was sent, under any of its names and not as null, or set later.

    >>> from ..pdumodel import Rating
    >>> rating = Rating.decode({"current": 16, "minVoltage": None}, agent=None)
    >>> present(rating, "current"), present(rating, "current", "minVoltage")
    (True, False)
    >>> present(Rating(), "current")  # made here
    True
    """
    return all(_is_present(value, name) for name in names)


def _is_present(value: Structure, name: str) -> bool:
    """Whether the device sent this field under any of its names, and not as null, or the caller set
    it. True for each field of a structure that a constructor made. `name` may be an older one:

        < {"keyInfo": {"type": 1}}    "keyInfo" and "keyType" (now keyInfo.type) are present
        < {"keyInfo": null}           neither is
    """
    wire = value._wire
    cls = type(value)
    if wire is None or name in wire.moved_fields:
        return True
    if name in cls._moved:
        outer, inner = cls._moved[name]
        if not _is_present(value, outer):
            return False
        return _is_present(getattr(value, outer), inner)
    unsent = wire.absent_fields | wire.null_fields
    if _newest(cls, name) in unsent:
        return False
    return getattr(value, name, None) is not None


def shown_fields(value: Structure) -> list[str]:
    """The declared fields that the device sent, also as null, or the caller set; of a structure
    that a constructor made, those of the newest firmware.

    >>> from ..pdumodel import Rating
    >>> shown_fields(Rating.decode({"current": 16, "newField": 1}, agent=None))
    ['current']
    """
    wire = value._wire
    hidden_fields: Collection[str] = value._legacy
    if wire is not None:
        hidden_fields = wire.absent_fields - wire.holders
    return [name for name in field_names(type(value)) if name not in hidden_fields]


def _newest(cls: type[Structure], name: str) -> str:
    """The present name of a field that may be given by an older one.

    >>> from ..pdumodel import CtrlStatistic
    >>> _newest(CtrlStatistic, "masterCSumErrCnt"), _newest(CtrlStatistic, "resetCnt")
    ('mainCSumErrCnt', 'resetCnt')
    """
    for newest_name, older_names in cls._aliases.items():
        if name in older_names:
            return newest_name
    return name


# ---- JSON → structures ---------------------------------------------------------------------------

_NOBODY = typing.cast(Caller, None)  # only references need an agent, and `{}` contains none


def _name_on_wire(cls: type[Structure], name: str, json: Mapping[str, object]) -> Optional[str]:
    """The name under which this JSON object has a field; None if the object lacks it.

    >>> from ..pdumodel import CtrlStatistic
    >>> _name_on_wire(CtrlStatistic, "mainCSumErrCnt", {"masterCSumErrCnt": 3})
    'masterCSumErrCnt'
    """
    for spelling in (name, *cls._aliases.get(name, ())):
        if spelling in json:
            return spelling
    return None


def _decode_fields(cls: type[S], json: object, agent: Caller) -> S:
    """A structure of the class `cls` from its JSON object, with what its `_wire` says of the JSON.
    `agent`: the connection of references in it.

    >>> from ..pdumodel import Rating
    >>> rating = _decode_fields(Rating, {"current": 16, "newField": 1}, agent=None)
    >>> rating.current, sorted(rating._wire.absent_fields), rating._wire.undeclared_fields
    (16, ['decimalCurrent', 'maxVoltage', 'minVoltage'], {'newField': 1})

    Raises JsonRpcSyntaxException for JSON that is no object, or a field of another type.
    """
    undeclared_fields = dict(expect(dict, json, cls))  # those that are declared leave it below
    moved_fields = _move_fields(cls, undeclared_fields)
    fields: dict[str, object] = {}
    absent_fields: set[str] = set()
    null_fields: set[str] = set()
    spelling: dict[str, str] = {}
    for name, kind in field_types(cls).items():
        name_on_wire = _name_on_wire(cls, name, undeclared_fields)
        if name_on_wire is not None and name_on_wire != name:
            spelling[name] = name_on_wire
        if name_on_wire is None:
            absent_fields.add(name)
            value = missing_value(kind)
        elif undeclared_fields[name_on_wire] is None and not is_nullable(kind):
            del undeclared_fields[name_on_wire]
            null_fields.add(name)
            value = missing_value(kind)
        else:
            value = decode(kind, undeclared_fields.pop(name_on_wire), agent)
        if value is not NOT_SENT:
            fields[name] = value
    structure = cls.__new__(cls)
    wire = WireForm(
        absent_fields=frozenset(absent_fields),
        null_fields=frozenset(null_fields),
        spelling=spelling,
        moved_fields=moved_fields,
        undeclared_fields=undeclared_fields,
    )
    wire = wire._replace(absent_fields=wire.absent_fields | wire.holders)
    # past `__setattr__`, which notes what the caller has changed
    object.__setattr__(structure, "__dict__", fields)
    object.__setattr__(structure, "_wire", wire)
    return structure


def _move_fields(cls: type[Structure], json: dict[str, Any]) -> Mapping[str, InnerField]:
    """Move, in this JSON object, older fields into the fields that hold them in newer firmware.
    Returns which were moved: `encode` writes them back under their older names.

    With `moved keyType = keyInfo.type` in the IDL (ServerSSLCert.idl):

        before    {"keyType": 1}
        after     {"keyInfo": {"type": 1}}
        returned  {"keyType": InnerField("keyInfo", "type")}

    Nothing is moved if the object has the new field (`keyInfo`) too, or the older one is null.
    """
    moved: dict[str, InnerField] = {}
    for older_name, field in cls._moved.items():
        if json.get(older_name) is not None and field.outer not in json:
            moved[older_name] = field
    for older_name, field in moved.items():
        outer_json = json.setdefault(field.outer, {})
        outer_json[field.inner] = json.pop(older_name)
    return moved
