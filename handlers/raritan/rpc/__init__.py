"""An implementation of the vendor's documented Python binding for the Xerus JSON-RPC interface,
with the same names.

Each module here has the name of one of the vendor's; `_idl` has what they declare, `_runtime` the
machinery. To run a script for the vendor's binding, change its imports from `raritan` to
`handlers.raritan`. The main deliberate differences are a default time-out, tolerance of older and
newer firmware, writes that are never repeated, and exceptions that also belong to the error tree of
this pack.
"""

from __future__ import annotations

from ...http.errors import HttpException
from ...shared.tls import Trust
from ._runtime import scripts
from ._runtime.agent import Agent, reads_only
from ._runtime.calls import CALLS_IN_A_BULK, Bulk, Interface, Method, Pending, answered_field
from ._runtime.declarations import TypeName
from ._runtime.enumerations import Enumeration
from ._runtime.errors import (
    DecodeException,
    JsonRpcErrorException,
    JsonRpcSyntaxException,
)
from ._runtime.printing import Utils
from ._runtime.registry import OTHER_MODULES, TypeInfo, class_of_idl_type
from ._runtime.structures import Structure, ValueObject, present, shown_fields
from ._runtime.times import Time
from .BulkRequestHelper import BulkRequestHelper, perform_bulk

__all__ = [
    "Agent",
    "Bulk",
    "BulkRequestHelper",
    "DecodeException",
    "Enumeration",
    "HttpException",
    "Interface",
    "JsonRpcErrorException",
    "JsonRpcSyntaxException",
    "Pending",
    "Structure",
    "Time",
    "Trust",
    "TypeInfo",
    "Utils",
    "ValueObject",
    "perform_bulk",
    # Not in the vendor's binding: for the handler and its tools.
    "CALLS_IN_A_BULK",
    "Method",
    "TypeName",
    "class_of_idl_type",
    "present",
    "reads_only",
    "scripts",
    "shown_fields",
    "answered_field",
]


def __getattr__(name: str) -> object:
    """Called by `from … import name` for a name that this package does not have.

    from handlers.raritan.rpc import lhx       ImportError: this binding has no module lhx: ...
    from handlers.raritan.rpc import nothing   AttributeError, which Python makes an ImportError

    Raises ImportError with a sentence for a module that only the vendor's binding has.
    """
    if name in OTHER_MODULES:
        raise ImportError(
            f"this binding has no module {name}: the vendor's own binding has it (`pip install "
            "raritan`); docs/libraries.md lists the modules that are here",
            name=f"{__name__}.{name}",
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
