"""The lines of a meter's journal, read back: which unit a poll is of, and its figures. Pure.

docs/dev/energy.md has the form of the lines.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ..pdus.states import DOWN, SPELLED, UNKNOWN, UP
from .meter.lines import FORM
from .readings import NO_STATE, OFF, ON, OWN, UnitFacts

#: what a record raises that is not of a meter
BAD = (ValueError, TypeError, LookupError, OverflowError)
#: sign of a state -> the state; _NONE for another byte
_NONE = 255
_SIGNS = {
    ord(SPELLED[state].sign): here for state, here in ((UP, ON), (DOWN, OFF), (UNKNOWN, NO_STATE))
}
_STATES = bytes(_SIGNS.get(byte, _NONE) for byte in range(256))
_NUMBERS = frozenset({int, float})


class PollRow(NamedTuple):
    """One poll. The PDU's own figures come first, then those of its outlets; NaN: not read."""

    #: when it was taken, in s of UTC
    begin: float
    end: float
    #: the reader's monotonic clock at `begin`, in s
    monotonic: float
    #: of the unit, in s
    uptime: float
    #: a place for each register: energy, current, power, and ON, OFF or NO_STATE
    kwh: array[float]
    amperes: array[float]
    watts: array[float]
    states: bytes

    @property
    def is_empty(self) -> bool:
        """Whether the poll read neither energy nor current."""
        return all(map(math.isnan, self.kwh)) and all(map(math.isnan, self.amperes))


class LinesAbove:
    """What the lines above a poll say of it."""

    def __init__(self) -> None:
        self._boot = ""
        #: number of a unit -> what the kernel says of the clock -> the unit
        self._units: dict[int, Mapping[Optional[bool], UnitFacts]] = {}
        #: whether a line was left out, which may have said of which unit the next polls are
        self._is_cut = False

    def forget(self, line: int) -> None:
        """A line is left out: what the lines above it said counts no more. `line`: its number."""
        self._boot, self._is_cut = f"after line {line}", True
        self._units.clear()

    def taken(self, record: Mapping[str, Any]) -> Optional[tuple[UnitFacts, PollRow]]:
        """The unit and the figures of a poll; None for another line, and for a poll of which no
        line says the unit because one was left out. Raises one of BAD.
        """
        if "of" in record:
            if self._is_cut and record["of"] not in self._units:
                return None
            unit = self._units[record["of"]][record.get("sync")]
            row = _row(record, len(unit.registers) - 1)
            if record.get("error") is not None and row.uptime != row.uptime and not row.is_empty:
                # It ended early, perhaps before it read which unit that was.
                unit = unit._replace(serial="", firmware="", family="", accuracy_percent=None)
            return unit, row
        if "meter" in record:
            if record["meter"] != FORM:
                raise ValueError("another form")
            self._boot = _text(record["boot"])
            self._units.clear()
        elif "unit" in record:
            unit = self._unit(record)
            words: Sequence[Optional[bool]] = (None, False, True)
            self._units[record["unit"]] = {one: unit._replace(synced=one) for one in words}
        return None

    def _unit(self, record: Mapping[str, Any]) -> UnitFacts:
        if not isinstance(record["outlets"], list):
            raise ValueError("outlets")
        registers = (OWN, *map(_text, record["outlets"]))
        return UnitFacts(
            _text(record["name"]),
            f"{_text(record['handler'])} {_text(record['address'])}",
            _text(record["serial"]),
            _text(record["firmware"]),
            _text(record["family"]),
            self._boot,
            _accuracy(record.get("accuracy")),
            None,
            registers,
        )


def _row(record: Mapping[str, Any], outlets: int) -> PollRow:
    begin, end = record["utc"]
    up = record.get("up")
    on = record.get("on")
    states = _text(on).encode().translate(_STATES) if on else bytes([NO_STATE]) * outlets
    if len(states) != outlets or _NONE in states:
        raise ValueError("on")
    return PollRow(
        _number(begin),
        _number(end),
        _number(record["mono"][0]),
        math.nan if up is None else _number(up),
        _column(record.get("total"), record.get("kwh"), outlets),
        _column(record.get("load"), record.get("amps"), outlets),
        _column(None, record.get("watts"), outlets),
        bytes([NO_STATE]) + states,
    )


def _column(own: Any, listed: Optional[Sequence[Any]], outlets: int) -> array[float]:
    if listed is None:
        return array("d", [_figure(own), *([math.nan] * outlets)])
    if len(listed) != outlets:
        raise ValueError("another number of outlets")
    column = array("d", [_figure(own)])
    # most polls have all figures of their many outlets, and these calls are of C
    is_usual = _NUMBERS.issuperset(map(type, listed)) and min(listed, default=0.0) >= 0.0
    column.extend(listed if is_usual and sum(listed) < math.inf else map(_figure, listed))
    return column


def _accuracy(value: Any) -> Optional[float]:
    """In percent; None for a unit that states none, and in journals of earlier versions."""
    if value is None:
        return None
    percent = _number(value)
    if not 0.0 < percent <= 100.0:
        raise ValueError("accuracy")
    return percent


def _figure(value: Any) -> float:
    """A figure of at least 0. One below it is not a register, and not used."""
    if value is None:
        return math.nan
    number = _number(value)
    return number if number >= 0.0 else math.nan


def _number(value: Any) -> float:
    if type(value) not in _NUMBERS or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return value
