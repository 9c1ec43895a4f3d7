"""Current, power and energy of PDUs, circuits and outlets. Pure.

A property that is missing is not metered; one that is null (DSP0266, "Properties") or has a value
of another type is not known now. Only the sensor of a reading that is not known replaces it,
because the figure would jump otherwise.
Source: Circuit_v1, Outlet_v1, Sensor_v1 (excerpts), PowerDistributionMetrics_v1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Optional

from ..http.strict_json import number
from ..shared import meter_figures
from ..shared.meter_figures import Figure, NotKnown, NotMetered
from .resources import Reading, child, meaning, text
from .responses import Json

# without Neutral, which carries the lines' current back
_LINES = ("Line1", "Line2", "Line3")
# Circuit, PolyPhasePowerWatts and PolyPhaseEnergykWh
_TO_NEUTRAL = tuple(f"{line}ToNeutral" for line in _LINES)
_PAIRS = ("Line1ToLine2", "Line2ToLine3", "Line3ToLine1")
_POWERS = {"PowerWatts", "PolyPhasePowerWatts"}
# values of single lines that a meter of their currents shows besides
_OF_LINES = {"PolyPhasePowerWatts", "PolyPhaseEnergykWh", "PolyPhaseCurrentAmps"}
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


class RedfishFigure(NamedTuple):
    """One summand of a figure."""

    #: its value, or why there is none: then no other source replaces it
    value: Figure
    #: the sensor to read while `value` is not known, '' for none
    source: str = ""


#: the summands of a figure; None: not metered; none: a part that carries nothing now
Figures = Optional[Sequence[RedfishFigure]]


def unknown(reason: str) -> list[RedfishFigure]:
    """The summands of a figure that is not known."""
    return [RedfishFigure(NotKnown(reason))]


def not_metered(reason: str) -> list[RedfishFigure]:
    """The summands of a figure that the device does not show, though one may expect it."""
    return [RedfishFigure(NotMetered(reason))]


def of_part(place: str, summands: Figures) -> Figures:
    """The summands of a part, whose reasons name the part, such as "Mains AC1"."""
    if summands is None:
        return None
    named: list[RedfishFigure] = []
    for summand in summands:
        value = summand.value
        if place and isinstance(value, (NotKnown, NotMetered)):
            value = replace(value, reason=f"{place}: {value.reason}")
        named.append(summand._replace(value=value))
    return named


Sensors = Mapping[str, Optional[float]]  # the readings of sensors, by source


def excerpt(resource: Json, key: str) -> Optional[RedfishFigure]:
    """The sensor excerpt under `key`; None if it is missing or null. Some services have a number in
    its place.

    Its value is known if `Reading`, or the number, is finite, and 0 or more.
    """
    inner = resource.get(key)
    is_number = isinstance(inner, (int, float)) and not isinstance(inner, bool)
    if is_number:
        inner = {"Reading": inner}
    if inner is None:
        return None
    if not isinstance(inner, dict):
        return RedfishFigure(NotKnown(f"{key} is {inner!r}"))
    value = number(inner.get("Reading"))
    if value is not None:
        return RedfishFigure(value)
    fault = "is missing"
    if "Reading" in inner:
        fault = f"is {inner['Reading']!r}"
    # the sensor itself may know more than the excerpt
    source = text(inner, "DataSourceUri") or text(inner, "@odata.id")
    return RedfishFigure(NotKnown(f"the Reading of {key} {fault}"), source)


def sensor(resource: Json, units: Sequence[str]) -> Optional[float]:
    """The reading of a sensor; None if `number` refuses it, its unit is not in `units`, or the
    status says that it reports nothing.
    """
    if resource.get("ReadingUnits") not in units:
        return None
    if meaning(resource).circuit is not Reading.SHOWN:
        return None
    return number(resource.get("Reading"))


def current(resource: Json) -> Optional[list[RedfishFigure]]:
    """The currents whose sum is the load of a circuit or an outlet; one that is not known if a line
    is missing, or if it has a power but no current. None if it is not metered.

    `CurrentAmps` is the current of a single phase: of several, it may be that of only one line.
    Two lines without a neutral carry the same current.
    """
    phases = child(resource, "PolyPhaseCurrentAmps")
    lines = _excerpts(phases, _LINES)
    single = excerpt(resource, "CurrentAmps")
    line_count = _line_count(resource)
    if line_count == 1 and single is not None:
        return [single]
    if line_count == 1 and len(lines) in (1, 2):
        return lines[:1]
    if line_count > 1 and len(lines) == line_count:
        return lines
    if line_count == 0 and (lines or single):
        return unknown(f"its PhaseWiringType is {resource['PhaseWiringType']!r}")
    if any(line in phases for line in _LINES):
        return unknown(f"{len(lines)} of {line_count} line currents are shown")
    if "CurrentAmps" in resource and single is None:
        return unknown("CurrentAmps is null")
    unknown_lines = _unknown_lines(resource, "PolyPhaseCurrentAmps")
    if unknown_lines:
        return unknown_lines
    if resource.keys() & _OF_LINES:
        return unknown("there is no current of its lines, though other values of them are shown")
    if single is not None:
        return not_metered("CurrentAmps may be the current of only one of its lines")
    if resource.keys() & _POWERS:
        return unknown("there is no current, though a power is shown")
    return None


def power(resource: Json) -> Optional[list[RedfishFigure]]:
    """The active powers whose sum is that of a PDU, a circuit or an outlet. None if one is not
    metered.
    """
    if resource.get("PowerWatts", ...) is None:
        return unknown("PowerWatts is null")
    figure = excerpt(resource, "PowerWatts")
    if figure is None:
        return _line_figures(resource, "PolyPhasePowerWatts")
    return [figure]


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
    - Both: not metered. The schema does not say whether one contains the other, and in DMTF's
      published rack PDU neither sum, nor that of all, is the PDU's figure.
    """
    unknown_lines = _unknown_lines(resource, key)
    if unknown_lines:
        return unknown_lines
    if key not in resource:
        return None
    lines = child(resource, key)
    # by names: the value of a line may be null
    has_lines = any(name in lines for name in _TO_NEUTRAL)
    has_pairs = any(name in lines for name in _PAIRS)
    if has_lines and has_pairs:
        return not_metered(f"{key} shows lines against the neutral and pairs of lines")
    if not has_lines and not has_pairs:
        return unknown(f"{key} shows no line")
    parts = _excerpts(lines, _PAIRS if has_pairs else _TO_NEUTRAL)
    count = _line_count(resource)
    if len(parts) != count:
        return unknown(f"{key} shows {len(parts)} of {count} lines")
    return parts


def _unknown_lines(resource: Json, key: str) -> Optional[list[RedfishFigure]]:
    """One that is not known if the value under `key` is no object; None if there is none."""
    value = resource.get(key, {})
    if isinstance(value, dict):
        return None
    shown_value = "null" if value is None else repr(value)
    return unknown(f"{key} is {shown_value}")


def _excerpts(resource: Json, keys: Sequence[str]) -> list[RedfishFigure]:
    """The sensor excerpts under those of `keys` that have one."""
    excerpts = [excerpt(resource, key) for key in keys]
    return [figure for figure in excerpts if figure is not None]


def _line_count(resource: Json) -> int:
    """How many line currents make up the load; 0 if the service says it in a way that cannot be
    read, and shows fewer than three lines.
    """
    wiring = text(resource, "PhaseWiringType")
    if wiring in _PHASES:
        return _PHASES[wiring]
    seen_count = _phases_seen(resource)
    if "PhaseWiringType" in resource and seen_count < 3:
        return 0
    return seen_count


def _phases_seen(resource: Json) -> int:
    """How many line currents make up the load, by the names of currents, voltages and powers; their
    values may be null.
    """
    currents = child(resource, "PolyPhaseCurrentAmps")
    voltages = child(resource, "PolyPhaseVoltage")
    powers = child(resource, "PolyPhasePowerWatts")
    names = " ".join([*currents, *voltages, *powers])
    if all(line in names for line in _LINES):
        return 3
    current_count = sum(line in currents for line in _LINES)
    if current_count == 2 and "Neutral" not in names:
        return 1  # they carry the same current
    return max(current_count, 1)


def like_siblings(parts: Sequence[Figures], name: str, *, is_shown: bool) -> list[Figures]:
    """A figure of parts of one kind, such as all outlets of a PDU. Where any of them shows it
    (`is_shown`), one that lacks it is not known: a device that drops a value must not seem to have
    no meter for it. `name`: of the figure, for reasons.
    """
    if not is_shown:
        return list(parts)
    lacking = unknown(f"there is no {name}, which others of its kind have")
    return [lacking if part is None else part for part in parts]


def first_source(sources: Sequence[tuple[str, Figures]], metered_sources: Sequence[str]) -> Figures:
    """The figure of the first source that has it, by name and figure; None if none has. Not known
    if an earlier one of `metered_sources`, those that show any figure, lacks it: the later one is
    another meter, so the figure would jump when the first one is back.
    """
    for position, (name, figure) in enumerate(sources):
        if figure is None:
            continue
        lacking = [earlier for earlier, _ in sources[:position] if earlier in metered_sources]
        if lacking:
            return unknown(f"{lacking[0]} shows other figures but not this, which {name} shows")
        return figure
    return None


def sum_if_complete(
    parts: Iterable[Figures],
) -> Optional[list[RedfishFigure]]:
    """The figures of all parts that carry something; not metered, with its reason, if only some of
    them are, not known if there are no such parts. None if no part is metered, or if there is none.
    """
    all_parts = list(parts)
    parts_in_use = [part for part in all_parts if part is None or part]
    if all_parts and not parts_in_use:
        return unknown("none of its parts is in use")
    metered_parts = [part for part in parts_in_use if part is not None]
    if not metered_parts:
        return None
    count = len(parts_in_use)
    unmetered_count = count - len(metered_parts)
    if unmetered_count:
        return not_metered(f"{unmetered_count} of {count} parts of it have no meter")
    summands: list[RedfishFigure] = []
    for part in metered_parts:
        summands += part
    return summands


def total(figures: Figures, sensors: Sensors) -> Figure:
    """The sum, by the readings of `sensors` for what is not known."""
    if figures is None:
        return None
    summands: list[Figure] = []
    for figure in figures:
        reading = sensors.get(figure.source)
        summands.append(figure.value if reading is None else reading)
    return meter_figures.sum_if_complete(summands)


def sensors_to_read(figures: Iterable[Figures]) -> dict[str, None]:
    """The sensors to read for figures that are not known, each once."""
    sources: dict[str, None] = {}
    for summands in figures:
        for summand in summands or ():
            if summand.source:
                sources[summand.source] = None
    return sources
