"""The documented Python binding of the Xerus JSON-RPC interface, under its documented names.

A script for the vendor's binding runs after `raritan` became `handlers.raritan` in its imports. The differences are
meant: a default time-out, tolerance towards older and newer firmware, one kept connection, and exceptions that also
belong to the error tree of this pack.
"""
from __future__ import annotations

from .agent import Agent
from .bulk import Bulk, Pending
from .BulkRequestHelper import BulkRequestHelper, perform_bulk
from .errors import DecodeException, HttpException, JsonRpcErrorException, JsonRpcSyntaxException
from .idl import Time
from .kinds import Enumeration, Interface, Structure, ValueObject, present
from .printing import Utils
from .transport import Trust
from .typeinfo import TypeInfo

__all__ = [
    "Agent", "Bulk", "BulkRequestHelper", "DecodeException", "Enumeration", "HttpException", "Interface",
    "JsonRpcErrorException", "JsonRpcSyntaxException", "Pending", "Structure", "Time", "Trust", "TypeInfo", "Utils",
    "ValueObject", "perform_bulk", "present",
]
