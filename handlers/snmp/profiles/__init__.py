"""The families, one file per vendor; each file has a tuple PROFILES and holds data only.

Order matters where two families answer the same sysObjectID, and where none is usable and the families that name a root
(`sweep`) are asked one after the other: the richer MIB stands first. To add a family, write one entry in its vendor's
file (CONTRIBUTING shows one), name the file here, and add a fixture: the suite runs over this tuple.
"""
from __future__ import annotations

from typing import Tuple

from ..profile import Profile
from . import apc, eaton, raritan, rpcm, servertech

PROFILES: Tuple[Profile, ...] = (
    *apc.PROFILES,
    *eaton.PROFILES,
    *raritan.PROFILES,
    *rpcm.PROFILES,
    *servertech.PROFILES,
)
