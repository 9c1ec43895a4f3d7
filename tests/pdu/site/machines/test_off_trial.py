"""No machine that runs is told as off but by what docs/doors.md lists, and no wrong cabling is
verified. Honest machines are proven. `python -m` of `off_trial` runs thousands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.pdu.site.machines import room_adapter
from tests.pdu.site.machines.off_trial import (
    GROUPS,
    Result,
    Trial,
    failures,
    honest_trial,
    of_kind,
    plan,
    run,
)
from tests.pdu.site.machines.physics import Room
from tests.pdu.site.machines.room_kinds import (
    CHANGED,
    DOCUMENTED,
    HONEST,
    QUIET,
    WIRED_WRONG,
    Draft,
    Kind,
    Setting,
    shares_equally,
)

_SEED = 61
_FINE = Setting(0.001, 1.0, 1.0, 300.0, 500.0)
#: the honest machines of docs/doors.md that are not proven off, and the test of each below
#: tests/pdu
_NOT_PROVEN = {
    "its cabling was never tried": (
        "fence/test_agent.py"
        "::test_a_machine_whose_cabling_was_never_tried_is_switched_off_and_not_proven"
    ),
    "a supply died, or went into standby, since": (
        "fence/test_agent.py::test_a_cord_that_was_moved_is_a_failure_once_a_monitor_has_seen_it"
    ),
    "it lost its power, or shut down, with its outlets on, behind meters that then show nothing": (
        "site/machines/test_laws.py::test_a_machine_without_load_is_off_only_if_it_is_asked"
    ),
    "its outlets have no meter": (
        "site/machines/test_off_trial.py::test_outlets_without_a_meter_are_not_verified"
    ),
    "one of its PDUs cannot be read, before or after the command": (
        "fence/test_agent.py::test_a_feed_that_is_unreachable_is_a_failure_and_the_other_is_off"
    ),
    "all others at its PDU are on and stopped to draw since it was tried": (
        "site/machines/test_off_trial.py"
        "::test_neighbours_that_all_stopped_to_draw_look_like_a_metering_that_restarted"
    ),
    "the inlet of its PDU does not show its load fall: it is frozen, or counts the neutral": (
        "site/machines/test_laws.py::test_who_is_verified_can_be_proven"
    ),
}


@pytest.fixture(autouse=True)
def _no_disk() -> Iterator[None]:
    with room_adapter.without_disk():
        yield


def _run(trials: Sequence[Trial], folder: Path) -> list[Result]:
    return [run(one, _SEED, folder / str(number)) for number, one in enumerate(trials)]


def _again(found: Sequence[Result]) -> str:
    return "\n".join(f"--seed {_SEED} --kind {one.kind!r} --number {one.number}" for one in found)


@pytest.mark.sample(1)
@pytest.mark.parametrize("part", range(4))
def test_a_wrong_cabling_is_not_verified(part: int, tmp_path: Path) -> None:
    """Each kind once, with another meter and load each."""
    trials = [of_kind("wired wrong", one, part) for one in WIRED_WRONG[part::4]]
    wrong = failures(_run(trials, tmp_path))
    assert not wrong, _again(wrong)


@pytest.mark.sample(1)
@pytest.mark.parametrize("part", range(4))
def test_a_machine_that_runs_is_not_told_as_off(part: int, tmp_path: Path) -> None:
    found = _run([of_kind("changed since", one, part) for one in CHANGED[part::4]], tmp_path)
    wrong = failures(found)
    assert not wrong, _again(wrong)
    assert sum(one.is_verified for one in found) >= len(found) / 4


@pytest.mark.sample(2)
@pytest.mark.parametrize("kind", HONEST, ids=lambda one: str(one.name))
def test_honest_machines_are_verified_and_proven(kind: Kind, tmp_path: Path) -> None:
    every = [honest_trial(number) for number in range(2_000)]
    trials = [one for one in every if one.kind is kind and one.setting.least_w >= 100][::29]
    found = _run(trials, tmp_path)
    assert found and all(one.is_off and not one.is_wrong for one in found), [
        one.reasons for one in found
    ]
    assert all(one.seconds <= 20 for one in found)


@pytest.mark.parametrize("row", DOCUMENTED)
def test_what_evidence_does_not_show_is_documented(row: str, tmp_path: Path) -> None:
    """One that is noticed one day is a lie above."""
    trials = [
        Trial("documented", kind, number, _FINE, kind.noise)
        for kind in DOCUMENTED[row]
        for number in range(2)
    ]
    assert any(one.is_wrong for one in _run(trials, tmp_path))
    assert f"| {row} |" in (ROOT / "docs" / "doors.md").read_text()


def test_a_meter_that_averages_as_long_as_the_monitor_waits_hides_a_moved_cord(
    tmp_path: Path,
) -> None:
    name = "the right cord was moved to right/4 since, with a monitor, quiet neighbours"
    kind = next(one for one in CHANGED if one.name == name)
    slow = _FINE._replace(period_s=60.0)
    trials = [Trial(group, kind, 0, slow, QUIET) for group in ("documented", "changed since")]
    hidden, noticed = _run(trials, tmp_path)
    assert hidden.is_wrong and not noticed.is_off
    assert "right/3 stopped to carry" in noticed.reasons[0]


def test_the_page_lists_the_limits_that_are_tried() -> None:
    page = (ROOT / "docs" / "doors.md").read_text().split("## What the proof rests on")[1]
    honest, lies = page.split("These honest machines are not proven")[1].split("| lie |")
    heads = {"machine", "because", "---"}
    assert _rows(honest) - heads == set(_NOT_PROVEN)
    assert _rows(lies.split("## HTTP")[0]) - heads == set(DOCUMENTED)
    for place in _NOT_PROVEN.values():
        name, _, test = place.partition("::")
        assert f"def {test}(" in (ROOT / "tests" / "pdu" / name).read_text("utf-8"), place


def _rows(text: str) -> set[str]:
    return {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")}


def test_outlets_without_a_meter_are_not_verified(tmp_path: Path) -> None:
    kind = Kind("no meter", [shares_equally])
    trial = Trial("wire", kind, 0, _FINE._replace(step_a=None, step_w=None), QUIET)
    found = run(trial, _SEED, tmp_path)
    assert "no current is known of this outlet" in found.reasons[0] and not found.is_off


def test_neighbours_that_all_stopped_to_draw_look_like_a_metering_that_restarted(
    tmp_path: Path,
) -> None:
    def stop(made: Draft) -> None:
        def happens(room: Room) -> None:
            for machine in made.others:
                machine.factor = 0.0
                for supply in machine.supplies:
                    supply.idle_w = supply.filter_a = 0.0
                room.refresh(machine)

        made.since.append(happens)

    kind = Kind("alone since", [shares_equally, stop])
    found = run(Trial("wire", kind, 0, _FINE, QUIET), _SEED, tmp_path)
    assert found.is_verified and not found.is_off
    assert "metering has restarted" in found.reasons[0]


def test_a_kind_has_one_name_and_a_seed_makes_the_same_trials(tmp_path: Path) -> None:
    names = [one.name for kinds in [*GROUPS.values(), HONEST] for one in kinds]
    assert len(names) == len(set(names))
    chosen = [one for index, one in enumerate(plan(4_000)) if index % 1_000 == 0]
    first = [run(one, 7, tmp_path / f"1-{n}") for n, one in enumerate(chosen)]
    second = [run(one, 7, tmp_path / f"2-{n}") for n, one in enumerate(chosen)]
    assert first == second


def test_the_judge_sees_a_wrong_off_and_a_wrong_cabling_that_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a product that always says off after its commands."""

    def says_off(*given: object) -> room_adapter.Answer:
        room, machine = given[0], given[1]
        assert isinstance(room, Room)
        assert isinstance(machine, room_adapter.Drawn)
        for pdu, outlet in machine.cords:
            room.command(pdu, outlet, False)
        return room_adapter.Answer(True)

    monkeypatch.setattr(room_adapter, "switch_off", says_off)
    monkeypatch.setattr(room_adapter, "verify", lambda *_: "")
    kind = next(one for one in WIRED_WRONG if one.name.startswith("a third active supply"))
    found = run(Trial("wired wrong", kind, 0, _FINE, QUIET), 1, tmp_path)
    assert found.is_wrong and failures([found]) == [found]
    honest = next(one for one in HONEST if one.name == "two cords, half each")
    found = run(Trial("honest", honest, 0, _FINE, QUIET), 1, tmp_path)
    assert found.is_off and not found.is_wrong
