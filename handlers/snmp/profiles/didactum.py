"""Didactum: outlets of monitoring units, in the table of elements of DIDACTUM-SYSTEM-MIB, which is
that of VUTLAN-SYSTEM-MIB below another enterprise number.

The MIB says on and off of the sensors in its traps alone, and gives the table's states no values:
they are taken as Vutlan's. Its read-write object is a relay's value without a meaning, so nothing
is switched.
"""

from ..evidence import SIMULATED
from ..profile import Profile
from . import vutlan
from .language import oids
from .links import pysnmp_mibs

PROFILES = (
    Profile(
        key="didactum",
        vendor="Didactum",
        mib="DIDACTUM-SYSTEM-MIB",
        source=pysnmp_mibs("mibs/didactum/DIDACTUM-SYSTEM-MIB"),
        models=("Monitoring units with outlets or outlet modules",),
        sys_object_ids=oids("46501"),
        unseen=True,
        outlets=vutlan.element_outlets("46501"),
        evidence=SIMULATED.of("state"),
        note=(
            "Only elements of the type outlet are listed: a unit that has none is not read. The"
            " sysObjectID is assumed."
        ),
        unread="ctlUnitModuleState: the MIB does not say its values",
    ),
)
