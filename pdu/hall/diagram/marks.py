"""What a diagram shows at each thing that is drawn. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple, Optional

from ...site.drawing.drawing import HallNode
from ..walk.arithmetic import Interval
from ..walk.condition import Condition


class Mark(NamedTuple):
    """What is shown at one thing."""

    condition: Condition = Condition.PLAIN
    #: in A
    load: Optional[Interval] = None
    rating_a: Optional[float] = None
    #: a few words, such as when it trips
    note: str = ""
    #: its place among those that trip or close one after another, from 1; 0: none
    order: int = 0
    #: why, in a sentence
    reason: str = ""

    @property
    def rank(self) -> tuple[int, float, float]:
        """Higher is worse; of several conductors of one line, the fullest, with its rating."""
        high = -1.0 if self.load is None else self.load.high
        return self.condition.rank, high, self.rating_a or 0.0

    @property
    def figures(self) -> str:
        """`11.9 - 12.4 / 16 A`; "" if nothing is known."""
        rating = "" if self.rating_a is None else f"{self.rating_a:g} A"
        if self.load is None:
            return rating
        low, high = f"{self.load.low:.1f}", f"{self.load.high:.1f}"
        if math.isinf(self.load.high):
            load = f"{low} or more"
        else:
            load = high if low == high else f"{low} - {high}"
        return f"{load} / {rating}" if rating else f"{load} A"

    @property
    def utilisation(self) -> float:
        """The highest load as a part of the rating; 0.0 if one of them is not known."""
        if self.load is None or not self.rating_a or math.isinf(self.load.high):
            return 0.0
        return max(0.0, self.load.high / self.rating_a)


HallMarks = Mapping[HallNode, Mark]
"""What is drawn, machines (`HallNode("machine", name)`) included -> its mark; those that are not
there are plain.
"""


class Moment(NamedTuple):
    """When something trips, or its outlets close, in s."""

    earliest_s: float
    #: infinite: nothing bounds it
    latest_s: float
    #: the same in words, and what else belongs there
    note: str


def add_moments(marks: HallMarks, moments: Mapping[HallNode, Moment]) -> HallMarks:
    """These marks with the notes of what has a moment, which is numbered: the first with 1."""
    times = sorted({moment[:2] for moment in moments.values()})
    order = {moment: place for place, moment in enumerate(times, start=1)}
    marks_with_notes = {
        node: marks[node]._replace(note=moment.note, order=order[moment[:2]])
        for node, moment in moments.items()
    }
    return {**marks, **marks_with_notes}
