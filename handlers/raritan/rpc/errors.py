"""The three documented exceptions of the binding, as members of our error tree.

A script that catches `rpc.HttpException` works as documented; a handler tells a refused login (`Denied`) from a dead
host (`Unreachable`) by the tree.
"""
from __future__ import annotations

from ...errors import Denied, PduHandlerError, ProtocolError, Reason, Refused, Unreachable


class HttpException(PduHandlerError):
    """Communication failed: see the three subclasses."""


class HttpUnreachable(HttpException, Unreachable):
    """No answer: network, TLS, deadline, or a device that is starting (503). `reused`: on a kept-alive connection."""

    def __init__(self, reason: Reason, host: str = "", operation: str = "", reused: bool = False) -> None:
        super().__init__(reason, host, operation)
        self.reused = reused


class HttpDenied(HttpException, Denied):
    """401 or 403: the login was refused, or the account may not do this."""


class HttpRefused(HttpException, Refused):
    """Any other HTTP status than 200; `code` is that status. See `leaves_open` for what it says of a write."""


class JsonRpcErrorException(Refused):
    """The device answered with an error object; `code` is its number."""


class JsonRpcDenied(JsonRpcErrorException, Denied):
    """Error -32001: the account lacks a privilege."""

    kind, exit_code = Denied.kind, Denied.exit_code


class JsonRpcSyntaxException(ProtocolError):
    """The answer is no JSON-RPC, or a value in it has a kind that the interface does not allow."""


DecodeException = JsonRpcSyntaxException
_INTERNAL, _SERVER_ERRORS = -32603, range(-32099, -32000 + 1)       # JSON-RPC 2.0, 5.1


def leaves_open(error: object) -> bool:
    """Whether the answer leaves open what the device did and what it has: it may or may not have done what was asked.

    So do an internal or server error, and every HTTP status but 4xx: 5xx is a failure on the way, 1xx, 2xx other than 200 and
    3xx are no answers to a call (RFC 9110, 15). 4xx says that the request itself was declined.
    """
    if isinstance(error, JsonRpcErrorException) and not isinstance(error, Denied):
        return int(error.code) == _INTERNAL or int(error.code) in _SERVER_ERRORS
    return isinstance(error, HttpRefused) and not error.code.startswith("4")
