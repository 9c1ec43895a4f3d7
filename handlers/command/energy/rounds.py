"""Reads files of what `pdu check LIST --json --watch SECONDS` prints: one round of polls per line.

A line has the time at the end of its round, in whole seconds of UTC, and how long the round took,
but no time of each reading. A reading was therefore taken at some moment between both. Failed polls
have no energy and are left out.
"""

from __future__ import annotations

import calendar
import itertools
import json
import math
import statistics
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ...errors import SettingsError, printable
from .registers import Event, Readings

#: the identity of the PDU's own register
OWN = ""
#: what a line raises that is not such a round
_BAD = (ValueError, TypeError, KeyError, RecursionError, OverflowError)


class Series:
    """The readings of one register."""

    def __init__(self) -> None:
        self.begins, self.ends, self.values = array("d"), array("d"), array("d")
        #: numbers of the readings before which the PDU's name meant another address or handler
        self.changes: set[int] = set()
        #: the currents that were read, in A, and when
        self.times, self.currents = array("d"), array("d")

    def readings(self, slack: float) -> Readings:
        """As the audit takes them."""
        return Readings(self.begins, self.ends, self.values, frozenset(self.changes), slack=slack)


class Pdu:
    """One PDU of the files."""

    def __init__(self) -> None:
        #: identity of an outlet, or OWN -> its register
        self.registers: dict[str, Series] = {}
        self.unit: Optional[tuple[str, str]] = None


class Files(NamedTuple):
    """What the files say."""

    pdus: Mapping[str, Pdu]
    #: when the clock of the machine that polled jumped back
    jumps: Sequence[Event]
    #: seconds by which all times may be wrong for that reason
    slack: float


def read(paths: Sequence[str]) -> Files:
    """The rounds of all files, which must follow each other in time.

    Raises SettingsError, which names the file and the line.
    """
    parts = [_rounds(path) for path in paths]
    opened = sorted(((next(part), part) for part in parts), key=lambda one: one[0].begin)
    pdus: dict[str, Pdu] = {}
    begins, ends = array("d"), array("d")
    for first, rest in opened:
        if begins and first.begin < begins[-1]:
            raise SettingsError(
                f"{first.where}: the file begins before the end of another one: give files that"
                " follow each other"
            )
        for one in itertools.chain([first], rest):
            begins.append(one.begin)
            ends.append(one.end)
            _keep(pdus, one)
    jumps, slack = _jumps(begins, ends)
    return Files(pdus, jumps, slack)


class _Reading(NamedTuple):
    name: str
    unit: tuple[str, str]
    #: identity of an outlet, or OWN; its energy in kWh; its current in A
    figures: Sequence[tuple[str, Optional[float], Optional[float]]]


class _Round(NamedTuple):
    where: str
    begin: float
    end: float
    readings: Sequence[_Reading]


def _rounds(path: str) -> Iterator[_Round]:
    """The rounds of one file; at least one."""
    number = 0
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                where = f"{printable(path)}, line {number}"
                try:
                    yield _round(where, json.loads(line, parse_constant=_no_number))
                except _BAD as error:
                    what = "no JSON" if isinstance(error, json.JSONDecodeError) else _named(error)
                    raise SettingsError(
                        f"{where}: not a round of `pdu check LIST --json --watch SECONDS`: {what}"
                    ) from None
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be read ({error.strerror})") from None
    if not number:
        raise SettingsError(f"{printable(path)} is empty")


def _named(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return printable(str(error), 80) if type(error) is ValueError else "a value of the wrong type"


def _round(where: str, found: Any) -> _Round:
    ended = calendar.timegm(time.strptime(found["time"], "%Y-%m-%dT%H:%M:%SZ"))
    took = _figure(found["summary"]["seconds"], "seconds")
    if took is None:
        raise ValueError("seconds is missing")
    readings = [_reading(row) for row in found["pdus"]]
    if len({one.name for one in readings}) != len(readings):
        raise ValueError("a PDU comes twice")
    # The time is cut to whole seconds.
    return _Round(where, ended - took, ended + 1.0, readings)


def _reading(row: Any) -> _Reading:
    figures: list[tuple[str, Optional[float], Optional[float]]] = [
        (OWN, _figure(row["energy_kwh"], "energy_kwh"), None)
    ]
    for outlet in row["outlets"]:
        identity = _text(outlet["identity"], "identity")
        energy = _figure(outlet["energy_kwh"], "energy_kwh")
        figures.append((identity, energy, _figure(outlet["current_a"], "current_a")))
    if len({identity for identity, _, _ in figures}) != len(figures):
        raise ValueError("an outlet comes twice, or has no identity")
    unit = (_text(row["handler"], "handler"), _text(row["address"], "address"))
    return _Reading(_text(row["name"], "name"), unit, figures)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    return value


def _figure(value: Any, name: str) -> Optional[float]:
    """A figure of at least 0, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{name} is not a number")
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} is below 0 or infinite")
    return float(value)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _keep(pdus: dict[str, Pdu], one: _Round) -> None:
    for reading in one.readings:
        pdu = pdus.setdefault(reading.name, Pdu())
        changed = pdu.unit is not None and pdu.unit != reading.unit
        pdu.unit = reading.unit
        if changed:
            for series in pdu.registers.values():
                series.changes.add(len(series.values))
        for identity, energy, current in reading.figures:
            series = pdu.registers.setdefault(identity, Series())
            if energy is not None:
                series.begins.append(one.begin)
                series.ends.append(one.end)
                series.values.append(energy)
            if current is not None:
                series.times.append(one.begin)
                series.currents.append(current)


def _jumps(begins: Sequence[float], ends: Sequence[float]) -> tuple[list[Event], float]:
    """The jumps back of the clock, and by how much times may be wrong.

    A jump moved the time by what the round seems to be early. A jump forward looks like a gap.
    """
    jumps: list[Event] = []
    slack = 0.0
    usual = statistics.median([new - old for old, new in zip(begins, begins[1:])] or [0.0])
    for number in range(1, len(begins)):
        # The next round begins after the end of this one; times are exact to a second.
        if begins[number] < ends[number - 1] - 3.0:
            jump = max(usual, 0.0) - (begins[number] - begins[number - 1])
            slack += jump
            when = sorted((begins[number - 1], begins[number]))
            reason = f"the clock of the polls went back by about {jump:.0f} s"
            jumps.append(Event("clock", when[0], when[1], reason))
    return jumps, slack
