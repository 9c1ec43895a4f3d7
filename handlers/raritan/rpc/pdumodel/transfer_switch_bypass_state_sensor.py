"""The interface pdumodel.TransferSwitchBypassStateSensor."""
from __future__ import annotations

from .. import sensors
from ..idl import declared, method


class TransferSwitchBypassStateSensor(sensors.StateSensor):
    """Whether a transfer switch is bypassed, and to which source."""

    idlType = "pdumodel.TransferSwitchBypassStateSensor:1.0.2"

    STATE_SELECTED_INLET_MASK = 7
    STATE_SELECTED_INLET_IS_ACTIVE = 8
    STATE_FAULT = 16
    STATE_ACTIVE_INLET_MASK = 7
    STATE_IS_BYPASS_SELECTED = 8

    @method()
    def acknowledgeFault(self) -> None: declared()
