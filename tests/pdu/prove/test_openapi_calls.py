"""A description of an API is a text from outside: it may be anything."""

from __future__ import annotations

import copy
import random
from typing import Any, cast

from pdu.prove.openapi_calls import (
    Alternatives,
    calls,
    definitions,
    filled,
    names,
    numbers,
    scripts,
    shape,
)
from tests.dcimanager.described import PduCalls, Words

_URL = "https://dci.example.com/swagger/"
_WORDS = {
    "name": "x", "handler": Alternatives(("pdu_nut", "7")), "ipaddr": "192.0.2.1",
    "customparams": {"a": "b"}, "powerstatus": Alternatives(("on", "ON")),
}  # fmt: skip


def _described(words: Words) -> dict[str, Any]:
    return PduCalls(cast(Any, None), words).description()


def _broken(value: Any, chance: random.Random) -> Any:
    """The document with some of its values replaced by other things."""
    if chance.random() < 0.03:
        return chance.choice(
            [None, 1, "x", [], {}, [1], {"$ref": "#/a"}, {"$ref": 3}, True, ["null"]]
        )
    if isinstance(value, dict):
        return {name: _broken(one, chance) for name, one in value.items()}
    if isinstance(value, list):
        return [_broken(one, chance) for one in value]
    return value


def test_a_description_of_any_form_is_read_or_left_out() -> None:
    chance = random.Random(5)
    found = 0
    for number in range(400):
        whole = _described(Words(is_openapi_3=bool(number % 2), switch_paths=bool(number % 3)))
        document = _broken(whole, chance)
        for call in calls(document, _URL):
            filled(call.body or {}, call.document, _WORDS)
            names(call.body, call.document)
            assert str(call) and call.at(*("1" for _ in call.parameters))
            found += 1
    assert found > 1000


def test_what_refers_to_itself_or_is_deep_ends() -> None:
    loop: Any = {"$ref": "#/definitions/A"}
    document = {"definitions": {"A": loop}, "basePath": "/api/x/v1", "paths": {}}
    document["paths"] = {
        "/pdu": {"post": {"parameters": [{"in": "body", "name": "b", "schema": loop}]}}
    }
    (call,) = calls(document, _URL)
    assert filled(call.body or {}, document, _WORDS) == ({}, [])
    deep: Any = 1.5
    for _ in range(5_000):
        deep = {"a": [deep]}
    assert [number for _, number in numbers(deep)] == [1.5]
    assert shape(deep).count("a") < 10


def test_only_calls_of_the_equipment_itself_are_taken() -> None:
    document = copy.deepcopy(_described(Words()))
    asked = {"in": "query", "name": "q", "required": True}
    document["paths"] = {
        "/warehouse/pdu": {"post": {}},
        "/pdu_type": {"post": {}},
        "/pdu/{id}/port": {
            "get": {},
            "parameters": [asked],
        },
    }
    assert [(str(one), one.must) for one in calls(document, _URL)] == [
        ("GET /api/eservice/v3/pdu/{id}/port", ["q"])
    ]
    (port,) = calls(document, _URL)
    assert port.at("../../x?y") == "/api/eservice/v3/pdu/..%2F..%2Fx%3Fy/port"


def test_a_page_names_descriptions_on_its_own_server_alone() -> None:
    page = """<script src="a.js"></script><script src='https://evil.example/b.js'></script>
    urls: [{url: "/api/a.json", name: "A"}, {"url":"https://evil.example/c.json"}], url: 'd.json'"""
    assert definitions(page, _URL) == [
        "https://dci.example.com/api/a.json",
        "https://dci.example.com/swagger/d.json",
    ]
    assert scripts(page, _URL) == ["https://dci.example.com/swagger/a.js"]


def test_a_value_has_the_type_that_is_asked_for() -> None:
    schema = {
        "required": ["handler", "name", "settings"],
        "properties": {
            "handler": {"type": ["null", "integer"]},
            "name": {"type": "boolean"},
            "custom_params": {"type": "object", "properties": {"a": {}}},
            "power_status": {"enum": ["OFF", "ON"]},
        },
    }
    assert filled(schema, schema, {**_WORDS, "customparams": {"a": "b", "c": "d"}}) == (
        {"handler": 7, "custom_params": {"a": "b"}, "power_status": "ON"},
        ["settings", "name: boolean"],
    )
