"""The binding's declared types, and JSON that fits them."""

from __future__ import annotations

import functools
import importlib
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from hypothesis import strategies as st

from handlers.raritan.rpc import Enumeration, Interface, Structure, Time, ValueObject
from handlers.raritan.rpc._runtime import registry
from handlers.raritan.rpc._runtime.calls import Method
from handlers.raritan.rpc._runtime.declarations import field_types
from handlers.raritan.rpc._runtime.registry import idl_name
from handlers.raritan.rpc._runtime.structures import field_names

T = TypeVar("T")
_INTS = st.integers(-(2**53), 2**53)
_RID = st.text(min_size=1, max_size=12)
# portsmodel.Port.Properties of the newest firmware (Port.idl), a structure of a module that is not
# here: kept modules pass its JSON on as it came
PORT_PROPERTIES = {
    "name": "text",
    "label": "1",
    "mode": {"type": 1, "pinnedDeviceType": "SENSOR_HUB"},
    "detectedDeviceType": "text",
    "detectedDeviceName": "text",
    "pinnedDeviceTypeId": 2,
    "detectedDeviceTypeId": 6,
    "detectableDeviceTypes": [{"id": 2, "type": "SENSOR_HUB"}],
    "topoId": "text",
    "serialId": "text",
    "portType": 1,
    "position": [{"portType": 1, "port": "1"}],
}


class Nowhere:
    """An agent for tests that make no calls; a call through it fails."""

    def json_rpc(self, target: str, method: str, params: Mapping[str, object] = {}) -> object:
        raise AssertionError(f"{method} was called on {target}")


def classes(kind: type[T]) -> list[type[T]]:
    """Return all declared classes of a kind, sorted by IDL name."""
    class_by_name: dict[str, type] = {}

    def visit(values: Iterable[object]) -> None:
        for value in values:
            if not isinstance(value, type) or not issubclass(value, _KINDS):
                continue
            if not value.__module__.startswith("handlers.raritan.rpc."):
                continue
            name = idl_name(value)
            module, _, _ = name.partition(".")
            if name not in class_by_name and module in registry.MODULES:
                class_by_name[name] = value
                visit(list(vars(value).values()))

    for module_name in sorted(registry.MODULES):
        vendor = importlib.import_module(f"handlers.raritan.rpc.{module_name}")
        public_names = getattr(vendor, "__all__", vars(vendor))
        visit([getattr(vendor, name) for name in public_names])

    chosen_classes: list[type[T]] = []
    for name in sorted(class_by_name):
        cls = class_by_name[name]
        if issubclass(cls, kind) and cls not in _BASES:
            chosen_classes.append(cls)
    return chosen_classes


_KINDS = (Structure, Interface, Enumeration)
_BASES = (Structure, ValueObject, Interface, Enumeration)


def calls(interface: type) -> dict[str, Method]:
    """Return the methods of an interface by name, including inherited ones."""
    out: dict[str, Method] = {}
    for cls in interface.__mro__:
        for name, value in vars(cls).items():
            if isinstance(value, Method):
                out.setdefault(name, value)
    return out


def hints(cls: type) -> dict[str, Any]:
    """Return the type of each field of a structure, by name."""
    types = field_types(cls)
    return {name: types[name] for name in field_names(cls)}


@functools.cache  # the same types occur in many structures
def json_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for the JSON that a device sends for a value of this type.

    `Type[...]` yields no JSON: it is declared only in a union with `str`, and devices send the str.
    """
    origin = typing.get_origin(hint)
    args = typing.get_args(hint)
    if origin is typing.Union:
        return st.one_of([st.none() if arg is type(None) else json_of(arg) for arg in args])
    if origin is list:
        return st.lists(json_of(args[0]), max_size=3)
    if origin is dict:
        mappings = st.dictionaries(json_of(args[0]), json_of(args[1]), max_size=3)
        return mappings.map(_entries)
    if hint is Any:
        return _ANY_JSON
    if origin is type:
        return st.nothing()
    if issubclass(hint, ValueObject):
        return st.deferred(lambda: structure_json(hint)).map(
            lambda value: {"type": hint.idlType, "value": value}
        )
    if issubclass(hint, Structure):
        return st.deferred(lambda: structure_json(hint))
    if issubclass(hint, Interface):
        return st.builds(lambda rid: {"rid": rid, "type": hint.idlType}, _RID)
    if issubclass(hint, Enumeration):
        return st.integers(0, len(hint) + 3)
    simple: dict[type, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: _INTS,
        str: st.text(max_size=8),
        float: st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6),
        Time: st.integers(-(10**9), 10**10) | _INTS,
    }
    return simple[hint]


_ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _INTS | st.text(max_size=5),
    lambda items: (
        st.lists(items, max_size=2) | st.dictionaries(st.text(max_size=3), items, max_size=2)
    ),
    max_leaves=4,
)


def _entries(mapping: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """A map as JSON-RPC has it."""
    return [{"key": key, "value": value} for key, value in mapping.items()]


def structure_json(cls: type[Structure]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for the JSON object of a structure with all its fields."""
    return st.fixed_dictionaries({name: json_of(hint) for name, hint in hints(cls).items()})
