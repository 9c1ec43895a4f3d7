"""Packs days older than two beside the meter, by gzip: 40 % of the space.

A process of its own packs one file at a time, the oldest first, and delays no reading. What is
packed is read again and must end with the same hash before the unpacked file goes. While a reader
has the folder (`days.reading`), nothing is packed.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import signal
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Callable, Optional

from handlers.shared.errors import PduHandlerError, printable

from ...core.files import journal
from ...core.files.journal import PACKED, HashMismatch
from ...core.files.locks import lock
from ...core.files.whole_files import PRIVATE, sync_folder
from ..journal.days import oldest_unpacked
from .service import MeterService

#: how often it looks for a day, in s
EVERY_S = 600.0
_NICE = 10
_LEVEL = 6
_PACKED_CODE, _HELD_CODE, _FAILED_CODE = 0, 3, 4


class DayPacker:
    """The process that packs."""

    def __init__(self, folder: str, say: Callable[[str], object], every_s: float = EVERY_S) -> None:
        self._folder, self._say, self._every_s = folder, say, every_s
        self._child: Optional[int] = None
        #: when it looks again, by the monotonic clock, in s
        self._next = 0.0
        self._is_ended = False

    def pipes(self) -> Mapping[Connection, Callable[[], None]]:
        return {}

    def turn(self, meter: MeterService) -> None:
        """Start to pack, or see how it ended. After a failure nothing is packed any more."""
        if self._child is not None:
            child, status = os.waitpid(self._child, os.WNOHANG)
            if not child:
                return
            code = os.waitstatus_to_exitcode(status)
            self._child = None
            self._next = time.monotonic() + (self._every_s if code == _HELD_CODE else 0.0)
            if code not in (_PACKED_CODE, _HELD_CODE):
                self._is_ended = True
                self._say("days stay unpacked until the meter is started again")
        if self._is_ended or time.monotonic() < self._next:
            return
        path = oldest_unpacked(self._folder)
        if path is None:
            self._next = time.monotonic() + self._every_s
            return
        self._child = os.fork()
        if not self._child:
            self._run(path)

    def close(self) -> None:
        """End the process: what it packed in part is begun anew the next time."""
        if self._child is not None:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            self._child = None

    def _run(self, path: str) -> None:
        """In the other process."""
        code = _FAILED_CODE
        try:
            # the meter ends this process
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.nice(_NICE)
            code = _PACKED_CODE if pack_file(path) else _HELD_CODE
        except (PduHandlerError, OSError) as error:
            reason = error.reason if isinstance(error, PduHandlerError) else error.strerror
            self._say(f"{os.path.basename(path)} cannot be packed: {printable(str(reason), 200)}")
        finally:
            os._exit(code)


def pack_file(path: str) -> bool:
    """Pack a file of a journal, and remove it when what is packed is whole and on the disk. Returns
    False while a reader has it locked.

    Raises JournalError or OSError; then the file is as it was.
    """
    folder, name = os.path.split(path)
    part = os.path.join(folder, f".{name}{PACKED}")
    with open(path, "rb") as file:
        if not lock(file.fileno()):
            return False
        try:
            with open(part, "wb", opener=_private) as raw:
                with gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0.0) as packed:
                    shutil.copyfileobj(file, packed)
                raw.flush()
                os.fsync(raw.fileno())
            if journal.torn(path) or journal.last_hash(part) != journal.last_hash(path):
                raise HashMismatch(f"{path}: its last line is not as it was written")
            shutil.copystat(path, part)
            os.rename(part, path + PACKED)
            sync_folder(folder)
            os.unlink(path)
            sync_folder(folder)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part)
    return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)
