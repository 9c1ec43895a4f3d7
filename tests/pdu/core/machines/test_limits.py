"""The limits of a machine's proof: each row of the tables in docs/doors.md has a test, which
docs/dev/promises.md names. Those that have no other one are here.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Callable, Optional

import pytest

from pdu.core.drawing.drawing import Cord
from pdu.core.machines.actions import Runner
from pdu.core.machines.meters import MeteredLoad
from pdu.core.machines.pdu_access import CommandResult, MachineOutlet, NotProven, PduReading
from pdu.core.machines.proof import MachinePower, OffProof
from tests.needs import ROOT
from tests.pdu.core.machines.wiring import Meter, Plug, Room, Server

CORDS = (Cord("left", "3"), Cord("right", "3"))
_FINE = Meter(0.001, 0.1, 1.0)
_PLUGS = [Plug(*one) for one in CORDS]


class HookedRoom(Room):
    """A room in which something happens at a command, or the PDUs show something else."""

    def __init__(
        self, servers: Sequence[Server], pdus: Mapping[str, Meter], drift: float = 0.02
    ) -> None:
        super().__init__(servers, pdus, drift=drift)
        #: called after each command, with the number of commands
        self.after: Callable[[int], None] = lambda number: None
        self.shown: Callable[[str, PduReading], PduReading] = lambda name, now: now

    def read(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        return {name: self.shown(name, now) for name, now in super().read(pdus).items()}

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        found = super().switch(cords, on)
        self.after(len(self.commands))
        return found


@pytest.fixture(autouse=True)
def _no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def room(
    *others: Server,
    watts: float = 300.0,
    plugs: Sequence[Plug] = _PLUGS,
    meters: Mapping[str, Meter] = {},
    needs: int = 1,
) -> HookedRoom:
    """The machine `srv`, whose true cords are `plugs`, beside others."""
    pdus = {name: meters.get(name, _FINE) for name in ("left", "right", "third")}
    return HookedRoom([Server("srv", list(plugs), watts, needs), *others], pdus)


def off(
    made: Room,
    folder: Path,
    cords: Sequence[Cord] = CORDS,
    reach: Sequence[str] = ("left", "right"),
    proof: OffProof = OffProof(),
    needs: int = 1,
) -> Optional[str]:
    """Why it is not proven; None if it is."""
    runner = Runner(made, proof, folder, lambda _: None)
    try:
        runner.off(MachinePower("srv", cords, needs, reach))
    except NotProven as error:
        return str(error)
    return None


def draws(made: Room) -> bool:
    """Whether the machine has power a moment later."""
    made.sleep(5.0)
    return made.draws_power(made.servers[0])


# ---- honest machines that are not proven ---------------------------------------------------------


def test_an_honest_machine_here_is_proven(tmp_path: Path) -> None:
    assert off(room(), tmp_path) is None


def test_a_pdu_that_cannot_be_read_may_hide_the_machine(tmp_path: Path) -> None:
    made = room()
    made.silent.add("third")
    reason = off(made, tmp_path, reach=("left", "right", "third"))
    assert reason is not None and "third: no answer" in reason


def test_a_pdu_without_a_meter_of_its_inlet_proves_nothing(tmp_path: Path) -> None:
    made = room(meters={"right": Meter(0.001, 0.1, 1.0, has_inlet=False)})
    reason = off(made, tmp_path)
    assert reason is not None and "right: its inlet has no meter of its own" in reason


def test_a_small_machine_beside_large_neighbours_is_hidden(tmp_path: Path) -> None:
    made = HookedRoom(
        [
            Server("srv", [Plug(*one) for one in CORDS], 45.0),
            Server("gpu", [Plug("left", "1"), Plug("right", "1")], 2400.0),
        ],
        {"left": _FINE, "right": _FINE},
        drift=0.3,
    )
    assert off(made, tmp_path) is not None


def test_a_chassis_whose_supplies_draw_a_tenth_when_it_died_is_not_known_to_be_one_machine(
    tmp_path: Path,
) -> None:
    """It lives on two of four."""
    cords = [Cord(pdu, outlet) for pdu in ("left", "right") for outlet in ("3", "4")]
    for filter_a, is_proven in ((0.0, True), (0.05, True), (0.5, False)):
        made = room(plugs=[Plug(*one, filter_a=filter_a) for one in cords], needs=2)
        assert (off(made, tmp_path / str(filter_a), cords, needs=2) is None) is is_proven
        assert not draws(made)


def test_a_load_of_a_few_steps_could_be_rounding(tmp_path: Path) -> None:
    """0.2 A a cord, with a meter of 0.1 A."""
    coarse = Meter(0.1, None, 1.0)
    made = room(watts=92.0, meters={"left": coarse, "right": coarse})
    assert off(made, tmp_path) is not None and not draws(made)


def test_a_meter_of_60_s_needs_a_longer_timeout(tmp_path: Path) -> None:
    meters = {"left": Meter(0.001, 0.1, 60.0), "right": Meter(0.001, 0.1, 60.0)}
    reason = off(room(meters=meters), tmp_path / "usual")
    assert reason is not None
    enough = OffProof(timeout_s=60.0, period_s=60.0)
    assert off(room(meters=meters), tmp_path / "longer", proof=enough) is None


@pytest.mark.parametrize("renewal_s", [30.0, 60.0])
def test_a_slow_meter_whose_figures_did_not_change_is_waited_for(
    renewal_s: float, tmp_path: Path
) -> None:
    """A standby on a third PDU takes the load over; its meter shows it up to a minute later."""
    plugs = [*_PLUGS, Plug("third", "3", spare=True)]
    reach = ("left", "right", "third")
    for number in range(6):
        made = room(plugs=plugs, meters={"third": Meter(0.001, 0.1, renewal_s)})
        made.sleep(10.0 * number)
        assert off(made, tmp_path / str(number), reach=reach) is not None, number
        assert draws(made)


def test_a_load_that_rises_at_the_command_looks_like_a_supply_that_is_not_drawn(
    tmp_path: Path,
) -> None:
    made = room()

    def rise(_number: int) -> None:
        made.servers[0].watts = 400.0

    made.after = rise
    reason = off(made, tmp_path)
    assert reason is not None and "or a supply is not drawn" in reason and not draws(made)


# ---- what no meter can tell: one that is noticed one day is no limit any more --------------------


def test_a_machine_that_shuts_down_behind_a_welded_relay_looks_off(tmp_path: Path) -> None:
    made = room()
    made.relays["right"].welded.add("3")

    def shut_down(number: int) -> None:
        if number == 2:
            made.servers[0].watts = 0.0

    made.after = shut_down
    assert off(made, tmp_path) is None and draws(made)


def test_a_cord_that_is_moved_to_a_pdu_that_is_not_read_looks_off(tmp_path: Path) -> None:
    made = room()

    def move(number: int) -> None:
        if number == 2:
            made.servers[0].plugs[0] = Plug("third", "1")

    made.after = move
    assert off(made, tmp_path) is None and draws(made)


def test_an_agent_that_invents_outlets_and_inlet_alike_looks_off(tmp_path: Path) -> None:
    made = room()
    made.relays["right"].welded.add("3")

    def invented(name: str, now: PduReading) -> PduReading:
        one = now.outlets["3"]
        if name != "right" or made.reported["right", "3"]:
            return now
        power_w = (now.inlet.power_w or 0.0) - (one.draw.power_w or 0.0)
        current_a = (now.inlet.current_a or 0.0) - (one.draw.current_a or 0.0)
        outlets = {**now.outlets, "3": one._replace(draw=MeteredLoad(0.0, 0.0))}
        return now._replace(outlets=outlets, inlet=MeteredLoad(current_a, power_w))

    made.shown = invented
    assert off(made, tmp_path) is None and draws(made)


def test_of_one_cord_only_the_drawing_says_whose_it_is(tmp_path: Path) -> None:
    """The machine's cord is in left/4; drawn is left/3, which is its neighbour's only one."""
    other = Server("other", [Plug("left", "3")], 300.0)
    made = room(other, plugs=[Plug("left", "4")])
    assert off(made, tmp_path, CORDS[:1], ("left",)) is None and draws(made)


# ---- the pages -----------------------------------------------------------------------------------

DOORS, PROMISES = ROOT / "docs" / "doors.md", ROOT / "docs" / "dev" / "promises.md"


def rows(page: Path, head: str) -> list[list[str]]:
    """The cells of the tables whose first head is this."""
    found: list[list[str]] = []
    for block in re.findall(r"(?:^\|.*\n)+", page.read_text("utf-8"), re.MULTILINE):
        cells = [
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in block.splitlines()
        ]
        if cells[0][0] == head:
            found += cells[2:]
    return found


def test_each_limit_of_the_page_has_tests_and_each_of_them_exists() -> None:
    limits = [row[0] for row in rows(DOORS, "machine") + rows(DOORS, "no meter can tell")]
    named = {row[0]: re.findall(r"`([^`]+)`", row[1]) for row in rows(PROMISES, "limit")}
    assert len(limits) > 12 and sorted(limits) == sorted(named)
    for limit, tests in named.items():
        assert tests, limit
        for one in tests:
            path, _, function = one.partition("::")
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            assert function in {
                node.name for node in tree.body if isinstance(node, ast.FunctionDef)
            }, f"{limit}: {one}"
