"""The interface sensors.AccumulatingNumericSensor."""
from __future__ import annotations

from dataclasses import field

from .. import event
from ..idl import declared, method, Time, value_object
from .numeric_sensor import NumericSensor


class AccumulatingNumericSensor(NumericSensor):
    """A counter, such as energy in Wh. `resetValue` needs an administrator and cannot be undone."""

    idlType = "sensors.AccumulatingNumericSensor:2.0.10"

    @value_object
    class ResetEvent(event.UserEvent):
        idlType = "sensors.AccumulatingNumericSensor_2_0_10.ResetEvent:1.0.0"
        oldReading: NumericSensor.Reading = field(default_factory=lambda: NumericSensor.Reading())
        newReading: NumericSensor.Reading = field(default_factory=lambda: NumericSensor.Reading())

    @method()
    def resetValue(self) -> None: declared()

    @method()
    def getLastResetTime(self) -> Time: declared()
