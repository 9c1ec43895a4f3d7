"""An implementation of the vendor's documented Python binding for the Xerus JSON-RPC interface, with the same names.

Each module or package here has the name of one of the vendor's, except `_runtime`, which holds the machinery.
To run a script for the vendor's binding, change its imports from `raritan` to `handlers.raritan`. The main deliberate
differences are a default time-out, tolerance of older and newer firmware, writes that are never repeated, and exceptions
that also belong to the error tree of this pack.
"""
from __future__ import annotations

from ...http.failures import HttpException
from ...tls import Trust
from ._runtime.agent import Agent
from ._runtime.calls import Bulk, Interface, Pending
from ._runtime.errors import DecodeException, JsonRpcErrorException, JsonRpcSyntaxException
from ._runtime.times import Time
from ._runtime.values import Enumeration, Structure, TypeInfo, Utils, ValueObject, present, sent
from .BulkRequestHelper import BulkRequestHelper, perform_bulk

__all__ = [
    "Agent", "Bulk", "BulkRequestHelper", "DecodeException", "Enumeration", "HttpException", "Interface",
    "JsonRpcErrorException", "JsonRpcSyntaxException", "Pending", "Structure", "Time", "Trust", "TypeInfo", "Utils",
    "ValueObject", "perform_bulk", "present", "sent",
]
