"""Reads files of what `pdu check LIST --json --watch SECONDS` prints: one round of polls per line.

A line has the time at the end of its round, in whole seconds of UTC, and how long the round took,
but no time of each reading. A reading was therefore taken at some moment between both. Failed polls
have no energy and are left out.
"""

from __future__ import annotations

import calendar
import hashlib
import itertools
import json
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Callable, NamedTuple, Optional

from ...errors import SettingsError, printable
from .readings import OWN, Found, OutletFigures, PduReadings, Poll, gathered

#: what a line raises that is not such a round
_BAD = (ValueError, TypeError, KeyError, RecursionError, OverflowError)
_TIMES = (
    "A reading was taken at some moment of its round: the files do not say when. Of jumps"
    " of the poller's clock, only those back into an earlier round are seen. The files have no"
    " serial number and no uptime: a unit that was exchanged at the same address is seen only by"
    " its register."
)


class Rounds:
    """Files of rounds as a source."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._origin: list[str] = []

    def each(
        self, begin: float, end: float, audit: Callable[[PduReadings], Found]
    ) -> Iterator[Found]:
        """Of all PDUs, with all of their readings."""
        yield from map(audit, gathered(self._polls()).values())

    def close(self) -> None:
        """Nothing to do: a file is open only while it is read."""

    def origin(self) -> Sequence[str]:
        """The hash of each file, and what rounds do not say."""
        return [*self._origin, _TIMES]

    def _polls(self) -> Iterator[Poll]:
        """The rounds of all files, which must follow each other in time.

        Raises SettingsError, which names the file and the line.
        """
        hashes = {path: hashlib.sha256() for path in self._paths}
        parts = [_rounds(path, hashes[path], self._origin) for path in self._paths]
        opened = sorted(((next(part), part) for part in parts), key=lambda one: one[0].begin)
        before = -math.inf
        for first, rest in opened:
            if first.begin < before:
                raise SettingsError(
                    f"{first.where}: the file begins before the end of another one: give files that"
                    " follow each other"
                )
            for one in itertools.chain([first], rest):
                before = one.begin
                yield from one.polls
        for path, digest in hashes.items():
            self._origin.append(f"Readings: {printable(path)}, SHA-256 {digest.hexdigest()}")


class _Round(NamedTuple):
    where: str
    begin: float
    polls: Sequence[Poll]


def _rounds(path: str, digest: hashlib._Hash, notes: list[str]) -> Iterator[_Round]:
    """The rounds of one file; at least one. A last line without an end is left out, with a note."""
    is_empty = True
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(_documents(file, digest), start=1):
                where = f"{printable(path)}, line {number}"
                if not line:
                    continue
                try:
                    found = _round(where, json.loads(line, parse_constant=_no_number))
                except _BAD as error:
                    if not line.endswith(b"\n"):
                        notes.append(f"{where}: it is not whole, and was left out")
                        break
                    what = "no JSON" if isinstance(error, json.JSONDecodeError) else _named(error)
                    raise SettingsError(
                        f"{where}: not a round of `pdu check LIST --json --watch SECONDS`: {what}"
                    ) from None
                is_empty = False
                yield found
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be read ({error.strerror})") from None
    if is_empty:
        raise SettingsError(f"{printable(path)} has no round")


def _documents(file: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    """The lines of a file; empty ones for an error that ended a run, such as Ctrl-C.

    An error is printed over many lines, from one with { alone to one with } alone.
    """
    begun: list[bytes] = []
    for line in file:
        digest.update(line)
        if not begun and line.rstrip() != b"{":
            yield line
            continue
        begun.append(line)
        if line.rstrip() == b"}":
            error = b"".join(begun)
            yield from [b""] * (len(begun) - 1)
            yield b"" if _is_error(error) else error
            begun = []
    # one that was cut off is no JSON, and told as that
    yield from begun


def _is_error(text: bytes) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and list(found) == ["error"]


def _named(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return printable(str(error), 80) if type(error) is ValueError else "a value of the wrong type"


def _round(where: str, found: Any) -> _Round:
    ended = calendar.timegm(time.strptime(found["time"], "%Y-%m-%dT%H:%M:%SZ"))
    took = _figure(found["summary"]["seconds"], "seconds")
    if took is None:
        raise ValueError("seconds is missing")
    # The time is cut to whole seconds.
    begin, end = ended - took, ended + 1.0
    polls = [_poll(row, begin, end) for row in found["pdus"]]
    if len({one.pdu for one in polls}) != len(polls):
        raise ValueError("a PDU comes twice")
    return _Round(where, begin, polls)


def _poll(row: Any, begin: float, end: float) -> Poll:
    figures = [
        OutletFigures(
            OWN, _figure(row["energy_kwh"], "energy_kwh"), _figure(row.get("load_a"), "load_a")
        )
    ]
    for outlet in row["outlets"]:
        figures.append(
            OutletFigures(
                _text(outlet["identity"], "identity"),
                _figure(outlet["energy_kwh"], "energy_kwh"),
                _figure(outlet["current_a"], "current_a"),
                state=_text(outlet["state"], "state"),
            )
        )
    if len({one.identity for one in figures}) != len(figures):
        raise ValueError("an outlet comes twice, or has no identity")
    unit = f"{_text(row['handler'], 'handler')} {_text(row['address'], 'address')}"
    return Poll(_text(row["name"], "name"), begin, end, figures, unit=unit)


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
