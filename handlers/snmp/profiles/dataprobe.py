"""Dataprobe: iBoot-PDU of IBOOTPDU-MIB. Row 0 is outlet 1.

What was asked for, what the relay does and what the outlet is in the middle of are three columns: while it cycles, reboots or
waits to be switched on, its state is not known.
"""
from __future__ import annotations

from ..parts import Confidence, Doubt, Evidence, Figure, Outlets, Profile, Proof, State, Write
from ..sources import Merged, Prefixed
from .shorthand import HUNDREDTHS, NET_SNMP, column, librenms, oids, scalar, total

NO_LINE = ("99999",)
AT_REST = ("0", "1")               # of outletStatus: off, on; 2 to 4 are cycle, reboot, waiting to be on
LINE_CORDS = Merged((Prefixed("1", scalar("1418.6.6.2.0", "currentLC1")), Prefixed("2", scalar("1418.6.6.4.0", "currentLC2"))))

PROFILES = (
    Profile(
        key="dataprobe-iboot", vendor="Dataprobe", mib="IBOOTPDU-MIB of 2017-10-25",
        source=librenms("dataprobe/IBOOTPDU-MIB"),
        models=("iBoot-PDU4", "iBoot-PDU8"),
        sys_object_ids=(*oids("1418.6"), *NET_SNMP),
        outlets=(Outlets(
            states=State(column("1418.6.5.1.7", "outletActualStatus"), on=("1",), off=("0",),
                         doubts=(Doubt(column("1418.6.5.1.6", "outletStatus"), AT_REST),)),
            control=Write(column("1418.6.5.1.5", "outletControl"), on=1, off=0),
            number=column("1418.6.5.1.1", "outletIndex"),
            name=column("1418.6.5.1.2", "outletName")),),
        load=total(Figure(LINE_CORDS, HUNDREDTHS, padding=NO_LINE)),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.RECORDING, current=Proof.SIMULATED, switching=Proof.SIMULATED)),
)
