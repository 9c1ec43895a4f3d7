"""Enlogic's Edge series, which has the tables of HPE's pdu3 below its own root. The maker's MIB is
not public; a testbed's power module has the names and meanings of the objects that it reads.

An outlet's own meter is not read: the module has no such object.
"""

from . import hpe
from .language import *

ROOT = "38446.4.1"
EDGE = hpe.PduTables(
    ROOT,
    "pdu",
    HUNDREDTHS,
    column(ROOT + ".1.2.1.13", "pduOutletCount"),
)
# The module reads it. As in pdu3, each unit of a chain has this row, also one without outlets.
PHASE_COUNTS = EDGE.column("1.2.1.11", "InputPhaseCount", optional=True)
# Firmware without it must not make a unit of a chain vanish: its units are told by their outlets.
UNITS = First((PHASE_COUNTS, EDGE.units))

PROFILES = (
    Profile(
        key="enlogic-edge",
        vendor="Enlogic",
        mib="Enlogic Edge MIB 1.1 (public driver)",
        source=EMULAB_ENLOGIC,
        models=("Edge series",),
        sys_object_ids=oids(ROOT),
        unseen=True,
        units=Complete(UNITS, count=scalar(ROOT + ".1.1.0", "pduNumberPDU"), gaps=True),
        outlets=EDGE.outlets(
            Guarded(
                Write(EDGE.column("5.2.1.10", "OutletControlCommand"), on=2, off=1),
                Part(EDGE.column("1.2.1.10", "Controllable"), EDGE.control_states, stop=1),
                refuse=("2",),
                demanded=False,
                why=hpe.ONLY_METERS,
            )
        )(current=None),
        load=EDGE.load(),
        power=EDGE.power(),
        energy=EDGE.total(figure(EDGE.column("2.1.1.6", "InputTotalEnergy"))),
        evidence=DRIVER,
        # The second writes the same column of this design below Eaton's root: 2 on, 1 off.
        programs=(EMULAB_ENLOGIC, public("networkupstools/nut", "drivers/eaton-pdu-nlogic-mib.c")),
        note=f"The sysObjectID is assumed. {NO_PUBLIC_MIB}",
    ),
)
