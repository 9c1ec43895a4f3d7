"""The documented HTTP calls as functions: a request in, an answer out. No sockets here.

Paths and bodies are those of the vendor's handler page; list, delete, HTTP status numbers and the wording of errors
are inferred. `{"error": {"code", "msg", "value"}}` and code 3005 are the vendor's.
"""
from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional

from tests.archives import Archive, BadArchive, read

from . import multipart
from .store import Handler, Refusal, Store

_TOKEN = "/api/auth/v4/public/token"
_HANDLERS = "/api/eservice/v3/custom_equipment"


class Request(NamedTuple):
    """`headers` have lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: str = "application/json"


def answer_json(status: int, value: object) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode())


def answer_error(status: int, code: int, msg: str, value: object = "") -> Answer:
    return answer_json(status, {"error": {"code": code, "msg": msg, "value": value}})


class Api:
    """`installed(handler, archive)` is called for each accepted upload, `removed(handler)` for each deleted handler."""

    def __init__(self, store: Store, email: str, password: str, token_seconds: float,
                 installed: Callable[[Handler, Archive], None], removed: Callable[[Handler], None]) -> None:
        self._store, self._email, self._password = store, email, password
        self._token_seconds, self._installed, self._removed = token_seconds, installed, removed
        self._tokens: Dict[str, float] = {}
        self._uploading = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """The answer to one request; every refusal is one too."""
        try:
            if request.headers.get("isp-box-instance") != "true":
                raise Refusal(400, 1000, "the header isp-box-instance: true is missing")
            return self._route(request)
        except Refusal as error:
            return answer_error(error.status, error.code, error.msg, error.value)

    def _route(self, request: Request) -> Answer:
        if (request.method, request.path) == ("POST", _TOKEN):
            return self._log_in(request)
        self._check_token(request)
        if request.path == _HANDLERS:
            if request.method == "GET":
                return answer_json(200, {"list": [handler.shown() for handler in self._store.handlers()]})
            if request.method == "POST":
                return self._create(request)
        if request.path.startswith(_HANDLERS + "/"):
            number, _, rest = request.path[len(_HANDLERS) + 1:].partition("/")
            if number.isascii() and number.isdigit():
                if (request.method, rest) == ("POST", "content"):
                    return self._upload(int(number), request)
                if (request.method, rest) == ("DELETE", ""):
                    self._removed(self._store.delete(int(number)))
                    return answer_json(200, {})
        raise Refusal(404, 1005, "there is no such function", f"{request.method} {request.path}")

    def _log_in(self, request: Request) -> Answer:
        body = _object(request)
        email, password = str(body.get("email", "")), str(body.get("password", ""))
        if not (hmac.compare_digest(email.encode(), self._email.encode())
                and hmac.compare_digest(password.encode(), self._password.encode())):
            raise Refusal(401, 3004, "wrong e-mail or password")
        token = secrets.token_urlsafe(32)
        self._tokens[token] = time.monotonic() + self._token_seconds
        return answer_json(201, {"id": 1, "token": token, "expires_in": int(self._token_seconds)})

    def _check_token(self, request: Request) -> None:
        end = self._tokens.get(request.headers.get("x-xsrf-token", ""))
        if end is None or end <= time.monotonic():
            raise Refusal(403, 3005, "access denied")

    def _create(self, request: Request) -> Answer:
        body = _object(request)
        for key in ("device_type", "handler", "name", "protocol", "features"):
            if key not in body:
                raise Refusal(400, 1001, f"the key {key} is missing", key)
        if not isinstance(body["protocol"], list) or not isinstance(body["features"], list):
            raise Refusal(400, 1001, "protocol and features are lists")
        made = self._store.create(str(body["device_type"]), str(body["handler"]), str(body["name"]),
                                  [str(item) for item in body["protocol"]], [str(item) for item in body["features"]])
        return answer_json(201, {"id": made.id})

    def _upload(self, number: int, request: Request) -> Answer:
        self._store.by_id(number)
        try:
            form = multipart.fields(request.headers.get("content-type", ""), request.body)
            import_path = form["handler_import"].decode()
            archive = read(form["data"])
        except KeyError as error:
            raise Refusal(400, 1001, f"the field {error.args[0]} is missing", error.args[0]) from None
        except ValueError as error:
            raise Refusal(400, 1006, str(error)) from None
        with self._uploading:
            try:
                handler = self._store.accept(number, archive, import_path)
            except BadArchive as error:
                raise Refusal(400, 1006, str(error)) from None
            self._installed(handler, archive)
        return answer_json(200, {})


def _object(request: Request) -> Dict[str, Any]:
    value: Optional[object] = None
    try:
        value = json.loads(request.body)
    except ValueError:
        pass
    if not isinstance(value, dict):
        raise Refusal(400, 1001, "the body must be a JSON object")
    return value
