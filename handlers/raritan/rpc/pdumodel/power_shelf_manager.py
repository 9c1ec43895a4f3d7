"""The interface pdumodel.PowerShelfManager."""
from __future__ import annotations

from typing import List, Optional

from ..idl import declared, Interface, method
from .power_bus import PowerBus
from .shelf_power_supply import ShelfPowerSupply


class PowerShelfManager(Interface):
    """The power supplies of a power shelf (firmware 4.4 and later)."""

    idlType = "pdumodel.PowerShelfManager:1.0.0"

    @method()
    def getPowerSupplies(self) -> List[ShelfPowerSupply]: declared()

    @method()
    def getPowerBus(self) -> Optional[PowerBus]: declared()
