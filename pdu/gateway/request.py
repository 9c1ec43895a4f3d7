"""What routes need of a request: its client, machine, key and body."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import unquote_to_bytes

from .clients import READ, SWITCH, GatewayClient
from .errors import ApiError, bad, not_found
from .power import RESTART, PowerOutcome, PowerRequest
from .power_service import PowerService

#: the header of the IETF's draft draft-ietf-httpapi-idempotency-key-header
KEY = "idempotency-key"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
LONGEST_PAUSE_S = 60.0
#: the parameter of the query that says how long to wait for PDUs
WAIT = "wait_s"
USUAL_WAIT_S, LONGEST_WAIT_S = 3.0, 60.0


class GatewayRequest(NamedTuple):
    """A request that passed the guard."""

    method: str
    #: names in lower case
    headers: Mapping[str, str]
    #: the parameters of the query, in their order
    query: Sequence[tuple[str, str]]
    body: bytes
    #: None on the few paths that need none
    client: Optional[GatewayClient]
    #: raises ApiError if the client has sent too many commands
    count_command: Callable[[], None]
    #: the parts of the path that the route names, as they were sent
    parts: Mapping[str, str] = {}


def client_of(request: GatewayRequest) -> GatewayClient:
    """Who asks."""
    client = request.client
    assert client is not None, "the guard lets nobody in here without a token"
    return client


def segment(request: GatewayRequest, name: str = "machine") -> str:
    """A part of the path, unescaped. Raises ApiError if it is not UTF-8."""
    try:
        return unquote_to_bytes(str(request.parts[name])).decode("utf-8")
    except UnicodeDecodeError:
        not_found()


def machine(request: GatewayRequest, service: PowerService, right: str, name: str) -> str:
    """The name, if the client may do this with the machine.

    A machine that is not the client's own is answered as one that does not exist.
    """
    client = client_of(request)
    if name not in service.machines or not client.sees(name):
        not_found()
    if right not in client.may:
        raise ApiError(403, "right", f"the client {client.name} may not {right}")
    return name


def machines(request: GatewayRequest, service: PowerService) -> Sequence[str]:
    """The machines that the client may read. Raises ApiError if it may read none."""
    client = client_of(request)
    if READ not in client.may:
        raise ApiError(403, "right", f"the client {client.name} may not {READ}")
    return [name for name in service.machines if client.sees(name)]


async def execute_once(
    request: GatewayRequest, service: PowerService, name: str, action: str, pause_s: float
) -> PowerOutcome:
    """Carry out a command, once for each key. `pause_s`: of a restart.

    Raises ApiError; then nothing was sent.
    """
    machine(request, service, SWITCH, name)
    key = request.headers.get(KEY, "")
    if KEY in request.headers and not _KEY.fullmatch(key):
        raise bad("Idempotency-Key must have 1 to 128 printable ASCII characters")
    power_request = PowerRequest(name, action, pause_s if action == RESTART else 0.0)
    # a repeated key sends nothing
    if not (key and service.is_known(client_of(request).name, key)):
        request.count_command()
    return await service.command(client_of(request).name, power_request, key)


def pause(value: Any) -> float:
    """The pause of a restart, in seconds. Raises ApiError."""
    try:
        pause_s = float(value)
    except (TypeError, ValueError):
        pause_s = math.nan
    if isinstance(value, bool) or not 0 <= pause_s <= LONGEST_PAUSE_S:
        raise bad(f"the pause must be a number from 0 to {LONGEST_PAUSE_S:g}, in seconds")
    return pause_s


def wait_s(request: GatewayRequest) -> float:
    """How long an answer about many PDUs waits for them, in seconds. Raises ApiError."""
    values = [value for name, value in request.query if name == WAIT]
    try:
        seconds = float(values[-1]) if values else USUAL_WAIT_S
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_WAIT_S:
        raise bad(f"{WAIT} must be a number from 0 to {LONGEST_WAIT_S:g}, in seconds")
    return seconds


def document(request: GatewayRequest, keys: Sequence[str]) -> dict[str, Any]:
    """The body as a JSON object that has only these keys. Raises ApiError."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise ApiError(415, "request", "the body must be application/json")
    try:
        body = json.loads(request.body.decode("utf-8"), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise bad("the body is not JSON") from None
    if not isinstance(body, dict):
        raise bad("the body must be a JSON object")
    unknown = sorted(set(body) - set(keys))
    if unknown:
        raise bad(f"unknown key {unknown[0][:60]!r} in the body; known: {', '.join(keys)}")
    return body


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. Of two values for a key, each reader could take another one."""
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a key is given twice")
    return document
