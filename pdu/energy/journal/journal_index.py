"""Where the polls of each PDU are in a meter's files, and their columns, read PDU by PDU.

All lines of a file are checked first. Of a poll only its place is kept, some 10 bytes, so that
memory is for one PDU only.
"""

from __future__ import annotations

import itertools
import json
import math
import os
from array import array
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import partial
from typing import IO, Any, Callable, NamedTuple, NoReturn, Optional

from handlers.shared.errors import SettingsError, printable

from ...core.files import journal
from ..registers.numpy_lazy import Column, np
from ..registers.poll import OWN, UnitFacts
from .journal_format import (
    BAD,
    Record,
    UnitDeclaration,
    boot_of,
    declared_by,
    is_poll,
    number_of_poll,
    poll_columns,
    why_new_chain,
)
from .readings import Block

#: so many polls are parsed at once
_POLLS = 1000


class UnitPolls(NamedTuple):
    """The polls of one unit in a file."""

    unit: UnitFacts
    #: of the file, unpacked
    path: str
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
    units: Sequence[UnitPolls]


def line_parser() -> Callable[[bytes], Any]:
    """What parses a line: orjson's, which is five times as fast, if it is there."""
    any_numbers = partial(json.loads, parse_constant=_refuse)
    try:
        import orjson  # it may be missing
    except ImportError:
        return any_numbers

    def parsed(line: bytes) -> Any:
        try:
            return orjson.loads(line)
        except ValueError:  # it refuses more than json, such as very large whole numbers
            return any_numbers(line)

    return parsed


def _refuse(constant: str) -> NoReturn:
    """NaN and infinity are no JSON, and no figures."""
    raise ValueError(constant)


def index(source: str, folder: str, without: Container[int] = ()) -> Index:
    """The places of all polls of a file, of which all lines are checked but those in `without`.

    The polls of a packed file are written into `folder`. Raises SettingsError, and
    journal.HashMismatch for a line that is not as it was written.
    """
    path = os.path.join(folder, os.path.basename(source))
    if not source.endswith(journal.PACKED):
        return _index(source, source, None, without)
    path = path[: -len(journal.PACKED)]
    try:
        with open(path, "xb") as file:
            return _index(source, path, file, without)
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be written ({error.strerror})") from None


def _index(source: str, path: str, copy: Optional[IO[bytes]], without: Container[int]) -> Index:
    above, units = PrecedingLines(), _Units(path)
    previous_hash = last = journal.START
    anew, loads = "", line_parser()
    for line in journal.lines(source, without):
        last, at, has_poll = line.hash, line.at, is_poll(line.body)
        if copy is not None:
            at = copy.tell()
            copy.write(line.body * has_poll + b"\n")
        try:
            if line.is_left_out:
                if not has_poll:
                    above.forget(line.number)
            elif has_poll:
                unit = above.unit(number_of_poll(line.body))
                if unit is not None:
                    units.add(unit, at, len(line.body))
            else:
                record = loads(b"{" + line.body)
                above.take(record)
                if line.number == 1:
                    previous_hash = record.get("after", "")
                elif line.number == 2:
                    anew = why_new_chain(record)
        except BAD:
            raise _no_line(source, line.number) from None
    return Index(path, previous_hash, last, anew, units.found)


def _no_line(path: str, number: int) -> SettingsError:
    return SettingsError(f"{printable(path)}, line {number}: not a line of `pdu meter`")


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

    def take(self, record: Record) -> None:
        """A line that is no poll. Raises one of BAD."""
        boot, declaration = boot_of(record), declared_by(record)
        if boot is not None:
            self._boot = boot
            self._units.clear()
        if declaration is not None:
            self._units[declaration.number] = _facts(declaration, self._boot)


def _facts(declaration: UnitDeclaration, boot: str) -> UnitFacts:
    return UnitFacts(
        declaration.name,
        f"{declaration.handler} {declaration.address}",
        declaration.serial,
        declaration.firmware,
        declaration.family,
        boot,
        declaration.accuracy_percent,
        None,
        (OWN, *declaration.outlets),
    )


class _Units:
    """Places by unit, in the order of their first polls."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.found: list[UnitPolls] = []
        self._open: dict[str, UnitPolls] = {}

    def add(self, unit: UnitFacts, at: int, length: int) -> None:
        here = self._open.get(unit.pdu)
        if here is None or here.unit is not unit:
            here = self._open[unit.pdu] = UnitPolls(unit, self._path, array("Q"), array("I"))
            self.found.append(here)
        here.offsets.append(at)
        here.lengths.append(length)


def blocks(places: Iterable[UnitPolls]) -> Iterator[Block]:
    """The polls at places, some hundreds at a time. Raises SettingsError."""
    for unit, some in itertools.groupby(places, lambda place: place.unit):
        lines = _lines(some)
        while part := [*itertools.islice(lines, _POLLS)]:
            try:
                yield from _parsed(unit, [body for _, _, body in part])
            except BAD:
                path, at, _ = next(line for line in part if _is_bad(unit, line.body))
                with open(path, "rb") as file:
                    number = file.read(at).count(b"\n") + 1
                raise _no_line(path, number) from None


class _Line(NamedTuple):
    """A line of a poll: where it begins in a file, and its body."""

    path: str
    at: int
    body: bytes


def _lines(places: Iterable[UnitPolls]) -> Iterator[_Line]:
    for _, path, offsets, lengths in places:
        try:
            with open(path, "rb", buffering=0) as file:
                for at, length in zip(offsets, lengths):
                    yield _Line(path, at, os.pread(file.fileno(), length, at))
        except OSError as error:
            raise SettingsError(f"{printable(path)} cannot be read ({error.strerror})") from None


def _parsed(unit: UnitFacts, lines: Sequence[bytes]) -> Sequence[Block]:
    """Raises one of BAD."""
    loads = line_parser()
    return [*_blocks(unit, (loads(b"{" + line) for line in lines))]


def _is_bad(unit: UnitFacts, line: bytes) -> bool:
    try:
        _parsed(unit, [line])
    except BAD:
        return True
    return False


def _blocks(unit: UnitFacts, records: Iterable[Any]) -> Iterator[Block]:
    """Polls of one unit, one block while its clock and what they read of the unit are the same.

    Raises one of BAD.
    """
    outlets = len(unit.registers) - 1
    polls = poll_columns(records, outlets)
    figures = (polls.energy_kwh, polls.current_a, polls.power_w)
    is_read = np.zeros(len(polls.times), bool)
    for column in figures:
        column[column < 0.0] = math.nan  # no figure, and not used
        is_read |= ~np.isnan(column).all(1)
    # it ended before it read which unit it was
    is_early = polls.has_error & np.isnan(polls.times[:, 3]) & is_read
    first = 0
    for (is_synced, early), some in itertools.groupby(zip(polls.sync_states, is_early)):
        end = first + len([*some])
        places: Column = slice(first, end)
        if not is_read[places].all():
            places = np.flatnonzero(is_read[places]) + first
        mine = _strip_identity(unit) if early else unit
        here, failures = mine._replace(is_synced=is_synced), int((~is_read[first:end]).sum())
        columns = (matrix[places].T for matrix in figures)
        yield Block._make([here, *polls.times[places].T, *columns, failures])
        first = end


def _strip_identity(unit: UnitFacts) -> UnitFacts:
    """Of a poll that ended early, perhaps before it read which unit that was."""
    return unit._replace(serial="", firmware="", family="", accuracy_percent=None)
