"""The PDU data model: PDU, inlets, protectors, outlets, transfer switches, groups: what several interfaces share."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import sensors
from ..idl import Enumeration, Structure
from .residual_current_state_sensor import ResidualCurrentStateSensor


class PowerLine(Enumeration):
    L1 = 0
    L2 = 1
    L3 = 2
    NEUTRAL = 3
    EARTH = 4
    PLUS = 5
    MINUS = 6


@dataclass(eq=False, repr=False)
class CircuitBreakerStatistic(Structure):
    tripCnt: int = 0


@dataclass(eq=False, repr=False)
class CtrlStatistic(Structure):
    mainCSumErrCnt: int = 0
    subCSumErrCnt: int = 0
    timeoutCnt: int = 0
    resetCnt: int = 0
    emResetCnt: int = 0
    _aliases = {"mainCSumErrCnt": ("masterCSumErrCnt",), "subCSumErrCnt": ("slaveCSumErrCnt",)}


@dataclass(eq=False, repr=False)
class DoublePole(Structure):
    label: str = ""
    line: PowerLine = field(default_factory=lambda: PowerLine(0))
    inNodeId: int = 0
    outNodeId: int = 0
    voltage: Optional[sensors.NumericSensor] = None
    voltageLN: Optional[sensors.NumericSensor] = None
    current: Optional[sensors.NumericSensor] = None
    peakCurrent: Optional[sensors.NumericSensor] = None
    activePower: Optional[sensors.NumericSensor] = None
    apparentPower: Optional[sensors.NumericSensor] = None
    powerFactor: Optional[sensors.NumericSensor] = None
    activeEnergy: Optional[sensors.NumericSensor] = None
    apparentEnergy: Optional[sensors.NumericSensor] = None


@dataclass(eq=False, repr=False)
class MeteredLinePair(Structure):
    leftLine: PowerLine = field(default_factory=lambda: PowerLine(0))
    rightLine: PowerLine = field(default_factory=lambda: PowerLine(0))
    leftNodeId: int = 0
    rightNodeId: int = 0
    voltage: Optional[sensors.NumericSensor] = None
    current: Optional[sensors.NumericSensor] = None
    peakCurrent: Optional[sensors.NumericSensor] = None
    activePower: Optional[sensors.NumericSensor] = None
    reactivePower: Optional[sensors.NumericSensor] = None
    apparentPower: Optional[sensors.NumericSensor] = None
    powerFactor: Optional[sensors.NumericSensor] = None
    phaseAngle: Optional[sensors.NumericSensor] = None
    displacementPowerFactor: Optional[sensors.NumericSensor] = None
    activeEnergy: Optional[sensors.NumericSensor] = None
    apparentEnergy: Optional[sensors.NumericSensor] = None
    crestFactor: Optional[sensors.NumericSensor] = None
    voltageThd: Optional[sensors.NumericSensor] = None
    currentThd: Optional[sensors.NumericSensor] = None


@dataclass(eq=False, repr=False)
class Nameplate(Structure):
    @dataclass(eq=False, repr=False)
    class Rating(Structure):
        voltage: str = ""
        current: str = ""
        frequency: str = ""
        power: str = ""

    manufacturer: str = ""
    brand: str = ""
    model: str = ""
    partNumber: str = ""
    serialNumber: str = ""
    rating: Nameplate.Rating = field(default_factory=lambda: Nameplate.Rating())
    imageFileURL: str = ""


@dataclass(eq=False, repr=False)
class OutletStatistic(Structure):
    relayCycleCnt: int = 0
    relayFailCnt: int = 0


@dataclass(eq=False, repr=False)
class Pole(Structure):
    label: str = ""
    line: PowerLine = field(default_factory=lambda: PowerLine(0))
    nodeId: int = 0
    voltage: Optional[sensors.NumericSensor] = None
    voltageLN: Optional[sensors.NumericSensor] = None
    current: Optional[sensors.NumericSensor] = None
    peakCurrent: Optional[sensors.NumericSensor] = None
    activePower: Optional[sensors.NumericSensor] = None
    reactivePower: Optional[sensors.NumericSensor] = None
    apparentPower: Optional[sensors.NumericSensor] = None
    powerFactor: Optional[sensors.NumericSensor] = None
    phaseAngle: Optional[sensors.NumericSensor] = None
    displacementPowerFactor: Optional[sensors.NumericSensor] = None
    activeEnergy: Optional[sensors.NumericSensor] = None
    apparentEnergy: Optional[sensors.NumericSensor] = None
    residualCurrent: Optional[sensors.NumericSensor] = None
    residualACCurrent: Optional[sensors.NumericSensor] = None
    residualDCCurrent: Optional[sensors.NumericSensor] = None
    crestFactor: Optional[sensors.NumericSensor] = None
    voltageThd: Optional[sensors.NumericSensor] = None
    currentThd: Optional[sensors.NumericSensor] = None
    residualCurrentStatus: Optional[ResidualCurrentStateSensor] = None


@dataclass(eq=False, repr=False)
class Rating(Structure):
    current: int = 0
    decimalCurrent: float = 0.0
    minVoltage: int = 0
    maxVoltage: int = 0


@dataclass(eq=False, repr=False)
class ThrowPole(Structure):
    label: str = ""
    line: PowerLine = field(default_factory=lambda: PowerLine(0))
    inNodeIds: List[int] = field(default_factory=list)
    outNodeId: int = 0


@dataclass(eq=False, repr=False)
class Waveform(Structure):
    voltage: List[float] = field(default_factory=list)
    current: List[float] = field(default_factory=list)
    sampleRate: int = 0
