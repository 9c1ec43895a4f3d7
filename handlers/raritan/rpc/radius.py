"""RADIUS types under their names of firmware until 4.0; since then they are in `auth`. Source: RadiusManager.idl."""
from __future__ import annotations

from .auth import RadiusManager

__all__ = ["AuthType", "ServerSettings"]
AuthType, ServerSettings = RadiusManager.AuthType, RadiusManager.ServerSettings
