"""Folders of large files for the time of a command, and those that killed commands left."""

from __future__ import annotations

import contextlib
import glob
import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import Optional

from .locks import lock

#: a folder's name begins so, and a command that goes on has locked this file of it
_PREFIX, _LOCK = "pdu-energy-", ".lock"


@contextlib.contextmanager
def work_folder(parent: Optional[str]) -> Iterator[str]:
    """A new folder, which is gone afterwards. `parent`: None for the usual one (TMPDIR)."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent) as folder:
        descriptor = os.open(os.path.join(folder, _LOCK), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            lock(descriptor)
            yield folder
        finally:
            os.close(descriptor)


def left_folders(parent: Optional[str]) -> Sequence[str]:
    """Folders with files in them that no command uses any more: it was killed."""
    place = os.path.join(glob.escape(parent or tempfile.gettempdir()), f"{_PREFIX}*")
    return [path for path in sorted(glob.glob(place)) if _is_left(path)]


def _is_left(folder: str) -> bool:
    try:
        descriptor = os.open(os.path.join(folder, _LOCK), os.O_RDWR)
    except FileNotFoundError:
        # one that has just begun is empty; one whose end was cut off may have lost this file first
        with contextlib.suppress(OSError):
            return bool(os.listdir(folder))
        return False
    except OSError:  # another user's
        return False
    try:
        return lock(descriptor)
    finally:
        os.close(descriptor)
