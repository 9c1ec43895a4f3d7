"""The interface sensors.Switch."""
from __future__ import annotations


from .. import event
from ..idl import declared, method, value_object
from .state_sensor import StateSensor


class Switch(StateSensor):
    """A state that can be set: an actuator."""

    idlType = "sensors.Switch:2.0.10"

    ERR_INVALID_PARAMETER = 1
    ERR_NOT_AVAILABLE = 2
    ERR_PDC_POWER_LIMIT = 3

    @value_object
    class SwitchEvent(event.UserEvent):
        idlType = "sensors.Switch_2_0_10.SwitchEvent:1.0.0"
        targetState: int = 0

    @method()
    def setState(self, newState: int) -> int: declared()
