"""The interface sensors.StateSensor."""
from __future__ import annotations

from dataclasses import dataclass, field

from ..idl import declared, EPOCH, Event, method, Structure, Time, value_object
from .sensor import Sensor


class StateSensor(Sensor):
    """A sensor with a few states; a state counts only if it is available."""

    idlType = "sensors.StateSensor:4.0.8"

    @dataclass(eq=False, repr=False)
    class State(Structure):
        timestamp: Time = EPOCH
        available: bool = False
        value: int = 0

    @value_object
    class StateChangedEvent(Event):
        idlType = "sensors.StateSensor_4_0_8.StateChangedEvent:1.0.0"
        oldState: StateSensor.State = field(default_factory=lambda: StateSensor.State())
        newState: StateSensor.State = field(default_factory=lambda: StateSensor.State())

    @method()
    def getState(self) -> StateSensor.State: declared()
