"""Current, power and energy of PDUs, circuits and outlets. Pure.

A `Reading` of null counts as metered. Only its own sensor replaces it, because the figure would
jump otherwise. A sum with a missing part is not reported as a total, because it would be too small.
Source: Circuit_v1, Outlet_v1, Sensor_v1 (excerpts), PowerDistributionMetrics_v1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Optional

from ..shared import decimals
from .resources import child, status_state, text
from .responses import Json

# without Neutral, which carries the lines' current back
_LINES = ("Line1", "Line2", "Line3")
# Circuit, PolyPhasePowerWatts and PolyPhaseEnergykWh
_TO_NEUTRAL = tuple(f"{line}ToNeutral" for line in _LINES)
_PAIRS = ("Line1ToLine2", "Line2ToLine3", "Line3ToLine1")
# Circuit, PhaseWiringType: how many line currents make up the load
_PHASES: Mapping[str, int] = {
    "OnePhase3Wire": 1,
    "TwoPhase3Wire": 1,
    "OneOrTwoPhase3Wire": 1,
    "TwoPhase4Wire": 2,
    "ThreePhase4Wire": 3,
    "ThreePhase5Wire": 3,
}
# Sensor, ReadingUnits; UCUM writes kW.h, not kWh
AMPERES, WATTS, KILOWATT_HOURS = ("A",), ("W",), ("kW.h", "kWh")
# Resource.State of a sensor that reports nothing
_WITHOUT_READING = ("Absent", "Disabled", "UnavailableOffline", "StandbyOffline")


class RedfishFigure(NamedTuple):
    """A measured figure."""

    #: None while it is not known
    value: Optional[float] = None
    #: the sensor to read while `value` is not known, '' for none
    source: str = ""


#: of a part that is metered, but whose figure is not known: no other source replaces it
UNKNOWN = [RedfishFigure()]
Sensors = Mapping[str, Optional[float]]  # the readings of sensors, by source


def excerpt(resource: Json, key: str) -> Optional[RedfishFigure]:
    """The sensor excerpt under `key`; None if there is none. Some services have a number in its
    place.

    Its value is None unless `Reading`, or the number, is finite, and 0 or more.
    """
    inner = resource.get(key)
    if isinstance(inner, (int, float)) and not isinstance(inner, bool):
        return RedfishFigure(number(inner))
    if not isinstance(inner, dict):
        return None
    value = number(inner.get("Reading"))
    if value is not None:
        return RedfishFigure(value)
    # the sensor itself may know more than the excerpt
    return RedfishFigure(None, text(inner, "DataSourceUri") or text(inner, "@odata.id"))


def number(value: object) -> Optional[float]:
    """A finite number that is not negative; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        finite = float(value)
    except OverflowError:
        return None
    return finite if math.isfinite(finite) and finite >= 0 else None


def sensor(resource: Json, units: Sequence[str]) -> Optional[float]:
    """The reading of a sensor; None if `number` refuses it, its unit is not in `units`, or the
    state is in `_WITHOUT_READING`.
    """
    if resource.get("ReadingUnits") not in units or status_state(resource) in _WITHOUT_READING:
        return None
    return number(resource.get("Reading"))


def current(resource: Json) -> Optional[list[RedfishFigure]]:
    """The currents whose sum is the load of a circuit or an outlet; one that is not known if a line
    is missing. None if it is not metered, or if the sum is ambiguous.

    `CurrentAmps` is the current of a single phase. Two lines without a neutral carry the same
    current.
    """
    phases = child(resource, "PolyPhaseCurrentAmps")
    lines = _excerpts(phases, _LINES)
    single = excerpt(resource, "CurrentAmps")
    line_count = _PHASES.get(text(resource, "PhaseWiringType")) or _phases_seen(resource)
    if line_count == 1 and single is not None:
        return [single]
    if line_count == 1 and len(lines) in (1, 2):
        return lines[:1]
    if line_count > 1 and len(lines) == line_count:
        return lines
    return UNKNOWN if lines else None


def power(resource: Json) -> Optional[list[RedfishFigure]]:
    """The active powers whose sum is that of a PDU, a circuit or an outlet. None if one is not
    metered.
    """
    figure = excerpt(resource, "PowerWatts")
    return _line_figures(resource, "PolyPhasePowerWatts") if figure is None else [figure]


def energy(resource: Json) -> Optional[list[RedfishFigure]]:
    """The energy counters whose sum is that of a PDU, a circuit or an outlet. None if it is not
    metered.

    If the counter is null, no other counter replaces it, because the figure would jump.
    """
    if "EnergykWh" in resource:
        return [excerpt(resource, "EnergykWh") or RedfishFigure()]
    return _line_figures(resource, "PolyPhaseEnergykWh")


def _line_figures(resource: Json, key: str) -> Optional[list[RedfishFigure]]:
    """The figures under `key` whose sum is that of the whole.

    - Lines against the neutral alone, or pairs of lines alone: these; UNKNOWN if some are missing.
    - Neither: None.
    - Both: None. The schema does not say whether one contains the other, and in DMTF's published
      rack PDU neither sum, nor that of all, is the PDU's figure.
    """
    lines = child(resource, key)
    to_neutral, pairs = _excerpts(lines, _TO_NEUTRAL), _excerpts(lines, _PAIRS)
    if bool(to_neutral) == bool(pairs):
        return None
    parts = to_neutral or pairs
    count = _PHASES.get(text(resource, "PhaseWiringType")) or _phases_seen(resource)
    return parts if len(parts) == count else UNKNOWN


def _excerpts(resource: Json, keys: Sequence[str]) -> list[RedfishFigure]:
    """The sensor excerpts under those of `keys` that have one."""
    excerpts = (excerpt(resource, key) for key in keys)
    return [figure for figure in excerpts if figure is not None]


def _phases_seen(resource: Json) -> int:
    """How many line currents make up the load, by the names of currents, voltages and powers; their
    values may be null.
    """
    currents = child(resource, "PolyPhaseCurrentAmps")
    names = " ".join(
        [*currents, *child(resource, "PolyPhaseVoltage"), *child(resource, "PolyPhasePowerWatts")]
    )
    if all(line in names for line in _LINES):
        return 3
    lines = sum(line in currents for line in _LINES)
    if lines == 2 and "Neutral" not in names:
        return 1
    return max(lines, 1)


def sum_if_complete(
    parts: Iterable[Optional[Sequence[RedfishFigure]]],
) -> Optional[list[RedfishFigure]]:
    """The figures of all parts; one that is not known if only some parts are metered. None if no
    part is.
    """
    every = list(parts)
    metered_parts = [part for part in every if part is not None]
    if not metered_parts:
        return None
    if len(metered_parts) < len(every):
        return UNKNOWN
    return [figure for part in metered_parts for figure in part]


def total(figures: Optional[Sequence[RedfishFigure]], sensors: Sensors) -> Optional[float]:
    """The sum, added in decimal: 0.1 and 0.2 give 0.3. None if it is not known."""
    values = [
        sensors.get(figure.source) if figure.value is None else figure.value
        for figure in figures or ()
    ]
    numbers = [value for value in values if value is not None]
    if numbers and len(numbers) == len(values):
        return number(float(decimals.total(Decimal(repr(value)) for value in numbers)))
    return None


def sensors_to_read(figures: Iterable[Optional[Sequence[RedfishFigure]]]) -> dict[str, None]:
    """The sensors to read for figures that are not known, each once."""
    sources: dict[str, None] = {}
    for part in figures:
        sources.update(dict.fromkeys(figure.source for figure in part or () if figure.source))
    return sources
