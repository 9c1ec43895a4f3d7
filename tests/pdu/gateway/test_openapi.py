"""The OpenAPI document: judged by a validator, complete, and true of what is answered."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from typing import Any

import pytest

from pdu.gateway import command_log, openapi
from pdu.gateway.api_v1 import USUAL_LINES, ApiV1
from pdu.gateway.health import Health
from pdu.gateway.request import LONGEST_PAUSE_S
from tests.needs import peers

from .running import Gateway

JUDGE = """
import json, sys
sys.path.append(sys.argv[1])
from openapi_spec_validator import OpenAPIV31SpecValidator
found = [OpenAPIV31SpecValidator(one).iter_errors() for one in json.load(sys.stdin)]
print(json.dumps([[error.message for error in errors] for errors in found]))
"""


def judged(*documents: object) -> list[list[str]]:
    """What is wrong with each document."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", JUDGE, peers()],
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.against("openapi-spec-validator")
def test_a_validator_finds_nothing_in_the_served_document(running: Gateway) -> None:
    document = running.ask("GET", "/v1/openapi.json").json
    spoilt = {**document, "info": {"version": "1"}}
    served, wrong = judged(document, spoilt)
    assert served == [] and wrong != []


def test_every_route_of_v1_is_described_and_no_other() -> None:
    unused: Any = None
    routes = {
        (route.path, method.lower())
        for route in [
            *ApiV1(unused, unused, 0.0).routes(),
            *Health(unused, unused, unused).routes(),
        ]
        if route.path.startswith("/v1/")
        for method in route.methods
        if method != "HEAD"
    }
    paths = openapi.DOCUMENT["paths"]
    assert routes == {(path, method) for path, item in paths.items() for method in item}


def test_the_limits_are_those_of_the_code() -> None:
    (last,) = openapi.DOCUMENT["paths"]["/v1/journal"]["get"]["parameters"]
    assert (last["schema"]["maximum"], last["schema"]["default"]) == (
        command_log.RECENT,
        USUAL_LINES,
    )
    command = openapi.DOCUMENT["components"]["schemas"]["Command"]["properties"]
    assert command["pause_s"]["maximum"] == LONGEST_PAUSE_S


def test_answers_have_the_described_form(running: Gateway) -> None:
    """Each path with an answer of its own, and refusals."""
    document, validate = openapi.DOCUMENT, importlib.import_module("jsonschema").validate

    def check(path: str, status: str, found: object, method: str = "get") -> None:
        answer = document["paths"][path][method]["responses"][status]
        schema = answer["content"]["application/json"]["schema"]
        validate(found, {**schema, "components": document["components"]})

    one = "/v1/machines/{machine}"
    running.switch("srv-2", "restart", "form")
    for path in (one, f"{one}/outlets", "/v1/machines", "/v1/status", "/v1/journal"):
        answer = running.ask("GET", re.sub("{machine}", "srv-1", path))
        check(path, "200", answer.json)
        check(path, "401", running.ask("GET", re.sub("{machine}", "x", path), who="").json)
    check(f"{one}/power", "200", running.switch("srv-2", "on").json, "post")
    check(f"{one}/power", "422", running.switch("srv-2", "on", "form").json, "post")
    check(f"{one}/power", "404", running.switch("nobody", "on").json, "post")


@pytest.mark.parametrize(
    "path, query",
    [("/v1/status", "wait_s=61"), ("/v1/health", "wait_s=-1"), ("/v1/journal", "last=2001")],
)
def test_a_parameter_outside_its_limits_has_a_documented_answer(
    running: Gateway, path: str, query: str
) -> None:
    assert running.ask("GET", f"{path}?{query}").status == 400
    assert "400" in openapi.DOCUMENT["paths"][path]["get"]["responses"]


@pytest.mark.parametrize("pause_s", [None, "5", True, -1, 61])
def test_a_pause_is_a_number_as_documented(running: Gateway, pause_s: object) -> None:
    answer = running.ask(
        "POST", "/v1/machines/srv-2/power", {"action": "restart", "pause_s": pause_s}
    )
    assert answer.status == 400 and "pause" in answer.json["error"]["reason"]


@pytest.mark.parametrize("method", ["TRACE", "PATCH", "OPTIONS", "QUERY"])
def test_a_method_that_a_path_does_not_take_is_405_with_those_that_it_takes(
    running: Gateway, method: str
) -> None:
    answer = running.ask(method, "/v1/machines")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
