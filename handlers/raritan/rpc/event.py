"""Events, rules, timers, alarms and data push."""

from __future__ import annotations

from ._idl.event import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
