"""The names that the RADIUS types had up to firmware 4.0.0. Newer firmware has these types in
`auth`.

Source: RadiusServerSettings.idl.
"""

from __future__ import annotations

from .auth import RadiusManager

AuthType, ServerSettings = RadiusManager.AuthType, RadiusManager.ServerSettings
