"""`pdu` whose proofs do not wait: a second that is slept takes a twentieth of one and counts whole.

python -m tests.pdu.evidence.prove.hasty prove HANDLER HOST ...

Requests and their limits keep their usual time, so a busy machine gets as many readings as an idle
one. The process that guards the outlet has the same clock.
"""

from __future__ import annotations

import mmap
import struct
import sys
import time

from pdu.evidence.prove import command
from pdu.evidence.prove.unit_reading import ProofClock
from pdu.start import main

_SHARE = 20.0
_SKIPPED = mmap.mmap(-1, 8)  # shared with the process that is forked


def _skipped() -> float:
    found: float = struct.unpack("d", _SKIPPED[:8])[0]
    return found


def _monotonic() -> float:
    return time.monotonic() + _skipped()


def _sleep(seconds: float) -> None:
    time.sleep(seconds / _SHARE)
    _SKIPPED[:8] = struct.pack("d", _skipped() + seconds * (1 - 1 / _SHARE))


if __name__ == "__main__":
    command.CLOCK = ProofClock(_monotonic, _sleep)
    sys.exit(main())
