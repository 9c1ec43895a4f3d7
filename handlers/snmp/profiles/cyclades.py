"""Cyclades: AlterPath PM power strips on serial ports of an AlterPath ACS console server. The index is port.outlet.

Row 0 of a port stands for all its outlets, so it is neither listed nor written. State and command share a column; 2 is a cycle, 3
unknown. Each unit of a port's chain reports its current, in tenths of A.
"""
from ..parts import SIMULATED, Arcs, Confidence, Guarded, Outlets, Profile, State, Write
from ..sources import Arc, OfUnits
from .shorthand import TENTHS, column, figure, oids, pysnmp_mibs, total

POWER = column("2925.4.5.4.1.4", "cyOutletPower")
OUTLETS = Arc(POWER, -1, ("0",), keep=False)
LOCKED = "1"

PROFILES = (
    Profile(
        key="cyclades-pm", vendor="Cyclades", mib="CYCLADES-ACS-PM-MIB of 2005-08-29",
        source=pysnmp_mibs("mibs/vertiv/CYCLADES-ACS-PM-MIB"),
        models=("AlterPath PM behind AlterPath ACS",), sys_object_ids=oids("2925"),
        outlets=(Outlets(
            states=State(OUTLETS, on=("1",), off=("0",)),
            control=Guarded(Write(POWER, on=1, off=0), column("2925.4.5.4.1.5", "cyOutletLock"), refuse=(LOCKED,),
                            demanded=True, why="it is locked on the device"),
            count=OfUnits(column("2925.4.5.2.1.2", "cyPMNumberOutlets"), OUTLETS),
            name=column("2925.4.5.4.1.2", "cyOutletName")),),
        load=total(figure(column("2925.4.5.3.1.5", "cyPMUnitCurrent"), TENTHS), unit=Arcs(0, 1)),
        switching_confidence=Confidence.MEDIUM, evidence=SIMULATED.of("state", "current", "switching")),
)
