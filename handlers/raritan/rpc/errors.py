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
    """Any other HTTP status than 200; `code` is that status."""


class JsonRpcErrorException(Refused):
    """The device answered with an error object; `code` is its number."""


class JsonRpcDenied(JsonRpcErrorException, Denied):
    """Error -32001: the account lacks a privilege."""

    kind, exit_code = Denied.kind, Denied.exit_code


class JsonRpcSyntaxException(ProtocolError):
    """The answer is no JSON-RPC, or a value in it has a kind that the interface does not allow."""


DecodeException = JsonRpcSyntaxException
_INTERNAL = "-32603"


def broke_off(error: object) -> bool:
    """Whether the device failed at the call (HTTP 5xx, internal error): it does not say how far it got, nor what it has."""
    return isinstance(error, HttpRefused) and error.code.startswith("5") \
        or isinstance(error, JsonRpcErrorException) and error.code == _INTERNAL
