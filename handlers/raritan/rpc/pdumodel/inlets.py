"""The interface pdumodel.Inlets."""
from __future__ import annotations

from dataclasses import dataclass

from ..idl import declared, Interface, method, Structure


class Inlets(Interface):
    """All inlets as a list."""

    idlType = "pdumodel.Inlets:1.0.0"

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        numberOfInlets: int = 0

    @method()
    def getInfo(self) -> Inlets.Info: declared()
