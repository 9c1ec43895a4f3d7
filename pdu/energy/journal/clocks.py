"""When something was read: by the clock of the world, which may jump, and by one that cannot; and
what the kernel says of the first.
"""

from __future__ import annotations

import ctypes
import sys
import time
import uuid
from typing import NamedTuple, Optional

_BOOT_ID = "/proc/sys/kernel/random/boot_id"  # Linux, random(4)

#: a clock that says less was surely wrong: no version of this program is older (2026-01-01, UTC)
BORN = 1767225600.0
# of adjtimex(2): "the system clock is not synchronized to a reliable server"
_TIME_ERROR = 5
_TIMEX_BYTES = 512  # struct timex has 208


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


def is_synchronised() -> Optional[bool]:
    """Whether the kernel calls its clock synchronised, as NTP's and PTP's services tell it; None
    where no kernel says so.
    """
    if sys.platform != "linux":
        return None
    # modes = 0: nothing is set
    answer = _adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return None if answer < 0 else answer != _TIME_ERROR


def _adjtimex(timex: ctypes.Array[ctypes.c_char]) -> int:
    """adjtimex(2); -1 if a container or a C library does not have it."""
    try:
        return int(ctypes.CDLL(None).adjtimex(timex))
    except AttributeError:
        return -1
