"""/rawcfg and /bulkcfg: download and upload of the unit's configuration as files.

Source of the result codes: the vendor's page on the client binding. The formats of the files are
the simulator's own, because the vendor's are not documented.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional

from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

_UNKNOWN, _PENDING, _DONE = 0, 2, 3
_WORK_S = 0.3
_RAW_PARAMETER, _RAW_RUNNING, _RAW_FILE, _RAW_MAGIC = 2, 3, 5, 11
_PARAMETER, _MODEL, _FIRMWARE, _MODE, _RUNNING, _FILE = 2, 5, 6, 10, 11, 13
Json = dict[str, Any]


class _Job(Served):
    """Applies an accepted upload after _WORK_S. Its status is pending, then done."""

    def __init__(self, unit: Unit, interface: str, name: str, device: XerusPdu) -> None:
        super().__init__(unit, interface, name, [f"/{name}"])
        self._device = device
        self._status, self._stamp = _UNKNOWN, 0

    def values(self) -> dict[str, str]:
        """The settings in a configuration file."""
        unit = self._device.units[0]
        names = {
            f"outlet.{outlet.relay.number + 1}.name": outlet.settings["name"]
            for outlet in unit.outlets
        }
        return {"pdu.name": unit.settings["name"], **names}

    def work(self, values: Mapping[str, str]) -> None:
        self._status, self._stamp = _PENDING, self.unit.clockwork.wall()

        def finish() -> None:
            unit = self._device.units[0]
            unit.settings["name"] = values["pdu.name"]
            for outlet in unit.outlets:
                outlet.settings["name"] = values[f"outlet.{outlet.relay.number + 1}.name"]
            self._status, self._stamp = _DONE, self.unit.clockwork.wall()

        self.unit.clockwork.after(_WORK_S, finish)

    def getStatus(self) -> Json:
        return {"status": self._status, "timeStamp": self._stamp}


class RawConfiguration(_Job):
    """Lines of key=value, and comments. The unit refuses a magic line ("#!")."""

    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "rawcfg.RawConfiguration", "rawcfg", device)

    def download(self) -> bytes:
        return "".join(f"{key}={value}\n" for key, value in self.values().items()).encode()

    def upload(self, data: Optional[bytes]) -> int:
        if data is None:
            return _RAW_PARAMETER
        if self._status == _PENDING:
            return _RAW_RUNNING
        lines = data.decode("utf-8", "replace").splitlines()
        if any(line.startswith("#!") for line in lines):
            return _RAW_MAGIC
        values = dict(line.partition("=")[::2] for line in lines if not line.startswith("#"))
        if not set(values) <= set(self.values()):
            return _RAW_FILE
        self.work({**self.values(), **values})
        return 0


class BulkConfiguration(_Job):
    """JSON with the settings, and with what an upload checks."""

    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "bulkcfg.BulkConfiguration", "bulkcfg", device)

    def download(self, links: Sequence[int], backup: bool, password: str) -> Optional[bytes]:
        """The file; None for an unknown link id."""
        if not self._are_linked(links):
            return None
        return json.dumps({**self._checks(backup, password), "values": self.values()}).encode()

    def _checks(self, backup: bool, password: str) -> Json:
        return {
            "model": self._device.units[0].model.product,
            "firmware_version": self.unit.firmware.release,
            "backup": backup,
            "password": hashlib.sha256(password.encode()).hexdigest(),
        }

    def upload(
        self,
        data: Optional[bytes],
        links: Sequence[int],
        backup: bool,
        password: str,
        skip: Sequence[str],
    ) -> int:
        if data is None or not self._are_linked(links):
            return _PARAMETER
        if self._status == _PENDING:
            return _RUNNING
        try:
            content = json.loads(data)
        except ValueError:
            return _FILE
        codes = {
            "backup": _MODE,
            "model": _MODEL,
            "firmware_version": _FIRMWARE,
            "password": _FILE,
        }
        checks = self._checks(backup, password)
        for name, code in codes.items():
            if name not in skip and content[name] != checks[name]:
                return code
        self.work(content["values"])
        return 0

    def _are_linked(self, links: Sequence[int]) -> bool:
        return all(link in (0, 1) or link in self._device.units for link in links)
