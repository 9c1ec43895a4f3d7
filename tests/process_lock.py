"""A lock between processes, for a resource that only one test may use at a time."""

from __future__ import annotations

import contextlib
import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .waiting import PATIENCE_S, until


@contextlib.contextmanager
def turn(what: str) -> Iterator[None]:
    """Waits until no other test holds the lock of `what`, and holds it during the block.

    The system frees the lock when a process ends, even by a crash. Raises TimeoutError if others
    hold it for PATIENCE_S.
    """
    path = Path(tempfile.gettempdir()) / f"pdu-handlers-{what}.lock"
    with contextlib.suppress(FileExistsError):
        path.touch(exist_ok=False)
        # under any umask, tests of other users can open it to read: a lock needs no more
        path.chmod(0o644)
    with path.open("rb") as file:

        def locked() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        if not until(locked, every=0.1):
            raise TimeoutError(f"other tests held {path} for {PATIENCE_S:g} s")
        yield
