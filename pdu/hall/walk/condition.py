"""What becomes of each thing that is drawn: the same words for a failure and for a return. Pure."""

from __future__ import annotations

import enum


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
