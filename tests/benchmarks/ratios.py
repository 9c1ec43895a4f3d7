"""Collects the ratios of a run for the table of `make bench`. Each benchmark appends its ratios to a file."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import List, NamedTuple, Optional

VARIABLE = "PDU_BENCH_RATIOS"           # environment variable with the path of that file; if unset, nothing is written


class Ratio(NamedTuple):
    """A figure and its goal: a lower bound with `at_least`, else an upper bound, or None for no goal."""

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


def note(area: str, what: str, figure: float, goal: Optional[float] = None, at_least: bool = True) -> None:
    path = os.environ.get(VARIABLE)
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps([area, what, figure, goal, at_least]) + "\n")


def noted(path: Path) -> List[Ratio]:
    return [Ratio(*json.loads(line)) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []
