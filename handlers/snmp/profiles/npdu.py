"""NPDU, enterprise 23273, sold as PDUMIND and DPU7016D. A hall's software and an asset program name
the objects of the MIB file npdu-n-v2-bu; no copy of the file is public.

States are the texts ON and OFF. Figures are left out: one program divides the numbers of the same
objects by 10 or 100, the other reads them as they are. Up to three PDUs behind the first one have
the same objects below 23273.3.2 to 3.4; what these show of an empty place is not known, so they are
not read.
"""

from ..profile import NO_MAKER
from .language import *

COUNT = scalar("23273.3.1.1.1.3.0", "DeviceOutputNum")
# a firmware may list more outputs than the unit has
STATUS = Counted(column("23273.3.1.1.6", "masterOutputStatus", suffix="0"), COUNT)

PROFILES = (
    Profile(
        key="npdu",
        vendor=NO_MAKER,
        mib="npdu-n-v2-bu: no MIB is public",
        source=public("lnesto74/pdumind-setup", "backend/polling/oid_profiles.py"),
        models=("NPDU, sold as PDUMIND", "DPU7016D-8, DPU7016D-12"),
        sys_object_ids=oids("23273"),
        outlets=(
            Outlets(
                states=State(STATUS, on=("ON",), off=("OFF",)),
                control=Write(STATUS, on="ON", off="OFF"),
                name=column("23273.3.1.1.5", "masterOutputName", suffix="0"),
            ),
        ),
        switching_confidence=Confidence.LOW,
        evidence=DRIVER.of("state", "switching"),
        note=(
            "The older program (2018) switches by writing the text; the newer one (2026) tried that"
            " and switches over HTTP instead. No figures, and only the first PDU of a chain."
            f" {NO_PUBLIC_MIB}"
        ),
    ),
)
