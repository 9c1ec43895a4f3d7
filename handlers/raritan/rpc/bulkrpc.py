"""Many calls in one request. Source: BulkRequest.idl."""

from __future__ import annotations

from typing import Any

from ._runtime import Interface, Structure, method


class Request(Structure):
    rid: str = ""
    json: str = ""


class Response(Structure):
    json: str = ""
    statcode: int = 0


class BulkRequest(Interface, version="1.0.2"):
    """Many calls in one request, at `/bulk`; `rpc.Bulk` calls performBulk.

    performRequest is the older form, with `json` as text. The vendor documents performBulkTimeout
    as not supported.
    """

    class Request(Structure):
        rid: str = ""
        json: Any = None

    class Response(Structure):
        json: Any = None
        statcode: int = 0

    @method("responses")
    def performRequest(self, requests: list[Request]) -> list[Response]: ...
    @method("responses")
    def performBulk(self, requests: list[BulkRequest.Request]) -> list[BulkRequest.Response]: ...
    @method("responses")
    def performBulkTimeout(
        self, requests: list[BulkRequest.Request], timeoutMs: int
    ) -> list[BulkRequest.Response]: ...
