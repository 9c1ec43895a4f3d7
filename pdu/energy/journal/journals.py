"""The journal of `pdu meter` as a source: a folder with a file of chained lines for each UTC day.

Its files are checked first, then read PDU by PDU, so that memory is for one PDU only.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Callable, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ...core.files import journal
from ...core.files.work_folders import work_folder
from ..registers.parallel import are_large, parallel_map
from ..registers.poll import UnitFacts
from . import days, journal_index
from .clocks import BORN
from .readings import Found, PduReadings

_DAY = 86400.0
#: from so many polls on, other processes are started
_LARGE_POLLS = 100_000
#: for large files that live as long as a command (Filesystem Hierarchy Standard 3.0, 5.15)
_ROOMY = "/var/tmp"  # noqa: S108  # only the parent of a folder with a name that is not known


class MeterJournal:
    """A meter's folder."""

    def __init__(self, folder: str, without: Sequence[str] = ()) -> None:
        """`without`: files, and lines of files, that are left out: see `left_out`. Raises
        SettingsError.
        """
        self._folder, self._without = folder, left_out(without, days.files(folder))
        self._origin: Sequence[str] = ()

    def audit_each(
        self, begin: float, end: float, audit: Callable[[PduReadings], Found]
    ) -> Iterator[Found]:
        """What `audit` finds of each PDU, by name, with its readings from a day before the period
        to a day after it. It may be called in other processes.

        Raises SettingsError; journal.HashMismatch names a line that is not as it was written.
        """
        with work_folder(temporary_folder()) as folder:
            paths = _files_of_period(self._folder, begin - _DAY, end + _DAY)
            indexes = [*_indexes(paths, folder, self._without)]
            self._origin = [*_origin_lines(self._folder, paths, indexes), *self.holes(paths)]
            yield from _each_pdu(indexes, audit)

    def past(self, begin: float, end: float) -> Sequence[str]:
        """The `finished_files` that may have readings of a period, or of a day before or after it.
        Raises SettingsError.
        """
        finished_paths = {*finished_files(self._folder)}
        return [
            path
            for path in _files_of_period(self._folder, begin - _DAY, end + _DAY)
            if path in finished_paths
        ]

    def audit_files(
        self,
        paths: Sequence[str],
        audit: Callable[[PduReadings], Found],
        first_day: Callable[[str], str],
    ) -> Iterator[Found]:
        """As `audit_each`, of some files. `first_day`: of a PDU, the day of the first file of
        which its readings are asked for.
        """
        with work_folder(temporary_folder()) as folder:
            indexes = [*_indexes(paths, folder, self._without)]
            yield from _each_pdu(indexes, audit, first_day)

    def lines(self, path: str) -> Iterator[journal.JournalLine]:
        """The lines of a file but those that are left out. Raises as `journal.lines`."""
        without = self._without.get(path, NO_LINES)
        if without is not None:
            yield from (line for line in journal.lines(path, without) if not line.is_left_out)

    def close(self) -> None:
        """Nothing to do: a file is open only while it is read."""

    def origin(self) -> Sequence[str]:
        """The files, and the last hash of their chain."""
        return self._origin

    def holes(self, paths: Sequence[str]) -> Iterator[str]:
        """What was left out, as notes."""
        for path in paths:
            if path in self._without:
                lines = self._without[path]
                parts = "all of it" if lines is None else f"lines {_ranges_text(lines)}"
                yield f"LEFT OUT by --without, not checked: {os.path.basename(path)}, {parts}"


def finished_files(folder: str) -> Sequence[str]:
    """The files of days that no meter writes to any more.

    A meter goes on with the newest file, whatever its clock says, so that one is finished if its
    day is over and no meter uses the folder; and with it other files of the same day. Raises
    JournalError.
    """
    paths = days.files(folder)
    if not paths:
        return paths
    newest = days.file_day(paths[-1])
    if newest < days.day_of(time.time()) and not days.is_used(folder):
        return paths
    return [path for path in paths if days.file_day(path) != newest]


def group_by_day(paths: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Files by their day: one, and more where a chain began anew."""
    return {day: [*some] for day, some in groupby(paths, key=days.file_day)}


_WITHOUT = re.compile(r"(?P<file>.+?)(?::(?P<lines>[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*))?")
#: path of a file -> the numbers of its lines that are left out; None: all of it
LeftOut = Mapping[str, Optional[frozenset[int]]]
NO_LINES: frozenset[int] = frozenset()
#: more lines are given by the whole file
_MOST_LINES = 1_000_000


def left_out(without: Iterable[str], paths: Sequence[str]) -> LeftOut:
    """What of files is left out.

    `without`: FILE, FILE:5, FILE:5-9, FILE:5,8-9, where FILE is the name of one of these paths.
    Raises SettingsError.
    """
    path_by_name = {os.path.basename(path): path for path in paths}
    lines_by_path: dict[str, Optional[frozenset[int]]] = {}
    for text in without:
        match = _WITHOUT.fullmatch(text)
        path = path_by_name.get(os.path.basename(match["file"])) if match else None
        if match is None or path is None:
            raise SettingsError(
                f"--without {printable(text, 80)}: give a file of the folder, such as"
                " 2026-11-23.jsonl, or lines of it, such as 2026-11-23.jsonl:5-9"
            )
        numbers = lines_by_path.get(path, frozenset())
        if match["lines"] is None or numbers is None:
            lines_by_path[path] = None
        else:
            lines_by_path[path] = numbers.union(_line_numbers(match["lines"]))
    return lines_by_path


def _line_numbers(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers = range(int(first), int(last or first) + 1)
        if len(numbers) > _MOST_LINES:
            raise SettingsError(f"--without: {printable(part, 40)} are too many lines")
        yield from numbers


def _ranges_text(lines: frozenset[int]) -> str:
    """Numbers of lines, those that follow each other as a range."""
    parts: list[list[int]] = []
    for number in sorted(lines):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in parts)


def _files_of_period(folder: str, begin: float, end: float) -> Sequence[str]:
    """The files from the first to the last that may have lines of the period, by the times in them.

    Names do not say it: a clock that was wrong for a while may have named a file, and a file goes
    on while the clock is not believed.
    """
    paths = days.files(folder)
    spans = [*_spans(paths)]
    places = [place for place, span in enumerate(spans) if span.begin <= end and begin <= span.end]
    if not places:
        have = f": it has {days.file_day(paths[0])} to {days.file_day(paths[-1])}" if paths else ""
        raise SettingsError(
            f"{printable(folder)} has no file of `pdu meter` from {days.day_of(begin)} to"
            f" {days.day_of(end)}{have}"
        )
    return paths[places[0] : places[-1] + 1]


class _TimeSpan(NamedTuple):
    """The times of lines, in s of UTC."""

    begin: float
    end: float


def _spans(paths: Sequence[str]) -> Iterator[_TimeSpan]:
    """The times that lines of files may have, by the first and the last line of each.

    Lines follow each other, so a time later than one after it was wrong, and counts only itself:
    then the lines beside it may be from any time since a line before. Where no line says it, the
    name does.
    """
    times: list[Optional[float]] = []
    for path in paths:
        times += (days.first_time(path), days.last_time(path))
    times = [None if at is None or at < BORN else at for at in times]
    right: list[Optional[float]] = []
    least = math.inf
    for at in reversed(times):
        right.append(at if at is not None and at <= least else None)
        least = min(least, math.inf if at is None else at)
    right.reverse()
    for place in range(0, len(times), 2):
        file_times = [at for at in times[place : place + 2] if at is not None]
        earlier = [at for at in right[: place + 1] if at is not None]
        later = [at for at in right[place + 1 :] if at is not None]
        day = days.begin_of(paths[place // 2])
        begin = earlier[-1] if earlier else day
        end = later[0] if later else day + _DAY
        yield _TimeSpan(min([begin, *file_times]), max([end, *file_times]))


def temporary_folder() -> Optional[str]:
    """Where files go for the time of a command: they may be large."""
    return _ROOMY if "TMPDIR" not in os.environ and os.path.isdir(_ROOMY) else None


def _indexes(paths: Sequence[str], folder: str, without: LeftOut) -> Iterator[journal_index.Index]:
    """Files that follow each other, with their places. Raises HashMismatch if they do not."""
    last_hash, units = "", dict[UnitFacts, UnitFacts]()
    paths_kept = [path for path in paths if without.get(path, NO_LINES) is not None]
    indexes = parallel_map(
        partial(_index, folder, without), paths_kept, large=are_large(paths_kept)
    )
    for path in paths:
        lines = without.get(path, NO_LINES)
        if lines is None:
            last_hash = ""
            continue
        index = next(indexes)
        if index.hash == journal.START:
            continue  # no line: others emptied it
        if last_hash and index.after != last_hash and 1 not in lines and not index.anew:
            raise journal.discontinuity_error(path)
        last_hash = index.hash
        yield index._replace(units=[_shared(place, units) for place in index.units])


def _shared(
    place: journal_index.UnitPolls, units: dict[UnitFacts, UnitFacts]
) -> journal_index.UnitPolls:
    """The place with a unit that days have in common: 1,000 PDUs have 100,000 places in a month."""
    return place._replace(unit=units.setdefault(place.unit, place.unit))


def _index(folder: str, without: LeftOut, path: str) -> journal_index.Index:
    return journal_index.index(path, folder, without.get(path) or NO_LINES)


def _each_pdu(
    indexes: Sequence[journal_index.Index],
    audit: Callable[[PduReadings], Found],
    first_day: Callable[[str], str] = lambda _: "",
) -> Iterator[Found]:
    by_pdu: dict[str, list[journal_index.UnitPolls]] = {}
    for index in indexes:
        day = days.file_day(index.path)
        for place in index.units:
            if day >= first_day(place.unit.pdu):
                by_pdu.setdefault(place.unit.pdu, []).append(place)
    polls = sum(len(place.offsets) for index in indexes for place in index.units)
    work = partial(_audit, audit)
    yield from parallel_map(work, sorted(by_pdu.items()), large=polls > _LARGE_POLLS)


def _audit(
    audit: Callable[[PduReadings], Found], pdu: tuple[str, Sequence[journal_index.UnitPolls]]
) -> Found:
    name, places = pdu
    return audit(PduReadings(name, journal_index.blocks(places)))


def _origin_lines(
    folder: str, paths: Sequence[str], indexes: Sequence[journal_index.Index]
) -> Iterator[str]:
    if not indexes:
        raise SettingsError(f"{printable(folder)}: --without leaves no file")
    names = [os.path.basename(path) for path in paths]
    digest = hashlib.sha256("".join([*names, indexes[-1].hash]).encode()).hexdigest()
    yield (
        f"Readings: {printable(folder)}, {names[0]} to {names[-1]}, each line as it was written;"
        f" SHA-256 of their names and last hash {digest}"
    )
    for index in indexes:
        if index.anew:
            yield (
                f"{os.path.basename(index.path).partition('.')[0]} begins a new chain, so lines may"
                f" be missing before it: {printable(index.anew, 300)}"
            )
