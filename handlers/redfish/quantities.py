"""Current in A, power in W and energy in kWh, as one PDU, circuit or outlet shows them. Pure.

A resource is a JSON object of the device. An excerpt is a part of a sensor within it,
{"CurrentAmps": {"Reading": 1.5, "DataSourceUri": ".../Sensors/S1"}}. A Figure is a number, NotKnown
(not now), NotMetered (never, with the reason) or None (never). A Reader reads the excerpts, and the
sensors that they name. A PolyPhase... property has one excerpt for each line, against the neutral
(Line1ToNeutral) or against another line (Line1ToLine2).

A property that is missing is not metered; one that is null (DSP0266, "Properties") or has a value
of another type is not known now, unless the sensor that it names tells.
Source: Circuit_v1, Outlet_v1, Sensor_v1 (excerpts), PowerDistributionMetrics_v1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional, Union

from ..http.strict_json import number
from ..shared.meter_figures import (
    Figure,
    NotKnown,
    NotMetered,
    power_unless_denied,
    sum_if_complete,
)
from .resources import Flow, child, status_meaning, text
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


class Sensors:
    """The sensors that excerpts name. `by_source` has those that were read, by their paths;
    `reading` puts the others among `unread_sources`, which the caller then reads.

    >>> sensors = Sensors()
    >>> sensors.reading("/redfish/v1/Sensors/PDU1Amps", AMPERES) is None
    True
    >>> sensors.unread_sources
    {'/redfish/v1/Sensors/PDU1Amps': None}
    """

    def __init__(self) -> None:
        #: those that were read, by source
        self.by_source: dict[str, Json] = {}
        #: the sources of those that are needed and not read yet, each once, in order
        self.unread_sources: dict[str, None] = {}

    def reading(self, source: str, units: Sequence[str]) -> Optional[float]:
        """The sensor's value in one of `units`; None if it is not read yet, or has none. A sensor
        that is not read yet is put among `unread_sources`.

        >>> sensors = Sensors()
        >>> sensors.by_source["/S1"] = {"Reading": 4.2, "ReadingUnits": "A"}
        >>> sensors.reading("/S1", AMPERES)
        4.2
        """
        if source in self.by_source:
            return sensor(self.by_source[source], units)
        self.unread_sources[source] = None
        return None


class Reader(NamedTuple):
    """Reads the sensor excerpts of one quantity: parts of sensors within other resources.

    >>> reader = Reader(Sensors(), AMPERES)
    >>> reader.excerpt({"CurrentAmps": {"Reading": 1.5}}, "CurrentAmps")
    1.5
    """

    sensors: Sensors
    #: of the sensors
    units: Sequence[str]

    def excerpt(self, resource: Json, key: str) -> Figure:
        """The value of the excerpt under `key`, from its `Reading`, else from the sensor that it
        names; None if it is missing or null. Some services have a number in place of an excerpt.
        NotKnown for a value that is no finite number of 0 or more.

        >>> reader = Reader(Sensors(), AMPERES)
        >>> reader.excerpt({"CurrentAmps": {"Reading": 1.5}}, "CurrentAmps")
        1.5
        >>> reader.excerpt({"CurrentAmps": {"Reading": None}}, "CurrentAmps").reason
        'the Reading of CurrentAmps is None'
        """
        excerpt = resource.get(key)
        if excerpt is None:
            return None
        if isinstance(excerpt, (int, float)) and not isinstance(excerpt, bool):
            excerpt = {"Reading": excerpt}
        if not isinstance(excerpt, dict):
            return NotKnown(f"{key} is {excerpt!r}")
        value = number(excerpt.get("Reading"))
        if value is None:
            value = self._sensor_value(excerpt)
        if value is not None:
            return value
        fault = f"is {excerpt['Reading']!r}" if "Reading" in excerpt else "is missing"
        return NotKnown(f"the Reading of {key} {fault}")

    def _sensor_value(self, excerpt: Json) -> Optional[float]:
        """The value of the sensor that an excerpt names, which may have one where the excerpt has
        none; None if it has none, or was not read yet: then the sensor is put among those to read.

        >>> sensors = Sensors()
        >>> sensors.by_source["/S1"] = {"Reading": 4.2, "ReadingUnits": "A"}
        >>> Reader(sensors, AMPERES)._sensor_value({"DataSourceUri": "/S1", "Reading": None})
        4.2
        """
        source = text(excerpt, "DataSourceUri") or text(excerpt, "@odata.id")
        if not source:
            return None
        return self.sensors.reading(source, self.units)

    def excerpts(self, resource: Json, keys: Sequence[str]) -> list[Figure]:
        """The values of the excerpts under `keys`, without keys that are missing or null.

        >>> lines = {"Line1": {"Reading": 1.5}, "Line2": None}
        >>> Reader(Sensors(), AMPERES).excerpts(lines, ("Line1", "Line2", "Line3"))
        [1.5]
        """
        excerpts = [self.excerpt(resource, key) for key in keys]
        return [figure for figure in excerpts if figure is not None]


def sensor(resource: Json, units: Sequence[str]) -> Optional[float]:
    """The reading of a sensor; None if it is no number of 0 or more, its unit is not in `units`, or
    the status says that it reports nothing.

    >>> sensor({"Reading": 4.2, "ReadingUnits": "A"}, AMPERES)
    4.2
    >>> sensor({"Reading": 4.2, "ReadingUnits": "Hz"}, AMPERES) is None
    True
    """
    if resource.get("ReadingUnits") not in units:
        return None
    if status_meaning(resource).circuit_flow is not Flow.AS_SHOWN:
        return None
    return number(resource.get("Reading"))


def current(resource: Json, reader: Reader) -> Figure:
    """The load of a circuit or an outlet in A; None if it is not metered:

    one line, CurrentAmps is shown              CurrentAmps
    one line, Line1 (and Line2) are shown       Line1: without a neutral both carry its current
    several lines, all are shown                their sum
    several lines, not all are shown            NotKnown
    several lines, only CurrentAmps is shown    NotMetered: it may be that of only one line

    >>> reader = Reader(Sensors(), AMPERES)
    >>> lines = {"Line1": {"Reading": 1.5}, "Line2": {"Reading": 2.5}, "Line3": {"Reading": 1.0}}
    >>> current({"PolyPhaseCurrentAmps": lines}, reader)
    5.0
    >>> current({"PolyPhaseCurrentAmps": {**lines, "Line3": None}}, reader).reason
    '2 of 3 line currents are shown'
    """
    lines = child(resource, "PolyPhaseCurrentAmps")
    shown_lines = [line for line in _LINES if lines.get(line) is not None]
    line_count = _line_count(resource)
    if line_count == 1 and resource.get("CurrentAmps") is not None:
        return reader.excerpt(resource, "CurrentAmps")
    if line_count == 1 and len(shown_lines) in (1, 2):
        return reader.excerpt(lines, shown_lines[0])
    if line_count > 1 and len(shown_lines) == line_count:
        return sum_if_complete(reader.excerpts(lines, shown_lines))
    if any(line in lines for line in _LINES):
        return NotKnown(f"{len(shown_lines)} of {line_count} line currents are shown")
    return _reason_without_lines(resource)


def _reason_without_lines(resource: Json) -> Union[NotKnown, NotMetered, None]:
    """Why a resource that lists no currents of lines has no load: NotKnown, NotMetered, or None if
    it shows no current at all.

    >>> _reason_without_lines({"CurrentAmps": None})
    NotKnown(reason='CurrentAmps is null')
    >>> _reason_without_lines({"CurrentAmps": {"Reading": 1.5}})
    NotMetered(reason='CurrentAmps may be the current of only one of its lines')
    >>> _reason_without_lines({}) is None
    True
    """
    if _is_null(resource, "CurrentAmps"):
        return NotKnown("CurrentAmps is null")
    lines_fault = _fault_of_lines(resource, "PolyPhaseCurrentAmps")
    if lines_fault is None and "CurrentAmps" in resource:
        return NotMetered("CurrentAmps may be the current of only one of its lines")
    return lines_fault


def _is_null(resource: Json, key: str) -> bool:
    """Whether the property is there, and null: then its value is not known.

    >>> _is_null({"CurrentAmps": None}, "CurrentAmps"), _is_null({}, "CurrentAmps")
    (True, False)
    """
    return key in resource and resource[key] is None


def power(resource: Json, reader: Reader) -> Figure:
    """The active power of a PDU, a circuit or an outlet in W. None if it is not metered; NotKnown
    if it is far below the product of the lowest Voltage and the highest CurrentAmps that are shown
    of it: so much apparent power would be almost without active power.

    >>> reader = Reader(Sensors(), WATTS)
    >>> circuit = {"CurrentAmps": {"Reading": 3.98}, "Voltage": {"Reading": 228.6}}
    >>> power({**circuit, "PowerWatts": {"Reading": 900}}, reader)
    900.0
    >>> power({**circuit, "PowerWatts": {"Reading": 0.9}}, reader).reason
    'it shows 0.9 W, though 228.6 V and 3.98 A make 910 VA'
    """
    volts = min(_readings_with_lines(resource, "Voltage"), default=None)
    amperes = max(_readings_with_lines(resource, "CurrentAmps"), default=None)
    return power_unless_denied(_figure_or_lines(resource, reader, "PowerWatts"), volts, amperes)


def _readings_with_lines(resource: Json, key: str) -> list[float]:
    """The readings of a quantity that a resource shows of itself and of its lines.

    >>> lines = {"Line1ToNeutral": {"Reading": 230.1}, "Line2ToNeutral": None}
    >>> _readings_with_lines({"Voltage": {"Reading": 229.8}, "PolyPhaseVoltage": lines}, "Voltage")
    [229.8, 230.1]
    """
    lines = child(resource, f"PolyPhase{key}")
    excerpts = [child(resource, key), *(child(lines, name) for name in lines)]
    readings = [number(excerpt.get("Reading")) for excerpt in excerpts]
    return [reading for reading in readings if reading is not None]


def energy(resource: Json, reader: Reader) -> Figure:
    """The energy counter of a PDU, a circuit or an outlet. None if it is not metered.

    >>> energy({"EnergykWh": {"Reading": 6468}}, Reader(Sensors(), KILOWATT_HOURS))
    6468.0
    """
    return _figure_or_lines(resource, reader, "EnergykWh")


def _figure_or_lines(resource: Json, reader: Reader, key: str) -> Figure:
    """The figure under `key`, such as PowerWatts; without it, the sum of its lines, in
    PolyPhasePowerWatts.

    >>> reader = Reader(Sensors(), WATTS)
    >>> _figure_or_lines({"PowerWatts": {"Reading": 900}}, reader, "PowerWatts")
    900.0
    >>> lines = {"Line1ToNeutral": {"Reading": 200}, "Line2ToNeutral": {"Reading": 100}}
    >>> two_lines = {"PhaseWiringType": "TwoPhase4Wire", "PolyPhasePowerWatts": lines}
    >>> _figure_or_lines(two_lines, reader, "PowerWatts")
    300.0
    """
    if _is_null(resource, key):
        return NotKnown(f"{key} is null")
    figure = reader.excerpt(resource, key)
    if figure is None:
        return _line_figures(resource, reader, f"PolyPhase{key}")
    return figure


def _line_figures(resource: Json, reader: Reader, key: str) -> Figure:
    """The sum of the lines under `key`, such as PolyPhasePowerWatts:

    Line1ToNeutral ... alone, or Line1ToLine2 ... alone    their sum; NotKnown if one is missing
    neither                                                None
    both                                                   NotMetered: the schema does not say
                                                           whether one contains the other

    >>> reader = Reader(Sensors(), WATTS)
    >>> lines = {"Line1ToNeutral": {"Reading": 200}, "Line2ToNeutral": {"Reading": 100}}
    >>> two_lines = {"PhaseWiringType": "TwoPhase4Wire", "PolyPhasePowerWatts": lines}
    >>> _line_figures(two_lines, reader, "PolyPhasePowerWatts")
    300.0
    >>> three_lines = {**two_lines, "PhaseWiringType": "ThreePhase5Wire"}
    >>> _line_figures(three_lines, reader, "PolyPhasePowerWatts").reason
    'PolyPhasePowerWatts shows 2 of 3 lines'
    """
    lines_fault = _fault_of_lines(resource, key)
    if lines_fault is not None:
        return lines_fault
    lines = child(resource, key)
    # by names: the value of a line may be null
    has_lines = any(name in lines for name in _TO_NEUTRAL)
    has_pairs = any(name in lines for name in _PAIRS)
    if has_lines and has_pairs:
        return NotMetered(f"{key} shows lines against the neutral and pairs of lines")
    if not has_lines and not has_pairs:
        return None
    line_figures = reader.excerpts(lines, _PAIRS if has_pairs else _TO_NEUTRAL)
    count = _line_count(resource)
    if len(line_figures) != count:
        return NotKnown(f"{key} shows {len(line_figures)} of {count} lines")
    return sum_if_complete(line_figures)


def _fault_of_lines(resource: Json, key: str) -> Optional[NotKnown]:
    """Why the lines under `key` are not known: its value is no object. None if it is one, or if
    there is no such property.

    >>> _fault_of_lines({"PolyPhaseVoltage": None}, "PolyPhaseVoltage")
    NotKnown(reason='PolyPhaseVoltage is null')
    """
    value = resource.get(key, {})
    if isinstance(value, dict):
        return None
    shown_value = "null" if value is None else repr(value)
    return NotKnown(f"{key} is {shown_value}")


def _line_count(resource: Json) -> int:
    """How many line currents make up the load: by the wiring, else by the lines that are shown.

    >>> _line_count({"PhaseWiringType": "ThreePhase5Wire"})
    3
    """
    wiring = text(resource, "PhaseWiringType")
    return _PHASES.get(wiring) or _line_count_by_names(resource)


def _line_count_by_names(resource: Json) -> int:
    """How many line currents make up the load, by the names of currents, voltages and powers; their
    values may be null. Two lines without a neutral count as one: they carry the same current.

    >>> currents = {"Line1": None, "Line2": None, "Line3": None}
    >>> _line_count_by_names({"PolyPhaseCurrentAmps": currents})
    3
    >>> _line_count_by_names({"CurrentAmps": {"Reading": 1.5}})
    1
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
