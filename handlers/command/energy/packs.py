"""A pack: the polls of one file of a meter as columns, in the order of PDUs, to be read PDU by PDU.

A pack is a copy for speed, never evidence: it holds the SHA-256 of its source and is used only
while the source has it. It is made of blocks of one unit's polls, an index as JSON with the CRC-32
of each block, and the length and the CRC-32 of the index in 8 bytes each. A block has, as doubles
of the machine that wrote it, a column each for begin, end, monotonic time and uptime, then a column
of each register for kWh, amperes and watts, then one of each register for states, a byte for a
poll.
"""

from __future__ import annotations

import contextlib
import filecmp
import hashlib
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
from .lines import BAD, LinesAbove, PollRow
from .readings import Block, UnitFacts

_FORM = 4
#: a block is written when it has so many polls: this bounds the memory of 1,000 PDUs to 120 MB
_POLLS = 96
_TIMES = 4  # columns
_FIGURES = 3  # columns of a register
_DOUBLE = 8  # bytes
_LENGTH = 8  # bytes
_PART = 1 << 20


class PackedUnit(NamedTuple):
    """Where the polls of one unit are in a pack."""

    unit: UnitFacts
    offset: int
    polls: int
    #: polls that read nothing, which are not in the block
    failed: int
    crc: int


class Index(NamedTuple):
    """What a pack holds."""

    path: str
    #: of the bytes of its source; "" if the pack is not kept
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


def digest(path: str) -> str:
    """The SHA-256 of a file. Raises SettingsError."""
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while part := file.read(_PART):
                found.update(part)
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be read ({error.strerror})") from None
    return found.hexdigest()


def write(source: str, path: str, sha256: str = "", without: Container[int] = ()) -> Index:
    """Write the pack of a journal's file; all of its lines are checked, but those in `without`.

    `sha256`: of the source, where the pack is to be kept. Raises SettingsError, and journal.Changed
    for a line that is not as it was written.
    """
    unfinished = f"{path}.{os.getpid()}"
    try:
        try:
            opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(opened, "wb") as file:
                index = _written(source, file, without)._replace(path=path, source=sha256)
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
    write(source, again, digest(source))
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

    def columns(self) -> bytes:
        registers = len(self.unit.registers)
        parts = [self._times[place::_TIMES].tobytes() for place in range(_TIMES)]
        for figures in self._figures:
            parts += [figures[place::registers].tobytes() for place in range(registers)]
        parts += [bytes(self._states[place::registers]) for place in range(registers)]
        return b"".join(parts)


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
    columns = rows.columns()
    place = PackedUnit(rows.unit, file.tell(), rows.polls, rows.failed, zlib.crc32(columns))
    file.write(columns)
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


def index_of(path: str, sha256: str) -> Optional[Index]:
    """The index of a pack; None if it is not there, damaged, not of this source, or not in this
    form.
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
        if (said["pack"], said["order"], said["source"]) != (_FORM, sys.byteorder, sha256):
            return None
        units = [UnitFacts._make([*one[:-1], tuple(one[-1])]) for one in said["units"]]
        places = [PackedUnit(units[number], *rest) for number, *rest in said["blocks"]]
        return Index(path, sha256, said["after"], said["hash"], said["anew"], places)
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

    def columns(self, path: str, place: PackedUnit) -> memoryview:
        """A block, as `_Rows.columns` made it. Raises SettingsError."""
        size = place.polls * _bytes(place.unit)
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
        return memoryview(found)


def _bytes(unit: UnitFacts) -> int:
    """Of one poll in a block."""
    return _DOUBLE * (_TIMES + _FIGURES * len(unit.registers)) + len(unit.registers)


def _joined(unit: UnitFacts, group: Sequence[tuple[str, PackedUnit]], files: _Files) -> Block:
    """Blocks of one unit that follow each other, as one: each column is copied once."""
    registers, polls = len(unit.registers), sum(place.polls for _, place in group)
    doubles = [array("d", bytes(_DOUBLE * polls)) for _ in range(_TIMES + _FIGURES * registers)]
    states = [bytearray(polls) for _ in range(registers)]
    columns = [(memoryview(one).cast("B"), _DOUBLE) for one in doubles]
    columns += [(memoryview(one), 1) for one in states]
    first = 0
    for path, place in group:
        block, offset = files.columns(path, place), 0
        for column, width in columns:
            size = width * place.polls
            start = width * first
            column[start : start + size] = block[offset : offset + size]
            offset += size
        first += place.polls
    begins, ends, monotonic, uptimes = doubles[:_TIMES]
    kwh, amperes, watts = (
        doubles[_TIMES + kind * registers : _TIMES + (kind + 1) * registers]
        for kind in range(_FIGURES)
    )
    failed = sum(place.failed for _, place in group)
    return Block(unit, begins, ends, monotonic, uptimes, kwh, amperes, watts, states, failed)
