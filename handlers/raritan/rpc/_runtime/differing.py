"""Values that do not come exactly as declared, or not at all: from firmware older or newer than this binding.

Fields that did not come, older names, null where the type has none, fields that moved into another one, unknown fields.
"""
from __future__ import annotations

import datetime
import typing
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Type, Union

from .decoding import decode_structure, decoder
from .registry import Caller, Reference, field_types, once
from .times import EPOCH
from .values import ZERO, Enumeration, Structure, ValueObject, WireForm


def fields(cls: Type[Structure], json: Mapping[str, object], agent: Caller) -> Tuple[Dict[str, object], WireForm]:
    """The fields by name, and how they came."""
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


def lift(made: Structure, agent: Caller) -> None:
    """Put older fields where they are now, and remember them, so that they are written as they came."""
    wire = made._wire or WireForm()
    rest, lifted = dict(wire.rest), {}
    for older, place in made._lifted.items():
        outer, _, inner = place.partition(".")
        if older in rest and outer in wire.absent:
            holder = getattr(made, outer)
            setattr(holder, inner, decoder(field_types(type(holder))[inner])(rest.pop(older), agent))
            lifted[older] = outer
    object.__setattr__(made, "_wire", wire._replace(rest=rest, lifted=lifted))


def _older(cls: Type[Structure], name: str, json: Mapping[str, object]) -> Optional[str]:
    return next((older for older in cls._aliases.get(name, ()) if older in json), None)


def _nullable(hint: Any) -> bool:
    return hint is Any or (typing.get_origin(hint) is Union and type(None) in typing.get_args(hint))


# ---- what did not come ---------------------------------------------------------------------------------------

@once
def blank(hint: Any, made_here: bool = False) -> Callable[[], object]:
    """What makes a value that did not come: an enumeration is then -1, which is no element, and a value object None.

    made_here: what makes the default of a constructor instead.
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


_NOBODY = typing.cast(Caller, None)         # an empty object holds no reference that would need an agent


def default(cls: Type[Structure], name: str) -> object:
    """The value of a field that the constructor was not given."""
    declared = getattr(cls, name)
    return blank(field_types(cls)[name], True)() if declared is ZERO else declared
