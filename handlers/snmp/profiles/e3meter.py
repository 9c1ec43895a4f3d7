"""E3METER, also sold as Bachmann BlueNet: PDUs with an IPM, which meters the phases and neither lists nor switches outlets.

The neutral wire is a row of the same table, with a meaningful current alone. Firmware before the column of channel types
(MIB revision 2011-11-02) does not say which row it is, and has no totals here. A concentrator (CTR) has another MIB for the
meters of many racks: it is no PDU, and nothing of it is read.
"""
from __future__ import annotations

from ..parts import Evidence, Profile, Proof
from ..sources import Column, Only
from .shorthand import THOUSANDTHS, column, figure, librenms, oids, total

LIVE_WIRE = "0"
CHANNEL = column("21695.1.10.7.2.1.12", "e3IpmChannelType")


def _live(values: Column) -> Only:
    return Only(values, CHANNEL, (LIVE_WIRE,))


PROFILES = (
    Profile(
        key="e3meter-ipm", vendor="E3METER", mib="NETTRACK-E3METER-SNMP-MIB of 2018-10-09",
        source=librenms("riedo/NETTRACK-E3METER-SNMP-MIB"),
        models=("IPM, IPS", "Bachmann BlueNet monitored"),
        sys_object_ids=oids("21695.1"),
        load=total(figure(_live(column("21695.1.10.7.2.1.9", "e3IpmIrms")), THOUSANDTHS)),
        power=total(figure(_live(column("21695.1.10.7.2.1.5", "e3IpmPowerP")))),
        energy=total(figure(_live(column("21695.1.10.7.2.1.2", "e3IpmEnergyP")), THOUSANDTHS)),
        evidence=Evidence(current=Proof.SIMULATED, power=Proof.SIMULATED, energy=Proof.SIMULATED)),
)
