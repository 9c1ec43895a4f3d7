"""The built-in devices by their family's key."""

from __future__ import annotations

from typing import Callable

from ..model import Model
from . import apc, packed, rpcm, servertech

BUILT_IN: dict[str, Callable[[], Model]] = {
    "apc-masterswitch": apc.masterswitch,
    "apc-rpdu": apc.rpdu,
    "apc-rpdu2": apc.rpdu2,
    "digipower": packed.digipower,
    "rpcm": rpcm.rpcm,
    "sentry3": servertech.sentry3,
}
