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
    with (Path(tempfile.gettempdir()) / f"pdu-handlers-{what}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
