"""One step of a cycle in a simulated room: what is said, how long it waits, how it is resumed.

A reading takes 0.3 s and a command 0.4 s there. An outlet's figures are renewed each second, and
taken to be as old as 8 s, as no trial has measured them. A pause has 10 s, and patience 30 s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Optional

import pytest

from handlers.shared.errors import Refused, SettingsError
from pdu.hall.cycle import plan_file
from pdu.hall.cycle.environment import Ended
from pdu.hall.cycle.plan_file import Progress
from pdu.hall.cycle.steps import CycleStep, Mode
from pdu.pdus.saved_readings import HallReadings
from pdu.pdus.states import DOWN
from pdu.site.drawing.drawing import Cord
from pdu_common.helper import EnumPowerStatus
from tests.pdu.core.machines.physics import Pdu, Room
from tests.pdu.hall.test_cycle_proof import CORDS, RoomWorld, room, run

LEFT, RIGHT = CORDS
FIRST = CORDS[:1]
NO_PROOF = "this run sent no command of this step"


def steady() -> RoomWorld:
    """The machine takes 300 W at 230 V, always."""
    made = room()
    srv = made.machines["srv"]
    srv.load.low = srv.load.high = srv.wanders = 1.0
    made.refresh(srv)
    made.advance(2.0)
    return RoomWorld(made)


def dies(made: Room, place: int = 1) -> None:
    """A supply of the machine."""
    made.machines["srv"].supplies[place].dead = True
    made.refresh(made.machines["srv"])


def off_late(made: Room, cord: Cord) -> None:
    """A PDU carries a command out that it got before."""
    made.command(cord.pdu, cord.outlet, False)


def resumed(
    world: RoomWorld,
    commands: Sequence[tuple[Cord, bool, Optional[EnumPowerStatus]]],
    mode: Mode = Mode.BOTH_FEEDS,
    is_off: bool = False,
    only_open: bool = False,
    ago_s: float = 0.0,
) -> Ended:
    """Resume a step of which these commands were sent so long ago, with what came of them."""
    at = world.now() - ago_s
    records = [plan_file.running(at, "begun"), plan_file.begin(at, 1, CORDS)]
    for cord, on, state in commands:
        records.append(plan_file.command_pending(at, 1, cord, on))
        if state is not None:
            records.append(plan_file.result(at, 1, cord, on, state, ""))
    records += [plan_file.step_event(at, 1, plan_file.OFF)] if is_off else []
    progress = Progress()
    for record in records:
        plan_file.advance(progress, record)
        plan_file.advance(world.progress, record)
    cords = FIRST if mode is Mode.ONE_FEED else CORDS
    return run(world, mode, False, cords=cords, progress=progress, only_open=only_open)


# ---- what is said --------------------------------------------------------------------------------


def test_each_part_of_a_step_with_one_feed_is_said() -> None:
    world = steady()
    steps = [CycleStep(1, "srv", (LEFT,)), CycleStep(2, "srv", (RIGHT,))]
    ended = run(world, Mode.ONE_FEED, steps=steps)
    assert (ended.error, ended.at, ended.steps_done) == (None, "", 2)
    assert world.said == [
        "step 1 of 2: srv: left/3",
        "  off: left/3; the other cords carry 1.304 A",
        "  on: left/3, 0.652 A",
        "step 2 of 2: srv: right/3",
        "  off: right/3; the other cords carry 1.304 A",
        "  on: right/3, 0.652 A",
    ]


@pytest.mark.parametrize("needs", [1, 2])
def test_with_both_feeds_a_cord_is_seen_to_carry_as_soon_as_the_machine_runs(needs: int) -> None:
    world = steady()
    world.room.machines["srv"].needs = needs
    ended = run(world, Mode.BOTH_FEEDS, by_current=False, more=f"needs = {needs}\n")
    assert (ended.error, ended.steps_done) == (None, 1)
    assert world.said == [
        "step 1 of 1: srv: left/3, right/3",
        "  off: left/3",
        "  off: left/3, right/3",
        *(["  on: right/3, 1.304 A"] if needs == 1 else []),
        "  on: left/3, 0.652 A",
        "  on: right/3, 0.652 A",
    ]


def test_a_command_to_switch_on_that_fails_is_not_sent_again() -> None:
    world = steady()

    def refuse(_cord: Cord) -> None:
        if world.sent:
            raise Refused("no")

    world.before = refuse
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    assert (ended.at, list(ended.left)) == ("step 1", [(LEFT, DOWN)])
    assert world.sent == [(LEFT, False)]
    assert "switching left/3 on again" not in "".join(world.said)


def test_what_follows_on_a_surprise_is_said() -> None:
    """The mate dies in the pause, and the command that brings the cord back fails."""
    world = steady()
    world.after = lambda cord: world.room.after(12.0, lambda: dies(world.room))

    def refuse(_cord: Cord) -> None:
        if world.sent:
            raise Refused("no")

    world.before = refuse
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    reason = (
        "srv: 0 of the other cords surely carry the machine, it needs 1 (right/3: its outlet is on"
        " and carries nothing; dead supply, pulled cord and hot spare look alike: look at the"
        " machine's BMC, or pull the other cord in a maintenance window)"
    )
    assert str(ended.error) == reason
    assert world.said[-2:] == [f"  {reason}: switching left/3 on again", "  then: no"]


# ---- before the command --------------------------------------------------------------------------


def test_the_meters_are_read_for_two_periods_each_second_before_the_command() -> None:
    world = steady()
    begin, reads = world.room.time, 0

    def note(_cord: Cord) -> None:
        nonlocal reads
        reads, world.before = world.reads, lambda cord: None

    world.before = note
    run(world, Mode.ONE_FEED, cords=FIRST)
    assert 16.0 <= world.room.commands[0].at - begin < 18.0
    # one, and then one in 1.3 s
    assert 13 <= reads <= 14


def test_a_mate_that_dies_before_the_command_refuses_the_step() -> None:
    world = steady()
    world.room.after(12.0, lambda: dies(world.room))
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    assert NO_PROOF in str(ended.error) and not world.sent


@pytest.mark.parametrize("seconds", [0.0, 5.0])
def test_who_asks_to_stop_before_the_command_stops_the_run_at_once(seconds: float) -> None:
    world = steady()

    def ask() -> None:
        world.is_asked = True

    begin = world.room.time
    world.room.after(seconds, ask)
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    assert str(ended.error) == "asked to stop" and not world.sent
    assert world.room.time - begin < seconds + 2.0


# ---- while a cord is off -------------------------------------------------------------------------


def test_a_mate_that_dies_at_the_command_is_seen_at_the_next_reading() -> None:
    world = steady()

    def fall(_cord: Cord) -> None:
        dies(world.room)
        world.after = lambda cord: None

    world.after = fall
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    off, on = world.room.commands
    assert list(ended.restored) == [LEFT] and on.at - off.at < 3.0


def test_a_mate_that_dies_in_the_pause_is_seen_within_five_seconds() -> None:
    """Off is proven 8 s after the command, and the pause ends 10 s later."""
    world = steady()
    fell_at = 0.0

    def fall() -> None:
        nonlocal fell_at
        fell_at = world.room.time
        dies(world.room)

    world.after = lambda cord: world.room.after(10.0, fall)
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    assert list(ended.restored) == [LEFT]
    assert world.room.commands[1].at - fell_at < 7.0


def test_a_mate_that_carries_less_while_a_cord_is_off_is_no_mate() -> None:
    world = steady()

    def sink(_cord: Cord) -> None:
        world.room.machines["srv"].factor = 0.4
        world.room.refresh(world.room.machines["srv"])

    world.after = sink
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    assert "srv: the current of its other cords fell to 0.52 A, while it had to rise" == str(
        ended.error
    )


def test_the_pdus_are_read_every_five_seconds_of_a_pause() -> None:
    world = steady()
    reads = []
    world.before = lambda cord: reads.append(world.reads)
    run(world, Mode.ONE_FEED, cords=FIRST)
    # 8 s and a reading until the proof, one in 1.3 s, and two in the pause
    assert 8 <= reads[1] - reads[0] <= 10


def test_a_take_over_is_waited_for_though_patience_ends_before_the_meters_show_it() -> None:
    ended = run(steady(), Mode.ONE_FEED, cords=FIRST, patience_s=3.0)
    assert (ended.error, ended.steps_done) == (None, 1)


def test_what_does_not_show_is_read_each_second_until_patience_ends() -> None:
    """One with a welded relay: it is reported off, and carries."""
    world = steady()
    world.room.pdus["left"].relays[3].welded = True
    reads = []
    world.before = lambda cord: reads.append(world.reads)
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    assert str(ended.error) == (
        "left/3 was switched off, and is not proven off: left/3: its outlet is reported off and"
        " carries current, up to 0.65 A"
    )
    off, on = world.room.commands
    # 8 s for the meters count as well if they are longer, and a last reading
    assert 30.0 <= on.at - off.at < 33.0
    # one in 1.3 s, and one to look
    assert 23 <= reads[1] - reads[0] <= 26


def test_who_asks_to_stop_in_a_pause_does_not_wait_for_the_next_reading() -> None:
    world, asked_at = steady(), 0.0

    def ask() -> None:
        nonlocal asked_at
        world.is_asked, asked_at = True, world.room.time

    world.after = lambda cord: world.room.after(10.0, ask)
    run(world, Mode.ONE_FEED, cords=FIRST)
    # a quarter of a second, and a reading
    assert 0.0 < world.room.commands[1].at - asked_at < 1.0


class Halls(RoomWorld):
    """Notes which PDUs are read, and when."""

    def __init__(self, made: Room) -> None:
        super().__init__(made)
        self.names: list[tuple[float, set[str]]] = []

    def read_pdus(self, pdus: Collection[str]) -> HallReadings:
        self.names.append((self.room.time, set(pdus)))
        return super().read_pdus(pdus)


def test_the_pdus_of_others_are_read_first_and_each_quarter_of_an_hour() -> None:
    base = room()
    pdus = [*base.pdus.values(), Pdu("third")]
    world = Halls(Room(pdus, [*base.machines.values()], "cycle"))
    steps = [CycleStep(n, "srv", (CORDS[n % 2],)) for n in range(1, 41)]
    more = '[[pdu]]\nname = "third"\ninputs = ["A"]\n'
    ended = run(world, Mode.ONE_FEED, steps=steps, more=more)
    assert ended.error is None
    all_at = [at for at, names in world.names if names == {"left", "right", "third"}]
    assert all_at[0] == world.names[0][0] and len(all_at) > 1
    assert all(900.0 < later - at < 902.0 for at, later in zip(all_at, all_at[1:]))
    assert {frozenset(names) for _, names in world.names} == {
        frozenset(("left", "right", "third")),
        frozenset(("left", "right")),
    }


def test_a_run_that_cannot_begin_is_at_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    world = steady()

    def full(_records: object) -> None:
        raise SettingsError("the disk is full")

    monkeypatch.setattr(world, "append", full)
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    assert (str(ended.error), ended.at, list(ended.left)) == ("the disk is full", "", [])


# ---- resumed -------------------------------------------------------------------------------------


def test_resumed_an_unknown_state_forbids_everything() -> None:
    world = steady()
    world.room.pdus["right"].silent = True
    ended = resumed(world, [(LEFT, False, DOWN)])
    assert str(ended.error) == "right/3: its state is not known, so nothing was sent"
    assert not world.sent


def test_resumed_a_machine_that_was_proven_off_stays_off_for_the_pause_and_comes_back() -> None:
    world = steady()
    for cord in CORDS:
        world.switch(cord, False)
    begin = world.room.time
    ended = resumed(world, [(LEFT, False, DOWN), (RIGHT, False, DOWN)], is_off=True)
    assert (ended.error, ended.steps_done) == (None, 1)
    assert world.sent[2:] == [(RIGHT, True), (LEFT, True)]
    assert world.room.commands[2].at - begin > 10.0
    assert world.said[:2] == [
        "step 1 of 1 was begun: looking at srv: left/3, right/3",
        "  it was proven off before",
    ]


def test_resumed_a_machine_of_which_one_cord_is_on_again_gets_the_other_without_a_pause() -> None:
    world = steady()
    world.switch(LEFT, False)
    begin = world.room.time
    commands = [(LEFT, False, DOWN), (RIGHT, False, DOWN), (RIGHT, True, None)]
    ended = resumed(world, commands, is_off=True)
    assert (ended.error, ended.steps_done) == (None, 1)
    assert world.sent[1:] == [(LEFT, True)]
    # two readings that are a period apart
    assert 8.0 < world.room.commands[1].at - begin < 10.0


def test_resumed_a_machine_whose_cords_are_all_on_again_is_done() -> None:
    world = steady()
    commands = [(cord, on, None) for on in (False, True) for cord in CORDS]
    ended = resumed(world, commands, is_off=True)
    assert (ended.error, ended.steps_done) == (None, 1) and not world.sent


def test_resumed_a_step_whose_second_cord_is_still_on_goes_on_with_it() -> None:
    world = steady()
    world.switch(LEFT, False)
    begin = world.room.time
    ended = resumed(world, [(LEFT, False, DOWN)])
    assert (ended.error, ended.steps_done) == (None, 1)
    assert world.sent[1:] == [(RIGHT, False), (RIGHT, True), (LEFT, True)]
    off, on = world.room.commands[1:3]
    assert 8.0 < off.at - begin < 10.0 and on.at - off.at > 10.0


@pytest.mark.parametrize("is_asked", [False, True])
def test_resumed_too_late_what_is_off_is_switched_on_and_nothing_else(is_asked: bool) -> None:
    world = steady()
    for cord in CORDS:
        world.switch(cord, False)
    if is_asked:
        world.after = lambda cord: setattr(world, "is_asked", True)
    ended = resumed(world, [(LEFT, False, DOWN), (RIGHT, False, DOWN)], only_open=True)
    assert ended.steps_done == 0
    if is_asked:
        assert str(ended.error) == "asked to stop" and list(ended.left) == [(LEFT, DOWN)]
        assert world.sent[2:] == [(RIGHT, True)]
        return
    assert ended.error is None and list(ended.restored) == [RIGHT, LEFT]
    assert world.sent[2:] == [(RIGHT, True), (LEFT, True)]


def test_resumed_too_late_nothing_is_sent_if_nothing_is_off() -> None:
    world = steady()
    ended = resumed(world, [(LEFT, False, None)], only_open=True, ago_s=100.0)
    assert (ended.error, list(ended.restored), world.sent) == (None, [], [])


# the clock may have been set back since
@pytest.mark.parametrize(
    "ago_s, waits_s", [(0.0, 30.0), (20.0, 10.0), (100.0, 0.0), (-1000.0, 30.0)]
)
def test_resumed_a_command_without_a_result_is_waited_for_as_long_as_it_may_take(
    ago_s: float, waits_s: float
) -> None:
    """It was not carried out. Two readings follow that are a period apart, then the step."""
    world = steady()
    begin, reads = world.room.time, list[int]()
    world.before = lambda cord: reads.append(world.reads)
    ended = resumed(world, [(LEFT, False, None)], ago_s=ago_s)
    assert (ended.error, ended.steps_done) == (None, 1)
    assert world.said[1] == "  no command was carried out"
    waited_s = world.room.commands[0].at - begin
    assert waits_s + 8.6 <= waited_s < waits_s + 10.5
    # one in 1.3 s, and three
    assert reads[0] <= waits_s / 1.3 + 4
    assert world.sent == [(LEFT, False), (RIGHT, False), (RIGHT, True), (LEFT, True)]


@pytest.mark.parametrize("late_s", [5.0, 15.0])
def test_resumed_a_command_that_is_carried_out_late_is_not_sent_again(late_s: float) -> None:
    world = steady()
    world.room.after(late_s, lambda: off_late(world.room, LEFT))
    ended = resumed(world, [(LEFT, False, None)], mode=Mode.ONE_FEED)
    assert (ended.error, ended.steps_done) == (None, 1)
    assert world.sent == [(LEFT, False), (LEFT, True)]


def test_resumed_each_of_two_commands_is_waited_for() -> None:
    world = steady()
    world.switch(LEFT, False)
    world.room.after(5.0, lambda: off_late(world.room, RIGHT))
    ended = resumed(world, [(LEFT, False, None), (RIGHT, False, None)])
    assert (ended.error, ended.steps_done) == (None, 1)
    assert world.sent[2:] == [(RIGHT, True), (LEFT, True)]


def test_resumed_with_one_feed_the_mate_is_watched() -> None:
    """What it carried is not known, so it is not asked whether its current fell."""
    world = steady()
    world.switch(LEFT, False)
    world.room.after(15.0, lambda: dies(world.room))
    ended = resumed(world, [(LEFT, False, DOWN)], mode=Mode.ONE_FEED, is_off=True)
    assert "of the other cords surely carry the machine" in str(ended.error)
    assert list(ended.restored) == [LEFT]


def test_resumed_what_was_read_is_named_when_it_is_ended_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = steady()
    world.switch(LEFT, False)
    begin, sleep = world.room.time, world.sleep

    def end(seconds: float) -> None:
        if world.room.time - begin > 10.0:
            raise KeyboardInterrupt
        sleep(seconds)

    monkeypatch.setattr(world, "sleep", end)
    ended = resumed(world, [(LEFT, False, DOWN)], mode=Mode.ONE_FEED, is_off=True)
    assert list(ended.left) == [(LEFT, DOWN)]


def test_a_cord_that_does_not_come_back_is_described() -> None:
    world = steady()

    def fall(_cord: Cord) -> None:
        if len(world.sent) == 2:
            dies(world.room, 0)

    world.after = fall
    ended = run(world, Mode.ONE_FEED, cords=FIRST)
    assert str(ended.error) == (
        "left/3 was switched on, and its current did not return: left/3: its outlet is on and"
        " carries nothing, up to 0.10 A"
    )
    assert list(ended.left) == []
