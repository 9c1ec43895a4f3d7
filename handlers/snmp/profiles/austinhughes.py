"""Austin Hughes: InfraPower PDUs behind an IP dongle, with up to sixteen PDUs in a chain.

The source is an owner's monitoring checks, which only read. The identity begins with the outlet's
table: 1 for standard outlets (such as C13), 2 for those of 16 A (such as C19). An outlet's current
of 0 is left out: the outlet may have no meter. Powers are left out, because the checks do not say
their unit.
"""

from ..evidence import DRIVER
from ..objects import Parts
from ..profile import Profile
from ..states import State
from .conditions import row_condition
from .language import column, figure, oids, outlets, total
from .links import NO_PUBLIC_MIB
from .scales import TENTHS
from .sources import numbered_parts

PDU = "34550.20.2.1.1.1"
NOT_MEASURED = ("0", "-1")
SOCKET_THERE = ("0", "1", "2", "3")  # ok, over load, rising, low current; 4 is a missing socket


def _outlets(below: str, name: str) -> Parts:
    """A column of both tables of outlets."""
    return numbered_parts(lambda table: column(f"{PDU}.26.{table}.1.{below}", name), (1, 2))


PROFILES = (
    Profile(
        key="infrapower",
        vendor="Austin Hughes",
        mib="InfraPower: no MIB is public",
        source="https://github.com/rmblake/cmk-austinhughes-pdu-checks/tree/HEAD",
        models=("InfraPower PDUs behind an IP dongle (IPD-02-S)",),
        sys_object_ids=oids("34550"),
        outlets=outlets(
            State(
                _outlets("7", "outletStatus"),
                on=("1",),
                off=("0",),
                conditions=(row_condition(_outlets("8", "outletState"), *SOCKET_THERE),),
            ),
            name=_outlets("4", "outletName"),
            current=figure(_outlets("9", "outletAmp"), TENTHS, NOT_MEASURED),
        ),
        load=total(
            figure(
                column(PDU + ".24.1.1.7", "circuitAmp"),
                TENTHS,
                same_rows_as=column(PDU + ".24.1.1.4", "circuitName"),
            )
        ),
        evidence=DRIVER.of("state", "current"),
        note=NO_PUBLIC_MIB,
        unread=(
            "breaker of a circuit (24.1.1.15): the checks do not say which row is the circuit that"
            " an outlet names"
        ),
    ),
)
