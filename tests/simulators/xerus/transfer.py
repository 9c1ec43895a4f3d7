"""The transfer switch, which selects one of two inlets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .metered import FAULT_STATE, Device, Sensors
from .sensors import Awake

if TYPE_CHECKING:
    from .pdu import PduUnit

_OPAQUE = "transferswitch.0"
_SELECTION = 28  # a type of state sensors, Sensor.idl
# The following are from TransferSwitch.idl 6.0.3: result codes, reasons of a transfer, operational
# states.
_INVALID, _FAILED = 1, 3
_STARTUP, _MANUAL, _POWER_FAILURE = 1, 2, 4
_OFF, _NORMAL, _NON_REDUNDANT = 0, 1, 3
_HYBRID = 2
Json = dict[str, Any]


class TransferSwitch(Device):
    """`selected` is the number of the inlet in use, counted from 0."""

    def __init__(self, unit: PduUnit) -> None:
        # no well-known id is documented
        super().__init__(unit, "pdumodel.TransferSwitch", _OPAQUE)
        self.pdu = unit
        self.selected = 0
        self.powered = [True, True]
        self._reason = _STARTUP
        self._log: list[Json] = []
        self._parameters: dict[str, Any] = {}
        self.settings = {
            "name": "",
            "preferredSource": 0,
            "autoRetransfer": True,
            "noAutoRetransferIfPhaseFault": False,
            "autoRetransferWaitTime": 30,
            "manualTransferEnabled": True,
            "phaseSyncSensorEnabled": True,
        }
        self.awake = Awake()
        self.sensors = Sensors(unit, "TS0", None, self.awake, False)
        self.sensors.state("selectedSource", _SELECTION, lambda: self.selected)
        self.sensors.state("operationalState", FAULT_STATE, self._operation)
        for alarm in ("overloadAlarm", "phaseSyncAlarm", "switchFault"):
            self.sensors.state(alarm, FAULT_STATE, lambda: 0)

    def lose(self, source: int) -> None:
        """Makes the feed of an inlet fail.

        If this inlet was selected and the other one has power, the load moves there.
        """
        self.powered[source] = False
        if self.selected == source and self.powered[1 - source]:
            self._transfer(1 - source, _POWER_FAILURE)

    def _operation(self) -> int:
        if all(self.powered):
            return _NORMAL
        return _NON_REDUNDANT if any(self.powered) else _OFF

    def _transfer(self, source: int, reason: int) -> None:
        self._log.append(
            {
                "timestamp": self.pdu.clockwork.wall(),
                "oldInlet": self.selected,
                "newInlet": source,
                "reason": reason,
                "statistics": self.getStatistics(),
            }
        )
        self.selected, self._reason = source, reason

    # -- the interface

    def getMetaData(self) -> Json:
        return {
            "label": "TS1",
            "namePlate": {"serialNumber": "<not set>"},
            "rating": {"current": 32, "decimalCurrent": 32.0, "minVoltage": 220, "maxVoltage": 240},
            "type": _HYBRID,
            "sourceCount": len(self.powered),
        }

    def getPoles(self) -> list[Json]:
        return [
            {"line": line, "inNodeIds": [1 + line, 11 + line], "outNodeId": 21 + line}
            for line in range(self.pdu.model.phases)
        ]

    def getStatistics(self) -> Json:
        return {
            "transferCount": len(self._log),
            "powerFailDetectTime": 2000,
            "relayOpenTime": 3000,
            "totalTransferTime": 8000,
        }

    def transferToSource(self, source: int, faultOverride: bool) -> int:
        if not 0 <= source < len(self.powered):
            return _INVALID
        if not self.powered[source]:
            return _FAILED
        if source != self.selected:
            self._transfer(source, _MANUAL)
        self.settings = {**self.settings, "preferredSource": source}
        return 0

    def getTransferLog(self) -> list[Json]:
        return self._log

    def fed_by(self) -> list[Device]:
        return list(self.pdu.inlets)

    def feeds(self) -> list[Device]:
        return list(self.pdu.protectors) or list(self.pdu.outlets)
