"""E3METER, also sold as Bachmann BlueNet: PDUs with an IPM, which meters the phases and neither
lists nor switches outlets.

The neutral wire is a row in the table of the phases, and only its current is meaningful. Firmware
before MIB revision 2011-11-02 does not mark it and has no totals here. The MIB of a concentrator
(CTR), with the meters of many racks, is not read. A concentrator whose sysObjectID fits is taken
for a PDU without outlets and totals.
"""

from ..evidence import SIMULATED
from ..filters import yes_or_no
from ..objects import Column
from ..profile import Profile
from ..tables import ComputedRows
from .language import column, figure, oids, total
from .links import librenms
from .scales import THOUSANDTHS
from .sources import rows_where

LIVE_WIRE, NEUTRAL_WIRE = "0", "1"


TYPE = column("21695.1.10.7.2.1.12", "e3IpmChannelType")


def _live(values: Column) -> ComputedRows:
    """A column of the phases: the channels of the live wires."""
    return rows_where(values, TYPE, yes_or_no((LIVE_WIRE,), (NEUTRAL_WIRE,)), by_row=True)


PROFILES = (
    Profile(
        key="e3meter-ipm",
        vendor="E3METER",
        mib="NETTRACK-E3METER-SNMP-MIB of 2018-10-09",
        source=librenms("riedo/NETTRACK-E3METER-SNMP-MIB"),
        models=("IPM, IPS", "Bachmann BlueNet monitored"),
        sys_object_ids=oids("21695.1"),
        load=total(figure(_live(column("21695.1.10.7.2.1.9", "e3IpmIrms")), THOUSANDTHS)),
        power=total(figure(_live(column("21695.1.10.7.2.1.5", "e3IpmPowerP")))),
        energy=total(figure(_live(column("21695.1.10.7.2.1.2", "e3IpmEnergyP")), THOUSANDTHS)),
        evidence=SIMULATED.of("current", "power", "energy"),
    ),
)
