"""Current, power and energy of PDUs, circuits and outlets. Pure.

A property that is missing is not metered; one that is null (DSP0266, "Properties") or has a value
of another type is not known now, unless the sensor that it names tells.
Source: Circuit_v1, Outlet_v1, Sensor_v1 (excerpts), PowerDistributionMetrics_v1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Optional

from ..http.strict_json import number
from ..shared.meter_figures import Figure, NotKnown, NotMetered, sum_if_complete
from .resources import Reading, child, meaning, text
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


#: of a part that carries nothing now: no summand
NOTHING = NotMetered("nothing flows through it")


def of_part(place: str, figure: Figure) -> Figure:
    """The figure of a part, whose reason names the part, such as "Mains AC1"."""
    if not place or not isinstance(figure, (NotKnown, NotMetered)):
        return figure
    return replace(figure, reason=f"{place}: {figure.reason}")


class Sensors:
    """The sensors that excerpts name."""

    def __init__(self) -> None:
        #: those that were read, by source
        self.by_source: dict[str, Json] = {}
        #: the sources of those that were asked for and are not read yet, each once, in order
        self.missing: dict[str, None] = {}

    def reading(self, source: str, units: Sequence[str]) -> Optional[float]:
        """What the sensor shows; None if it is not read yet, or shows nothing in such a unit."""
        if source in self.by_source:
            return sensor(self.by_source[source], units)
        self.missing[source] = None
        return None


class Reader(NamedTuple):
    """Reads the excerpts of one quantity."""

    sensors: Sensors
    #: of the sensors
    units: Sequence[str]

    def excerpt(self, resource: Json, key: str) -> Figure:
        """The sensor excerpt under `key`; None if it is missing or null. Some services have a
        number in its place.

        Its value is known if `Reading`, or the number, or the sensor that it names, is finite, and
        0 or more.
        """
        inner = resource.get(key)
        if isinstance(inner, (int, float)) and not isinstance(inner, bool):
            inner = {"Reading": inner}
        if inner is None:
            return None
        if not isinstance(inner, dict):
            return NotKnown(f"{key} is {inner!r}")
        value = number(inner.get("Reading"))
        # the sensor itself may know more than the excerpt
        source = text(inner, "DataSourceUri") or text(inner, "@odata.id")
        if value is None and source:
            value = self.sensors.reading(source, self.units)
        if value is not None:
            return value
        fault = f"is {inner['Reading']!r}" if "Reading" in inner else "is missing"
        return NotKnown(f"the Reading of {key} {fault}")

    def excerpts(self, resource: Json, keys: Sequence[str]) -> list[Figure]:
        """The sensor excerpts under those of `keys` that have one."""
        excerpts = [self.excerpt(resource, key) for key in keys]
        return [figure for figure in excerpts if figure is not None]


def sensor(resource: Json, units: Sequence[str]) -> Optional[float]:
    """The reading of a sensor; None if `number` refuses it, its unit is not in `units`, or the
    status says that it reports nothing.
    """
    if resource.get("ReadingUnits") not in units:
        return None
    if meaning(resource).circuit is not Reading.SHOWN:
        return None
    return number(resource.get("Reading"))


def current(resource: Json, read: Reader) -> Figure:
    """The load of a circuit or an outlet; not known if one of its lines is missing. None if it is
    not metered.

    `CurrentAmps` is the current of a single phase: of several, it may be that of only one line.
    Two lines without a neutral carry the same current.
    """
    phases = child(resource, "PolyPhaseCurrentAmps")
    shown_lines = [line for line in _LINES if phases.get(line) is not None]
    has_single = resource.get("CurrentAmps") is not None
    line_count = _line_count(resource)
    if line_count == 1 and has_single:
        return read.excerpt(resource, "CurrentAmps")
    if line_count == 1 and len(shown_lines) in (1, 2):
        return read.excerpt(phases, shown_lines[0])
    if line_count > 1 and len(shown_lines) == line_count:
        return sum_if_complete(read.excerpts(phases, shown_lines))
    if any(line in phases for line in _LINES):
        return NotKnown(f"{len(shown_lines)} of {line_count} line currents are shown")
    if "CurrentAmps" in resource and not has_single:
        return NotKnown("CurrentAmps is null")
    unknown_lines = _unknown_lines(resource, "PolyPhaseCurrentAmps")
    if unknown_lines:
        return unknown_lines
    if has_single:
        return NotMetered("CurrentAmps may be the current of only one of its lines")
    return None


def power(resource: Json, read: Reader) -> Figure:
    """The active power of a PDU, a circuit or an outlet. None if it is not metered."""
    if resource.get("PowerWatts", ...) is None:
        return NotKnown("PowerWatts is null")
    figure = read.excerpt(resource, "PowerWatts")
    if figure is None:
        return _line_figures(resource, read, "PolyPhasePowerWatts")
    return figure


def energy(resource: Json, read: Reader) -> Figure:
    """The energy counter of a PDU, a circuit or an outlet. None if it is not metered."""
    if "EnergykWh" in resource:
        figure = read.excerpt(resource, "EnergykWh")
        return NotKnown("EnergykWh is null") if figure is None else figure
    return _line_figures(resource, read, "PolyPhaseEnergykWh")


def _line_figures(resource: Json, read: Reader, key: str) -> Figure:
    """The sum of the lines under `key`.

    - Lines against the neutral alone, or pairs of lines alone: these; not known if one is missing.
    - Neither: None.
    - Both: not metered. The schema does not say whether one contains the other, and in DMTF's
      published rack PDU neither sum, nor that of all, is the PDU's figure.
    """
    unknown_lines = _unknown_lines(resource, key)
    if unknown_lines:
        return unknown_lines
    lines = child(resource, key)
    # by names: the value of a line may be null
    has_lines = any(name in lines for name in _TO_NEUTRAL)
    has_pairs = any(name in lines for name in _PAIRS)
    if has_lines and has_pairs:
        return NotMetered(f"{key} shows lines against the neutral and pairs of lines")
    if not has_lines and not has_pairs:
        return None
    parts = read.excerpts(lines, _PAIRS if has_pairs else _TO_NEUTRAL)
    count = _line_count(resource)
    if len(parts) != count:
        return NotKnown(f"{key} shows {len(parts)} of {count} lines")
    return sum_if_complete(parts)


def _unknown_lines(resource: Json, key: str) -> Optional[NotKnown]:
    """One that is not known if the value under `key` is no object; None if there is none."""
    value = resource.get(key, {})
    if isinstance(value, dict):
        return None
    shown_value = "null" if value is None else repr(value)
    return NotKnown(f"{key} is {shown_value}")


def _line_count(resource: Json) -> int:
    """How many line currents make up the load: by the wiring, else by the lines that are shown."""
    wiring = text(resource, "PhaseWiringType")
    return _PHASES.get(wiring) or _phases_seen(resource)


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


def sum_in_use(parts: Iterable[Figure]) -> Figure:
    """The sum of the parts that carry something; not known if there are none among some."""
    all_parts = list(parts)
    parts_in_use = [part for part in all_parts if part != NOTHING]
    if all_parts and not parts_in_use:
        return NotKnown("none of its parts is in use")
    return sum_if_complete(parts_in_use)
