"""The interface pdumodel.Bcm."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from ..idl import declared, Enumeration, Interface, method, Structure


class Bcm(Interface):
    """A branch circuit monitor of the first generation."""

    idlType = "pdumodel.Bcm:1.0.0"

    class LineConfig(Enumeration):
        UNCONNECTED = 0
        L1_N = 1
        L2_N = 2
        L3_N = 3

    class TransformerType(Enumeration):
        VOLTAGE = 0
        TURNSRATIO = 1

    @dataclass(eq=False, repr=False)
    class ChannelConfig(Structure):
        channel: int = 0
        label: str = ""
        is3Phase: bool = False
        lineA: Bcm.PhaseConfig = field(default_factory=lambda: Bcm.PhaseConfig())
        lineB: Bcm.PhaseConfig = field(default_factory=lambda: Bcm.PhaseConfig())
        lineC: Bcm.PhaseConfig = field(default_factory=lambda: Bcm.PhaseConfig())

    @dataclass(eq=False, repr=False)
    class PhaseConfig(Structure):
        lineConfig: Bcm.LineConfig = field(default_factory=lambda: Bcm.LineConfig(0))
        ctType: Bcm.TransformerType = field(default_factory=lambda: Bcm.TransformerType(0))
        fsCurrent: int = 0
        fsVoltage: int = 0
        turnsRatio: int = 0
        burdenResistor: int = 0

    @method()
    def getChannelCount(self) -> int: declared()

    @method()
    def getChannelConfigs(self) -> List[Bcm.ChannelConfig]: declared()

    @method()
    def setChannelConfig(self, channel: int, config: Bcm.ChannelConfig) -> int: declared()
