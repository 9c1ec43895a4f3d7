"""The journal of `pdu meter` as a source: a folder with a file of chained lines for each UTC day.

docs/dev/energy.md has the form of its lines.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from ...errors import SettingsError, printable
from .. import journal
from .readings import OWN, OutletReading, Pdu, Poll, gathered

#: the file of a day; a past one may be packed
_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.jsonl(?:\.gz)?")
_DAY = 86400.0
#: what a record raises that is not of a meter
_BAD = (ValueError, TypeError, LookupError, OverflowError)
_STATES = {"1": "UP", "0": "DOWN"}
#: what is text in the line of a unit
_TEXTS = ("name", "handler", "address", "family", "serial", "firmware")


class Meter:
    """A meter's folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._origin: Sequence[str] = ()

    def pdus(self, begin: float, end: float) -> Iterator[Pdu]:
        """All PDUs, with their readings from a day before the period to a day after it.

        Raises SettingsError; journal.Changed names a line that is not as it was written.
        """
        yield from gathered(self._polls(begin - _DAY, end + _DAY)).values()

    def close(self) -> None:
        """Nothing to do: a file is open only while it is read."""

    def origin(self) -> Sequence[str]:
        """The files, and the last hash of their chain."""
        return self._origin

    def _polls(self, begin: float, end: float) -> Iterator[Poll]:
        paths = self._files(_day_of(begin), _day_of(end))
        lines, last = _Lines(), ""
        for path, entry in journal.read_all(paths):
            last = entry.hash
            try:
                poll = lines.poll(entry.record)
            except _BAD:
                raise SettingsError(
                    f"{printable(path)}, line {entry.line}: not a line of `pdu meter`"
                ) from None
            if poll is not None:
                yield poll
        names = [os.path.basename(path) for path in paths]
        digest = hashlib.sha256("".join([*names, last]).encode()).hexdigest()
        self._origin = [
            f"Readings: {printable(self._folder)}, {names[0]} to {names[-1]}, each line as it was"
            f" written; SHA-256 of their names and last hash {digest}"
        ]

    def _files(self, first: str, last: str) -> Sequence[str]:
        try:
            found = sorted(name for name in os.listdir(self._folder) if _NAME.fullmatch(name))
        except OSError as error:
            raise SettingsError(
                f"{printable(self._folder)} cannot be read ({error.strerror})"
            ) from None
        names = [name for name in found if first <= name[: len(first)] <= last]
        if not names:
            raise SettingsError(
                f"{printable(self._folder)} has no file of `pdu meter` from {first} to {last}"
            )
        return [os.path.join(self._folder, name) for name in names]


def _day_of(utc: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(utc))


class _Lines:
    """What the lines above a poll say of it."""

    def __init__(self) -> None:
        self._boot = ""
        self._units: dict[int, Mapping[str, Any]] = {}

    def poll(self, record: Mapping[str, Any]) -> Optional[Poll]:
        """The poll of a record; None for another line. Raises one of _BAD."""
        if "meter" in record:
            if record["meter"] != 1:
                raise ValueError("another form")
            self._boot = record["boot"]
            self._units.clear()
        elif "unit" in record:
            self._units[record["unit"]] = _checked(record)
        elif "of" in record:
            return self._poll(self._units[record["of"]], record)
        return None

    def _poll(self, unit: Mapping[str, Any], record: Mapping[str, Any]) -> Poll:
        begin, end = record["utc"]
        outlets = unit["outlets"]
        columns = [_column(record, name, len(outlets)) for name in ("kwh", "amps", "watts")]
        states = record.get("on") or "-" * len(outlets)
        figures = [OutletReading(OWN, _figure(record.get("total")), _figure(record.get("load")))]
        for identity, kwh, amperes, watts, state in zip(outlets, *columns, states):
            figures.append(OutletReading(identity, kwh, amperes, watts, _STATES.get(state, "")))
        error = record.get("error")
        return Poll(
            unit["name"],
            _number(begin),
            _number(end),
            figures,
            monotonic=_number(record["mono"][0]),
            boot=self._boot,
            unit=f"{unit['handler']} {unit['address']}",
            serial=unit["serial"],
            firmware=unit["firmware"],
            uptime=_figure(record.get("up")),
            family=unit["family"],
            error=str(error[0]) if error else "",
        )


def _checked(unit: Mapping[str, Any]) -> Mapping[str, Any]:
    """The line of a unit, if all texts in it are texts."""
    outlets = unit["outlets"]
    texts = [*(unit[name] for name in _TEXTS), *outlets]
    if not isinstance(outlets, list) or not all(isinstance(one, str) for one in texts):
        raise ValueError("unit")
    return unit


def _column(record: Mapping[str, Any], name: str, length: int) -> Sequence[Optional[float]]:
    found = record.get(name)
    if found is None:
        return [None] * length
    if len(found) != length:
        raise ValueError(name)
    return [_figure(one) for one in found]


def _figure(value: Any) -> Optional[float]:
    """A figure of at least 0. One below it is not a register, and not used."""
    if value is None:
        return None
    number = _number(value)
    return number if number >= 0.0 else None


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)
