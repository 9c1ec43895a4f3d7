"""Reads and writes profiles as JSON.

The members of an object are the fields of its class. Where several classes are possible (sources,
controls), `kind` names one. A decimal number is written as text ("0.1"), so that it stays exact.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import typing
from abc import ABCMeta
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from ..shared.errors import printable
from . import controls, single_family, sources
from .contact import Contact
from .controls import Control
from .evidence import Evidence
from .figures import Arcs, Ceilings, Measurement, Total
from .frozen_value import REQUIRED, FrozenValue
from .outlets import Outlets
from .profile import Nameplate, Profile, Root
from .sources import Source, Span
from .states import Doubt, State


class ProfileError(ValueError):
    """A profile or its file cannot be used.

    The message starts with a place such as profile.outlets[0].states.on.
    """


#: the sources and controls, by name
KINDS: Mapping[str, type[Any]] = {
    name: cls
    for name, cls in sorted({**vars(sources), **vars(controls), **vars(single_family)}.items())
    if isinstance(cls, ABCMeta)
    and issubclass(cls, (Source, Control))
    and not inspect.isabstract(cls)
}
# what they were called in release 3.0.0
_EARLIER_KINDS = {
    "Checked": "ExceptWhere",
    "Counted": "UpToCount",
    "Fitted": "ExceptEmptySlots",
    "Listed": "LeftJoin",
    "Merged": "Concat",
    "Only": "Where",
    "Provided": "IfMatches",
    "Whole": "IfComplete",
}
PLAIN: tuple[type[Any], ...] = (
    Profile,
    Root,
    Nameplate,
    Evidence,
    Outlets,
    State,
    Doubt,
    Contact,
    Measurement,
    Arcs,
    Total,
    Ceilings,
    Span,
)


#: fields that profiles had once: they are read and mean nothing
_ENDED_FIELDS: Mapping[type[Any], tuple[str, ...]] = {
    Profile: ("switching_confidence",),
    Measurement: ("syntax",),
    sources.Complete: ("numbered",),
}
#: class -> the types of its fields
FIELD_TYPES: Mapping[type[Any], Mapping[str, Any]] = {
    cls: typing.get_type_hints(cls) for cls in (*PLAIN, *KINDS.values())
}


def dumps(profile: Profile) -> str:
    """The profile as JSON text without fields that have their default.

    `loads` returns an equal profile.
    """
    return json.dumps(_as_json(profile), indent=1)


def loads(text: str) -> Profile:
    """The profile of a JSON text. Raises ProfileError."""
    try:
        profile: Profile = _read_value(_parse_json(text), Profile, "profile")
    except RecursionError:
        raise ProfileError("profile: nested too deeply") from None
    return profile


def _parse_json(text: str) -> object:
    """The JSON of a text. Raises ProfileError."""
    try:
        return json.loads(text, object_pairs_hook=_with_unique_keys)
    except ProfileError:
        raise
    except json.JSONDecodeError as error:
        raise ProfileError(
            f"profile: this is not JSON ({error}); docs/own-pdu.md says how a profile is made"
        ) from None
    except ValueError as error:
        # a number of thousands of digits, in newer releases of Python
        raise ProfileError(f"profile: the JSON cannot be read ({error})") from None


def _with_unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object of these pairs. Raises ProfileError for a key that is given twice."""
    out: dict[str, object] = {}
    for key, value in pairs:
        if key in out:
            raise ProfileError(
                f"profile: the key {printable(key, 60)!r} is given twice in one object"
            )
        out[key] = value
    return out


def _as_json(value: object) -> object:
    """A part of a profile as JSON's types, without fields that have their default."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, FrozenValue):
        members: dict[str, object] = {}
        kind = type(value).__name__
        if kind in KINDS:
            members["kind"] = kind
        for name, default in value.FIELDS.items():
            field = getattr(value, name)
            if default is REQUIRED or field != default:
                members[name] = _as_json(field)
        return members
    if isinstance(value, tuple):
        return [_as_json(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value


def _read_value(data: object, hint: Any, path: str) -> Any:
    """The value of the type `hint` in `data`, at `path` in the profile. Raises ProfileError."""
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin is typing.Union:
        return _read_union(data, arguments, path)
    if origin is tuple:
        return _read_list(data, arguments[0], path)
    if inspect.isclass(hint) and issubclass(hint, Enum):
        return _read_enum(data, hint, path)
    if hint is Decimal:
        return _read_decimal(data, path)
    if hint not in _WORDS:
        return _read_object(data, hint, path)
    if type(data) is not hint:  # true is no int here
        raise ProfileError(f"{path}: give {_WORDS[hint]}, not {_quote(data)}")
    return data


#: the types that JSON has, too, in the words of an error
_WORDS: Mapping[Any, str] = {str: "a string", int: "a whole number", bool: "true or false"}


def _read_list(data: object, hint: Any, path: str) -> tuple[Any, ...]:
    """The values of a list, each of the type `hint`."""
    if not isinstance(data, list):
        raise ProfileError(f"{path}: give a list, not {_quote(data)}")
    items: list[Any] = []
    for n, item in enumerate(data):
        items.append(_read_value(item, hint, f"{path}[{n}]"))
    return tuple(items)


def _read_enum(data: object, enum: type[Enum], path: str) -> Enum:
    """The member of an enum that has this value."""
    members = {member.value: member for member in enum}
    if not isinstance(data, str) or data not in members:
        raise ProfileError(
            f"{path}: {_quote(data)} is not allowed; give one of {', '.join(members)}"
        )
    return members[data]


def _read_union(data: object, arguments: tuple[Any, ...], path: str) -> Any:
    """The value of one of several types; None is allowed if it is among them."""
    none = type(None)
    types = [argument for argument in arguments if argument is not none]
    if data is None and none in arguments:
        return None
    if len(types) == 1:
        return _read_value(data, types[0], path)
    for type_ in types:
        if type(data) is type_:
            return _read_value(data, type_, path)
    words = " or ".join([_WORDS[type_] for type_ in types])
    raise ProfileError(f"{path}: give {words}, not {_quote(data)}")


def _read_decimal(data: object, path: str) -> Decimal:
    """The number in a string."""
    with contextlib.suppress(InvalidOperation):
        # Decimal accepts underscores between digits
        if isinstance(data, str) and "_" not in data:
            return Decimal(data)
    raise ProfileError(f'{path}: give a number as a string, such as "0.1", not {_quote(data)}')


def _read_object(data: object, hint: Any, path: str) -> Any:
    """The part of a profile in a JSON object."""
    if not isinstance(data, dict):
        raise ProfileError(f"{path}: give an object, not {_quote(data)}")
    cls = _class_of(data, hint, path)
    members = _members_of(data, cls, path)
    values: dict[str, Any] = {}
    for name, value in members.items():
        values[name] = _read_value(value, FIELD_TYPES[cls][name], f"{path}.{name}")
    part = cls(**values)
    try:
        part.check()
    except ValueError as error:
        raise ProfileError(f"{path}: {error}") from None
    return part


def _members_of(data: Mapping[str, object], cls: Any, path: str) -> dict[str, object]:
    """The members of an object that are fields of its class. Raises ProfileError if one is unknown,
    or a field is missing that has no default."""
    ignored_names = set(_ENDED_FIELDS.get(cls, ()))
    if cls.__name__ in KINDS:
        ignored_names.add("kind")
    members = {name: value for name, value in data.items() if name not in ignored_names}
    for name in members:
        if name not in cls.FIELDS:
            raise ProfileError(
                f"{path}.{printable(name, 60)}: this key is unknown; {cls.__name__} has"
                f" {', '.join(cls.FIELDS)}"
            )
    for name, default in cls.FIELDS.items():
        if name not in members and default is REQUIRED:
            raise ProfileError(f"{path}.{name}: this key is missing")
    return members


def _class_of(members: Mapping[str, object], hint: Any, path: str) -> Any:
    """The class `hint`, or that which `kind` names if it has several."""
    kind_names = [name for name, kind in KINDS.items() if issubclass(kind, hint)]
    if not kind_names:
        return hint
    if "kind" not in members:
        raise ProfileError(f"{path}.kind: this key is missing; give one of {', '.join(kind_names)}")
    kind = _EARLIER_KINDS.get(str(members["kind"]), members["kind"])
    if kind not in kind_names:
        raise ProfileError(
            f"{path}.kind: {_quote(kind)} is not allowed; give one of {', '.join(kind_names)}"
        )
    return KINDS[kind]


def _quote(data: object) -> str:
    """A value as JSON for an error, of at most 40 characters."""
    text = json.dumps(data, default=str)
    return text if len(text) <= 40 else text[:37] + "..."
