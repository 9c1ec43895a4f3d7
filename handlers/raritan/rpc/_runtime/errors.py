"""JSON-RPC exceptions of Raritan's SDK and `JsonRpcDenied`, in this pack's error tree: each is also
a `Refused` or a `ProtocolError`.
"""

from __future__ import annotations

from typing import Union

from ....http.login import Login
from ....shared.errors import Denied, ProtocolError, Reason, Refused
from ....shared.login_texts import NO_PRIVILEGE

_PRIVILEGE, _NO_METHOD = -32001, -32601
_INTERNAL, _SERVER_ERRORS = -32603, range(-32099, -32000 + 1)  # JSON-RPC 2.0, 5.1


class JsonRpcErrorException(Refused):
    """The device answered with an error object; `code` is its number as text.

    < {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "..."}}

    `may_have_executed`: after an internal or server error other than -32001 the call may have been
    carried out.

    >>> JsonRpcErrorException("server error", "-32000").may_have_executed
    True
    >>> JsonRpcErrorException("method not found", "-32601").may_have_executed
    False
    """

    def __init__(self, reason: Reason, code: str = "", host: str = "", operation: str = "") -> None:
        """`code`: the number of the error object as text, "" for 0."""
        super().__init__(reason, code, host, operation)
        number = int(code or 0)
        is_server_error = number == _INTERNAL or number in _SERVER_ERRORS
        self.may_have_executed = is_server_error and number != _PRIVILEGE


class JsonRpcDenied(JsonRpcErrorException, Denied):
    """The account lacks a privilege: < {"error": {"code": -32001, "message": "..."}}."""

    kind = Denied.kind


class JsonRpcSyntaxException(ProtocolError):
    """The answer is not JSON-RPC (a web page), or holds something that the interface does not allow
    (text where its IDL has a number).
    """


DecodeException = JsonRpcSyntaxException


class FieldNotSent(JsonRpcSyntaxException, AttributeError):
    """A number or a truth value is read that the device left out, or sent as null: neither is 0 or
    False. `hasattr` is then False, and `getattr` returns its default.
    """


def error_of(error: object, login: Login) -> Union[JsonRpcErrorException, JsonRpcSyntaxException]:
    """The exception for an error object of an answer: JsonRpcDenied if the account lacks a
    privilege, JsonRpcSyntaxException if the object lacks an integer code or a message, else
    JsonRpcErrorException. `login` is hidden in its text.

    >>> error = error_of({"code": 42, "message": "no such object"}, Login())
    >>> error.reason, error.code
    ('the device answered with error 42: no such object', '42')
    >>> type(error_of({"code": -32001, "message": "denied"}, Login())).__name__
    'JsonRpcDenied'
    """
    members = error if isinstance(error, dict) else {}
    code = members.get("code")
    message = members.get("message")
    if not isinstance(code, int) or isinstance(code, bool) or not isinstance(message, str):
        return JsonRpcSyntaxException(
            "the device answered with an error without a valid code or message"
        )
    number = login.quoted(str(code))
    words = login.quoted(message)
    if code == _PRIVILEGE:
        return JsonRpcDenied(
            NO_PRIVILEGE.format(words=f"error {number}: {words}"),
            str(code),
        )
    reason = f"the device answered with error {number}: {words}"
    if code == _NO_METHOD:
        reason += "; its firmware or model does not offer this"
    return JsonRpcErrorException(reason, str(code))
