"""Tycon: TPDIN-Monitor-WEB2 of TPDIN2-MIB. Four relays, four voltages and four currents share one row of numbers.

What 0 and 1 do is not in the MIB, and with normally-closed wiring it is the other way round.
"""
from __future__ import annotations

from ..controls import Write
from ..evidence import Confidence, Evidence, Proof
from ..figures import Figure
from ..outlets import Outlets
from ..profile import Profile
from ..sources import Span, Spread
from ..states import State
from .shorthand import ONES, TENTHS, librenms, oid, oids, total

RELAYS = Spread(oid("45621.2.2"), (Span(1, 4, 1),), "relayN")
CURRENTS = Spread(oid("45621.2.2"), (Span(1, 4, 9),), "currentN")

PROFILES = (
    Profile(
        key="tycon-tpdin2", vendor="Tycon", mib="TPDIN2-MIB",
        source=librenms("tycon/TPDIN2-MIB"),
        models=("TPDIN-Monitor-WEB2",),
        sys_object_ids=oids("45621.2"),
        outlets=(Outlets(
            states=State(RELAYS, on=("1",), off=("0",)),
            control=Write(RELAYS, on=1, off=0),
            # Decimal text in amperes; an INTEGER would be tenths.
            current=Figure(CURRENTS, ONES, scale_of_integers=TENTHS)),),
        load=total(else_outlets=True),
        switching_confidence=Confidence.LOW,
        evidence=Evidence(state=Proof.MIB, current=Proof.SIMULATED, switching=Proof.MIB),
        note="The relays are for DC, and how they are wired decides what 0 and 1 do."),
)
