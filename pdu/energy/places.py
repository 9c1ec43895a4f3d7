"""Where the polls of each PDU are in a meter's files, and their columns, read PDU by PDU.

All lines of a file are checked first. Of a poll only its place is kept, 12 bytes, so that memory is
for one PDU only.
"""

from __future__ import annotations

import itertools
import json
import math
import os
from array import array
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import IO, Any, Callable, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ..core.cli import journal
from .journal_lines import BAD, NO_SIGN, STATES, UNREAD, PrecedingLines, without_identity
from .numpy_lazy import Column, np
from .readings import NO_STATE, Block, UnitFacts

#: so many polls are parsed at once
_POLLS = 288
_POLL = b'"of":'
_SYNCED = (None, False, True)
_NUMBERS = frozenset({int, float, type(None)})


class UnitPlaces(NamedTuple):
    """The polls of one unit in a file."""

    unit: UnitFacts
    #: of each poll: where its line's body begins, and its length, in bytes
    offsets: array[int]
    lengths: array[int]


class Index(NamedTuple):
    """What a file holds."""

    #: the file, unpacked
    path: str
    #: the hash before its first line, and the one up to its last line
    after: str
    hash: str
    #: why its chain begins anew; "" if it goes on after the file before
    anew: str
    units: Sequence[UnitPlaces]


def line_parser() -> Callable[[bytes], Any]:
    """What parses a line: orjson's, which is five times as fast, if it is there."""
    try:
        import orjson  # it may be missing
    except ImportError:
        return json.loads

    def parsed(line: bytes) -> Any:
        try:
            return orjson.loads(line)
        except ValueError:  # it refuses more than json, such as very large whole numbers
            return json.loads(line)

    return parsed


def index(source: str, folder: str, without: Container[int] = ()) -> Index:
    """The places of all polls of a file, of which all lines are checked but those in `without`.

    The polls of a packed file are unpacked into `folder`. Raises SettingsError, and
    journal.HashMismatch for a line that is not as it was written.
    """
    if not source.endswith(journal.PACKED):
        return _index(source, source, None, without)
    path = os.path.join(folder, os.path.basename(source)[: -len(journal.PACKED)])
    try:
        with open(path, "xb") as file:
            return _index(source, path, file, without)
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be written ({error.strerror})") from None


def _index(source: str, path: str, copy: Optional[IO[bytes]], without: Container[int]) -> Index:
    above, units = PrecedingLines(), _Units()
    after = last = journal.START
    anew, loads = "", line_parser()
    for line in journal.lines(source, without):
        last, at, is_poll = line.hash, line.at, line.body.startswith(_POLL)
        if copy is not None:
            at = copy.tell()
            copy.write(line.body * is_poll + b"\n")
        try:
            if line.is_left_out:
                if not is_poll:
                    above.forget(line.number)
            elif is_poll:
                unit = above.unit(int(line.body[len(_POLL) : line.body.index(b",")]))
                if unit is not None:
                    units.add(unit, at, len(line.body))
            else:
                record = loads(b"{" + line.body)
                above.take(record)
                if line.number == 1:
                    after = record.get("after", "")
                elif line.number == 2:
                    anew = str(record.get("anew") or "")
        except BAD:
            raise _no_line(source, line.number) from None
    return Index(path, after, last, anew, units.found)


def _no_line(path: str, number: int) -> SettingsError:
    return SettingsError(f"{printable(path)}, line {number}: not a line of `pdu meter`")


class _Units:
    """Places by unit, in the order of their first polls."""

    def __init__(self) -> None:
        self.found: list[UnitPlaces] = []
        self._open: dict[str, UnitPlaces] = {}

    def add(self, unit: UnitFacts, at: int, length: int) -> None:
        here = self._open.get(unit.pdu)
        if here is None or here.unit is not unit:
            here = self._open[unit.pdu] = UnitPlaces(unit, array("Q"), array("I"))
            self.found.append(here)
        here.offsets.append(at)
        here.lengths.append(length)


def blocks(places: Iterable[tuple[str, UnitPlaces]]) -> Iterator[Block]:
    """The polls at places, each with the path of its file; one block while the unit is the same.

    Raises SettingsError.
    """
    pieces = itertools.chain.from_iterable(itertools.starmap(_pieces, places))
    for unit, (first, *more_pieces) in itertools.groupby(pieces, key=lambda one: one.unit):
        columns = (first.begins, first.ends, first.monotonic, first.uptimes)
        failed = first.failed
        for piece in more_pieces:
            failed += piece.failed
            for kept, more in zip(columns, piece[1:5]):
                kept.extend(more)
            for all_kept, all_more in zip((first.kwh, first.amperes, first.watts), piece[5:8]):
                for kept, more in zip(all_kept, all_more):
                    kept.extend(more)
            for states, more_states in zip(first.states, piece.states):
                states += more_states
        yield first._replace(unit=unit, failed=failed)


def _pieces(path: str, place: UnitPlaces) -> Iterator[Block]:
    """The polls at one place, a few hundred at a time."""
    try:
        with open(path, "rb", buffering=0) as file:
            for first in range(0, len(place.offsets), _POLLS):
                some = slice(first, first + _POLLS)
                pairs = [*zip(place.offsets[some], place.lengths[some])]
                lines = [os.pread(file.fileno(), length, at) for at, length in pairs]
                try:
                    yield from _parsed(place.unit, lines)
                except BAD:
                    bad = next(at for (at, _), one in zip(pairs, lines) if _is_bad(place.unit, one))
                    file.seek(0)
                    raise _no_line(path, file.read(bad).count(b"\n") + 1) from None
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be read ({error.strerror})") from None


def _parsed(unit: UnitFacts, lines: Sequence[bytes]) -> Sequence[Block]:
    """Raises one of BAD."""
    loads = line_parser()
    return [*_blocks(unit, [loads(b"{" + one) for one in lines])]


def _is_bad(unit: UnitFacts, line: bytes) -> bool:
    try:
        _parsed(unit, [line])
    except BAD:
        return True
    return False


def _blocks(unit: UnitFacts, records: Sequence[Any]) -> Iterator[Block]:
    """Polls of one unit, one block while its clock and what they read of the unit are the same.

    Raises one of BAD.
    """
    outlets = len(unit.registers) - 1
    times = _times(records)
    figures = [_figures(records, *names, outlets) for names in _COLUMNS]
    states = _states(records, outlets)
    is_read = ~(np.isnan(figures[0]).all(1) & np.isnan(figures[1]).all(1))
    first = 0
    for (synced, is_early), some in itertools.groupby(map(_kind, records, is_read)):
        end = first + len([*some])
        kept = np.flatnonzero(is_read[first:end]) + first
        mine = without_identity(unit) if is_early else unit
        columns = [
            [array("d", one.tobytes()) for one in each[kept].T] for each in (times, *figures)
        ]
        (begins, ends, monotonic, uptimes), kwh, amperes, watts = columns
        signs = [bytearray(one.tobytes()) for one in states[kept].T]
        yield Block(
            mine._replace(synced=synced), begins, ends, monotonic, uptimes, kwh, amperes, watts,
            signs, end - first - len(kept),
        )  # fmt: skip
        first = end


#: keys of the PDU's own figure and of its outlets': energy, current, power
_COLUMNS = (("total", "kwh"), ("load", "amps"), ("", "watts"))


def _kind(record: Any, is_read: bool) -> tuple[Optional[bool], bool]:
    """What the kernel says of the clock, and whether the poll ended before it read which unit it
    was.
    """
    synced = record.get("sync")
    if synced not in _SYNCED:
        raise ValueError("sync")
    return synced, record.get("error") is not None and record.get("up") is None and bool(is_read)


def _times(records: Sequence[Any]) -> Column:
    """Begin, end, monotonic time and uptime of each poll, in s."""
    found = _column([[*one["utc"], one["mono"][0], one.get("up")] for one in records], 4)
    if np.isnan(found[:, :3]).any():
        raise ValueError("times")
    return found


def _figures(records: Sequence[Any], own: str, each: str, outlets: int) -> Column:
    """A figure of the PDU and of all its outlets. One below 0 is not a figure, and not used."""
    nothing = [None] * outlets
    listed = (one.get(each) for one in records)
    rows = [nothing if one is None else one for one in listed]
    found = np.hstack([_column([[one.get(own)] for one in records], 1), _column(rows, outlets)])
    found[found < 0.0] = math.nan
    return found


def _column(rows: Sequence[Sequence[Any]], width: int) -> Column:
    """Finite numbers, NaN for None. Raises one of BAD."""
    found = np.array(rows)
    if found.dtype.kind == "O":
        if not {type(one) for row in rows for one in row} <= _NUMBERS:
            raise ValueError("no number")
        found = found.astype(float)
    elif found.size and found.dtype.kind not in "fiu":
        raise ValueError("no number")
    if found.shape != (len(rows), width):
        raise ValueError("figures")
    found = found.astype(float, copy=False)
    if not np.isfinite(found).all():
        missing = sum(one is None for row in rows for one in row)
        if np.isinf(found).any() or np.isnan(found).sum() != missing:
            raise ValueError("no number")
    return found


def _states(records: Sequence[Any], outlets: int) -> Column:
    """ON, OFF or NO_STATE, in the PDU's own place NO_STATE."""
    unread = UNREAD * outlets
    signs = [one.get("on") or unread for one in records]
    if any(len(one) != outlets for one in signs):
        raise ValueError("on")
    listed = np.frombuffer("".join(signs).encode("ascii").translate(STATES), "u1")
    if (listed == NO_SIGN).any():
        raise ValueError("on")
    own = np.full((len(records), 1), NO_STATE, "u1")
    return np.hstack([own, listed.reshape(len(records), outlets)])
