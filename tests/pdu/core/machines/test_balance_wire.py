"""Lies of `balance_kinds` over the wire: `pdu fence`, `pdu machine off` and the gateway with
`--confirm current` ask simulated PDUs of three protocols, whose inlets show what really flows.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

import pytest

from pdu import root
from tests.needs import ROOT
from tests.pdu.core.machines.balance_kinds import HONEST, LIES, QUIET, Case, Noise, Setting
from tests.pdu.core.machines.balance_trial import SOON_S, Trial, case
from tests.pdu.core.machines.room_clock import ClockServer, runs_by
from tests.pdu.core.machines.room_wire import WiredRoom, wired
from tests.pdu.gateway.running import gateway

_METER = Setting(0.001, 1.0, 1.0, 300.0, 500.0)
_CLOCK = ROOT / "tests" / "pdu" / "core" / "machines" / "room_clock.py"
_KINDS = {one.name: one for one in [*LIES, *HONEST]}


class Said(NamedTuple):
    """The answer of a door."""

    is_off: bool
    text: str


def _files(folder: Path, equals: str, ends: str, state: str) -> list[str]:
    names = {"list": "hall.csv", "auth": "logins.toml", "drawing": "hall.power.toml"}
    names[state] = "state"
    return [f"{key}{equals}{folder / name}{ends}" for key, name in names.items()]


def _in_process(arguments: Sequence[str], given: str, room: WiredRoom) -> tuple[int, str]:
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, runs_by(room):
        for key in [key for key in os.environ if key.startswith("PDU_")]:
            patch.delenv(key)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = root.run(list(arguments))
    return code, said.getvalue()


def fence(folder: Path, room: WiredRoom) -> Said:
    """As a cluster does."""
    given = "action=off\nplug=srv\n" + "".join(_files(folder, "=", "\n", "state_dir"))
    code, text = _in_process(["fence"], given, room)
    return Said(code == 0, text)


def machine_off(folder: Path, room: WiredRoom) -> Said:
    """As an administrator does."""
    files = [f"--{one}" for one in _files(folder, "=", "", "state-dir")]
    code, text = _in_process(["machine", "off", "srv", "--yes", *files], "", room)
    return Said(code == 0, text)


def through_gateway(folder: Path, room: WiredRoom) -> Said:
    """As MAAS does."""
    options = ["--confirm", "current", "--state-dir", str(folder / "state")]
    with ClockServer(room) as clock:
        program = (sys.executable, str(_CLOCK), str(clock.port))
        with gateway(folder, *options, program=program) as running:
            answer = running.switch("srv", "off")
    return Said(answer.status == 200, answer.text)


Door = Callable[[Path, WiredRoom], Said]


def _asked(
    door: Door, protocol: str, kind: str, number: int, folder: Path, noise: Optional[Noise] = None
) -> tuple[Said, float]:
    """The answer, and how many W the machine drew then, or soon after."""
    chosen = _KINDS[kind]
    made: Case = case(Trial("wire", chosen, number, _METER, noise or chosen.noise), 1)
    with wired(folder, made, protocol) as room:
        said = door(folder, room)
    answered = made.room.time
    made.room.advance(SOON_S)
    assert any(not one.on for one in made.room.commands), said.text
    return said, made.room.draws(made.srv, answered)


_OVER_THE_WIRE: Sequence[tuple[Door, str, str]] = [
    (fence, "snmp", "the right cord is in right/4; right/3 is a swinging neighbour's"),
    (
        fence,
        "snmp",
        "the right cord is in right/4; right/3 is a neighbour's that boots at the command",
    ),
    (fence, "raritan", "the right cord is in right/4; right/3 is a larger swinging neighbour's"),
    (fence, "raritan", "both cords on one PDU, one is a neighbour's, quiet neighbours"),
    (fence, "raritan", "one cord, drawn in one of a neighbour's two, quiet neighbours"),
    (fence, "snmp", "two standbys on the right PDU, quiet neighbours"),
    (fence, "raritan", "a standby on each PDU, quiet neighbours"),
    (fence, "snmp", "a third supply of a fifth on the right PDU, quiet neighbours"),
    (fence, "raritan", "a standby in the outlet of a neighbour, quiet neighbours"),
    (fence, "raritan", "a standby on the right PDU with a frozen figure"),
    (fence, "snmp", "right welded, figure echo"),
    (fence, "raritan", "right welded, figure zero"),
    (fence, "nut", "right: commands are ignored, and figures follow them"),
    (machine_off, "raritan", "one cord welded, figure echo"),
    (machine_off, "snmp", "one cord welded, figure zero"),
    (machine_off, "raritan", "one cord: commands are ignored, and figures follow them"),
    (machine_off, "raritan", "one cord closes again silently after 3 s, figure echo"),
    (machine_off, "snmp", "both closes again silently after 4.3 s"),
    (machine_off, "raritan", "a standby on another drawn PDU, quiet neighbours"),
    (machine_off, "nut", "one cord is drawn, another is on the other PDU"),
    (machine_off, "snmp", "right welded, figure echo, a neighbour shuts down at the command"),
    (through_gateway, "snmp", "right welded, figure zero"),
    (through_gateway, "raritan", "two standbys with frozen figures"),
    (through_gateway, "raritan", "one cord is drawn, a standby on the other PDU"),
    (through_gateway, "nut", "both closes again silently after 3 s, figure echo"),
]


@pytest.mark.long
@pytest.mark.parametrize("door, protocol, kind", _OVER_THE_WIRE)
@pytest.mark.sample(5)
def test_a_machine_with_power_is_not_told_as_off(
    door: Door, protocol: str, kind: str, tmp_path: Path
) -> None:
    said, watts = _asked(door, protocol, kind, 0, tmp_path)
    assert watts > 0, "this is no lie"
    assert not said.is_off, said.text


@pytest.mark.sample(3)
@pytest.mark.parametrize("door", [fence, machine_off, through_gateway])
@pytest.mark.parametrize("protocol", ["snmp", "raritan"])
def test_an_honest_machine_is_proven_off(door: Door, protocol: str, tmp_path: Path) -> None:
    # quiet: inlet and outlets are read one after the other, as on a unit, at times of this machine
    said, watts = _asked(door, protocol, "two cords, half each", 0, tmp_path, QUIET)
    assert said.is_off and watts == 0, said.text
