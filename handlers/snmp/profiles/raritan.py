"""Raritan, and what Legrand and Server Technology build on the same platform: PDU2-MIB (PX2, PX3, PX4, PRO4X).

The index is pdu.outlet; sensor tables add the sensor's type (1 A, 5 W, 8 Wh, 14 on/off). States are a general sensor
enumeration (7 on, 8 off of 38), commands are 0 and 1. The device tells the decimal digits of each sensor. The
current of a three-phase inlet is that of its highest line, so its poles are summed; an inlet of one phase has no rows for
poles, and its own current counts.
"""
from __future__ import annotations

from ..controls import Guarded, Write
from ..figures import Figure, State
from ..joins import Arc, Chained, First, Number, Only
from ..profile import Confidence, Evidence, Outlets, Profile, Proof
from ..sources import Column, Source
from .shorthand import ONES, THOUSANDTHS, column, oids, total

CURRENT, POWER, ENERGY, ON_OFF = "1", "5", "8", "14"        # sensor types


def _sensor(values: Source, digits: Column, energy: bool = False) -> Figure:
    return Figure(values, THOUSANDTHS if energy else ONES, (), digits=digits)


def _outlet(kind: str) -> Figure:
    available = column("13742.6.5.4.3.1.2", "measurementsOutletSensorIsAvailable", kind)
    values = Only(column("13742.6.5.4.3.1.4", "measurementsOutletSensorValue", kind), available, ("2",), keep=False)
    return _sensor(values, column("13742.6.3.5.4.1.7", "outletSensorDecimalDigits", kind), kind == ENERGY)


def _available_inlet(kind: str) -> Source:
    available = column("13742.6.5.2.3.1.2", "measurementsInletSensorIsAvailable", kind)
    return Only(column("13742.6.5.2.3.1.4", "measurementsInletSensorValue", kind), available, ("2",), keep=False)


def _inlet(kind: str) -> Figure:
    return _sensor(_available_inlet(kind), column("13742.6.3.3.4.1.7", "inletSensorDecimalDigits", kind), kind == ENERGY)


LABEL = column("13742.6.3.5.3.1.2", "outletLabel")
NEUTRAL = "4"                                               # of inletPoleLine
LINES = _sensor(
    Only(Arc(column("13742.6.5.2.4.1.4", "measurementsInletPoleSensorValue", CURRENT), -1, ("1", "2", "3")),
         column("13742.6.3.3.5.1.2", "inletPoleLine"), (NEUTRAL,), keep=False),
    column("13742.6.3.3.6.1.7", "inletPoleSensorDecimalDigits", CURRENT))
ONE_PHASE_INLETS = _sensor(
    Only(_available_inlet(CURRENT), column("13742.6.3.3.3.1.5", "inletPoleCount"), ("3", "4", "5"), keep=False),
    column("13742.6.3.3.4.1.7", "inletSensorDecimalDigits", CURRENT))
BREAKERS = _sensor(
    column("13742.6.5.3.3.1.4", "measurementsOverCurrentProtectorSensorValue", CURRENT),
    column("13742.6.3.4.4.1.7", "overCurrentProtectorSensorDecimalDigits", CURRENT))

PROFILES = (
    Profile(
        key="raritan-px2", vendor="Raritan", mib="PDU2-MIB",
        models=("PX2", "PX3", "PX3TS", "PX4", "Server Technology PRO4X"),
        sys_object_ids=oids("13742.6"),
        outlets=(Outlets(
            states=State(First((column("13742.6.4.1.2.1.3", "outletSwitchingState"),
                                column("13742.6.5.4.3.1.3", "measurementsOutletSensorState", ON_OFF))),
                         on=("7",), off=("8",)),
            control=Guarded(
                Write(column("13742.6.4.1.2.1.2", "switchingOperation"), on=1, off=0),
                column("13742.6.3.5.3.1.28", "outletSwitchable"), refuse=("2",),
                why="its switching is disabled on the device"),
            rows=LABEL,
            count=column("13742.6.3.2.2.1.4", "outletCount"),
            number=Chained(Number(LABEL, plus=0, position=0), LABEL, "."),
            name=column("13742.6.3.5.3.1.3", "outletName"),
            current=_outlet(CURRENT), power=_outlet(POWER), energy=_outlet(ENERGY)),),
        load=total(LINES, ONE_PHASE_INLETS, BREAKERS, else_outlets=True),
        power=total(_inlet(POWER), else_outlets=True),
        energy=total(_inlet(ENERGY), else_outlets=True),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.RECORDING, current=Proof.RECORDING, power=Proof.RECORDING, energy=Proof.RECORDING,
                          switching=Proof.SIMULATED)),
)
