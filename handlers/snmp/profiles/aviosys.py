"""Aviosys: IP Power 9258, from one driver that only writes. SNMPv1, below the enterprise number of another company."""
from __future__ import annotations

from ..parts import Confidence, Evidence, Outlets, Profile, Proof, State, Write
from ..sources import Span, Spread
from .shorthand import oid, public

OUTLETS = Spread(oid("92.58.2"), (Span(1, 4, 1),), "power of outlet N")

PROFILES = (
    Profile(
        key="ip9258", vendor="Aviosys", mib="none public",
        source=public("pdudaemon/pdudaemon", "pdudaemon/drivers/ip9258.py"),
        models=("IP Power 9258",),
        outlets=(Outlets(states=State(OUTLETS, on=("1",), off=("0",)), control=Write(OUTLETS, on=1, off=0)),),
        switching_confidence=Confidence.LOW,
        evidence=Evidence(state=Proof.DRIVER, switching=Proof.DRIVER),
        note="The device cannot be detected: name the family in the setting 'profile'. That the written object also shows "
             "the state is an assumption."),
)
