"""JSON → values, from the annotations of the declared classes. Pure: no connection, no clock.

A reader raises JsonRpcSyntaxException for JSON of the wrong type, and RecursionError for JSON that is nested too deeply.
Source: "JSON-RPC encoding" in the documentation of the vendor's Xerus JSON-RPC SDK.
"""
from __future__ import annotations

import datetime
import math
import typing
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Type, TypeVar

from .declarations import Caller, Reference, field_types, once
from .errors import JsonRpcSyntaxException
from .registry import LONGEST_NAME, find, idl_name
from .times import EPOCH, beyond
from .values import IN_FULL, Enumeration, Structure, ValueObject

S = TypeVar("S", bound=Structure)
T = TypeVar("T")
Reader = Callable[[object, Caller], Any]


@once
def decoder(hint: Any) -> Reader:
    """The reader of values with this annotation."""
    if typing.get_origin(hint) is list:
        item = decoder(typing.get_args(hint)[0])
        return lambda json, agent: [item(x, agent) for x in expect(list, json, "vector")]
    for base, make in _KINDS if isinstance(hint, type) and not issubclass(hint, ValueObject) else ():
        if issubclass(hint, base):
            return make(hint)
    from . import variants  # imported late: it imports this module
    return variants.decoder(hint)


def wrong(json: object, wanted: object) -> JsonRpcSyntaxException:
    """The error for JSON that is not of the type `wanted`: a class, or the type in words."""
    name = wanted if isinstance(wanted, str) else idl_name(typing.cast(type, wanted)).replace("builtins.", "")
    # The value may be the password: only its type and length are kept.
    shown = type(json).__name__ + (f" of {len(json)}" if isinstance(json, (dict, list, str)) else "")
    return JsonRpcSyntaxException(f"{type(json).__name__} where {name} was expected", shown.encode())


def expect(kind: Type[T], json: object, wanted: object = None) -> T:
    """The JSON itself if it is of that Python type. Raises JsonRpcSyntaxException for other JSON."""
    if not isinstance(json, kind):
        raise wrong(json, wanted or kind)
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
    except OverflowError:                   # an integer beyond the largest float
        pass
    raise wrong(json, "a finite number")


def _time(json: object, agent: Caller) -> datetime.datetime:
    seconds = _int(json, agent)
    try:
        return EPOCH + datetime.timedelta(0, seconds)
    except OverflowError:
        return beyond(seconds)


def _enumeration(hint: Type[Enumeration]) -> Reader:
    elements = {element.value: element for element in hint.__members__.values()}

    def read(json: object, agent: Caller) -> Enumeration:
        ordinal = _int(json, agent)
        return elements[ordinal] if ordinal in elements else hint(ordinal)
    return read


def _reference(hint: Type[Reference]) -> Reader:
    def read(json: object, agent: Caller) -> Reference:
        reference = expect(dict, json, hint)
        rid, name = expect(str, reference.get("rid"), hint), expect(str, reference.get("type"), hint)
        made = object.__new__(class_of(hint, name))
        made.target, made.agent, made.wire_type = rid, agent, name
        return made
    return read


def class_of(base: Type[T], idl_type: str) -> Type[T]:
    """The class of that name if it derives from `base`, else `base`, so that types newer than this binding stay usable."""
    same = idl_type.partition(":")[0] == getattr(base, "idlType", "").partition(":")[0]
    found = find(idl_type) if not same and len(idl_type) <= LONGEST_NAME else None
    return found if found is not None and issubclass(found, base) else base


def decode_structure(cls: Type[S], json: object, agent: Caller) -> S:
    """A structure from its JSON object. Missing fields are blank and remembered as missing; unknown fields are kept."""
    made, values = object.__new__(cls), _usual(expect(dict, json, cls), *_fields(cls), agent)
    if values is None:
        from .differing import fill  # imported late: it imports this module
        fill(made, typing.cast(Dict[str, object], json), agent)
    else:
        object.__setattr__(made, "__dict__", values)
        object.__setattr__(made, "_wire", IN_FULL)
    return made


@once
def _fields(cls: Type[Structure]) -> Tuple[Mapping[str, type], Mapping[str, Reader]]:
    """The fields whose JSON already is the value, and the readers of the others."""
    types = field_types(cls)
    plain = {name: kind for name, kind in types.items() if kind in (bool, int, str)}
    return plain, {name: decoder(kind) for name, kind in types.items() if name not in plain}


def _usual(json: Dict[str, object], plain: Mapping[str, type], others: Mapping[str, Reader],
           agent: Caller) -> Optional[Dict[str, object]]:
    """The values by field name. None if a field is missing, undeclared or null, or if a plain one has another type."""
    if len(json) != len(plain) + len(others):
        return None
    for name, kind in plain.items():
        if type(json.get(name)) is not kind:
            return None
    values = json.copy()
    for name, read in others.items():
        item = values.get(name)
        if item is None:
            return None
        values[name] = read(item, agent)
    return values


_KINDS: Tuple[Tuple[type, Callable[[Any], Reader]], ...] = (
    (Enumeration, _enumeration), (Reference, _reference), (datetime.datetime, lambda hint: _time),
    (Structure, lambda hint: lambda json, agent: decode_structure(hint, json, agent)),
    (bool, lambda hint: lambda json, agent: expect(bool, json)), (str, lambda hint: lambda json, agent: expect(str, json)),
    (int, lambda hint: _int), (float, lambda hint: _float))
