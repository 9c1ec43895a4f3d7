"""The simulated electricity obeys its own laws, and its meters lie as they are told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.pdu.core.machines.physics import (
    ECHO,
    FROZEN,
    NOMINAL,
    OFF,
    ZERO,
    Killed,
    Load,
    Machine,
    Meter,
    Pdu,
    Relay,
    Room,
    Supply,
)

STEADY = Load(400.0, 1.0, 1.0)


def _room(machine: Machine, *others: Machine, left: Meter | None = None) -> Room:
    pdus = [
        Pdu(name, own_w=7.0, meter=left or Meter(0.001, 0.1), inlet_meter=Meter(0.001, 0.1))
        for name in ("left", "right")
    ]
    return Room(pdus, [machine, *others], "seed")


def _two(left: float = 0.5, right: float = 0.5, standby: bool = False, needs: int = 1) -> Machine:
    supplies = [Supply("left", 3, left), Supply("right", 3, right, standby)]
    return Machine("srv", supplies, Load(400.0, 1.0, 1.0), needs)


def _watts(room: Room, pdu: str, outlet: str = "3") -> float:
    watts = room.see(pdu).outlets[outlet].figures.watts
    assert watts is not None
    return watts


def _inlet(room: Room, pdu: str) -> float:
    watts = room.see(pdu).inlet_figures.watts
    assert watts is not None
    return watts


@pytest.mark.parametrize(
    "machine, shares, after",
    [
        (_two(), (200.0, 200.0), 400.0),
        (_two(0.6, 0.4), (240.0, 160.0), 400.0),
        (_two(1.0, 1.0, standby=True), (400.0, 0.0), 400.0),
        (_two(needs=2), (200.0, 200.0), 0.0),
    ],
)
def test_supplies_share_a_constant_power_and_the_rest_take_it_over(
    machine: Machine, shares: Sequence[float], after: float
) -> None:
    room = _room(machine)
    assert (_watts(room, "left"), _watts(room, "right")) == pytest.approx(shares)
    assert room.command("left", "3", False) == OFF
    room.advance(3.0)
    assert (_watts(room, "left"), _watts(room, "right")) == pytest.approx((0.0, after))
    assert _inlet(room, "right") == pytest.approx(after + 7.0)
    room.command("right", "3", False)
    answered = room.time
    room.advance(3.0)
    assert room.draws(machine, answered) == 0.0 and _inlet(room, "right") == pytest.approx(7.0)


def test_an_inlet_carries_what_all_its_outlets_carry_and_what_the_pdu_needs() -> None:
    others = [Machine(f"o{n}", [Supply("left", n)], Load(90.0, 0.4, 1.6)) for n in (1, 5)]
    room = _room(_two(), *others, left=Meter(0.001, 0.1, window_s=1.0))
    for _ in range(20):
        room.advance(1.7)
        left = room.pdus["left"]
        left.inlet_meter = left.meter
        seen = room.see("left")
        figures = [one.figures.watts or 0.0 for one in seen.outlets.values()]
        assert seen.inlet_figures.watts == pytest.approx(sum(figures) + 7.0, abs=1.0)


def test_a_meter_samples_averages_delays_and_rounds() -> None:
    machine = Machine("srv", [Supply("left", 3)], Load(400.0, 1.0, 1.0))
    for meter, soon, later in (
        (Meter(None, 10.0, 5.0), 400.0, 0.0),
        (Meter(None, 1.0, 5.0, window_s=4.0), 400.0, 300.0),
        (Meter(None, 1.0, 5.0, delay_s=4.0), 400.0, 400.0),
        (Meter(None, 150.0, 5.0, truncates=True), 300.0, 0.0),
        (Meter(None, 150.0, 5.0), 450.0, 0.0),
        (Meter(None, 1.0, 5.0, cut_w=500.0), 0.0, 0.0),
        (Meter(None, 1.0, 5.0, holds_steps=500.0), 400.0, 400.0),
        (Meter(0.1, None, 5.0), None, None),
    ):
        room = _room(machine, left=meter)
        room.advance(5.0 - room.time % 5.0 + 4.0)
        room.see("left")
        room.command("left", "3", False)
        assert room.see("left").outlets["3"].figures.watts == soon
        # the next sample is 1 s after the command
        room.advance(2.0)
        assert room.see("left").outlets["3"].figures.watts == later, meter
        machine.supplies[0] = Supply("left", 3)


@pytest.mark.parametrize(
    "what, on, at_once, later",
    [
        (ECHO, 300.0, 400.0, 0.0),
        (ZERO, 300.0, 0.0, 0.0),
        (NOMINAL, 400.0, 400.0, 0.0),
        (FROZEN, 400.0, 400.0, 400.0),
    ],
)
def test_the_figures_of_a_welded_relay_lie_and_its_inlet_does_not(
    what: str, on: float, at_once: float, later: float
) -> None:
    machine = Machine("srv", [Supply("left", 3)], STEADY)
    left = Pdu("left", own_w=0.0, relays={3: Relay(welded=True)}, figures={3: what})
    left.meter.step_w = left.inlet_meter.step_w = 0.1
    room = Room([left], [machine], "seed")
    machine.factor = 0.75
    room.refresh(machine)
    room.advance(3.0)
    assert _watts(room, "left") == pytest.approx(on)
    machine.factor = 1.0
    room.refresh(machine)
    room.advance(3.5)
    assert room.command("left", "3", False) == OFF
    assert _watts(room, "left") == pytest.approx(at_once)
    answered = room.time
    room.advance(3.0)
    assert _watts(room, "left") == pytest.approx(later)
    assert _inlet(room, "left") == pytest.approx(400.0)
    assert room.draws(machine, answered) == 400.0


@pytest.mark.parametrize(
    "relay, draws",
    [
        (Relay(back_s=3.0), {1.0: 0.0, 4.0: 400.0}),
        (Relay(late_s=3.0), {1.0: 400.0, 4.0: 0.0}),
        (Relay(ignores=True), {1.0: 400.0, 4.0: 400.0}),
    ],
)
def test_relays_fall_back_open_late_and_ignore(relay: Relay, draws: dict[float, float]) -> None:
    machine = Machine("srv", [Supply("left", 3)], STEADY)
    room = Room([Pdu("left", relays={3: relay})], [machine], "seed")
    begun = room.time
    assert room.command("left", "3", False) == OFF
    for seconds, watts in draws.items():
        room.advance(begun + seconds - room.time)
        assert room.draws(machine, room.time) == watts
        assert room.see("left").outlets["3"].state == OFF


def test_an_inlet_may_have_no_meter() -> None:
    room = _room(_two())
    room.pdus["left"].has_inlet_meter = False
    assert room.see("left").inlet_figures == (None, None)


def test_a_kill_ends_only_what_runs() -> None:
    room = _room(_two())
    room.after(1.0, room.kill)
    room.advance(2.0)
    room.after(1.0, room.kill)
    room.is_running = True
    with pytest.raises(Killed):
        room.advance(2.0)
