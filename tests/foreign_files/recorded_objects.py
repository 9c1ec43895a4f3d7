"""Computes which objects of each family a recording of a real unit shows.

`python -m tests.foreign_files.recorded_objects` writes pdu/supports/recorded.csv.
Without the recordings it changes nothing.

States count only if the recording answers the object of the family's first outlets: the older
tables beside it, which some units keep, are no evidence of it. A value counts only if another
source says it: LibreNMS's answer of the recording, or a reading that was written down from the MIB
(expected/snmp).
"""

from __future__ import annotations

import csv
import sys

from handlers.snmp.device import SnmpDevice
from handlers.snmp.evidence import CAPABILITIES
from pdu.supports.recorded import TABLE, RecordedObject
from tests import foreign_files
from tests.foreign_files import librenms, readings
from tests.handlers.snmp import recorded

_MIB, _LIBRENMS = "MIB", "LibreNMS"
#: those whose values another source says
NAMES = sorted({*recorded.ALL, *foreign_files.names("snmp/answers")})
#: the class of LibreNMS's sensors
_CLASSES = {
    "state": "state",
    "current": "current",
    "power": "power",
    "energy": "power_consumed",
}


def computed() -> list[RecordedObject]:
    """The rows of the table, sorted. Skips the test where a recording is not there."""
    row_by_capability: dict[tuple[str, str], RecordedObject] = {}  # of a family
    for name in NAMES:
        device = librenms.device_of(name, recorded.rows(name))
        capabilities = readings.shown(readings.expected()[name])
        if not _is_first(device):
            capabilities.discard("state")
        equal_classes = _equal_classes(name)
        for capability in capabilities:
            if _CLASSES[capability] in equal_classes:
                source = _LIBRENMS
            elif name in recorded.ALL:
                source = _MIB
            else:
                continue
            key = (device.profile.key, capability)
            row = row_by_capability.get(key)
            if row is None or (row.source, source) == (_MIB, _LIBRENMS):  # LibreNMS's is better
                row_by_capability[key] = RecordedObject(*key, name, source)
    rows = row_by_capability.values()
    return sorted(rows, key=lambda row: (row.family, CAPABILITIES.index(row.capability)))


def _equal_classes(name: str) -> set[str]:
    """The classes of sensors in which LibreNMS reads the same of this recording."""
    if name not in foreign_files.names("snmp/answers"):
        return set()
    answers = librenms.sensors(foreign_files.text("snmp/answers", f"{name}.json"))
    return set(librenms.compare(name, recorded.rows(name), answers).equal)


def _is_first(device: SnmpDevice) -> bool:
    """Whether the device is read by the family's first outlets."""
    return device.outlets is not None and device.outlets is device.profile.outlets[0]


def main() -> int:
    if not all(map(recorded.available, NAMES)):
        print("recorded.csv stays as it is: the recordings are not there; run: make recordings")
        return 0
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(RecordedObject._fields)
        writer.writerows(computed())
    return 0


if __name__ == "__main__":
    sys.exit(main())
