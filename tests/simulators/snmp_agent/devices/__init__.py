"""The built-in devices, by the key that the families have in the project's README."""
from __future__ import annotations

from typing import Callable, Dict

from ..model import Model
from . import apc

BUILT_IN: Dict[str, Callable[[], Model]] = {
    "apc-masterswitch": apc.masterswitch,
    "apc-rpdu": apc.rpdu,
    "apc-rpdu2": apc.rpdu2,
}
