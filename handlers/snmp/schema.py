"""Reads and writes profiles as JSON: an owner's profile has plain parts alone.

The members of an object are the fields of its class. Where several classes are possible (sources),
`kind` names one. A decimal number is written as text ("0.1"), so that it stays exact. A source that
is a function has no form in JSON: who needs one writes it in an archive of his own.

    {"key": "acme", "load": {"figures": [{"source": {"kind": "Column", "oid": "1.3.6…"}}]}, …}

A path says where a value is in the profile, for an error: "profile.load.figures[0].source". A hint
is the type of a field, of which the value must be: `str`, `tuple[str, ...]`, `Optional[Total]`.
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
    profile. Raises ProfileError, which names the member, if a source of it is a function.

    Profile("acme", "Acme", ("PDU-8",), "")
        '{"key": "acme", "vendor": "Acme", "models": ["PDU-8"], "mib": ""}', in lines
    """
    return json.dumps(_as_json(profile, "profile"), indent=1)


def loads(text: str) -> Profile:
    """The profile of an owner's JSON text, checked. Raises ProfileError, whose text names the place
    in the profile: "profile.outlets[0].states.on: give a list, not 1"."""
    try:
        profile: Profile = _read_value(_parse_json(text), Profile, "profile")
    except RecursionError:
        raise ProfileError("profile: nested too deeply") from None
    return profile


def _parse_json(text: str) -> object:
    """The values of a JSON text, as `json.loads` gives them. Raises ProfileError for a text that is
    no JSON or has a key twice in one object.

    >>> _parse_json('{"key": "acme"}')
    {'key': 'acme'}
    >>> _parse_json('{"key": "acme"')
    Traceback (most recent call last):
    ...
    handlers.snmp.schema.ProfileError: profile: this is not JSON (...
    """
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
    """The JSON object of its keys and values. Raises ProfileError for a key that is given twice,
    of which a parser would keep the last.

    >>> _with_unique_keys([("key", "acme"), ("vendor", "Acme")])
    {'key': 'acme', 'vendor': 'Acme'}
    """
    members: dict[str, object] = {}
    for key, value in pairs:
        if key in members:
            raise ProfileError(
                f"profile: the key {printable(key, 60)!r} is given twice in one object"
            )
        members[key] = value
    return members


def _as_json(value: object, path: str) -> object:
    """A part of a profile as JSON's types, without fields that have their default. `path`: where it
    is in the profile, for an error. Raises ProfileError for a function.

    >>> _as_json(Column("1.3.6.1.4.1.99999.1.3", "state"), "profile.outlets[0].name")
    {'kind': 'Column', 'oid': '1.3.6.1.4.1.99999.1.3', 'object': 'state'}
    >>> _as_json((Decimal("0.1"), 8), "profile.load")
    ['0.1', 8]
    """
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
        member = getattr(value, field.name)
        is_default = type(member) is type(field.default) and member == field.default  # 1 is no True
        if not is_default:
            members[field.name] = _as_json(member, f"{path}.{field.name}")
    return members


def _read_value(data: object, hint: Any, path: str) -> Any:
    """The value of a member of an owner's profile: JSON `data`, checked against `hint`, the type of
    the field. `path`: where it is in the profile, for an error. Raises ProfileError.

    >>> _read_value("0.1", Decimal, "profile.load.scale")
    Decimal('0.1')
    >>> _read_value(["1", "on"], tuple[str, ...], "profile.outlets[0].states.on")
    ('1', 'on')
    >>> _read_value({"stop": 1}, Arcs, "profile.load.unit")
    Arcs(start=0, stop=1)
    >>> _read_value("yes", bool, "profile.sweep")
    Traceback (most recent call last):
    ...
    handlers.snmp.schema.ProfileError: profile.sweep: give true or false, not "yes"
    """
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin is typing.Union:
        return _read_union(data, arguments, path)
    if origin is tuple:
        return _read_list(data, arguments, path)
    if hint in _WORDS:
        if type(data) is not hint:  # true is no int here
            raise ProfileError(f"{path}: give {_WORDS[hint]}, not {_quote(data)}")
        return data
    if hint is Decimal:
        return _read_decimal(data, path)
    if inspect.isclass(hint) and issubclass(hint, Enum):
        return _read_enum(data, hint, path)
    classes_by_kind = {Object: SOURCES, Control: CONTROLS}
    return _read_object(data, classes_by_kind.get(hint, hint), path)


#: the types that JSON has, too, in the words of an error
_WORDS: Mapping[Any, str] = {str: "a string", int: "a whole number", bool: "true or false"}


def _read_list(data: object, hints: tuple[Any, ...], path: str) -> tuple[Any, ...]:
    """The values of a JSON list. `hints`: a type and Ellipsis if any number of values of this type
    is allowed, else the type of each. Raises ProfileError.

    >>> _read_list(["1", "on"], (str, ...), "profile.outlets[0].states.on")
    ('1', 'on')
    >>> _read_list(["1"], (str, str), "profile.outlets[0].control.first")
    Traceback (most recent call last):
    ...
    handlers.snmp.schema.ProfileError: profile.outlets[0].control.first: give 2 values, not 1
    """
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
    """The member of an enum that has this value. Raises ProfileError.

    >>> from handlers.snmp.evidence import EvidenceLevel
    >>> _read_enum("recording", EvidenceLevel, "profile.evidence.state").name
    'RECORDING'
    """
    members = {member.value: member for member in enum}
    if not isinstance(data, str) or data not in members:
        raise ProfileError(
            f"{path}: {_quote(data)} is not allowed; give one of {', '.join(members)}"
        )
    return members[data]


def _read_union(data: object, hints: tuple[Any, ...], path: str) -> Any:
    """The value of one of several types (`hints`); null is None, if that is among them. Of the
    types of a source, Object and Computed, all that JSON can say are read as Object. Raises
    ProfileError.

    >>> _read_union(None, (Decimal, type(None)), "profile.load.scale_of_integers")
    >>> _read_union("on", (int, str), "profile.outlets[0].control.on")
    'on'
    >>> _read_union(True, (int, str), "profile.outlets[0].control.on")
    Traceback (most recent call last):
    ...
    handlers.snmp.schema.ProfileError: profile.outlets[0].control.on: give a whole number or a ...
    """
    none = type(None)
    types = [hint for hint in hints if hint is not none]
    if data is None and none in hints:
        return None
    if len(types) == 1:
        return _read_value(data, types[0], path)
    if Computed in types:
        return _read_value(data, Object, path)
    if type(data) in types:
        return _read_value(data, type(data), path)
    words = " or ".join([_WORDS[type_] for type_ in types])
    raise ProfileError(f"{path}: give {words}, not {_quote(data)}")


def _read_decimal(data: object, path: str) -> Decimal:
    """The number in a string, exactly. Raises ProfileError for any other value.

    >>> _read_decimal("0.1", "profile.load.scale")
    Decimal('0.1')
    >>> _read_decimal(0.1, "profile.load.scale")
    Traceback (most recent call last):
    ...
    handlers.snmp.schema.ProfileError: profile.load.scale: give a number as a string, such as ...
    """
    with contextlib.suppress(InvalidOperation):
        # Decimal accepts underscores between digits
        if isinstance(data, str) and "_" not in data:
            return Decimal(data)
    raise ProfileError(f'{path}: give a number as a string, such as "0.1", not {_quote(data)}')


def _read_object(data: object, hint: Any, path: str) -> Any:
    """The part of a profile in a JSON object, checked. `hint`: its class, or the classes by `kind`
    of which the object names one. Raises ProfileError, also with the words of the part's `check`.

    >>> part = {"kind": "Column", "oid": "1.3.6.1.4.1.99999.1.3"}
    >>> _read_object(part, SOURCES, "profile.outlets[0].name").oid
    '1.3.6.1.4.1.99999.1.3'
    >>> _read_object({"stop": 1}, Arcs, "profile.load.unit")
    Arcs(start=0, stop=1)
    """
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
    """The members of an owner's JSON object under the names that the fields of its class have now:
    a member that has ended is left out, one of an earlier name is renamed. Raises ProfileError if a
    member is no field, or is given under both names, or a field without a default is missing.

    >>> condition = {"mark": {}, "quiet": ["1"], "why": "no communication"}
    >>> _members_of(condition, Condition, "profile.conditions[0]")
    {'source': {}, 'good': ['1'], 'why': 'no communication'}
    """
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
        members[name_now] = _conditions_of_release_4(value) if name == "contact" else value
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
    """The members of outlets with a list of guards. Release 4 wrote each guard around the control:

    >>> control = {"kind": "Guarded", "test": {}, "then": {"kind": "Write"}}
    >>> _with_guards({"control": control})
    {'guards': [{'test': {}}], 'control': {'kind': 'Write'}}
    """
    control = outlets.get("control")
    guards: list[object] = []
    while isinstance(control, dict) and control.get("kind") == "Guarded":
        guard = {name: value for name, value in control.items() if name not in ("kind", "then")}
        guards.append(guard)
        control = control.get("then")
    return {"guards": guards, **outlets, "control": control} if guards else outlets


def _conditions_of_release_4(contact: object) -> object:
    """The list `contact` of an owner's profile of release 4 as a list of conditions. There, one
    without a unit was of the whole device, which `"unit": null` says now; what is no list of
    objects stays for its error.

    >>> _conditions_of_release_4([{"good": ["1"]}, {"unit": {"start": 0}, "good": ["1"]}])
    [{'unit': None, 'good': ['1']}, {'unit': {'start': 0}, 'good': ['1']}]
    """
    if not isinstance(contact, list):
        return contact
    conditions: list[object] = []
    for condition in contact:
        is_object = isinstance(condition, dict)
        conditions.append({"unit": None, **condition} if is_object else condition)
    return conditions


def _class_of(members: Mapping[str, object], kinds: Mapping[str, type[Any]], path: str) -> Any:
    """The class that the member `kind` of a JSON object names. Raises ProfileError.

    >>> _class_of({"kind": "Scalar"}, SOURCES, "profile.outlets[0].count").__name__
    'Scalar'
    """
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
    """A value as JSON for an error, of at most 40 characters.

    >>> _quote(["1", None])
    '["1", null]'
    """
    text = json.dumps(data, default=str)
    return text if len(text) <= 40 else text[:37] + "..."
