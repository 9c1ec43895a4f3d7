"""Opengear: outlets of the PDUs that a console server controls, in ogRpcOutletTable of
OG-STATUSv2-MIB, which is read-only.

The index is the PDU in the console server's list, and its outlet. UPSs of the console server are in
another table, which is not read.
"""

from ..evidence import SIMULATED
from ..profile import Profile
from ..states import State
from .language import THE_UNIT, column, figure, oids, outlets, total
from .links import librenms
from .scales import HUNDREDTHS, TENTHS

TOTAL = column("25049.17.15.1.6", "ogRpcOutletTotal")

PROFILES = (
    Profile(
        key="opengear-rpc",
        vendor="Opengear",
        mib="OG-STATUSv2-MIB of 2020-11-10",
        source=librenms("opengear/OG-STATUSv2-MIB"),
        models=("PDUs behind ACM, CM, IM and OM console servers",),
        sys_object_ids=oids("25049.1"),
        outlets=outlets(
            State(column("25049.17.16.1.4", "ogRpcOutletState"), on=("1",), off=("2",)),
            count=TOTAL,
            name=column("25049.17.16.1.3", "ogRpcOutletName"),
            current=figure(column("25049.17.16.1.7", "ogRpcOutletCurrent"), HUNDREDTHS),
        ),
        load=total(
            figure(column("25049.17.15.1.11", "ogRpcInputCurrent"), TENTHS, same_rows_as=TOTAL),
            else_outlets=True,
            unit=THE_UNIT,
        ),
        evidence=SIMULATED.of("state", "current"),
    ),
)
