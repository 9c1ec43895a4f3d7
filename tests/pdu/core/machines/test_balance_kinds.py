"""The trials are what they say: lies are lies, honest machines are off, a seed makes the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pdu.core.machines import balance_adapter
from tests.pdu.core.machines.balance_kinds import BLIND, HONEST, LIES, SETTINGS
from tests.pdu.core.machines.balance_trial import GROUPS, Trial, case, plan, run
from tests.pdu.core.machines.physics import Room

# a relay that opens late, or outlets that are renumbered, may leave no power at the end
_MAY_BE_OFF = ("late", "renumbered")


def _end(trial: Trial) -> float:
    """What the machine draws at the end if all drawn outlets are just switched off."""
    made = case(trial, 1)
    for change in made.between:
        change(made.room)
    for pdu, outlet in made.drawn.cords:
        made.room.command(pdu, outlet, False)
        made.room.advance(1.0)
    made.room.advance(30.0)
    return made.room.draws(made.srv, made.room.time)


def _trials(group: str) -> list[Trial]:
    """One trial of each kind."""
    found = {one.kind.name: one for one in plan(6_000) if one.group == group}
    return list(found.values())


def test_each_kind_of_lie_leaves_power_and_each_honest_one_does_not() -> None:
    lies = _trials("lie")
    assert len(lies) == len(LIES) >= 104 and len(SETTINGS) == 72
    for trial in [*lies, *_trials("blind")]:
        if not any(words in trial.kind.name for words in _MAY_BE_OFF):
            assert _end(trial) > 0, trial.kind.name
    for trial in _trials("honest"):
        assert _end(trial) == 0, trial.kind.name
    assert {one.kind.name for one in _trials("honest")} == {one.name for one in HONEST}
    assert {one.kind.name for one in _trials("blind")} == {one.name for one in BLIND}


def test_a_kind_has_one_name() -> None:
    names = [one.name for kinds in GROUPS.values() for one in kinds]
    assert len(names) == len(set(names))


@pytest.mark.trial
def test_a_seed_makes_the_same_trials(tmp_path: Path) -> None:
    with balance_adapter.without_disk():
        chosen = [one for index, one in enumerate(plan(4_000)) if index % 137 == 0]
        first = [run(one, 7, tmp_path / f"1-{n}") for n, one in enumerate(chosen)]
        second = [run(one, 7, tmp_path / f"2-{n}") for n, one in enumerate(chosen)]
        other = [run(one, 8, tmp_path / f"3-{n}") for n, one in enumerate(chosen)]
    assert first == second != other


def test_the_judge_sees_a_wrong_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a product that always says off after its commands."""

    def says_off(*given: object) -> balance_adapter.Answer:
        room, machine = given[0], given[1]
        assert isinstance(room, Room)
        assert isinstance(machine, balance_adapter.Drawn)
        for pdu, outlet in machine.cords:
            room.command(pdu, outlet, False)
        return balance_adapter.Answer(True)

    monkeypatch.setattr(balance_adapter, "switch_off", says_off)
    for group, is_wrong in (("lie", True), ("no inlet", True), ("blind", True), ("honest", False)):
        for number, trial in enumerate(_trials(group)[:20]):
            found = run(trial, 1, tmp_path / f"{group}-{number}")
            assert found.is_off and found.is_wrong is is_wrong, trial.kind.name
