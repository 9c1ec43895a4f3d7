"""Figures of the product beside those of a peer in the same run, and the table of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Callable, NamedTuple, Optional

SECONDS, CPU, REQUESTS = "seconds", "CPU seconds", "requests"
INSTRUCTIONS = "millions of instructions"
_LONGEST_S = 6.0  # of the rounds of one comparison; one round is made in any case


class Figure(NamedTuple):
    """One row of the table. `name` is what a user feels.

    `most` is the largest ratio of the product's value to the peer's, or, without `is_ratio`, the
    largest value of the product; None: no goal.
    """

    area: str
    name: str
    product: str
    peer: str
    unit: str
    value: float
    peer_value: float
    most: Optional[float] = None
    is_ratio: bool = True

    @property
    def ratio(self) -> Optional[float]:
        """The product's value ÷ the peer's; None if the peer's is 0."""
        return self.value / self.peer_value if self.peer_value else None

    @property
    def is_met(self) -> bool:
        judged = self.ratio if self.is_ratio else self.value
        return self.most is None or (judged is not None and judged <= self.most)


class Reading(NamedTuple):
    """What one reading took. Requests are None where nothing counts them."""

    seconds: float
    cpu: float
    requests: Optional[float]


def compare(
    product: Callable[[], Reading], peer: Callable[[], Reading], rounds: int, warms_up: bool = True
) -> tuple[Reading, Reading]:
    """Medians of both. They take turns, in alternating order, because other load on the machine
    varies. If `warms_up`, a round that does not count comes first.
    """
    if warms_up:
        product()
        peer()
    readings: list[Reading] = []
    peer_readings: list[Reading] = []
    end = time.monotonic() + _LONGEST_S
    while len(readings) < rounds and (not readings or time.monotonic() < end):
        order = [(readings, product), (peer_readings, peer)]
        if len(readings) % 2 == 0:
            order.reverse()
        for results, read in order:
            results.append(read())
    return _median(readings), _median(peer_readings)


def _median(readings: Sequence[Reading]) -> Reading:
    return Reading(
        statistics.median(reading.seconds for reading in readings),
        statistics.median(reading.cpu for reading in readings),
        readings[-1].requests,
    )


def rows(figures: Sequence[Figure]) -> list[str]:
    """The figures as a Markdown table: a row for each comparison, its figures in one cell."""
    cells: dict[tuple[str, str, str, str], list[str]] = {}
    for figure in figures:
        comparison = (figure.area, figure.name, figure.product, figure.peer)
        cells.setdefault(comparison, []).append(_cell(figure))
    return [
        "| area | what a user feels | product | peer | product ÷ peer |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(names)} | {'; '.join(texts)} |" for names, texts in cells.items()),
    ]


def _cell(figure: Figure) -> str:
    """A figure's unit, values and ratio, and its goal."""
    text = f"{figure.unit} {figure.value:.4g}:{figure.peer_value:.4g}"
    if figure.ratio is not None:
        text += f"={figure.ratio:.3g}"
    if figure.most is not None:
        text += f" (goal ≤ {figure.most:.3g}: {'met' if figure.is_met else 'missed'})"
    return text
