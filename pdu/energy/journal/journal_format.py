"""The lines of a meter's journal: the values that they hold, as records of JSON and back. Pure.

docs/dev/energy.md describes each line. `pdu.core.files.journal` adds and checks the hashes, which
are no part of a record. The first key of a record says what it is.

Polls are decoded into columns: an audit reads millions of them.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ...pdus.outlet_figures import JOURNAL_FIGURES, OutletFigure
from ...pdus.states import SPELLED
from ..registers.numpy_lazy import Column, np

FORM = 1
#: what decoding raises for a record that no meter has written
BAD = (ValueError, TypeError, LookupError, OverflowError)
_START, _UNIT, _POLL, _LOST, _LATE, _NEW_CHAIN = "meter", "unit", "of", "lost", "late", "anew"
_POLL_BEGIN = f'"{_POLL}":'.encode()
_PLACES = 3  # of currents, watts and times: mA, mW, ms
_SYNC_VALUES = (None, False, True)
_NUMBERS = frozenset({int, float})
#: of a poll: begin, end, monotonic begin, uptime
_TIMES = 4
#: keys of the figures of the PDU itself, and of its outlets: energy, current, power
_FIGURE_KEYS = (("total", "kwh"), ("load", "amps"), ("power", "watts"))
_NUMBERS_OR_NONE = frozenset({int, float, type(None)})
Record = Mapping[str, Any]


class MeterStart(NamedTuple):
    """A start of the meter, and the head of a file. It ends all declarations above it."""

    version: str
    #: which run of the machine its monotonic times belong to
    boot: str
    #: by both clocks, in s
    utc: float
    mono: float
    #: between two rounds, in s
    every: float
    #: bytes of a torn line that were removed
    repaired: int = 0

    def record(self) -> dict[str, Any]:
        return {
            _START: FORM,
            "version": self.version,
            "boot": self.boot,
            "utc": round(self.utc, _PLACES),
            "mono": round(self.mono, _PLACES),
            "every": self.every,
            "repaired": self.repaired,
        }


def boot_of(record: Record) -> Optional[str]:
    """The boot that a start names; None of another line.

    Raises one of BAD, also for another form of the journal.
    """
    if _START not in record:
        return None
    if record[_START] != FORM:
        raise ValueError("another form")
    return _text(record["boot"])


class UnitDeclaration(NamedTuple):
    """A PDU under a number, for the polls after this line."""

    number: int
    name: str
    handler: str
    address: str
    family: str
    serial: str
    firmware: str
    #: the greatest error that the unit states, in percent; None if it states none
    accuracy_percent: Optional[float]
    #: identities
    outlets: Sequence[str]
    #: the outlets' names, for people
    names: Sequence[str] = ()
    #: kind, label, rating in A: lines and breakers
    meters: Sequence[Sequence[Any]] = ()

    def record(self) -> dict[str, Any]:
        values = {
            _UNIT: self.number,
            "name": self.name,
            "handler": self.handler,
            "address": self.address,
            "family": self.family,
            "serial": self.serial,
            "firmware": self.firmware,
            "accuracy": self.accuracy_percent,
            "outlets": self.outlets,
            "names": self.names,
            "meters": self.meters,
        }
        return {key: value for key, value in values.items() if value is not None}


def declared_by(record: Record) -> Optional[UnitDeclaration]:
    """The declaration; None of another line. Raises one of BAD."""
    if _UNIT not in record:
        return None
    if not isinstance(record["outlets"], list):
        raise ValueError("outlets")
    return UnitDeclaration(
        record[_UNIT],
        _text(record["name"]),
        _text(record["handler"]),
        _text(record["address"]),
        _text(record["family"]),
        _text(record["serial"]),
        _text(record["firmware"]),
        _accuracy(record.get("accuracy")),
        [*map(_text, record["outlets"])],
        record.get("names", ()),
        record.get("meters", ()),
    )


class LostPolls(NamedTuple):
    """Polls that were read and could not be written."""

    polls: int
    #: when they were read, in s of UTC
    first: float
    last: float
    reason: str

    def record(self) -> dict[str, Any]:
        return {_LOST: self.polls, "utc": _rounded(self.first, self.last), "reason": self.reason}


class LateRounds(NamedTuple):
    """Rounds that were left out, because the machine slept or was busy."""

    rounds: int
    #: when they were due, in s of UTC
    first: float
    last: float

    def record(self) -> dict[str, Any]:
        return {_LATE: self.rounds, "utc": _rounded(self.first, self.last)}


def new_chain(why: str) -> dict[str, Any]:
    """The second line of a file whose chain could not go on after the file before."""
    return {_NEW_CHAIN: why}


def why_new_chain(record: Record) -> str:
    """Why a chain begins anew here; "" of another line."""
    return str(record.get(_NEW_CHAIN) or "")


def time_of(record: Record) -> Optional[float]:
    """When a line was written, in s of UTC, if it says so. Takes any record, also of others."""
    value = record.get("utc")
    if isinstance(value, list):
        value = max((number for number in value if isinstance(number, (int, float))), default=None)
    return float(value) if isinstance(value, (int, float)) else None


# ---- polls ---------------------------------------------------------------------------------------


class JournalPoll(NamedTuple):
    """One poll. A figure is None where it was not reported; figures of outlets and meters are in
    the order of the declaration.
    """

    #: of the declaration
    number: int
    #: begin and end by both clocks, in s
    utc: tuple[float, float]
    mono: tuple[float, float]
    #: whether the kernel called the clock synchronised; None where it does not say
    is_synced: Optional[bool] = None
    #: since the unit started, in s
    uptime_s: Optional[float] = None
    #: of the PDU itself
    load_a: Optional[float] = None
    energy_kwh: Optional[float] = None
    #: of each outlet
    figures: Mapping[OutletFigure, Sequence[Optional[float]]] = MappingProxyType({})
    #: of each meter, in A
    meters: Sequence[Optional[float]] = ()
    #: of each outlet; None if the list of outlets was not read
    states: Optional[Sequence[EnumPowerStatus]] = None
    #: turns before this one that the PDU missed
    missed: int = 0
    #: kind and reason of the failure with which it ended
    error: Optional[tuple[str, str]] = None
    #: of the PDU itself
    power_w: Optional[float] = None

    def record(self) -> dict[str, Any]:
        """Energies are as they were read: they are evidence. Other figures are rounded."""
        return {key: value for key, value in self._items() if value is not None}

    def _items(self) -> Iterator[tuple[str, Any]]:
        yield _POLL, self.number
        yield "utc", _rounded(*self.utc)
        yield "mono", _rounded(*self.mono)
        yield "sync", self.is_synced
        yield "up", _short(self.uptime_s)
        yield "load", _short(self.load_a)
        yield "total", self.energy_kwh
        yield "power", _short(self.power_w)
        for figure in JOURNAL_FIGURES:
            values = self.figures.get(figure, ())
            is_evidence = figure.is_counter
            yield figure.journal_key, _or_none(values if is_evidence else [*map(_short, values)])
        yield "meters", _or_none([*map(_short, self.meters)])
        if self.states is not None:
            yield "on", "".join(SPELLED[state].sign for state in self.states)
        yield "missed", self.missed or None
        yield "error", None if self.error is None else [*self.error]


class PollColumns(NamedTuple):
    """Polls of one unit as columns: a row for each poll. NaN: not reported."""

    #: begin and end in s of UTC, begin by the monotonic clock, uptime
    times: Column
    #: of the PDU itself, then of its outlets
    energy_kwh: Column
    current_a: Column
    power_w: Column
    #: whether the kernel called the clock synchronised; None where it does not say
    sync_states: Sequence[Optional[bool]]
    #: whether it ended with an error: a column
    has_error: Column


def is_poll(body: bytes) -> bool:
    """Whether the body of a line is that of a poll. Parses nothing."""
    return body.startswith(_POLL_BEGIN)


def number_of_poll(body: bytes) -> int:
    """The number of the unit of a poll. Parses nothing else. Raises one of BAD."""
    return int(body[len(_POLL_BEGIN) : body.index(b",")])


def poll_columns(records: Iterable[Any], outlets: int) -> PollColumns:
    """The polls of a unit with so many outlets. Raises one of BAD.

    Each record may go before the next one comes: a thousand at a time would keep Python's garbage
    collector busy.
    """
    width, nothing = outlets + 1, [math.nan] * outlets
    pack = struct.Struct(f"{_TIMES + len(_FIGURE_KEYS) * width}d").pack
    rows, sync_states, has_error = list[bytes](), list[Optional[bool]](), list[bool]()
    for record in records:
        begin, end = record["utc"]
        row = [begin, end, record["mono"][0], _or_nan(record.get("up"))]
        for own_key, outlet_key in _FIGURE_KEYS:
            values = record.get(outlet_key)
            if values is None:
                values = nothing
            elif len(values) != outlets:
                raise ValueError("figures")
            row.append(_or_nan(record.get(own_key)))
            row += values
        try:
            rows.append(pack(*row))
        except struct.error:
            rows.append(pack(*_finite_or_nan(row)))
        sync_states.append(record.get("sync"))
        has_error.append(record.get("error") is not None)
    table = np.frombuffer(bytearray().join(rows)).reshape(len(rows), -1)
    if np.isinf(table).any() or np.isnan(table[:, : _TIMES - 1]).any():
        raise ValueError("no number")
    if any(value not in _SYNC_VALUES for value in sync_states):
        raise ValueError("sync")
    kwh, amperes, watts = (
        table[:, first : first + width] for first in range(_TIMES, table.shape[1], width)
    )
    return PollColumns(
        table[:, :_TIMES], kwh, amperes, watts, sync_states, np.array(has_error, bool)
    )


def _or_nan(value: Any) -> Any:
    return math.nan if value is None else value


def _finite_or_nan(row: Sequence[Any]) -> Sequence[float]:
    """NaN for None. Raises ValueError for what is no number."""
    if not {*map(type, row)} <= _NUMBERS_OR_NONE:
        raise ValueError("no number")
    return [math.nan if value is None else float(value) for value in row]


# ---- values --------------------------------------------------------------------------------------


def _rounded(*times: float) -> list[float]:
    return [round(time, _PLACES) for time in times]


def _short(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, _PLACES)


def _or_none(values: Sequence[Optional[float]]) -> Optional[Sequence[Optional[float]]]:
    """None if there is no value at all."""
    return values if any(value is not None for value in values) else None


def _accuracy(value: Any) -> Optional[float]:
    """In percent; None for a unit that states none."""
    if value is None:
        return None
    if type(value) not in _NUMBERS or not math.isfinite(value) or not 0.0 < value <= 100.0:
        raise ValueError("accuracy")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return value
