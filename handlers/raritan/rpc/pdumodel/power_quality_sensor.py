"""The interface pdumodel.PowerQualitySensor."""
from __future__ import annotations

from .. import sensors


class PowerQualitySensor(sensors.StateSensor):
    """Quality of the supply: normal, warning or critical."""

    idlType = "pdumodel.PowerQualitySensor:2.0.8"

    STATE_NORMAL = 0
    STATE_WARNING = 1
    STATE_CRITICAL = 2
