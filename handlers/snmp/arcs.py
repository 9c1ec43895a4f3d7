"""Some arcs of an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Arcs:
    """Some arcs of an index, which are the numbers between its dots: those that name its unit.

    >>> Arcs(stop=1).of("2.7"), Arcs(start=1, stop=3).of("1.3.7")
    ('2', '3.7')

    Fields:
        start: the first of them, counted from 0.
        stop: the arc after the last of them (none: to the end).
    """

    start: int = 0
    stop: Optional[int] = None

    def check(self) -> None:
        """Raises ValueError if no arc is between `start` and `stop`."""
        stop = self.stop
        if stop is not None and (self.start < 0) == (stop < 0) and self.start >= stop:
            raise ValueError(f"start {self.start}, stop {stop}: there is no arc between them")

    def of(self, index: str) -> str:
        """These arcs of an index, dotted:

        >>> Arcs(0, 1).of("2.1.7"), Arcs(1).of("2.1.7"), Arcs().of("2.1.7")
        ('2', '1.7', '2.1.7')
        """
        return ".".join(index.split(".")[self.start : self.stop])
