"""A UPS whose input dies feeds what is behind it for as long as its owner says."""

from __future__ import annotations

import json
from typing import Optional

import pytest

from pdu.hall.failure.hall_model import HallModel
from pdu.hall.failure.rehearsal import Grading, RehearsalOutcome, rehearse
from pdu.hall.failure.report import FailureSummary, outcome_as_json, report
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import HallNode

FEEDS = '[[feed]]\nname = "A"\n[[feed]]\nname = "B"\n'
UPS = '[[ups]]\nname = "{}"\ninputs = ["{}"]\nrating_a = 100\nautonomy_min = {}\n'
PDU = '[[pdu]]\nname = "{}"\ninputs = ["{}"]\nbreaker_a = 16\n'
DRAWING = (
    FEEDS
    + UPS.format("UA", "A", 10)
    + UPS.format("UB", "B", 30)
    + UPS.format("SMALL", "UB", 2)
    + "".join(PDU.format(*pair) for pair in (("a", "UA"), ("b", "UB"), ("c", "SMALL"), ("d", "B")))
)
CORDS = {
    "one": (["a/1"], 1),
    "pair": (["a/2", "b/2"], 1),
    "both": (["a/3", "b/3"], 2),
    "small": (["c/1"], 1),
    "plain": (["d/1"], 1),
}


def fail(*names: str) -> tuple[HallModel, RehearsalOutcome]:
    text = DRAWING + "".join(
        f'[[machine]]\nname = "{name}"\ncords = {json.dumps(cords)}\nneeds = {needs}\n'
        for name, (cords, needs) in CORDS.items()
    )
    outlets: dict[str, list[dict[str, object]]] = {name: [] for name in "abcd"}
    for cords, _ in CORDS.values():
        for cord in cords:
            pdu, _, identity = cord.partition("/")
            outlets[pdu].append({"identity": identity, "state": "on", "current_a": 2.0})
    document = {"pdus": [{"name": name, "outlets": rows} for name, rows in outlets.items()]}
    hall = HallModel(
        drawing_file.parsed(text, "hall.toml"),
        saved_readings.parse_readings(document, "readings.json"),
    )
    failed = [HallNode(*name.split(":")) for name in names]
    return hall, rehearse(hall, failed)


@pytest.mark.parametrize(
    "failed, minutes",
    [
        (["feed:A"], {"one": 10, "both": 10}),
        # of two in a row the lower one begins when the upper one ends
        (["feed:B"], {"both": 30, "small": 32, "plain": 0}),
        # the cord that lasts longest counts, or the last one that it needs
        (["feed:A", "feed:B"], {"one": 10, "pair": 30, "both": 10, "small": 32, "plain": 0}),
        # one that fails itself feeds nothing
        (["ups:UA"], {"one": 0, "both": 0}),
        (["ups:UA", "feed:A"], {"one": 0, "both": 0}),
        (["pdu:a"], {"one": 0, "both": 0}),
    ],
)
def test_a_machine_lasts_as_long_as_its_ups(failed: list[str], minutes: dict[str, int]) -> None:
    _, outcome = fail(*failed)
    dark = {
        each.machine: each for each in outcome.verdicts if each.verdict.value.startswith("dark")
    }
    assert {name: each.autonomy_s / 60 for name, each in dark.items()} == minutes
    assert all(
        each.verdict.value == ("dark after its UPS" if each.autonomy_s else "dark at once")
        for each in dark.values()
    )
    assert outcome.level == 1


def test_the_first_line_says_when_and_unless_what_returns() -> None:
    hall, outcome = fail("feed:A")
    first, second, *_ = report(hall, outcome, [FailureSummary.of(outcome)], [], []).lines()
    assert first == (
        "If feed:A fails: At once 0 of 5 machines go dark; 2 more go dark after 10 min, unless"
        " feed:A returns; 0 undecided; 3 stay."
    )
    assert second.startswith("UA feeds what is behind it for 10 min, as drawn;")
    answer = outcome_as_json(outcome)
    assert answer["autonomy_s"] == {"UA": 600} and answer["machines"][0]["autonomy_s"] == 600
    _, both = fail("feed:A", "feed:B")
    assert [*both.autonomy_s] == ["UA", "UB", "SMALL"]


def test_a_machine_behind_a_battery_has_no_second_source() -> None:
    hall, outcome = fail("ups:UA")
    grading = Grading(hall)
    grading.add(outcome)
    assert {each.machine: each.grade for each in grading.grades()}["one"] == "N"


def test_of_what_nobody_drew_no_time_is_promised() -> None:
    """The line of `a` that fails may carry outlet 1, or take the others with it."""
    lines = '[[pdu.line]]\nname = "{}"\noutlets = {}\n'
    text = DRAWING.replace(
        PDU.format("a", "UA"),
        PDU.format("a", "UA") + lines.format("L1", '["2"]') + lines.format("L2", '["1"]'),
    )
    text += '[[machine]]\nname = "one"\ncords = ["a/1"]\n'
    hall = HallModel(
        drawing_file.parsed(text, "hall.toml"),
        saved_readings.parse_readings({"pdus": []}, "readings.json"),
    )
    (one,) = rehearse(hall, [HallNode("feed", "A"), HallNode.breaker("a", "L1")]).verdicts
    assert (one.verdict.value, one.at_the_latest_s) == ("dark at once", 600)


def test_a_dead_supply_lasts_no_time_and_a_line_of_a_ups_is_fed_by_it() -> None:
    """`half` has its dead supply behind the UPS; the line of `U` is fed by that of `M` above."""
    text = (
        '[[feed]]\nname = "A"\n[[feed]]\nname = "B"\n'
        '[[panel]]\nname = "M"\ninputs = ["A"]\n[[panel.line]]\nname = "L1"\nphases = 1\n'
        '[[ups]]\nname = "U"\ninputs = ["M"]\nrating_a = 32\nautonomy_min = 10\n'
        '[[ups.line]]\nname = "L1"\nbreaker_a = 16\nof = "M/L1"\nphases = 1\n'
        '[[pdu]]\nname = "a"\ninputs = ["U/L1"]\nbreaker_a = 16\n'
        '[[pdu]]\nname = "b"\ninputs = ["B"]\nbreaker_a = 16\n'
        '[[machine]]\nname = "half"\ncords = ["a/1", "b/1"]\n'
        '[[machine]]\nname = "one"\ncords = ["a/2"]\n'
    )
    amps = {"a": (0.0, 2.0), "b": (2.0,)}
    document = {
        "pdus": [
            {
                "name": pdu,
                "outlets": [
                    {"identity": str(n), "state": "on", "current_a": current}
                    for n, current in enumerate(currents, 1)
                ],
            }
            for pdu, currents in amps.items()
        ]
    }
    readings = saved_readings.parse_readings(document, "readings.json")
    hall = HallModel(drawing_file.parsed(text, "hall.toml"), readings)
    touched = rehearse(hall, [HallNode("feed", "A"), HallNode("feed", "B")]).verdicts
    found = {each.machine: (each.verdict.value, each.autonomy_s) for each in touched}
    assert found == {"half": ("dark at once", 0.0), "one": ("dark after its UPS", 600)}


@pytest.mark.parametrize("autonomy, latest_s, low", [("autonomy_min = 10\n", None, 0), ("", 0, 6)])
def test_what_a_ups_does_that_loses_one_phase_is_not_known(
    autonomy: str, latest_s: Optional[float], low: float
) -> None:
    """`two` moves its load to the other phase, above which nothing flows from a battery."""
    line = '[[{}.line]]\nname = "{}"\nphases = 1\n'
    text = (
        '[[feed]]\nname = "A"\n[[panel]]\nname = "M"\ninputs = ["A"]\n'
        + line.format("panel", "L1")
        + line.format("panel", "L2")
        + f'[[ups]]\nname = "U"\ninputs = ["M"]\nrating_a = 32\n{autonomy}'
        + line.format("ups", "L1")
        + 'of = "M/L1"\n'
        + line.format("ups", "L2")
        + 'of = "M/L2"\n'
        + PDU.format("a", "U/L1")
        + PDU.format("b", "U/L2")
        + '[[machine]]\nname = "one"\ncords = ["a/1"]\n'
        '[[machine]]\nname = "two"\ncords = ["a/2", "b/2"]\n'
    )
    outlets = [{"identity": name, "state": "on", "current_a": 2.0} for name in "12"]
    readings = {"pdus": [{"name": name, "outlets": outlets} for name in "ab"]}
    hall = HallModel(
        drawing_file.parsed(text, "hall.toml"),
        saved_readings.parse_readings(readings, "readings.json"),
    )
    outcome = rehearse(hall, [HallNode.breaker("M", "L1")])
    one = outcome.verdicts[0]
    assert (one.verdict.value, one.at_the_latest_s) == ("dark at once", latest_s)
    loads = {load.name: load.load_range for load in outcome.loads}
    assert loads["M/L2"].low == pytest.approx(low, rel=0.1)
    assert loads["M/L2"].high > 6 and loads["U/L2"].low > 5
