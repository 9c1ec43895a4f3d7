"""What is known of a hall before anything fails: currents, limits, and ways."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any, Optional

import pytest

from pdu.hall.failure.hall_marks import failure_marks
from pdu.hall.failure.hall_model import HallModel
from pdu.hall.failure.rehearsal import Grading, RehearsalOutcome, counts, rehearse
from pdu.hall.walk.arithmetic import YES, Interval
from pdu.hall.walk.condition import Condition
from pdu.hall.walk.load_limits import BETWEEN_LINES, FITS, IN_PHASE
from pdu.hall.walk.power import Power
from pdu.hall.walk.verdicts import Verdict
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import HallNode
from tests.pdu.hall.test_graph import FEEDS, PAIR, SWITCH, SWITCHED, UPS, fails, hall
from tests.pdu.hall.test_restore import ON, drawing, hall_of, machine, pdu


def carrier(model: HallModel, name: str) -> int:
    return next(node for node, one in model.graph.carriers.items() if one.name == name)


def loads(outcome: RehearsalOutcome) -> dict[str, Interval]:
    return {one.name: one.load for one in outcome.loads}


THREE = (
    PAIR
    + """[[pdu]]
name = "third"
inputs = ["B"]
breaker_a = 16
[[pdu.line]]
name = "L1"
[[machine]]
name = "other"
cords = ["right/2"]
"""
).replace('"right/1"]', '"right/1", "third/1"]')


def test_what_is_expected_of_a_take_over_is_what_was_read() -> None:
    """The third supply carries nothing: it is expected to go on like that."""
    read = {"left": {"1": 4.01}, "right": {"1": 3.01, "2": 1.51}, "third": {"1": 0.0}}
    made = hall(THREE, read)
    sums = {name: made.now.sums[carrier(made, name)] for name in ("left/L1", "right/L1")}
    assert {name: one.likely for name, one in sums.items()} == pytest.approx(
        {"left/L1": 4.0, "right/L1": 4.5}, abs=0.2
    )
    found = loads(fails(made, "feed:A"))
    assert found["right/L1"].likely == pytest.approx(8.5, abs=0.2)
    assert found["third/L1"].likely == pytest.approx(0.0, abs=0.01)
    assert found["third/L1"].high > 6.0


def test_a_breaker_trips_between_its_rating_and_145_percent_and_a_ups_never_surely() -> None:
    made = hall(UPS % "32", {"left": {"1": 10.0}, "right": {"1": 10.0}})
    assert made.now.trips_at(carrier(made, "left/L1")) == Interval(63.0, 1.45 * 63.0, 63.0)
    assert made.now.trips_at(carrier(made, "U")) == Interval(32.0, math.inf, 32.0)
    unrated = hall(PAIR.replace("breaker_a = 16\n", "", 1), {"left": {"1": 0.5}, "right": {}})
    assert made.now.trips_at(carrier(made, "right/L1")).high == 1.45 * 63.0
    assert unrated.now.trips_at(carrier(unrated, "left/L1")) == Interval(0.0, math.inf, 0.0)


def test_the_ways_of_an_outlet_are_those_that_its_current_takes_when_anything_is_dead() -> None:
    # outlets 3 are on a line of their own, which may take the other one with it
    of_one = 'name = "L1"\nbreaker_a = 63\noutlets = ["1", "2"]\n'
    of_one += '[[pdu.line]]\nname = "L2"\nbreaker_a = 63\noutlets = ["3"]\n'
    text = SWITCH.replace('name = "L1"\nbreaker_a = 63\n', of_one, 1)
    made = hall(text % "40", SWITCHED)
    dead = [made.graph.nodes[HallNode("feed", name)] for name in "AB"]
    dead += made.graph.carriers
    for node in made.graph.outlets.values():
        ways: set[int] = set()
        for count in range(3):
            for gone in itertools.combinations(dead, count):
                power = Power(made.graph, made.now.input_groups, dict.fromkeys(gone, YES))
                if power.alive(node):
                    ways |= {*power.path(node)}
        assert {*made.carriers_above(node)} == ways
        assert made.carriers_above(node) is made.carriers_above(node)


def test_an_outlet_without_power_adds_nothing_and_hides_none_behind_it() -> None:
    text = drawing(machine("dark", "strip/1") + machine("srv", "right/1"))
    text += '\n[[pdu]]\nname = "strip"\ninputs = ["left/1"]\nbreaker_a = 10\n'
    made = hall_of(
        text,
        pdu("left", ("1", "off", 0.0, ON)),
        pdu("strip", ("1", "on", 2.01, ON)),
        pdu("right", ("1", "on", 3.01, ON)),
    )
    names = {made.graph.carriers[node].name: one.high for node, one in made.now.sums.items()}
    assert names == {"right/L1": pytest.approx(3.0, rel=0.1)}


def test_unmetered_outlets_are_taken_from_the_line_with_their_breaker() -> None:
    """They are on a breaker that dies with feed A; what comes to the line is metered."""
    lines = '[[pdu.line]]\nname = "L1"\nbreaker_a = 63\n'
    breakers = "".join(
        f'[[pdu.breaker]]\nname = "B{n}"\nbreaker_a = 20\noutlets = ["{n}"]\n' for n in (1, 2)
    )
    text = (
        FEEDS
        + f'[[pdu]]\nname = "left"\ninputs = ["A"]\n{lines}'
        + f'[[pdu]]\nname = "right"\ninputs = ["B"]\n{lines}{breakers}'
        + '[[machine]]\nname = "one"\ncords = ["right/1"]\n'
        + '[[machine]]\nname = "two"\ncords = ["left/2", "right/2"]\n'
    )
    made = hall(text, {"left": {"2": 4.01}, "right": {"1": None, "2": 4.01}})
    both = rehearse(made, [HallNode("feed", "A"), HallNode.breaker("right", "B1")])
    assert loads(both)["right/L1"].high == pytest.approx(8.0, rel=0.1)
    assert loads(rehearse(made, [HallNode("feed", "A")]))["right/L1"].high > 9.0


def test_a_breaker_whose_load_grows_only_if_what_it_needs_has_tripped_holds() -> None:
    """36 A on way X of 30 A: it may trip, and takes both PDUs. While it lives, right has 6 A."""
    pdus = "".join(
        f'[[pdu]]\nname = "{name}"\ninputs = ["{upper}"]\n[[pdu.line]]\nname = "L1"\n'
        f"breaker_a = {rating}\n"
        for name, upper, rating in (("left", "A", 63), ("right", "PB/X", 10), ("third", "PB/X", 63))
    )
    text = (
        FEEDS
        + '[[panel]]\nname = "PB"\ninputs = ["B"]\n'
        + '[[panel.line]]\nname = "X"\nbreaker_a = 30\nphases = 1\n'
        + pdus
        + '[[machine]]\nname = "one"\ncords = ["left/1", "third/1"]\n'
        + '[[machine]]\nname = "two"\ncords = ["right/2", "third/2"]\n'
    )
    read = {"left": {"1": 12.01}, "right": {"2": 6.01}, "third": {"1": 12.01, "2": 6.01}}
    outcome = fails(hall(text, read), "feed:A")
    found = {one.name: (one.fit.word, one.load.high) for one in outcome.loads}
    assert found["PB/X"][0] == "overloads" and not outcome.trips
    assert found.get("right/L1", (FITS, 0.0)) < (FITS, 7.0)


def of_states(drawing: str, *pdus: tuple[str, str, str, Optional[float]]) -> HallModel:
    """Outlets as PDU, identity, state and current."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, identity, state, amps in pdus:
        rows.setdefault(name, []).append({"identity": identity, "state": state, "current_a": amps})
    document = {"pdus": [{"name": name, "outlets": outlets} for name, outlets in rows.items()]}
    parsed = drawing_file.parsed(drawing, "hall.toml")
    return HallModel(parsed, saved_readings.parse_readings(document, "readings.json"))


def test_a_machine_without_power_hides_no_other() -> None:
    drawing = PAIR.replace(
        "[[machine]]", '[[machine]]\nname = "off"\ncords = ["left/2"]\n[[machine]]'
    )
    made = of_states(
        drawing + '[[machine]]\nname = "calm"\ncords = ["right/3"]\n',
        ("left", "1", "on", 1.01),
        ("left", "2", "off", 0.0),
        ("right", "1", "on", 1.01),
        ("right", "3", "on", 1.01),
    )
    feed = HallNode("feed", "A")
    outcome = rehearse(made, [feed])
    assert [(one.machine, one.verdict) for one in outcome.verdicts] == [("srv", Verdict.STAYS)]
    assert outcome.already == ["off"] and outcome.count(Verdict.STAYS) == 2
    marks = failure_marks(made, outcome)
    reasons = {name: marks[HallNode("machine", name)].reason for name in ("off", "srv", "calm")}
    assert reasons == {"off": "without power already", "srv": "", "calm": ""}
    assert marks[HallNode("pdu", "left")].condition is Condition.DEAD


def test_outlets_that_carry_or_may_carry_and_belong_to_nothing() -> None:
    drawing = PAIR + '[[pdu]]\nname = "third"\ninputs = ["B"]\nbreaker_a = 16\n'
    made = of_states(
        drawing,
        # left was not read, which hides no other
        ("right", "1", "on", 1.01),
        ("right", "2", "on", 0.0),
        ("right", "3", "on", None),
        ("right", "4", "off", None),
        ("third", "1", "on", 0.51),
        ("third", "2", "off", 0.51),
    )
    assert [str(one.cord) for one in made.unowned_cords] == ["right/3", "third/1", "third/2"]
    # where the drawing is complete, what is not metered carries nothing
    complete = f"complete = true\n{PAIR}"
    made = of_states(complete, ("right", "3", "on", None), ("right", "4", "on", 1.01))
    assert [str(one.cord) for one in made.unowned_cords] == ["right/4"]


def test_what_the_meters_of_a_pdu_say_of_its_lines() -> None:
    lines = "".join(
        f'[[pdu.line]]\nname = "L{n}"\noutlets = ["{n}"]\nbreaker_a = 16\n' for n in (1, 2)
    )
    drawing = (
        FEEDS
        + '[[pdu]]\nname = "one"\ninputs = ["A"]\n[[pdu.line]]\nname = "L1"\nbreaker_a = 16\n'
        + f'[[pdu]]\nname = "two"\ninputs = ["A"]\n{lines}'
        + f'[[pdu]]\nname = "unread"\ninputs = ["B"]\n{lines}'
    )
    document = {
        "pdus": [
            # one that is not drawn hides no other
            {"name": "other", "load_a": 1.0, "outlets": []},
            {"name": "one", "load_a": 10.1, "outlets": []},
            {
                "name": "two",
                "load_a": 10.1,
                "outlets": [],
                "topology": {
                    "meters": [{"kind": "line", "label": "L2", "current_a": 4.1}],
                    "outlets": {},
                },
            },
        ]
    }
    parsed = drawing_file.parsed(drawing, "hall.toml")
    made = HallModel(parsed, saved_readings.parse_readings(document, "readings.json"))
    known = made.now.figures
    figures = {one.name: known[number][:2] for number, one in made.graph.carriers.items()}
    half = pytest.approx(10.05)
    assert figures == {
        "one/L1": (half, pytest.approx(10.2)),
        # no line of two carries more than both
        "two/L1": (None, pytest.approx(10.2)),
        "two/L2": (pytest.approx(4.05), pytest.approx(4.2)),
        "unread/L1": (None, None),
        "unread/L2": (None, None),
    }


def test_a_switch_is_on_the_input_of_which_alone_a_current_is_read() -> None:
    drawing = (
        FEEDS
        + "".join(
            f'[[pdu]]\nname = "{name}"\ninputs = ["{feed}"]\nbreaker_a = 16\n'
            for name, feed in (("left", "A"), ("right", "B"))
        )
        + '[[pdu]]\nname = "t"\ninputs = ["left/9", "right/9"]\nbreaker_a = 16\n'
        + '[[machine]]\nname = "srv"\ncords = ["t/1"]\n'
    )
    # 0.05 A count as none
    known = hall(drawing, {"left": {"9": 2.01}, "right": {"9": 0.05}, "t": {"1": 2.01}})
    input_groups = known.now.input_groups
    assert [len(group) for group in next(iter(input_groups.values()))] == [1, 1]
    for right in (2.01, None):
        read: dict[str, dict[str, Optional[float]]] = {
            "left": {"9": 2.01 if right else None},
            "right": {"9": right},
            "t": {"1": 2.01},
        }
        input_groups = hall(drawing, read).now.input_groups
        assert [len(group) for group in next(iter(input_groups.values()))] == [2]


LINES = (
    FEEDS
    + '[[pdu]]\nname = "left"\ninputs = ["A"]\nbreaker_a = 63\n'
    + '[[pdu]]\nname = "right"\ninputs = ["B"]\n'
    + '[[pdu.line]]\nname = "L1"\noutlets = ["1"]\nbreaker_a = 63\n'
    + '[[pdu.line]]\nname = "L2"\noutlets = ["1", "2"]\nbreaker_a = 63\n'
    + '[[pdu.line]]\nname = "L3"\noutlets = ["2", "3"]\nbreaker_a = 63\n'
    + '[[pdu.breaker]]\nname = "F1"\noutlets = ["1"]\nbreaker_a = 63\n'
    + '[[pdu.breaker]]\nname = "F2"\noutlets = ["2", "3"]\nbreaker_a = 63\n'
    + "".join(f'[[machine]]\nname = "m{n}"\ncords = ["left/{n}", "right/{n}"]\n' for n in (1, 2, 3))
)


def test_phasors_of_outlets_between_lines_may_sum_to_less_than_their_numbers() -> None:
    read = {side: {"1": 2.01, "2": 2.01, "3": 2.01} for side in ("left", "right")}
    made = hall(LINES, read)
    parts = {
        one.name: made.now.figures[number].part
        for number, one in made.graph.carriers.items()
        if one.pdu == "right"
    }
    between, phase = pytest.approx(BETWEEN_LINES), pytest.approx(IN_PHASE)
    assert parts == {
        **dict.fromkeys(("right/L1", "right/L2", "right/L3"), between),
        # all of its outlets are between the same two lines
        "right/F1": phase,
        # two pairs of lines may cancel each other
        "right/F2": 0.0,
    }


def test_a_grade_is_what_single_failures_do() -> None:
    pdus = "".join(
        f'[[pdu]]\nname = "{name}"\ninputs = ["{feed}"]\nbreaker_a = 16\n'
        for name, feed in (("a", "A"), ("b", "B"), ("c", "A"))
    )
    cords = {
        "one": ("a/1",),
        "feed": ("a/2", "c/2"),
        "both": ("a/3", "b/3"),
        "open": ("a/4", "b/4"),
    }
    machines = "".join(
        f'[[machine]]\nname = "{name}"\ncords = [{", ".join(map(json.dumps, each))}]\n'
        for name, each in cords.items()
    )
    read = {
        "a": {"1": 1.01, "2": 1.01, "3": 1.01, "4": 1.01},
        # nobody knows whether the second supply of `open` works
        "b": {"3": 1.01, "4": 0.0},
        "c": {"2": 1.01},
    }
    made = hall(FEEDS + pdus + machines, read)
    grading = Grading(made)
    for node in (
        HallNode("feed", "A"),
        HallNode("feed", "B"),
        *(HallNode("pdu", n) for n in "abc"),
    ):
        grading.add(rehearse(made, [node]))
    grades = grading.grades()
    assert {one.machine: one.grade for one in grades} == {
        "one": "N",
        "feed": "N+1",
        "both": "2N",
        "open": "cannot say",
    }
    assert grades[1].single_points == ["feed:A"]
    assert counts(grades) == {"2N": 1, "N+1": 1, "N": 1, "cannot say": 1}


def test_what_an_input_filter_draws_is_no_least_load_of_a_machine_that_works() -> None:
    """Of a machine with two spares 0.2 A each may be their filters', which end with their side."""
    text = drawing(machine("srv", "left/1", "right/1", more="works = true"))
    sides = pdu("left", ("1", "on", 0.2, ON)), pdu("right", ("1", "on", 0.91, ON))
    after = loads(rehearse(hall_of(text, *sides), [HallNode("feed", "A")]))["right/L1"]
    assert after.low < 0.9 and after.high > 1.1


def test_what_nobody_drew_draws_more_va_at_another_voltage() -> None:
    """96 W from 48 V direct current are 107 VA at a power factor of 0.9, or 0.46 A at 230 V; each
    number may be 1.035 times that at another load, and 1.01 times by the meter.
    """
    text = (
        drawing(machine("srv", "left/1", "right/1"))
        .replace('name = "A"', 'name = "A"\nvoltage_v = 48')
        .replace('inputs = ["A"]', 'inputs = ["A"]\nrack = "r"')
        .replace('inputs = ["B"]', 'inputs = ["B"]\nrack = "r"')
    )
    left = pdu("left", ("1", "on", 0.0, ON), ("2", "on", 2.01, ON))
    made = hall_of(text, left, pdu("right", ("1", "on", 0.0, ON), ("2", "on", 0.41, ON)))
    most = 1.035 * 1.01 * (0.41 + 2.01 * 48 / 0.9 / 230)
    assert loads(fails(made, "feed:A"))["right/L1"].high > most
