"""Locks for files that are read, changed and written again."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Collection, Iterator
from typing import Callable, Optional

from handlers.shared.errors import SettingsError


@contextlib.contextmanager
def locked(paths: Collection[str], wait: Optional[Callable[[], None]] = None) -> Iterator[None]:
    """In the block, no other process is in a block with one of these files or folders. `wait` is
    called if one is, before the waiting.

    One of two names, as by a link, is locked once, and all in the order of their numbers, so that
    no process waits for itself and no two for each other. Raises SettingsError.
    """
    with contextlib.ExitStack() as stack:
        descriptor_by_number: dict[tuple[int, int], int] = {}
        for path in paths:
            try:
                descriptor = os.open(path, os.O_RDONLY)
            except OSError as error:
                raise SettingsError(f"{path} cannot be read ({error.strerror})") from None
            stack.callback(os.close, descriptor)
            status = os.fstat(descriptor)
            descriptor_by_number[status.st_dev, status.st_ino] = descriptor
        for _, descriptor in sorted(descriptor_by_number.items()):
            _lock(descriptor, wait)
        yield


def _lock(descriptor: int, wait: Optional[Callable[[], None]]) -> None:
    """Lock an open file or folder; `wait` is called before the waiting for another process."""
    with contextlib.suppress(OSError):  # some file systems have no locks
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait is not None:
                wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
