"""Current, power and energy of PDUs, circuits and outlets. Pure.

A property that is missing is not metered; one that is null (DSP0266, "Properties") or has a value
of another type is not known now. Only the sensor of a reading that is not known replaces it,
because the figure would jump otherwise.
Source: Circuit_v1, Outlet_v1, Sensor_v1 (excerpts), PowerDistributionMetrics_v1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from ..http.strict_json import number
from ..shared import meter_figures
from ..shared.meter_figures import Figure, NotKnown, NotMetered
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
    """One summand of a figure."""

    #: its value, or why there is none: then no other source replaces it
    value: Figure
    #: the sensor to read while `value` is not known, '' for none
    source: str = ""


#: the summands of a figure; None: not metered
Figures = Optional[Sequence[RedfishFigure]]


def unknown(reason: str) -> list[RedfishFigure]:
    """The summands of a figure that is not known."""
    return [RedfishFigure(NotKnown(reason))]


def of_part(place: str, summands: Figures) -> Figures:
    """The summands of a part, whose reasons name the part, such as "Mains AC1"."""
    return summands and [
        summand._replace(value=NotKnown(f"{place}: {summand.value.reason}"))
        if isinstance(summand.value, NotKnown)
        else summand
        for summand in summands
    ]


Sensors = Mapping[str, Optional[float]]  # the readings of sensors, by source


def excerpt(resource: Json, key: str) -> Optional[RedfishFigure]:
    """The sensor excerpt under `key`; None if it is missing or null. Some services have a number in
    its place.

    Its value is known if `Reading`, or the number, is finite, and 0 or more.
    """
    inner = resource.get(key)
    if isinstance(inner, (int, float)) and not isinstance(inner, bool):
        inner = {"Reading": inner}
    if inner is None:
        return None
    if not isinstance(inner, dict):
        return RedfishFigure(NotKnown(f"{key} is {inner!r}"))
    value = number(inner.get("Reading"))
    if value is not None:
        return RedfishFigure(value)
    reading = f"is {inner['Reading']!r}" if "Reading" in inner else "is missing"
    return RedfishFigure(
        NotKnown(f"the Reading of {key} {reading}"),
        # the sensor itself may know more than the excerpt
        text(inner, "DataSourceUri") or text(inner, "@odata.id"),
    )


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
    if any(line in phases for line in _LINES):
        return unknown(f"{len(lines)} of {line_count} line currents are shown")
    if line_count == 1 and "CurrentAmps" in resource:
        return unknown("CurrentAmps is null")
    return _unknown_lines(resource, "PolyPhaseCurrentAmps")


def power(resource: Json) -> Optional[list[RedfishFigure]]:
    """The active powers whose sum is that of a PDU, a circuit or an outlet. None if one is not
    metered.
    """
    if resource.get("PowerWatts", ...) is None:
        return unknown("PowerWatts is null")
    figure = excerpt(resource, "PowerWatts")
    return _line_figures(resource, "PolyPhasePowerWatts") if figure is None else [figure]


def energy(resource: Json) -> Optional[list[RedfishFigure]]:
    """The energy counters whose sum is that of a PDU, a circuit or an outlet. None if it is not
    metered.

    If the counter is null, no other counter replaces it, because the figure would jump.
    """
    if "EnergykWh" in resource:
        figure = excerpt(resource, "EnergykWh")
        return [figure] if figure else unknown("EnergykWh is null")
    return _line_figures(resource, "PolyPhaseEnergykWh")


def _line_figures(resource: Json, key: str) -> Optional[list[RedfishFigure]]:
    """The figures under `key` whose sum is that of the whole.

    - Lines against the neutral alone, or pairs of lines alone: these; not known if one is missing.
    - Neither: None.
    - Both: None. The schema does not say whether one contains the other, and in DMTF's published
      rack PDU neither sum, nor that of all, is the PDU's figure.
    """
    if unknown_lines := _unknown_lines(resource, key):
        return unknown_lines
    lines = child(resource, key)
    # by names: the value of a line may be null
    line_names = [names for names in (_TO_NEUTRAL, _PAIRS) if any(name in lines for name in names)]
    if len(line_names) != 1:
        return None
    parts = _excerpts(lines, line_names[0])
    count = _PHASES.get(text(resource, "PhaseWiringType")) or _phases_seen(resource)
    return parts if len(parts) == count else unknown(f"{key} shows {len(parts)} of {count} lines")


def _unknown_lines(resource: Json, key: str) -> Optional[list[RedfishFigure]]:
    """One that is not known if the value under `key` is no object; None if there is none."""
    value = resource.get(key, {})
    if isinstance(value, dict):
        return None
    return unknown(f"{key} is {'null' if value is None else repr(value)}")


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
    parts: Iterable[Figures],
) -> Optional[list[RedfishFigure]]:
    """The figures of all parts; one that is not metered, with its reason, if only some parts are.
    None if no part is.
    """
    all_parts = list(parts)
    metered_parts = [part for part in all_parts if part is not None]
    if not metered_parts:
        return None
    if len(metered_parts) < len(all_parts):
        count = len(all_parts) - len(metered_parts)
        return [RedfishFigure(NotMetered(f"{count} of {len(all_parts)} parts of it have no meter"))]
    return [figure for part in metered_parts for figure in part]


def total(figures: Figures, sensors: Sensors) -> Figure:
    """The sum, by the readings of `sensors` for what is not known."""
    if figures is None:
        return None
    readings = [sensors.get(figure.source) for figure in figures]
    return meter_figures.sum_if_complete(
        figure.value if reading is None else reading for figure, reading in zip(figures, readings)
    )


def sensors_to_read(figures: Iterable[Figures]) -> dict[str, None]:
    """The sensors to read for figures that are not known, each once."""
    sources: dict[str, None] = {}
    for part in figures:
        sources.update(dict.fromkeys(figure.source for figure in part or () if figure.source))
    return sources
