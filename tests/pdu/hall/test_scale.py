"""What an answer costs: it grows as the hall does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from pdu.hall.failure.hall_model import HallModel
from pdu.hall.restore.model import ReturnModel
from pdu.hall.walk.flow import Flow
from pdu.hall.walk.graph_builder import build_graph
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import HallNode
from tests.benchmarks import bench_hall

FEEDS = [HallNode("feed", "A"), HallNode("feed", "B")]


def in_doubt(folder: Path, machines: int) -> HallModel:
    """A hall in which each line may trip."""
    bench_hall.hall(folder, machines, in_doubt=True)
    document = json.loads((folder / "readings.json").read_text("utf-8"))
    drawing = drawing_file.read_drawing(str(folder / "hall.power.toml"))
    return HallModel(drawing, saved_readings.parse_readings(document, "readings.json"))


def divisions(run: Callable[[], object]) -> int:
    """How often the current of a consumer is divided among its cords meanwhile."""
    count = 0
    contributions = Flow.contributions

    def counted(*given: Any) -> Any:
        nonlocal count
        count += 1
        return contributions(*given)

    with mock.patch.object(Flow, "contributions", counted):
        run()
    return count


def test_a_return_costs_as_much_as_the_hall_is_large(tmp_path: Path) -> None:
    counts = [
        divisions(lambda: ReturnModel(in_doubt(tmp_path, machines)).orders(FEEDS))
        for machines in (60, 120)
    ]
    assert counts[1] < 2.1 * counts[0]


def test_lines_of_which_nobody_drew_what_they_feed_cost_as_much_as_there_are(
    tmp_path: Path,
) -> None:
    edges = []
    for machines in (100, 200):
        bench_hall.hall(tmp_path, machines)
        path = tmp_path / "hall.power.toml"
        path.write_text(re.sub(r'"(P[AB]0)/r\d+"', r'"\1"', path.read_text("utf-8")), "utf-8")
        drawing = drawing_file.read_drawing(str(path))
        edges.append(sum(map(len, build_graph(drawing, (), {}).above)))
    assert edges[1] < 2.1 * edges[0]
