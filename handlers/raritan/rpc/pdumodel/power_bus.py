"""The interface pdumodel.PowerBus."""
from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from .. import sensors
from ..idl import declared, method, Structure
from .edevice import EDevice
from .structures import Pole


class PowerBus(EDevice):
    """The DC bus of a power shelf."""

    idlType = "pdumodel.PowerBus:1.0.0"

    @dataclass(eq=False, repr=False)
    class Sensors(Structure):
        current: Optional[sensors.NumericSensor] = None
        voltage: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        temperature: Optional[sensors.NumericSensor] = None

    @method()
    def getSensors(self) -> PowerBus.Sensors: declared()

    @method()
    def getPoles(self) -> List[Pole]: declared()
