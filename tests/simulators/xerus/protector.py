"""Overcurrent protectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .metered import Device, Sensors
from .sensors import Awake

if TYPE_CHECKING:
    from .pdu import PduUnit

_CLOSED = 1
_ONE_POLE = 0
Json = dict[str, Any]


class Protector(Device):
    """A breaker for some outlets on one line. It never trips."""

    def __init__(self, unit: PduUnit, number: int, inlet: int, line: int) -> None:
        path = f"/model/pdu/0/ocp/{number}"
        super().__init__(unit, "pdumodel.OverCurrentProtector", f"ocp.{number}", [path])
        self.pdu = unit
        self.number = number
        self.inlet = inlet
        self.line = line
        self.settings = {"name": ""}
        model = unit.model
        self.awake = Awake()
        self.sensors = Sensors(
            unit, f"C{number}", path if model.well_known_sensors else None, self.awake, model.live
        )
        kind = "pdumodel.OverCurrentProtectorTripSensor"
        if unit.firmware.version(kind) is None:
            kind = "sensors.StateSensor"  # firmware up to 3.3
        self.sensors.state("trip", lambda: _CLOSED, kind)
        if model.metering != "none":
            self.sensors.numeric({"current": self.amperes})

    def amperes(self) -> float:
        return sum(
            outlet.amperes() for outlet in self.pdu.outlets if self.pdu.protector_of(outlet) is self
        )

    # -- the interface

    def getMetaData(self) -> Json:
        return {
            "label": f"C{self.number + 1}",
            "rating": {"current": 16, "decimalCurrent": 16.0},
            "type": _ONE_POLE,
        }

    def getInlet(self) -> Device:
        return self.pdu.inlets[self.inlet]

    def getOCP(self) -> None:
        """No higher-level protector."""

    def getParents(self) -> list[Device]:
        return [self.pdu.transfer_switch or self.pdu.inlets[self.inlet]]

    def getChildren(self) -> list[Device]:
        return [outlet for outlet in self.pdu.outlets if self.pdu.protector_of(outlet) is self]

    def getPoles(self) -> list[Json]:
        return [
            {
                "line": self.line,
                "inNodeId": self.line + 1,
                "outNodeId": 10 + self.number,
                **self.sensors.fitted,
            }
        ]
