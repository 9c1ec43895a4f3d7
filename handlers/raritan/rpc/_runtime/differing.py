"""Results and structures that differ from their declaration, as those of older or newer firmware do.

A result may have the names of an older release. A structure may lack fields, or have unknown fields, older names, or fields that
newer firmware has inside another field. A result or a field that is null is read here too, even if its type allows null.
"""
from __future__ import annotations

import datetime
import typing
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Type, Union

from .declarations import Caller, Reference, field_types, once
from .decoding import decode_structure, decoder
from .errors import JsonRpcSyntaxException
from .times import EPOCH
from .values import ZERO, Enumeration, Structure, ValueObject, WireForm

if typing.TYPE_CHECKING:
    from .calls import Method


def older_result(method: Method, json: object, agent: Caller) -> object:
    """One value or a tuple, from JSON in which a result of the newest release is missing or null.

    Older releases name the results of some methods differently. If the newest release has several results, those that are missing
    or null become blank. Raises JsonRpcSyntaxException if all are missing, or if the result code (`_ret_`) is missing or null.
    """
    if not isinstance(json, dict):
        raise JsonRpcSyntaxException(f"{type(json).__name__} where a result object was expected")
    returned = method.types["return"]
    newest, *older = (dict(zip(names, typing.get_args(form) if len(names) > 1 else (form,))) for form, names in zip(
        typing.get_args(returned) if method.older_out else (returned,), (method.out, method.older_out)))
    usual = len(newest) == 1 and newest.keys() <= json.keys()
    form = next((names for names in older if not usual and names.keys() <= json.keys()), newest)
    if not form.keys() & json.keys():
        raise JsonRpcSyntaxException(f"the answer contains none of {', '.join(form)}")
    if len(form) > 1 and form.get("_ret_") is int and json.get("_ret_") is None:    # a blank one would be 0, which is success
        raise JsonRpcSyntaxException("the answer contains no result code")
    values = tuple(blank(kind)() if name not in json or json[name] is None and len(method.out) > 1
                   else decoder(kind)(json[name], agent) for name, kind in form.items())
    return values if len(values) > 1 else values[0]


def fill(made: Structure, json: Mapping[str, object], agent: Caller) -> None:
    """Set the fields of a structure, and remember the form in which the device sent them."""
    values, wire = _fields(type(made), json, agent)
    object.__setattr__(made, "__dict__", values)
    object.__setattr__(made, "_wire", wire)
    if made._lifted:
        _lift(made, agent)


def _fields(cls: Type[Structure], json: Mapping[str, object], agent: Caller) -> Tuple[Dict[str, object], WireForm]:
    rest = dict(json)
    values: Dict[str, object] = {}
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
        values[name] = blank(kind)() if wire is None or name in null else decoder(kind)(item, agent)
    return values, WireForm(frozenset(absent), frozenset(null), spelling, {}, rest)


def _lift(made: Structure, agent: Caller) -> None:
    """Move older fields into the fields that hold them now. `encode_structure` writes them back under their older names."""
    wire = made._wire or WireForm()
    rest, lifted = dict(wire.rest), {}
    for older, place in made._lifted.items():
        outer, _, inner = place.partition(".")
        if rest.get(older) is not None and outer in wire.absent:
            holder = getattr(made, outer)
            setattr(holder, inner, decoder(field_types(type(holder))[inner])(rest.pop(older), agent))
            lifted[older] = outer
    object.__setattr__(made, "_wire", wire._replace(rest=rest, lifted=lifted))


def _older(cls: Type[Structure], name: str, json: Mapping[str, object]) -> Optional[str]:
    return next((older for older in cls._aliases.get(name, ()) if older in json), None)


def _nullable(hint: Any) -> bool:
    return hint is Any or (typing.get_origin(hint) is Union and type(None) in typing.get_args(hint))


# ---- blank values --------------------------------------------------------------------------------------------

@once
def blank(hint: Any, made_here: bool = False) -> Callable[[], object]:
    """A function that makes the value of a missing field: None for references, value objects and types that allow null; -1, which
    no element has, for an enumeration; 1970 for a time; blank fields for a structure; zero or empty for other types.

    made_here: for a field that a constructor's caller left out. Enumerations are then 0; value objects have their defaults.
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union:
        return (lambda: None) if type(None) in args else blank(args[0], made_here)
    if origin in (list, dict):
        return typing.cast(Callable[[], object], origin)
    if hint is Any or not isinstance(hint, type) or issubclass(hint, Reference):
        return lambda: None
    if issubclass(hint, Enumeration):
        return lambda: hint(0 if made_here else -1)
    if hint is datetime.datetime:
        return lambda: EPOCH
    if not issubclass(hint, Structure) or made_here:
        return hint
    return (lambda: None) if issubclass(hint, ValueObject) else lambda: decode_structure(hint, {}, _NOBODY)


_NOBODY = typing.cast(Caller, None)         # only references need an agent, and `{}` contains none


def default(cls: Type[Structure], name: str) -> object:
    """The value of a field for which the constructor got no argument."""
    declared = getattr(cls, name)
    return blank(field_types(cls)[name], True)() if declared is ZERO else declared
