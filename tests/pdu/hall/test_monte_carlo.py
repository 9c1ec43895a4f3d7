"""What bounds leave open is sampled, by a seed; sure answers stay as they are."""

from __future__ import annotations

from pdu.core.drawing import drawing_file
from pdu.core.drawing.drawing import HallNode
from pdu.core.inventory import saved_readings
from pdu.hall.failure.missing_facts import missing_facts
from pdu.hall.failure.rehearsal import Hall, RehearsalOutcome
from pdu.hall.walk.verdicts import Verdict
from tests.pdu.hall.test_graph import EIGHT, FEEDS, PAIR, THREE, fails, hall, series, ways

A = [HallNode("feed", "A")]


def to_add(made: Hall, outcome: RehearsalOutcome) -> list[tuple[str, int]]:
    """What to add to the drawing, with the number of machines that it may decide."""
    touched = [one.machine for one in outcome.touched]
    found = missing_facts(made, touched, outcome)
    return [(one.what, one.machines) for one in found if one.machines]


UNRATED = PAIR.replace('inputs = ["B"]\nbreaker_a = 16', 'inputs = ["B"]')
READ = {"left": {"1": 2.05}, "right": {"1": 2.05}}


def test_a_breaker_without_a_rating_is_sampled_by_what_others_of_the_hall_have() -> None:
    made = hall(UNRATED, READ)
    outcome = made.rehearse(A, 50)
    (one,) = outcome.touched
    assert one.verdict is Verdict.CANNOT_SAY and one.worlds == 50 and one.lives_in > 40
    assert one.sampled.startswith(f"lives in {one.lives_in} of 50 worlds")
    assert one.reason == "right/L1: its rating is not known, so it may trip"
    # the sample makes it no sure one
    assert outcome.level == 2 and outcome.sampled.each + outcome.sampled.some == 1


def test_the_same_seed_gives_the_same_worlds() -> None:
    drawing = series("").replace("breaker_a = 16", "breaker_a = 28")
    counts = {
        seed: [one.lives_in for one in hall(drawing, EIGHT).rehearse(A, 60, seed).touched]
        for seed in (1, 2)
    }
    again = [one.lives_in for one in hall(drawing, EIGHT).rehearse(A, 60, 1).touched]
    assert again == counts[1] != counts[2]
    # 32.8 A on 28 A: it may trip, and what trips is named
    (text,) = {one.sampled for one in hall(drawing, EIGHT).rehearse(A, 60, 1).touched}
    assert 0 < counts[1][0] < 60 and "right/L1 trips" in text


def test_worlds_change_no_answer_that_is_sure() -> None:
    for drawing, read in ((series(""), EIGHT), (PAIR, READ), (ways(""), THREE)):
        made = hall(drawing, read)
        without, with_ = made.rehearse(A), made.rehearse(A, 20)
        assert [one.verdict for one in without.touched] == [one.verdict for one in with_.touched]
        assert without.loads == with_.loads and without.level == with_.level
        for one in with_.touched:
            assert not one.worlds or one.verdict in (Verdict.CANNOT_SAY, Verdict.UNLESS)


def test_no_world_tells_a_dead_supply_from_a_spare_one() -> None:
    (one,) = hall(PAIR, {"left": {"1": 1.05}, "right": {"1": 0.0}}).rehearse(A, 20).touched
    assert one.verdict is Verdict.CANNOT_SAY and not one.worlds and not one.sampled


def test_a_pdu_is_on_one_of_its_panels_lines_in_each_world() -> None:
    # left and third are each on one of the three lines that nobody names, and on different ones
    outcome = hall(ways(""), THREE).rehearse([HallNode.breaker("PA", "w1")], 300)
    lives = {one.machine: one.lives_in for one in outcome.touched}
    assert lives.keys() == {"srv", "three"} and all(150 < one < 250 for one in lives.values())
    assert outcome.sampled.some == 2


def test_what_to_add_is_ranked_by_the_machines_that_it_may_decide() -> None:
    made = hall(UNRATED, READ)
    assert to_add(made, made.rehearse(A)) == [("rating of right/L1", 1)]
    made = hall(ways(""), THREE)
    assert ("`of` for the lines of left", 1) in to_add(made, fails(made, "breaker:PA/w1"))
    made = hall(PAIR, {"left": {"1": 1.05}, "right": {"1": 0.17}})
    assert to_add(made, made.rehearse(A)) == [("watts of the outlets of right", 1)]
    assert to_add(hall(PAIR, READ), hall(PAIR, READ).rehearse(A)) == []


def test_a_pdu_that_did_not_answer_lacks_a_reading_and_no_meter() -> None:
    made = hall(PAIR, {"left": {"1": 1.05}})
    assert to_add(made, made.rehearse(A)) == [("a reading of right", 1)]


def _board(ratings: dict[str, int], pdus: dict[str, str], above: str = "") -> str:
    """Feed B, the board PB with these lines, and PDUs below it, each beside one on feed A."""
    made = FEEDS + above
    made += f'[[panel]]\nname = "PB"\ninputs = ["{"MB/way" if above else "B"}"]\n'
    for name, rating in ratings.items():
        made += f'[[panel.line]]\nname = "{name}"\nbreaker_a = {rating}\nphases = 1\n'
    for name, of in pdus.items():
        made += f'[[pdu]]\nname = "a{name}"\ninputs = ["A"]\nbreaker_a = 63\n'
        made += f'[[pdu]]\nname = "{name}"\ninputs = ["PB"]\n'
        made += f'[[pdu.line]]\nname = "L1"\nbreaker_a = 63\n{of}'
        made += f'[[machine]]\nname = "m{name}"\ncords = ["a{name}/1", "{name}/1"]\n'
    return made


def test_what_is_on_one_phase_of_a_board_is_on_one_conductor_above_it() -> None:
    ratings = {"L1": 63, "L2": 63, "L3": 63}
    above = '[[panel]]\nname = "MB"\ninputs = ["B"]\n[[panel.line]]\nname = "way"\n'
    above += "breaker_a = 16\nphases = 3\n"
    read = {name: {"1": 6.05} for name in ("ab", "b", "ac", "c")}
    lives = {}
    for first, second in (("L1", "L1"), ("L1", "L2")):
        pdus = {"b": f'of = "PB/{first}"\n', "c": f'of = "PB/{second}"\n'}
        outcome = hall(_board(ratings, pdus, above), read).rehearse(A, 50)
        lives[second] = {one.lives_in for one in outcome.touched if one.worlds}
    # 24 A on a conductor of 16 A, or 12 A
    assert lives == {"L1": {0}, "L2": {50}}


def test_nothing_is_on_a_shared_line_that_is_much_too_small_for_it() -> None:
    drawing = _board({"L1": 6, "L2": 63, "L3": 63}, {"b": ""})
    made = hall(drawing, {"ab": {"1": 20.0}, "b": {"1": 20.0}})
    outcome = made.rehearse([HallNode("feed", "A")], 100)
    assert all(one.lives_in > 90 for one in outcome.touched if one.worlds)


def test_currents_that_nobody_metered_are_what_a_meter_of_their_line_leaves() -> None:
    drawing = PAIR.replace('inputs = ["B"]\nbreaker_a = 16', 'inputs = ["B"]\nbreaker_a = 12')
    document = {
        "pdus": [
            {"name": "left", "outlets": [{"identity": "1", "state": "on", "current_a": 10.0}]},
            {
                "name": "right",
                "outlets": [{"identity": "1", "state": "on", "current_a": None}],
                "load_a": 10.0,
                "topology": {
                    "meters": [{"kind": "line", "label": "L1", "current_a": 10.0}],
                    "outlets": {},
                },
            },
        ]
    }
    parsed = drawing_file.parsed(drawing, "hall.toml")
    outcome = Hall(parsed, saved_readings.of_json(document, "readings.json")).rehearse(A, 50)
    # 20 A on a breaker of 12 A
    assert [one.lives_in for one in outcome.touched] == [0]


def test_a_pdu_is_on_a_line_that_nobody_drew_if_the_free_one_is_too_small() -> None:
    ways = '[[panel.line]]\nname = "w1"\nbreaker_a = 6\nphases = 1\n'
    drawing = _board({}, {"b": ""}).replace('inputs = ["B"]\n', 'inputs = ["B"]\n' + ways, 1)
    made = hall(drawing, {"ab": {"1": 8.0}, "b": {"1": 8.0}})
    (one,) = made.rehearse(A, 100).touched
    assert one.worlds and one.lives_in > 50
