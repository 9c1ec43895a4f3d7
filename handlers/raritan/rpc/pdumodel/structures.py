"""Types shared by inlets, outlets and protectors.

Source: Pole.idl, OverCurrentProtector.idl, Controller.idl, Nameplate.idl, Outlet.idl, Waveform.idl, EDevice.idl.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .._runtime import ZERO, Enumeration, Interface, Structure, declared

if TYPE_CHECKING:
    from .. import sensors
    from .state_sensors import ResidualCurrentStateSensor


class PowerLine(Enumeration):
    L1, L2, L3, NEUTRAL, EARTH, PLUS, MINUS = range(7)


class CircuitBreakerStatistic(Structure):
    tripCnt: int = 0


class CtrlStatistic(Structure):
    mainCSumErrCnt: int = 0
    subCSumErrCnt: int = 0
    timeoutCnt: int = 0
    resetCnt: int = 0
    emResetCnt: int = 0
    _aliases = {"mainCSumErrCnt": ("masterCSumErrCnt",), "subCSumErrCnt": ("slaveCSumErrCnt",)}


class DoublePole(Structure):
    label: str = ""
    line: PowerLine = ZERO
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


class MeteredLinePair(Structure):
    leftLine: PowerLine = ZERO
    rightLine: PowerLine = ZERO
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


class Nameplate(Structure):
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
    rating: Nameplate.Rating = ZERO
    imageFileURL: str = ""


class OutletStatistic(Structure):
    relayCycleCnt: int = 0
    relayFailCnt: int = 0


class Pole(Structure):
    label: str = ""
    line: PowerLine = ZERO
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


class Rating(Structure):
    current: int = 0
    decimalCurrent: float = 0.0
    minVoltage: int = 0
    maxVoltage: int = 0


class ThrowPole(Structure):
    label: str = ""
    line: PowerLine = ZERO
    inNodeIds: List[int] = ZERO
    outNodeId: int = 0


class Waveform(Structure):
    voltage: List[float] = ZERO
    current: List[float] = ZERO
    sampleRate: int = 0


class EDevice(Interface, version="1.0.1"):
    """Base of inlets, protectors and outlets. `getParents` are the devices that feed it, `getChildren` those that it feeds."""

    def getParents(self) -> List[EDevice]: declared()
    def getChildren(self) -> List[EDevice]: declared()
    def getWaveform(self) -> Waveform: declared()
    def getPoleWaveform(self, line: PowerLine) -> Waveform: declared()
