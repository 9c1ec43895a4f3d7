"""Passwords, lockout, access control. Source: Security.idl, ServiceAuthorization.idl."""

from __future__ import annotations

from ._idl.security import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
