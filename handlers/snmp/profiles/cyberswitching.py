"""Cyber Switching DualCom. The source is a program; no MIB is public."""

from ..controls import Write
from ..evidence import DRIVER
from ..profile import Profile
from ..states import State
from .language import column, oids, outlets, scalar
from .links import NO_PUBLIC_MIB, public

# writes the state: 2 on, 1 off
GENIELIBS = public(
    "CiscoTestAutomation/genielibs",
    "pkgs/sdk-pkg/src/genie/libs/sdk/powercycler/powercyclers.py",
)
DUALCOM = "14300.1.2.1"
STATE = column(DUALCOM + ".2.1.3", "outlet state (no public MIB)")

PROFILES = (
    Profile(
        key="cyberswitching-dualcom",
        vendor="Cyber Switching",
        mib="no MIB is public",
        source=GENIELIBS,
        models=("DualCom",),
        sys_object_ids=oids("14300"),
        unseen=True,
        outlets=outlets(
            State(STATE, on=("2",), off=("1",)),
            Write(STATE, on=2, off=1),
            count=scalar(DUALCOM + ".1.0", "number of outlets (no public MIB)"),
            name=column(DUALCOM + ".2.1.2", "outlet label (no public MIB)"),
        ),
        evidence=DRIVER.of("state", "switching"),
        programs=(GENIELIBS,),
        note=NO_PUBLIC_MIB,
    ),
)
