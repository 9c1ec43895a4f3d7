"""Panduit: SmartZone G5 of PANDUIT-MIB, which has the tables of HPE's pdu3 below its own root.

There are two ways to switch: a column for each verb, and one command column, which not every firmware may have. Padding
rows have the index 0 in their index column. Outlets count in Wh, inputs in kWh. The MIB has G6 as a hardware version (2.0,
pdug5HWVersion) of the same tables.
"""
from __future__ import annotations

from ..parts import SIMULATED, Confidence, Profile
from ..sources import Only
from . import hpe
from .shorthand import HUNDREDTHS, THOUSANDTHS, column, figure, librenms, oids, total

ROOT, NAME = "19536.10.1", "pdug5"
STATES = Only(column(ROOT + ".5.2.1.1", "pdug5OutletControlStatus"), column(ROOT + ".5.1.1.1", "pdug5OutletIndex"), ("0",),
              keep=False)

PROFILES = (
    Profile(
        key="panduit-g5", vendor="Panduit", mib="PANDUIT-MIB of 2023-07-24",
        source=librenms("panduit/PANDUIT-MIB"),
        models=("SmartZone G5", "SmartZone G6"),
        sys_object_ids=oids(ROOT),
        outlets=(hpe.outlets(ROOT, NAME, hpe.verbs(ROOT, NAME), HUNDREDTHS, "13",
                             figure(column(ROOT + ".5.1.1.14", "pdug5OutletWh"), THOUSANDTHS), states=STATES),),
        load=hpe.load(ROOT, NAME, HUNDREDTHS, figure(column(ROOT + ".2.1.1.11", "pdug5InputTotalCurrent"), HUNDREDTHS)),
        power=hpe.power(ROOT, NAME),
        energy=total(figure(column(ROOT + ".2.1.1.6", "pdug5InputTotalEnergy")), else_outlets=True),
        switching_confidence=Confidence.MEDIUM,
        evidence=SIMULATED),
)
