"""Small services of the unit: SNMP agent, clock, diagnostic logs, panel, names of objects."""

from __future__ import annotations

from typing import Any, Optional

from ..objects import Served, Unit

_INVALID = 1
_CONTEXTS = ("ajax", "bootstrap", "eventengine", "jsonrpc", "netcfg", "outletcontrol", "snmpagent")
_DEFAULT_LEVEL = 2
_UNKNOWN_CONTEXT = 1
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

    def getActiveNtpServers(self) -> list[str]:
        servers = self._cfg["ntpCfg"]
        return [
            servers[name]
            for name in ("server1", "server2")
            if servers[name] and self._cfg["protocol"] == _NTP
        ]

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


class DiagLog(Served):
    """/diag: the log level of each part of the firmware."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "diag.DiagLogSettings", "diag", ["/diag"])
        self._levels = dict.fromkeys(_CONTEXTS, _DEFAULT_LEVEL)

    def resetLogLevelsForAllCtxNames(self) -> None:
        self._levels = dict.fromkeys(_CONTEXTS, _DEFAULT_LEVEL)

    def getLogLevelsForAllCtxNames(self) -> list[Json]:
        return [{"ctxName": name, "logLevel": level} for name, level in self._levels.items()]

    def getLogLevelByCtxName(self, ctxName: str) -> Json:
        known = ctxName in self._levels
        return {"_ret_": 0 if known else _UNKNOWN_CONTEXT, "logLevel": self._levels.get(ctxName, 0)}

    def setLogLevelByCtxName(self, ctxName: str, logLevel: int) -> int:
        if ctxName not in self._levels:
            return _UNKNOWN_CONTEXT
        self._levels[ctxName] = logLevel
        return 0


class Panel(Served):
    """/model/unit: display and buzzer."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "pdumodel.Unit", "unit", ["/model/unit"])
        self._settings: Json = {
            "buzzerMuted": False,
            "autoDisplayOrientation": True,
            "displayOrientation": 0,
        }
        self.identified = 0

    def getMetaData(self) -> Json:
        return {"hasOrientationSensor": True, "supportedDisplayOrientations": [0, 1]}

    def getSettings(self) -> Json:
        return self._settings

    def setSettings(self, settings: Json) -> int:
        self._settings = settings
        return 0

    def identify(self, seconds: int) -> None:
        self.identified = seconds

    def getDisplayOrientation(self) -> int:
        return int(self._settings["displayOrientation"])


class NameService(Served):
    """/ns: looks up the object of a resource id."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "jsonrpc.NameService", "ns", ["/ns"])

    def lookup(self, name: str) -> Optional[Served]:
        return self.unit.site.find(name)
