"""External sensors and actuators."""

from __future__ import annotations

from ._idl.peripheral import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
