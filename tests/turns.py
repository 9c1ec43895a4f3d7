"""A lock between processes, for a resource that only one test on this machine may use at a time."""
from __future__ import annotations

import contextlib
import fcntl
import tempfile
from pathlib import Path
from typing import Iterator


@contextlib.contextmanager
def turn(what: str) -> Iterator[None]:
    """Waits until no other test holds `what`. The system frees the lock when a process ends, even by a crash."""
    path = Path(tempfile.gettempdir()) / f"pdu-handlers-{what}.lock"
    if not path.exists():
        path.touch()            # readable for another user, who may neither write nor touch it
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
