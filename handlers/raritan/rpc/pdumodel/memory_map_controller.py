"""The interface pdumodel.MemoryMapController."""
from __future__ import annotations

from typing import List, Tuple

from ..idl import declared, method
from .controller import Controller


class MemoryMapController(Controller):
    """Memory of a controller (diagnosis)."""

    idlType = "pdumodel.MemoryMapController:5.0.1"

    @method("_ret_", "memory")
    def readMemory(self, address: int, size: int) -> Tuple[int, List[int]]: declared()

    @method()
    def writeMemory(self, address: int, memory: List[int]) -> int: declared()
