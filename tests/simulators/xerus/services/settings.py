"""Small services of the unit: SNMP agent, clock."""

from __future__ import annotations

from typing import Any, Optional

from ..objects import Served, Unit

_INVALID = 1
_NTP = 1
_NO_RESPONSE = 7
Json = dict[str, Any]


class Snmp(Served):
    """/snmp. If version 2c is enabled, a read community is required."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "devsettings.Snmp", "snmp", ["/snmp"])
        self.configuration: Json = {
            "v2enable": False,
            "v3enable": False,
            "readComm": "",
            "writeComm": "",
            "sysContact": "",
            "sysName": "",
            "sysLocation": "",
        }

    def getConfiguration(self) -> Json:
        return self.configuration

    def setConfiguration(self, cfg: Json) -> int:
        if cfg["v2enable"] and not cfg["readComm"]:
            return _INVALID
        self.configuration = cfg
        return 0

    def getV3EngineId(self) -> str:
        return "0x800035ae03000d5d000000"


class DateTime(Served):
    """/datetime.

    A time that a client sets is shown only by this object; other objects keep the true time.
    """

    ZONES = ((1, "(UTC) Etc/UTC", "Etc/UTC", 0), (2, "(UTC+01:00) Berlin", "Europe/Berlin", 3600))

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "datetime.DateTime", "datetime", ["/datetime"])
        self._cfg: Json = {
            "zoneCfg": {"id": 1, "name": "Etc/UTC", "enableAutoDST": True},
            "protocol": _NTP,
            "ntpCfg": {"server1": "127.0.0.1", "server2": ""},
        }
        self._shift = 0

    def _now(self) -> int:
        return self.unit.clockwork.wall() + self._shift

    def _zone(self, olson: bool) -> Json:
        number, name, olson_name, _ = next(
            zone for zone in self.ZONES if zone[0] == self._cfg["zoneCfg"]["id"]
        )
        return {"id": number, "name": olson_name if olson else name, "hasDSTInfo": number != 1}

    def getZoneInfos(self, useOlson: bool) -> list[Json]:
        return [
            {"id": number, "name": olson_name if useOlson else name, "hasDSTInfo": number != 1}
            for number, name, olson_name, _ in self.ZONES
        ]

    def checkNtpServer(
        self,
        ntpServer: str,
        ntpAuthKeyId: Optional[int] = None,
        ntpAuthKeyOverride: Optional[Json] = None,
    ) -> Any:
        """A bool up to 4.3, a result code (0: success) in 4.4. Only 127.0.0.1 answers."""
        answers = ntpServer == "127.0.0.1"
        if ntpAuthKeyId is None:
            return answers
        return 0 if answers else _NO_RESPONSE

    def getCfg(self) -> Json:
        return {**self._cfg, "deviceTime": self._now()}

    def setCfg(self, cfg: Json) -> int:
        if cfg["zoneCfg"]["id"] not in {zone[0] for zone in self.ZONES}:
            return _INVALID
        self._cfg = cfg
        self._shift = (
            0 if cfg["protocol"] == _NTP else cfg["deviceTime"] - self.unit.clockwork.wall()
        )
        return 0

    def getTime(self, useOlson: bool) -> Json:
        offset = next(zone[3] for zone in self.ZONES if zone[0] == self._cfg["zoneCfg"]["id"])
        return {
            "zone": self._zone(useOlson),
            "dstEnabled": False,
            "utcOffset": offset,
            "currentTime": self._now(),
        }
