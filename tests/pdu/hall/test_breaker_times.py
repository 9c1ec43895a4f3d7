"""Breakers in question: not before when, at the latest when, too much by how much, and what ends
it. Times are those of IEC 60898-1, table 7, and of IEC 60269-1 for fuses.
"""

from __future__ import annotations

import math
from typing import Optional

import pytest

from pdu.hall.failure.hall_marks import failure_marks
from pdu.hall.failure.hall_model import HallModel
from pdu.hall.failure.missing_facts import missing_facts
from pdu.hall.failure.rehearsal import RehearsalOutcome, breakers_in_question, rehearse
from pdu.hall.failure.shedding import sheds
from pdu.hall.failure.wording import duration, headline
from pdu.hall.walk.condition import Condition
from pdu.hall.walk.protection import Protection
from pdu.hall.walk.verdicts import Verdict
from pdu.site.drawing.drawing import Breaker, HallNode
from tests.pdu.hall.test_graph import FEEDS, hall

A = HallNode("feed", "A")
_HOUR = 3600.0


@pytest.mark.parametrize(
    "standard, rating, part, not_before, latest",
    [
        ("IEC 60898-1", 16, 1.0, math.inf, None),
        ("IEC 60898-1", 16, 1.13, _HOUR / 3, None),
        ("IEC 60898-1", 63, 1.13, _HOUR / 3, None),
        ("IEC 60898-1", 64, 1.13, 2 * _HOUR / 3, None),
        ("IEC 60898-1", 16, 1.14, 0.0, None),
        ("IEC 60898-1", 16, 1.45, 0.0, None),
        ("IEC 60898-1", 16, 1.46, 0.0, _HOUR),
        ("IEC 60898-1", 80, 1.46, 0.0, 2 * _HOUR),
        ("IEC 60898-1", 16, 2.55, 0.0, _HOUR),
        ("IEC 60898-1", 32, 2.56, 0.0, 60.0),
        ("IEC 60898-1", 33, 2.56, 0.0, 120.0),
        ("IEC 60898-1", 125, 2.56, 0.0, 120.0),
        ("IEC 60898-1", 160, 1.05, 2 * _HOUR / 3, None),
        ("IEC 60898-1", 160, 1.055, 0.0, None),
        ("IEC 60898-1", 160, 3.0, 0.0, 2 * _HOUR),
        ("IEC 60947-2", 16, 1.05, _HOUR / 3, None),
        ("IEC 60947-2", 16, 1.06, 0.0, None),
        ("IEC 60947-2", 16, 1.3, 0.0, None),
        ("IEC 60947-2", 16, 1.31, 0.0, _HOUR),
        ("IEC 60947-2", 64, 1.31, 0.0, 2 * _HOUR),
        ("UL 489", 16, 1.0, math.inf, None),
        ("UL 489", 16, 1.01, 0.0, None),
        ("UL 489", 50, 1.36, 0.0, _HOUR),
        ("UL 489", 51, 1.36, 0.0, 2 * _HOUR),
        ("gG", 16, 1.25, _HOUR / 3, None),
        ("gG", 16, 1.26, 0.0, None),
        ("gG", 4, 2.05, 0.0, None),
        ("gG", 4, 2.15, 0.0, _HOUR),
        ("gG", 4.5, 1.95, 0.0, _HOUR),
        ("gG", 16, 1.85, 0.0, None),
        ("gG", 17, 1.61, 0.0, _HOUR),
        ("gG", 64, 1.25, 2 * _HOUR / 3, None),
        ("gG", 161, 1.25, _HOUR, None),
        ("gG", 401, 1.61, 0.0, 4 * _HOUR),
        ("", 16, 1.0, math.inf, None),
        ("", 16, 1.01, 0.0, None),
        ("", 16, 1.85, 0.0, None),
        ("", 16, 1.91, 0.0, _HOUR),
        ("", 401, 1.61, 0.0, 4 * _HOUR),
        ("", 32, 9.0, 0.0, _HOUR),
    ],
)
def test_how_long_it_holds(
    standard: str, rating: float, part: float, not_before: float, latest: Optional[float]
) -> None:
    found = Protection.of(Breaker("L1", standard=standard), rating)
    holds_s = found.holds_s if part * rating <= found.holds_a else 0.0
    assert (math.inf if part * rating <= found.for_good_a else holds_s) == not_before
    assert found.latest_s(part * rating) == latest


def sides(rating: str, count: int = 4, more: str = "") -> str:
    """So many machines with a cord on each side."""
    return (
        FEEDS
        + '[[pdu]]\nname = "left"\ninputs = ["A"]\nbreaker_a = 63\n'
        + '[[pdu]]\nname = "right"\ninputs = ["B"]\n'
        + f'[[pdu.line]]\nname = "L1"\nbreaker_a = {rating}\n{more}'
        + "".join(
            f'[[machine]]\nname = "m{n}"\ncords = ["left/{n}", "right/{n}"]\n'
            for n in range(1, count + 1)
        )
    )


def read(*amps: float) -> dict[str, dict[str, Optional[float]]]:
    return {side: {str(n): a for n, a in enumerate(amps, 1)} for side in ("left", "right")}


def fails(made: HallModel) -> RehearsalOutcome:
    return rehearse(made, [A])


EQUAL = read(2.01, 2.01, 2.01, 2.01)  # 16.1 A in all


def test_a_breaker_at_its_rating_is_above_its_limit_and_never_in_question() -> None:
    outcome = fails(hall(sides("20"), EQUAL))
    assert {one.verdict for one in outcome.verdicts} == {Verdict.STAYS}
    assert [one.fit.word for one in outcome.loads] == ["above its limit, holds"]
    assert outcome.level == 0


def test_nothing_is_dark_while_a_small_overload_is_held() -> None:
    made = hall(sides("16"), EQUAL)
    outcome = fails(made)
    (one,) = breakers_in_question(outcome.loads)
    assert one.fit.word == "may trip" and one.not_before_s == _HOUR / 3
    assert one.at_the_latest_s is None and one.machines == ["m1", "m2", "m3", "m4"]
    assert {(each.verdict.value, each.not_before_s) for each in outcome.verdicts} == {
        ("stays unless a breaker trips", _HOUR / 3)
    }
    assert headline(outcome, sheds(made, outcome)).startswith(
        "At once 0 of 4 machines go dark; 4 likely stay, and may go dark not before 20 min: shed 1."
    )
    # no breaker likely trips, and one may
    assert not one.likely_trips and outcome.level == 2


def test_what_carries_more_than_it_holds_for_an_hour_likely_trips() -> None:
    made = hall(sides("14"), EQUAL)
    outcome = fails(made)
    (one,) = breakers_in_question(outcome.loads)
    assert 1.13 * 14 < one.load.likely < 1.45 * 14 and one.likely_trips
    assert all(machine.is_likely_dark for machine in outcome.verdicts) and outcome.level == 1
    assert headline(outcome, sheds(made, outcome)).startswith(
        "At once 0 of 4 machines go dark; 4 more likely do, at any time: shed "
    )


def test_what_surely_trips_says_at_the_latest_when() -> None:
    outcome = fails(hall(sides("10"), EQUAL))
    assert {(each.verdict.value, each.breakers) for each in outcome.verdicts} == {
        ("dark with a breaker", ("right/L1",))
    }
    assert {each.at_the_latest_s for each in outcome.verdicts} == {_HOUR}
    assert breakers_in_question(outcome.loads)[0].at_the_latest_s == _HOUR and outcome.level == 1
    assert {each.step for each in outcome.verdicts} == {2}
    # far above, it trips within a minute
    made = hall(sides("5"), EQUAL)
    quick = fails(made)
    assert {each.at_the_latest_s for each in quick.verdicts} == {60.0}
    assert headline(quick, sheds(made, quick)).startswith(
        "At once 0 of 4 machines go dark; 4 more go dark within 1 min at the latest; 0 undecided"
    )


def test_a_machine_is_dark_when_its_own_breaker_has_tripped() -> None:
    # the quicker one of two in a row
    panel = '[[panel]]\nname = "P"\ninputs = ["B"]\n[[panel.line]]\nname = "w1"\nbreaker_a = 10\n'
    right = '[[pdu]]\nname = "right"\ninputs = '
    drawing = sides("5").replace(f'{right}["B"]', f'{panel}phases = 1\n{right}["P/w1"]') + (
        '[[pdu]]\nname = "third"\ninputs = ["B"]\n[[pdu.line]]\nname = "L1"\nbreaker_a = 10\n'
        '[[machine]]\nname = "other"\ncords = ["left/9", "third/1"]\n'
    )
    amps = read(2.01, 2.01, 2.01, 2.01)
    made = hall(
        drawing, {"left": {**amps["left"], "9": 8.01}, "right": amps["right"], "third": {"1": 8.01}}
    )
    outcome = fails(made)
    latest = {each.machine: each.at_the_latest_s for each in outcome.verdicts}
    assert latest == {**dict.fromkeys(("m1", "m2", "m3", "m4"), 60.0), "other": _HOUR}
    assert {load.name: load.at_the_latest_s for load in outcome.loads}["right/L1"] == 60.0


def test_a_breaker_costs_no_machine_that_lives_on_another_cord() -> None:
    drawing = sides("16") + '[[pdu]]\nname = "third"\ninputs = ["B"]\nbreaker_a = 63\n'
    drawing = drawing.replace('"right/1"]', '"right/1", "third/1"]')
    panel = '[[panel]]\nname = "P"\ninputs = ["B"]\n[[panel.line]]\nname = "w1"\nbreaker_a = 63\n'
    right = '[[pdu]]\nname = "right"\ninputs = '
    drawing = drawing.replace(f'{right}["B"]', f'{panel}phases = 1\n{right}["P/w1"]')
    outcome = fails(hall(drawing, {**read(2.5, 2.5, 2.5, 2.5), "third": {"1": 0.5}}))
    machines = {load.name: [*load.machines] for load in outcome.loads}
    assert machines == {"right/L1": ["m2", "m3", "m4"], "third/inlet": [], "P/w1": []}


@pytest.mark.parametrize("amps, not_before_s", [(7.01, _HOUR / 3), (8.01, 0.0)])
def test_a_breaker_that_carried_more_than_a_warm_one_may_trip_at_any_time(
    amps: float, not_before_s: float
) -> None:
    """The standard counts from the cold. It carries up to 8.9 A or 9.9 A of 16 A now, and then more
    than 16 A and less than 18.1 A, which a cold one holds for an hour.
    """
    drawing = sides("16") + '[[machine]]\nname = "one"\ncords = ["right/5"]\n'
    left, right = (16.9 - amps) / 1.05 / 4 - 0.36, 0.36
    now = {"left": dict.fromkeys("1234", left), "right": dict.fromkeys("1234", right)}
    made = hall(drawing, {**now, "right": {**now["right"], "5": amps}})
    (one,) = (load for load in fails(made).loads if load.name == "right/L1")
    assert 16.0 < one.load.high < 18.08 and one.not_before_s == not_before_s


def test_what_is_built_to_another_standard_holds_otherwise() -> None:
    for standard, not_before_s in (("gG", _HOUR / 3), ("UL 489", 0.0), ("IEC 60947-2", 0.0)):
        made = hall(sides("16", more=f'standard = "{standard}"\n'), read(2.15, 2.15, 2.15, 2.15))
        assert breakers_in_question(fails(made).loads)[0].not_before_s == not_before_s, standard


def test_the_fewest_machines_end_an_overload() -> None:
    made = hall(sides("16"), read(3.01, 1.01, 2.01, 2.01))
    (found,) = sheds(made, fails(made))
    assert found.breaker == "right/L1" and 0.5 < found.excess_a < 1.5
    # the smallest one that is enough
    assert found.machines == ["m2"]
    made = hall(sides("11"), read(3.01, 1.01, 2.01, 2.01))
    assert [*sheds(made, fails(made))[0].machines] == ["m1", "m2"]
    protected = sides("16").replace('name = "m2"', 'name = "m2"\nprotected = true')
    made = hall(protected, read(3.01, 1.01, 2.01, 2.01))
    assert sheds(made, fails(made))[0].machines == ["m4"]


def test_what_is_shed_for_a_branch_counts_for_the_lines_above_it() -> None:
    drawing = (
        FEEDS
        + '[[panel]]\nname = "M"\ninputs = ["B"]\n'
        + '[[panel.line]]\nname = "row"\nbreaker_a = 18\nphases = 1\n'
        + '[[panel]]\nname = "P"\ninputs = ["M/row"]\n'
        + '[[panel.line]]\nname = "w1"\nbreaker_a = 16\nphases = 1\n'
        + "".join(
            f'[[pdu]]\nname = "{pdu}"\ninputs = ["{source}"]\n'
            + f'[[pdu.line]]\nname = "L1"\nbreaker_a = {rating}\n'
            for pdu, source, rating in (
                ("left", "A", 63),
                ("right", "P/w1", 16),
                ("beside", "M/row", 16),
            )
        )
        + "".join(
            f'[[machine]]\nname = "{name}{n}"\ncords = ["left/{name}{n}", "{pdu}/{name}{n}"]\n'
            for name, pdu, count in (("m", "right", 4), ("n", "beside", 2))
            for n in range(1, count + 1)
        )
    )
    amps = {f"m{n}": 2.01 for n in range(1, 5)}, {f"n{n}": 1.51 for n in range(1, 3)}
    made = hall(drawing, {"left": {**amps[0], **amps[1]}, "right": amps[0], "beside": amps[1]})
    outcome = fails(made)
    assert {load.name for load in breakers_in_question(outcome.loads)} == {
        "right/L1",
        "P/w1",
        "M/row",
    }
    # one of the two in a row needs no more, and the row one of those beside
    found = {shed.breaker: [*shed.machines] for shed in sheds(made, outcome)}
    assert sorted(found.values()) == [["m4"], ["n2"]] and found["M/row"] == ["n2"]


def test_only_machines_that_surely_draw_through_it_are_shed() -> None:
    # one is dark, and what nobody drew is no machine
    drawing = sides("16") + '[[machine]]\nname = "m5"\ncords = ["left/5", "right/5"]\nneeds = 2\n'
    amps = read(3.01, 0.51, 2.01, 2.01, 2.01)
    made = hall(drawing, {**amps, "right": {**amps["right"], "9": 0.61}})
    outcome = fails(made)
    (dark,) = (each for each in outcome.verdicts if each.machine == "m5")
    assert (dark.verdict.value, dark.not_before_s, dark.at_the_latest_s) == (
        "dark at once",
        0.0,
        0.0,
    )
    (found,) = sheds(made, outcome)
    assert 0.7 < found.excess_a < 0.98 and found.machines == ["m2"]
    made = hall(drawing, {**amps, "right": {**amps["right"], "9": 15.0}})
    (found,) = sheds(made, fails(made))
    assert found.excess_a > 15.0 and [*found.machines] == []


def test_a_rating_that_is_missing_decides_and_says_of_how_many() -> None:
    made = hall(sides("16").replace("breaker_a = 16\n", ""), EQUAL)
    outcome = fails(made)
    assert {one.verdict for one in outcome.verdicts} == {Verdict.CANNOT_SAY} and outcome.level == 2
    assert {one.step for one in outcome.verdicts} == {2}
    (line,) = outcome.loads
    assert line.holds_a is None and line.not_before_s == 0.0
    fact = missing_facts(made, ["m1", "m2", "m3", "m4"], outcome)[0]
    assert (fact.what, fact.machines) == ("rating of right/L1", 4)


def test_each_drawn_thing_has_a_mark() -> None:
    made = hall(sides("16"), EQUAL)
    marks = failure_marks(made, fails(made))
    assert marks[A].condition is Condition.DEAD and marks[A].load is None
    assert marks[HallNode("feed", "B")].condition is Condition.LIVES
    line = marks[HallNode.breaker("right", "L1")]
    assert line.condition is Condition.IN_QUESTION
    assert line.load is not None and line.rating_a == 16.0
    assert line.reason == "right/L1 may trip"
    assert marks[HallNode("machine", "m1")].condition is Condition.IN_QUESTION
    now = failure_marks(made, rehearse(made, []))
    assert now[HallNode("machine", "m1")].condition is Condition.LIVES
    made = hall(sides("20"), EQUAL)
    marks = failure_marks(made, fails(made))
    assert marks[HallNode.breaker("right", "L1")].condition is Condition.ABOVE_LIMIT
    made = hall(sides("10"), EQUAL)
    line = failure_marks(made, fails(made))[HallNode.breaker("right", "L1")]
    assert line.condition is Condition.DEAD and line.load is not None


@pytest.mark.parametrize(
    "seconds, text", [(30, "30 s"), (60, "1 min"), (90, "1.5 min"), (3600, "1 h"), (7200, "2 h")]
)
def test_a_time_is_read_as_people_say_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text
