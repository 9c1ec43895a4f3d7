"""The interface pdumodel.Cascade."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from ..idl import declared, Interface, method, Structure


class Cascade(Interface):
    """Which PDUs a cascade holds."""

    idlType = "pdumodel.Cascade:1.0.0"

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        pduIds: List[int] = field(default_factory=list)

    @method()
    def getInfo(self) -> Cascade.Info: declared()
