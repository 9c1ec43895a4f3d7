"""Finding objects by name or resource id. Source: NameService.idl."""

from __future__ import annotations

from typing import Optional

from ._runtime import Interface


class NameService(Interface, version="1.0.0"):
    """The name service, at `/ns`."""

    def lookup(self, name: str) -> Optional[Interface]: ...
