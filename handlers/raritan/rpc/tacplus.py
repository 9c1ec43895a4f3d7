"""TACACS+ types under their names of firmware until 4.0; since then they are in `auth`. Source: TacPlusManager.idl."""
from __future__ import annotations

from .auth import TacPlusManager

__all__ = ["AuthenType", "ServerSettings"]
AuthenType, ServerSettings = TacPlusManager.AuthenType, TacPlusManager.ServerSettings
