"""What `pdu cycle-hall` asks before a cord is switched off, and of the meters of a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

import pytest

from pdu.hall.cycle.step_loads import StepLoads
from pdu.hall.cycle.steps import (
    CycleStep,
    Mode,
    SkippedCord,
    least_remaining_current,
    obstacle,
    pdu_reading,
    plan_steps,
    redundancy_problem,
)
from pdu.hall.failure.rehearsal import Hall
from pdu.hall.walk.verdicts import CordNow, Now
from pdu.pdus.reading import PolledOutlet
from pdu.pdus.saved_readings import HallReadings, MeasuredPdu
from pdu.pdus.states import DOWN, UNKNOWN, UP
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord, Machine
from pdu.site.machines.meters import MeteredLoad
from pdu_common.helper import EnumPowerStatus

LEFT, RIGHT, THIRD = (Cord(name, "1") for name in ("left", "right", "third"))
PAIR, THREE = (LEFT, RIGHT), (LEFT, RIGHT, THIRD)


class Shown:
    """What outlet 1 of a PDU shows, and outlet 2, where nothing of the drawing is."""

    def __init__(
        self,
        current_a: Optional[float] = 2.0,
        state: EnumPowerStatus = UP,
        power_w: Optional[float] = None,
        error: str = "",
        neighbour_a: Optional[float] = 0.0,
        is_metered: bool = False,
    ) -> None:
        outlets = {
            "1": PolledOutlet("1", state, current_a=current_a, power_w=power_w),
            "2": PolledOutlet("2", UP, current_a=neighbour_a),
        }
        self.pdu = MeasuredPdu({} if error else outlets, error=error, metered=is_metered)


def hall(
    *shown: Shown,
    breakers_a: Sequence[Optional[float]] = (16.0, 16.0, 16.0),
    more: str = "",
    cords: Sequence[Cord] = PAIR,
) -> Hall:
    """The machine `m` on PDUs left, right and so on, of one line each. 80 % of its rating may be
    planned.
    """
    text = '[[feed]]\nname = "A"\n'
    for cord, breaker_a in zip(cords, breakers_a):
        text += f'[[pdu]]\nname = "{cord.pdu}"\ninputs = ["A"]\n'
        text += '[[pdu.line]]\nname = "L1"\noutlets = ["1", "2"]\n'
        text += "" if breaker_a is None else f"breaker_a = {breaker_a}\n"
    names = ", ".join(f'"{cord}"' for cord in cords)
    text += f'[[machine]]\nname = "m"\ncords = [{names}]\n{more}'
    pdus = {cord.pdu: one.pdu for cord, one in zip(cords, shown)}
    return Hall(drawing_file.parsed(text, "hall.power.toml"), HallReadings(pdus))


def planned(
    made: Hall, mode: Mode, reasons: Optional[Mapping[str, str]] = None
) -> tuple[list[CycleStep], list[tuple[Optional[Cord], str]]]:
    found = plan_steps(made, mode, made.drawing.machines.values(), reasons)
    return list(found.steps), [(one.cord, one.reason) for one in found.refusals]


def refused(made: Hall, mode: Mode = Mode.ONE_FEED) -> str:
    """Why the first cord, or all, may not be switched off."""
    cords = PAIR[:1] if mode is Mode.ONE_FEED else PAIR
    return obstacle(made, mode, made.drawing.machines["m"], cords)


# ---- the planner ---------------------------------------------------------------------------------


def test_steps_are_numbered_and_a_refusal_names_the_cord_with_one_feed_alone() -> None:
    more = '[[machine]]\nname = "n"\ncords = ["left/2", "right/2"]\n'
    made = hall(Shown(neighbour_a=0.0), Shown(neighbour_a=1.0), more=more)
    steps, refusals = planned(made, Mode.ONE_FEED)
    places = [(LEFT, "m"), (RIGHT, "m"), (Cord("left", "2"), "n")]
    assert steps == [CycleStep(n, name, (cord,)) for n, (cord, name) in enumerate(places, 1)]
    assert str(steps[0]) == "m: left/1"
    assert [cord for cord, _ in refusals] == [Cord("right", "2")]
    steps, refusals = planned(hall(Shown(state=UNKNOWN), Shown()), Mode.BOTH_FEEDS)
    assert (steps, refusals) == ([], [(None, "left/1: its outlet's state is not known")])


@pytest.mark.parametrize("mode", Mode)
def test_a_protected_machine_is_refused_once_and_the_next_is_not(mode: Mode) -> None:
    more = 'protected = true\n[[machine]]\nname = "n"\ncords = ["left/2", "right/2"]\n'
    made = hall(Shown(neighbour_a=1.0), Shown(neighbour_a=1.0), more=more)
    found = plan_steps(made, mode, made.drawing.machines.values())
    assert found.refusals == [SkippedCord("m", None, "it is protected")]
    assert {step.machine for step in found.steps} == {"n"}
    assert refused(made, mode) == "it is protected"


def test_with_meters_the_cords_that_carry_go_off_first() -> None:
    made = hall(Shown(0.0), Shown(2.0))
    (step,), _ = planned(made, Mode.BOTH_FEEDS)
    assert step.cords == (LEFT, RIGHT)
    (step,), _ = planned(made, Mode.BOTH_FEEDS, {})
    assert step.cords == (RIGHT, LEFT)


def test_a_cord_that_is_off_gets_no_step_and_a_machine_that_is_off_neither() -> None:
    (step,), _ = planned(hall(Shown(0.0, DOWN), Shown(), Shown(), cords=THREE), Mode.BOTH_FEEDS)
    assert step.cords == (RIGHT, THIRD)
    steps, refusals = planned(hall(Shown(0.0, DOWN), Shown(0.0, DOWN)), Mode.BOTH_FEEDS)
    assert (steps, refusals) == ([], [(None, "left/1: its outlet is off")])


@pytest.mark.parametrize(
    "shown, reasons, is_refused",
    [
        (Shown(None), {}, True),
        (Shown(None, power_w=460.0), {}, False),
        (Shown(2.0), {}, False),
        (Shown(None), None, False),
    ],
)
def test_what_the_meters_shall_prove_has_a_figure(
    shown: Shown, reasons: Optional[Mapping[str, str]], is_refused: bool
) -> None:
    steps, refusals = planned(hall(shown, cords=PAIR[:1]), Mode.BOTH_FEEDS, reasons)
    why = "left/1: no current is known of this outlet: --confirm state"
    assert (len(steps), refusals) == ((0, [(None, why)]) if is_refused else (1, []))


# ---- what is asked before a command --------------------------------------------------------------


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    "shown, reason",
    [
        (Shown(0.0, DOWN), "its outlet is off"),
        (Shown(0.0, UNKNOWN), "its outlet's state is not known"),
        (Shown(error="no answer"), "its PDU could not be read (no answer)"),
        (Shown(state=UNKNOWN, is_metered=True), "its PDU only meters, and switches nothing"),
    ],
)
def test_an_outlet_that_is_not_known_to_be_on_is_not_switched(
    mode: Mode, shown: Shown, reason: str
) -> None:
    assert refused(hall(shown, Shown()), mode) == f"left/1: {reason}"


def test_an_outlet_of_a_pdu_that_is_not_listed_is_not_switched() -> None:
    made = hall(Shown(), Shown())
    lost = Hall(made.drawing, HallReadings({"right": made.readings.pdus["right"]}))
    assert refused(lost) == "left/1: its outlet was not read"


@pytest.mark.parametrize("needs", [1, 2])
def test_with_one_feed_as_many_other_cords_carry_as_the_machine_needs(needs: int) -> None:
    more = f"needs = {needs}\n"
    assert refused(hall(Shown(), Shown(), Shown(), more=more, cords=THREE)) == ""
    one = hall(Shown(), Shown(), Shown(0.0), more=more, cords=THREE)
    assert (refused(one) == "") is (needs == 1)
    if needs == 2:
        assert refused(one).startswith(
            "1 of the other cords surely carry the machine, it needs 2"
            " (third/1: its outlet is on and carries nothing; dead supply"
        )
        off = hall(Shown(), Shown(0.0, DOWN), Shown(), more=more, cords=THREE)
        assert refused(off) == (
            "1 of the other cords surely carry the machine, it needs 2 (right/1: its outlet is off)"
        )
        assert refused(hall(Shown(), Shown(), more=more)) == (
            "the machine needs 2 cords besides it, and has 1"
        )


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    "breaker_a, neighbour_a, reason",
    [
        # 4 A in figures of 0.1 A are up to 4.2 A and, as the current rises by 5 % at most, 4.41 A
        (5.6, 0.0, ""),
        (5.5, 0.0, " up to 4.4 A, limit 4.4 A: above its limit, holds"),
        (4.0, 0.0, " up to 4.4 A, limit 3.2 A: cannot say (the interval crosses its rating)"),
        (2.0, 0.0, " up to 4.4 A, limit 1.6 A: overloads"),
        (None, 0.0, " up to 4.4 A: cannot say (its rating is not known)"),
        (None, None, ": cannot say (its rating is not known)"),
        (
            *(16.0, None),
            ", limit 12.8 A: cannot say (what may come is not bounded: outlets are not metered, or"
            " read no watts)",
        ),
    ],
)
def test_the_load_that_shifts_fits_on_every_breaker(
    mode: Mode, breaker_a: Optional[float], neighbour_a: Optional[float], reason: str
) -> None:
    made = hall(Shown(), Shown(neighbour_a=neighbour_a), breakers_a=[16.0, breaker_a])
    assert refused(made, mode) == (reason and f"the take-over load on right/L1{reason}")


@pytest.mark.parametrize("place", [1, 2])
def test_with_both_feeds_each_of_the_other_cords_could_get_all(place: int) -> None:
    """Of 6 A on three cords, which are up to 6.6 A. The first cord, which is off, gets nothing."""
    breakers = [4.0, 16.0, 16.0]
    for breakers[place], limit in ((8.3, ""), (8.2, "6.6 A, limit 6.6 A: above its limit, holds")):
        made = hall(*[Shown()] * 3, breakers_a=breakers, cords=THREE)
        found = obstacle(made, Mode.BOTH_FEEDS, made.drawing.machines["m"], THREE)
        assert found == (limit and f"the take-over load on {THREE[place].pdu}/L1 up to {limit}")


def test_with_both_feeds_what_stays_on_forbids_the_proof() -> None:
    made = hall(Shown(), Shown(0.0))
    machine = made.drawing.machines["m"]
    assert obstacle(made, Mode.BOTH_FEEDS, machine, PAIR[:1]) == (
        "right/1: its outlet is on and carries nothing, so the machine cannot be proven off"
    )
    made = hall(Shown(), Shown(0.0, DOWN))
    assert obstacle(made, Mode.BOTH_FEEDS, machine, PAIR[:1]) == ""


def test_a_relay_that_may_be_stuck_unseen_could_carry_the_machine() -> None:
    """The idle cord goes off first; if its relay is stuck, it gets the 4 A of the other one."""
    for breaker_a, reason in (
        (5.6, ""),
        (
            5.0,
            "left/1: its outlet is on and carries nothing, so its relay may be stuck unseen;"
            " the take-over load on left/L1 up to 4.4 A, limit 4.0 A: above its limit, holds",
        ),
    ):
        made = hall(Shown(0.0), Shown(4.0), breakers_a=[breaker_a, 16.0])
        assert refused(made, Mode.BOTH_FEEDS) == reason


# ---- while a cord is off -------------------------------------------------------------------------


def cord_now(now: Now, low_a: float = 0.0, high_a: Optional[float] = 0.0) -> CordNow:
    return CordNow(RIGHT, now, low_a, high_a)


def test_the_other_cords_carry_at_least_what_they_did_but_for_3_percent() -> None:
    machine = Machine("m", THREE, needs=1)
    before = [cord_now(Now.CARRIES, 2.0, 2.2), cord_now(Now.CARRIES, 1.0, 1.2)]
    least_a = least_remaining_current(before)
    assert least_a == pytest.approx(2.91)
    for high_a, reason in (
        (1.455, ""),
        (1.45, "the current of its other cords fell to 2.90 A, while it had to rise"),
    ):
        now = [cord_now(Now.CARRIES, 1.0, high_a)] * 2
        assert redundancy_problem(now, machine, 2.91) == reason
        # the cord that is off carried nothing
        assert redundancy_problem(now, machine, None) == ""
    fallen = [cord_now(Now.OFF)]
    assert redundancy_problem(fallen, machine, None) == (
        "0 of the other cords surely carry the machine, it needs 1 (right/1: its outlet is off)"
    )


# ---- the meters of a step ------------------------------------------------------------------------


def step_loads(*looks: Sequence[Optional[float]], watts: bool = True) -> StepLoads:
    """What left, right and third show before the first command, in W if `watts`, else in A. Left is
    switched off at 10 s, and shown off at 20 s.
    """
    made = StepLoads([_look(look, watts) for look in looks], [LEFT], 0.0)
    made.shown_at = 20.0
    return made


def _look(look: Sequence[Optional[float]], watts: bool = True) -> dict[Cord, MeteredLoad]:
    return {
        cord: MeteredLoad() if one is None else MeteredLoad(0.5, one) if watts else MeteredLoad(one)
        for cord, one in zip((*THREE, Cord("fourth", "1")), look)
    }


@pytest.mark.parametrize(
    "rise, is_enough", [(49.9, False), (50.0, True), (150.0, True), (150.1, False)]
)
@pytest.mark.parametrize("watts", [True, False])
def test_the_other_cords_take_over_half_of_what_a_cord_carried_to_one_and_a_half_times(
    rise: float, is_enough: bool, watts: bool
) -> None:
    loads = step_loads((90.0, 60.0, 40.0), (110.0, 60.0, 40.0), watts=watts)
    loads.add(19.9, _look((100.0, 60.0, 40.0), watts))
    assert loads.not_taken_over().endswith("they were not read before and after")
    loads.add(20.0, _look((0.0, 60.0, 40.0 + rise - 10.0), watts))
    loads.add(21.0, _look((0.0, 60.0, 40.0 + rise + 10.0), watts))
    unit = "W" if watts else "A"
    reason = (
        "its other cords did not take over what it carried: left/1 carried 100"
        f" {unit}, and right/1, third/1 went from 100 to {100 + rise:.4g} {unit}: a cord is in"
        " another outlet, or a supply is not drawn"
    )
    assert loads.not_taken_over() == ("" if is_enough else reason)


@pytest.mark.parametrize(
    "look, least",
    [
        # an eighth of 100 W, of which one of the two others takes a half
        ((100.0, 60.0, None), 6.25),
        # an eighth of 120 W, of which two of the three others take two thirds
        ((120.0, 60.0, None, 40.0), 10.0),
    ],
)
def test_of_cords_beside_an_unmetered_one_an_eighth_of_an_equal_share_is_enough(
    look: Sequence[Optional[float]], least: float
) -> None:
    """A supply that works takes a quarter of an equal share at least, and half of that is seen."""
    for rise, is_enough in ((least - 0.1, False), (least, True)):
        loads = step_loads(look)
        loads.add(20.0, _look((0.0, 60.0 + rise, 500.0, *look[3:])))
        assert (loads.not_taken_over() == "") is is_enough


def test_meters_without_a_unit_in_common_prove_nothing() -> None:
    """Left shows watts alone, and right amperes alone."""
    before = {LEFT: MeteredLoad(None, 100.0), RIGHT: MeteredLoad(0.5)}
    loads = StepLoads([before], [LEFT], 0.0)
    loads.shown_at = 20.0
    loads.add(20.0, {LEFT: MeteredLoad(None, 0.0), RIGHT: MeteredLoad(0.5)})
    assert loads.not_taken_over().endswith("they were not read before and after")


@pytest.mark.parametrize(
    "now, is_as_before", [(67.9, False), (68.0, True), (152.0, True), (152.1, False)]
)
def test_a_machine_carries_what_it_did_within_its_swing_and_a_tenth(
    now: float, is_as_before: bool
) -> None:
    """It carried 100 to 120 W: 20 W and 12 W less, or more, may be."""
    loads = step_loads((60.0, 40.0, None), (80.0, 40.0, None))
    loads.add(49.0, _look((0.0, 0.0, None)))
    loads.add(50.0, _look((now - 40.0, 40.0, 300.0)))
    reason = f"it carried 100 to 120 W before, and carries {now:.4g} W: it may have fallen"
    assert loads.not_as_before(50.0) == ("" if is_as_before else reason)


# ---- readings for a proof ------------------------------------------------------------------------


def test_a_proof_gets_each_figure_of_a_reading() -> None:
    outlet = PolledOutlet("1", DOWN, current_a=0.5, power_w=100.0)
    found = pdu_reading(MeasuredPdu({"1": outlet}, error="late", inlet_a=3.0, inlet_w=600.0))
    assert (found.outlets["1"].state, found.outlets["1"].draw) == (DOWN, MeteredLoad(0.5, 100.0))
    assert (found.reason, found.inlet) == ("late", MeteredLoad(3.0, 600.0))
