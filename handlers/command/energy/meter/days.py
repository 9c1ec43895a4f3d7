"""The files of a meter: one for each day of UTC, in one folder, as one chain.

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
from collections.abc import Iterable, Mapping
from typing import Any, Optional

from ....errors import SettingsError, printable
from ...kit import journal
from ...kit.journal import PACKED, Journal, JournalError

_DATE = len("2026-11-23")
# a file begins with its chain, then with a start of the meter
_HEAD = 5
#: the file of a day; a past one may be packed
NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.jsonl(?:\.gz)?")


def files(folder: str) -> list[str]:
    """The paths of the files in a folder, oldest first.

    Raises JournalError, also for a day with both a packed and an unpacked file: nobody knows which
    counts.
    """
    try:
        names = sorted(name for name in os.listdir(folder) if NAME.fullmatch(name))
    except OSError as error:
        raise JournalError(f"{printable(folder)} cannot be read ({error.strerror})") from None
    for name, following in zip(names, names[1:]):
        if following == name + PACKED:
            raise JournalError(
                f"{printable(folder)} has {name} and {following}: move one of them away"
            )
    return [os.path.join(folder, name) for name in names]


def is_used(folder: str) -> bool:
    """Whether a meter writes into a folder now."""
    import fcntl  # Windows has none, where everything else of the command works

    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def day_of(utc: float) -> str:
    """The day of a time in s since 1970, as in the names of files."""
    return time.strftime("%Y-%m-%d", time.gmtime(utc))


class Days:
    """The journal of a meter, which only this process appends to.

    A line is accepted when `append` returns. After a failed write the file is opened anew at the
    next `append`.
    """

    def __init__(self, folder: str) -> None:
        """Lock a folder, and create it if it is missing; repair the newest file.

        Raises JournalError, also if another meter writes there, and Changed if the last line of the
        newest file is not as it was written.
        """
        self.folder = folder
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            self._lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise JournalError(f"{printable(folder)} cannot be opened ({error.strerror})") from None
        self._journal: Optional[Journal] = None
        self._day, self._hash = "", journal.START
        #: whether the file has no line of this object yet, or a write has failed since
        self._is_fresh = True
        #: bytes of torn lines that were removed since this object was made
        self.repaired = 0
        try:
            self._take()
            newest = files(folder)[-1:]
            #: when the last line was written, in s of UTC; None if there is none
            self.last = _last(newest[0]) if newest else None
            if newest and not newest[0].endswith(PACKED):
                self._open(newest[0])
        except BaseException:
            self.close()
            raise

    def is_new(self, utc: float) -> bool:
        """Whether what was written before says nothing about a line of this time: it would be the
        first of this object in its file, or the first after a failed write.
        """
        return self._is_fresh or day_of(utc) > self._day

    def append(self, records: Iterable[Mapping[str, Any]], utc: float) -> None:
        """Write lines into the file of the day of `utc`: 1 write and 1 sync together.

        Raises JournalError; then no line was accepted.
        """
        day = max(day_of(utc), self._day)
        try:
            if self._journal is None or day > self._day:
                self._open(os.path.join(self.folder, f"{day}.jsonl"))
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
        import fcntl  # Windows has none, where everything else of the command works

        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JournalError(
                f"{printable(self.folder)} is in use: another meter writes into it"
            ) from None

    def _open(self, path: str) -> None:
        self._leave()
        kept = files(self.folder)
        day = _day(path)
        packed = [one for one in kept if one.endswith(PACKED) and _day(one) >= day]
        if packed:
            raise JournalError(f"{printable(packed[0])} is of a day that is not over: unpack it")
        before = [one for one in kept if _day(one) < day][-1:]
        after = journal.last_hash(before[0]) if before else journal.START
        self._journal = Journal(path, after)
        self.repaired += self._journal.repaired
        self._hash = self._journal.hash
        self._day = day

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
        for entry in itertools.islice(journal.read(path), _HEAD):
            found = time_of(entry.record)
            if found is not None:
                return found
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


def time_of(record: Mapping[str, Any]) -> Optional[float]:
    """When a line was written, in s of UTC, if it says so."""
    found = record.get("utc")
    if isinstance(found, list):
        found = max((one for one in found if isinstance(one, (int, float))), default=None)
    return float(found) if isinstance(found, (int, float)) else None


def _last(path: str) -> float:
    """When the last line of a file was written, or the end of its day."""
    found = last_time(path)
    if found is not None:
        return found
    return begin_of(path) + 86_400.0


def begin_of(path: str) -> float:
    """When the day in a file's name begins, in s of UTC; 0 for a day that is none."""
    try:
        return float(calendar.timegm(time.strptime(_day(path)[:_DATE], "%Y-%m-%d")))
    except ValueError:
        return 0.0


def _day(path: str) -> str:
    return os.path.basename(path).partition(".")[0]
