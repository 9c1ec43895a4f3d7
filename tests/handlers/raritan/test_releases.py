"""The declarations of the modules in releases.json agree with ten firmware releases; values are
written back unchanged.

Versions, the order of fields, and further modules are compared with the newest SDK (test_names.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Optional

import pytest

from handlers.raritan.rpc import Enumeration, Interface, Structure, ValueObject
from handlers.raritan.rpc._runtime.codec import decode, encode
from handlers.raritan.rpc._runtime.registry import class_of_idl_type
from tests.simulators.xerus.idl import SCHEMA

from .declared import PORT_PROPERTIES, Nowhere, calls

RELEASES = (
    "3.3.0",
    "3.4.20",
    "3.5.20",
    "3.6.0",
    "3.6.80",
    "4.0.0",
    "4.0.41",
    "4.2.20",
    "4.3.15",
    "4.4.1",
)
AGENT = Nowhere()
Json = Any
pytestmark = pytest.mark.against("the types of ten firmware releases")


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert tuple(schema["releases"]) == RELEASES
    return schema


def _variant(kind: str, name: str, release: str) -> Optional[dict[str, Any]]:
    description: Optional[dict[str, Any]] = next(
        (variant for variant in _schema()[kind][name] if release in variant["releases"]), None
    )
    return description


def _declared(kind: str, release: str) -> Iterator[tuple[str, dict[str, Any]]]:
    variants = {name: _variant(kind, name, release) for name in _schema()[kind]}
    assert any(variants.values()), f"release {release} has no {kind}"
    for name, variant in variants.items():
        if variant is not None:
            yield name, variant


_SIMPLE: Mapping[str, Json] = {
    "int": 3,
    "long": 2**40,
    "byte": 7,
    "float": 1.5,
    "double": 2.25,
    "bool": True,
    "string": "text",
    "time": 1700000000,
    "any": {"a": [1, None]},
    "typeinfo": "pdumodel.Outlet:1.0.0",
    "bulkrpc.JsonObject": {"jsonrpc": "2.0", "id": 1},
    "ref": {"rid": "/x", "type": "future.Thing:1.0.0"},
    # of a module that is not here
    "portsmodel.Port.DeviceTypeId": 2,
    "portsmodel.Port.Properties": PORT_PROPERTIES,
}


def _sample(kind: str, release: str, scope: str) -> Json:
    """Return a value of the type `kind` as the release sends it.

    `kind` may be a name relative to `scope`.
    """
    kind = kind[len("struct:") :] if kind.startswith("struct:") else kind
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind == "valueobject":
        return {"type": "peripheral.Device:1.0.0", "value": {}}
    container = re.fullmatch(r"(vector|map)<(.*)>", kind)
    if container and container.group(2) == scope:
        return []  # empty, since this type contains itself
    if container and container.group(1) == "vector":
        return [_sample(container.group(2), release, scope)]
    if container:
        key, value = container.group(2).split(",", 1)
        return [{"key": _sample(key, release, scope), "value": _sample(value, release, scope)}]
    return _named(kind, release, scope)


def _named(kind: str, release: str, scope: str) -> Json:
    schema = _schema()
    for name in _scoped(kind, scope.split(".")):
        if name in schema["enums"]:
            return 1
        if name in schema["structs"]:
            return _fields(name, release, "structs")
        if name in schema["valueobjects"]:
            return {"type": f"{name}:1.0.0", "value": _fields(name, release, "valueobjects")}
    return {}  # an old signature names a type that the schema does not describe


def _scoped(name: str, scope: Sequence[str]) -> list[str]:
    """Return the full names that `name` may mean inside this scope, the innermost first."""
    return [".".join((*scope[:depth], name)) for depth in range(len(scope), -1, -1)]


def _fields(name: str, release: str, kind: str) -> dict[str, Json]:
    variant = _variant(kind, name, release)
    assert variant is not None, (name, release)
    out: dict[str, Json] = {}
    base = variant.get("base")
    if base and base != "ValueObject":
        names = _scoped(base, name.split(".")[:-1])
        out.update(
            _fields(
                next(full_name for full_name in names if full_name in _schema()[kind]),
                release,
                kind,
            )
        )
    out.update({field: _sample(of, release, name) for field, of in variant["fields"].items()})
    return out


@pytest.mark.sample(8)
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("kind, base", [("structs", Structure), ("valueobjects", ValueObject)])
def test_every_structure_of_a_release_is_read_in_full_and_written_back_unchanged(
    kind: str, base: type, release: str
) -> None:
    names = [name for name, _ in _declared(kind, release)]
    assert len(names) > 50
    for name in names:
        cls = class_of_idl_type(name)
        assert cls is not None, name
        assert issubclass(cls, base), name
        assert issubclass(cls, Structure), name
        fields = _fields(name, release, kind)

        value = cls.decode(fields, AGENT)

        assert value._wire is not None, (name, value._wire)
        assert not value._wire.undeclared_fields, (name, value._wire)
        assert value.encode() == fields, name
        encoded = encode(value)
        if isinstance(value, ValueObject) and isinstance(encoded, dict):
            encoded = encoded["value"]
        assert encoded == fields, name


@pytest.mark.sample(4)
@pytest.mark.parametrize("release", RELEASES)
def test_every_method_of_a_release_takes_its_parameters_and_returns_its_results(
    release: str,
) -> None:
    count = 0
    for name, variant in _declared("interfaces", release):
        cls = class_of_idl_type(name)
        assert cls is not None, name
        assert issubclass(cls, Interface), name
        declared_calls = calls(cls)
        for method, signature in variant["methods"].items():
            count += 1
            where = (name, method)
            call = declared_calls[method]
            kinds = [kind for parameter, kind in call.types.items() if parameter != "return"]
            arguments = []
            for kind, idl_type in zip(kinds, signature["in"].values()):
                sample = _sample(idl_type, release, name)
                if idl_type.startswith("map<"):
                    sample = []
                arguments.append(decode(kind, sample, AGENT))
            params = call.params(tuple(arguments), {})
            assert list(params) == list(signature["in"]), where

            result = {}
            for out, idl_type in signature["out"].items():
                result[out] = _sample(idl_type, release, name)
            values = call.result(result, AGENT)
            results = list(values) if isinstance(values, tuple) else [values]
            assert encode(results[: len(result)]) == list(result.values()), where
    assert count > 290


@pytest.mark.parametrize("release", RELEASES)
def test_every_constant_and_every_enumerated_name_of_a_release_has_its_value(release: str) -> None:
    for name, variant in _declared("enums", release):
        cls = class_of_idl_type(name)
        assert cls is not None, name
        assert issubclass(cls, Enumeration), name
        for ordinal, member in enumerate(variant["values"]):
            assert cls[member].val == ordinal, (name, member)
    for name, variant in _declared("interfaces", release):
        cls = class_of_idl_type(name)
        for constant, value in variant["constants"].items():
            assert getattr(cls, constant) == value, (name, constant)
