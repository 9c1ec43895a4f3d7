"""The interface pdumodel.Outlets."""
from __future__ import annotations

from dataclasses import dataclass

from ..idl import declared, Interface, method, Structure


class Outlets(Interface):
    """All outlets as a list."""

    idlType = "pdumodel.Outlets:1.0.0"

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        numberOfOutlets: int = 0

    @method()
    def getInfo(self) -> Outlets.Info: declared()
