"""/cascade: link units, from firmware 3.6 on. Source: CascadeManager.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

_INVALID, _ID_IN_USE, _HOST_IN_USE, _UNREACHABLE, _DENIED = 1, 4, 5, 6, 7
_STANDALONE, _PRIMARY = 0, 1
_STATUS_OK, _STATUS_UNREACHABLE = 1, 2
_LOWEST, _HIGHEST = 2, 8
_NETWORK = "192.0.2."  # RFC 5737
Json = dict[str, Any]


class CascadeManager(Served):
    """Units in 192.0.2.0/24 can be linked with the login admin/legrand; others do not answer."""

    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "cascading.CascadeManager", "cascade", ["/cascade"])
        self._device = device
        self._hosts = {link_id: f"{_NETWORK}{100 + link_id}" for link_id in device.units if link_id}

    def getStatus(self) -> Json:
        units = self._device.units
        linked = {
            link_id: {
                "host": host,
                "type": 0,
                "fwVersion": f"{self.unit.firmware.release}.5-50000",
                "status": _STATUS_OK if units[link_id].reachable else _STATUS_UNREACHABLE,
            }
            for link_id, host in sorted(self._hosts.items())
        }
        return {
            "role": _PRIMARY if linked else _STANDALONE,
            "linkUnits": linked,
            "primaryLinkId": 1 if linked else 0,
        }

    def addLinkUnit(
        self, linkId: int, host: str, login: str, password: str, newPassword: str
    ) -> int:
        codes = {
            _INVALID: not _LOWEST <= linkId <= _HIGHEST,
            _ID_IN_USE: linkId in self._hosts,
            _HOST_IN_USE: host in self._hosts.values(),
            _UNREACHABLE: not host.startswith(_NETWORK),
            _DENIED: (login, password) != ("admin", "legrand"),
        }
        code = next((code for code, applies in codes.items() if applies), 0)
        if not code:
            self._device.link(linkId)
            self._hosts[linkId] = host
        return code

    def releaseLinkUnit(self, linkId: int) -> int:
        if linkId not in self._hosts:
            return _INVALID
        del self._hosts[linkId]
        self._device.unlink(linkId)
        return 0
