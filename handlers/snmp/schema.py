"""Reads and writes profiles as JSON: an owner's profile has plain parts alone.

The members of an object are the fields of its class. Where several classes are possible (sources),
`kind` names one. A decimal number is written as text ("0.1"), so that it stays exact. A source that
is a function has no form in JSON: who needs one writes it in an archive of his own.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from ..shared.errors import printable
from .arcs import Arcs
from .chains import Chain, InChain
from .computed import Complete, Number
from .controls import Control, Guard, Write
from .evidence import Evidence
from .measurements import Ceilings, Measurement
from .objects import Column, PerUnit, Scalar, Span, Spread
from .outlets import Outlets
from .parts import Checked
from .profile import Nameplate, Profile, Root
from .states import Condition, State
from .tables import Computed, ComputedRows, Object
from .totals import Total

PAGE = "docs/own-pdu.md"


class ProfileError(ValueError):
    """A profile or its file cannot be used.

    The message starts with a place such as profile.outlets[0].states.on.
    """


#: the sources that have a form in JSON, by `kind`
SOURCES: Mapping[str, type[Any]] = {
    cls.__name__: cls for cls in (Column, Complete, InChain, Number, PerUnit, Scalar, Spread)
}
CONTROLS: Mapping[str, type[Any]] = {"Write": Write}
KINDS: Mapping[str, type[Any]] = {**SOURCES, **CONTROLS}
PLAIN: tuple[type[Any], ...] = (
    Profile,
    Root,
    Nameplate,
    Evidence,
    Outlets,
    State,
    Condition,
    Guard,
    Measurement,
    Arcs,
    Total,
    Ceilings,
    Span,
    Chain,
)
#: members that were called otherwise until release 4
_EARLIER_NAMES: Mapping[type[Any], Mapping[str, str]] = {
    Profile: {"contact": "conditions"},
    Outlets: {"contact": "conditions"},
    State: {"doubts": "conditions", "confirm": "crosscheck"},
    Condition: {"test": "source", "mark": "source", "quiet": "good"},
    Complete: {"arcs": "parts", "beside": "same_rows_as"},
    Total: {"demanded": "always_there"},
    Guard: {"demanded": "always_there"},
    Number: {"over": "source"},
}
#: members that mean nothing any more
_ENDED_NAMES: Mapping[type[Any], tuple[str, ...]] = {
    Profile: ("switching_confidence",),
    Measurement: ("syntax",),
    Complete: ("numbered",),
}
#: class -> the types of its fields
FIELD_TYPES: Mapping[type[Any], Mapping[str, Any]] = {
    cls: typing.get_type_hints(cls) for cls in (*PLAIN, *KINDS.values())
}


def dumps(profile: Profile) -> str:
    """The profile as JSON text without fields that have their default. `loads` returns an equal
    profile. Raises ProfileError, which names the member, if a source of it is a function."""
    return json.dumps(_as_json(profile, "profile"), indent=1)


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


def _as_json(value: object, path: str) -> object:
    """A part of a profile as JSON's types, without fields that have their default."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_as_json(item, f"{path}[{n}]") for n, item in enumerate(value)]
    if not is_dataclass(value):
        return value
    kind = type(value).__name__
    if isinstance(value, ComputedRows) or type(value) not in FIELD_TYPES:
        raise ProfileError(
            f"{path} is read by a function of the handler, which has no form in JSON ({PAGE})"
        )
    members: dict[str, object] = {"kind": kind} if kind in KINDS else {}
    for field in fields(value):
        field_value = getattr(value, field.name)
        if field.default is MISSING or not _is_equal(field_value, field.default):
            members[field.name] = _as_json(field_value, f"{path}.{field.name}")
    return members


def _is_equal(value: object, default: object) -> bool:
    return type(value) is type(default) and value == default


def _read_value(data: object, hint: Any, path: str) -> Any:
    """The value of the type `hint` in `data`, at `path` in the profile. Raises ProfileError."""
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin is typing.Union:
        return _read_union(data, arguments, path)
    if hint is Object:
        return _read_object(data, SOURCES, path)
    if hint is Control:
        return _read_object(data, CONTROLS, path)
    if origin is tuple:
        return _read_list(data, arguments, path)
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


def _read_list(data: object, hints: tuple[Any, ...], path: str) -> tuple[Any, ...]:
    """The values of a list: of the first type, if any number is allowed, else each of its own."""
    if not isinstance(data, list):
        raise ProfileError(f"{path}: give a list, not {_quote(data)}")
    if hints[-1] is Ellipsis:
        hints = (hints[0],) * len(data)
    if len(data) != len(hints):
        raise ProfileError(f"{path}: give {len(hints)} values, not {len(data)}")
    items: list[Any] = []
    for n, (item, hint) in enumerate(zip(data, hints)):
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
    if Computed in types:
        return _read_value(data, Object, path)
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
    """The part of a profile in a JSON object: of a class, or of the one that `kind` names."""
    if not isinstance(data, dict):
        raise ProfileError(f"{path}: give an object, not {_quote(data)}")
    cls = hint if inspect.isclass(hint) else _class_of(data, hint, path)
    if cls is Outlets:
        data = _with_guards(data)
    if cls is Number and "over" in data:  # of release 4, which counted from 1
        data = {"plus": 1, **data}
    members = _members_of(data, cls, path)
    values: dict[str, Any] = {}
    for name, value in members.items():
        values[name] = _read_value(value, FIELD_TYPES[cls][name], f"{path}.{name}")
    part = cls(**values)
    try:
        if isinstance(part, Checked):
            part.check()
    except ValueError as error:
        raise ProfileError(f"{path}: {error}") from None
    return part


def _members_of(data: Mapping[str, object], cls: Any, path: str) -> dict[str, object]:
    """The members of an object that are fields of its class. Raises ProfileError if one is unknown,
    or a field is missing that has no default."""
    ignored_names = set(_ENDED_NAMES.get(cls, ()))
    if cls.__name__ in KINDS:
        ignored_names.add("kind")
    names_now = _EARLIER_NAMES.get(cls, {})
    members: dict[str, object] = {}
    for name, value in data.items():
        if name in ignored_names:
            continue
        name_now = names_now.get(name, name)
        if name_now in members:
            raise ProfileError(f"{path}.{printable(name, 60)}: this is {name_now}, given twice")
        members[name_now] = _of_the_device(value) if name == "contact" else value
    all_fields = {field.name: field for field in fields(cls)}
    for name in members:
        if name not in all_fields:
            raise ProfileError(
                f"{path}.{printable(name, 60)}: this key is unknown; {cls.__name__} has"
                f" {', '.join(all_fields)}"
            )
    for name, field in all_fields.items():
        if name not in members and field.default is MISSING:
            raise ProfileError(f"{path}.{name}: this key is missing")
    return members


def _with_guards(outlets: Mapping[str, object]) -> Mapping[str, object]:
    """The members of outlets, in which release 4 had each guard around the control."""
    control = outlets.get("control")
    guards: list[object] = []
    while isinstance(control, dict) and control.get("kind") == "Guarded":
        guard = {name: value for name, value in control.items() if name not in ("kind", "then")}
        guards.append(guard)
        control = control.get("then")
    return {"guards": guards, **outlets, "control": control} if guards else outlets


def _of_the_device(contacts: object) -> object:
    """The list `contact` of release 4, in which a mark without a unit was of the whole device."""
    if not isinstance(contacts, list):
        return contacts
    return [{"unit": None, **item} if isinstance(item, dict) else item for item in contacts]


def _class_of(members: Mapping[str, object], kinds: Mapping[str, type[Any]], path: str) -> Any:
    """The class that `kind` names."""
    if "kind" not in members:
        raise ProfileError(f"{path}.kind: this key is missing; give one of {', '.join(kinds)}")
    kind = members["kind"]
    if not isinstance(kind, str) or kind not in kinds:
        raise ProfileError(
            f"{path}.kind: {_quote(kind)} is not allowed; give one of {', '.join(kinds)}; what no"
            f" plain part says is a function in an archive of one's own ({PAGE})"
        )
    return kinds[kind]


def _quote(data: object) -> str:
    """A value as JSON for an error, of at most 40 characters."""
    text = json.dumps(data, default=str)
    return text if len(text) <= 40 else text[:37] + "..."
