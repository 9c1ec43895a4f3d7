"""A local stand-in for DCImanager 6: the documented HTTPS calls, a page for a browser, and handlers in worker processes."""
from __future__ import annotations

from .manager import DciManager
from .records import Call, Handler, Pdu

__all__ = ["Call", "DciManager", "Handler", "Pdu"]
