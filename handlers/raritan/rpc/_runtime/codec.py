"""The codec: JSON → values and values → JSON, by the annotations of the declared classes. Pure: no
connection, no clock.

A reader raises JsonRpcSyntaxException for JSON of the wrong type, and RecursionError for JSON that
is nested too deeply. A structure of older or newer firmware may lack fields, or have unknown
fields, older names, or fields that newer firmware has inside another field. A structure from a
device is written back with the fields and names that the device sent, with the caller's changes.

Source: "JSON-RPC encoding" in the documentation of the vendor's Xerus JSON-RPC SDK.
"""

from __future__ import annotations

import datetime
import enum
import math
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional, TypeVar, Union

from . import values
from .declarations import Caller, Reference, field_types, once
from .errors import JsonRpcSyntaxException
from .registry import LONGEST_NAME, find, idl_name
from .times import EPOCH, Time, clamp_to_calendar, seconds_of
from .values import IN_FULL, ZERO, Enumeration, Structure, ValueObject, WireForm, field_names

S = TypeVar("S", bound=Structure)
T = TypeVar("T")
Reader = Callable[[object, Caller], Any]


# ---- JSON → values -------------------------------------------------------------------------------


@once
def decoder(hint: Any) -> Reader:
    """The reader of values with this annotation."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        item = decoder(args[0])
        return lambda json, agent: [item(x, agent) for x in expect(list, json, "vector")]
    if origin is dict:
        key, item = decoder(args[0]), decoder(args[1])
        return lambda json, agent: _map(json, key, item, agent)
    if origin is Union:
        return _union(tuple(arg for arg in args if arg is not type(None)), type(None) in args)
    if origin is type:
        return _no_class
    if hint is Any:
        return _any
    for base, make in _KINDS:
        if issubclass(hint, base):
            return make(hint)
    raise TypeError(f"no reader for {hint!r}")


def wrong(json: object, hint: object) -> JsonRpcSyntaxException:
    """The error for JSON that is not of the type `hint`: a class, or the type in words."""
    name = (
        hint
        if isinstance(hint, str)
        else idl_name(typing.cast(type, hint)).replace("builtins.", "")
    )
    # The value may be the password: only its type and length are kept.
    summary = type(json).__name__ + (
        f" of {len(json)}" if isinstance(json, (dict, list, str)) else ""
    )
    return JsonRpcSyntaxException(
        f"{type(json).__name__} where {name} was expected", summary.encode()
    )


def expect(kind: type[T], json: object, hint: object = None) -> T:
    """The JSON itself if it is of that Python type.

    Raises JsonRpcSyntaxException for other JSON.
    """
    if not isinstance(json, kind):
        raise wrong(json, hint or kind)
    return json


def _int(json: object, agent: Caller) -> int:
    if isinstance(json, float) and json.is_integer():
        return int(json)
    if isinstance(json, bool) or not isinstance(json, int):
        raise wrong(json, int)
    return json


def _float(json: object, agent: Caller) -> float:
    if isinstance(json, bool) or not isinstance(json, (int, float)):
        raise wrong(json, float)
    try:
        if math.isfinite(json):
            return float(json)
    except OverflowError:  # an integer beyond the largest float
        pass
    raise wrong(json, "a finite number")


def _time(json: object, agent: Caller) -> Time:
    seconds = _int(json, agent)
    try:
        return EPOCH + datetime.timedelta(0, seconds)
    except OverflowError:
        return clamp_to_calendar(seconds)


def _enumeration(hint: type[Enumeration]) -> Reader:
    elements = {element.value: element for element in hint.__members__.values()}

    def decode_json(json: object, agent: Caller) -> Enumeration:
        ordinal = _int(json, agent)
        return elements[ordinal] if ordinal in elements else hint(ordinal)

    return decode_json


def _reference(hint: type[Reference]) -> Reader:
    def decode_json(json: object, agent: Caller) -> Reference:
        reference = expect(dict, json, hint)
        rid, name = (
            expect(str, reference.get("rid"), hint),
            expect(str, reference.get("type"), hint),
        )
        proxy = object.__new__(class_of(hint, name))
        proxy.target, proxy.agent, proxy.wire_type = rid, agent, name
        return proxy

    return decode_json


def class_of(base: type[T], idl_type: str) -> type[T]:
    """The class of that name if it derives from `base`, else `base`, so that types newer than this
    binding stay usable.
    """
    same = idl_type.partition(":")[0] == getattr(base, "idlType", "").partition(":")[0]
    derived = find(idl_type) if not same and len(idl_type) <= LONGEST_NAME else None
    return derived if derived is not None and issubclass(derived, base) else base


def decode_structure(cls: type[S], json: object, agent: Caller) -> S:
    """A structure from its JSON object.

    Missing fields are blank and remembered as missing; unknown fields are kept.
    """
    structure = object.__new__(cls)
    fields = _usual(expect(dict, json, cls), *_fields(cls), agent)
    if fields is None:
        _fill(structure, typing.cast(dict[str, object], json), agent)
    else:
        object.__setattr__(structure, "__dict__", fields)
        object.__setattr__(structure, "_wire", IN_FULL)
    return structure


@once
def _fields(cls: type[Structure]) -> tuple[Mapping[str, type], Mapping[str, Reader]]:
    """The fields whose JSON already is the value, and the readers of the others."""
    types = field_types(cls)
    plain = {name: kind for name, kind in types.items() if kind in (bool, int, str)}
    return plain, {name: decoder(kind) for name, kind in types.items() if name not in plain}


def _usual(
    json: dict[str, object], plain: Mapping[str, type], others: Mapping[str, Reader], agent: Caller
) -> Optional[dict[str, object]]:
    """The values by field name.

    None if a field is missing, undeclared or null, or if a plain one has another type.
    """
    if len(json) != len(plain) + len(others):
        return None
    for name, kind in plain.items():
        if type(json.get(name)) is not kind:
            return None
    fields = json.copy()
    for name, read in others.items():
        item = fields.get(name)
        if item is None:
            return None
        fields[name] = read(item, agent)
    return fields


def _value_object(hint: type[ValueObject]) -> Reader:
    """Reads an instance of the class that the JSON names, else of `hint`: see `class_of`."""

    def decode_json(json: object, agent: Caller) -> ValueObject:
        envelope = expect(dict, json, hint)
        name = expect(str, envelope.get("type"), hint)
        value: ValueObject = decode_structure(class_of(hint, name), envelope.get("value"), agent)
        object.__setattr__(value, "_wire", (value._wire or IN_FULL)._replace(type=name))
        return value

    return decode_json


def _no_class(json: object, agent: Caller) -> object:
    """Always raises.

    A `TypeName` is a str or a class: devices send the str, and only callers pass a class.
    """
    raise wrong(json, "a type name")


def _any(json: object, agent: Caller) -> object:
    """The JSON itself.

    Raises JsonRpcSyntaxException if it contains a number that is not finite (1e999).
    """
    if isinstance(json, (dict, list)):
        for item in json.values() if isinstance(json, dict) else json:
            _any(item, agent)
    return decoder(float)(json, agent) if isinstance(json, float) else json


def _map(json: object, key: Reader, item: Reader, agent: Caller) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    for entry in expect(list, json, "map"):
        pair = expect(dict, entry, "map entry")
        if "key" not in pair or "value" not in pair:
            raise wrong(pair, "map entry with key and value")
        name, value = key(pair["key"], agent), item(pair["value"], agent)
        # a dropped value, such as a panel, would be missing in a sum
        if out.setdefault(name, value) != value:
            raise JsonRpcSyntaxException("a map has two values for one key")
    return out


def _union(kinds: tuple[Any, ...], optional: bool) -> Reader:
    """Reads the first type that fits, and null as None if `optional`.

    Some values changed their type between releases.
    """
    readers: list[Reader] = [decoder(kind) for kind in kinds]

    def decode_json(json: object, agent: Caller) -> Any:
        if json is None and optional:
            return None
        for read in readers[:-1]:
            try:
                return read(json, agent)
            except JsonRpcSyntaxException:
                # the type of another release; if none fits, the last type raises
                continue
        return readers[-1](json, agent)

    return decode_json


_KINDS: tuple[tuple[type, Callable[[Any], Reader]], ...] = (
    (Enumeration, _enumeration),
    (Reference, _reference),
    (ValueObject, _value_object),
    (Structure, lambda hint: lambda json, agent: decode_structure(hint, json, agent)),
    (Time, lambda hint: _time),
    (bool, lambda hint: lambda json, agent: expect(bool, json)),
    (str, lambda hint: lambda json, agent: expect(str, json)),
    (int, lambda hint: _int),
    (float, lambda hint: _float),
)
"""The kinds of types that are classes, the derived before its base."""


# ---- structures of older or newer firmware -------------------------------------------------------


def _fill(structure: Structure, json: Mapping[str, object], agent: Caller) -> None:
    """Set the fields of a structure, and remember the form in which the device sent them."""
    fields, wire = _differing_fields(type(structure), json, agent)
    object.__setattr__(structure, "__dict__", fields)
    object.__setattr__(structure, "_wire", wire)
    if structure._lifted:
        _lift(structure, agent)


def _differing_fields(
    cls: type[Structure], json: Mapping[str, object], agent: Caller
) -> tuple[dict[str, object], WireForm]:
    rest = dict(json)
    fields: dict[str, object] = {}
    absent, null, spelling = set(), set(), {}
    for name, kind in field_types(cls).items():
        wire = name if name in rest else _older(cls, name, rest)
        item = rest.pop(wire) if wire is not None else None
        if wire is None:
            absent.add(name)
        elif wire != name:
            spelling[name] = wire
        if wire is not None and item is None and not _nullable(kind):
            null.add(name)
        fields[name] = (
            missing_value_factory(kind)()
            if wire is None or name in null
            else decoder(kind)(item, agent)
        )
    return fields, WireForm(frozenset(absent), frozenset(null), spelling, {}, rest)


def _lift(structure: Structure, agent: Caller) -> None:
    """Move older fields into the fields that hold them now.

    `encode_structure` writes them back under their older names.
    """
    wire = structure._wire or WireForm()
    rest, lifted = dict(wire.rest), {}
    for older, place in structure._lifted.items():
        outer, _, inner = place.partition(".")
        if rest.get(older) is not None and outer in wire.absent:
            holder = getattr(structure, outer)
            setattr(
                holder, inner, decoder(field_types(type(holder))[inner])(rest.pop(older), agent)
            )
            lifted[older] = outer
    object.__setattr__(structure, "_wire", wire._replace(rest=rest, lifted=lifted))


def _older(cls: type[Structure], name: str, json: Mapping[str, object]) -> Optional[str]:
    return next((older for older in cls._aliases.get(name, ()) if older in json), None)


def _nullable(hint: Any) -> bool:
    return hint is Any or (typing.get_origin(hint) is Union and type(None) in typing.get_args(hint))


# ---- blank values --------------------------------------------------------------------------------


@once
def missing_value_factory(hint: Any, made_here: bool = False) -> Callable[[], object]:
    """A function that makes the value of a missing field: None for references, value objects and
    types that allow null; -1, which no element has, for an enumeration; 1970 for a time; blank
    fields for a structure; zero or empty for other types.

    made_here: for a field that a constructor's caller left out. Enumerations are then 0; value
    objects have their defaults.
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union:
        return (lambda: None) if type(None) in args else missing_value_factory(args[0], made_here)
    if origin in (list, dict):
        return typing.cast(Callable[[], object], origin)
    if hint is Any or not isinstance(hint, type) or issubclass(hint, Reference):
        return lambda: None
    if issubclass(hint, Enumeration):
        return lambda: hint(0 if made_here else -1)
    if hint is Time:
        return lambda: EPOCH
    if not issubclass(hint, Structure) or made_here:
        return hint
    return (
        (lambda: None)
        if issubclass(hint, ValueObject)
        else lambda: decode_structure(hint, {}, _NOBODY)
    )


_NOBODY = typing.cast(Caller, None)  # only references need an agent, and `{}` contains none


def default(cls: type[Structure], name: str) -> object:
    """The value of a field for which the constructor got no argument."""
    value = getattr(cls, name)
    return missing_value_factory(field_types(cls)[name], True)() if value is ZERO else value


# ---- values → JSON -------------------------------------------------------------------------------


def encode(value: object) -> object:
    """JSON for a value of an IDL type other than "any". An iterable other than text, bytes or a
    mapping is a vector.

    Raises TypeError for a value that has no IDL type.
    """
    if isinstance(value, ValueObject):
        return {"type": value.wire_type, "value": encode_structure(value)}
    if isinstance(value, Structure):
        return encode_structure(value)
    if isinstance(value, Reference):
        return {"rid": value.target, "type": value.wire_type}
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (bool, str, int, float)):
        return value
    if isinstance(value, datetime.datetime):
        return seconds_of(value)
    if isinstance(value, type) and issubclass(value, (Reference, ValueObject)):
        return value.idlType
    if isinstance(value, Mapping):
        return [{"key": encode(key), "value": encode(item)} for key, item in value.items()]
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return [encode(item) for item in value]
    raise TypeError(f"no IDL type for {type(value).__name__}")


def encode_structure(value: Structure) -> dict[str, object]:
    """The JSON object of a structure.

    Fields that a device left out are written only if the caller set or changed them.
    """
    wire = value._wire if value._wire is not None else WireForm(absent=frozenset(value._legacy))
    out: dict[str, object] = dict(wire.rest)
    types = field_types(type(value))
    for name in field_names(type(value)):
        kind = types[name]
        now = getattr(value, name)
        left_out = name in wire.absent and now == missing_value_factory(kind, value._wire is None)()
        if left_out or name in wire.lifted.values():
            continue
        sent_null = name in wire.null and now == missing_value_factory(kind)()
        out[wire.spelling.get(name, name)] = None if sent_null else encoder(kind)(now)
    for older in wire.lifted:
        out[older] = encode(getattr(value, older))
    return out


def encode_opaque(value: object) -> object:
    """JSON for a value of the IDL type "any".

    IDL values in it are encoded; mappings become JSON objects.
    """
    if isinstance(value, Mapping):
        return {str(key): encode_opaque(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode_opaque(item) for item in value]
    return encode(value)


@once
def encoder(hint: Any) -> Callable[[object], object]:
    """The function that encodes values with this annotation."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union:
        return next((function for function in map(encoder, args) if function is not encode), encode)
    if hint is Any:
        return encode_opaque
    if origin is list and args[0] is Any:
        return lambda value: [encode_opaque(item) for item in typing.cast(Iterable[object], value)]
    if origin is dict and args[1] is Any:
        return lambda value: [
            {"key": encode(key), "value": encode_opaque(item)}
            for key, item in typing.cast(Mapping[object, object], value).items()
        ]
    return encode


values.use(values.StructureCodec(default, decoder, decode_structure, encode_structure))
