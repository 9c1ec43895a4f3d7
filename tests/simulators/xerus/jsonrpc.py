"""JSON-RPC 2.0 as the units speak it: single calls and bulks."""

from __future__ import annotations

import json
import logging
from typing import Any, Callable, NamedTuple, Optional

from .idl import BadParams, Method
from .objects import LinkDown, Served, Site

PARSE, INVALID, NO_METHOD, BAD_PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603
# Methods that begin with one of these words, and those of OWN_CHANNEL, change nothing of the unit.
READING = ("get", "is", "list", "perform", "lookup", "check")
OWN_CHANNEL = (
    "createChannel",
    "destroyChannel",
    "demandEventTypes",
    "demandEvent",
    "demandEvents",
    "pollEvents",
    "pollEventsNb",
)
log = logging.getLogger(__name__)


class Caller(NamedTuple):
    user: str
    token: Optional[str]
    address: str
    client: str = ""  # the header X-Client-Type


class RpcError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


# Takes (object, method, received parameters). Runs before each call, also each one in a bulk.
BeforeCall = Callable[[Served, str, dict[str, Any]], None]


class Dispatcher:
    """Runs calls. The thread that calls `post` holds the lock of the XerusPdu; only pollEvents
    releases it while it waits.

    `caller` is the sender of the call that began last. When a pollEvents ends, its sender becomes
    `caller` again.
    """

    def __init__(self, site: Site, before_call: BeforeCall) -> None:
        self._site = site
        self._before_call = before_call
        self.caller = Caller("", None, "")

    def post(self, rid: str, body: bytes, caller: Caller) -> tuple[int, Any]:
        """HTTP status and JSON answer of one request body."""
        self.caller = caller
        self._site.clockwork.settle()
        return self._answered(rid, lambda: json.loads(body))

    def call(self, rid: str, request: Any) -> tuple[int, Any]:
        return self._answered(rid, lambda: request)

    def _answered(self, rid: str, read: Callable[[], Any]) -> tuple[int, Any]:
        """HTTP status and JSON answer of a request; (404, None) for an unknown object, even if the
        body is invalid.

        (503, None) if the object, or one in the parameters, belongs to a link unit that does not
        answer.
        """
        try:
            served = self._site.find(rid)
            return self._answer(served, read) if served is not None else (404, None)
        except LinkDown:
            return 503, None

    def _answer(self, served: Served, read: Callable[[], Any]) -> tuple[int, Any]:
        try:
            request = read()
        except (ValueError, RecursionError):
            return 200, _error(None, PARSE, "Parse error")
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return 200, _error(None, INVALID, "Invalid request")
        number = request.get("id")
        try:
            result = self._run(served, request["method"], request.get("params"))
        except RpcError as error:
            return 200, _error(number, error.code, str(error))
        except BadParams as error:
            return 200, _error(number, BAD_PARAMS, f"Invalid params: {error}")
        except LinkDown:
            raise
        except Exception:
            # a bug of the simulator must reach the client as an error
            log.exception("%s.%s", served.interface, request["method"])
            return 200, _error(number, INTERNAL, "Internal error")
        return 200, {"jsonrpc": "2.0", "result": result, "id": number}

    def _run(self, served: Served, name: str, params: Any) -> Any:
        firmware = served.unit.firmware
        if name == "getTypeInfo":
            return {"_ret_": firmware.type_info(served.interface)}
        if served.interface == "bulkrpc.BulkRequest":
            return self._bulk(name, params)
        method = firmware.method(served.interface, name)
        if method is None or not hasattr(served, name):
            raise RpcError(NO_METHOD, f"Method not found: {name}")
        arguments = params or {}
        if not isinstance(arguments, dict):
            raise BadParams("params is not an object")
        values = self._values(served, method, arguments)
        self._before_call(served, name, arguments)
        caller = self.caller
        try:
            value = getattr(served, name)(**values)
        finally:
            # pollEvents lets calls of others begin while it waits
            self.caller = caller
        self._site.clockwork.look()
        return self._results(served, method, value)

    @staticmethod
    def _values(served: Served, method: Method, arguments: dict[str, Any]) -> dict[str, Any]:
        firmware = served.unit.firmware
        missing = [name for name in method.takes if name not in arguments]
        if missing:
            raise BadParams(f"{method.name} lacks {', '.join(missing)}")
        return {
            name: firmware.decode(kind, arguments[name], name)
            for name, kind in method.takes.items()
        }

    @staticmethod
    def _results(served: Served, method: Method, value: Any) -> Any:
        """The results of a call by name, in JSON; None for a method that gives nothing. `value`:
        the only result, or several by name.
        """
        firmware = served.unit.firmware
        if not method.gives:
            return None
        if len(method.gives) == 1:
            (name,) = method.gives
            value = {name: value}
        return {name: firmware.encode(kind, value[name]) for name, kind in method.gives.items()}

    def _bulk(self, name: str, params: Any) -> Any:
        if name not in ("performBulk", "performRequest"):
            raise RpcError(NO_METHOD, f"Method not supported: {name}")
        requests = params.get("requests") if isinstance(params, dict) else None
        if not isinstance(requests, list):
            raise BadParams("requests is not an array")
        as_text = name == "performRequest"
        return {"responses": [self._inner(request, as_text) for request in requests]}

    def _inner(self, request: Any, as_text: bool) -> dict[str, Any]:
        has_members = isinstance(request, dict) and "json" in request
        if not has_members or not isinstance(request.get("rid"), str):
            raise BadParams("each request needs json, and a rid that is text")
        try:
            call = json.loads(request["json"]) if as_text else request["json"]
        except (TypeError, ValueError, RecursionError):
            raise BadParams("json is not JSON text") from None
        status, answer = self.call(request["rid"], call)
        return {"json": json.dumps(answer) if as_text else answer, "statcode": status}


def _error(number: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": {"code": code, "message": message}, "id": number}
