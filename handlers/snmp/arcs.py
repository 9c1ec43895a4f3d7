"""The part of a row's index that names its unit: in "2.7", outlet 7 of unit 2, the first arc."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Arcs:
    """Which arcs of a row's index name its unit. Arcs are the numbers between the dots.

    >>> Arcs(stop=1).of("2.7"), Arcs(start=1, stop=3).of("1.3.7")
    ('2', '3.7')

    Fields:
        start: the position of the first of them, counted from 0.
        stop: the position of the arc after the last of them (None: to the end).
    """

    start: int = 0
    stop: Optional[int] = None

    def check(self) -> None:
        """Raises ValueError if no arc is between `start` and `stop`.

        >>> Arcs(start=1, stop=1).check()
        Traceback (most recent call last):
        ValueError: start 1, stop 1: there is no arc between them
        """
        stop = self.stop
        if stop is not None and (self.start < 0) == (stop < 0) and self.start >= stop:
            raise ValueError(f"start {self.start}, stop {stop}: there is no arc between them")

    def of(self, index: str) -> str:
        """The unit of a row: these arcs of its index, with dots. "" if the index has none of them:

        >>> Arcs(0, 1).of("2.1.7"), Arcs(1).of("2.1.7"), Arcs().of("2.1.7")
        ('2', '1.7', '2.1.7')
        >>> Arcs(1).of("7")
        ''
        """
        return ".".join(index.split(".")[self.start : self.stop])
