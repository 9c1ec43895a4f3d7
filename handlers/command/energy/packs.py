"""A pack: the polls of one file of a meter as columns, in the order of PDUs, to be read PDU by PDU.

A pack is a copy for speed, never evidence: it is used only while its source has the size and the
time of change that it had then, and `pdu energy verify` makes it anew and compares. It is made of
blocks of one unit's polls, an index as JSON with the CRC-32 of each block, and the length and the
CRC-32 of the index in 8 bytes each. A block has columns of doubles for begin, end, monotonic time
and uptime, then a column of each register for kWh, amperes and watts, then one of each register for
states, a byte for a poll. Figures with up to three decimals are whole thousandths of 4 bytes.
"""

from __future__ import annotations

import contextlib
import filecmp
import itertools
import json
import os
import sys
import zlib
from array import array
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import IO, Any, Callable, NamedTuple, Optional

from ...errors import SettingsError, printable
from ..kit import journal
from .columns import Column, np
from .lines import BAD, LinesAbove, PollRow
from .readings import Block, UnitFacts

_FORM = 5
#: a block is written when it has so many polls: this bounds the memory of 1,000 PDUs to 120 MB
_POLLS = 96
_TIMES = 4  # columns
_FIGURES = 3  # columns of a register
_DOUBLE, _WHOLE = 8, 4  # bytes
_LENGTH = 8  # bytes
#: bytes of a value -> its type in numpy
_TYPES = {_DOUBLE: "f8", _WHOLE: "i4", 1: "u1"}
#: thousandths, and the one that stands for NaN
_PARTS, _MOST, _MISSING = 1000.0, 2.0**31 - 1.0, -(2**31)


class PackedUnit(NamedTuple):
    """Where the polls of one unit are in a pack."""

    unit: UnitFacts
    offset: int
    polls: int
    #: polls that read nothing, which are not in the block
    failed: int
    #: for kWh, amperes and watts: bytes of a figure
    widths: tuple[int, ...]
    crc: int


class Index(NamedTuple):
    """What a pack holds."""

    path: str
    #: the state of its source; "" if the pack is not kept
    source: str
    #: the hash before the source's first line, and the one up to its last line
    after: str
    hash: str
    #: why its chain begins anew; "" if it goes on after the file before
    anew: str
    units: Sequence[PackedUnit]


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


def path_of(source: str) -> str:
    """Where the pack of a journal's file is kept."""
    return f"{source.partition('.jsonl')[0]}.pack"


def state(path: str) -> str:
    """A file's size in bytes, and when it was changed, in ns. Raises SettingsError."""
    try:
        found = os.stat(path)
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be read ({error.strerror})") from None
    return f"{found.st_size} {found.st_mtime_ns}"


def write(source: str, path: str, of: str = "", without: Container[int] = ()) -> Index:
    """Write the pack of a journal's file; all of its lines are checked, but those in `without`.

    `of`: the state of the source, where the pack is to be kept. Raises SettingsError, and
    journal.Changed for a line that is not as it was written.
    """
    unfinished = f"{path}.{os.getpid()}"
    try:
        try:
            opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(opened, "wb") as file:
                index = _written(source, file, without)._replace(path=path, source=of)
                _end(file, index)
            os.replace(unfinished, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(unfinished)
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be written ({error.strerror})") from None
    return index


def is_of(path: str, source: str, folder: str) -> bool:
    """Whether a pack is what `write` makes of its source now, in a temporary `folder`.

    Raises SettingsError, and journal.Changed for a line that is not as it was written.
    """
    again = os.path.join(folder, os.path.basename(path))
    write(source, again, state(source))
    try:
        return filecmp.cmp(path, again, shallow=False)
    finally:
        os.unlink(again)


class _Rows:
    """The polls of a unit that are not written yet."""

    def __init__(self, unit: UnitFacts) -> None:
        self.unit = unit
        self.failed = self.polls = 0
        self._times = array("d")
        self._figures = [array("d") for _ in range(_FIGURES)]
        self._states = bytearray()

    def append(self, row: PollRow) -> None:
        if row.is_empty:
            self.failed += 1
            return
        self.polls += 1
        self._times.extend((row.begin, row.end, row.monotonic, row.uptime))
        for kept, figures in zip(self._figures, (row.kwh, row.amperes, row.watts)):
            kept.extend(figures)
        self._states += row.states

    def block(self) -> tuple[bytes, tuple[int, ...]]:
        """All columns, and the widths of figures."""
        registers = len(self.unit.registers)
        times = np.asarray(self._times).reshape(-1, _TIMES)
        figures = [_narrow(np.asarray(one).reshape(-1, registers)) for one in self._figures]
        states = np.asarray(self._states).reshape(-1, registers)
        columns = [one.T.tobytes() for one in (times, *figures, states)]
        return b"".join(columns), tuple(one.itemsize for one in figures)


def _narrow(figures: Column) -> Column:
    """Figures as whole thousandths if that loses nothing, else as they are."""
    parts = np.rint(figures * _PARTS)
    missing = np.isnan(figures)
    if not (missing | ((np.abs(parts) <= _MOST) & (parts / _PARTS == figures))).all():
        return figures
    return np.where(missing, _MISSING, parts).astype(np.int32)


def _wide(figures: Column) -> Column:
    """What `_narrow` was given."""
    if figures.dtype != np.int32:
        return figures
    found = figures / _PARTS
    found[figures == _MISSING] = np.nan
    return found


def _written(source: str, file: IO[bytes], without: Container[int]) -> Index:
    """All blocks of a source."""
    lines, waiting = LinesAbove(), dict[str, _Rows]()
    places: list[PackedUnit] = []
    after = last = journal.START
    anew = ""
    for entry in journal.read(source, line_parser(), without):
        last = entry.hash
        if entry.line == 1:
            after = entry.record.get("after", "")
        if entry.line == 2:
            anew = str(entry.record.get("anew") or "")
        if entry.is_left_out:
            if "of" not in entry.record:
                lines.forget(entry.line)
            continue
        try:
            taken = lines.taken(entry.record)
        except BAD:
            raise SettingsError(
                f"{printable(source)}, line {entry.line}: not a line of `pdu meter`"
            ) from None
        if taken is None:
            continue
        unit, row = taken
        rows = waiting.get(unit.pdu)
        if rows is None or rows.unit != unit or rows.polls == _POLLS:
            if rows is not None:
                places.append(_block(file, rows))
            rows = waiting[unit.pdu] = _Rows(unit)
        rows.append(row)
    places += [_block(file, rows) for rows in waiting.values()]
    return Index("", "", after, last, anew, places)


def _block(file: IO[bytes], rows: _Rows) -> PackedUnit:
    block, widths = rows.block()
    place = PackedUnit(rows.unit, file.tell(), rows.polls, rows.failed, widths, zlib.crc32(block))
    file.write(block)
    return place


def _end(file: IO[bytes], index: Index) -> None:
    """Write the index: each unit once, and its number with its blocks."""
    numbers: dict[UnitFacts, int] = {}
    blocks = [(numbers.setdefault(one.unit, len(numbers)), *one[1:]) for one in index.units]
    said = {
        "pack": _FORM,
        "order": sys.byteorder,
        "source": index.source,
        "after": index.after,
        "hash": index.hash,
        "anew": index.anew,
        "units": list(numbers),
        "blocks": blocks,
    }
    text = json.dumps(said).encode()
    file.write(text + b"".join(_number(one) for one in (len(text), zlib.crc32(text))))
    if index.source:
        file.flush()
        os.fsync(file.fileno())


def _number(value: int) -> bytes:
    return value.to_bytes(_LENGTH, "little")


def index_of(path: str, of: str) -> Optional[Index]:
    """The index of a pack; None if it is not there, damaged, not of this state of its source, or
    not in this form.
    """
    try:
        with open(path, "rb") as file:
            end = file.seek(-2 * _LENGTH, os.SEEK_END)
            length, crc = (int.from_bytes(file.read(_LENGTH), "little") for _ in range(2))
            file.seek(end - length)
            text = file.read(length)
        if zlib.crc32(text) != crc:
            return None
        said = line_parser()(text)
        if (said["pack"], said["order"], said["source"]) != (_FORM, sys.byteorder, of):
            return None
        units = [UnitFacts._make([*one[:-1], tuple(one[-1])]) for one in said["units"]]
        places = [
            PackedUnit(units[number], offset, polls, failed, tuple(widths), crc)
            for number, offset, polls, failed, widths, crc in said["blocks"]
        ]
        return Index(path, of, said["after"], said["hash"], said["anew"], places)
    except (OSError, *BAD):
        return None


def blocks(places: Iterable[tuple[str, PackedUnit]]) -> Iterator[Block]:
    """The polls at places, each with the path of its pack; one block while the unit is the same.

    Raises SettingsError for a pack that cannot be read or is damaged.
    """
    with contextlib.ExitStack() as stack:
        files = _Files(stack)
        for unit, group in itertools.groupby(places, key=lambda one: one[1].unit):
            yield _joined(unit, [*group], files)


class _Files:
    """Packs that are open while their blocks are read."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._opened: dict[str, IO[bytes]] = {}

    def block(self, path: str, place: PackedUnit) -> bytes:
        """A block, as `_Rows.block` made it. Raises SettingsError."""
        registers = len(place.unit.registers)
        size = place.polls * (_DOUBLE * _TIMES + registers * (sum(place.widths) + 1))
        try:
            file = self._opened.get(path)
            if file is None:
                file = self._stack.enter_context(open(path, "rb", buffering=0))
                self._opened[path] = file
            file.seek(place.offset)
            found = file.read(size)
        except OSError as error:
            raise SettingsError(f"{printable(path)} cannot be read ({error.strerror})") from None
        if len(found) != size or zlib.crc32(found) != place.crc:
            raise SettingsError(
                f"{printable(path)} is damaged: remove it, and run `pdu energy pack`"
            )
        return found


def _joined(unit: UnitFacts, group: Sequence[tuple[str, PackedUnit]], files: _Files) -> Block:
    """Blocks of one unit that follow each other, as one."""
    registers, polls = len(unit.registers), sum(place.polls for _, place in group)
    times = np.empty((_TIMES, polls))
    figures = [np.empty((registers, polls)) for _ in range(_FIGURES)]
    states = np.empty((registers, polls), dtype=np.uint8)
    first = 0
    for path, place in group:
        if not place.polls:
            continue
        block, offset = files.block(path, place), 0
        here = slice(first, first + place.polls)
        widths = (_DOUBLE, *place.widths, 1)
        for kept, width in zip((times, *figures, states), widths):
            count = len(kept) * place.polls
            part = np.frombuffer(block, dtype=_TYPES[width], count=count, offset=offset)
            kept[:, here] = _wide(part.reshape(-1, place.polls))
            offset += count * width
        first += place.polls
    failed = sum(place.failed for _, place in group)
    columns = [[array("d", one.tobytes()) for one in kept] for kept in (times, *figures)]
    (begins, ends, monotonic, uptimes), kwh, amperes, watts = columns
    signs = [bytearray(one) for one in states]
    return Block(unit, begins, ends, monotonic, uptimes, kwh, amperes, watts, signs, failed)
