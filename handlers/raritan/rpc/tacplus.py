"""TACACS+ types under their names until firmware 4.0. Since then they are in `auth`. Source: TacPlusManager.idl."""
from __future__ import annotations

from .auth import TacPlusManager

AuthenType, ServerSettings = TacPlusManager.AuthenType, TacPlusManager.ServerSettings
