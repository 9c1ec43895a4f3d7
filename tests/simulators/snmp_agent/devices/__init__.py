"""The built-in devices, by the key that the families have in the project's README."""
from __future__ import annotations

from typing import Callable, Dict

from ..model import Model
from . import apc, eaton, raritan, rpcm, servertech

BUILT_IN: Dict[str, Callable[[], Model]] = {
    "apc-masterswitch": apc.masterswitch,
    "apc-rpdu": apc.rpdu,
    "apc-rpdu2": apc.rpdu2,
    "eaton-epdu": eaton.epdu,
    "raritan-px2": raritan.px,
    "rpcm": rpcm.rpcm,
    "sentry3": servertech.sentry3,
}
