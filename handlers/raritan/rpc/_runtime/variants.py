"""JSON → values of the less common types: value objects, unions, maps, type names, and IDL's "any"."""
from __future__ import annotations

import typing
from typing import Any, Dict, List, Tuple, Type, Union

from . import decoding
from .declarations import Caller
from .decoding import Reader, class_of, expect, wrong
from .errors import JsonRpcSyntaxException
from .values import IN_FULL, ValueObject


def decoder(hint: Any) -> Reader:
    """The reader of values with this annotation."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union:
        return _union(tuple(arg for arg in args if arg is not type(None)), type(None) in args)
    if origin is dict:
        key, item = decoding.decoder(args[0]), decoding.decoder(args[1])
        return lambda json, agent: _map(json, key, item, agent)
    if hint is Any:
        return _any
    if origin is type:
        return _no_class
    if issubclass(hint, ValueObject):
        return _value_object(hint)
    raise TypeError(f"no reader for {hint!r}")


def _value_object(hint: Type[ValueObject]) -> Reader:
    """Reads an instance of the class that the JSON names, else of `hint`: see `class_of`."""
    def read(json: object, agent: Caller) -> ValueObject:
        envelope = expect(dict, json, hint)
        name = expect(str, envelope.get("type"), hint)
        made: ValueObject = decoding.decode_structure(class_of(hint, name), envelope.get("value"), agent)
        object.__setattr__(made, "_wire", (made._wire or IN_FULL)._replace(type=name))
        return made
    return read


def _no_class(json: object, agent: Caller) -> object:
    """Always raises. A `TypeName` is a str or a class: devices send the str, and only callers pass a class."""
    raise wrong(json, "a type name")


def _any(json: object, agent: Caller) -> object:
    """The JSON itself. Raises JsonRpcSyntaxException if it contains a number that is not finite (1e999)."""
    for item in json.values() if isinstance(json, dict) else json if isinstance(json, list) else ():
        _any(item, agent)
    return decoding.decoder(float)(json, agent) if isinstance(json, float) else json


def _map(json: object, key: Reader, item: Reader, agent: Caller) -> Dict[Any, Any]:
    out: Dict[Any, Any] = {}
    for entry in expect(list, json, "map"):
        pair = expect(dict, entry, "map entry")
        if "key" not in pair or "value" not in pair:
            raise wrong(pair, "map entry with key and value")
        name, value = key(pair["key"], agent), item(pair["value"], agent)
        if out.setdefault(name, value) != value:            # a dropped value, such as a panel, would be missing in a sum
            raise JsonRpcSyntaxException("a map has two values for one key")
    return out


def _union(kinds: Tuple[Any, ...], optional: bool) -> Reader:
    """Reads the first type that fits, and null as None if `optional`. Some values changed their type between releases."""
    readers: List[Reader] = [decoding.decoder(kind) for kind in kinds]

    def read(json: object, agent: Caller) -> Any:
        if json is None and optional:
            return None
        for one in readers[:-1]:
            try:
                return one(json, agent)
            except JsonRpcSyntaxException:
                continue                    # the type of another release; if none fits, the last type raises
        return readers[-1](json, agent)
    return read
