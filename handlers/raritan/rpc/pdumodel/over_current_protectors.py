"""The interface pdumodel.OverCurrentProtectors."""
from __future__ import annotations

from dataclasses import dataclass

from ..idl import declared, Interface, method, Structure


class OverCurrentProtectors(Interface):
    """All protectors as a list."""

    idlType = "pdumodel.OverCurrentProtectors:1.0.0"

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        numberOfOCPs: int = 0

    @method()
    def getInfo(self) -> OverCurrentProtectors.Info: declared()
