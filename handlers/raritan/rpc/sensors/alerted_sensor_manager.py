"""The interface sensors.AlertedSensorManager."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from ..idl import declared, Enumeration, Event, Interface, method, Structure, value_object
from .sensor import Sensor


class AlertedSensorManager(Interface):
    """Sensors that are in alarm now, at `/model/alertedsensormanager`."""

    idlType = "sensors.AlertedSensorManager:1.0.6"

    class AlertState(Enumeration):
        UNAVAILABLE = 0
        NORMAL = 1
        CRITICAL = 2
        WARNED = 3

    @dataclass(eq=False, repr=False)
    class SensorCounts(Structure):
        total: int = 0
        unavailable: int = 0
        critical: int = 0
        warned: int = 0

    @dataclass(eq=False, repr=False)
    class SensorData(Structure):
        sensor: Optional[Sensor] = None
        parent: Optional[Interface] = None
        alertState: AlertedSensorManager.AlertState = field(default_factory=lambda: AlertedSensorManager.AlertState(0))

    @value_object
    class AlertedSensorsChangedEvent(Event):
        idlType = "sensors.AlertedSensorManager_1_0_6.AlertedSensorsChangedEvent:1.0.0"
        counts: AlertedSensorManager.SensorCounts = field(default_factory=lambda: AlertedSensorManager.SensorCounts())
        changedSensors: List[AlertedSensorManager.SensorData] = field(default_factory=list)
        removedSensors: List[Sensor] = field(default_factory=list)

    @value_object
    class MonitoredSensorsChangedEvent(Event):
        idlType = "sensors.AlertedSensorManager_1_0_6.MonitoredSensorsChangedEvent:1.0.0"
        counts: AlertedSensorManager.SensorCounts = field(default_factory=lambda: AlertedSensorManager.SensorCounts())

    @method()
    def getSensorCounts(self) -> AlertedSensorManager.SensorCounts: declared()

    @method()
    def getAllSensors(self) -> List[AlertedSensorManager.SensorData]: declared()

    @method()
    def getAlertedSensors(self) -> List[AlertedSensorManager.SensorData]: declared()
