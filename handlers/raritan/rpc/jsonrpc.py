"""Finding objects by name."""
from __future__ import annotations

from typing import Optional

from .idl import declared, Interface, method

__all__ = ["NameService"]


class NameService(Interface):
    """Finds an object by name, at `/ns`."""

    idlType = "jsonrpc.NameService:1.0.0"

    @method()
    def lookup(self, name: str) -> Optional[Interface]: declared()
