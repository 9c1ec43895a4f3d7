"""The transfer switch, which selects one of two inlets. Source: TransferSwitch.idl 6.0.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .metered import Device, Sensors
from .sensors import Awake

if TYPE_CHECKING:
    from .pdu import PduUnit

_NORMAL, _HYBRID = 1, 2
Json = dict[str, Any]


class TransferSwitch(Device):
    """`selected` is the number of the inlet in use, counted from 0."""

    def __init__(self, unit: PduUnit) -> None:
        # no well-known id is documented
        super().__init__(unit, "pdumodel.TransferSwitch", "transferswitch.0")
        self.pdu = unit
        self.selected = 0
        self.settings = {"preferredSource": 0, "manualTransferEnabled": True}
        self.awake = Awake()
        self.sensors = Sensors(unit, "TS0", None, self.awake, False)
        self.sensors.state("selectedSource", lambda: self.selected)
        self.sensors.state("operationalState", lambda: _NORMAL)

    def getMetaData(self) -> Json:
        return {
            "label": "TS1",
            "type": _HYBRID,
            "sourceCount": len(self.pdu.inlets),
        }

    def getParents(self) -> list[Device]:
        return list(self.pdu.inlets)

    def getChildren(self) -> list[Device]:
        return self.pdu.fed_by_source(self)

    def getPoles(self) -> list[Json]:
        return [
            {"line": line, "inNodeIds": [1 + line, 11 + line], "outNodeId": 21 + line}
            for line in range(self.pdu.model.phases)
        ]
