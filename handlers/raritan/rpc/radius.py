"""RADIUS types under their names until firmware 4.0. Since then they are in `auth`. Source: RadiusManager.idl."""
from __future__ import annotations

from .auth import RadiusManager

AuthType, ServerSettings = RadiusManager.AuthType, RadiusManager.ServerSettings
