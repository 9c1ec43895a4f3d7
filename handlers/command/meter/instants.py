"""When something was read: by the clock of the world, which may jump, and by one that cannot."""

from __future__ import annotations

import time
import uuid
from typing import NamedTuple

_BOOT_ID = "/proc/sys/kernel/random/boot_id"  # Linux, random(4)


class Instant(NamedTuple):
    """A moment by both clocks, in seconds."""

    #: since 1970
    utc: float
    #: since an unknown moment; compares with instants of the same `boot`
    mono: float

    @classmethod
    def now(cls) -> Instant:
        return cls(time.time(), monotonic())


def monotonic() -> float:
    """Seconds of a clock that never jumps. On Linux it goes on while the machine sleeps, as energy
    does.
    """
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def boot() -> str:
    """The identity of what `monotonic` counts from: the machine's start, else this process."""
    try:
        with open(_BOOT_ID, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return str(uuid.uuid4())
