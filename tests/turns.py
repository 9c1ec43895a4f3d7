"""What one test on this machine may use at a time, in whichever process it runs."""
from __future__ import annotations

import contextlib
import fcntl
import tempfile
from pathlib import Path
from typing import Iterator


@contextlib.contextmanager
def turn(what: str) -> Iterator[None]:
    """Waits until no other test has `what`. The system frees it, however a process ends."""
    with (Path(tempfile.gettempdir()) / f"pdu-handlers-{what}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
