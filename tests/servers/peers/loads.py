"""Loads that vary a little, so that plots show a curve, and energy counters that do not fall after
a restart.
"""

from __future__ import annotations

import math
import time

_COUNTING_SINCE = 1_750_000_000.0  # 15 June 2025; the units have counted since then
VOLTS = 230.0
# times an outlet's level: it always draws less
MOST_OF_LEVEL = 1.2


def hours_counted() -> float:
    """Hours since the units began to count."""
    return (time.time() - _COUNTING_SINCE) / 3600


class Loads:
    """Current and energy of the outlets of one PDU: a level for each outlet, with a slow and a
    quick variation.
    """

    def __init__(self, outlets: int) -> None:
        self.base = {number: 0.3 + 0.17 * (number * 7 % 9) for number in range(1, outlets + 1)}
        # A restart computes the counters anew, from more than was drawn: so they do not fall then.
        self.wh = {
            number: MOST_OF_LEVEL * level * VOLTS * hours_counted()
            for number, level in self.base.items()
        }

    def amperes(self, number: int, now: float) -> float:
        """The current of an outlet at a time, in seconds since 1970."""
        slow = math.sin(2 * math.pi * (now / 1800 + number / 7))
        quick = math.sin(2 * math.pi * (now / (61 + 13 * number) + number / 3))
        return self.base[number] * (1 + 0.10 * slow + 0.06 * quick)

    def count(self, number: int, amperes: float, seconds: float) -> None:
        self.wh[number] += amperes * VOLTS * seconds / 3600
