"""The three documented exceptions of the binding, as members of our error tree.

A script that catches `rpc.HttpException` works as documented; a handler tells a refused login (`Denied`) from a dead
host (`Unreachable`) by the tree.
"""
from __future__ import annotations

from ....errors import Denied, ProtocolError, Refused
from ....http import failures
from ....http.failures import HttpDenied, HttpException, HttpRefused, HttpUnreachable

__all__ = ["DecodeException", "HttpDenied", "HttpException", "HttpRefused", "HttpUnreachable", "JsonRpcDenied",
           "JsonRpcErrorException", "JsonRpcSyntaxException", "leaves_open"]


class JsonRpcErrorException(Refused):
    """The device answered with an error object; `code` is its number."""


class JsonRpcDenied(JsonRpcErrorException, Denied):
    """Error -32001: the account lacks a privilege."""

    kind = Denied.kind


class JsonRpcSyntaxException(ProtocolError):
    """The answer is no JSON-RPC, or a value in it has a kind that the interface does not allow."""


DecodeException = JsonRpcSyntaxException
_INTERNAL, _SERVER_ERRORS = -32603, range(-32099, -32000 + 1)       # JSON-RPC 2.0, 5.1


def leaves_open(error: object) -> bool:
    """Whether the answer leaves open what the device did and what it has: it may or may not have done what was asked.

    So do an internal or server error of JSON-RPC, and the HTTP statuses of `failures.leaves_open`.
    """
    if isinstance(error, JsonRpcErrorException) and not isinstance(error, Denied):
        return int(error.code) == _INTERNAL or int(error.code) in _SERVER_ERRORS
    return failures.leaves_open(error)
