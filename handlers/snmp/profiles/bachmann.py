"""Bachmann: BlueNet of BACHMANN-BLUENET2-MIB. The index is device.circuit.phase.socket.

The status has on and off once for each alarm and warning: odd numbers from 9 to 23 are on, even ones from 10 to 24 off.
Measurements lie in tables of variables whose index is a GUID, and are not read.
"""
from __future__ import annotations

from ..controls import Guarded, Write
from ..figures import State
from ..profile import Confidence, Evidence, Outlets, Profile, Proof
from .shorthand import column, oids

MODE = column("31770.2.2.6.5.1.12", "blueNet2SocketMode")
NOT_AVAILABLE, NOT_SWITCHABLE = "4", "5"

PROFILES = (
    Profile(
        key="bachmann-bluenet2", vendor="Bachmann", mib="BACHMANN-BLUENET2-MIB",
        models=("BlueNet BN2000 to BN7500",),
        sys_object_ids=oids("31770.2.1"),
        outlets=(Outlets(
            states=State(column("31770.2.2.6.5.1.11", "blueNet2SocketStatus"),
                         on=tuple(map(str, range(9, 25, 2))), off=tuple(map(str, range(10, 25, 2)))),
            control=Guarded(Write(MODE, on=1, off=2), MODE, refuse=(NOT_AVAILABLE, NOT_SWITCHABLE),
                            why="the device has no relay for it, or cannot reach it"),
            name=column("31770.2.2.6.5.1.8", "blueNet2SocketFriendlyName")),),
        switching_confidence=Confidence.MEDIUM,
        evidence=Evidence(state=Proof.SIMULATED, switching=Proof.SIMULATED)),
)
