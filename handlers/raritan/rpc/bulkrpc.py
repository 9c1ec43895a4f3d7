"""Many calls in one request."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List

from .idl import declared, Interface, method, Structure

__all__ = ["BulkRequest", "Request", "Response"]


@dataclass(eq=False, repr=False)
class Request(Structure):
    rid: str = ""
    json: str = ""


@dataclass(eq=False, repr=False)
class Response(Structure):
    json: str = ""
    statcode: int = 0


class BulkRequest(Interface):
    """Many calls in one request, at `/bulk`; `rpc.Bulk` is the comfortable way to it."""

    idlType = "bulkrpc.BulkRequest:1.0.2"

    @dataclass(eq=False, repr=False)
    class Request(Structure):
        rid: str = ""
        json: Any = None

    @dataclass(eq=False, repr=False)
    class Response(Structure):
        json: Any = None
        statcode: int = 0

    @method("responses")
    def performRequest(self, requests: List[Request]) -> List[Response]: declared()

    @method("responses")
    def performBulk(self, requests: List[BulkRequest.Request]) -> List[BulkRequest.Response]: declared()

    @method("responses")
    def performBulkTimeout(self, requests: List[BulkRequest.Request],
                           timeoutMs: int) -> List[BulkRequest.Response]: declared()
