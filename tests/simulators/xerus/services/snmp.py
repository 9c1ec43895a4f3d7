"""/snmp: the settings of the unit's SNMP agent. Source: Snmp.idl 1.0.2."""

from __future__ import annotations

from typing import Any

from ..objects import Served, Unit

_INVALID = 1
Json = dict[str, Any]


class Snmp(Served):
    """If version 2c is enabled, a read community is required."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "devsettings.Snmp", "snmp", ["/snmp"])
        self.configuration: Json = {}

    def getConfiguration(self) -> Json:
        return self.configuration

    def setConfiguration(self, cfg: Json) -> int:
        if cfg["v2enable"] and not cfg["readComm"]:
            return _INVALID
        self.configuration = cfg
        return 0

    def getV3EngineId(self) -> str:
        return "0x800035ae03000d5d000000"
