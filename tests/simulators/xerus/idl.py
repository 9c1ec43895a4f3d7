"""One firmware release: its types, the encoding of their values, and the values that it refuses.

Source: releases.json has the names and types of the vendor's interface definitions (IDL), as the
SDKs of ten releases have them. In the vendor's JSON, a structure is an object with every field of
that firmware, an enumeration is its ordinal, and a map is an array of {"key", "value"}. A reference
is {"rid", "type"} or null, a value object {"type", "value"} or null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

SCHEMA = Path(__file__).with_name("releases.json")
GENERATIONS = ("3.3", "3.6", "4.0", "4.4")
_RELEASES = ("3.3.0", "3.6.0", "4.0.0", "4.4.1")
_GENERIC = re.compile(r"(vector|map)<(.*)>$")
# The version of peripheral.Device in each generation, from the vendor's releases (3.6 and 4.0 also
# from real units). All events of the simulator have version 1.0.0.
DEVICE_VERSIONS = ("3.0.0", "3.0.2", "6.0.0", "7.0.3")
_DEVICE, _FIRST = "peripheral.Device", "1.0.0"


class BadParams(Exception):
    """An invalid argument for this firmware: JSON-RPC error -32602."""


class Method(NamedTuple):
    name: str
    takes: dict[str, str]  # parameter -> type
    gives: dict[str, str]  # "_ret_" and out parameters -> type


class Reference(NamedTuple):
    rid: str
    type: str  # interface without version


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


@cache
def _definition(kind: str, name: str, release: str) -> Optional[dict[str, Any]]:
    """An entry of releases.json as this release has it; None if this release lacks it."""
    variants: list[dict[str, Any]] = _schema()[kind].get(name, [])
    return next((variant for variant in variants if release in variant["releases"]), None)


@cache
def _fields(struct: str, release: str) -> tuple[tuple[str, str], ...]:
    value = _definition("valueobjects", struct, release)
    entry = value or _definition("structs", struct, release) or {"fields": {}}
    base = _base(struct, release)
    return (*entry["fields"].items(), *(_fields(base, release) if base else ()))


def _base(value: str, release: str) -> str:
    base: str = (_definition("valueobjects", value, release) or {}).get("base", "")
    return base if base in _schema()["valueobjects"] else ""


def _split(pair: str) -> tuple[str, str]:
    key, _, value = pair.partition(",")
    return key.strip(), value.strip()


class Firmware:
    """The types of one generation.

    `reference` returns the Reference of an object of the simulator; `resolve` returns the object of
    a received rid (None: no such object). The simulator ignores received fields and parameters that
    this generation does not have; whether real units do is not documented.
    """

    def __init__(
        self,
        generation: str,
        reference: Callable[[Any], Reference],
        resolve: Callable[[str], Optional[Any]],
    ) -> None:
        if generation not in GENERATIONS:
            raise ValueError(
                f"firmware generation {generation!r}: choose from {', '.join(GENERATIONS)}"
            )
        self.generation = generation
        self.index = GENERATIONS.index(generation)
        self.release = _RELEASES[self.index]
        self._reference = reference
        self._resolve = resolve
        self._value_types: dict[str, tuple[str, ...]] = {}

    def _interface(self, name: str) -> dict[str, Any]:
        return _definition("interfaces", name, self.release) or {}

    def version(self, interface: str) -> Optional[str]:
        """The interface's version in this firmware; None if this firmware lacks the interface."""
        version: Optional[str] = self._interface(interface).get("releases", {}).get(self.release)
        return version

    def type_id(self, interface: str) -> str:
        return f"{interface}:{self.version(interface)}"

    def type_info(self, interface: str) -> dict[str, Any]:
        base = self._interface(interface)["base"]
        return {"id": self.type_id(interface), "base": self.type_info(base) if base else None}

    def method(self, interface: str, name: str) -> Optional[Method]:
        """The method of an interface or of its bases; None if this firmware lacks it."""
        entry = self._interface(interface)
        signature = entry.get("methods", {}).get(name)
        if signature is not None:
            return Method(name, signature["in"], signature["out"])
        return self.method(entry["base"], name) if entry.get("base") else None

    def methods(self, interface: str) -> list[Method]:
        """The methods of an interface and of its bases."""
        entry = self._interface(interface)
        methods = self.methods(entry["base"]) if entry["base"] else []
        for name, signature in entry["methods"].items():
            methods.append(Method(name, signature["in"], signature["out"]))
        return methods

    def fields(self, struct: str) -> tuple[tuple[str, str], ...]:
        """The fields of a structure, or of a value object with those of its bases."""
        return _fields(struct, self.release)

    def value_type(self, name: str) -> str:
        """The type of a value object, such as
        `sensors.NumericSensor_4_0_9.StateChangedEvent:1.0.0`.

        If the object belongs to an interface, the name includes that interface's version, unless it
        is 1.0.0.
        """
        if name == _DEVICE:
            return f"{name}:{DEVICE_VERSIONS[self.index]}"
        outer, _, inner = name.rpartition(".")
        version = self.version(outer) if outer in _schema()["interfaces"] else None
        if version is not None and version != _FIRST:
            outer += "_" + str(version).replace(".", "_")
        return f"{outer}.{inner}:{_FIRST}"

    def value_types(self, name: str) -> tuple[str, ...]:
        """The types of a value object and its bases."""
        if name not in self._value_types:
            base = _base(name, self.release)
            bases = self.value_types(base) if base else ()
            self._value_types[name] = (self.value_type(name), *bases)
        return self._value_types[name]

    # -- encoding

    def encode(self, kind: str, value: Any) -> Any:
        """A value of the simulator as JSON of this firmware.

        A missing value becomes the zero of its type.
        """
        generic = _GENERIC.match(kind)
        if generic and generic.group(1) == "vector":
            return [self.encode(generic.group(2), item) for item in value or ()]
        if generic:
            return self._encode_map(generic.group(2), value or {})
        if kind == "ref":
            return self._encode_reference(value)
        if kind == "valueobject":
            return self._encode_value_object(value)
        if kind in _SCALARS:
            return _SCALARS[kind] if value is None else value
        if kind in _schema()["structs"]:
            values: Mapping[str, Any] = value or {}
            return {name: self.encode(inner, values.get(name)) for name, inner in self.fields(kind)}
        return int(value or 0)  # an enumeration

    def _encode_map(self, inner: str, value: Mapping[Any, Any]) -> list[dict[str, Any]]:
        """The array of key and value. `inner`: the types of both."""
        key_kind, item_kind = _split(inner)
        entries: list[dict[str, Any]] = []
        for key, item in value.items():
            entry = {"key": self.encode(key_kind, key), "value": self.encode(item_kind, item)}
            entries.append(entry)
        return entries

    def _encode_reference(self, value: Any) -> Any:
        if value is None:
            return None
        reference = self._reference(value)
        return {"rid": reference.rid, "type": self.type_id(reference.type)}

    def _encode_value_object(self, value: Any) -> Any:
        if value is None:
            return None
        name, fields = value
        body = {field: self.encode(kind, fields.get(field)) for field, kind in self.fields(name)}
        return {"type": self.value_types(name)[0], "value": body}

    # -- decoding

    def decode(self, kind: str, value: Any, where: str) -> Any:
        """JSON as a value of the simulator.

        Raises BadParams, which names the invalid place, and the errors of `resolve`.
        """
        generic = _GENERIC.match(kind)
        if generic and generic.group(1) == "vector":
            return self._decode_vector(generic.group(2), value, where)
        if generic:
            return self._decode_map(generic.group(2), value, where)
        if kind == "ref":
            return self._decode_reference(value, where)
        if kind in _SCALARS:
            if not _accepts(kind, value):
                raise BadParams(f"{where} is not of type {kind}")
            return value
        if kind in _schema()["structs"]:
            return self._decode_struct(kind, value, where)
        enumeration = _definition("enums", kind, self.release) or {"values": ()}
        if not _is_int(value) or not 0 <= value < len(enumeration["values"]):
            raise BadParams(f"{where} is not a value of {kind}")
        return value

    def _decode_vector(self, item_kind: str, value: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            raise BadParams(f"{where} is not an array")
        items: list[Any] = []
        for number, item in enumerate(value):
            items.append(self.decode(item_kind, item, f"{where}[{number}]"))
        return items

    def _decode_map(self, inner: str, value: Any, where: str) -> dict[Any, Any]:
        """A dict of the array of key and value. `inner`: the types of both."""
        key_kind, item_kind = _split(inner)
        pairs = value if isinstance(value, list) else [None]
        items: dict[Any, Any] = {}
        for pair in pairs:
            if not isinstance(pair, dict) or set(pair) != {"key", "value"}:
                raise BadParams(f"{where} is not an array of key and value")
            key = self.decode(key_kind, pair["key"], f"{where} key")
            items[key] = self.decode(item_kind, pair["value"], f"{where} value")
        return items

    def _decode_reference(self, value: Any, where: str) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict) or not isinstance(value.get("rid"), str):
            raise BadParams(f"{where} is not a reference")
        served = self._resolve(value["rid"])
        if served is None:
            raise BadParams(f"{where} refers to no object of this unit")
        return served

    def _decode_struct(self, kind: str, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise BadParams(f"{where} is not an object")
        fields = self.fields(kind)
        missing_names = [name for name, _ in fields if name not in value]
        if missing_names:
            raise BadParams(f"{where} lacks {', '.join(missing_names)}")
        decoded = {}
        for name, inner in fields:
            decoded[name] = self.decode(inner, value[name], f"{where}.{name}")
        return decoded


# the zero of each simple type, which has its Python type
_SCALARS: dict[str, Any] = {
    "bool": False,
    "string": "",
    "int": 0,
    "long": 0,
    "time": 0,
    "float": 0.0,
    "double": 0.0,
    "typeinfo": "",
    "any": "",
}


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _accepts(kind: str, value: Any) -> bool:
    """Whether the JSON is of this simple type; a whole number is a float, too."""
    if kind == "any":
        return True
    python_type = type(_SCALARS[kind])
    if python_type is float and _is_int(value):
        return True
    return type(value) is python_type
