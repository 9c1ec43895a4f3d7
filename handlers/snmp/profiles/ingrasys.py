"""Ingrasys iPoMan, which Socomec sells under its own enterprise number, and Socomec's metered PDU,
which has other objects.

outletStatusKwatt, in the MIB "Kwatt in 0.001 KW/H", is read as energy in Wh, as in LibreNMS.
outletStatusWH, "Watt in 0.1 W/H", may be power or energy and is not read.
"""

from ..computed import Complete
from ..controls import Write
from ..evidence import SIMULATED
from ..profile import Profile, Root
from ..states import State
from .conditions import device_condition
from .language import column, figure, oid, oids, outlets, scalar, total
from .links import librenms
from .scales import TENTHS, THOUSANDTHS
from .sources import first, numbered_parts

COUNT = scalar("~.3.2.1.0", "ipmDeviceOutletNumber")
STATUS = column("~.3.2.3.1.2", "outletStatusStatus", optional=True)
DESC = column("~.3.2.2.1.2", "outletConfigDesc")
LISTED = first(STATUS, DESC)  # each outlet, also of a unit that only meters
# The objects of all three lines exist on each unit.
LINES = Complete(
    numbered_parts(
        lambda line: scalar(f"4555.2.30.2.{2 * line + 1}.0", f"dpduOutputCurrent{line}"), (1, 2, 3)
    ),
    least=3,
)
# the agent has lost the PDU, whose last currents it goes on to answer
DISCONNECTED = scalar("4555.2.30.3.1.0", "dpduAlarmDisconnect")

PROFILES = (
    Profile(
        key="ipoman",
        vendor="Ingrasys",
        mib="IPOMANII-MIB, SOCOMECIPDU-MIB",
        source=librenms("ingrasys/IPOMANII-MIB"),
        models=("iPoMan II, III", "Socomec iPDU"),
        roots=(
            Root(oid("2468.1.4.2.1"), oid("2468.1.4.2.1")),
            Root(oid("4555.1.1.20"), oid("4555.1.1.20.1")),
        ),
        outlets=outlets(
            State(STATUS, on=("3",), off=("2",)),
            Write(column("~.3.2.4.1.2", "outletControlControl"), on=3, off=4),
            rows=DESC,
            count=COUNT,
            none_if_zero=COUNT,
            counts_unlisted=True,
            name=DESC,
            current=figure(
                column("~.3.2.3.1.3", "outletStatusCurrent"), THOUSANDTHS, same_rows_as=LISTED
            ),
            energy=figure(
                column("~.3.2.3.1.4", "outletStatusKwatt"), THOUSANDTHS, same_rows_as=LISTED
            ),
        ),
        load=total(
            figure(
                column("~.3.1.3.1.3", "inletStatusCurrent"),
                THOUSANDTHS,
                count=scalar("~.3.1.1.0", "ipduDeviceInletNumber"),
                table=column("~.3.1.3.1.2", "inletStatusVoltage"),
            ),
            else_outlets=True,
        ),
        energy=total(else_outlets=True),
        evidence=SIMULATED.of("state", "current", "energy", "switching"),
        # writes outletControlControl: 3 on, 4 off; other programs of these names are its ports
        programs=("PDUControlLib.PduController of MyTeraTerm (C#)",),
        note=(
            "The MIBs limit an outlet's energy to 65.5 kWh (0 to 65500 Wh), but units count on: a "
            "public recording shows 275.576 kWh. Where their counter ends is not known."
        ),
        unread=(
            "outletStatusTimeToGo: outletStatusStatus itself says offToOn, onToOff and cycle;"
            " inletStatusKwatt: the MIB gives 0.1 kWh here and 0.001 kWh for the inlet of a slave,"
            " and its unit for outlets is not that of the agent"
        ),
    ),
    Profile(
        key="socomec-ats",
        vendor="Socomec",
        mib="SOCOMECPDU-MIB",
        source=librenms("socomec/SOCOMECPDU-MIB.mib"),
        models=("metered PDU (NRT-OP-PDU)",),
        sys_object_ids=oids("4555.2.30"),
        conditions=(device_condition(DISCONNECTED, "0", optional=True),),
        load=total(figure(LINES, TENTHS)),
        evidence=SIMULATED.of("current"),
        note="Metered per line, without outlets. In spite of its key it is not a transfer switch.",
    ),
)
