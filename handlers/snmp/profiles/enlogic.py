"""Enlogic (nVent): PDUs of ENLOGIC-PDU-MIB. The index is unit.row. APC's cPDU has the same tables below APC's own root.

Switched and metered outlets are two tables with different rows, joined by unit and number. Rows beyond the unit's outlets
are padding with the number 0. States are 0 (off) and 1 (on), commands 1 (off) and 2 (on).
"""
from decimal import Decimal

from ..parts import SIMULATED, Arcs, Confidence, Evidence, Figure, Outlets, Profile, State, Write
from ..sources import Arc, Chained, First, Number, Only, Source
from .shorthand import HUNDREDTHS, ONES, TENTHS, by_number, column, figure, librenms, oids, total

THE_UNIT = Arcs(stop=1)
PADDING = "0"               # the outlet number of a padding row


def _unit(numbers: Source) -> Number:
    return Number(numbers, plus=0, position=0)


def family(root: str, *, key: str, vendor: str, mib: str, source: str, models: tuple[str, ...], sys_object_id: str,
           evidence: Evidence) -> Profile:
    """A family of this design, with its tables below `root`."""
    number = column(f"{root}.5.4.1.2", "pduOutletSwitchedStatusNumber")
    metered = column(f"{root}.5.9.1.2", "pduOutletMeteredStatusNumber")

    def meter(below: str, name: str, scale: Decimal) -> Figure:
        return figure(by_number(column(f"{root}.5.9.1.{below}", name), (_unit(metered), metered), (_unit(number), number)), scale)

    states = Only(column(f"{root}.5.4.1.4", "pduOutletSwitchedStatusState"), number, (PADDING,),
                  keep=False, demanded=True)
    count = column(f"{root}.2.3.1.4", "pduUnitPropertiesSwitchedOutletCount")       # a row for each unit of the chain
    # Rows 1 to 3 of each unit are its phases, or its lines if fed in delta. Rows 4 to 6 are the delta phases of the same load.
    lines = Arc(column(f"{root}.3.4.1.5", "pduInputPhaseStatusCurrent"), -1, ("1", "2", "3"))
    return Profile(
        key=key, vendor=vendor, mib=mib, source=source, models=models, sys_object_ids=oids(sys_object_id),
        outlets=(Outlets(
            states=State(states, on=("1",), off=("0",)),
            count=count,
            control=Write(column(f"{root}.5.5.1.4", "pduOutletSwitchedControlCommand"), on=2, off=1),
            rows=Only(metered, metered, (PADDING,), keep=False),
            number=First((Chained(_unit(number), number), Chained(_unit(metered), metered))),
            name=First((column(f"{root}.5.4.1.3", "pduOutletSwitchedStatusName"),
                        column(f"{root}.5.9.1.3", "pduOutletMeteredStatusName"))),
            current=meter("5", "pduOutletMeteredStatusCurrent", HUNDREDTHS),
            power=meter("6", "pduOutletMeteredStatusActivePower", ONES),
            energy=meter("11", "pduOutletMeteredStatusResettableEnergy", TENTHS)),),
        load=total(figure(lines, HUNDREDTHS), else_outlets=True, unit=THE_UNIT, units=count),
        power=total(figure(column(f"{root}.2.4.1.4", "pduUnitStatusActivePower")),
                    else_outlets=True, unit=THE_UNIT, units=count),
        energy=total(figure(column(f"{root}.2.4.1.9", "pduUnitStatusEnergy"), TENTHS),
                     else_outlets=True, unit=THE_UNIT, units=count),
        switching_confidence=Confidence.MEDIUM, evidence=evidence)


PROFILES = (
    family("38446.1", key="enlogic", vendor="Enlogic", mib="ENLOGIC-PDU-MIB of 2015-06-18",
           source=librenms("enlogic/ENLOGIC-PDU-MIB"), models=("EN1xxx to EN6xxx",), sys_object_id="38446.1",
           evidence=SIMULATED),
)
