"""NetPing: relays of the DKSF MIBs, in npRelayTable and, with older firmware, in npPwrTable. What is written is the relay's mode.

Modes 2 to 5 are automatic (watchdog, schedule, logic), and a write of 0 or 1 would end them for good: such a relay is left
alone unless its owner sets `switch_automatic`. -1 toggles and is never written.

npPwrTable holds the same relays under other numbers. Newer firmware keeps it beside npRelayTable, at last without modes and
states. Before npPwrRelayState existed (DKSF-50-11), only the mode says whether a relay is on: not in an automatic mode,
and not while a reset interrupts it.
"""
from __future__ import annotations

from ..parts import Confidence, Doubt, Evidence, Guarded, Outlets, Profile, Proof, State, Write
from ..sources import Column
from .shorthand import column, librenms, oids, public

ON, OFF = ("1",), ("0",)
AUTOMATIC = ("2", "3", "4", "5")
NO_RESET = ("0", "2")               # of npPwrStartReset: normal, pause after a reset; 1 is a reset

MODE = column("25728.5500.5.1.2", "npRelayMode")
PWR_MODE = column("25728.5800.3.1.3", "npPwrManualMode")
PWR_MEMO = column("25728.5800.3.1.6", "npPwrMemo")


def _by_mode(mode: Column) -> Guarded:
    return Guarded(Write(mode, on=1, off=0), mode, refuse=AUTOMATIC, automatic=True,
                   why="it is in an automatic mode, which a command would end for good")


PROFILES = (
    Profile(
        key="netping", vendor="NetPing", mib="DKSF-*-MIB (npRelay)",
        source=librenms("netping/DKSF-70-6-X-X-1"),
        models=("8/PWR, 4/PWR, 4PWR-220/SMS, 2/PWR-220", "IO", "UniPing server solution v3"),
        sys_object_ids=oids("25728"),
        outlets=(Outlets(
            states=State(column("25728.5500.5.1.15", "npRelayState"), on=ON, off=OFF),
            control=_by_mode(MODE),
            name=column("25728.5500.5.1.6", "npRelayMemo")),),
        switching_confidence=Confidence.MEDIUM,
        evidence=Evidence(state=Proof.SIMULATED, switching=Proof.SIMULATED)),
    Profile(
        key="netping-pwr", vendor="NetPing", mib="DKSF-60-4-X-X-X, DKSF-50-11-X-X-X (npPwr)",
        source=public("DotZero24/pysnmp-mibs", "mibs/netping/DKSF-60-4-X-X-X"),
        models=("UniPing server solution (DKSF 50, 60)", "power switches with firmware before npRelay"),
        sys_object_ids=oids("25728"),
        outlets=(
            Outlets(
                states=State(column("25728.5800.3.1.15", "npPwrRelayState"), on=ON, off=OFF),
                control=_by_mode(PWR_MODE), name=PWR_MEMO),
            Outlets(
                states=State(PWR_MODE, on=ON, off=OFF,
                             doubts=(Doubt(column("25728.5800.3.1.2", "npPwrStartReset"), NO_RESET),)),
                control=_by_mode(PWR_MODE), name=PWR_MEMO)),
        switching_confidence=Confidence.MEDIUM,
        evidence=Evidence(state=Proof.SIMULATED, switching=Proof.SIMULATED)),
)
