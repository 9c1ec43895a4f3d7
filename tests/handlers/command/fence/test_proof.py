"""When the fence agent takes an outlet for off: by readings that a test gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from handlers.command.fence import agent
from handlers.command.fence.agent import FenceNotProven, MachineOutlets, PowerOffProof
from handlers.command.fleet import opening
from handlers.command.fleet.polling import Target
from handlers.command.fleet.reading import PolledOutlet, Reading
from handlers.command.hall.drawing import Cord
from handlers.command.states import DOWN, UP
from pdu_common.helper import EnumPowerStatus

MACHINE = MachineOutlets("srv-1", (Cord("left", "3"),), {"left": cast(Target, None)})
NONE = PolledOutlet("3", DOWN, current_a=0.0)
SOME = PolledOutlet("3", DOWN, current_a=0.3)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[PolledOutlet]:
    """What the outlet reads, one after the other; the PDU accepts each command."""
    readings: list[PolledOutlet] = []

    def switched(target: Target, identity: str, on: bool) -> EnumPowerStatus:
        return EnumPowerStatus.UP if on else EnumPowerStatus.DOWN

    def polled(target: Target) -> Reading:
        return Reading(outlets=[readings.pop(0)], answered=True)

    monkeypatch.setattr(opening, "switch", switched)
    monkeypatch.setattr(agent, "poll", polled)
    monkeypatch.setattr(agent, "_METER_S", 0.0)
    return readings


@pytest.mark.parametrize(
    "read, left",
    [
        ([NONE, NONE, SOME], 1),
        ([SOME, NONE, SOME, NONE, NONE], 0),
        ([PolledOutlet("3", DOWN, current_a=-0.3), NONE, NONE], 0),
        ([PolledOutlet("3", UP, current_a=0.0), NONE, NONE], 0),
        ([PolledOutlet("3", DOWN, current_a=None), NONE, NONE], 0),
    ],
)
def test_two_readings_without_current_in_succession_prove_off(
    given: list[PolledOutlet], read: Sequence[PolledOutlet], left: int
) -> None:
    given.extend(read)
    agent.off(MACHINE, PowerOffProof("current", 0.05, 600.0))
    assert len(given) == left


@pytest.mark.parametrize(
    "read, said",
    [
        (PolledOutlet("3", UP, current_a=0.0), "not off any more"),
        (PolledOutlet("3", DOWN, current_a=-0.3), "carries -0.3 A"),
        (PolledOutlet("4", DOWN, current_a=0.0), "no current is known"),
    ],
)
def test_what_is_not_proven_in_time_is_a_failure(
    given: list[PolledOutlet], read: PolledOutlet, said: str
) -> None:
    given.append(read)
    with pytest.raises(FenceNotProven, match=said):
        agent.off(MACHINE, PowerOffProof("current", 0.05, 0.0))
