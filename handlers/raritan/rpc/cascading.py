"""Linking and cascading of units. Source: CascadeManager.idl, Cascading.idl."""

from __future__ import annotations

from ._idl.cascading import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
