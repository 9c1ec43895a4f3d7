"""NetPing: power switches with the npRelay table of the DKSF MIBs. What is written is the relay's mode.

Modes 2 to 5 are automatic (watchdog, schedule, logic), and a write of 0 or 1 would end them for good: such a relay is left
alone. -1 toggles and is never written.
"""
from __future__ import annotations

from ..controls import Guarded, Write
from ..evidence import Confidence, Evidence, Proof
from ..outlets import Outlets
from ..profile import Profile
from ..states import State
from .shorthand import column, librenms, oids

MODE = column("25728.5500.5.1.2", "npRelayMode")

PROFILES = (
    Profile(
        key="netping", vendor="NetPing", mib="DKSF-*-MIB (npRelay)",
        source=librenms("netping/DKSF-70-6-X-X-1"),
        models=("8/PWR, 4/PWR, 4PWR-220/SMS, 2/PWR-220", "IO", "UniPing server solution v3"),
        sys_object_ids=oids("25728"),
        outlets=(Outlets(
            states=State(column("25728.5500.5.1.15", "npRelayState"), on=("1",), off=("0",)),
            control=Guarded(Write(MODE, on=1, off=0), MODE, refuse=("2", "3", "4", "5"),
                            why="it is in an automatic mode, which a command would end for good"),
            name=column("25728.5500.5.1.6", "npRelayMemo")),),
        switching_confidence=Confidence.MEDIUM,
        evidence=Evidence(state=Proof.SIMULATED, switching=Proof.SIMULATED)),
)
