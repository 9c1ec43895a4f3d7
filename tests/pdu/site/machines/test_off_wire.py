"""Lies of `room_kinds` over the wire: `pdu machine verify`, then `pdu fence`, `pdu machine off` and
the gateway with `--confirm current` ask simulated PDUs of four protocols.
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
from tests.pdu.gateway.running import gateway
from tests.pdu.site.machines.off_trial import SOON_S, Trial, case
from tests.pdu.site.machines.room_clock import ClockServer, runs_by
from tests.pdu.site.machines.room_kinds import (
    CHANGED,
    HONEST,
    QUIET,
    WIRED_WRONG,
    Case,
    Noise,
    Setting,
)
from tests.pdu.site.machines.room_wire import WiredRoom, wired

_METER = Setting(0.001, 1.0, 1.0, 300.0, 500.0)
_CLOCK = ROOT / "tests" / "pdu" / "site" / "machines" / "room_clock.py"
_KINDS = {one.name: one for one in [*WIRED_WRONG, *CHANGED, *HONEST]}


class Answer(NamedTuple):
    """Of a command: whether it ended with success, for which the machine is off."""

    is_off: bool
    text: str


def _files(folder: Path, equals: str, ends: str, state: str) -> list[str]:
    names = {"list": "hall.csv", "auth": "logins.toml", "drawing": "hall.power.toml"}
    names[state] = "state"
    return [f"{key}{equals}{folder / name}{ends}" for key, name in names.items()]


def _in_process(arguments: Sequence[str], given: str, room: Optional[WiredRoom]) -> tuple[int, str]:
    """By the clock of a room; None: by this computer's."""
    said = io.StringIO()
    clock = contextlib.nullcontext() if room is None else runs_by(room)
    with pytest.MonkeyPatch.context() as patch, clock:
        for key in [key for key in os.environ if key.startswith("PDU_")]:
            patch.delenv(key)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = root.run(list(arguments))
    return code, said.getvalue()


def fence(folder: Path, room: Optional[WiredRoom]) -> Answer:
    """As a cluster does."""
    given = "action=off\nplug=srv\n" + "".join(_files(folder, "=", "\n", "state_dir"))
    code, text = _in_process(["fence"], given, room)
    return Answer(code == 0, text)


def machine_off(folder: Path, room: WiredRoom) -> Answer:
    """As an administrator does."""
    files = [f"--{one}" for one in _files(folder, "=", "", "state-dir")]
    code, text = _in_process(["machine", "off", "srv", "--yes", *files], "", room)
    return Answer(code == 0, text)


def through_gateway(folder: Path, room: WiredRoom) -> Answer:
    """As MAAS does."""
    options = ["--confirm", "current", "--state-dir", str(folder / "state")]
    with ClockServer(room) as clock:
        program = (sys.executable, str(_CLOCK), str(clock.port))
        with gateway(folder, *options, program=program) as running:
            answer = running.switch("srv", "off")
    return Answer(answer.status == 200, answer.text)


Door = Callable[[Path, WiredRoom], Answer]


def verify(folder: Path, room: WiredRoom, alive: str) -> Answer:
    """As an administrator does, at leisure."""
    files = [f"--{one}" for one in _files(folder, "=", "", "state-dir")]
    words = ["machine", "verify", "srv", "--yes", "--alive", alive, *files]
    code, text = _in_process(words, "", room)
    return Answer(code == 0, text)


class WireTrial(NamedTuple):
    """Answers of `pdu machine verify` and of the command after it."""

    cabling: Answer
    off: Answer
    #: whether the machine ran at the answer of `off`, or soon after
    has_run: bool
    #: whether an outlet was switched off
    is_commanded: bool


def try_over_wire(
    door: Door, protocol: str, kind: str, folder: Path, noise: Optional[Noise] = None
) -> WireTrial:
    """Verify a machine's cabling, let what changes happen, and ask for the machine to be off."""
    chosen = _KINDS[kind]
    made: Case = case(Trial("wire", chosen, 0, _METER, noise or chosen.noise), 1)
    made.srv.boots_s = 0.0
    with wired(folder, made, protocol) as (room, alive):
        cabling = verify(folder, room, alive)
        for happens in made.since:
            happens(made.room)
        if chosen.is_monitored:
            made.room.advance(60.0)
            files = [f"--{one}" for one in _files(folder, "=", "", "state-dir")]
            _in_process(["machine", "check", "srv", *files], "", room)
        answer = door(folder, room)
    answered = made.room.time
    made.room.advance(SOON_S)
    return WireTrial(
        cabling,
        answer,
        made.room.has_run(made.srv, answered),
        any(not command.on for command in made.room.commands),
    )


# The first case of each table is no trial: so each door is in one, and each protocol but Redfish,
# over which `test_verification` verifies a machine and proves it off.
_WIRED_WRONG: Sequence[tuple[Door, str, str]] = [
    (fence, "snmp", "the right cord is in right/4; right/3 is a swinging neighbour's"),
    (fence, "redfish", "the right cord is in right/4; right/3 is empty"),
    (fence, "raritan", "the right cord is in right/4; right/3 is a larger swinging neighbour's"),
    (fence, "raritan", "both cords on one PDU, one is a neighbour's, quiet neighbours"),
    (fence, "nut", "one cord, drawn in one of a neighbour's two, quiet neighbours"),
    (fence, "snmp", "two standbys on the right PDU, quiet neighbours"),
    (fence, "snmp", "a third supply of a fifth on the right PDU, quiet neighbours"),
    (fence, "raritan", "a standby on each PDU, swinging neighbours"),
    (machine_off, "redfish", "a standby in the outlet of a neighbour, quiet neighbours"),
    (machine_off, "nut", "one cord is drawn, another is on the other PDU"),
    (through_gateway, "raritan", "one cord is drawn, a standby on the other PDU"),
    (machine_off, "redfish", "a standby at a wall"),
    (machine_off, "snmp", "two machines exactly in each other's place"),
    (fence, "raritan", "it restarts on a standby at a wall"),
]
_CHANGED: Sequence[tuple[Door, str, str]] = [
    (through_gateway, "nut", "both closes again after 1 s, and says so"),
    (fence, "redfish", "right welded since, quiet neighbours"),
    (fence, "raritan", "right: commands are ignored since"),
    (fence, "snmp", "both welded since, metering begins anew, swinging neighbours"),
    (machine_off, "raritan", "one cord closes again silently after 3 s"),
    (machine_off, "snmp", "both closes again silently after 4.3 s"),
    (through_gateway, "raritan", "right welded since, figures come 15 s late"),
    (fence, "nut", "both closes again after 3 s, figures come 15 s late"),
    (machine_off, "redfish", "right welded since, figures are means of 15 s"),
    (
        fence,
        "snmp",
        "the right cord was moved to right/4 since, with a monitor, quiet neighbours",
    ),
    (
        through_gateway,
        "redfish",
        "the left cord was moved to third/4 since, with a monitor, swinging neighbours",
    ),
]


@pytest.mark.long
@pytest.mark.parametrize("door, protocol, kind", _WIRED_WRONG)
@pytest.mark.sample(1)
def test_a_wrong_cabling_is_not_verified_and_nothing_told_as_off(
    door: Door, protocol: str, kind: str, tmp_path: Path
) -> None:
    trial = try_over_wire(door, protocol, kind, tmp_path)
    assert trial.is_commanded
    assert not trial.cabling.is_off and "is not verified" in trial.cabling.text, trial.cabling.text
    assert not trial.off.is_off, trial.off.text


@pytest.mark.long
@pytest.mark.parametrize("door, protocol, kind", _CHANGED)
@pytest.mark.sample(1)
def test_a_machine_with_power_is_not_told_as_off(
    door: Door, protocol: str, kind: str, tmp_path: Path
) -> None:
    trial = try_over_wire(door, protocol, kind, tmp_path)
    assert trial.is_commanded
    assert trial.cabling.is_off, trial.cabling.text
    assert trial.has_run, "the answer `off` would be true"
    assert not trial.off.is_off, trial.off.text


@pytest.mark.sample(1)
@pytest.mark.parametrize("door", [machine_off, fence, through_gateway])
@pytest.mark.parametrize("protocol", ["raritan", "redfish", "nut", "snmp"])
def test_an_honest_machine_is_verified_and_proven_off(
    door: Door, protocol: str, tmp_path: Path
) -> None:
    trial = try_over_wire(door, protocol, "two cords, half each", tmp_path, QUIET)
    assert trial.is_commanded
    assert trial.cabling.is_off, trial.cabling.text
    assert trial.off.is_off and not trial.has_run, trial.off.text
