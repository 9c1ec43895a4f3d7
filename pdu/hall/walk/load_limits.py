"""Words for a load against the rating of its line or breaker. Pure."""

from __future__ import annotations

import math
from typing import NamedTuple, Optional

from .arithmetic import Interval

# A supply takes nearly constant power: -2 and +4 % at another load, and 1 % for the meters.
LOW, HIGH = 0.97, 1.05
# of supplies at a tenth of their load and more; direct current has 1
LEAST_POWER_FACTOR = 0.9
# The phasors of supplies with power factors from 0.92 to 1 are up to 23 degrees apart, and 60 more
# if some outlets are between two lines. Two equal phasors at an angle sum to its half's cosine.
IN_PHASE = math.cos(math.radians(23 / 2))
BETWEEN_LINES = math.cos(math.radians((23 + 60) / 2))

FITS, OVERLOADS, CANNOT_SAY = "fits", "overloads", "cannot say"
#: above what is planned, which holds for good; and above what holds for good, perhaps
ABOVE_LIMIT, MAY_TRIP = "above its limit, holds", "may trip"


class LoadVerdict(NamedTuple):
    """The words for a load against its limit."""

    word: str
    reason: str = ""


def compare_load(
    load: Interval,
    limit_a: Optional[float],
    rating_a: Optional[float],
    most_a: Optional[float] = None,
) -> LoadVerdict:
    """Whether a breaker carries a load. `rating_a`, `most_a`: its rating's bounds."""
    if limit_a is None or rating_a is None:
        return LoadVerdict(CANNOT_SAY, "its rating is not known")
    if load.low > (rating_a if most_a is None else most_a):
        return LoadVerdict(OVERLOADS)
    if load.high <= limit_a:
        return LoadVerdict(FITS)
    if load.high <= rating_a:
        return LoadVerdict(ABOVE_LIMIT)
    if math.isinf(load.high):
        return LoadVerdict(
            CANNOT_SAY, "what may come is not bounded: outlets are not metered, or read no watts"
        )
    return LoadVerdict(CANNOT_SAY, "the interval crosses its rating")
