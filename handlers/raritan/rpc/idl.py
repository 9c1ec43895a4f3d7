"""Events. Source: Event.idl."""

from __future__ import annotations

from ._idl.idl import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
