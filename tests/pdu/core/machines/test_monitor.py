"""What `monitor` of the fence agent and `pdu machine check` say before anything is switched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pdu.core.drawing.drawing import Cord
from pdu.core.machines.actions import Runner
from pdu.core.machines.pdu_access import NotProven, SharedReadings
from pdu.core.machines.proof import ONE_CORD, MachinePower, OffProof
from tests.pdu.core.machines.wiring import Meter, Plug, Room, Server

CORDS = (Cord("left", "3"), Cord("right", "3"))


def room(
    watts: float = 300.0,
    meters: Sequence[Meter] = (Meter(0.01, 1.0, 1.0), Meter(0.01, 1.0, 1.0)),
    drift: float = 0.02,
    neighbour_w: float = 200.0,
    cords: Sequence[Cord] = CORDS,
) -> Room:
    """A machine beside another one, on two PDUs."""
    servers = [
        Server("srv", [Plug(*one) for one in cords], watts),
        Server("other", [Plug("left", "1"), Plug("right", "1")], neighbour_w),
    ]
    return Room(servers, dict(zip(("left", "right"), meters)), drift=drift)


def checked(
    made: Room,
    folder: Path,
    cords: Sequence[Cord] = CORDS,
    proof: OffProof = OffProof(),
) -> str:
    """What it says."""
    power = MachinePower("srv", cords, 1, ("left", "right"))
    runner = Runner(SharedReadings(made, ["left", "right"]), proof, folder, lambda _: None)
    try:
        facts = runner.check(power)
        return "busy" if facts is None else "can: " + "; ".join(facts)
    except NotProven as error:
        return f"cannot: {error}"
    finally:
        assert made.commands == []


def test_a_machine_that_can_be_proven_is_said_with_its_figures(tmp_path: Path) -> None:
    said = checked(room(), tmp_path)
    assert said.startswith("can: it carries ") and "beside a noise of" in said
    assert "the slowest meter renews its figures every" in said and ONE_CORD not in said


def test_of_a_machine_with_one_cord_the_drawing_is_named(tmp_path: Path) -> None:
    cords = CORDS[:1]
    assert ONE_CORD in checked(room(cords=cords), tmp_path, cords)


def test_a_machine_that_the_noise_hides_is_said_with_both_figures(tmp_path: Path) -> None:
    """45 W beside GPU nodes."""
    said = checked(room(45.0, drift=0.3, neighbour_w=2400.0), tmp_path)
    assert said.startswith("cannot: the machine carries ") and "and the noise of" in said
    assert " W at " in said and "hides that" in said


@pytest.mark.parametrize("which", [0, 1], ids=["left", "right"])
def test_a_pdu_without_a_meter_of_its_inlet_is_named(which: int, tmp_path: Path) -> None:
    meters = [Meter(0.01, 1.0, 1.0, has_inlet=number != which) for number in (0, 1)]
    said = checked(room(meters=meters), tmp_path)
    assert f"cannot: {('left', 'right')[which]}: its inlet has no meter of its own" in said


@pytest.mark.parametrize("which", [0, 1], ids=["left", "right"])
def test_a_meter_of_60_s_is_refused_with_the_option_that_would_do(
    which: int, tmp_path: Path
) -> None:
    """Whatever the moment, and in the second look too."""
    meters = [Meter(0.01, 1.0, 60.0 if number == which else 1.0) for number in (0, 1)]
    made = room(meters=meters)
    for offset in range(0, 60, 10):
        made.sleep(float(offset))
        said = checked(made, tmp_path)
        assert said.startswith("cannot: ") and "power_timeout=60" in said
    told = checked(made, tmp_path, proof=OffProof(period_s=60.0))
    assert "power_timeout (20 s) is too short: power_timeout=60 would do" in told
    enough = OffProof(timeout_s=60.0, period_s=60.0)
    assert checked(made, tmp_path, proof=enough).startswith("can: ")


@pytest.mark.parametrize("renewal_s", [1.0, 3.0, 5.0, 7.0, 15.0, 20.0])
def test_a_meter_that_is_quick_enough_shows_its_period(renewal_s: float, tmp_path: Path) -> None:
    made = room(meters=[Meter(0.001, 0.1, renewal_s), Meter(0.001, 0.1, renewal_s)], drift=0.05)
    assert checked(made, tmp_path, proof=OffProof(timeout_s=23.0)).startswith("can: ")


def test_figures_that_never_change_show_no_period_and_the_owner_can_say_it(
    tmp_path: Path,
) -> None:
    made = room(drift=0.0)
    said = checked(made, tmp_path)
    assert "no figure of left's outlets, left's inlet, right's outlets, right's inlet" in said
    assert "meter_period says it" in said
    assert checked(made, tmp_path, proof=OffProof(period_s=3.0)).startswith("can: ")


def test_a_period_that_was_seen_once_is_kept(tmp_path: Path) -> None:
    assert checked(room(), tmp_path).startswith("can: ")
    assert checked(room(drift=0.0), tmp_path).startswith("can: ")


def test_machines_that_share_pdus_share_the_readings(tmp_path: Path) -> None:
    made = room()
    shared = SharedReadings(made, ["left", "right"])
    runner = Runner(shared, OffProof(), tmp_path, lambda _: None)
    begun = made.time
    runner.check(MachinePower("srv", CORDS, 1, ("left", "right")))
    first_s = made.time - begun
    other = MachinePower("other", (Cord("left", "1"), Cord("right", "1")), 1, ("left", "right"))
    runner._replace(world=shared.again()).check(other)
    assert made.time - begun < 1.5 * first_s


def test_a_look_does_not_keep_a_run_waiting_and_says_nothing_of_what_it_did(
    tmp_path: Path,
) -> None:
    made = room()
    power = MachinePower("srv", CORDS, 1, ("left", "right"))

    class Switching(SharedReadings):
        """An `off` begins and ends while the other one looks."""

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if not made.commands:
                runner = Runner(made, OffProof(), tmp_path, lambda _: None, patience_s=0.0)
                runner.off(power)

    looking = Runner(Switching(made, ["left", "right"]), OffProof(), tmp_path, lambda _: None)
    assert looking.check(power) is None and len(made.commands) == 2
