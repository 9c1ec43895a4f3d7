"""Locks for files that are read, changed and written again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Collection, Iterator
from typing import Callable

from handlers.shared.errors import SettingsError, printable

#: how long another program is waited for
LIMIT_S = 10.0
_PAUSE_S = 0.1


class Locked(SettingsError):
    """Another program has held the lock for all of LIMIT_S, the seconds that are waited."""

    kind = "locked"


def _print(sentence: str) -> None:
    """Print a sentence on standard error, because standard output has the command's answer."""
    print(sentence, file=sys.stderr)


@contextlib.contextmanager
def locked(paths: Collection[str], say: Callable[[str], None] = _print) -> Iterator[None]:
    """A block in which this process alone holds the locks of these files or folders, which must
    exist. If another process holds one, `say` is called with a sentence about it, and it is waited
    for. Raises Locked, which names the process, after LIMIT_S seconds, and SettingsError for a file
    that cannot be opened.

        with locked(["pdus.csv", "logins.toml"]):     waiting for process 4711 (pdu), which uses ...
            ...                                       nobody else changes the two files

    Files are locked in the order of their inodes, so that no two processes wait for each other. A
    file that is given by two names, as by a link, is locked once.
    """
    with contextlib.ExitStack() as stack:
        file_by_number: dict[tuple[int, int], tuple[str, int]] = {}
        for path in paths:
            try:
                descriptor = os.open(path, os.O_RDONLY)
            except OSError as error:
                raise SettingsError(f"{path} cannot be read ({error.strerror})") from None
            stack.callback(os.close, descriptor)
            status = os.fstat(descriptor)
            file_by_number[status.st_dev, status.st_ino] = (path, descriptor)
        for _, (path, descriptor) in sorted(file_by_number.items()):
            _lock(path, descriptor, say)
        yield


def _lock(path: str, descriptor: int, say: Callable[[str], None]) -> None:
    """Lock an open file or folder; waits for another process that holds the lock, and `say`s so.
    Raises Locked after LIMIT_S seconds.
    """
    if _is_locked_now(descriptor):
        return
    say(f"waiting for {_holder(descriptor)}, which uses {path}")
    end_s = time.monotonic() + LIMIT_S
    while time.monotonic() < end_s:
        time.sleep(_PAUSE_S)
        if _is_locked_now(descriptor):
            return
    raise Locked(
        f"{path} is used by {_holder(descriptor)} for more than {LIMIT_S:g} s: nothing was changed;"
        " run this again when it has ended"
    )


def _is_locked_now(descriptor: int) -> bool:
    """Lock an open file, without waiting. Returns whether it is locked now: False if another
    process holds the lock; True also on a file system that has no locks.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some file systems have no locks
        pass
    return True


def _holder(descriptor: int) -> str:
    """Who holds the lock of an open file: "process 4711 (python3)", or "another program" if the
    system does not say it. A line of /proc/locks:

    1: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF
    """
    status = os.fstat(descriptor)
    file_id = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    with contextlib.suppress(OSError, UnicodeDecodeError):  # no Linux, or the process has ended
        with open("/proc/locks", encoding="ascii") as file:
            rows = [line.split() for line in file]
        for row in rows:
            if row[1] == "FLOCK" and file_id in row:  # in the place of FLOCK, "->": that one waits
                process = row[4]
                with open(f"/proc/{process}/comm", encoding="utf-8") as file:
                    return f"process {process} ({printable(file.read().strip(), 40)})"
    return "another program"
