"""PDUs with the enterprise number 23280 and the MIB file PDUMIBV07. Two programs of owners call the
model DPDU V2V3-L. Its maker is said to be GWGJ, but no public source was found that names one.

No MIB is public. The sources are the manual's list of objects, which two programs of owners quote,
and three further programs. State and command have opposite numbers: the state 1 is off and 2 is on,
but the command 1 switches on and 2 off. -1 means "not supported". One of the programs reads states
of 0 and 1, against the list that it quotes.
"""

from ..profile import NO_MAKER
from ..profile_parts import DRIVER, Confidence, Guarded, Outlets, Profile, State, Write
from .shorthand import (
    HUNDREDTHS,
    THOUSANDTHS,
    column,
    figure,
    oids,
    public,
    total,
)

STATE = column("23280.8.1.2", "outletStatusState")
COMMAND = column("23280.9.1.2", "outletControlCommand")
DEVICE_POWER = column("23280.2.1.5", "deviceStatusActivePower")
DEVICE_ENERGY = column("23280.2.1.9", "deviceStatusActiveEnergy")
LOCKED, NOT_SUPPORTED = "4", "-1"

PROFILES = (
    Profile(
        key="pdumib-v07",
        vendor=NO_MAKER,
        mib="PDUMIBV07: no MIB is public",
        source=public("39976148/pdu", "pdu_outlet_switch_test.py"),
        # Assumed from the root of the tree: no source tells what a unit reports.
        models=("DPDU V2V3-L (said to be of GWGJ)", "PDU with the enterprise number 23280"),
        sys_object_ids=oids("23280"),
        outlets=(
            Outlets(
                states=State(STATE, on=("2",), off=("1",), absent=(NOT_SUPPORTED,)),
                control=Guarded(
                    Write(COMMAND, on=1, off=2),
                    COMMAND,
                    refuse=(LOCKED, NOT_SUPPORTED),
                    why="it is locked on the device, or has no relay",
                ),
                current=figure(column("23280.8.1.4", "outletStatusCurrent"), HUNDREDTHS),
                power=figure(column("23280.8.1.5", "outletStatusActivePower")),
                energy=figure(column("23280.8.1.7", "outletStatusActiveEnergy"), THOUSANDTHS),
            ),
        ),
        load=total(figure(column("23280.6.1.3", "phaseStatusCurrent"), HUNDREDTHS)),
        power=total(figure(DEVICE_POWER)),
        energy=total(figure(DEVICE_ENERGY, THOUSANDTHS, witness=DEVICE_POWER)),
        switching_confidence=Confidence.MEDIUM,
        evidence=DRIVER,
        note=(
            "A locked outlet executes no command: it is not switched if the device reports the "
            "lock. The sysObjectID is assumed. Nothing tells if a phase is missing in an answer,"
            " because only its current is known: the load is then too small."
        ),
    ),
)
