"""Loads that swing a little, so that plots have something to show, and counters that go on after a new start."""
from __future__ import annotations

import math
import time

_COUNTING_SINCE = 1_750_000_000.0       # 15 June 2025; counters are those of units that run since then
VOLTS = 230.0


def hours_counted() -> float:
    """How long the units have counted."""
    return (time.time() - _COUNTING_SINCE) / 3600


class Loads:
    """What the outlets of one PDU draw and have drawn: a level for each, with a slow and a quick swing."""

    def __init__(self, outlets: int) -> None:
        self.base = {number: 0.3 + 0.17 * (number * 7 % 9) for number in range(1, outlets + 1)}
        # Counted at a fifth above the level: whatever the swing, a restart never lets a counter fall.
        self.wh = {number: 1.2 * level * VOLTS * hours_counted() for number, level in self.base.items()}

    def amperes(self, number: int, now: float) -> float:
        slow = math.sin(2 * math.pi * (now / 1800 + number / 7))
        quick = math.sin(2 * math.pi * (now / (61 + 13 * number) + number / 3))
        return self.base[number] * (1 + 0.10 * slow + 0.06 * quick)

    def ran(self, number: int, amperes: float, seconds: float) -> None:
        self.wh[number] += amperes * VOLTS * seconds / 3600
