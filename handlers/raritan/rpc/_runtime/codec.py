"""The codec: JSON → values and values → JSON, by the declared types. Pure: no connection, no
clock.

    hint                   JSON                              value
    list[float]            [230, 229.5]                      [230.0, 229.5]
    dict[str, int]         [{"key": "L1", "value": 16}]      {"L1": 16}
    Optional[int]          null                              None
    Outlet.PowerState      1                                 PowerState.PS_ON

A `hint` is the Python type of a field, parameter or result that the vendor's IDL declares. A
reference stands for an object of the device; `agent` is the connection that its methods will use,
None where JSON has no references.

Decoding raises JsonRpcSyntaxException for JSON of the wrong type, and RecursionError for JSON that
is nested too deeply. Enumerations, references and structures read and write their own JSON: each
is an `IdlValue`.

Source: "JSON-RPC encoding" in the documentation of the vendor's Xerus JSON-RPC SDK.
"""

from __future__ import annotations

import datetime
import enum
import math
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, ClassVar, TypeVar, Union

from .declarations import Caller
from .errors import JsonRpcSyntaxException
from .registry import LONGEST_NAME, IdlType, class_of_idl_type, idl_name
from .times import EPOCH, Time, seconds_of

T = TypeVar("T")


class IdlValue(IdlType):
    """An IDL type that reads and writes its own JSON: an enumeration, a structure or a reference.

    >>> from ..pdumodel import Outlet
    >>> Outlet.PowerState.idl_value(1, agent=None), Outlet.PowerState.PS_ON.idl_json()
    (pdumodel.Outlet.PowerState.PS_ON, 1)
    """

    #: whether its JSON names its type, so that a derived type may come in place of its base
    sent_with_type: ClassVar[bool] = False

    @classmethod
    def idl_value(cls, json: object, agent: Caller) -> object:
        """The value of its JSON. Raises JsonRpcSyntaxException."""
        raise NotImplementedError

    @classmethod
    def idl_missing(cls, in_constructor: bool) -> object:
        """The value of a field that is missing in an answer or, if `in_constructor`, among the
        arguments of a constructor. None for references and value objects.
        """
        return None

    def idl_json(self) -> object:
        """The JSON of the value."""
        raise NotImplementedError


# ---- JSON → values -------------------------------------------------------------------------------


def decode(hint: Any, json: object, agent: Caller) -> Any:
    """The value of JSON of the type `hint`. Raises JsonRpcSyntaxException for JSON of another type.
    `agent`: the connection of the references in it.

    >>> decode(list[float], [230, 229.5], agent=None)
    [230.0, 229.5]
    >>> decode(dict[str, int], [{"key": "L1", "value": 16}], agent=None)
    {'L1': 16}
    """
    if hint in _SCALARS:
        return _SCALARS[hint](json)
    origin = typing.get_origin(hint)
    args = typing.get_args(hint)
    if origin is list:
        return _list(json, args[0], agent)
    if origin is dict:
        return _map(json, args[0], args[1], agent)
    if origin is Union:
        return _union(json, args, agent)
    if origin is type:
        # a `TypeName` is a str or a class: devices send the str, and only callers pass a class
        raise wrong(json, "a type name")
    if not issubclass(hint, IdlValue):
        raise TypeError(f"no JSON for {hint!r}")
    return hint.idl_value(json, agent)


def _is_sent_with_type(hint: Any) -> bool:
    """Whether JSON of this type names its type: a reference, or a value object."""
    return isinstance(hint, type) and issubclass(hint, IdlValue) and hint.sent_with_type


def _mismatch(value: object, hint: object) -> str:
    """The error text for a value of another type than `hint`: a class, or the type in words.

    >>> _mismatch("16", int), _mismatch(None, "a list")
    ('str where int was expected', 'NoneType where a list was expected')
    """
    name = hint if isinstance(hint, str) else idl_name(typing.cast(type, hint))
    # without the value, which may be the password
    return f"{type(value).__name__} where {name.replace('builtins.', '')} was expected"


def wrong(json: object, hint: object) -> JsonRpcSyntaxException:
    """The error for JSON that is not of the type `hint`: a class, or the type in words."""
    return JsonRpcSyntaxException(_mismatch(json, hint))


def expect(kind: type[T], json: object, hint: object = None) -> T:
    """The JSON itself if it is of that Python type. `hint`: the IDL type, for the error.

    >>> expect(dict, {"rid": "/tfwopaque/x"}, "a reference")
    {'rid': '/tfwopaque/x'}

    Raises JsonRpcSyntaxException for other JSON.
    """
    if not isinstance(json, kind):
        raise wrong(json, hint or kind)
    return json


def read_int(json: object) -> int:
    """A whole number, also as 3.0. Raises JsonRpcSyntaxException for 3.5, "3" and true.

    >>> read_int(3), read_int(3.0)
    (3, 3)
    """
    if isinstance(json, float) and json.is_integer():
        return int(json)
    if isinstance(json, bool) or not isinstance(json, int):
        raise wrong(json, int)
    return json


def _float(json: object) -> float:
    """The JSON number as a float. Raises JsonRpcSyntaxException for other JSON, and for a number
    that is not finite, such as 1e999.

    >>> _float(230)
    230.0
    """
    if isinstance(json, bool) or not isinstance(json, (int, float)):
        raise wrong(json, float)
    try:
        if math.isfinite(json):
            return float(json)
    except OverflowError:  # an integer beyond the largest float
        pass
    raise wrong(json, "a finite number")


def class_of(base: type[T], idl_type: str) -> type[T]:
    """The class with the IDL name `idl_type`, "pdumodel.Outlet:3.0.4", of any version, if it
    derives from `base`; else `base`, so that types newer than this binding stay usable.

    >>> class_of(IdlValue, "pdumodel.Outlet:3.0.4").__name__
    'Outlet'
    >>> class_of(IdlValue, "pdumodel.Newer:1.0.0").__name__
    'IdlValue'
    """
    name, _, _ = idl_type.partition(":")
    base_name, _, _ = getattr(base, "idlType", "").partition(":")
    if name == base_name or len(idl_type) > LONGEST_NAME:
        return base
    declared_class = class_of_idl_type(idl_type)
    if declared_class is None or not issubclass(declared_class, base):
        return base
    return declared_class


def _any(json: object) -> object:
    """The JSON itself, for a field of the IDL type "any", which may be anything.

    >>> _any({"L1": [16, "A"]})
    {'L1': [16, 'A']}

    Raises JsonRpcSyntaxException if it contains a number that is not finite (1e999).
    """
    if isinstance(json, float):
        return _float(json)
    items: Iterable[object] = ()
    if isinstance(json, dict):
        items = json.values()
    elif isinstance(json, list):
        items = json
    for item in items:
        _any(item)
    return json


def _list(json: object, item: Any, agent: Caller) -> list[Any]:
    """The values of a vector (JSON array) with elements of the type `item`. A reference among them
    may be null, as in the vendor's binding: it becomes None. `agent`: the references' connection.

    >>> _list([1, 2], int, agent=None)
    [1, 2]
    """
    may_be_null = _is_sent_with_type(item)
    values: list[Any] = []
    for value in expect(list, json, "vector"):
        if value is None and may_be_null:
            values.append(None)
        else:
            values.append(decode(item, value, agent))
    return values


def _map(json: object, key: Any, item: Any, agent: Caller) -> dict[Any, Any]:
    """A dict from a list of {"key": ..., "value": ...}, the form of a map in JSON-RPC. `key` and
    `item`: the types of its keys and values; `agent`: the connection of references in it. Raises
    JsonRpcSyntaxException for other JSON, and for a key that has two values.

    >>> _map([{"key": "L1", "value": 16}], str, int, agent=None)
    {'L1': 16}
    """
    values: dict[Any, Any] = {}
    for entry in expect(list, json, "map"):
        pair = expect(dict, entry, "map entry")
        if "key" not in pair or "value" not in pair:
            raise wrong(pair, "map entry with key and value")
        name = decode(key, pair["key"], agent)
        value = decode(item, pair["value"], agent)
        # a dropped value, such as a panel, would be missing in a sum
        if name in values and values[name] != value:
            raise JsonRpcSyntaxException("a map has two values for one key")
        values[name] = value
    return values


def _union(json: object, kinds: tuple[Any, ...], agent: Caller) -> Any:
    """The value by the first of the types `kinds` that fits; if none does, raises the error of the
    last. Null is None if the types have None. `agent`: the connection of references.

    Such a value had another type in older firmware.

    >>> _union("7", (int, str), agent=None), _union(None, (int, type(None)), agent=None)
    ('7', None)
    """
    if json is None and type(None) in kinds:
        return None
    *first_hints, last_hint = [kind for kind in kinds if kind is not type(None)]
    for hint in first_hints:
        try:
            return decode(hint, json, agent)
        except JsonRpcSyntaxException:
            # the type of another release; if none fits, the last type raises
            continue
    return decode(last_hint, json, agent)


_SCALARS: Mapping[Any, Callable[[object], object]] = {
    bool: lambda json: expect(bool, json),
    str: lambda json: expect(str, json),
    int: read_int,
    float: _float,
    Time: lambda json: Time.decode(read_int(json)),
    Any: _any,
}


def is_nullable(hint: Any) -> bool:
    """Whether a field of this type may be null.

    >>> is_nullable(typing.Optional[int]), is_nullable(int)
    (True, False)
    """
    if hint is Any:
        return True
    return typing.get_origin(hint) is Union and type(None) in typing.get_args(hint)


# ---- blank values --------------------------------------------------------------------------------


class _NotSent:
    """The type of NOT_SENT alone."""

    def __repr__(self) -> str:
        return "NOT_SENT"


NOT_SENT: Any = _NotSent()
"""The value of a number or a truth value that a device did not send."""


def missing_value(hint: Any, in_constructor: bool = False) -> object:
    """The value of a field of the type `hint` that the device did not send or, if `in_constructor`,
    that the caller of a constructor left out.

    >>> missing_value(int), missing_value(int, in_constructor=True)
    (NOT_SENT, 0)
    >>> missing_value(list[str]), missing_value(str), missing_value(typing.Optional[int])
    ([], '', None)

    type of the field              not sent         left out
    number, truth value            NOT_SENT         0, False
    enumeration                    -1               0
    reference                      None             None
    value object                   None             one with its defaults
    structure                      blank fields     one with its defaults
    time                           1970             1970
    """
    if hint is Any:
        return None
    origin = typing.get_origin(hint)
    if origin is Union:
        kinds = typing.get_args(hint)
        return None if type(None) in kinds else missing_value(kinds[0], in_constructor)
    if origin in (list, dict):
        return origin()
    if issubclass(hint, IdlValue):
        return hint.idl_missing(in_constructor)
    if hint is Time:
        return EPOCH
    if hint in _MEASURED and not in_constructor:
        return NOT_SENT
    return hint()


_MEASURED = (bool, int, float)


# ---- values → JSON -------------------------------------------------------------------------------


def encode(value: object) -> object:
    """JSON for a value of an IDL type other than "any". An iterable other than text, bytes or a
    mapping is a vector.

    Raises TypeError for a value that has no IDL type.

    >>> encode({"L1": 16})
    [{'key': 'L1', 'value': 16}]
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


def list_if_iterator(value: object) -> object:
    """The value; a list in place of an iterator, which could be read only once.

    >>> list_if_iterator(iter([1, 2])), list_if_iterator("L1")
    ([1, 2], 'L1')
    """
    return list(value) if isinstance(value, Iterator) else value


def encode_opaque(value: object) -> object:
    """JSON for a value of the IDL type "any".

    IDL values in it are encoded; mappings become JSON objects.

    >>> encode_opaque({"L1": (16, "A")})
    {'L1': [16, 'A']}
    """
    if isinstance(value, Mapping):
        return {str(key): encode_opaque(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode_opaque(item) for item in value]
    return encode(value)


def encode_as(hint: Any, value: object) -> object:
    """JSON for a value of the type `hint`, such as an argument of a method.

    Raises TypeError for a value of another type, as the vendor's binding does: nothing is
    converted, and an element of another enumeration, with the same ordinal, is another value.

    >>> encode_as(list[str], ["a"]), encode_as(float, 16)
    (['a'], 16)
    >>> encode_as(int, "16")
    Traceback (most recent call last):
    TypeError: str where int was expected
    """
    value = list_if_iterator(value)  # a Union may look at it twice
    if hint is Any:
        return encode_opaque(value)
    origin = typing.get_origin(hint)
    args = typing.get_args(hint)
    if origin is list:
        return _encode_list(args[0], value)
    if origin is dict:
        return _encode_map(args[0], args[1], value)
    if origin is Union:
        return _encode_union(args, value)
    kind = type if origin is type else hint
    if value is None and _is_sent_with_type(kind):
        return None  # no reference, or no value object
    if not _may_be_sent_as(kind, value):
        raise TypeError(_mismatch(value, kind))
    return encode(value)


def _encode_list(item: Any, values: object) -> list[object]:
    """The JSON of a vector whose elements are of the type `item`. Raises TypeError for text, a
    mapping, and what is not iterable.

    >>> _encode_list(int, (1, 2))
    [1, 2]
    """
    if not isinstance(values, Iterable) or isinstance(values, (str, bytes, bytearray, Mapping)):
        raise TypeError(_mismatch(values, "a list"))
    return [encode_as(item, value) for value in values]


def _encode_map(key: Any, item: Any, values: object) -> list[dict[str, object]]:
    """The JSON of a map. Raises TypeError for anything but a mapping.

    >>> _encode_map(str, int, {"L1": 16})
    [{'key': 'L1', 'value': 16}]
    """
    if not isinstance(values, Mapping):
        raise TypeError(_mismatch(values, "a mapping"))
    entries: list[dict[str, object]] = []
    for name, value in values.items():
        entries.append({"key": encode_as(key, name), "value": encode_as(item, value)})
    return entries


def _encode_union(kinds: tuple[Any, ...], value: object) -> object:
    """The JSON by the first type that fits. Raises TypeError, of the last type, if none does.

    >>> _encode_union((int, str), "7")
    '7'
    """
    for kind in kinds[:-1]:
        try:
            return encode_as(kind, value)
        except TypeError:
            continue  # the type of another release
    return encode_as(kinds[-1], value)


_PLAIN: Mapping[type, tuple[type, ...]] = {
    Time: (datetime.datetime,),
    int: (int,),
    float: (int, float),
}
"""The Python types whose values are sent as an IDL type, if they are others than that type."""


def _may_be_sent_as(kind: type, value: object) -> bool:
    """Whether a value may be sent as the IDL type `kind`. A bool is no number, an int is a float.

    >>> _may_be_sent_as(float, 16), _may_be_sent_as(int, True)
    (True, False)
    """
    # to Python, a bool and some IDL values are numbers
    is_number = not isinstance(value, (bool, IdlValue))
    if kind in (int, float) and not is_number:
        return False
    return isinstance(value, _PLAIN.get(kind, kind))
