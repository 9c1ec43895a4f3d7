"""The files of a meter: one for each day of UTC, in one folder, as one chain.

Where the chain cannot go on, because the last line was changed, or the file was truncated, moved or
removed, a new file begins one anew, and its second line says why: `{"anew": REASON}`. If the day
has a file, the new one's name ends with _02, and so on.

The newest file is continued, never an older one: if the clock goes back over midnight, lines of the
earlier day are in the file of the later one.
"""

from __future__ import annotations

import calendar
import contextlib
import itertools
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ...core.files import journal
from ...core.files.journal import PACKED, HashMismatch, Journal, JournalError, NoJournal
from ...core.files.locks import lock
from ...core.files.whole_files import sync_folder
from .journal_format import new_chain, time_of

_DATE = len("2026-11-23")
_MOST_OF_A_DAY = 99
# of a file with few lines, in bytes
_SMALL = 2000
# a file begins with its chain, then with a start of the meter
_HEAD = 5
#: the file of a day; a past one may be packed
NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:_[0-9]{2})?\.jsonl(?:\.gz)?")


def files(folder: str) -> list[str]:
    """The paths of the files in a folder, oldest first. Of one that is there packed and unpacked,
    the unpacked one: gzip is at work on it, or was ended.

    Raises JournalError.
    """
    try:
        names = sorted(name for name in os.listdir(folder) if NAME.fullmatch(name))
    except OSError as error:
        raise JournalError(f"{printable(folder)} cannot be read ({error.strerror})") from None
    return [
        os.path.join(folder, name)
        for name in names
        if not (name.endswith(PACKED) and name[: -len(PACKED)] in names)
    ]


def is_used(folder: str) -> bool:
    """Whether a meter writes into a folder now."""
    try:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not lock(number, shared=True)
    finally:
        os.close(number)


def day_of(utc: float) -> str:
    """The day of a time in s since 1970, as in the names of files."""
    return time.strftime("%Y-%m-%d", time.gmtime(utc))


class EndedDay(NamedTuple):
    """A day after which no more lines are written to its file."""

    day: str
    #: up to its last line
    hash: str


class Days:
    """The journal of a meter, which only this process appends to.

    A line is accepted when `append` returns. After a failed write the file is opened anew at the
    next `append`.
    """

    def __init__(self, folder: str) -> None:
        """Lock a folder, and create it if it is missing; repair the newest file.

        Raises JournalError, also if another meter writes there.
        """
        self.folder = folder
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            self._lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise JournalError(f"{printable(folder)} cannot be opened ({error.strerror})") from None
        self._journal: Optional[Journal] = None
        self._day, self._hash = "", journal.START
        #: whether `_hash` is that of the newest file, as this object knows it
        self._is_known = False
        #: why the next line begins a chain anew; "" if it does not
        self._why = ""
        #: whether the file has no line of this object yet, or a write has failed since
        self._is_fresh = True
        #: bytes of torn lines that were removed since this object was made
        self.repaired = 0
        #: why chains were begun anew since this object was made
        self.anew: list[str] = []
        #: days that have ended since this object was made; whoever reads them empties it
        self.ended: list[EndedDay] = []
        try:
            self._take()
            paths = files(folder)
            #: when the last line was written, in s of UTC; None if there is none
            self.last = _last(paths[-1]) if paths else None
            if paths and not paths[-1].endswith(PACKED):
                self._day = file_day(paths[-1])
                self._go_on(paths[-1], paths)
        except BaseException:
            self.close()
            raise

    def is_new(self, utc: float) -> bool:
        """Whether what was written before says nothing about a line of this time: it would be the
        first of this object in its file, or the first after a failed write.
        """
        return self._is_fresh or day_of(utc) > self._day

    def check(self) -> None:
        """Look whether the file is as this object left it. If not, the next line begins a chain
        anew, and `is_new` says so.
        """
        trouble = self._journal.trouble() if self._journal is not None else ""
        if trouble:
            assert self._journal is not None
            name = os.path.basename(self._journal.path)
            self._why = f"{name} {trouble} while the meter wrote it"
            self._is_fresh = True
            self._leave()

    def append(self, records: Iterable[Mapping[str, Any]], utc: float) -> None:
        """Write lines into the file of the day of `utc`: 1 write and 1 sync together.

        Raises JournalError; then no line was accepted.
        """
        day = max(day_of(utc), self._day)
        try:
            if self._journal is None or day > self._day:
                self._open(day)
            assert self._journal is not None
            self._journal.append(records)
        except BaseException:
            # what the disk has is read again before the next line
            self._is_fresh = True
            self._leave()
            raise
        self._is_fresh = False

    @property
    def hash(self) -> str:
        """The hash up to the last line that was accepted; START before the first."""
        return self._hash if self._journal is None else self._journal.hash

    def close(self) -> None:
        """End the lock, too. Does nothing the second time."""
        self._leave()
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def abandon(self) -> None:
        """Let go of the files in a forked process; the locks stay with the parent."""
        with contextlib.suppress(OSError):
            self.close()

    def __enter__(self) -> Days:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self) -> None:
        if not lock(self._lock):
            raise JournalError(f"{printable(self.folder)} is in use: another meter writes into it")

    def _open(self, day: str) -> None:
        """Open the newest file of a day, or begin it."""
        self._leave()
        paths = files(self.folder)
        packed_paths = [path for path in paths if path.endswith(PACKED) and file_day(path) >= day]
        if packed_paths:
            raise JournalError(
                f"{printable(packed_paths[0])} is of a day that is not over: unpack it"
            )
        is_over = self._is_known and "" < self._day < day
        ended_day = EndedDay(self._day, self._hash) if is_over else None
        mine = [path for path in paths if file_day(path) >= day]
        if mine and not self._why:
            self._go_on(mine[-1], paths)
        if self._journal is None:
            self._begin(day, paths)
        if ended_day is not None:
            self.ended.append(ended_day)
        self._day = day

    def _go_on(self, path: str, paths: Sequence[str]) -> None:
        """Open a file that exists; leaves `_why` if its last line is not as it was written."""
        earlier = [previous for previous in paths if previous < path][-1:]
        try:
            # only a file without a whole line needs it
            is_small = os.path.getsize(path) < _SMALL
            last_hash = journal.last_hash(earlier[0]) if earlier and is_small else journal.START
        except (OSError, SettingsError):
            last_hash = journal.START
        try:
            day_journal = Journal(path, last_hash)
        except (HashMismatch, NoJournal) as error:
            self._why = f"{os.path.basename(path)}: {_short(error, path)}"
            return
        try:
            # it may be here only since a start that ended before it was synced
            sync_folder(self.folder)
            if "journal" in journal.last_record(path):
                self._mend(day_journal, earlier)
        except OSError as error:
            day_journal.close()
            raise JournalError(f"{path} cannot be opened ({error.strerror})") from None
        except BaseException:
            day_journal.close()
            raise
        self._use(day_journal)

    def _mend(self, day_journal: Journal, earlier: Sequence[str]) -> None:
        """A kill may have broken off the first lines of a file, and with them why it begins."""
        try:
            is_whole = not earlier or journal.follows(
                day_journal.path, journal.last_hash(earlier[0])
            )
        except SettingsError:
            is_whole = False
        if not is_whole:
            day_journal.append([new_chain("the meter was ended while it began this file")])

    def _begin(self, day: str, paths: Sequence[str]) -> None:
        """Begin a file, after the newest one or as a new chain."""
        last_hash = self._hash
        if not self._is_known and paths:
            try:
                last_hash = journal.last_hash(paths[-1])
            except SettingsError as error:
                last_hash = journal.START
                name = os.path.basename(paths[-1])
                self._why = self._why or f"{name}: {_short(error, paths[-1])}"
        first = [new_chain(self._why)] if self._why else []
        day_journal = Journal(_free(self.folder, day, paths), last_hash, first)
        if self._why:
            self.anew.append(self._why)
            self._why = ""
        self._use(day_journal)

    def _use(self, journal: Journal) -> None:
        self._journal = journal
        self.repaired += journal.repaired
        self._hash = journal.hash
        self._is_known = True

    def _leave(self) -> None:
        if self._journal is not None:
            self._hash = self._journal.hash
            with contextlib.suppress(OSError):
                self._journal.close()
        self._journal = None


def first_time(path: str) -> Optional[float]:
    """When the first line of a file was written that says it, in s of UTC; None if none of its head
    does.
    """
    try:
        for entry in itertools.islice(journal.read_entries(path), _HEAD):
            time_s = time_of(entry.record)
            if time_s is not None:
                return time_s
    except SettingsError:  # a line that was changed
        pass
    return None


def last_time(path: str) -> Optional[float]:
    """When the last line of a file was written, in s of UTC; None if it does not say so, and for
    packed files, which are not unpacked.
    """
    if path.endswith(PACKED):
        return None
    try:
        return time_of(journal.last_record(path))
    except SettingsError:  # a line that was changed
        return None


def _last(path: str) -> float:
    """When the last line of a file was written, or the end of its day."""
    time_s = last_time(path)
    if time_s is not None:
        return time_s
    return begin_of(path) + 86_400.0


def begin_of(path: str) -> float:
    """When the day in a file's name begins, in s of UTC; 0 for a day that is none."""
    try:
        return float(calendar.timegm(time.strptime(file_day(path)[:_DATE], "%Y-%m-%d")))
    except ValueError:
        return 0.0


def _free(folder: str, day: str, paths: Sequence[str]) -> str:
    """The path of a new file of a day, behind all that it has."""
    mine = [os.path.basename(name) for name in paths if file_day(name) == day]
    if not mine:
        return os.path.join(folder, f"{day}.jsonl")
    number = max(int(name[_DATE + 1 : _DATE + 3]) if name[_DATE] == "_" else 1 for name in mine) + 1
    if number > _MOST_OF_A_DAY:
        raise JournalError(f"{printable(folder)} has {_MOST_OF_A_DAY} files of {day}: look why")
    return os.path.join(folder, f"{day}_{number:02d}.jsonl")


def _short(error: SettingsError, path: str) -> str:
    """The reason of an error, without the path at its begin."""
    reason = error.reason.removeprefix(path).lstrip(": ")
    return printable(reason.partition(": nothing is appended")[0], 200)


def file_day(path: str) -> str:
    """The day in a file's name."""
    return os.path.basename(path)[:_DATE]
