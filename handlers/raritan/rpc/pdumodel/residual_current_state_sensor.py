"""The interface pdumodel.ResidualCurrentStateSensor."""
from __future__ import annotations

from .. import sensors
from ..idl import declared, method


class ResidualCurrentStateSensor(sensors.StateSensor):
    """State of a residual current monitor; it can test itself."""

    idlType = "pdumodel.ResidualCurrentStateSensor:2.0.8"

    STATE_NORMAL = 0
    STATE_WARNING = 1
    STATE_CRITICAL = 2
    STATE_SELFTEST = 3
    STATE_FAILURE = 4

    @method()
    def startSelfTest(self) -> int: declared()
