"""What an answer costs: it grows as the hall does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from pdu.hall.failure.hall_model import HallModel
from pdu.hall.failure.rehearsal import RehearsalOutcome, rehearse
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


def of_no_way(folder: Path, racks: int, ways: int) -> HallModel:
    """A hall whose PDUs name a panel on each side, which has fewer ways than PDUs, and no way."""
    text, pdus = 'standard = "IEC 60898-1"\n', []
    for side in "AB":
        text += f'[[feed]]\nname = "{side}"\n[[panel]]\nname = "P{side}"\ninputs = ["{side}"]\n'
        for way in range(ways):
            text += f'[[panel.line]]\nname = "w{way}"\nbreaker_a = 16\nphases = 3\n'
        for rack in range(racks):
            name = f"r{rack}-{side}"
            text += f'[[pdu]]\nname = "{name}"\ninputs = ["P{side}"]\nbreaker_a = 16\n'
            lines = [
                f'[[pdu.line]]\nname = "L{n}"\noutlets = ["{n}", "{n + 3}"]\n' for n in (1, 2, 3)
            ]
            text += "".join(lines)
            outlets = [
                {"identity": str(outlet), "state": "on", "current_a": 2.0 + outlet / 10}
                for outlet in range(1, 7)
            ]
            pdus.append({"name": name, "outlets": outlets, "load_a": None})
    for rack in range(racks):
        for outlet in range(1, 7):
            cords = [f"r{rack}-{side}/{outlet}" for side in "AB"]
            text += f'[[machine]]\nname = "m{rack}-{outlet}"\ncords = {json.dumps(cords)}\n'
    drawing = drawing_file.parsed(text, str(folder))
    return HallModel(drawing, saved_readings.parse_readings({"pdus": pdus}, "readings.json"))


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


def test_ways_that_nobody_names_cost_as_much_as_there_are_machines(tmp_path: Path) -> None:
    """Each way may trip, and each machine may hang on each."""
    divided, kept = [], []
    for racks in (20, 40):
        made = of_no_way(tmp_path, racks, racks * 3 // 4)
        outcomes: list[RehearsalOutcome] = []
        divided.append(divisions(lambda: outcomes.append(rehearse(made, FEEDS[:1]))))
        (outcome,) = outcomes
        ways = [load for load in outcome.loads if load.name.startswith("PB/w")]
        assert len(ways) == racks * 3 // 4 and all(load.not_before_s < 1e9 for load in ways)
        assert all(len(load.machines) == 6 * racks for load in ways)
        kept.append(sum(map(len, outcome.bounds.shares.values())))
    assert divided[1] < 2.1 * divided[0] and kept[1] < 2.1 * kept[0]
