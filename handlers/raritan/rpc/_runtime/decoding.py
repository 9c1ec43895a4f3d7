"""JSON → values, from the annotations of the declared classes. Pure: no connection, no clock.

Every reader raises JsonRpcSyntaxException for JSON of a wrong kind, and nothing else.
Source: "JSON-RPC encoding" in the documentation of the vendor's Xerus JSON-RPC SDK.
"""
from __future__ import annotations

import datetime
import math
import typing
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Tuple, Type, TypeVar, Union

from .errors import JsonRpcSyntaxException
from .registry import LONGEST_NAME, Caller, Reference, field_types, find, idl_name, once
from .times import EPOCH, beyond
from .values import IN_FULL, Enumeration, Structure, ValueObject

S = TypeVar("S", bound=Structure)
T = TypeVar("T")
Reader = Callable[[object, Caller], Any]


# ---- the reader of a type ------------------------------------------------------------------------------------

@once
def decoder(hint: Any) -> Reader:
    """How a value of this annotation is read."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union:
        return _union(tuple(arg for arg in args if arg is not type(None)), type(None) in args)
    if origin is list:
        item = decoder(args[0])
        return lambda json, agent: [item(x, agent) for x in _of(list, json, "vector")]
    if origin is dict:
        key, item = decoder(args[0]), decoder(args[1])
        return lambda json, agent: _map(json, key, item, agent)
    if hint is Any:
        return lambda json, agent: json
    if origin is type:
        return _no_class
    for base, make in _KINDS:
        if issubclass(hint, base):
            return make(hint)
    raise TypeError(f"no reader for {hint!r}")


# ---- single values -------------------------------------------------------------------------------------------

def _wrong(json: object, wanted: object) -> JsonRpcSyntaxException:
    name = wanted if isinstance(wanted, str) else idl_name(typing.cast(type, wanted)).replace("builtins.", "")
    # A text may hold the login: only its length is kept.
    shown = f"{type(json).__name__} of {len(json)}" if isinstance(json, (dict, list, str)) else repr(json)[:200]
    return JsonRpcSyntaxException(f"{type(json).__name__} where {name} was expected", shown.encode())


def _of(kind: Type[T], json: object, wanted: object = None) -> T:
    if not isinstance(json, kind):
        raise _wrong(json, wanted or kind)
    return json


def _plain(kind: type) -> Reader:
    return lambda json, agent: _of(kind, json)


def _int(json: object, agent: Caller) -> int:
    if isinstance(json, float) and json.is_integer():
        return int(json)
    if isinstance(json, bool) or not isinstance(json, int):
        raise _wrong(json, int)
    return json


def _float(json: object, agent: Caller) -> float:
    if type(json) is float and math.isfinite(json):
        return json
    if isinstance(json, bool) or not isinstance(json, (int, float)):
        raise _wrong(json, float)
    try:
        number = float(json)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong(json, "a finite number")
    return number


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
        found = elements.get(ordinal)
        return found if found is not None else hint(ordinal)
    return read


def _reference(hint: Type[Reference]) -> Reader:
    def read(json: object, agent: Caller) -> Reference:
        reference = _of(dict, json, hint)
        rid, name = _of(str, reference.get("rid"), hint), _of(str, reference.get("type"), hint)
        made = object.__new__(_class(hint, name))
        made.target, made.agent, made.wire_type = rid, agent, name
        return made
    return read


def _class(base: Type[T], idl_type: str) -> Type[T]:
    """The class of that name where it is a `base`, else `base`: a type newer than this binding stays usable."""
    found = find(idl_type) if len(idl_type) <= LONGEST_NAME else None
    return found if found is not None and issubclass(found, base) else base


def _value_object(hint: Type[ValueObject]) -> Reader:
    def read(json: object, agent: Caller) -> ValueObject:
        envelope = _of(dict, json, hint)
        name = _of(str, envelope.get("type"), hint)
        made = decode_structure(_class(hint, name), envelope.get("value"), agent)
        object.__setattr__(made, "_wire", (made._wire or IN_FULL)._replace(type=name))
        return made
    return read


def _no_class(json: object, agent: Caller) -> object:
    """A type name stays the text that came: only a caller may use a class for it."""
    raise _wrong(json, "a type name")


def _map(json: object, key: Reader, item: Reader, agent: Caller) -> Dict[Any, Any]:
    out = {}
    for entry in _of(list, json, "map"):
        pair = _of(dict, entry, "map entry")
        if "key" not in pair or "value" not in pair:
            raise _wrong(pair, "map entry with key and value")
        out[key(pair["key"], agent)] = item(pair["value"], agent)
    return out


def _union(kinds: Tuple[Any, ...], optional: bool) -> Reader:
    """null where allowed, else the first kind that fits: a field or result that changed its type between releases."""
    readers: List[Reader] = [decoder(kind) for kind in kinds]

    def read(json: object, agent: Caller) -> Any:
        if json is None and optional:
            return None
        for one in readers[:-1]:
            try:
                return one(json, agent)
            except JsonRpcSyntaxException:
                continue                    # the type of another release; the error of the last type is raised
        return readers[-1](json, agent)
    return read


# ---- structures ----------------------------------------------------------------------------------------------

def decode_structure(cls: Type[S], json: object, agent: Caller) -> S:
    """A structure from its JSON object: what did not come is blank and remembered, unknown fields are kept."""
    return typing.cast(S, _structure(cls)(json, agent))


@once
def _structure(cls: Type[Structure]) -> Reader:
    """Reads one class. The usual case is fast: every field came, no other did, and there is nothing to remember."""
    usual: Optional[_Usual] = None          # made at the first reading: a class may hold itself

    def read(json: object, agent: Caller) -> Structure:
        nonlocal usual
        if usual is None:
            usual = _Usual.of(field_types(cls))
        if not isinstance(json, dict):
            raise _wrong(json, cls)
        made, values = object.__new__(cls), usual.fields(json, agent)
        if values is None:
            from . import differing  # which reads single fields by this module
            values, wire = differing.fields(cls, json, agent)
        else:
            wire = IN_FULL
        object.__setattr__(made, "__dict__", values)
        object.__setattr__(made, "_wire", wire)
        if cls._lifted and wire is not IN_FULL:
            differing.lift(made, agent)
        return made
    return read


class _Usual(NamedTuple):
    """The fields of one class."""

    names: FrozenSet[str]
    plain: Tuple[Tuple[str, type], ...]     # fields whose JSON is the value
    others: Tuple[Tuple[str, Reader], ...]

    @classmethod
    def of(cls, types: Mapping[str, Any]) -> _Usual:
        """From the types of the fields."""
        return cls(frozenset(types), tuple((name, kind) for name, kind in types.items() if kind in (bool, int, str)),
                   tuple((name, decoder(kind)) for name, kind in types.items() if kind not in (bool, int, str)))

    def fields(self, json: Dict[str, object], agent: Caller) -> Optional[Dict[str, object]]:
        """By name; None where the case is not the usual one."""
        if json.keys() != self.names:
            return None
        for name, kind in self.plain:
            if type(json[name]) is not kind:
                return None
        values = json.copy()
        for name, read in self.others:
            item = values[name]
            if item is None:
                return None
            values[name] = read(item, agent)
        return values


_KINDS: Tuple[Tuple[type, Callable[[Any], Reader]], ...] = (
    (Enumeration, _enumeration), (ValueObject, _value_object), (Structure, _structure), (Reference, _reference),
    (datetime.datetime, lambda hint: _time), (bool, _plain), (str, _plain), (int, lambda hint: _int),
    (float, lambda hint: _float))
