"""Current and energy of circuits and outlets. Pure.

A figure that is there but not known now stays not known: another source would jump. A sum of which one part is missing is no
total: it would look like a small load. Source: Circuit_v1, Outlet_v1, Sensor_v1 (excerpts), PowerDistributionMetrics_v1.
"""
from __future__ import annotations

import math
from decimal import Decimal
from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence

from .answers import Json
from .resources import child, health_state, text

_LINES = ("Line1", "Line2", "Line3")                # Neutral carries no load of its own
_PHASES: Mapping[str, int] = {                      # Circuit, PhaseWiringType: the lines that carry a current of their own
    "OnePhase3Wire": 1, "TwoPhase3Wire": 1, "OneOrTwoPhase3Wire": 1, "TwoPhase4Wire": 2, "ThreePhase4Wire": 3,
    "ThreePhase5Wire": 3}
AMPERES, KILOWATT_HOURS = ("A",), ("kW.h", "kWh")   # Sensor, ReadingUnits (UCUM); the second as some firmware writes it
_LONGEST_SOURCE = 2000
_SILENT = ("Absent", "Disabled", "UnavailableOffline", "StandbyOffline")        # Resource.State of a sensor


class Figure(NamedTuple):
    """A measured figure: `value` is None while it is not known; `source` is the sensor that has it then, '' for none."""

    value: Optional[float] = None
    source: str = ""


Sensors = Mapping[str, Optional[float]]             # what the sensors behind sources show


def excerpt(resource: Json, key: str) -> Optional[Figure]:
    """The sensor excerpt under `key`; None where nothing is metered. A `Reading` that is null or absent is not known."""
    found = resource.get(key)
    if not isinstance(found, dict):
        return None
    value = number(found.get("Reading"))
    source = text(found, "DataSourceUri") or text(found, "@odata.id")
    return Figure(value, source if value is None and len(source) <= _LONGEST_SOURCE else "")


def number(value: object) -> Optional[float]:
    """A finite number that is not negative; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def sensor(resource: Json, units: Sequence[str]) -> Optional[float]:
    """What a sensor shows, in one of `units`; None where it is not known, in another unit, or of a sensor that is off."""
    if resource.get("ReadingUnits") not in units or health_state(resource) in _SILENT:
        return None
    return number(resource.get("Reading"))


def current(resource: Json) -> Optional[List[Figure]]:
    """The currents whose sum is the load of a circuit or an outlet; None where it is not metered as a whole.

    `CurrentAmps` is the current of a single phase. Of two lines without neutral the same current flows through both.
    """
    phases = child(resource, "PolyPhaseCurrentAmps")
    lines = [figure for figure in (excerpt(phases, line) for line in _LINES) if figure is not None]
    single = excerpt(resource, "CurrentAmps")
    wanted = _PHASES.get(text(resource, "PhaseWiringType")) or _phases_seen(resource, len(lines))
    if wanted == 1:
        return [single] if single is not None else lines[:1] or None
    return lines if len(lines) == wanted else None


def _phases_seen(resource: Json, lines: int) -> int:
    """The number of phases where the service does not write it: as many as other figures show, or as currents are there."""
    seen = " ".join(key for name in ("PolyPhaseVoltage", "PolyPhasePowerWatts") for key in child(resource, name))
    if all(line in seen for line in _LINES):
        return 3
    if lines == 2 and "Neutral" not in child(resource, "PolyPhaseCurrentAmps"):
        return 1
    return max(lines, 1)


def whole(parts: Iterable[Optional[Sequence[Figure]]]) -> Optional[List[Figure]]:
    """All figures of all parts; None where there is no part, or one is not metered."""
    every = list(parts)
    if not every:
        return None
    found: List[Figure] = []
    for part in every:
        if part is None:
            return None
        found += part
    return found


def total(figures: Optional[Sequence[Figure]], sensors: Sensors) -> Optional[float]:
    """The sum, in decimals as the service writes them; None where nothing is metered, or one figure is not known."""
    values = [sensors.get(one.source) if one.value is None else one.value for one in figures or ()]
    known = [value for value in values if value is not None]
    return float(sum(Decimal(repr(value)) for value in known)) if known and len(known) == len(values) else None


def sources(figures: Iterable[Optional[Sequence[Figure]]]) -> Dict[str, None]:
    """The sensors that are still to be read, each once."""
    return dict.fromkeys(one.source for part in figures for one in part or () if one.source)
