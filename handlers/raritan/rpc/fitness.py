"""Reliability data and hardware failures. Source: Fitness.idl, HardwareHealth.idl."""

from __future__ import annotations

from ._idl.fitness import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
