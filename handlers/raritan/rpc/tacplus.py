"""The names that the TACACS+ types had until firmware 4.0.0. Newer firmware has them in `auth`.

Source: TacPlusServerSettings.idl.
"""
from __future__ import annotations

from .auth import TacPlusManager

AuthenType, ServerSettings = TacPlusManager.AuthenType, TacPlusManager.ServerSettings
