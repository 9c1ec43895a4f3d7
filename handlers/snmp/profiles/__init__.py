"""The families, one file per vendor; each file has a tuple PROFILES and holds data only.

Order matters where two families answer the same sysObjectID, and where none is usable and the families that name a root
(`sweep`) are asked one after the other: the richer MIB stands first. To add a family, write one entry in its vendor's
file (CONTRIBUTING shows one), name the file here, and add a fixture: the suite runs over this tuple.
"""
from __future__ import annotations

from typing import Tuple

from ..profile import Profile
from . import (apc, aten, aviosys, bachmann, baytech, chatsworth, cyberpower, dataprobe, dell, digipower, digitalloggers,
               eaton, enlogic, gude, hpe, ibm, ict, ingrasys, netio, netping, panduit, planet, powertek, raritan, riedo,
               rittal, rpcm, schleifenbauer, servertech, sinetica, synaccess, teltronix, tripplite, tycon, vertiv, wti)

PROFILES: Tuple[Profile, ...] = (
    *apc.PROFILES,
    *aten.PROFILES,
    *aviosys.PROFILES,
    *bachmann.PROFILES,
    *baytech.PROFILES,
    *chatsworth.PROFILES,
    *cyberpower.PROFILES,
    *dataprobe.PROFILES,
    *dell.PROFILES,
    *digipower.PROFILES,
    *digitalloggers.PROFILES,
    *eaton.PROFILES,
    *enlogic.PROFILES,
    *gude.PROFILES,
    *hpe.PROFILES,
    *ibm.PROFILES,
    *ict.PROFILES,
    *ingrasys.PROFILES,
    *netio.PROFILES,
    *netping.PROFILES,
    *panduit.PROFILES,
    *planet.PROFILES,
    *powertek.PROFILES,
    *raritan.PROFILES,
    *riedo.PROFILES,
    *rittal.PROFILES,
    *rpcm.PROFILES,
    *schleifenbauer.PROFILES,
    *servertech.PROFILES,
    *sinetica.PROFILES,
    *synaccess.PROFILES,
    *teltronix.PROFILES,
    *tripplite.PROFILES,
    *tycon.PROFILES,
    *vertiv.PROFILES,
    *wti.PROFILES,
)
