"""What becomes of each thing that is drawn: one shape for a failure and for a return. Pure.

`failure.states` has that of a failure; a picture, a table and a JSON read the same.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from typing import NamedTuple, Optional

from ...core.drawing.drawing import HallNode
from .arithmetic import Interval


class Condition(enum.Enum):
    """What becomes of it, the worst last. The value is for people and programs."""

    #: nothing is said of it
    PLAIN = "drawn"
    LIVES = "lives"
    #: a line or breaker above its planned limit, which holds for good
    ABOVE_LIMIT = "above limit"
    #: a line or breaker that may trip, and all that dies with it
    IN_QUESTION = "in question"
    #: at once, or when a breaker trips that surely does
    DEAD = "dead"
    #: what a check of the drawing found
    FINDING = "finding"

    @property
    def rank(self) -> int:
        """Higher is worse."""
        return _RANKS[self]


_RANKS = {condition: rank for rank, condition in enumerate(Condition)}


class NodeState(NamedTuple):
    """What becomes of a feed, UPS, panel, PDU, line, breaker or machine."""

    condition: Condition
    #: what it carries then, in A; None where it has no rating to compare with, or no load shifts
    load: Optional[Interval] = None
    #: what its breaker is rated for and may carry as planned, in A; None if not known
    rating_a: Optional[float] = None
    limit_a: Optional[float] = None
    #: seconds from the failure before which it surely does not die, by its own breaker or one
    #: above it; 0.0: it may die at any time, or dies at once; infinite: it never dies
    not_before_s: float = math.inf
    #: seconds from the failure after which it is surely dead; None if it may live
    at_the_latest_s: Optional[float] = None
    #: why, for people: the breaker that decides, or what is not known; "" if it lives
    reason: str = ""

    @property
    def rank(self) -> tuple[int, float]:
        """Of several conductors of one line, the highest is shown."""
        high = -1.0 if self.load is None else self.load.high
        return self.condition.rank, high


HallStates = Mapping[HallNode, NodeState]
"""All that is drawn, machines (`HallNode("machine", name)`) included -> what becomes of it."""
