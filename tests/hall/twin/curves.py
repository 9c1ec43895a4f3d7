"""When a breaker trips: a thermal model within the conventional currents of IEC 60898-1.

At 1.13 times its rating a breaker holds for an hour at least, at 1.45 times it trips within the
hour, at 2.55 times (up to 32 A) within 1 to 60 s, and one of type C at 5 to 10 times at once
(IEC 60898-1, table 7).
"""

from __future__ import annotations

import math

#: the time constant of the bimetal, in s
_TAU_S = 120.0
#: the warmth at which it trips; warmth is the square of current over rating, in a steady state
_TRIPS_AT = 1.3**2
_AT_ONCE = 7.5


class Breaker:
    """The warmth of one breaker, which has carried its present load for long."""

    def __init__(self, ratio: float = 0.0) -> None:
        self._warmth = ratio**2

    def carries(self, ratio: float, seconds: float) -> bool:
        """Whether it trips while it carries `ratio` times its rating for so long."""
        end = ratio**2
        self._warmth = end + (self._warmth - end) * math.exp(-seconds / _TAU_S)
        return ratio >= _AT_ONCE or self._warmth >= _TRIPS_AT


def seconds_to_trip(before: float, ratio: float) -> float:
    """How long a breaker carries `ratio` after it carried `before`; infinite if it holds."""
    if ratio >= _AT_ONCE:
        return 0.0
    if ratio**2 <= _TRIPS_AT:
        return math.inf
    return max(0.0, _TAU_S * math.log((ratio**2 - before**2) / (ratio**2 - _TRIPS_AT)))
