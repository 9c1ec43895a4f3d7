"""Collects the figures of a run for the table of `make bench`: the benchmarks append them to a
file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple, Optional

from rich.console import Console

# environment variable with the path of that file; if unset, nothing is written
VARIABLE = "PDU_BENCH_RATIOS"


class Ratio(NamedTuple):
    """A figure of a benchmark.

    `goal` is its lower bound with `at_least`, otherwise its upper bound; None if it has no goal.
    """

    area: str
    what: str
    figure: float
    goal: Optional[float] = None
    at_least: bool = True

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        met = self.figure >= self.goal if self.at_least else self.figure <= self.goal
        return f"{'≥' if self.at_least else '≤'} {self.goal:g}: {'met' if met else 'missed'}"


def note(
    area: str, what: str, figure: float, goal: Optional[float] = None, at_least: bool = True
) -> None:
    """Appends a ratio to the file; does nothing if VARIABLE is unset."""
    path = os.environ.get(VARIABLE)
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps([area, what, figure, goal, at_least]) + "\n")


def noted(path: Path) -> list[Ratio]:
    """The ratios of a file; [] if there is no such file."""
    return (
        [Ratio(*json.loads(line)) for line in path.read_text("utf-8").splitlines()]
        if path.is_file()
        else []
    )


def warn_if_busy(console: Console) -> None:
    """Prints a warning if the load average of the last minute exceeds the number of cores."""
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    if load > 1:
        console.print(
            f"this machine is busy (load {load:.1f} per core), which slows computing more than"
            " waiting, so the ratios are not reliable: repeat the benchmark when it is idle"
        )
