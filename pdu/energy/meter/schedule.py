"""When rounds begin: at multiples of a period, such as 12:05:00 and 12:10:00; and when in a round
each PDU has its turn. Pure.
"""

from __future__ import annotations

import hashlib
import math
from typing import NamedTuple

from ..journal.clocks import Instant

#: no turn is nearer to the begin and the end of a round, as a share of the period
_EDGE = 0.05


def phase_s(name: str, every: float) -> float:
    """When in a round a PDU has its turn, in s after its begin: always the same, and another one
    for each name. Cron jobs and backups begin at full minutes and hours, and polls that did, too,
    would see them always or never.
    """
    number = int.from_bytes(hashlib.sha256(name.encode(errors="replace")).digest()[:8], "big")
    return every * (_EDGE + (1.0 - 2.0 * _EDGE) * number / 2.0**64)


class Due(NamedTuple):
    """The next round, by the monotonic clock, and the rounds that were left out before it."""

    mono: float
    left_out: int = 0


def following(due: Due, now: Instant, every: float) -> Due:
    """The round after the one that was `due` and has begun.

    The period passes on the monotonic clock, from the time at which the last round was due, so that
    nothing adds up. The multiples are those of the clock of the world: a round moves there, by half
    a period at most. So after a jump of that clock, one period is between half and one and a half
    times as long, and the rest are as they were.
    """
    left_out = max(0, math.floor((now.mono - due.mono) / every))
    target = due.mono + (left_out + 1) * every
    behind = math.remainder(now.utc + (target - now.mono), every)
    mono = target - behind
    # a round that was late may have passed the multiple to which the next one moved
    return Due(mono if mono > now.mono else mono + every, left_out)
