"""The import judged by the OpenAPI documents that NetBox publishes: what it asks for, the fields
that it reads, and the answers that its tests use.

NetBox describes neither the ends of a cable (`connected_endpoints`, items of any shape) nor what it
does with parameters that it does not know, such as Nautobot's `depth`: it ignores them.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from pdu.hall.importing import dcim, rest
from tests.needs import ROOT, netbox as documents

from .test_import import nautobot, netbox

# Nautobot's, which an answer of NetBox lacks.
_NAUTOBOTS = {
    ("power-ports", "connected_endpoint"),
    ("power-ports", "connected_endpoint_type"),
    ("power-ports", "connected_endpoint_reachable"),
    ("power-feeds", "destination_panel"),
    ("power-feeds", "power_path"),
}


@pytest.fixture(scope="module", params=("4.3", "4.4", "4.5", "4.6", "4.7"))
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The document of one release; each is parsed once."""
    path = next(one for one in documents() if one.name == f"netbox-openapi-{request.param}.json")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    assert found["info"]["version"].startswith(request.param)
    return found


def schema_of(found: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The schema of one object of an answer, by way of the path that the import asks for."""
    get = found["paths"][f"/api/dcim/{kind}/"]["get"]
    assert {"limit", "offset"} <= {one["name"] for one in get["parameters"]}
    page = resolved(found, get["responses"]["200"]["content"]["application/json"]["schema"])
    assert {"count", "results"} <= set(page["required"])
    return resolved(found, page["properties"]["results"]["items"])


def resolved(found: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    for one in schema.get("allOf", ()):
        schema = {**schema, **one}
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        others = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
        schema = {**found["components"]["schemas"][name], **others}
    return schema


def judge(found: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON schema for an object that may lack fields, but has none that NetBox does not know."""
    schema = resolved(found, schema)
    made: dict[str, Any] = {
        key: schema[key] for key in ("enum", "maxLength", "minimum", "maximum") if key in schema
    }
    if "properties" in schema:
        made["properties"] = {key: judge(found, one) for key, one in schema["properties"].items()}
        made["additionalProperties"] = False
    if schema.get("items"):
        made["items"] = judge(found, schema["items"])
    if "type" in schema:
        made["type"] = [schema["type"], "null"] if schema.get("nullable") else schema["type"]
    if schema.get("nullable") and "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made


def saved_answers() -> Mapping[str, Any]:
    return rest.read_saved(str(ROOT / "docs" / "hall" / "answers"))


def test_the_answers_of_the_tests_and_of_the_page_are_answers_of_netbox(
    document: dict[str, Any],
) -> None:
    validator = importlib.import_module("jsonschema").Draft202012Validator
    for kind in dcim.KINDS:
        judged = validator(judge(document, schema_of(document, kind)))
        for objects in (netbox(), saved_answers()):
            assert objects[kind]
            for one in objects[kind]:
                assert list(judged.iter_errors(one)) == [], (kind, one)
    # it can fail: Nautobot's ids are texts
    assert not validator(judge(document, schema_of(document, "devices"))).is_valid(
        nautobot()["devices"][0]
    )


class Watched(dict[str, Any]):
    """An object that notes which of its fields are read, also those that it lacks."""

    def __init__(self, values: Mapping[str, Any], kind: str, into: set[tuple[str, str]]) -> None:
        super().__init__(values)
        self._kind, self._into = kind, into

    def __getitem__(self, key: str) -> Any:
        self._into.add((self._kind, key))
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._into.add((self._kind, key))
        return super().get(key, default)


def fields_read() -> set[tuple[str, str]]:
    """(kind, field) of all that the import reads of NetBox's objects and of Nautobot's."""
    found: set[tuple[str, str]] = set()
    for objects in (netbox(), nautobot()):
        watched = {
            kind: [Watched(one, kind, found) for one in every] for kind, every in objects.items()
        }
        assert dcim.import_objects(watched).cords
    return found


def test_netbox_has_each_field_that_the_import_reads(document: dict[str, Any]) -> None:
    read = fields_read()
    assert len(read) > 12 and _NAUTOBOTS <= read
    for kind, field in read - _NAUTOBOTS:
        assert field in schema_of(document, kind)["properties"], (kind, field)
    ports = schema_of(document, "power-ports")["properties"]
    assert (
        ports["connected_endpoints"]["type"] == "array" and ports["connected_endpoints"]["nullable"]
    )


def test_netbox_takes_the_token_as_the_import_sends_it(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    token = schemes["tokenAuth"]
    assert (token["in"], token["name"]) == ("header", "Authorization")
    words = ("Token", "Bearer") if document["info"]["version"] >= "4.5" else ("Token",)
    assert all(word in token["description"] for word in words)
