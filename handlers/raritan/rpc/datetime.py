"""Clock, time zone and NTP. Source: DateTime.idl."""

from __future__ import annotations

from typing import Optional, Union

from . import idl
from ._runtime import ZERO, Enumeration, Interface, Structure, Time, method


class DateTime(Interface, version="4.0.0"):
    """Clock, time zone and NTP, at `/datetime`."""

    SUCCESS = 0
    ERR_NTP_CHECK_INTERNAL = 1
    ERR_NTP_CHECK_INVALID_ARGUMENT = 2
    ERR_NTP_CHECK_ADDRESS_RESOLVE_ERROR = 3
    ERR_NTP_CHECK_AUTH_KEY_ID_UNKNOWN = 4
    ERR_NTP_CHECK_NETWORK_OR_HOST_UNREACHABLE = 5
    ERR_NTP_CHECK_CONNECTION_REFUSED = 6
    ERR_NTP_CHECK_NO_RESPONSE = 7
    ERR_NTP_CHECK_RESPONSE_FORMAT_INVALID = 8
    ERR_NTP_CHECK_SERVER_VERSION_UNSUPPORTED = 9
    ERR_NTP_CHECK_MAC_MISSING_OR_INVALID = 10
    ERR_NTP_CHECK_MODE_INVALID = 11
    ERR_NTP_CHECK_SERVER_NOT_SYNCHRONIZED = 12
    ERR_NTP_CHECK_ROOT_DISTANCE_TOO_LARGE = 13
    ERR_NTP_CHECK_ORIGIN_TIME_DOES_NOT_MATCH = 14
    ERR_NTP_CHECK_RECV_OR_XMIT_TIME_NOT_SET = 15

    class NtpAuthKeyType(Enumeration):
        SHA256, SHA512, AES128CMAC, AES256CMAC = range(4)

    class Protocol(Enumeration):
        STATIC, NTP = range(2)

    class Cfg(Structure):
        zoneCfg: DateTime.ZoneCfg = ZERO
        protocol: DateTime.Protocol = ZERO
        deviceTime: Time = ZERO
        ntpCfg: DateTime.NtpCfg = ZERO

    class NtpAuthKey(Structure):
        type: DateTime.NtpAuthKeyType = ZERO
        dataHex: str = ""

    class NtpCfg(Structure):
        server1: str = ""
        server1AuthKeyId: int = 0
        server2: str = ""
        server2AuthKeyId: int = 0
        authKeys: dict[int, DateTime.NtpAuthKey] = ZERO
        forceStatic: bool = False
        _legacy = ("forceStatic",)

    class ZoneCfg(Structure):
        id: int = 0
        name: str = ""
        enableAutoDST: bool = False

    class ZoneInfo(Structure):
        id: int = 0
        name: str = ""
        hasDSTInfo: bool = False

    class ClockChangedEvent(idl.Event):
        oldTime: Time = ZERO
        newTime: Time = ZERO

    class ConfigurationChangedEvent(idl.Event):
        pass

    @method("zoneInfos")
    def getZoneInfos(self, useOlson: bool) -> list[DateTime.ZoneInfo]: ...
    def checkNtpServer(
        self,
        ntpServer: str,
        ntpAuthKeyId: Optional[int] = None,
        ntpAuthKeyOverride: Optional[DateTime.NtpAuthKey] = None,
    ) -> Union[int, bool]: ...
    def getActiveNtpServers(self) -> list[str]: ...
    @method("cfg")
    def getCfg(self) -> DateTime.Cfg: ...
    def setCfg(self, cfg: DateTime.Cfg) -> int: ...
    @method("zone", "dstEnabled", "utcOffset", "currentTime")
    def getTime(self, useOlson: bool) -> tuple[DateTime.ZoneInfo, bool, int, Time]: ...
