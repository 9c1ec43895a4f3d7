"""Servers that the device monitors. Source: ServerMonitor.idl."""

from __future__ import annotations

from ._idl.servermon import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
