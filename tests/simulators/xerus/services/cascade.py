"""/cascade: link units (firmware 3.6 and later)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

_INVALID, _ON_PRIMARY, _ID_IN_USE, _HOST_IN_USE, _UNREACHABLE = 1, 2, 4, 5, 6
_DENIED, _NOT_SUPPORTED, _PASSWORD_CHANGE, _PASSWORD_POLICY = 7, 10, 11, 12
_STANDALONE, _PRIMARY, _LINK_UNIT = 0, 1, 2
_STATUS_OK, _STATUS_UNREACHABLE = 1, 2
_LOWEST, _HIGHEST = 2, 8
_SHORTEST_PASSWORD = 4
_NETWORK = "192.0.2."  # RFC 5737
_FACTORY_FRESH = "192.0.2.11"  # asks for a new password
Json = dict[str, Any]


class CascadeManager(Served):
    """/cascade.

    Units in 192.0.2.0/24 can be linked with the login admin/legrand; other addresses do not
    answer.
    """

    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "cascading.CascadeManager", "cascade", ["/cascade"])
        self._device = device
        self._hosts = {link_id: f"{_NETWORK}{100 + link_id}" for link_id in device.units if link_id}
        self._settings: Json = {"caCertChain": "", "allowOffTimeRangeCerts": False}

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
        code = self._check(linkId, host, login, password)
        if not code and host == _FACTORY_FRESH:
            if not newPassword:
                return _PASSWORD_CHANGE
            if len(newPassword) < _SHORTEST_PASSWORD:
                return _PASSWORD_POLICY
        if not code:
            self._device.link(linkId)
            self._hosts[linkId] = host
        return code

    def _check(self, link_id: int, host: str, login: str, password: str) -> int:
        known = login == "admin" and password == "legrand"
        faults = (
            (_INVALID, not _LOWEST <= link_id <= _HIGHEST),
            (_ID_IN_USE, link_id in self._hosts),
            (_HOST_IN_USE, host in self._hosts.values()),
            (_UNREACHABLE, not host.startswith(_NETWORK)),
            (_DENIED, not known),
        )
        return next((code for code, wrong in faults if wrong), 0)

    def releaseLinkUnit(self, linkId: int) -> int:
        if linkId not in self._hosts:
            return _INVALID
        del self._hosts[linkId]
        self._device.unlink(linkId)
        return 0

    def requestLink(self, token: str) -> int:
        """Refuses: the simulator cannot make this unit a link unit."""
        return _ON_PRIMARY if self._hosts else _NOT_SUPPORTED

    def unlink(self) -> None:
        """Does nothing: this unit is not a link unit."""
