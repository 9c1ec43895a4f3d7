"""/rawcfg and /bulkcfg: download and upload of the unit's configuration as files.

The format of the files is the simulator's own, because the vendor's is not documented. The result
codes are the vendor's.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, Optional

from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

LARGEST = 1024 * 1024
_UNKNOWN, _PENDING, _DONE = 0, 2, 3
_WORK_SECONDS = 0.3
_RAW_PARAMETER, _RAW_RUNNING, _RAW_SIZE, _RAW_FILE, _RAW_MAGIC = 2, 3, 4, 5, 11
_PARAMETER, _MODEL, _FIRMWARE, _MODE, _RUNNING, _SIZE, _FILE, _CHECKSUM, _FILTERS = (
    2,
    5,
    6,
    10,
    11,
    12,
    13,
    14,
    15,
)
_NO_FILTER, _EXISTS, _MISSING, _IS_DEFAULT, _BUILT_IN, _NAME = 1, 3, 4, 5, 6, 8
_HEADER = "xerus-simulator-configuration"
_BUILT_IN_PROFILE = "built-in"
Json = dict[str, Any]


class Values:
    """Reads and writes the settings that are in a configuration file, by key."""

    def __init__(self, device: XerusPdu) -> None:
        self._device = device

    def _places(self) -> dict[str, Json]:
        pdu = self._device.units[0]
        places = {
            f"snmp.{name}": self._device.snmp.configuration
            for name in ("readComm", "sysName", "sysLocation")
        }
        places["pdu.name"] = pdu.settings
        places.update(
            (f"outlet.{outlet.relay.number + 1}.name", outlet.settings) for outlet in pdu.outlets
        )
        return places

    def known(self) -> list[str]:
        return sorted(self._places())

    def read(self) -> dict[str, str]:
        return {
            key: str(place[key.rpartition(".")[2]]) for key, place in sorted(self._places().items())
        }

    def write(self, values: Mapping[str, str]) -> None:
        places = self._places()
        for key, value in values.items():
            places[key][key.rpartition(".")[2]] = value


class _Job(Served):
    """Applies an accepted upload after _WORK_SECONDS. Its status is pending, then done."""

    def __init__(self, unit: Unit, interface: str, name: str, path: str, device: XerusPdu) -> None:
        super().__init__(unit, interface, name, [path])
        self._values = Values(device)
        self._status, self._stamp = _UNKNOWN, 0

    @property
    def running(self) -> bool:
        return self._status == _PENDING

    def work(self, values: Mapping[str, str]) -> None:
        self._status, self._stamp = _PENDING, self.unit.clockwork.wall()

        def finish() -> None:
            self._values.write(values)
            self._status, self._stamp = _DONE, self.unit.clockwork.wall()

        self.unit.clockwork.after(_WORK_SECONDS, finish)

    def getStatus(self) -> Json:
        return {"status": self._status, "timeStamp": self._stamp}


class RawConfiguration(_Job):
    """/rawcfg.

    Lines of key=value, comments ("#") and magic lines ("#!"). This unit refuses a file with a
    magic line.
    """

    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "rawcfg.RawConfiguration", "rawcfg", "/rawcfg", device)

    def download(self) -> bytes:
        lines = [
            "# raw configuration",
            *(f"{key}={value}" for key, value in self._values.read().items()),
        ]
        return "\n".join(lines).encode() + b"\n"

    def upload(self, data: Optional[bytes]) -> int:
        if data is None:
            return _RAW_PARAMETER
        if self.running:
            return _RAW_RUNNING
        if len(data) > LARGEST:
            return _RAW_SIZE
        try:
            lines = [line.strip() for line in data.decode("utf-8").splitlines() if line.strip()]
        except UnicodeDecodeError:
            return _RAW_FILE
        if any(line.startswith("#!") for line in lines):
            return _RAW_MAGIC
        values = dict(
            line.split("=", 1) for line in lines if not line.startswith("#") and "=" in line
        )
        plain = sum(not line.startswith("#") for line in lines)
        if not values or len(values) != plain or not set(values) <= set(self._values.known()):
            return _RAW_FILE
        self.work(values)
        return 0


class BulkConfiguration(_Job):
    """/bulkcfg. The settings that a filter profile allows, as JSON below a line with a checksum."""

    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "bulkcfg.BulkConfiguration", "bulkcfg", "/bulkcfg", device)
        self._device = device
        self._profiles: dict[str, Json] = {
            _BUILT_IN_PROFILE: {
                "name": _BUILT_IN_PROFILE,
                "description": "everything",
                "filterNameToTypeMap": {},
            }
        }
        self._default = _BUILT_IN_PROFILE

    # -- files

    def download(
        self, links: Sequence[int], backup: bool, password: str, clear: bool, profile: str
    ) -> Optional[bytes]:
        """The file; None for an unknown link id or profile."""
        is_unknown = profile and profile not in self._profiles
        if is_unknown or not self._linked(links):
            return None
        values = json.dumps(self._filtered(profile or self._default))
        content = {
            "mode": "backup" if backup else "bulk",
            "model": self._device.units[0].model.product,
            "firmware": self.unit.firmware.release,
            "links": list(links),
            "clear": clear,
            "filters": [],
            "values": values if clear else _seal(values, password),
        }
        body = json.dumps(content, indent=1).encode()
        return f"{_HEADER} {hashlib.sha256(body).hexdigest()}\n".encode() + body

    def _filtered(self, profile: str) -> dict[str, str]:
        """The settings without the groups that the profile excludes (filter type 1)."""
        types = self._profiles[profile]["filterNameToTypeMap"]
        return {
            key: value
            for key, value in self._values.read().items()
            if types.get(key.split(".")[0]) != 1
        }

    def upload(
        self,
        data: Optional[bytes],
        links: Sequence[int],
        backup: bool,
        password: str,
        skip: Sequence[str],
    ) -> int:
        if (
            data is None
            or not self._linked(links)
            or not set(skip) <= {"model", "firmware_version"}
        ):
            return _PARAMETER
        if self.running:
            return _RUNNING
        if len(data) > LARGEST:
            return _SIZE
        head, _, body = data.partition(b"\n")
        if not head.startswith(_HEADER.encode()):
            return _FILE
        if head.split()[-1] != hashlib.sha256(body).hexdigest().encode():
            return _CHECKSUM
        content = json.loads(body)
        faults: Sequence[tuple[int, bool]] = (
            (_MODE, (content["mode"] == "backup") is not backup),
            (
                _MODEL,
                content["model"] != self._device.units[0].model.product and "model" not in skip,
            ),
            (
                _FIRMWARE,
                content["firmware"] != self.unit.firmware.release
                and "firmware_version" not in skip,
            ),
            (_FILTERS, bool(set(content["filters"]) - {one["name"] for one in self.getFilters()})),
        )
        code = next((code for code, wrong in faults if wrong), 0)
        if code:
            return code
        values = content["values"] if content["clear"] else _open(content["values"], password)
        if values is None or not set(json.loads(values)) <= set(self._values.known()):
            return _FILE  # a wrong password, or settings that this unit does not have
        self.work(json.loads(values))
        return 0

    def _linked(self, links: Sequence[int]) -> bool:
        return all(link in (0, 1) or link in self._device.units for link in links)

    # -- filters

    def getFilters(self) -> list[Json]:
        groups = sorted({key.split(".")[0] for key in self._values.known()})
        return [
            {"name": name, "displayName": name.capitalize(), "ruleSpecs": [f"{name}.*"]}
            for name in groups
        ]

    def getFilterProfiles(self) -> list[Json]:
        return list(self._profiles.values())

    def addFilterProfile(self, profile: Json) -> int:
        if profile["name"] in self._profiles:
            return _EXISTS
        return self._keep(profile)

    def modifyFilterProfile(self, profile: Json) -> int:
        return self._changeable(profile["name"]) or self._keep(profile)

    def _keep(self, profile: Json) -> int:
        if not profile["name"].strip():
            return _NAME
        if not set(profile["filterNameToTypeMap"]) <= {one["name"] for one in self.getFilters()}:
            return _NO_FILTER
        self._profiles[profile["name"]] = profile
        return 0

    def _changeable(self, name: str) -> int:
        if name not in self._profiles:
            return _MISSING
        return _BUILT_IN if name == _BUILT_IN_PROFILE else 0

    def deleteFilterProfile(self, profileName: str) -> int:
        code = self._changeable(profileName) or (_IS_DEFAULT if profileName == self._default else 0)
        if not code:
            del self._profiles[profileName]
        return code

    def getDefaultFilterProfileName(self) -> str:
        return self._default

    def selectDefaultFilterProfile(self, profileName: str) -> int:
        if profileName not in self._profiles:
            return _MISSING
        self._default = profileName
        return 0

    def getSettings(self) -> Json:
        return {"filterProfiles": self.getFilterProfiles(), "defaultProfileName": self._default}

    def setSettings(self, settings: Json) -> int:
        names = [profile["name"] for profile in settings["filterProfiles"]]
        if len(set(names)) != len(names):
            return _EXISTS
        if settings["defaultProfileName"] not in names or _BUILT_IN_PROFILE not in names:
            return _MISSING
        self._profiles = {profile["name"]: profile for profile in settings["filterProfiles"]}
        self._default = settings["defaultProfileName"]
        return 0


def _mask(password: str) -> Callable[[bytes], bytes]:
    """A weak cipher. It only has to make a wrong password fail."""
    key = hashlib.sha256(b"simulator" + password.encode()).digest()
    return lambda data: bytes(byte ^ key[place % len(key)] for place, byte in enumerate(data))


def _seal(text: str, password: str) -> str:
    return base64.b64encode(_mask(password)(text.encode())).decode("ascii")


def _open(text: str, password: str) -> Optional[str]:
    try:
        opened = _mask(password)(base64.b64decode(text)).decode("utf-8")
        json.loads(opened)
    except ValueError:
        return None
    return opened
