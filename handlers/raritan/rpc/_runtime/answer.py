"""JSON-RPC answers: from the bytes of a reply to a result, or to the error that they stand for. Pure.

A device is hostile until its answer is parsed: it is JSON as `http.strict_json` takes it, and its id is that of the request.
Errors do not show an answer that holds the login.
"""
from __future__ import annotations

from typing import List, Union

from ....errors import PduHandlerError
from ....http.client import Login
from ....http.failures import of_status
from ....http.strict_json import loads
from .errors import JsonRpcDenied, JsonRpcErrorException, JsonRpcSyntaxException

_PRIVILEGE, _NO_METHOD = -32001, -32601
_FAILED = range(400, 600)   # RFC 9110, 15.5 and 15.6: with these an error of JSON-RPC says more than the status


def parsed(body: bytes, kind: str, login: Login) -> object:
    """The JSON of a reply; `kind` is its Content-Type. Raises JsonRpcSyntaxException for anything else."""
    try:
        return loads(body)
    except (ValueError, RecursionError):
        pass                                # raised below, outside: Python's own error would hold the whole answer
    shown = login.quoted(kind) or "no content type"
    raise JsonRpcSyntaxException(f"the answer is no JSON that a Xerus PDU sends ({shown}): is this a Xerus PDU, and is nothing "
                                 f"between it and here that answers in its place?", login.payload(body))


def result(answer: object, number: int, login: Login, body: bytes = b"") -> object:
    """The `result` member of an answer to the call with that id.

    Raises JsonRpcErrorException for an error object, JsonRpcSyntaxException where the answer is none to this call: another
    id, or none, says nothing of what happened to it (JSON-RPC 2.0, 5).
    """
    if not isinstance(answer, dict):
        raise JsonRpcSyntaxException("the answer is no JSON object", login.payload(body))
    error, given = answer.get("error"), answer.get("id")
    if type(given) is not int or given != number:           # `true` is an int to Python, and equals 1
        words = f", with {error_of(error, login).reason}" if error is not None else ""
        raise JsonRpcSyntaxException(f"the answer belongs to another request (wrong id){words}", login.payload(body))
    if error is not None:
        if answer.get("result") is not None:
            raise JsonRpcSyntaxException("the answer has a result and an error", login.payload(body))
        raise error_of(error, login, body)
    if "result" not in answer:
        raise JsonRpcSyntaxException("the answer has neither result nor error", login.payload(body))
    return answer["result"]


def responses(answer: object, count: int, login: Login) -> List[Union[object, PduHandlerError]]:
    """The result or the error of each call in a bulk, from the result of `performBulk`. JsonRpcSyntaxException for any other."""
    found = answer.get("responses") if isinstance(answer, dict) else None
    if not isinstance(found, list) or len(found) != count:
        raise JsonRpcSyntaxException("the bulk answer does not hold one response for each call")
    return [_response(one, number, login) for number, one in enumerate(found)]


def _response(response: object, number: int, login: Login) -> Union[object, PduHandlerError]:
    """`statcode` is beside the JSON, which is null where the call failed as HTTP."""
    if not isinstance(response, dict):
        return JsonRpcSyntaxException("a response in the bulk is no object")
    status, answer = response.get("statcode"), response.get("json")
    if type(status) is not int:
        return JsonRpcSyntaxException("a response in the bulk has no status")
    declines = status in _FAILED and isinstance(answer, dict) and answer.get("error") is not None
    if status != 200 and not declines:
        return of_status(status)
    try:
        return result(answer, number, login)
    except PduHandlerError as error:
        return error


def error_of(error: object, login: Login, body: bytes = b"") -> Union[JsonRpcErrorException, JsonRpcSyntaxException]:
    """The exception for an error object."""
    found = error if isinstance(error, dict) else {}
    code, message = found.get("code"), found.get("message")
    if not isinstance(code, int) or isinstance(code, bool) or not isinstance(message, str):
        return JsonRpcSyntaxException("the device answered with an error that has no code and message", login.payload(body))
    words = login.quoted(message)
    if code == _PRIVILEGE:
        return JsonRpcDenied(f"the account may not do this: give its role the privilege on the device (error {code}: {words})",
                             str(code))
    hint = "; its firmware or model does not offer this" if code == _NO_METHOD else ""
    return JsonRpcErrorException(f"the device answered with error {code}: {words}{hint}", str(code))
