"""Eaton: ePDU G2 and G3 of EATON-EPDU-MIB. The index is strapping.outlet; the first unit of a chain is 0.

Each verb has a column, and what is written there is a delay in seconds: 0 is now. Columns 3 (off) and 4 (on) lie the
other way round in one public driver; the MIB, two other drivers and the sister families agree on this order.
"""
from __future__ import annotations

from ..controls import Guarded, Verbs
from ..figures import State
from ..joins import Only
from ..profile import Confidence, Evidence, Outlets, Profile, Proof
from .shorthand import THOUSANDTHS, column, figure, oids, total

NEUTRAL = "2"
LINES = figure(
    Only(column("534.6.6.7.3.3.1.4", "inputCurrent"), column("534.6.6.7.3.3.1.2", "inputCurrentMeasType"), (NEUTRAL,), keep=False),
    THOUSANDTHS)

PROFILES = (
    Profile(
        key="eaton-epdu", vendor="Eaton", mib="EATON-EPDU-MIB",
        models=("ePDU G2 and G3: managed (EMA), switched (ESW), metered outlet (EMO), metered input (EMI)",),
        sys_object_ids=oids("534.6.6.7"),
        outlets=(Outlets(
            states=State(column("534.6.6.7.6.6.1.2", "outletControlStatus"), on=("1",), off=("0",)),
            control=Guarded(
                Verbs(on=column("534.6.6.7.6.6.1.4", "outletControlOnCmd"), off=column("534.6.6.7.6.6.1.3", "outletControlOffCmd")),
                column("534.6.6.7.6.6.1.9", "outletControlSwitchable"), refuse=("2",),
                why="the device's own setting makes it not switchable"),
            rows=column("534.6.6.7.6.1.1.2", "outletID"),
            count=column("534.6.6.7.1.2.1.22", "outletCount"),
            number=column("534.6.6.7.6.1.1.6", "outletDesignator"),
            name=column("534.6.6.7.6.1.1.3", "outletName"),
            current=figure(column("534.6.6.7.6.4.1.3", "outletCurrent"), THOUSANDTHS),
            power=figure(column("534.6.6.7.6.5.1.3", "outletWatts")),
            energy=figure(column("534.6.6.7.6.5.1.4", "outletWh"), THOUSANDTHS)),),
        load=total(LINES, else_outlets=True),
        power=total(figure(column("534.6.6.7.3.5.1.4", "inputTotalWatts")), else_outlets=True),
        energy=total(figure(column("534.6.6.7.3.5.1.5", "inputTotalWh"), THOUSANDTHS), else_outlets=True),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.RECORDING, current=Proof.RECORDING, power=Proof.RECORDING, energy=Proof.RECORDING,
                          switching=Proof.SIMULATED)),
)
