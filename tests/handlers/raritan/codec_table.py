"""What the binding reads JSON as, and what it writes back: codec.txt (tests/tables.py).

    float = 1 | 1.5                      JSON of an IDL type; `list of T`, `map of int to T`
    pdumodel.Pdu.Settings = {"name": 1}  JSON of a structure, a reference or an element
    pdumodel.Outlet.getState answers = {"_ret_": {}}    the result of a method
    cycleDelay = 3                       a field that is set then; `a.b` is in a structure

On the right stands the value as it is printed; of a structure also the names under which it has a
value (`present`). `written` is what it is written back as, if that is not what was read or a field
was set. `python -m tests.tables tests.handlers.raritan.codec_table` writes right sides.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import GenericAlias
from typing import Any

from handlers.raritan.rpc import Structure, Time, ValueObject, present
from handlers.raritan.rpc._runtime.codec import decode, encode
from handlers.raritan.rpc._runtime.printing import text
from handlers.raritan.rpc._runtime.structures import field_names
from handlers.shared.errors import ProtocolError
from tests.tables import Case, Table

from .declared import Nowhere
from .sdk_steps import named

TABLE = Table(Path(__file__).with_name("codec.txt"))
AGENT = Nowhere()
_SIMPLE: Mapping[str, Any] = {
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "time": Time,
    "any": Any,
}


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    first, *changes = case.left.split(" & ")
    type_name, _, json_text = first.partition(" = ")
    received = json.loads(json_text)
    try:
        value = _read(type_name, received)
        for change in changes:
            place, _, new_text = change.partition(" = ")
            _set(value, place.split("."), json.loads(new_text))
        words = [" ".join(text(value).split())]
        if isinstance(value, Structure):
            words.append(f"present {' '.join(_present_names(value))}".rstrip())
        written = encode(value)
    except (ProtocolError, TypeError, UserWarning) as error:
        return f"{type(error).__name__}: {error}"
    is_changed = changes or json.dumps(written) != json.dumps(received)
    if is_changed and " answers" not in type_name:
        words.append(f"written {json.dumps(written)}")
    return "; ".join(words)


def _read(type_name: str, received: Any) -> Any:
    """The value of JSON."""
    name, _, word = type_name.partition(" ")
    if word == "answers":
        interface, _, method = name.rpartition(".")
        proxy = _named(interface)("/x", AGENT)
        return getattr(proxy, method).decode(received)
    return decode(_type(type_name), received, AGENT)


def _type(name: str) -> Any:
    """The IDL type of a name."""
    word, _, rest = name.partition(" of ")
    if word == "list":
        return GenericAlias(list, (_type(rest),))
    if word == "map":
        key, _, item = rest.partition(" to ")
        return GenericAlias(dict, (_type(key), _type(item)))
    if name in _SIMPLE:
        return _SIMPLE[name]
    return ValueObject if name == "ValueObject" else _named(name)


def _named(name: str) -> Any:
    """The definition of the binding with this name."""
    return named(name, "handlers.raritan.rpc")


def _set(value: Any, names: Sequence[str], new_value: object) -> None:
    """Set a field of a structure. Raises UserWarning for a name that is no field."""
    owner = value
    for name in names[:-1]:
        owner = getattr(owner, name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        setattr(owner, names[-1], new_value)


def _present_names(value: Structure) -> list[str]:
    """The names under which a structure has a value."""
    cls = type(value)
    names = [*field_names(cls), *cls._moved]
    for older_names in cls._aliases.values():
        names += older_names
    if value._wire is not None:
        names += value._wire.undeclared_fields
    return [name for name in names if present(value, name)]
