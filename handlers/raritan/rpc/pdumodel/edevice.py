"""The interface pdumodel.EDevice."""
from __future__ import annotations

from typing import List

from ..idl import declared, Interface, method
from .structures import PowerLine, Waveform


class EDevice(Interface):
    """Anything that carries current: who feeds it (`getParents`) and whom it feeds (`getChildren`)."""

    idlType = "pdumodel.EDevice:1.0.1"

    @method()
    def getParents(self) -> List[EDevice]: declared()

    @method()
    def getChildren(self) -> List[EDevice]: declared()

    @method()
    def getWaveform(self) -> Waveform: declared()

    @method()
    def getPoleWaveform(self, line: PowerLine) -> Waveform: declared()
