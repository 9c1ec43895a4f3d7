"""Calls that add, read and switch a PDU, and their description at /swagger/.

These calls are invented: no public page describes DCImanager's. They exist so that
`pdu prove platform URL`, which reads a server's description, has a peer; `Words` has names and
forms that a real one may have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Optional

from .api import Answer, Request, answer_error, answer_json
from .records import Pdu, Refusal

if TYPE_CHECKING:
    from .manager import DciManager

TITLE = "Equipment service of the stand-in for DCImanager (invented calls)"
_PAGE = """<!doctype html><html><head><title>Swagger UI</title></head><body>
<script src="./swagger-initializer.js"></script></body></html>"""
_SCRIPT = """window.ui = SwaggerUIBundle({{
  urls: [{{"url": "{url}", "name": "Equipment service"}}], dom_id: "#swagger-ui"}});"""


@dataclass(frozen=True)
class Words:
    """How a server names things."""

    base: str = "/api/eservice/v3"
    description: str = "/api/eservice/v3/swagger.json"
    title: str = TITLE
    #: property of the body that adds a PDU
    name: str = "name"
    handler: str = "handler"
    #: whether it is the handler's id, not its name
    handler_is_id: bool = False
    address: str = "ip_addr"
    settings: str = "custom_params"
    #: whether they are a list of objects with `key` and `value`
    settings_are_pairs: bool = False
    #: more properties that must be there
    must: Mapping[str, str] = field(default_factory=dict)
    #: of a port
    identity: str = "identity"
    state: str = "power_status"
    states: Mapping[str, Any] = field(
        default_factory=lambda: {"UP": "on", "DOWN": "off", "UNKNOWN": "unknown"}
    )
    #: the last part of the path that switches a port; "" for a property of its body
    switch_paths: bool = True
    #: the last part of the path that reads figures
    figures: str = "statistic"
    is_openapi_3: bool = False
    #: whether /swagger/ is there
    is_described: bool = True
    #: whether a port is switched; the answer says so anyway
    switches: bool = True


class PduCalls:
    """Answers these calls for a manager."""

    def __init__(self, manager: DciManager, words: Words = Words()) -> None:  # noqa: B008 (frozen)
        self._manager, self.words = manager, words

    def answer(self, request: Request) -> Optional[Answer]:
        """The answer; None if it is no call of these."""
        path, words = request.path, self.words
        if request.method == "GET" and words.is_described:
            pages: dict[str, Callable[[], Answer]] = {
                "/swagger/": lambda: Answer(200, _PAGE.encode(), "text/html"),
                "/swagger/swagger-initializer.js": lambda: Answer(
                    200, _SCRIPT.format(url=words.description).encode(), "text/javascript"
                ),
                words.description: lambda: answer_json(200, self.description()),
            }
            if path in pages:
                return pages[path]()
        begin = f"{words.base}/pdu"
        if path != begin and not path.startswith(f"{begin}/"):
            return None
        if not self._manager.tokens.valid(request.headers.get("x-xsrf-token", "")):
            return answer_error(403, 3005, "access denied")
        try:
            return self._pdu(request, path[len(begin) :])
        except (Refusal, LookupError) as error:
            return answer_error(400, 1001, str(error))

    def _pdu(self, request: Request, rest: str) -> Answer:
        if (request.method, rest) == ("POST", ""):
            return self._add(json.loads(request.body))
        found = re.fullmatch("/([0-9]{1,9})(/.*)?", rest)
        pdus = {one.id: one for one in self._manager.pdus()}
        pdu = pdus.get(int(found[1])) if found else None
        if found is None or pdu is None:
            return answer_error(404, 1005, "there is no such PDU")
        below = found[2] or ""
        if request.method == "GET":
            if not below:
                return answer_json(200, self._shown(pdu))
            if below == "/port":
                return answer_json(200, {"list": self._ports(pdu), "size": len(pdu.ports)})
            if below == f"/{self.words.figures}":
                return answer_json(200, self._shown_figures(pdu))
        if request.method == "DELETE" and not below:
            self._manager.remove_pdu(pdu)
            return answer_json(200, {})
        switched = re.fullmatch("/port/([^/]+)/([a-z_]+)", below)
        if request.method == "POST" and switched:
            said = switched[2]
            if not self.words.switch_paths:
                said = str(json.loads(request.body)["power_status"])
            identity = list(pdu.ports)[int(switched[1]) - 100]
            if not self.words.switches:
                return answer_json(200, {"id": pdu.id, "task": 17})
            call = self._manager.switch(pdu, identity, said == "on")
            return answer_json(200, {"id": pdu.id, "task": 17}) if call.ok else _failed(call.text)
        return answer_error(404, 1005, "there is no such function")

    def _add(self, body: Any) -> Answer:
        words = self.words
        missing = [one for one in words.must if one not in body]
        if missing:
            raise Refusal(400, 1001, f"the key {missing[0]} is missing")
        handler = body[words.handler]
        if words.handler_is_id:
            handler = next(x.handler for x in self._manager.handlers() if x.id == handler)
        settings = body[words.settings]
        if words.settings_are_pairs:
            settings = {one["key"]: one["value"] for one in settings}
        pdu = self._manager.add_pdu(
            body[words.name], handler, body[words.address], settings=settings
        )
        self._manager.poll([pdu])
        return answer_json(201, {"id": pdu.id})

    def _ports(self, pdu: Pdu) -> list[dict[str, Any]]:
        words = self.words
        return [
            {"id": 100 + number, words.identity: identity, words.state: words.states[state]}
            for number, (identity, state) in enumerate(pdu.ports.items())
        ]

    def _shown(self, pdu: Pdu) -> dict[str, Any]:
        return {"id": pdu.id, self.words.name: pdu.name, "rack": None, "port_count": len(pdu.ports)}

    def _shown_figures(self, pdu: Pdu) -> dict[str, Any]:
        self._manager.poll([pdu])
        return {
            "list": [
                {"load": pdu.load_a, "total_consumption": pdu.energy_kwh, "time": 1_700_000_000}
            ]
        }

    # ---- the description

    def description(self) -> dict[str, Any]:
        """Swagger 2.0 or OpenAPI 3."""
        words = self.words
        properties: dict[str, Any] = {
            words.name: {"type": "string"},
            words.handler: {"type": "integer" if words.handler_is_id else "string"},
            words.address: {"type": "string"},
            words.settings: _PAIRS if words.settings_are_pairs else {"type": "object"},
            "rack": {"type": "integer"},
            **{name: {"type": kind} for name, kind in words.must.items()},
        }
        must = [words.name, words.handler, words.address, *words.must]
        add = {"type": "object", "required": must, "properties": properties}
        state = {
            "type": "object",
            "required": ["power_status"],
            "properties": {"power_status": {"type": "string", "enum": ["off", "on"]}},
        }
        port = "/pdu/{pdu_id}/port/{port_id}"
        paths: dict[str, Any] = {
            "/server": {"get": {}},
            "/pdu": {"get": {}, "post": self._with("PduCreate")},
            "/pdu/{pdu_id}": {"get": {}, "delete": {}},
            "/pdu/{pdu_id}/port": {"get": {}},
            f"/pdu/{{pdu_id}}/{words.figures}": {"get": {}},
            f"/pdu/{{pdu_id}}/{words.figures}/day": {"get": {"parameters": [_DAY]}},
        }
        if words.switch_paths:
            paths.update({f"{port}/{one}": {"post": {}} for one in ("off", "on", "reboot")})
        else:
            paths[f"{port}/power_status"] = {"post": self._with("PortState")}
        schemas = {"PduCreate": add, "PortState": state}
        info = {"title": words.title, "version": "3"}
        if words.is_openapi_3:
            return {
                "openapi": "3.0.0",
                "info": info,
                "servers": [{"url": words.base}],
                "paths": paths,
                "components": {"schemas": schemas},
            }
        return {
            "swagger": "2.0",
            "info": info,
            "basePath": words.base,
            "paths": paths,
            "definitions": schemas,
        }

    def _with(self, schema: str) -> dict[str, Any]:
        """A call with this body."""
        if self.words.is_openapi_3:
            link = {"$ref": f"#/components/schemas/{schema}"}
            return {"requestBody": {"content": {"application/json": {"schema": link}}}}
        return {
            "parameters": [
                {"in": "body", "name": "body", "schema": {"$ref": f"#/definitions/{schema}"}}
            ]
        }


_DAY = {"in": "query", "name": "day", "required": True, "schema": {"type": "string"}}
_PAIRS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"key": {"type": "string"}, "value": {"type": "string"}},
    },
}


def _failed(text: str) -> Answer:
    return answer_error(500, 1004, text)
