"""Transfer switches with an "SNMP Smart II" card, such as a Borri STS32A: ATS-MIB, revision 0.92.

The MIB has one output, and neither outlets, nor a power, nor an energy. Its writable objects move
the load to the other source or restart the switch: nothing is written. It has no object for a lost
link between card and switch, only a trap.
"""

from ..evidence import SIMULATED
from ..profile import Profile
from .language import figure, oids, scalar, total
from .links import librenms
from .scales import TENTHS

OUTPUT = "37662.1.2.2.1.1.3"

PROFILES = (
    Profile(
        key="smart-ats",
        vendor="Borri",
        mib="ATS-MIB 0.92 of 2014-01-29",
        source=librenms("ats/ATS-MIB"),
        models=("STS32A", "transfer switches of others with an SNMP Smart II card"),
        sys_object_ids=oids("37662.1.2.2"),
        load=total(
            figure(scalar(f"{OUTPUT}.4.0", "atsOutputGroupOutputCurrent"), TENTHS),
            always_there=True,
        ),
        evidence=SIMULATED.of("current"),
        note="The MIB has no power: its load is a share of the rating.",
    ),
)
