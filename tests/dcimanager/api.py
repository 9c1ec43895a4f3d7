"""The platform's HTTP calls as functions: a request in, an answer out. This module opens no socket.

From the vendor's pages: the paths, the headers `isp-box-instance` and `x-xsrf-token`, the bodies of
requests, `id` and `token` in answers, `{"error": {"code", "msg", "value"}}` and code 3005. The rest
is inferred, such as the calls that list and delete handlers.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional

from pdu.loading.handler_archives import BadArchive

from . import multipart
from .database import storable
from .records import Refusal
from .runtime import Runtime
from .store import Store

_TOKEN = "/api/auth/v4/public/token"
_HANDLERS = "/api/eservice/v3/custom_equipment"


class Request(NamedTuple):
    """`path` is not decoded and includes the query; `headers` have lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: str = "application/json"
    location: str = ""  # the target of a redirect


def answer_json(status: int, value: object) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode())


def answer_error(status: int, code: int, msg: str, value: object = "") -> Answer:
    return answer_json(status, {"error": {"code": code, "msg": msg, "value": value}})


class Tokens:
    """The tokens of administrators who logged in; each is valid for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends: dict[str, float] = {}

    def issue(self) -> str:
        token = secrets.token_urlsafe(32)
        self._ends[token] = time.time() + self.seconds
        return token

    def is_valid(self, token: str) -> bool:
        return self._ends.get(token, 0.0) > time.time()

    def revoke(self, token: str) -> None:
        self._ends.pop(token, None)


class Api:
    """Answers the API's requests, and calls `happened(sentence)` after each successful request to
    log in, register, upload or remove."""

    def __init__(
        self,
        store: Store,
        runtime: Runtime,
        tokens: Tokens,
        email: str,
        password: str,
        happened: Callable[[str], None],
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._tokens = tokens
        self._email = email
        self._password = password
        self._happened = happened

    def answer(self, request: Request) -> Answer:
        """The answer to one request; a refusal becomes an error answer."""
        try:
            if request.headers.get("isp-box-instance") != "true":
                raise Refusal(400, 1000, "the header isp-box-instance: true is missing")
            return self._route(request)
        except Refusal as error:
            return answer_error(error.status, error.code, error.msg, error.value)

    def _route(self, request: Request) -> Answer:
        """The answer of the function at this method and path. Raises Refusal if there is none, and
        for a request without a token.
        """
        method_and_path = f"{request.method} {request.path}"
        if method_and_path == f"POST {_TOKEN}":
            return self._log_in(request)
        self._check_token(request)
        if method_and_path == f"GET {_HANDLERS}":
            return answer_json(200, {"list": [row.shown() for row in self._store.handlers()]})
        if method_and_path == f"POST {_HANDLERS}":
            return self._create(request)
        upload = re.fullmatch(f"POST {_HANDLERS}/([0-9]{{1,18}})/content", method_and_path)
        if upload is not None:
            return self._upload(int(upload[1]), request)
        removal = re.fullmatch(f"DELETE {_HANDLERS}/([0-9]{{1,18}})/?", method_and_path)
        if removal is not None:
            return self._remove(int(removal[1]))
        raise Refusal(404, 1005, "there is no such function", method_and_path)

    def _remove(self, number: int) -> Answer:
        """Remove a handler. Raises Refusal if it is unknown or a PDU uses it."""
        handler = self._runtime.remove(number)
        self._happened(f"{handler.handler} was removed")
        return answer_json(200, {})

    def _log_in(self, request: Request) -> Answer:
        """A token for e-mail and password. Raises Refusal."""
        body = _object(request)
        token = self.log_in(str(body.get("email", "")), str(body.get("password", "")))
        self._happened("an administrator logged in through the API")
        return answer_json(
            201, {"id": "1", "token": token, "expires_in": int(self._tokens.seconds)}
        )

    def log_in(self, email: str, password: str) -> str:
        """A new token for the administrator. Raises Refusal if e-mail or password is wrong."""
        if not (
            hmac.compare_digest(email.encode("utf-8", "replace"), self._email.encode())
            and hmac.compare_digest(password.encode("utf-8", "replace"), self._password.encode())
        ):
            raise Refusal(401, 3004, "wrong e-mail or password")
        return self._tokens.issue()

    def _check_token(self, request: Request) -> None:
        """Raises Refusal for a request without a valid token."""
        if not self._tokens.is_valid(request.headers.get("x-xsrf-token", "")):
            raise Refusal(403, 3005, "access denied")

    def _create(self, request: Request) -> Answer:
        """Register a handler. Raises Refusal for a body that lacks a key or has another type."""
        body = _object(request)
        for key in ("device_type", "handler", "name", "protocol", "features"):
            if key not in body:
                raise Refusal(400, 1001, f"the key {key} is missing", key)
        record = self._store.create(
            _text(body["device_type"], "device_type"),
            _text(body["handler"], "handler"),
            _text(body["name"], "name"),
            _texts(body["protocol"], "protocol"),
            _texts(body["features"], "features"),
        )
        self._happened(f"{record.handler} was registered with the id {record.id}")
        return answer_json(201, {"id": record.id})

    def _upload(self, number: int, request: Request) -> Answer:
        """Store the archive of a handler. Raises Refusal for what is no upload."""
        self._store.by_id(number)
        try:
            form = multipart.fields(request.headers.get("content-type", ""), request.body)
        except ValueError as error:
            raise Refusal(400, 1006, str(error)) from None
        for field in ("data", "handler_import"):
            if field not in form:
                raise Refusal(400, 1001, f"the field {field} is missing", field)
        try:
            import_path = form["handler_import"].decode()
        except UnicodeDecodeError:
            raise Refusal(400, 1006, "the field handler_import is not UTF-8") from None
        try:
            handler = self._runtime.accept(number, form["data"], import_path)
        except BadArchive as error:
            raise Refusal(400, 1006, str(error)) from None
        self._happened(f"version {handler.uploads} of {handler.handler} was uploaded")
        return answer_json(200, {})


def _object(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises Refusal for another body."""
    value: Optional[object] = None
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):  # not JSON, or nested too deeply
        pass
    if not isinstance(value, dict):
        raise Refusal(400, 1001, "the body must be a JSON object")
    return value


def _texts(value: object, key: str) -> list[str]:
    """A list of texts. Raises Refusal for anything else."""
    if not isinstance(value, list):
        raise Refusal(400, 1001, "protocol and features must be lists")
    return [_text(item, f"each item of {key}") for item in value]


def _text(value: object, what: str) -> str:
    """A text. Raises Refusal for anything else."""
    if not isinstance(value, str):
        raise Refusal(400, 1001, f"{what} must be text")
    return storable(value)
