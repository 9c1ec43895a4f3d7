"""The lines of a meter's journal, read back: which unit a poll is of, and its figures. Pure.

docs/dev/energy.md has the form of the lines.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Optional

from ..core.cli.states import DOWN, SPELLED, UNKNOWN, UP
from .meter.journal_writer import FORM
from .readings import NO_STATE, OFF, ON, OWN, UnitFacts

#: what a record raises that is not of a meter
BAD = (ValueError, TypeError, LookupError, OverflowError)
#: in STATES, of a byte that is no sign of a state
NO_SIGN = 255
_SIGNS = {
    ord(SPELLED[state].sign): here for state, here in ((UP, ON), (DOWN, OFF), (UNKNOWN, NO_STATE))
}
#: a table for bytes.translate: sign of a state -> ON, OFF, NO_STATE, or NO_SIGN
STATES = bytes(_SIGNS.get(byte, NO_SIGN) for byte in range(256))
UNREAD = SPELLED[UNKNOWN].sign
_NUMBERS = frozenset({int, float})


class PrecedingLines:
    """What the lines above a poll say of it."""

    def __init__(self) -> None:
        self._boot = ""
        self._units: dict[int, UnitFacts] = {}
        #: whether a line was left out, which may have said of which unit the next polls are
        self._is_cut = False

    def forget(self, line: int) -> None:
        """A line is left out: what the lines above it said counts no more. `line`: its number."""
        self._boot, self._is_cut = f"after line {line}", True
        self._units.clear()

    def unit(self, number: int) -> Optional[UnitFacts]:
        """The unit of a poll; None if no line says it because one was left out. Raises one of
        BAD.
        """
        return self._units.get(number) if self._is_cut else self._units[number]

    def take(self, record: Mapping[str, Any]) -> None:
        """A line that is no poll. Raises one of BAD."""
        if "meter" in record:
            if record["meter"] != FORM:
                raise ValueError("another form")
            self._boot = _text(record["boot"])
            self._units.clear()
        elif "unit" in record:
            self._units[record["unit"]] = self._unit(record)

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


def without_identity(unit: UnitFacts) -> UnitFacts:
    """Of a poll that ended early, perhaps before it read which unit that was."""
    return unit._replace(serial="", firmware="", family="", accuracy_percent=None)


def _accuracy(value: Any) -> Optional[float]:
    """In percent; None for a unit that states none, and in journals of earlier versions."""
    if value is None:
        return None
    percent = _number(value)
    if not 0.0 < percent <= 100.0:
        raise ValueError("accuracy")
    return percent


def _number(value: Any) -> float:
    if type(value) not in _NUMBERS or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return value
