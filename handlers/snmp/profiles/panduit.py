"""Panduit: SmartZone G5 of PANDUIT-MIB, which has the tables of HPE's pdu3 below its own root.

Outlets are switched by pdug5OutletControlOnCmd and pdug5OutletControlOffCmd, not by
pdug5OutletControlCommand, which some firmware may lack. Padding rows have a 0 in the index column.
Outlets count energy in Wh, inputs in kWh. In the MIB, G6 is a hardware version (2.0,
pdug5HWVersion) with the same tables.
"""

from . import hpe
from .language import *

ROOT, NAME = "19536.10.1", "pdug5"
STATES = Only(
    column(ROOT + ".5.2.1.1", "pdug5OutletControlStatus"),
    column(ROOT + ".5.1.1.1", "pdug5OutletIndex"),
    ("0",),
    keep=False,
    demanded=True,
)
# a row for each unit of the chain
INPUT_PHASE_COUNT = column(ROOT + ".1.2.1.11", "pdug5InputPhaseCount")
OUTLET_COUNT = column(ROOT + ".1.2.1.13", "pdug5OutletCount")
# It reads the outlet's state as a command, 7 if that cannot be determined.
UNKNOWN = Doubt(
    column(ROOT + ".5.2.1.10", "pdug5OutletControlCommand"),
    quiet=("1", "2", "3", "4", "5", "6"),
    optional=True,
)

PROFILES = (
    Profile(
        key="panduit-g5",
        vendor="Panduit",
        mib="PANDUIT-MIB of 2023-07-24",
        source=librenms("panduit/PANDUIT-MIB"),
        models=("SmartZone G5", "SmartZone G6"),
        sys_object_ids=oids(ROOT),
        outlets=hpe.family_outlets(
            ROOT,
            NAME,
            HUNDREDTHS,
            THOUSANDTHS,
            watts=13,
            states=STATES,
            count=OUTLET_COUNT,
            switched="10",
            doubts=(UNKNOWN,),
        ),
        load=hpe.load(
            ROOT, NAME, HUNDREDTHS, OUTLET_COUNT, has_total=True, phases=INPUT_PHASE_COUNT
        ),
        power=hpe.power(ROOT, NAME, OUTLET_COUNT, else_outlets=True),
        energy=hpe.chain_total(
            figure(column(ROOT + ".2.1.1.6", "pdug5InputTotalEnergy")),
            units=OUTLET_COUNT,
            else_outlets=True,
        ),
        evidence=SIMULATED,
        unread=hpe.unread(NAME),
    ),
)
