"""The interface pdumodel.OverCurrentProtectorTripSensor."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from .. import sensors
from ..idl import declared, EPOCH, method, Structure, Time, value_object
from .outlet import Outlet
from .structures import Waveform


class OverCurrentProtectorTripSensor(sensors.StateSensor):
    """Whether a protector is closed (1) or has tripped (0), and what made it trip."""

    idlType = "pdumodel.OverCurrentProtectorTripSensor:1.1.14"

    @dataclass(eq=False, repr=False)
    class TripEventInformation(Structure):
        cause: Optional[Outlet] = None
        timestamp: Time = EPOCH
        current: float = 0.0

    @value_object
    class TripStateChangedEvent(sensors.StateSensor.StateChangedEvent):
        idlType = "pdumodel.OverCurrentProtectorTripSensor_1_1_14.TripStateChangedEvent:1.0.0"
        tripCause: Optional[Outlet] = None
        tripInformation: OverCurrentProtectorTripSensor.TripEventInformation = field(
            default_factory=lambda: OverCurrentProtectorTripSensor.TripEventInformation())

    @method()
    def getTripCause(self) -> Optional[Outlet]: declared()

    @method()
    def getTripEventInformation(self) -> OverCurrentProtectorTripSensor.TripEventInformation: declared()

    @method()
    def getTripWaveform(self) -> Waveform: declared()
