"""HP and HPE: power distribution units of CPQPOWER-MIB (pdu, mpdu, pdu2, pdu3).

pdu2 and pdu3 are Eaton's design with every number moved: off is 1 and on is 2, the column of each verb is one lower, and
pdu3 counts in hundredths of A and in kWh where pdu2 has mA and Wh. Panduit G5 and Eaton nLogic have the tables of pdu3
below their own roots. What is written into a verb's column is a delay in seconds: 0 is now. The oldest family (mpdu)
has its states as words and nothing to write.

Older still is the management module for metered PDUs (pdu), which has breakers and no outlets. Its currents are left out:
they are A before revision 1.66 of the MIB and hundredths of A since, and the module does not report which it follows.
"""
from __future__ import annotations

from decimal import Decimal
from typing import Optional

from ..parts import SIMULATED, Confidence, Control, Evidence, Figure, Guarded, Outlets, Profile, Proof, State, Total, Verbs
from ..sources import Chained, First, Merged, Number, Only, Part, Source, Whole
from .shorthand import HUNDREDTHS, ONES, THOUSANDTHS, column, counted_by_unit, figure, librenms, oids, scalar, total

PADDING = "0"               # of the state, in rows beyond the unit's outlets
NEUTRAL = "2"               # of the kind of an input current
CONTROLLABLE = "1"          # of a unit; 2 is one that only meters


def switchable(root: str, name: str, then: Control) -> Guarded:
    """The control, where the device's own setting for the outlet allows it."""
    return Guarded(then, column(f"{root}.5.2.1.8", name + "OutletControlSwitchable"), refuse=("2",),
                   why="the device's own setting makes it not switchable")


def verbs(root: str, name: str) -> Verbs:
    """A column for each verb."""
    return Verbs(on=column(f"{root}.5.2.1.3", name + "OutletControlOnCmd"),
                 off=column(f"{root}.5.2.1.2", name + "OutletControlOffCmd"))


def outlets(root: str, name: str, control: Control, amps: Decimal, watts: str, energy: Optional[Figure],
            first_unit: int = 1, states: Optional[Source] = None, count: str = "", controllable: str = "") -> Outlets:
    """The outlets of this design below `root`; `name` is what its objects' names start with.

    `amps`: the scale of the currents. `watts`: the column of the power. `first_unit`: the index of the unit printed as 1.
    `states`: if more than the state decides which rows are padding. `count`: the column of each unit's number of outlets.
    `controllable`: the column that says which units switch; their number counts although they list nothing.
    """
    names = column(f"{root}.5.1.1.2", name + "OutletName")
    listed = column(f"{root}.5.2.1.1", name + "OutletControlStatus")

    def number(over: Source) -> Chained:
        return Chained(Number(over, plus=1 - first_unit, position=0), Number(over, plus=0))

    return Outlets(
        states=State(states or listed, on=("2",), off=("1",), absent=(PADDING,)),
        control=switchable(root, name, control),
        rows=Only(names, names, ("",), keep=False),
        count=_count(root, name, count, controllable, Only(listed, listed, (PADDING,), keep=False)) if count else None,
        number=First((number(listed), number(names))),
        name=names,
        current=figure(column(f"{root}.5.1.1.5", name + "OutletCurrent"), amps),
        power=figure(column(f"{root}.5.1.1.{watts}", name + "OutletWatts")),
        energy=energy)


def _count(root: str, name: str, count: str, controllable: str, listed: Source) -> Source:
    counts = column(f"{root}.1.2.1.{count}", name + "OutletCount")
    of_listed = counted_by_unit(counts, listed)
    if not controllable:
        return of_listed
    return First((Only(counts, column(f"{root}.1.2.1.{controllable}", name + "Controllable"), (CONTROLLABLE,)), of_listed))


def load(root: str, name: str, amps: Decimal, *others: Figure) -> Total:
    """The lines of the inputs without their neutral, else `others`."""
    lines = Only(column(f"{root}.2.2.1.11", name + "InputPhaseCurrent"),
                 column(f"{root}.2.2.1.9", name + "InputPhaseCurrentMeasType"), (NEUTRAL,), keep=False)
    return total(figure(lines, amps), *others, else_outlets=True)


def power(root: str, name: str) -> Total:
    """All inputs, in W."""
    return total(figure(column(f"{root}.2.1.1.5", name + "InputPowerWatts")), else_outlets=True)


PDU, PDU2, PDU3, MPDU = "232.165.2", "232.165.7", "232.165.11", "232.165.5"
CORE_STATE = column(MPDU + ".2.1.1.2", "mpduOutputStatus")
CORE_CURRENT = column(MPDU + ".2.1.1.7", "mpduOutputCurrent")
CORE_WATTS = column(MPDU + ".2.1.1.9", "mpduOutputPowerWatt")
CORE_WH = column(MPDU + ".2.1.1.13", "mpduOutputPowerWattHour")
BAR_STATE = column(MPDU + ".4.1.1.2", "mpduSmExtBarOutletStatus")
# The table of bars has rows for every output; where nothing is plugged into one, the kind of its device is empty.
BARS = Only(BAR_STATE, Part(column(MPDU + ".3.1.1.8", "mpduDeviceType"), over=BAR_STATE, stop=2), ("",), keep=False)
MODULE_POWER = column(PDU + ".3.1.1.4", "pduOutputPower")
NOT_MEASURED = "-1"


def _core_and_bars(core: Source, bar: str, name: str) -> Merged:
    return Merged((core, column(f"{MPDU}.4.1.1.{bar}", name)))


PROFILES = (
    Profile(
        key="hpe-mapdu3", vendor="HPE", mib="CPQPOWER-MIB (pdu3)",
        source=librenms("hp/CPQPOWER-MIB"),
        models=("G2 metered and switched PDU, newer controller (P9S)",),
        sys_object_ids=oids(PDU3),
        outlets=(outlets(PDU3, "pdu3", verbs(PDU3, "pdu3"), HUNDREDTHS, "13",
                         figure(column(PDU3 + ".5.1.1.14", "pdu3OutletWh"), ONES), count="13", controllable="10"),),
        load=load(PDU3, "pdu3", HUNDREDTHS), power=power(PDU3, "pdu3"),
        energy=total(figure(column(PDU3 + ".2.1.1.6", "pdu3InputTotalEnergy")), else_outlets=True),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.RECORDING, current=Proof.RECORDING, power=Proof.RECORDING, energy=Proof.SIMULATED,
                          switching=Proof.SIMULATED),
        note="Energies are kWh although the outlet's object is called Wh; the input's power is W although the text says mW."),
    Profile(
        key="hpe-mapdu2", vendor="HPE", mib="CPQPOWER-MIB (pdu2)",
        source=librenms("hp/CPQPOWER-MIB"),
        models=("G2 metered and switched PDU (P9R, P9S, H8B)",),
        sys_object_ids=oids(PDU2),
        outlets=(outlets(PDU2, "pdu2", verbs(PDU2, "pdu2"), THOUSANDTHS, "14",
                         figure(column(PDU2 + ".5.1.1.15", "pdu2OutletWh"), THOUSANDTHS), first_unit=0, count="12"),),
        load=load(PDU2, "pdu2", THOUSANDTHS), power=power(PDU2, "pdu2"),
        energy=total(figure(column(PDU2 + ".2.1.1.6", "pdu2InputPowerWattHour"), THOUSANDTHS), else_outlets=True),
        switching_confidence=Confidence.HIGH,
        evidence=SIMULATED),
    Profile(
        key="hpe-ipdu", vendor="HPE", mib="CPQPOWER-MIB (mpdu)",
        source=librenms("hp/CPQPOWER-MIB"),
        models=("Intelligent Modular PDU AF5xxA with its extension bars",),
        sys_object_ids=oids(MPDU),
        outlets=(Outlets(
            states=State(Merged((CORE_STATE, BARS)), on=("on",), off=("off",)),
            count=column(MPDU + ".1.2.1.19", "mpduNumOutlet"),
            number=Merged((Number(CORE_STATE, plus=0),
                           Chained(Number(BAR_STATE, plus=0, position=1), Number(BAR_STATE, plus=0), "-"))),
            current=figure(_core_and_bars(CORE_CURRENT, "6", "mpduSmExtBarOutletCurrent"), HUNDREDTHS),
            power=figure(_core_and_bars(CORE_WATTS, "7", "mpduSmExtBarOutletPowerWatt")),
            energy=figure(_core_and_bars(CORE_WH, "20", "mpduSmExtBarOutletPowerWattHour"), THOUSANDTHS)),),
        # What flows through a bar flows through its output too: only the outputs are summed.
        load=total(figure(CORE_CURRENT, HUNDREDTHS)),
        power=total(figure(column(MPDU + ".1.2.1.38", "mpduTotalPowerWatt")), figure(CORE_WATTS)),
        energy=total(figure(CORE_WH, THOUSANDTHS)),
        evidence=Evidence(state=Proof.SIMULATED, current=Proof.SIMULATED, power=Proof.SIMULATED, energy=Proof.SIMULATED),
        note="Outlets are pdu.output on the core, pdu.output.outlet on a bar, which hangs on that output."),
    Profile(
        key="hpe-pdu-module", vendor="HPE", mib="CPQPOWER-MIB 1.80 (pdu)",
        source=librenms("hp/CPQPOWER-MIB"),
        models=("PDU Management Module for metered PDUs",),
        sys_object_ids=oids(PDU),
        # One figure for each PDU; the power of only some of them is no total.
        power=total(figure(Whole(Only(MODULE_POWER, MODULE_POWER, (NOT_MEASURED,), keep=False),
                                 scalar(PDU + ".1.1.0", "numOfPdu")))),
        evidence=Evidence(power=Proof.SIMULATED),
        note="It has no outlets. Its current is not read, because its unit changed between revisions of the MIB."),
)
