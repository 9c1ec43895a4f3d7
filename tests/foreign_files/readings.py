"""What is read of a walk, as plain values.

`walks.json` has them for each walk: a change of a reading is seen there. They come from our own
code, so they prove nothing: LibreNMS's answers judge (tests/handlers/snmp/test_librenms.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Optional

from handlers.snmp.device import SnmpDevice
from handlers.snmp.labels import outlet_labels
from pdu_common.helper import EnumPowerStatus
from tests.foreign_files import WALKS
from tests.handlers.snmp.exact_figures import read_exactly

_WORDS = {EnumPowerStatus.UP: "on", EnumPowerStatus.DOWN: "off"}


def of_device(
    device: SnmpDevice, metered_only: bool = False, named: bool = False
) -> dict[str, Any]:
    """The family, the number of outlets in each state and with each figure, and the totals."""
    figures = read_exactly(device)
    states = Counter(_WORDS.get(state, "unknown") for state in device.states.values())
    names = [label.name for label in outlet_labels(device) if label.name]
    counts = {
        "names": len(names),
        "outlets_a": len(figures.currents),
        "outlets_w": len(figures.powers),
        "outlets_kwh": len(figures.energies),
    }
    totals = {
        "load_a": figures.load_a,
        "power_w": figures.power_w,
        "energy_kwh": figures.energy_kwh,
    }
    reading: dict[str, Any] = {"family": device.profile.key}
    if metered_only:
        reading["metered_only"] = True
    if named:
        reading["named"] = True
    reading["outlets"] = dict(sorted(states.items()))
    reading.update({key: count for key, count in counts.items() if count})
    reading.update({key: _plain(figure) for key, figure in totals.items() if figure is not None})
    return reading


def _plain(figure: Optional[Decimal]) -> Optional[float]:
    return None if figure is None else round(float(figure), 6)


def expected() -> Mapping[str, Mapping[str, Any]]:
    """What is read of each walk, by its name."""
    reading_by_walk: Mapping[str, Mapping[str, Any]] = json.loads(WALKS.read_text("utf-8"))
    return reading_by_walk


def shown(reading: Mapping[str, Any]) -> set[str]:
    """The capabilities that a walk shows. Switching is not among them: the units were only read."""
    capabilities: set[str] = set()
    if "on" in reading["outlets"] or "off" in reading["outlets"]:
        capabilities.add("state")
    for capability, keys in _SHOWN.items():
        if any(reading.get(key) is not None for key in keys):
            capabilities.add(capability)
    return capabilities


_SHOWN = {
    "current": ("load_a", "outlets_a"),
    "power": ("power_w", "outlets_w"),
    "energy": ("energy_kwh", "outlets_kwh"),
}
