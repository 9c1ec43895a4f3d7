"""What a run of `pdu cycle-hall` believes, in a room that lies: drawings, relays and meters."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from handlers.shared.errors import Refused, SettingsError, Unreachable
from pdu.hall.cycle import plan_file
from pdu.hall.cycle.environment import Ended
from pdu.hall.cycle.plan_file import CyclePlan, Progress
from pdu.hall.cycle.run import Run
from pdu.hall.cycle.steps import CycleStep, Mode, plan_steps
from pdu.hall.failure.rehearsal import Hall
from pdu.pdus.reading import PolledOutlet
from pdu.pdus.saved_readings import HallReadings, MeasuredPdu
from pdu.pdus.states import DOWN, UNKNOWN, UP
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord, Drawing
from pdu.site.machines.evidence import EvidenceFile, MachineEvidence, VerifiedCord
from pdu.site.machines.meters import MeteredLoad
from pdu.site.machines.pdu_access import PduReading
from pdu_common.helper import EnumPowerStatus
from tests.pdu.core.machines.physics import FROZEN, ZERO, Load, Machine, Meter, Pdu, Room, Supply
from tests.pdu.core.machines.room_adapter import PhysicalWorld

_LINE = '[[pdu.line]]\nname = "L1"\noutlets = ["1", "2", "3", "4", "5", "6"]\nbreaker_a = 32\n'
_DRAWING = (
    '[[feed]]\nname = "A"\n[[feed]]\nname = "B"\n'
    f'[[pdu]]\nname = "left"\ninputs = ["A"]\n{_LINE}'
    f'[[pdu]]\nname = "right"\ninputs = ["B"]\n{_LINE}'
    '[[machine]]\nname = "srv"\ncords = ["left/3", "right/3"]\n'
)
CORDS = (Cord("left", "3"), Cord("right", "3"))


class RoomWorld:
    """A room as the world and the journal of a run."""

    def __init__(self, room: Room, stale_s: float = 0.0) -> None:
        """`stale_s`: for so long from now on the PDUs show the states that they have now."""
        self.room, self.progress = room, Progress()
        self.records: list[Mapping[str, Any]] = []
        #: the lines of progress, and how often the PDUs were read
        self.said: list[str] = []
        self.reads = 0
        self._pdus = PhysicalWorld(room)
        #: called before a command, with its cord
        self.before: Callable[[Cord], None] = lambda cord: None
        #: called after it
        self.after: Callable[[Cord], None] = lambda cord: None
        #: somebody asks the run to stop
        self.is_asked = False
        self._stale: dict[Cord, bool] = {}
        self._stale_until = room.time + stale_s

    def show(self, states: Mapping[Cord, bool]) -> None:
        """Show these until the time is over."""
        self._stale = dict(states)

    def read_pdus(self, pdus: Collection[str]) -> HallReadings:
        self.reads += 1
        found = self._pdus.read_pdus(pdus)
        return HallReadings({name: self._measured(name, now) for name, now in found.items()}, 0.0)

    def _measured(self, name: str, now: PduReading) -> MeasuredPdu:
        is_stale = self.room.time < self._stale_until
        outlets = {}
        for key, one in now.outlets.items():
            old = self._stale.get(Cord(name, key)) if is_stale else None
            state = one.state if old is None else UP if old else DOWN
            outlets[key] = PolledOutlet(
                key, state, current_a=one.draw.current_a, power_w=one.draw.power_w, lines=("L1",)
            )
        return MeasuredPdu(
            outlets, now.inlet.current_a, inlet_a=now.inlet.current_a, inlet_w=now.inlet.power_w
        )

    def switch(self, cord: Cord, on: bool) -> EnumPowerStatus:
        self.before(cord)
        state = self._pdus.switch([cord], on)[cord].state
        self.after(cord)
        return state

    def key(self, pdu: str) -> str:
        return self._pdus.key(pdu)

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        return self._pdus.serials(pdus)

    def now(self) -> float:
        return self._pdus.now()

    def monotonic(self) -> float:
        return self._pdus.monotonic()

    def sleep(self, seconds: float) -> None:
        self._pdus.sleep(seconds)

    def is_stopping(self) -> bool:
        return self.is_asked

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        for one in records:
            self.records.append(one)
            plan_file.advance(self.progress, one)

    @property
    def sent(self) -> list[tuple[Cord, bool]]:
        """The commands."""
        return [(Cord(one.pdu, str(one.place)), one.on) for one in self.room.commands]


def room(*others: Machine, right: int = 3) -> Room:
    """The machine `srv`, drawn in left/3 and right/3. `right`: where its right cord is."""
    meter = Meter(0.001, 0.1)
    pdus = [
        Pdu(name, outlets=6, meter=meter, inlet_meter=meter, serial=f"SN-{name}")
        for name in ("left", "right")
    ]
    srv = Machine("srv", [Supply("left", 3), Supply("right", right)], Load(300.0))
    return Room(pdus, [srv, *others], "cycle")


def drawing(more: str = "") -> Drawing:
    """`more`: of the machine."""
    return drawing_file.parsed(_DRAWING + more, "hall.power.toml")


def run(
    world: RoomWorld,
    mode: Mode,
    by_current: bool = True,
    cords: Sequence[Cord] = CORDS,
    progress: Optional[Progress] = None,
    verified: Optional[Path] = None,
    steps: Sequence[CycleStep] = (),
    patience_s: float = 30.0,
    only_open: bool = False,
    more: str = "",
) -> Ended:
    """`verified`: the file of what trials have shown. `more`: of the machine in the drawing."""
    drawn = drawing(more)
    plan = CyclePlan(
        mode,
        drawn.path,
        drawn.digest,
        0.0,
        3600.0,
        10.0,
        patience_s,
        {},
        steps or [CycleStep(1, "srv", tuple(cords))],
        by_current,
        carried=CORDS,
        verified="" if verified is None else str(verified),
    )
    made = Run(plan, progress or Progress(), drawn, world, world, world.said.append)
    return made.go(only_open)


@pytest.fixture
def verified(tmp_path: Path) -> Path:
    """The cabling of the machine was tried an hour ago."""
    path = tmp_path / "hall.verified.jsonl"
    cords = [VerifiedCord(*cord, "", f"SN-{cord.pdu}", MeteredLoad(0.65, 150.0)) for cord in CORDS]
    at = room().wall - 3600.0
    with EvidenceFile(str(path)).appending() as file:
        file.append(MachineEvidence("srv", at, cords, 1.0, 1.0, 1.0, "ask"))
    return path


def test_an_honest_machine_is_proven_off_and_comes_back(verified: Path) -> None:
    world = RoomWorld(room(Machine("other", [Supply("left", 1), Supply("right", 1)], Load(200.0))))
    ended = run(world, Mode.BOTH_FEEDS, verified=verified)
    assert (ended.error, ended.steps_done, list(ended.left)) == (None, 1, [])
    assert world.sent == [(CORDS[0], False), (CORDS[1], False), (CORDS[1], True), (CORDS[0], True)]
    assert [one["event"] for one in world.records if one.get("event") not in (None, "result")] == [
        *("begin", "about", "about", "off", "about", "about", "done"),
    ]
    assert world.said[1].startswith("  off: left/3 fell from ") and "right's inlet" in world.said[1]


@pytest.mark.parametrize("by_current", [True, False])
def test_a_welded_relay_whose_figure_follows_the_command_is_not_off(
    by_current: bool, verified: Path
) -> None:
    """By the states and the outlets' currents alone it passes, which is what --confirm state is."""
    made = room()
    world = RoomWorld(made)

    def echo(cord: Cord) -> None:
        if cord == CORDS[1]:
            made.pdus["right"].relays[3].welded = True
            made.pdus["right"].figures[3] = ZERO

    world.before = echo
    ended = run(world, Mode.BOTH_FEEDS, by_current, verified=verified)
    if by_current:
        assert ended.steps_done == 0 and "right's inlet fell by" in str(ended.error)
        assert not any(on for _, on in world.sent)
    else:
        assert world.sent[0] == (CORDS[0], False) and made.answers(made.machines["srv"])


def test_with_both_feeds_nothing_is_sent_after_the_first_that_is_not_proven(
    verified: Path,
) -> None:
    made = room()
    made.pdus["left"].relays[3].welded = True
    world = RoomWorld(made)
    ended = run(world, Mode.BOTH_FEEDS, verified=verified)
    assert ended.steps_done == 0 and "left/3 carries" in str(ended.error)
    assert world.sent == [(CORDS[0], False), (CORDS[1], False)]


def test_a_machine_whose_cabling_was_never_tried_is_refused(tmp_path: Path) -> None:
    drawn = drawing()
    world = RoomWorld(room())
    hall = Hall(drawn, world.read_pdus(["left", "right"]))
    found = plan_steps(
        hall, Mode.BOTH_FEEDS, drawn.machines.values(), {"srv": "it was never tried"}
    )
    assert not found.steps and found.refusals[0].reason == "it was never tried"
    assert plan_steps(hall, Mode.BOTH_FEEDS, drawn.machines.values(), {}).steps
    assert plan_steps(hall, Mode.BOTH_FEEDS, drawn.machines.values()).steps
    ended = run(world, Mode.BOTH_FEEDS, verified=tmp_path / "none.jsonl")
    assert ended.steps_done == 0 and "its cabling was never tried" in str(ended.error)
    assert not world.room.commands


def test_a_machine_that_fell_stops_the_run(tmp_path: Path) -> None:
    """The mate's supply dies as "on" is sent. The machine is dark, and the cord that is on again
    carries what a supply needs itself.
    """
    made = room()
    world = RoomWorld(made)

    def dies(cord: Cord) -> None:
        if world.sent == [(CORDS[0], False)]:
            srv = made.machines["srv"]
            srv.needs = 9  # no supply works
            for supply in srv.supplies:
                supply.idle_w = 45.0
            made.refresh(srv)

    world.before = dies
    ended = run(world, Mode.ONE_FEED, cords=CORDS[:1])
    assert ended.steps_done == 0 and "it may have fallen" in str(ended.error)


def test_a_mate_that_does_not_carry_any_more_stops_the_run() -> None:
    made = room()
    world = RoomWorld(made)

    def dies(cord: Cord) -> None:
        if world.sent == [(CORDS[0], False)]:
            made.machines["srv"].supplies[1].dead = True
            made.refresh(made.machines["srv"])

    world.before = dies
    ended = run(world, Mode.ONE_FEED, cords=CORDS[:1])
    assert ended.steps_done == 0
    assert "right/3 carried when the run was planned" in str(ended.error)


def test_the_next_cord_is_switched_on_when_the_one_before_carries_the_machine() -> None:
    made = room()
    world = RoomWorld(made)

    def dies(cord: Cord) -> None:
        if world.sent[-1] == (CORDS[1], True):
            made.machines["srv"].supplies[1].dead = True
            made.refresh(made.machines["srv"])

    world.after = dies
    ended = run(world, Mode.BOTH_FEEDS, by_current=False)
    assert ended.steps_done == 0
    assert "right/3 was switched on, and its current did not return" in str(ended.error)
    assert world.sent[-1] == (CORDS[1], True) and [left.cord for left in ended.left] == [CORDS[0]]


def test_an_outlet_that_comes_on_by_itself_in_the_pause_stops_the_run() -> None:
    """It is proven off after 8 s, and the pause has 10 s."""
    made = room()
    relay = made.pdus["left"].relays[3]
    relay.back_s, relay.back_silently = 14.0, False
    world = RoomWorld(made)
    ended = run(world, Mode.ONE_FEED, cords=CORDS[:1])
    assert ended.steps_done == 0 and "left/3 was off, and is not any more" in str(ended.error)
    assert world.sent == [(CORDS[0], False)] and not ended.left


def test_a_neighbour_that_boots_at_the_command_is_no_mate() -> None:
    """The right cord is in right/4. The neighbour in right/3 takes three times as much then."""
    other = Machine("other", [Supply("right", 3)], Load(150.0))
    made = room(other, right=4)
    world = RoomWorld(made)

    def boot(_cord: Cord) -> None:
        other.factor = 3.0
        made.refresh(other)

    world.after = boot
    ended = run(world, Mode.ONE_FEED, cords=CORDS[:1])
    assert ended.steps_done == 0
    assert "did not take over what it carried: left/3 carried" in str(ended.error)
    assert list(ended.restored) == [CORDS[0]] and not ended.left


def _killed(world: RoomWorld) -> Progress:
    """A run was killed after it wrote that left/3 is to be switched off, before it sent it."""
    for record in (
        plan_file.running(world.now(), "begun"),
        plan_file.begin(world.now(), 1, CORDS[:1]),
        plan_file.command_pending(world.now(), 1, CORDS[0], False),
    ):
        world.append([record])
    return copy.deepcopy(world.progress)


def test_a_handler_that_ends_the_program_leaves_no_outlet_unnamed() -> None:
    world = RoomWorld(room())

    def leave(_cord: Cord) -> None:
        raise SystemExit("the archive's own")

    world.after = leave
    ended = run(world, Mode.BOTH_FEEDS, by_current=False)
    assert isinstance(ended.error, SystemExit) and list(ended.left) == [(CORDS[0], DOWN)]
    assert world.sent == [(CORDS[0], False)]


def test_a_resumed_run_whose_disk_is_full_names_what_is_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = RoomWorld(room())
    progress = _killed(world)
    world.switch(CORDS[0], False)

    def full(_records: object) -> None:
        raise SettingsError("the disk is full")

    monkeypatch.setattr(world, "append", full)
    ended = run(world, Mode.ONE_FEED, cords=CORDS[:1], progress=progress)
    assert isinstance(ended.error, SettingsError) and list(ended.left) == [(CORDS[0], DOWN)]
    assert world.sent == [(CORDS[0], False)]


def test_a_resumed_run_judges_the_cords_that_are_still_on_again() -> None:
    """The first relay is welded: without its mate the machine would run on a cord that is "off"."""
    made = room()
    made.pdus["left"].relays[3].welded = True
    world = RoomWorld(made)
    progress = _killed(world)
    world.switch(CORDS[0], False)
    ended = run(world, Mode.BOTH_FEEDS, by_current=False, progress=progress)
    assert ended.steps_done == 0 and "cannot be proven off" in str(ended.error)
    assert world.sent == [(CORDS[0], False)]


def test_a_resumed_run_does_not_believe_a_reading_from_before_the_kill() -> None:
    """The first readings say off, of a relay that closes again: the machine never was short."""
    made = room()
    world = RoomWorld(made, stale_s=4.0)
    progress = _killed(world)
    world.show({CORDS[0]: False})
    ended = run(world, Mode.ONE_FEED, cords=CORDS[:1], progress=progress)
    assert (ended.error, ended.steps_done) == (None, 1)
    # it was on: the step is taken anew, from its first command
    assert world.sent == [(CORDS[0], False), (CORDS[0], True)]


class _FailsOnce(RoomWorld):
    """The fourth reading of the PDU `right` fails."""

    readings = 0

    def read_pdus(self, pdus: Collection[str]) -> HallReadings:
        found = super().read_pdus(pdus)
        self.readings += 1
        if self.readings == 4:
            return found._replace(pdus={**found.pdus, "right": MeasuredPdu({}, error="no answer")})
        return found


def test_a_reading_that_fails_before_the_command_takes_no_meter_out_of_the_proof() -> None:
    """The meter of right/3 is frozen, so it would not show that the cord took over."""
    made = room()
    made.pdus["right"].figures[3] = FROZEN
    world = _FailsOnce(made)
    ended = run(world, Mode.ONE_FEED, cords=CORDS[:1])
    assert ended.steps_done == 0 and "this run sent no command of this step" in str(ended.error)
    assert not world.sent


def _supply_dies(made: Room) -> None:
    made.machines["srv"].supplies[1].dead = True
    made.refresh(made.machines["srv"])
    made.advance(10.0)


def _unit_is_replaced(made: Room) -> None:
    made.pdus["right"].serial = "SN-other"


@pytest.mark.parametrize(
    "change, reason",
    [(_supply_dies, "right/3 stopped to carry"), (_unit_is_replaced, "SN-other")],
)
def test_a_machine_that_could_not_be_proven_off_is_not_switched_off(
    change: Callable[[Room], None], reason: str, verified: Path
) -> None:
    world = RoomWorld(room())
    change(world.room)
    ended = run(world, Mode.BOTH_FEEDS, verified=verified)
    assert ended.steps_done == 0 and reason in str(ended.error)
    assert "this run sent no command of this step" in str(ended.error) and not world.sent


class _Touched(RoomWorld):
    """Somebody switches the right cord off while the serial numbers are read."""

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        self.room.command("right", "3", False)
        return super().serials(pdus)


def test_with_both_feeds_the_last_reading_before_the_command_is_judged(verified: Path) -> None:
    world = _Touched(room())
    ended = run(world, Mode.BOTH_FEEDS, verified=verified)
    assert "right/3: its outlet is reported off" in str(ended.error)
    assert world.sent == [(CORDS[1], False)] and not ended.left


# ---- commands and their journal ------------------------------------------------------------------

_OFF, _ON = "left/3 off", "left/3 on"


def _told(world: RoomWorld) -> list[tuple[Any, ...]]:
    """The journal's lines without their times and numbers."""
    lines = []
    for record in world.records:
        one = dict(record)
        assert one.pop("at") == pytest.approx(world.now(), abs=100.0) and one.pop("step", 1) == 1
        words = [f"run {one.pop('run')}" if "run" in one else one.pop("event")]
        if "cord" in one:
            words.append(f"{Cord(*one.pop('cord'))} {'on' if one.pop('on') else 'off'}")
        lines.append((" ".join(words), *one.values()))
    return lines


def test_the_journal_has_each_command_before_and_after_it_was_sent() -> None:
    world = RoomWorld(room())
    run(world, Mode.ONE_FEED, cords=CORDS[:1])
    assert _told(world) == [
        ("run begun",),
        ("begin", [list(CORDS[0])]),
        (f"about {_OFF}",),
        (f"result {_OFF}", "off"),
        ("off",),
        (f"about {_ON}",),
        (f"result {_ON}", "on"),
        ("done",),
        ("run ended",),
    ]


def test_a_command_whose_pdu_reports_another_state_stops_the_run() -> None:
    made = room()
    world = RoomWorld(made)

    def fall_silent(_cord: Cord) -> None:
        made.pdus["left"].silent = True

    world.before = fall_silent
    ended = run(world, Mode.ONE_FEED, cords=CORDS[:1])
    assert str(ended.error) == "left/3 was to be switched off; its PDU then reported unknown"
    assert list(ended.left) == [(CORDS[0], UNKNOWN)]


@pytest.mark.parametrize("mode", Mode)
def test_who_asks_to_stop_gets_no_further_command_but_the_one_that_brings_a_cord_back(
    mode: Mode,
) -> None:
    world = RoomWorld(room())

    def ask(_cord: Cord) -> None:
        world.is_asked = True

    world.after = ask
    cords = CORDS[:1] if mode is Mode.ONE_FEED else CORDS
    ended = run(world, mode, by_current=False, cords=cords)
    assert str(ended.error) == "asked to stop"
    if mode is Mode.ONE_FEED:
        assert world.sent == [(CORDS[0], False), (CORDS[0], True)]
        assert list(ended.restored) == [CORDS[0]] and not ended.left
    else:
        assert world.sent == [(CORDS[0], False)] and list(ended.left) == [(CORDS[0], DOWN)]


def test_two_commands_to_switch_on_are_half_a_second_apart() -> None:
    made = room()
    for pdu in made.pdus.values():
        pdu.read_s = pdu.command_s = pdu.meter.period_s = 0.01
    ended = run(RoomWorld(made), Mode.BOTH_FEEDS, by_current=False)
    assert ended.error is None
    first, second = (command.at for command in made.commands if command.on)
    assert 0.5 <= second - first < 1.0


@pytest.mark.parametrize("late_s", [8.0, 29.9])
def test_a_lost_answer_is_waited_for_and_a_refusal_is_not(late_s: float) -> None:
    for error, restored in ((Unreachable("no answer"), [CORDS[0]]), (Refused("no"), [])):
        made = room()
        for pdu in made.pdus.values():
            pdu.read_s = 0.4
        world, at, reads = RoomWorld(made), 0.0, list[int]()

        def carry_out(made: Room = made) -> None:
            made.command("left", "3", False)

        def fail(_cord: Cord) -> None:
            nonlocal at
            at, world.before = made.time, lambda cord: None
            reads.append(world.reads)
            if isinstance(error, Unreachable):
                made.after(late_s, carry_out)
            raise error

        world.before = fail
        ended = run(world, Mode.ONE_FEED, cords=CORDS[:1])
        assert ended.error is error and list(ended.restored) == restored and not ended.left
        if restored:
            assert late_s < made.commands[1].at - at < late_s + 2.5
        # one in 1.4 s
        assert world.reads - reads[0] == 1 or late_s / 1.4 < world.reads - reads[0] < late_s
        assert made.pdus["left"].relays[3].closed
        sent = [(f"about {_OFF}",), (f"result {_OFF}", "unknown", error.reason)]
        sent += [(f"about {_ON}",), (f"result {_ON}", "on"), ("restored",)] if restored else []
        stopped: list[tuple[Any, ...]] = [("run stopped", error.reason, [])]
        assert _told(world) == [("run begun",), ("begin", [list(CORDS[0])]), *sent, *stopped]


def test_a_run_that_is_ended_before_it_reads_names_what_may_be_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = RoomWorld(room())
    progress = _killed(world)

    def end(_records: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(world, "append", end)
    ended = run(world, Mode.ONE_FEED, cords=CORDS[:1], progress=progress)
    assert list(ended.left) == [(CORDS[0], UNKNOWN)] and not world.sent
