"""LibreNMS's own answers of a walk, compared with what is read of it here.

LibreNMS's tests keep what it discovers of each walk (`tests/data`). A sensor has a class, a value
and the object that it reads. The classes are compared so:

| class | here |
|---|---|
| `current` | A of an outlet, and of each row of the load |
| `power` | W of an outlet, and of each row of the power |
| `power_consumed` | kWh of an outlet, and of each row of the energy |
| `state` | the state of an outlet, where LibreNMS's word for the value is on or off |

A sensor is compared with the row here that reads the same object: the row whose index the object
has, and which changes or goes when the object does. If no object of a class is the same, a total
here is compared with each sensor and with the sum of each column of sensors.

`differences.csv` has each difference with its reason.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, Optional

from handlers.shared.meter_figures import ExactFigure
from handlers.snmp import detection
from handlers.snmp.device import SnmpDevice
from handlers.snmp.measurements import Measurement
from handlers.snmp.profile import oids
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from pdu_common.helper import EnumPowerStatus
from tests.foreign_files import readings
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.simulators.snmp_agent import Row
from tests.tables import csv_rows

DIFFERENCES = Path(__file__).with_name("differences.csv")
#: LibreNMS's class of a sensor, and the figure of a total and of an outlet
_CLASSES = {"current": "load_a", "power": "power_w", "power_consumed": "energy_kwh"}
_TOTAL = {"current": "load", "power": "power", "power_consumed": "energy"}
_OUTLET = {"current": "current", "power": "power", "power_consumed": "energy"}
_STATE_WORDS = {EnumPowerStatus.UP: "on", EnumPowerStatus.DOWN: "off"}
# LibreNMS computes with binary fractions
_ROUNDING = 1e-6


class Sensor(NamedTuple):
    """What LibreNMS reads of one object."""

    kind: str
    oid: str
    #: when it was found, and when it was polled
    values: tuple[float, ...]
    #: its word for the value, for a state
    word: str


class Difference(NamedTuple):
    """A value of LibreNMS and another one here. `where` is a column, or `total`."""

    kind: str
    where: str
    theirs: str
    ours: str


class Comparison(NamedTuple):
    """The number of equal values by class, and the differences."""

    equal: Counter[str]
    differences: list[Difference]


def sensors(text: str) -> list[Sensor]:
    """The sensors of an answer."""
    answers = json.loads(text).get("sensors", {})
    discovery = answers.get("discovery", {})
    poller = answers["poller"] if isinstance(answers.get("poller"), dict) else {}
    polled_values: dict[str, float] = {}
    for row in poller.get("sensors", ()):
        polled_values[row["sensor_oid"]] = row["sensor_current"]
    words: dict[tuple[str, float], str] = {}
    for index in discovery.get("state_indexes", ()):
        states = [index] if "state_value" in index else index.get("states", ())
        for state in states:
            words[index["state_name"], state["state_value"]] = state["state_descr"]
    sensors_with_values: list[Sensor] = []
    for row in discovery.get("sensors", ()):
        oid, value = row["sensor_oid"], row["sensor_current"]
        if value is None:
            continue
        sensor = Sensor(
            kind=row["sensor_class"],
            oid=oid.lstrip("."),
            values=_values(value, polled_values.get(oid)),
            word=words.get((row["state_name"], value), ""),
        )
        sensors_with_values.append(sensor)
    return sensors_with_values


def known_differences() -> Mapping[tuple[str, str, str], str]:
    """The reason of each difference, by walk, class and column."""
    rows = csv_rows(DIFFERENCES)
    return {(row["walk"], row["class"], row["where"]): row["reason"] for row in rows}


def compare(name: str, rows: Mapping[str, Row], answers: Iterable[Sensor]) -> Comparison:
    """Compare what is read of a walk with LibreNMS's sensors."""
    comparison = Comparison(Counter(), [])
    device = device_of(name, rows)
    by_kind: dict[str, list[Sensor]] = {}
    for sensor in answers:
        by_kind.setdefault(sensor.kind, []).append(sensor)
    for kind in _CLASSES:
        if kind in by_kind:
            _compare_figures(name, rows, device, by_kind[kind], comparison)
    for sensor in by_kind.get("state", ()):
        _compare_state(device, sensor, comparison)
    return comparison._replace(differences=sorted(set(comparison.differences)))


def _compare_figures(
    name: str,
    rows: Mapping[str, Row],
    device: SnmpDevice,
    kind_sensors: Sequence[Sensor],
    comparison: Comparison,
) -> None:
    """Compare the sensors of one class, each with the figures of its object; and if the device has
    no total, or none of these objects, the total with their sums.
    """
    kind = kind_sensors[0].kind
    has_figures = False
    for sensor in kind_sensors:
        figures = _measured(_at_index(device, kind, sensor.oid))
        if not _has(figures, sensor):
            figures = _measured(_changed(device, name, rows, kind, sensor.oid))
        has_figures = has_figures or bool(figures)
        if _has(figures, sensor):
            comparison.equal[kind] += 1
        elif figures:
            ours = " ".join(sorted({f"{figure:f}" for figure in figures}))
            difference = Difference(kind, _column(sensor.oid), _plain(sensor), ours)
            comparison.differences.append(difference)
    total = getattr(read_exactly(device), _CLASSES[kind])
    if total is not None and has_figures:
        return
    if total is not None and any(_same(total, value) for value in _sums(kind_sensors)):
        comparison.equal[kind] += 1
        return
    theirs = " ".join(map(_plain, kind_sensors[:4]))
    ours = "-" if total is None else f"{total:f}"
    comparison.differences.append(Difference(kind, "total", theirs, ours))


def _compare_state(device: SnmpDevice, sensor: Sensor, comparison: Comparison) -> None:
    """Compare LibreNMS's word for a state, if it is one for on or off, with the states of the same
    object.
    """
    word = _on_or_off(sensor.word)
    if not word:
        return
    states = set(_states_at(device, sensor.oid))
    if word in states:
        comparison.equal["state"] += 1
    elif states:
        ours = " ".join(sorted(states))
        comparison.differences.append(Difference("state", _column(sensor.oid), word, ours))


def device_of(name: str, rows: Mapping[str, Row]) -> SnmpDevice:
    """A walk as it is read."""
    reading = readings.expected()[name]
    if reading.get("named"):
        profile = PROFILE_BY_KEY.get(reading["family"])
        assert profile is not None
        return detection.read_as(of_rows(rows), profile)
    return detection.detect(
        of_rows(rows), PROFILES, metered_only=reading.get("metered_only", False)
    )


def _changed(
    device: SnmpDevice, name: str, rows: Mapping[str, Row], kind: str, oid: str
) -> Iterator[ExactFigure]:
    """The figures here that change or go without this object."""
    if not any(True for figure in _figures(device, kind) for _ in _tails(figure, oid)):
        return
    without = device_of(name, {key: row for key, row in rows.items() if key != oid})
    for figure in _figures(device, kind):
        others = figure.rows(without.tables)
        for identity, value in figure.rows(device.tables).items():
            if identity not in others or others[identity] != value:
                yield value


def _measured(figures: Iterable[ExactFigure]) -> list[Decimal]:
    """The figures with a value: LibreNMS cannot contradict others, such as the highest of an
    inlet's lines."""
    return [figure for figure in figures if isinstance(figure, Decimal)]


def _has(figures: Iterable[Decimal], sensor: Sensor) -> bool:
    return any(_same(figure, value) for figure in figures for value in sensor.values)


def _values(*values: Optional[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values if value is not None)


def _at_index(device: SnmpDevice, kind: str, oid: str) -> Iterator[ExactFigure]:
    """The figures here whose identity is the index of this object, or a part of it."""
    for figure in _figures(device, kind):
        tails = list(_tails(figure, oid))
        if tails:
            rows = figure.rows(device.tables)
            yield from (
                value
                for identity, value in rows.items()
                if any(_is_of(identity, tail) for tail in tails)
            )


def _figures(device: SnmpDevice, kind: str) -> Iterator[Measurement]:
    outlet_figure = device.outlets and getattr(device.outlets, _OUTLET[kind])
    if outlet_figure:
        yield outlet_figure
    total = getattr(device.profile, _TOTAL[kind])
    yield from total.figures if total else ()


def _states_at(device: SnmpDevice, oid: str) -> Iterator[str]:
    states = device.outlets and device.outlets.states
    for tail in _tails(states.source, oid) if states else ():
        yield from (
            _STATE_WORDS.get(state, "unknown")
            for identity, state in device.states.items()
            if _is_of(identity, tail)
        )


def _tails(part: object, oid: str) -> Iterator[str]:
    """What is behind each object of a part that this OID is below."""
    for name in oids(part):
        root = re.escape(name).replace("\\~", r"[\d.]+")
        match = re.match(rf"{root}\.(.+)", oid) or re.fullmatch(f"{root}()", oid)
        if match:
            yield match[1]


def _is_of(identity: str, tail: str) -> bool:
    """Whether an index may be this identity's: some tables have more arcs before or behind it."""
    return f".{identity}." in f".{tail}." or tail in ("", "0")


def _on_or_off(word: str) -> str:
    """ "on" or "off" in LibreNMS's word for a state, else ""."""
    match = re.fullmatch(
        r"(?:outlet|switched|status|relay|power|immediate)*[ -]*(on|off)(?:ems)?",
        word.strip().lower(),
    )
    return match[1] if match else ""


def _sums(class_sensors: Iterable[Sensor]) -> Iterator[float]:
    columns: dict[str, float] = {}
    for sensor in class_sensors:
        yield from sensor.values
        columns[_column(sensor.oid)] = columns.get(_column(sensor.oid), 0) + sensor.values[-1]
    yield from columns.values()


def _same(ours: Optional[Decimal], theirs: float) -> bool:
    return ours is not None and abs(float(ours) - theirs) <= _ROUNDING * max(1.0, abs(theirs))


def _column(oid: str) -> str:
    return oid.rpartition(".")[0]


def _plain(sensor: Sensor) -> str:
    return " or ".join(sorted({f"{value:g}" for value in sensor.values}))
