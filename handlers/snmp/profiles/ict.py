"""ICT: DC distribution panels of ICT-PDU-MIB. Row 0 is output 1; on plants of -48 V currents are negative.

An output that is enabled and whose fuse is open has no power: its state is not known as on.
"""
from __future__ import annotations

from ..controls import Write
from ..figures import Doubt, Figure, State
from ..pieces import Number
from ..profile import Confidence, Evidence, Outlets, Profile, Proof
from .shorthand import column, oids, scalar, total

ENABLE = column("39145.10.8.1.5", "outputEnable")
OPEN = "2"

PROFILES = (
    Profile(
        key="ict-pdu", vendor="ICT", mib="ICT-PDU-MIB",
        models=("ICT180S", "ICT200DB"),
        sys_object_ids=oids("39145.10"),
        outlets=(Outlets(
            states=State(ENABLE, on=("1",), off=("2",),
                         doubts=(Doubt(column("39145.10.8.1.4", "outputFuseStatus"), (OPEN,)),)),
            control=Write(ENABLE, on=1, off=2),
            number=Number(ENABLE, plus=1),
            name=column("39145.10.8.1.2", "outputName"),
            current=Figure(column("39145.10.8.1.3", "outputCurrent"), absent=(), magnitude=True)),),
        load=total(Figure(scalar("39145.10.7.0", "systemCurrent"), absent=(), magnitude=True), else_outlets=True),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.RECORDING, current=Proof.RECORDING, switching=Proof.SIMULATED)),
)
