"""The codec: JSON → values and values → JSON, by the annotations of the declared classes. Pure: no
connection, no clock.

A reader raises JsonRpcSyntaxException for JSON of the wrong type, and RecursionError for JSON that
is nested too deeply. Enumerations, references and structures read and write their own JSON (see
`IdlValue`).

Source: "JSON-RPC encoding" in the documentation of the vendor's Xerus JSON-RPC SDK.
"""

from __future__ import annotations

import datetime
import enum
import math
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Callable, ClassVar, TypeVar, Union

from .declarations import Caller, once
from .errors import JsonRpcSyntaxException
from .registry import LONGEST_NAME, IdlType, find, idl_name
from .times import EPOCH, Time, seconds_of

T = TypeVar("T")
Reader = Callable[[object, Caller], Any]


class IdlValue(IdlType):
    """An IDL type that reads and writes its own JSON."""

    #: whether its JSON names its type, so that a derived type may come in place of its base
    sent_with_type: ClassVar[bool] = False

    @classmethod
    def idl_reader(cls) -> Reader:
        """The reader of its JSON, which raises JsonRpcSyntaxException."""
        raise NotImplementedError

    @classmethod
    def idl_missing(cls, made_here: bool) -> object:
        """The value of a field that is missing: see `missing_value_factory`."""
        return None

    def idl_json(self) -> object:
        """The JSON of the value."""
        raise NotImplementedError


class NamedIdlValue(IdlValue):
    """An IDL type whose `idlType` is its name, unless it is declared with a version."""

    def __init_subclass__(cls, version: str = "") -> None:
        super().__init_subclass__(version)
        if "idlType" not in vars(cls):
            cls.idlType = idl_name(cls)


# ---- JSON → values -------------------------------------------------------------------------------


@once
def decoder(hint: Any) -> Reader:
    """The reader of values with this annotation."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        item = decoder(args[0])
        if isinstance(args[0], type) and issubclass(args[0], IdlValue) and args[0].sent_with_type:
            # a reference may be null, as the vendor's binding has it
            return lambda json, agent: [
                None if x is None else item(x, agent) for x in expect(list, json, "vector")
            ]
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
    # without the value, which may be the password
    return JsonRpcSyntaxException(f"{type(json).__name__} where {name} was expected")


def expect(kind: type[T], json: object, hint: object = None) -> T:
    """The JSON itself if it is of that Python type.

    Raises JsonRpcSyntaxException for other JSON.
    """
    if not isinstance(json, kind):
        raise wrong(json, hint or kind)
    return json


def read_int(json: object, agent: Caller) -> int:
    """A whole number, also as 3.0. Raises JsonRpcSyntaxException."""
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
    return Time.decode(read_int(json, agent))


def class_of(base: type[T], idl_type: str) -> type[T]:
    """The class of that name if it derives from `base`, else `base`, so that types newer than this
    binding stay usable.
    """
    same = idl_type.partition(":")[0] == getattr(base, "idlType", "").partition(":")[0]
    derived = find(idl_type) if not same and len(idl_type) <= LONGEST_NAME else None
    return derived if derived is not None and issubclass(derived, base) else base


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
    """A dict from a list of {"key": ..., "value": ...}, the form of a map in JSON-RPC."""
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
        """The value by the first type that fits; the last type's error if none does."""
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
    (IdlValue, lambda hint: hint.idl_reader()),
    (Time, lambda hint: _time),
    (bool, lambda hint: lambda json, agent: expect(bool, json)),
    (str, lambda hint: lambda json, agent: expect(str, json)),
    (int, lambda hint: read_int),
    (float, lambda hint: _float),
)
"""The kinds of types that are classes, the derived before its base."""


def is_nullable(hint: Any) -> bool:
    """Whether a field with this annotation may be null."""
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
    if hint is Any or not isinstance(hint, type):
        return lambda: None
    if issubclass(hint, IdlValue):
        return lambda: hint.idl_missing(made_here)
    return (lambda: EPOCH) if hint is Time else hint


# ---- values → JSON -------------------------------------------------------------------------------


def encode(value: object) -> object:
    """JSON for a value of an IDL type other than "any". An iterable other than text, bytes or a
    mapping is a vector.

    Raises TypeError for a value that has no IDL type.
    """
    if isinstance(value, IdlValue):
        return value.idl_json()
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (bool, str, int, float)):
        return value
    if isinstance(value, datetime.datetime):
        return seconds_of(value)
    if isinstance(value, type) and issubclass(value, IdlValue) and value.sent_with_type:
        return value.idlType
    if isinstance(value, Mapping):
        return [{"key": encode(key), "value": encode(item)} for key, item in value.items()]
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return [encode(item) for item in value]
    raise TypeError(f"no IDL type for {type(value).__name__}")


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
    """The function that encodes values with this annotation. It raises TypeError for a value of
    another type, as the vendor's binding does: nothing is converted, and an element of another
    enumeration, with the same ordinal, is another value.
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return encode_opaque
    if origin is list:
        return _list_encoder(encoder(args[0]))
    if origin is dict:
        return _map_encoder(encoder(args[0]), encoder(args[1]))
    if origin is Union:
        return _union_encoder(tuple(map(encoder, args)))
    kind: type = type if origin is type else hint
    # a missing reference or value object is null
    allows_none = issubclass(kind, IdlValue) and kind.sent_with_type

    def encode_checked(value: object) -> object:
        if not (_is_of(kind, value) or (value is None and allows_none)):
            raise _wrong_value(value, kind)
        return encode(value)

    return encode_checked


_PLAIN: Mapping[type, tuple[type, ...]] = {
    Time: (datetime.datetime,),
    int: (int,),
    float: (int, float),
}
"""The Python types whose values are sent as an IDL type, if they are others than that type."""


def _is_of(kind: type, value: object) -> bool:
    is_other = isinstance(value, (bool, IdlValue)) and kind in (int, float)
    return isinstance(value, _PLAIN.get(kind, kind)) and not is_other


def _wrong_value(value: object, kind: Union[type, str]) -> TypeError:
    # without the value, which may be the password
    name = kind if isinstance(kind, str) else idl_name(kind).replace("builtins.", "")
    return TypeError(f"{type(value).__name__} where {name} was expected")


def _list_encoder(item: Callable[[object], object]) -> Callable[[object], object]:
    def encode_list(value: object) -> object:
        if not isinstance(value, Iterable) or isinstance(value, (str, bytes, bytearray, Mapping)):
            raise _wrong_value(value, "a list")
        return [item(element) for element in value]

    return encode_list


def _map_encoder(
    key: Callable[[object], object], item: Callable[[object], object]
) -> Callable[[object], object]:
    def encode_map(value: object) -> object:
        if not isinstance(value, Mapping):
            raise _wrong_value(value, "a mapping")
        return [{"key": key(name), "value": item(element)} for name, element in value.items()]

    return encode_map


def _union_encoder(encoders: tuple[Callable[[object], object], ...]) -> Callable[[object], object]:
    """Encodes by the first type that the value has; the last type's error if it has none."""

    def encode_union(value: object) -> object:
        for encode_as in encoders[:-1]:
            try:
                return encode_as(value)
            except TypeError:
                # the type of another release
                continue
        return encoders[-1](value)

    return encode_union
