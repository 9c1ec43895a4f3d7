"""The IDL of bulkrpc."""

from __future__ import annotations

from .._runtime.classes import declare

_IDL = """
// Many calls in one request. Source: BulkRequest.idl.

structure Request { string rid, json; }
structure Response { string json; int statcode; }
// Many calls in one request, at `/bulk`; `rpc.Bulk` calls performBulk.
//
// performRequest is the older form, with `json` as text. The vendor documents performBulkTimeout
// as not supported.
interface BulkRequest 1.0.2 {
  structure Request { string rid; any json; }
  structure Response { any json; int statcode; }
  void performRequest(vector<bulkrpc.Request> requests, out vector<bulkrpc.Response> responses);
  void performBulk(vector<Request> requests, out vector<Response> responses);
  void performBulkTimeout(vector<Request> requests, int timeoutMs, out vector<Response> responses);
}
"""

__all__ = declare(globals(), _IDL)
