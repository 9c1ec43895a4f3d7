"""IBM: DPI PDUs of IBM-PDU-MIB, in two layouts under one sysObjectID.

Newer firmware has the state in column 13, and in column 11 a writable threshold in mA: written as if it were the
state, it does not switch, and read it looks like off. Older firmware has the state in column 11. It is believed only
where column 13 is missing, the version does not carry the mark of the newer firmware, and every row reads 0, 1 or 2;
else outlets are listed and not switched. Values 2 to 5 (cycling, and pending for 10, 30, 60 s) are neither on nor off.
"""
from __future__ import annotations

from ..controls import Write
from ..figures import State
from ..joins import Provided
from ..profile import Confidence, Evidence, Outlets, Profile, Proof
from .shorthand import THOUSANDTHS, column, figure, oids, scalar, total

TABLE = "2.6.223.8.2.2.1"
NEWER = column(TABLE + ".13", "ibmPduOutletState")
OLDER = column(TABLE + ".11", "state in older firmware, else ibmPduOutletCurrentThresholdWarning")
NAME = column(TABLE + ".2", "ibmPduOutletName")
VERSION = scalar("2.6.223.7.3.0", "ibmPduSoftwareVersion")

PROFILES = (
    Profile(
        key="ibm-dpi", vendor="IBM", mib="IBM-PDU-MIB",
        models=("DPI C13 and C19 PDU+ (46M40xx, 39Mxxxx)",),
        sys_object_ids=oids("2.6.223"),
        outlets=(
            Outlets(
                states=State(NEWER, on=("1",), off=("0",)),
                control=Write(NEWER, on=1, off=0),
                rows=NAME,
                name=NAME,
                current=figure(column(TABLE + ".9", "ibmPduOutletCurrent"), THOUSANDTHS),
                power=figure(column(TABLE + ".15", "ibmPduOutletLastPowerReading"))),
            Outlets(
                states=State(Provided(Provided(OLDER, OLDER, "[012]"), VERSION, "(?!.*sLEN).*"), on=("1",), off=("0",)),
                control=Write(OLDER, on=1, off=0),
                name=NAME,
                current=figure(column(TABLE + ".7", "current in older firmware"), THOUSANDTHS))),
        load=total(else_outlets=True),
        power=total(figure(column("2.6.223.8.3.2.1.4", "ibmPduPhaseLastPowerReading")), else_outlets=True),
        switching_confidence=Confidence.MEDIUM,
        evidence=Evidence(state=Proof.SIMULATED, current=Proof.SIMULATED, power=Proof.SIMULATED, switching=Proof.SIMULATED)),
)
