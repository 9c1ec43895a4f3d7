"""Many calls in one request. Source: BulkRequest.idl."""

from __future__ import annotations

from ._idl.bulkrpc import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
