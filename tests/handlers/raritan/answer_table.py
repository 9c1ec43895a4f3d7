"""What comes of one answer to the agent: answers.txt (tests/tables.py).

    status = 404 & body = text       an HTTP answer to one call, without them 200 and nothing; a
                                     character of the body is one octet
    response = {"statcode": 404}     in an answer to a bulk of three calls, that to the second
    responses = []                   such an answer

On the right stands the value or the error, with its kind, the class of the vendor's binding and its
code; of a bulk each value and error in order.
`python -m tests.tables tests.handlers.raritan.answer_table` writes right sides.
"""

from __future__ import annotations

import json
from pathlib import Path

from handlers.http.message import Endpoint, Request, Response, Transport
from handlers.raritan.rpc import (
    Agent,
    Bulk,
    HttpException,
    JsonRpcErrorException,
    JsonRpcSyntaxException,
    devsettings,
)
from handlers.shared.errors import PduHandlerError
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("answers.txt"))
_GOOD = '{"json": {"jsonrpc": "2.0", "result": {"_ret_": "id"}, "id": %d}, "statcode": 200}'
_VENDORS_CLASSES = (HttpException, JsonRpcErrorException, JsonRpcSyntaxException)


class Device(Transport):
    """A transport that answers every request with this answer."""

    def __init__(self, response: Response) -> None:
        self._response = response

    def exchange(self, where: Endpoint, request: Request) -> Response:
        return self._response

    def close(self) -> None:
        """Does nothing, since no connection is open."""


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    answer = dict(change.split(" = ", 1) for change in case.left.split(" & "))
    assert answer.keys() <= {"status", "body", "response", "responses"}, case.left
    responses = answer.get("responses", "null")
    if "response" in answer:
        responses = f"[{_GOOD % 0}, {answer['response']}, {_GOOD % 2}]"
    bulk_body = json.dumps({"id": 1, "result": {"responses": json.loads(responses)}})
    is_bulk = "status" not in answer and "body" not in answer
    body = bulk_body if is_bulk else answer.get("body", "")
    response = Response(int(answer.get("status", "200")), {}, body.encode("latin-1"))
    agent = Agent("https", "pdu.example", "a", "b", transport=Device(response))
    try:
        return _of_bulk(agent) if is_bulk else str(agent.json_rpc("/x", "getState"))
    except PduHandlerError as error:
        return _error_text(error)


def _of_bulk(agent: Agent) -> str:
    """The values and errors of a bulk. Raises PduHandlerError."""
    bulk = Bulk(agent)
    snmp = devsettings.Snmp("/snmp", agent)
    calls = [bulk.add(snmp.getV3EngineId) for _ in range(3)]
    bulk.perform()
    words: list[str] = []
    for call in calls:
        try:
            words.append(call.get())
        except PduHandlerError as error:
            words.append(_error_text(error))
    return "; ".join(words)


def _error_text(error: PduHandlerError) -> str:
    """The kind, the vendor's class, the code and the sentence."""
    names = [kind.__name__ for kind in _VENDORS_CLASSES if isinstance(error, kind)]
    code = f", code {error.code}" if hasattr(error, "code") else ""
    sentence = str(error).replace("pdu.example: ", "")
    return f"{error.kind} {' '.join(names)}{code}: {sentence}"
