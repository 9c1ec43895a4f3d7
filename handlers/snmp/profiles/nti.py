"""NTI: IPDU-S2 and IPDU-SX, remote power reboot switches. Both MIBs have the same table of relay
outputs.

The line monitor of the IPDU-SX is not read, because its MIB does not give the scale of the
currents.
"""

from ..controls import Write
from ..evidence import SIMULATED
from ..profile import Profile
from ..states import State
from .language import column, oids, outlets
from .links import pysnmp_mibs

VALUE = column("3699.1.1.6.1.7.1.1.5", "rlyOutputValue")

PROFILES = (
    Profile(
        key="nti-ipdu",
        vendor="NTI",
        mib="IPDUS2 of 2014-01-08, IPDUSX of 2013-01-21",
        source=pysnmp_mibs("mibs/nti/IPDUS2"),
        models=("IPDU-S2", "IPDU-SX"),
        sys_object_ids=oids("3699.1.1.6"),
        outlets=outlets(
            State(VALUE, on=("1",), off=("0",)),
            Write(VALUE, on=1, off=0),
            name=column("3699.1.1.6.1.7.1.1.2", "rlyOutputDescription"),
        ),
        evidence=SIMULATED.of("state", "switching"),
    ),
)
