"""Lantronix: power managers (RPM: PDUs and UPS) behind SLC and SLC 8000 console managers.

The index is RPM.outlet. A negative current or power means that the RPM does not report it.
"""

from ..controls import Write
from ..evidence import SIMULATED
from ..profile import Profile
from ..states import State
from .language import THE_UNIT, column, figure, oids, outlets, total
from .links import pysnmp_mibs
from .scales import TENTHS
from .sources import LAST_ARC

RPM = "244.1.1.4.7"
CURRENT = column(RPM + ".2.1.1", "slcDevRPMCurrent")  # a row for each of at most two towers
POWER = column(RPM + ".2.1.5", "slcDevRPMRealPower")

PROFILES = (
    Profile(
        key="lantronix-slc",
        vendor="Lantronix",
        mib="LANTRONIX-SLC-MIB of 2016-04-17",
        source=pysnmp_mibs("mibs/lantronix/LANTRONIX-SLC-MIB"),
        models=("PDUs behind SLC and SLC 8000 console managers",),
        sys_object_ids=oids("244.1.1"),
        outlets=outlets(
            State(column(RPM + ".3.1.2", "slcDevRPMOutletState"), on=("3",), off=("2",)),
            Write(column(RPM + ".3.1.4", "slcDevRPMOutletAction"), on=3, off=2),
            count=column(RPM + ".1.1.12", "slcDevRPMNumOutlets"),
            name=column(RPM + ".3.1.1", "slcDevRPMOutletName"),
            current=figure(column(RPM + ".3.1.3", "slcDevRPMOutletCurrent"), TENTHS),
        ),
        load=total(
            figure(CURRENT, TENTHS, same_rows_as=POWER, from_one=LAST_ARC),
            else_outlets=True,
            unit=THE_UNIT,
        ),
        power=total(figure(POWER, TENTHS, from_one=LAST_ARC), unit=THE_UNIT),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        note="The sysObjectID was seen on a unit.",
        unread=(
            "slcDevRPMStatus: it is text in the words of the power manager, of which the MIB gives"
            ' one ("OL"); slcDevRPMOutletsOn: it does not say which outlets are on'
        ),
    ),
)
