"""The names that the TACACS+ types have in firmware 4.0.0. Newer firmware has these types in
`auth`.

Source: TacPlusServerSettings.idl.
"""

from __future__ import annotations

from .auth import TacPlusManager

AuthenType, ServerSettings = TacPlusManager.AuthenType, TacPlusManager.ServerSettings
