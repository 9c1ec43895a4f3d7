"""When the power comes back: what closes when, what trips, who starts, and which delays mend it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

import pytest

from pdu import root
from pdu.hall.drawings.checking import Finding
from pdu.hall.failure.hall_model import HallModel
from pdu.hall.restore.delays import Delays, findings, proposal
from pdu.hall.restore.model import BreakerBack, ReturnModel, ReturnOutcome
from pdu.hall.walk.load_limits import CANNOT_SAY, FITS, OVERLOADS, LoadVerdict
from pdu.hall.walk.verdicts import Verdict
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import HallNode

A, B = HallNode("feed", "A"), HallNode("feed", "B")
_SIDES = {"left": "A", "right": "B"}


def drawing(machines: str, breaker_a: int = 16, more: str = 'standard = "IEC 60898-1"\n') -> str:
    """Two feeds, a PDU on each, and these machines."""
    lines = [more]
    lines += [f'[[feed]]\nname = "{feed}"\n' for feed in _SIDES.values()]
    for side, feed in _SIDES.items():
        lines += [f'[[pdu]]\nname = "{side}"\ninputs = ["{feed}"]\n']
        lines += [f'[[pdu.line]]\nname = "L1"\nbreaker_a = {breaker_a}\n']
    return "\n".join(lines) + machines


def machine(name: str, *cords: str, more: str = "") -> str:
    listed = ", ".join(f'"{cord}"' for cord in cords)
    return f'\n[[machine]]\nname = "{name}"\ncords = [{listed}]\n{more}\n'


def pdu(
    name: str, *outlets: tuple[str, str, Optional[float], Optional[list[Any]]]
) -> dict[str, Any]:
    """A reading: identity, state, A, and what it does: state, earliest and latest s."""
    keys = ("state", "earliest_s", "latest_s")
    return {
        "name": name,
        "outlets": [
            {"identity": one, "state": state, "current_a": amps} for one, state, amps, _ in outlets
        ],
        "power_on": {one: dict(zip(keys, said)) for one, _, _, said in outlets if said is not None},
    }


def hall_of(text: str, *pdus: dict[str, Any]) -> HallModel:
    readings = saved_readings.parse_readings({"pdus": list(pdus)}, "monday.json")
    return HallModel(drawing_file.parsed(text, "hall.power.toml"), readings)


def proposed(hall: HallModel, nodes: list[HallNode]) -> Optional[Delays]:
    back = ReturnModel(hall)
    return proposal(hall, back, nodes, back.orders(nodes))


def verdicts(found: ReturnOutcome) -> dict[str, Verdict]:
    return {one.machine: one.verdict for one in found.machines}


def breaker(found: ReturnOutcome, name: str) -> BreakerBack:
    return next(one for one in found.breakers if one.name == name)


ON, LATER, OFF, LAST = ["on", 0, 0], ["on", 30, 30], ["off", 0, None], ["last", 5, 5]


def one_side(state: str, said: Optional[list[Any]], amps: float = 1.01) -> ReturnOutcome:
    """A machine with one cord, after the power came back."""
    hall = hall_of(drawing(machine("srv", "left/1")), pdu("left", ("1", state, amps, said)))
    return ReturnModel(hall).rehearse([A], [])


# ---- what an outlet does -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state, said, verdict, reason",
    [
        ("on", ON, Verdict.COMES, ""),
        ("on", OFF, Verdict.STAYS_DARK, "left/1 is set to stay off when power comes back"),
        ("on", LAST, Verdict.COMES, ""),
        ("off", LAST, Verdict.STAYS_DARK, "left/1 was off, and takes the state that it had"),
        ("unknown", LAST, Verdict.CANNOT_SAY, "its state before was not read"),
        ("on", None, Verdict.CANNOT_SAY, "what it does when power comes back was not read"),
        ("on", ["", 0, None], Verdict.CANNOT_SAY, "when power comes back was not read"),
    ],
)
def test_a_machine_comes_back_if_its_outlet_does(
    state: str, said: Optional[list[Any]], verdict: Verdict, reason: str
) -> None:
    (found,) = one_side(state, said, 0.0 if state == "off" else 1.01).machines
    assert found.verdict is verdict and reason in found.reason


@pytest.mark.parametrize("delay", [[3, 9], [3, 3], [3, None]])
def test_it_comes_back_within_the_interval_of_its_delay(delay: list[Any]) -> None:
    outcome = one_side("on", ["on", *delay])
    (found,) = outcome.machines
    assert found.verdict is Verdict.COMES
    assert [found.earliest_s, found.latest_s] == delay
    assert bounds(outcome, "left/L1") == (0.96, 1.07)


def test_a_cord_that_kept_its_power_is_not_sure_on_a_breaker_that_may_trip() -> None:
    """It needs both cords, and the one on feed B hangs on 30 A with 16."""
    text = drawing(
        machine("srv", "left/1", "right/1", more="needs = 2")
        + machine("big", "right/2", more="peak_a = 30")
    )
    read = (
        pdu("left", ("1", "on", 1.0, ON)),
        pdu("right", ("1", "on", 1.0, ON), ("2", "on", 12.0, ON)),
    )
    found = ReturnModel(hall_of(text, *read)).rehearse([A], [])
    assert verdicts(found) == dict.fromkeys(("srv", "big"), Verdict.CANNOT_SAY)
    assert found.machines[0].reason == "right/1: right/L1 may trip"
    # srv starts on the breaker that fed big all the time
    assert found.machines[1].reason == "right/2: it had power, and right/L1 may trip"
    assert {one.name for one in found.breakers} == {"left/L1", "right/L1"}


@pytest.mark.parametrize("is_metered", [True, False])
def test_a_machine_that_lived_on_is_not_judged_by_the_load_that_the_return_takes_away(
    is_metered: bool,
) -> None:
    """Both may trip with the whole load; the right one carries that until the left is back."""
    amps = 1.51 if is_metered else None
    machines = [machine(f"m{n}", f"left/{n}", f"right/{n}", more="works = true") for n in range(8)]
    sides = [pdu(side, *((str(n), "on", amps, ON) for n in range(8))) for side in ("left", "right")]
    hall = hall_of(drawing("".join(machines)), *sides)
    found = ReturnModel(hall).rehearse([A], [])
    assert found.machines == [] and {one.name for one in found.breakers} == {"left/L1"}
    # if nothing had power, nobody can say it
    both = ReturnModel(hall).rehearse([A, B], [])
    assert {one.verdict for one in both.machines} == {Verdict.CANNOT_SAY}


def test_an_outlet_without_a_relay_has_power_at_once() -> None:
    read = {**pdu("left", ("1", "unknown", 1.0, None)), "metered": True}
    hall = hall_of(drawing(machine("srv", "left/1")), read)
    (found,) = ReturnModel(hall).rehearse([A], []).machines
    assert (found.verdict, found.latest_s) == (Verdict.COMES, 0)


def test_an_outlet_behind_another_pdu_adds_its_delay() -> None:
    text = drawing(machine("srv", "strip/1")) + (
        '\n[[pdu]]\nname = "strip"\ninputs = ["left/1"]\nbreaker_a = 10\n'
    )
    hall = hall_of(
        text, pdu("left", ("1", "on", 1.01, LATER)), pdu("strip", ("1", "on", 1.01, LAST))
    )
    (found,) = ReturnModel(hall).rehearse([A], []).machines
    assert (found.earliest_s, found.latest_s) == (35, 35)


@pytest.mark.parametrize(
    "said, verdict, reason",
    [
        (OFF, Verdict.STAYS_DARK, "what feeds it is still without power"),
        (None, Verdict.CANNOT_SAY, "its state before was not read, or what feeds it is not"),
    ],
)
def test_what_feeds_a_pdu_may_stay_off(
    said: Optional[list[Any]], verdict: Verdict, reason: str
) -> None:
    text = drawing(machine("srv", "strip/1")) + (
        '\n[[pdu]]\nname = "strip"\ninputs = ["left/1"]\nbreaker_a = 10\n'
    )
    hall = hall_of(text, pdu("left", ("1", "on", 1.01, said)), pdu("strip", ("1", "on", 1.01, ON)))
    (found,) = ReturnModel(hall).rehearse([A], []).machines
    assert found.verdict is verdict and reason in found.reason


@pytest.mark.parametrize(
    "left, right, needs, expected",
    [
        # cords of one PDU, what they do; when it has as many as it needs
        (["on", 10, 10], ["on", 30, 30], 1, (Verdict.COMES, 10, 10, "")),
        (["on", 0, 0], ["on", 1, 1], 2, (Verdict.COMES, 0 + 1, 1, "")),
        (
            ["on", 0, 5],
            ["on", 3, 30],
            2,
            (
                Verdict.CANNOT_SAY,
                3,
                30,
                "one cord may come at 0 s, the 2 that it needs at 30 s",
            ),
        ),
        (
            ["on", 0, 0],
            ["on", 0, None],
            2,
            (
                Verdict.CANNOT_SAY,
                0,
                None,
                "nobody knows when the 2 cords that it needs have power",
            ),
        ),
        # the first cord comes, and the second does not
        (ON, OFF, 2, (Verdict.STAYS_DARK, 0, None, "left/2 is set to stay off when power comes")),
    ],
)
def test_when_a_machine_has_the_cords_that_it_needs(
    left: list[Any], right: list[Any], needs: int, expected: tuple[Verdict, float, Any, str]
) -> None:
    text = drawing(machine("srv", "left/1", "left/2", more=f"needs = {needs}"))
    hall = hall_of(text, pdu("left", ("1", "on", 2.01, left), ("2", "on", 2.01, right)))
    (found,) = ReturnModel(hall).rehearse([A], []).machines
    verdict, earliest_s, latest_s, reason = expected
    assert (found.verdict, found.earliest_s, found.latest_s) == (verdict, earliest_s, latest_s)
    assert found.reason.startswith(reason) and bool(found.reason) is bool(reason)


def test_a_second_cord_on_a_line_does_not_change_its_load() -> None:
    text = drawing(machine("srv", "left/1", "left/2"))
    read = pdu("left", ("1", "on", 1.01, ON), ("2", "on", 1.01, LATER))
    found = ReturnModel(hall_of(text, read)).rehearse([A], [])
    assert bounds(found, "left/L1") == (1.91, 2.14)


def test_a_cord_on_a_breaker_that_may_trip_does_not_say_when_a_machine_comes() -> None:
    """The left one comes at 10 s and may be lost again; the right one surely has at 30 s."""
    text = drawing(
        machine("srv", "left/1", "right/1") + machine("big", "left/2", more="peak_a = 20")
    )
    at_10, at_30 = ["on", 10, 10], ["on", 30, 30]
    read = (
        pdu("left", ("1", "on", 1.01, at_10), ("2", "on", 12.01, ON)),
        pdu("right", ("1", "on", 1.01, at_30)),
    )
    found = ReturnModel(hall_of(text, *read)).rehearse([A, B], []).machines[0]
    assert (found.verdict, found.earliest_s, found.latest_s) == (Verdict.COMES, 10, 30)


def test_why_a_machine_stays_dark_or_cannot_be_decided() -> None:
    text = drawing(machine("srv", "right/1", "left/1"))
    read = pdu("left", ("1", "on", 1.01, OFF)), pdu("right", ("1", "on", 1.01, ON))
    # B is still gone, which is not why the left cord is
    (found,) = ReturnModel(hall_of(text, *read)).rehearse([A], [B]).machines
    assert found.reason == "left/1 is set to stay off when power comes back"
    # a line of a PDU that has power is still open
    lines = text.replace("breaker_a = 16\n", 'breaker_a = 16\noutlets = ["1"]\n', 1)
    second = '[[pdu.line]]\nname = "L2"\noutlets = ["2"]\n[[pdu]]\nname = "right"'
    lines = lines.replace('[[pdu]]\nname = "right"', second)
    gone = [HallNode.breaker("left", "L1"), B]
    (found,) = ReturnModel(hall_of(lines, *read)).rehearse([A], gone).machines
    assert found.reason == "what feeds it is still without power"
    # a supply that carried nothing may be dead
    text = drawing(machine("srv", "left/1", more="peak_a = 3"))
    idle = hall_of(text, pdu("left", ("1", "on", 0.0, ON)))
    (found,) = ReturnModel(idle).rehearse([A], []).machines
    assert found.reason == "left/1: its outlet is on and carries nothing"


# ---- together, and one first ---------------------------------------------------------------------


def two_sides(left: list[Any], right: list[Any], needs: int = 1, amps: float = 2.01) -> HallModel:
    text = drawing(machine("srv", "left/1", "right/1", more=f"needs = {needs}"))
    return hall_of(
        text, pdu("left", ("1", "on", amps, left)), pdu("right", ("1", "on", amps, right))
    )


def test_a_machine_that_needs_both_sides_comes_up_before_what_it_needs() -> None:
    (found,) = ReturnModel(two_sides(ON, LATER, needs=2)).rehearse([A, B], []).machines
    assert found.verdict is Verdict.EARLY
    assert found.reason == "one cord at 0 s, the 2 that it needs at 30 s"
    # two controllers do not start within the same second
    (alike,) = ReturnModel(two_sides(LATER, LATER, needs=2)).rehearse([A, B], []).machines
    assert alike.verdict is Verdict.CANNOT_SAY and "2 PDUs, whose controllers" in alike.reason
    text = drawing(machine("srv", "left/1", "left/2", more="needs = 2"))
    one_pdu = hall_of(text, pdu("left", ("1", "on", 2.01, LATER), ("2", "on", 2.01, LATER)))
    (alike,) = ReturnModel(one_pdu).rehearse([A], []).machines
    assert alike.verdict is Verdict.COMES


def test_two_feeds_are_rehearsed_together_and_each_first() -> None:
    together, first, second = ReturnModel(two_sides(ON, OFF)).orders([A, B])
    assert (together.returns, together.outages) == ([A, B], [])
    assert (first.returns, first.outages) == ([A], [B])
    assert verdicts(first) == {"srv": Verdict.COMES}
    assert verdicts(second) == {"srv": Verdict.STAYS_DARK}


# ---- what trips ----------------------------------------------------------------------------------


def full(count: int, amps: float, said: list[Any], rating: int = 16) -> HallModel:
    """So many machines with one cord each on one PDU."""
    machines = "".join(machine(f"srv-{n}", f"left/{n}") for n in range(1, count + 1))
    outlets = [(str(n), "on", amps, said) for n in range(1, count + 1)]
    return hall_of(drawing(machines, rating), pdu("left", *outlets))


def test_what_is_far_above_its_rating_trips_and_leaves_all_behind_it_dark() -> None:
    found = ReturnModel(full(10, 3.01, ON)).rehearse([A], [])
    assert breaker(found, "left/L1").trips and found.level == 1
    assert set(verdicts(found).values()) == {Verdict.STAYS_DARK}
    assert found.machines[0].reason == "left/1: left/L1 trips"


def test_an_overload_begins_when_the_load_has_grown_so_far() -> None:
    machines = "".join(machine(f"srv-{n}", f"left/{n}") for n in range(1, 11))
    outlets = [(str(n), "on", 2.01, ["on", 10.0 * n, 10.0 * n]) for n in range(1, 11)]
    hall = hall_of(drawing(machines), pdu("left", *outlets))
    one = breaker(ReturnModel(hall).rehearse([A], []), "left/L1")
    # seven machines of 2.12 A (a meter of 0.01 A, and 5 %) are within 16 A, eight are not
    assert one.trips_from_s == 80 and not one.trips
    assert one.why == "from 80 s on"
    assert replace(one, fit=one.fit._replace(reason="too much")).why == "too much, from 80 s on"


def test_many_outlets_in_one_moment_get_delays_though_their_load_fits() -> None:
    at_once = full(12, 0.51, ON)
    found = ReturnModel(at_once).rehearse([A], [])
    assert breaker(found, "left/L1").fit.word == FITS
    assert set(verdicts(found).values()) == {Verdict.COMES}
    (finding,) = findings(at_once, [found])
    assert finding == Finding(
        "close-together",
        "left/L1",
        "12 outlets close in the same moment on one 16 A breaker",
    )
    delays = proposed(at_once, [A])
    assert delays is not None and delays.mended == ["left/L1"] and not delays.left
    assert delays.pdus["left"][:3] == [("1", 0), ("2", 2), ("3", 4)]


def test_no_delay_mends_an_overload() -> None:
    hall = full(10, 3.01, ON)
    delays = proposed(hall, [A])
    assert delays is not None and delays.left == ["left/L1"] and not delays.mended


def test_nothing_is_proposed_where_all_fits() -> None:
    hall = full(4, 1.01, ON)
    assert proposed(hall, [A]) is None
    assert ReturnModel(hall).rehearse([A], []).level == 0


def test_the_cords_of_a_machine_get_one_delay() -> None:
    machines = "".join(machine(f"srv-{n}", f"left/{n}", f"right/{n}") for n in range(1, 13))
    sides = [
        pdu(side, *((str(n), "on", 0.51, ON) for n in range(1, 13))) for side in ("left", "right")
    ]
    hall = hall_of(drawing(machines), *sides)
    delays = proposed(hall, [A, B])
    assert delays is not None and delays.pdus["left"] == delays.pdus["right"]


def test_the_highest_that_was_ever_metered_counts_unless_the_owner_knows_more() -> None:
    hall = full(4, 1.01, ON)
    busy = full(4, 4.51, ON).readings
    assert breaker(ReturnModel(hall, [busy]).rehearse([A], []), "left/L1").load.high > 18
    known = full(4, 1.01, ON)
    text = drawing(machine("srv", "left/1", more="peak_a = 9"))
    peak = hall_of(text, pdu("left", ("1", "on", 1.01, ON)))
    assert breaker(ReturnModel(peak).rehearse([A], []), "left/L1").load.high == 9
    assert breaker(ReturnModel(known).rehearse([A], []), "left/L1").load.high < 5


def test_a_machine_that_was_off_when_it_was_read_may_draw_anything() -> None:
    found = one_side("off", ON, 0.0)
    one = breaker(found, "left/L1")
    assert one.load.high == float("inf") and one.fit.word == CANNOT_SAY


# ---- the bounds of a load ------------------------------------------------------------------------


def bounds(found: ReturnOutcome, name: str) -> tuple[float, float]:
    load = breaker(found, name).load
    return round(load.low, 2), round(load.high, 2)


def test_the_bounds_of_what_machines_and_others_draw() -> None:
    hall = hall_of(drawing(machine("srv", "left/1")), pdu("left", ("1", "on", 1.01, ON)))
    idle = full(1, 0.0, ON).readings
    # a reading while it did not run says nothing, and hides no later one
    running = full(1, 2.01, ON).readings
    found = ReturnModel(hall, [idle, running]).rehearse([A], [])
    assert bounds(found, "left/L1") == (0.96, 2.12)
    assert breaker(found, "left/L1").load.likely == pytest.approx((0.96 + 2.12) / 2, abs=0.01)
    # what nobody drew may be there or not
    text = drawing(machine("srv", "left/1"))
    outlets = ("1", "on", 1.01, ON), ("2", "on", 3.01, ON)
    found = ReturnModel(hall_of(text, pdu("left", *outlets))).rehearse([A], [])
    assert bounds(found, "left/L1") == (0.96, 4.24)
    assert breaker(found, "left/L1").load.likely == pytest.approx(
        (0.98 + 1.07 + 3.17) / 2, abs=0.01
    )
    unread = pdu("left", outlets[0], ("2", "on", None, ON))
    found = ReturnModel(hall_of(text, unread)).rehearse([A], [])
    assert bounds(found, "left/L1")[1] == float("inf")
    # one of two cords is not metered
    text = drawing(machine("srv", "left/1", "left/2"))
    found = ReturnModel(hall_of(text, unread)).rehearse([A], [])
    assert bounds(found, "left/L1") == (0.0, float("inf"))


def test_a_machine_that_never_lost_power_keeps_its_load() -> None:
    text = drawing(machine("srv", "left/1", "right/1", more="needs = 2") + machine("b", "right/2"))
    read = (
        pdu("left", ("1", "on", 1.01, ON)),
        pdu("right", ("1", "on", 1.01, ON), ("2", "on", 4.01, ON)),
    )
    found = ReturnModel(hall_of(text, *read)).rehearse([A], [])
    # srv may draw all of its current through either cord
    assert bounds(found, "right/L1") == (3.81, 6.36)


@pytest.mark.parametrize(
    "returned, needs, expected",
    [
        # where a machine starts, and lines that have power again
        ([A], 1, ["left/L1"]),
        ([A], 2, ["left/L1", "right/L1"]),
        ([A, B], 1, ["left/L1", "right/L1"]),
    ],
)
def test_the_breakers_that_a_return_loads(
    returned: list[HallNode], needs: int, expected: list[str]
) -> None:
    found = ReturnModel(two_sides(ON, ON, needs)).rehearse(returned, [])
    assert sorted({one.name for one in found.breakers}) == expected


@pytest.mark.parametrize(
    "peaks, trips_from_s",
    [
        # 16 A hold for good; what is above them counts from when it is
        ((16, 0.0), None),
        ((16, 0.01), 30.0),
        ((17, 0.0), 0.0),
    ],
)
def test_since_when_a_breaker_may_trip(
    peaks: tuple[float, float], trips_from_s: Optional[float]
) -> None:
    machines = [
        machine(f"m{n}", f"left/{n}", more=f"peak_a = {peak}") for n, peak in enumerate(peaks, 1)
    ]
    read = pdu("left", ("1", "on", 1.01, ON), ("2", "on", 0.01, LATER))
    hall = hall_of(drawing("".join(machines)), read)
    one = breaker(ReturnModel(hall).rehearse([A], []), "left/L1")
    assert one.trips_from_s == trips_from_s


def test_a_breaker_without_a_rating_may_trip_if_it_carries_anything() -> None:
    text = drawing(machine("srv", "left/1", more="peak_a = 0.5")).replace("breaker_a = 16\n", "")
    read = pdu("left", ("1", "on", 0.3, ON))
    found = ReturnModel(hall_of(text, read)).rehearse([A, B], [])
    since = {one.name: one.trips_from_s for one in found.breakers}
    assert since == {"left/L1": 0.0, "right/L1": None}


@pytest.mark.parametrize(
    "delays, together",
    [
        # what begins within a second is one moment
        ((0, 0, 0.5, 1, 30), 3),
        ((0, 10, 20, 30, 40), 1),
    ],
)
def test_the_most_that_close_in_one_moment(delays: tuple[float, ...], together: int) -> None:
    machines = "".join(machine(f"m{n}", f"left/{n}") for n in range(len(delays)))
    outlets = [(str(n), "on", 0.51, ["on", at, at]) for n, at in enumerate(delays)]
    hall = hall_of(drawing(machines), pdu("left", *outlets))
    one = breaker(ReturnModel(hall).rehearse([A], []), "left/L1")
    assert one.together == together
    # one that closes nobody knows when is in no known moment
    assert breaker(one_side("on", ["on", 0, None]), "left/L1").together == 0


# ---- what lived ----------------------------------------------------------------------------------


def below_one_line(
    machines: str, *right: tuple[str, str, Optional[float], Optional[list[Any]]]
) -> HallModel:
    """Both PDUs below one line of 16 A, each on a line of its own. `big` starts on the left one."""
    text = 'standard = "IEC 60898-1"\n[[feed]]\nname = "A"\n[[panel]]\nname = "M"\ninputs = ["A"]\n'
    text += '[[panel.line]]\nname = "row"\nbreaker_a = 16\nphases = 1\n'
    text += '[[panel]]\nname = "P"\ninputs = ["M/row"]\n'
    for line in ("w1", "w2"):
        text += f'[[panel.line]]\nname = "{line}"\nbreaker_a = 63\nphases = 1\n'
    for side, line in (("left", "w1"), ("right", "w2")):
        text += f'[[pdu]]\nname = "{side}"\ninputs = ["P/{line}"]\n'
        text += '[[pdu.line]]\nname = "L1"\nbreaker_a = 63\n'
    text += '[[feed]]\nname = "B"\n[[pdu]]\nname = "calm"\ninputs = ["B"]\nbreaker_a = 63\n'
    calm = [("1", "on", 1.01, ON), ("2", "on", 1.01, ON)]
    return hall_of(
        text + machines,
        pdu("left", ("1", "on", 30.01, ON)),
        pdu("right", *right),
        pdu("calm", *calm),
    )


def test_a_return_that_surely_trips_a_line_leaves_dark_what_lived_below_it() -> None:
    machines = (
        machine("calm", "calm/1")
        + machine("srv", "right/1")
        + machine("both", "calm/2", "right/2", more="needs = 2")
        + machine("off", "right/3")
        + machine("big", "left/1")
    )
    read = ("1", "on", 1.01, ON), ("2", "on", 1.01, ON), ("3", "off", 0.0, ON)
    hall = below_one_line(machines, *read)
    found = ReturnModel(hall).rehearse([HallNode.breaker("P", "w1")], [])
    assert {one.machine: (one.verdict, one.reason) for one in found.machines} == {
        "srv": (Verdict.STAYS_DARK, "right/1: it had power, and M/row trips"),
        "both": (Verdict.STAYS_DARK, "right/2: it had power, and M/row trips"),
        "big": (Verdict.STAYS_DARK, "left/1: M/row trips"),
    }


BACK = one_side("on", ON)


@pytest.mark.parametrize(
    "verdict, fits, trips, level",
    [
        (Verdict.COMES, FITS, False, 0),
        (Verdict.CANNOT_SAY, FITS, False, 2),
        (Verdict.COMES, CANNOT_SAY, False, 2),
        (Verdict.STAYS_DARK, FITS, False, 1),
        (Verdict.EARLY, FITS, False, 1),
        (Verdict.COMES, OVERLOADS, False, 1),
        (Verdict.COMES, FITS, True, 1),
    ],
)
def test_the_level_is_that_of_the_worst(
    verdict: Verdict, fits: str, trips: bool, level: int
) -> None:
    (one,) = BACK.breakers
    other = replace(one, fit=LoadVerdict(fits), trips=trips)
    machines = [BACK.machines[0], BACK.machines[0]._replace(verdict=verdict)]
    assert BACK._replace(machines=machines, breakers=[one, other]).level == level


# ---- findings ------------------------------------------------------------------------------------


def test_cords_that_differ_are_found() -> None:
    hall = two_sides(ON, OFF)
    (found,) = findings(hall, [])
    assert found == Finding(
        "cords-differ", "srv", "its cords differ: left/1: on after 0 s, right/1: stays off"
    )
    (late,) = findings(two_sides(ON, LATER), [])
    assert late.what == "its cords differ: left/1: on after 0 s, right/1: on after 30 s"
    assert findings(two_sides(ON, ["on", 4, 4]), []) == []


def test_outlets_that_were_not_read_are_found() -> None:
    hall = hall_of(drawing(machine("srv", "left/1")), pdu("left", ("1", "on", 1.01, None)))
    (found,) = findings(hall, [])
    assert found == Finding(
        "not-read", "left", "what 1 of its outlets do when power comes back was not read"
    )


# ---- the command ---------------------------------------------------------------------------------


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, hall: HallModel, *words: str
) -> tuple[int, str]:
    kept = folder / "monday.json"
    if not kept.exists():
        saved_readings.save(str(kept), hall.readings)
    argv = ["rehearse", str(folder / "hall.power.toml"), "--readings", str(kept), *words]
    code = root.run(argv)
    return code, capsys.readouterr().out


def test_the_command_shows_the_timeline_and_the_delays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hall = full(12, 0.51, ON)
    machines = "".join(machine(f"srv-{n}", f"left/{n}") for n in range(1, 13))
    (tmp_path / "hall.power.toml").write_text(drawing(machines))
    code, out = run(capsys, tmp_path, hall, "--return", "feed:A")
    assert code == 0
    shown = [line.split() for line in out.splitlines()]
    assert out.startswith("Power comes back to feed:A: 12 of 12 machines come back")
    assert ["left", "0.0", "0.0", "1,", "2,"] in [line[:5] for line in shown]
    assert "With these delays left/L1 fit; set them on each PDU's page." in out
    assert ["left", "1:", "0", "s,", "2:", "2", "s,"] in [line[:7] for line in shown]
    assert out.index("With these delays") > out.index("Timeline:")
    code, out = run(capsys, tmp_path, hall, "--return", "feed:A", "--json")
    found = json.loads(out)
    assert (code, found["level"]) == (0, 0)
    (one,) = found["returns"]
    assert one["breakers"][0]["together"] == 12
    assert one["steps"][0]["pdu"] == "left" and len(one["steps"][0]["outlets"]) == 12


def test_the_page_has_both_orders_and_nothing_unescaped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = drawing(machine("<b>srv", "left/1", "right/1") + machine("slow", "left/2"))
    (tmp_path / "hall.power.toml").write_text(text)
    hall = hall_of(
        text,
        pdu("left", ("1", "on", 9.01, ON), ("2", "on", 4.01, LATER)),
        pdu("right", ("1", "on", 9.01, LATER)),
    )
    page = tmp_path / "back.html"
    words = ["--return", "feed:A", "--return", "feed:B", "--html", str(page)]
    assert run(capsys, tmp_path, hall, *words)[0] == 1
    shown = page.read_text("utf-8")
    assert "Power comes back to feed:A and feed:B" in shown
    assert "Power comes back to feed:B, feed:A stays without" in shown
    assert "&lt;b&gt;srv" in shown and "<b>" not in shown and "<script" not in shown
    assert "Findings" in shown and "Not known" in shown


@pytest.mark.parametrize(
    "words",
    [
        ["--return", "feed:A", "--fail", "feed:A"],
        ["--fail", "feed:A", "--metered", "monday.json"],
        ["--return", "feed:X"],
        ["--return", "feed:A", "--each"],
    ],
)
def test_contradictory_words_are_refused(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hall = full(1, 0.51, ON)
    (tmp_path / "hall.power.toml").write_text(drawing(machine("srv-1", "left/1")))
    code, _ = run(capsys, tmp_path, hall, *words)
    assert code == 2


# ---- what nobody drew, or drew in part -----------------------------------------------------------


def test_what_nobody_drew_may_draw_all_of_it_through_the_side_that_returns_first() -> None:
    text = drawing(machine("srv", "left/1", "right/1"), breaker_a=6)
    text = text.replace('inputs = ["A"]', 'inputs = ["A"]\nrack = "r"')
    text = text.replace('inputs = ["B"]', 'inputs = ["B"]\nrack = "r"')
    sides = [pdu(s, ("1", "on", 0.51, ON), ("2", "on", 3.01, ON)) for s in ("left", "right")]
    found = ReturnModel(hall_of(text, *sides)).rehearse([A], [B])
    later = pdu("right", ("1", "on", 0.51, ON), ("2", "on", 3.01, LATER))
    # one machine with a cord on 2 of each side draws 6 A
    assert breaker(found, "left/L1").load.high > 7.0
    assert breaker(found, "left/L1").fit.word != FITS
    # the same until the other side has closed, too
    both = ReturnModel(hall_of(text, sides[0], later)).rehearse([A, B], [])
    assert breaker(both, "left/L1").load.high > 7.0


def test_a_load_without_a_bound_may_become_more_and_endanger_what_lived_on() -> None:
    """`two` needs both sides and starts with B; nobody meters what it and `one` draw from A."""
    machines = machine("one", "left/1", "right/1", more="works = true")
    machines += machine("two", "left/2", "right/2", more="needs = 2\nworks = true")
    left = pdu("left", ("1", "on", None, ON), ("2", "on", None, ON))
    right = pdu("right", ("1", "on", 2.01, ON), ("2", "on", 9.01, ON))
    found = ReturnModel(hall_of(drawing(machines), left, right)).rehearse([B], [])
    assert verdicts(found)["one"] is Verdict.CANNOT_SAY


def test_a_line_that_may_not_be_the_one_is_not_said_to_fit() -> None:
    """A PDU that names no line of its panel: its current is at the panel's unnamed line."""
    text = drawing(machine("srv", "left/1")).replace('inputs = ["A"]', 'inputs = ["P"]')
    text += '[[panel]]\nname = "P"\ninputs = ["A"]\n[[panel.line]]\nname = "w0"\nbreaker_a = 16\n'
    found = ReturnModel(hall_of(text, pdu("left", ("1", "on", 8.01, ON)))).rehearse([A], [])
    assert [one.name for one in found.breakers] == ["P, the line of left", "left/L1"]


def test_a_machine_that_starts_loads_what_it_may_have_loaded_before() -> None:
    """`two` needs two supplies of its four, and one of those on A may be dead: perhaps it ran."""
    machines = machine("one", "left/1", "right/1")
    machines += machine("two", "left/2", "right/2", "left/3", "right/3", more="needs = 2")
    left = pdu("left", ("1", "on", 1.01, ON), ("2", "on", 3.01, ON), ("3", "on", 0.14, ON))
    right = pdu("right", ("1", "on", 1.01, ON), ("2", "on", 3.01, ON), ("3", "on", 3.01, ON))
    hall = hall_of(drawing(machines, breaker_a=5), left, right)
    found = ReturnModel(hall).rehearse([B], [])
    # 1 A of `one`, and any part of what `two` draws, on 5 A
    assert verdicts(found)["one"] is Verdict.CANNOT_SAY
    assert breaker(found, "left/L1").trips_from_s is not None


@pytest.mark.parametrize("said, verdict", [(LATER, Verdict.CANNOT_SAY), (ON, None)])
def test_an_outlet_that_closes_later_saves_nobody(
    said: list[Any], verdict: Optional[Verdict]
) -> None:
    """`two` starts at once and may trip the line that feeds `one`."""
    machines = machine("one", "left/1", "right/1", more="works = true")
    machines += machine("two", "left/2", "right/2", "left/3", "right/3", more="needs = 2")
    left = pdu("left", ("1", "on", 1.01, ON), ("2", "on", 3.01, ON), ("3", "on", 0.14, ON))
    right = pdu("right", ("1", "on", 1.01, said), ("2", "on", 3.01, ON), ("3", "on", 3.01, ON))
    before, five, after = drawing(machines, breaker_a=5).rpartition("breaker_a = 5")
    hall = hall_of(f"{before}{five}0{after}", left, right)
    outcome = ReturnModel(hall).rehearse([B], [])
    assert verdicts(outcome).get("one") is verdict


def test_what_a_line_that_lived_leaves_to_others_counts() -> None:
    """`big` starts and may trip the line that fed `one`, whose other living cord is on `third`."""
    text = drawing(
        machine("one", "left/1", "third/1", "right/1")
        + machine("big", "left/2", "right/2", more="needs = 2")
        + machine("two", "third/2")
    )
    text += '[[pdu]]\nname = "third"\ninputs = ["A"]\n[[pdu.line]]\nname = "L1"\nbreaker_a = 7\n'
    left = pdu("left", ("1", "on", 2.01, ON), ("2", "on", 9.01, ON))
    right = pdu("right", ("1", "on", 2.01, ON), ("2", "on", 9.01, ON))
    third = pdu("third", ("1", "on", 2.01, ON), ("2", "on", 2.01, ON))
    found = ReturnModel(hall_of(text, left, right, third)).rehearse([B], [])
    # 6 A of `one` and 2 A of `two` on 7 A
    assert verdicts(found)["two"] is Verdict.CANNOT_SAY


def test_the_highest_counts_though_a_state_was_not_read() -> None:
    text = drawing(machine("srv", "left/1"))
    peak = pdu("left", ("1", "unknown", 4.01, None))
    metered = saved_readings.parse_readings({"pdus": [peak]}, "peak.json")
    hall = hall_of(text, pdu("left", ("1", "on", 1.01, ON)))
    found = ReturnModel(hall, [metered]).rehearse([A], [])
    assert breaker(found, "left/L1").load.high > 4.0


def test_a_supply_whose_machine_does_not_run_draws_what_its_filter_does() -> None:
    """A cord of `srv` stays off; its dead supply beside it still draws 0.2 A."""
    machines = machine("srv", "left/1", "left/2", more="needs = 2") + machine("two", "left/3")
    left = pdu("left", ("1", "on", 2.01, OFF), ("2", "on", 0.2, ON), ("3", "on", 1.01, ON))
    found = ReturnModel(hall_of(drawing(machines), left)).rehearse([A], [])
    assert 1.21 < breaker(found, "left/L1").load.high < 1.4


def test_a_machine_that_needs_one_cord_adds_nothing_to_a_line_that_fed_it() -> None:
    """Nobody meters B, and `one` may have a dead supply there: then it draws nothing there."""
    machines = machine("one", "left/1", "right/1")
    machines += machine("two", "left/2", "right/2", more="works = true")
    left = pdu("left", ("1", "on", 9.01, ON), ("2", "on", 9.01, ON))
    right = pdu("right", ("1", "on", None, ON), ("2", "on", None, ON))
    found = ReturnModel(hall_of(drawing(machines), left, right)).rehearse([A], [])
    assert [*verdicts(found)] == ["one"]
    assert {each.name for each in found.breakers} == {"left/L1"}
