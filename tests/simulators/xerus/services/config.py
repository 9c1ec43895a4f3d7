"""/rawcfg and /bulkcfg: download and upload of the unit's configuration as files.

Source of the result codes: the vendor's page on the client binding. The formats of the files are
the simulator's own, because the vendor's are not documented.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Optional

from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

_UNKNOWN, _PENDING, _DONE = 0, 2, 3
_WORK_S = 0.3
_RAW_RUNNING, _RAW_FILE, _RAW_MAGIC = 3, 5, 11
_PARAMETER, _FIRMWARE, _MODE, _RUNNING, _FILE = 2, 6, 10, 11, 13
Json = dict[str, Any]


class _Job(Served):
    """Applies the unit's name from an accepted upload after _WORK_S."""

    def __init__(self, unit: Unit, interface: str, name: str, device: XerusPdu) -> None:
        super().__init__(unit, interface, name, [f"/{name}"])
        self._device = device
        self._status = _UNKNOWN

    def work(self, name: str) -> None:
        self._status = _PENDING

        def finish() -> None:
            self._device.units[0].settings["name"] = name
            self._status = _DONE

        self.unit.clockwork.after(_WORK_S, finish)

    def getStatus(self) -> Json:
        return {"status": self._status, "timeStamp": self.unit.clockwork.wall()}


class RawConfiguration(_Job):
    """A line of key=value. The unit refuses a magic line ("#!")."""

    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "rawcfg.RawConfiguration", "rawcfg", device)

    def download(self) -> bytes:
        return f"pdu.name={self._device.units[0].settings['name']}\n".encode()

    def upload(self, data: bytes) -> int:
        if self._status == _PENDING:
            return _RAW_RUNNING
        if data.startswith(b"#!"):
            return _RAW_MAGIC
        key, _, name = data.decode("utf-8", "replace").strip().partition("=")
        if key != "pdu.name":
            return _RAW_FILE
        self.work(name)
        return 0


class BulkConfiguration(_Job):
    """JSON with the unit's name, and with what an upload checks."""

    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "bulkcfg.BulkConfiguration", "bulkcfg", device)

    def download(self, links: Sequence[int], backup: bool, password: str) -> Optional[bytes]:
        """The file; None for an unknown link id."""
        if not self._are_linked(links):
            return None
        content = {
            "firmware_version": self.unit.firmware.release,
            "backup": backup,
            "password": hashlib.sha256(password.encode()).hexdigest(),
            "name": self._device.units[0].settings["name"],
        }
        return json.dumps(content).encode()

    def upload(
        self, data: bytes, links: Sequence[int], backup: bool, password: str, skip: Sequence[str]
    ) -> int:
        """The code of the first check that fails, 0 if the job has begun. `skip`: checks to leave
        out.
        """
        own_file = self.download(links, backup, password)
        if own_file is None:  # an unknown link id
            return _PARAMETER
        if self._status == _PENDING:
            return _RUNNING
        try:
            content = json.loads(data)
            expected = json.loads(own_file)
        except ValueError:
            return _FILE
        code_by_check = {"backup": _MODE, "firmware_version": _FIRMWARE, "password": _FILE}
        for check, code in code_by_check.items():
            if check not in skip and content[check] != expected[check]:
                return code
        self.work(content["name"])
        return 0

    def _are_linked(self, links: Sequence[int]) -> bool:
        return all(link in (0, 1) or link in self._device.units for link in links)
