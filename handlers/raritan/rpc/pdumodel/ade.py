"""The interface pdumodel.Ade."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List

from ..idl import declared, Interface, method, Structure


class Ade(Interface):
    """The metering chip (diagnosis)."""

    idlType = "pdumodel.Ade:1.0.0"

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        adeType: str = ""
        channels: int = 0
        currentDivider: float = 0.0
        voltageDivider: float = 0.0
        energyDivider: float = 0.0

    @dataclass(eq=False, repr=False)
    class Sample(Structure):
        vrms: int = 0
        irms: int = 0
        watt: int = 0
        va: int = 0
        wh: int = 0
        vah: int = 0

    @method()
    def getMetaData(self) -> Ade.MetaData: declared()

    @method()
    def getLatestSample(self) -> List[Ade.Sample]: declared()

    @method()
    def getCalibrationData(self) -> Dict[int, int]: declared()

    @method()
    def setCalibrationData(self, regs: Dict[str, str]) -> int: declared()
