"""The OpenAPI document of /v1 (OpenAPI 3.1.0), as it is served. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers import VERSION

from ..pdus.states import SPELLED
from .power import ACTIONS


def _ref(name: str) -> Mapping[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: str) -> Mapping[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": _ref(schema)}},
    }


def _object(**properties: Any) -> Mapping[str, Any]:
    return {"type": "object", "required": sorted(properties), "properties": properties}


def _list(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "array", "items": item}


_TEXT: Mapping[str, Any] = {"type": "string"}
_YES_OR_NO: Mapping[str, Any] = {"type": "boolean"}
_FIGURE: Mapping[str, Any] = {
    "type": ["number", "null"],
    "description": "null if it is not measured or not known",
}
_STATE: Mapping[str, Any] = {
    "type": "string",
    "enum": [spelling.word for spelling in SPELLED.values()],
}
_REFUSALS: Mapping[str, Any] = {
    "401": _answer("no client has this token", "Error"),
    "403": _answer("the client may not do this, or the machine is protected", "Error"),
    "404": _answer("no such machine for this client", "Error"),
    "429": _answer("too many requests; Retry-After says when to ask again", "Error"),
}
_NAME: Mapping[str, Any] = {
    "name": "machine",
    "in": "path",
    "required": True,
    "description": "the name in the drawing, percent-encoded",
    "schema": _TEXT,
}
_WAIT: Mapping[str, Any] = {
    "name": "wait_s",
    "in": "query",
    "description": "how long to wait for PDUs, in seconds; one that was not read by then is in"
    " `unread`, and its machines are unknown",
    "schema": {"type": "number", "minimum": 0, "maximum": 60, "default": 3},
}
_OUTLET = {"outlet": _TEXT, "state": _STATE, "reason": _TEXT}
_FIGURES = {"current_a": _FIGURE, "power_w": _FIGURE}


def _get(summary: str, schema: str, *parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "get": {
            "summary": summary,
            "parameters": list(parameters),
            "responses": {
                "200": _answer(summary, schema),
                **({"400": _answer("a malformed request", "Error")} if parameters else {}),
                **_REFUSALS,
            },
        }
    }


DOCUMENT: Mapping[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "pdu gateway",
        "version": VERSION,
        "description": "Reads and switches machines by the outlets of their PDUs. A machine is on"
        " if all its outlets are on, off if all are off, and unknown otherwise.",
    },
    "servers": [{"url": "/"}],
    "security": [{"token": []}, {"login": []}],
    "paths": {
        "/v1/openapi.json": {
            "get": {
                "summary": "this document",
                "responses": {
                    "200": {
                        "description": "this document",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    },
                    "401": _REFUSALS["401"],
                },
            }
        },
        "/v1/machines": _get("the machines of this client, unread", "Machines"),
        "/v1/status": _get(
            "all machines of this client, each PDU read once, and which PDUs could not be read",
            "Status",
            _WAIT,
        ),
        "/v1/health": _get("the journal, the files, and this client's PDUs", "Health", _WAIT),
        "/v1/machines/{machine}": _get("a machine's state", "Machine", _NAME),
        "/v1/machines/{machine}/outlets": _get("a machine's figures", "Figures", _NAME),
        "/v1/machines/{machine}/proof": _get(
            "whether its meters could prove it off; they are read for 10 to 60 seconds",
            "Proof",
            _NAME,
        ),
        "/v1/machines/{machine}/power": {
            "post": {
                "summary": "switch a machine, once for each key, and prove it",
                "parameters": [
                    _NAME,
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "description": "a command with a key that was used gives the first"
                        " result and sends nothing",
                        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
                    },
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": _ref("Command")}},
                },
                "responses": {
                    "200": _answer("every outlet reported the wanted state", "Outcome"),
                    "424": _answer(
                        "a command was sent and not proven: look at the machine before you send"
                        " another",
                        "Outcome",
                    ),
                    "400": _answer("a malformed request", "Error"),
                    "409": _answer("another command of this machine is running", "Error"),
                    "415": _answer("the body is not application/json", "Error"),
                    "422": _answer("the key was used for another command", "Error"),
                    "503": _answer("the journal cannot be written; nothing was sent", "Error"),
                    **_REFUSALS,
                },
            }
        },
        "/v1/journal": _get(
            "the last lines of the journal about this client's machines",
            "Journal",
            {
                "name": "last",
                "in": "query",
                "description": "how many lines",
                "schema": {"type": "integer", "minimum": 1, "maximum": 2000, "default": 100},
            },
        ),
    },
    "components": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "login": {"type": "http", "scheme": "basic"},
        },
        "schemas": {
            "Command": {
                "type": "object",
                "required": ["action"],
                "additionalProperties": False,
                "properties": {
                    "action": {"type": "string", "enum": list(ACTIONS)},
                    "pause_s": {
                        "type": "number",
                        "minimum": 0,
                        "maximum": 60,
                        "description": "between off and on of a restart, in seconds",
                    },
                },
            },
            "Outlet": {
                "type": "object",
                "required": ["outlet", "state"],
                "properties": {**_OUTLET, **_FIGURES, "energy_kwh": _FIGURE},
            },
            "Machine": _object(
                machine=_TEXT,
                state=_STATE,
                reason=_TEXT,
                age_s={"type": "number"},
                outlets=_list(_ref("Outlet")),
            ),
            "Figures": _object(
                machine=_TEXT,
                state=_STATE,
                reason=_TEXT,
                age_s={"type": "number"},
                outlets=_list(_ref("Outlet")),
                **_FIGURES,
            ),
            "Proof": _object(machine=_TEXT, provable=_YES_OR_NO, sentences=_list(_TEXT)),
            "Machines": _object(
                machines=_list(_object(machine=_TEXT, outlets=_list(_TEXT), protected=_YES_OR_NO))
            ),
            "Status": _object(
                machines=_list(_ref("Machine")), unread=_list(_object(pdu=_TEXT, reason=_TEXT))
            ),
            "Health": _object(
                ok=_YES_OR_NO,
                journal=_object(ok=_YES_OR_NO, reason=_TEXT),
                files=_object(ok=_YES_OR_NO, reason=_TEXT),
                pdus=_list(
                    _object(pdu=_TEXT, ok=_YES_OR_NO, reason=_TEXT, age_s={"type": "number"})
                ),
            ),
            "Outcome": _object(
                id=_TEXT,
                machine=_TEXT,
                action=_TEXT,
                done=_YES_OR_NO,
                state=_STATE,
                outlets=_list(_ref("Outlet")),
                reason=_TEXT,
                repeated=_YES_OR_NO,
            ),
            "Journal": _object(
                lines=_list(
                    {
                        "type": "object",
                        "required": ["hash", "event", "id", "time"],
                        "properties": {
                            "hash": _TEXT,
                            "event": {"type": "string", "enum": ["begin", "step", "end"]},
                            "id": _TEXT,
                            "time": {"type": "string", "format": "date-time"},
                        },
                    }
                )
            ),
            "Error": _object(error=_object(kind=_TEXT, reason=_TEXT)),
        },
    },
}
