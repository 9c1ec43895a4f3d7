"""Dataprobe: iBoot-PDU (IBOOTPDU-MIB) and iBootBar (IBOOTBAR-MIB). In both, row 0 is outlet 1.

iBoot-PDU: the state is UNKNOWN while the relay's state is not the requested one, and while an
outlet cycles, reboots or waits to be switched on (2 to 4 of the requested state).

iBootBar: the unit of its line cords' currents is not in the compiled MIB, so they are not read.
"""

from ..computed import Complete, Number
from ..controls import Write
from ..evidence import SIMULATED
from ..measurements import Measurement
from ..profile import NET_SNMP, Profile
from ..states import State
from .language import column, oids, outlets, scalar, total
from .links import librenms, public
from .scales import HUNDREDTHS
from .sources import numbered_parts

NO_LINE = ("99999",)
BAR_STATUS = column("1418.4.3.1.3", "outletStatus")
# Both objects exist on each unit: that of a line cord which it does not have reads NO_LINE.
LINE_CORDS = Complete(
    numbered_parts(lambda cord: scalar(f"1418.6.6.{2 * cord}.0", f"currentLC{cord}"), (1, 2)),
    least=2,
)

PROFILES = (
    Profile(
        key="dataprobe-iboot",
        vendor="Dataprobe",
        mib="IBOOTPDU-MIB of 2017-10-25",
        source=librenms("dataprobe/IBOOTPDU-MIB"),
        models=("iBoot-PDU4", "iBoot-PDU8"),
        sys_object_ids=(*oids("1418.6"), *NET_SNMP),
        outlets=outlets(
            State(
                column("1418.6.5.1.7", "outletActualStatus"),
                on=("1",),
                off=("0",),
                crosscheck=column("1418.6.5.1.6", "outletStatus"),
            ),
            Write(column("1418.6.5.1.5", "outletControl"), on=1, off=0),
            number=column("1418.6.5.1.1", "outletIndex"),
            count=scalar("1418.6.1.6.0", "deviceNumberOfOutlets"),
            name=column("1418.6.5.1.2", "outletName"),
        ),
        load=total(Measurement(LINE_CORDS, HUNDREDTHS, padding=NO_LINE)),
        evidence=SIMULATED.of("state", "current", "switching"),
        recording="iboot_pdu8-2n15",
    ),
    Profile(
        key="dataprobe-ibootbar",
        vendor="Dataprobe",
        mib="IBOOTBAR-MIB",
        source=public("simonsobs/socs", "socs/mibs/IBOOTBAR-MIB.py"),
        models=("iBootBar",),
        sys_object_ids=oids("1418.4"),
        outlets=outlets(
            # The other values are reboot, cycle, on pending and cycle pending.
            State(BAR_STATUS, on=("1",), off=("0",)),
            Write(column("1418.4.3.1.4", "outletCommand"), on=1, off=0),
            number=Number(BAR_STATUS, plus=1),
            name=column("1418.4.3.1.2", "outletName"),
        ),
        evidence=SIMULATED.of("state", "switching"),
        programs=(
            public("mrdvt92/perl-Power-Outlet", "lib/Power/Outlet/iBootBar.pm"),
            public("simonsobs/socs", "socs/agents/ibootbar/agent.py"),
        ),
        note=(
            "The sysObjectID is the one that a program of an owner expects. No load: the MIB does"
            " not say the unit of the currents."
        ),
        unread=(
            "outletAPStatus: it says that AutoPing was triggered, not what it did; outletStatus has"
            " the result"
        ),
    ),
)
