"""Reads and writes profiles as JSON.

The members of an object are the fields of its class. Where several classes are possible (sources,
controls), `kind` names one. A decimal number is written as text ("0.1"), so that it stays exact.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import sys
import typing
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Callable

from ..shared.errors import printable
from . import controls, single_family, sources
from .controls import Control
from .evidence import Evidence
from .figures import Arcs, Ceilings, Figure, Total
from .frozen_value import REQUIRED, FrozenValue
from .outlets import Outlets
from .profile import Profile, Root
from .sources import Source, Span
from .states import Doubt, State


class ProfileError(ValueError):
    """A profile or its file cannot be used.

    The message starts with a place such as profile.outlets[0].states.on.
    """


def kinds(*modules: Any) -> Mapping[str, type[Any]]:
    """The sources and controls of these modules, by name; without their abstract base classes."""
    class_by_name: dict[str, type[Any]] = {}
    for module in modules:
        class_by_name.update(
            (name, member) for name, member in vars(module).items() if _is_kind(member)
        )
    return dict(sorted(class_by_name.items()))


def _is_kind(member: object) -> bool:
    # An alias such as `tuple[str, int]` is a class to Python 3.9 and 3.10, but not to `issubclass`.
    if typing.get_origin(member) is not None or not inspect.isclass(member):
        return False
    return issubclass(member, (Source, Control)) and not inspect.isabstract(member)


KINDS = kinds(sources, controls, single_family)
PLAIN: tuple[type[Any], ...] = (
    Profile,
    Root,
    Evidence,
    Outlets,
    State,
    Doubt,
    Figure,
    Arcs,
    Total,
    Ceilings,
    Span,
)


#: fields that profiles had once: they are read and mean nothing
_ENDED_FIELDS = ("switching_confidence",)

_PACK = __name__.rpartition(".snmp.")[0]
#: the names in the annotations of parts; their classes are of this pack, or bases without fields
_NAMES = {
    name: value
    for module in sorted(
        {base.__module__ for cls in (*PLAIN, *KINDS.values()) for base in cls.__mro__}
    )
    if module.startswith(_PACK)
    for name, value in vars(sys.modules[module]).items()
}


# the types of the fields of a class; slow: it compiles annotations
field_types: Callable[[Any], dict[str, Any]] = functools.cache(
    functools.partial(typing.get_type_hints, globalns=_NAMES)
)


def dumps(profile: Profile) -> str:
    """The profile as JSON text without fields that have their default.

    `loads` returns an equal profile.
    """
    return json.dumps(_plain(profile), indent=1)


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
            f"profile: this is not JSON ({error}); pdu draft makes a profile of a recording"
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


def _plain(value: object) -> object:
    """A part of a profile as JSON's types, without fields that have their default."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, FrozenValue):
        fields_with_values = {
            name: _plain(getattr(value, name))
            for name, default in value.FIELDS.items()
            if default is REQUIRED or getattr(value, name) != default
        }
        kind = type(value).__name__
        return {"kind": kind, **fields_with_values} if kind in KINDS else fields_with_values
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def _read_value(data: object, hint: Any, path: str) -> Any:
    """The value of the type `hint` in `data`, at `path` in the profile. Raises ProfileError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        return _read_union(data, arguments, path)
    if origin is tuple:
        if not isinstance(data, list):
            raise ProfileError(f"{path}: give a list, not {_quote(data)}")
        return tuple(_read_value(item, arguments[0], f"{path}[{n}]") for n, item in enumerate(data))
    if inspect.isclass(hint) and issubclass(hint, Enum):
        members = {member.value: member for member in hint}
        if not isinstance(data, str) or data not in members:
            raise ProfileError(
                f"{path}: {_quote(data)} is not allowed; give one of {', '.join(members)}"
            )
        return members[data]
    if hint is Decimal:
        return _read_decimal(data, path)
    if hint in (str, int, bool):
        if type(data) is not hint:
            raise ProfileError(f"{path}: give {_WORDS[hint]}, not {_quote(data)}")
        return data
    return _read_object(data, hint, path)


_WORDS: Mapping[Any, str] = {str: "a string", int: "a whole number", bool: "true or false"}


def _read_union(data: object, arguments: tuple[Any, ...], path: str) -> Any:
    """The value of one of several types; None is allowed if it is among them."""
    inner = [argument for argument in arguments if argument is not type(None)]
    if data is None and len(inner) < len(arguments):
        return None
    for argument in inner:
        if len(inner) == 1 or type(data) is argument:
            return _read_value(data, argument, path)
    raise ProfileError(
        f"{path}: give {' or '.join(_WORDS[argument] for argument in inner)}, not {_quote(data)}"
    )


def _read_decimal(data: object, path: str) -> Decimal:
    with contextlib.suppress(InvalidOperation):
        # Decimal accepts underscores between digits
        if isinstance(data, str) and "_" not in data:
            return Decimal(data)
    raise ProfileError(f'{path}: give a number as a string, such as "0.1", not {_quote(data)}')


def _read_object(data: object, hint: Any, path: str) -> Any:
    """The part of a profile in a JSON object; `kind` in it chooses the class if `hint` has
    several."""
    if not isinstance(data, dict):
        raise ProfileError(f"{path}: give an object, not {_quote(data)}")
    cls, members = hint, dict(data)
    kind_names = [name for name, kind in KINDS.items() if issubclass(kind, hint)]
    if kind_names:
        if "kind" not in members:
            raise ProfileError(
                f"{path}.kind: this key is missing; give one of {', '.join(kind_names)}"
            )
        kind = members.pop("kind")
        if kind not in kind_names:
            raise ProfileError(
                f"{path}.kind: {_quote(kind)} is not allowed; give one of {', '.join(kind_names)}"
            )
        cls = KINDS[kind]
    if cls is Profile:
        for name in _ENDED_FIELDS:
            members.pop(name, None)
    hints, fields = field_types(cls), cls.FIELDS
    for name in members:
        if name not in fields:
            raise ProfileError(
                f"{path}.{printable(name, 60)}: this key is unknown; {cls.__name__} has"
                f" {', '.join(fields)}"
            )
    for name, default in fields.items():
        if name not in members and default is REQUIRED:
            raise ProfileError(f"{path}.{name}: this key is missing")
    values = {
        name: _read_value(value, hints[name], f"{path}.{name}") for name, value in members.items()
    }
    part = cls(**values)
    try:
        part.check()
    except ValueError as error:
        raise ProfileError(f"{path}: {error}") from None
    return part


def _quote(data: object) -> str:
    text = json.dumps(data, default=str)
    return text if len(text) <= 40 else text[:37] + "..."
