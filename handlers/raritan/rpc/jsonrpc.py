"""Finding objects by name. Source: NameService.idl."""
from __future__ import annotations

from typing import Optional

from ._runtime import Interface, declared

__all__ = ["NameService"]


class NameService(Interface):
    """Finds an object by name, at `/ns`."""

    idlType = "jsonrpc.NameService:1.0.0"

    def lookup(self, name: str) -> Optional[Interface]: declared()
