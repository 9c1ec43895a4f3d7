"""NTI: the reboot switches IPDU-S2 and IPDU-SX, whose outlets are the relay outputs of their MIBs.

Both MIBs are below the same number and have the same columns; state and command share one. The line monitor of the IPDU-SX has no
documented unit of its currents: it is not read.
"""
from __future__ import annotations

from ..parts import Confidence, Evidence, Outlets, Profile, Proof, State, Write
from .shorthand import column, oids, public

VALUE = column("3699.1.1.6.1.7.1.1.5", "rlyOutputValue")

PROFILES = (
    Profile(
        key="nti-ipdu", vendor="NTI", mib="IPDUS2 of 2014-01-08, IPDUSX of 2013-01-21",
        source=public("DotZero24/pysnmp-mibs", "mibs/nti/IPDUS2"),
        models=("IPDU-S2", "IPDU-SX"),
        sys_object_ids=oids("3699.1.1.6"),
        outlets=(Outlets(
            states=State(VALUE, on=("1",), off=("0",)),
            control=Write(VALUE, on=1, off=0),
            name=column("3699.1.1.6.1.7.1.1.2", "rlyOutputDescription")),),
        switching_confidence=Confidence.MEDIUM,
        evidence=Evidence(state=Proof.SIMULATED, switching=Proof.SIMULATED)),
)
