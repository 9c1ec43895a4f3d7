"""The one place where `physics` and the product meet: a room as a `PduAccess` of the product, and
what `pdu fence`, `pdu machine` and `pdu gateway --confirm current` run.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

import pytest

from handlers.shared.meter_figures import MeterFigures
from pdu.pdus.states import DOWN, UNKNOWN, UP, word
from pdu.site.drawing.drawing import Cord
from pdu.site.machines.actions import Runner
from pdu.site.machines.evidence import EvidenceFile
from pdu.site.machines.machine_power import MachinePower, OffProof
from pdu.site.machines.pdu_access import (
    CommandResult,
    MachineOutlet,
    NotProven,
    OutletReading,
    PduReading,
)
from tests.pdu.site.machines.physics import (
    OFF,
    ON,
    Killed,
    Machine,
    Room,
    SeenOutlet,
    SeenPdu,
)

_STATES = {ON: UP, OFF: DOWN}


class Drawn(NamedTuple):
    """A machine as the drawing has it."""

    name: str
    #: PDU and identity of each outlet
    cords: Sequence[tuple[str, str]]
    needs: int = 1


class Asked(NamedTuple):
    """What the owner said."""

    #: that the machine itself is asked
    alive: bool = False
    timeout_s: float = OffProof().timeout_s


class Answer(NamedTuple):
    """What came of one run."""

    is_off: bool
    #: why not, "killed"; or what the meters saw
    reason: str = ""


class PhysicalWorld:
    """A room, as the product reads and switches it. A `PduAccess`."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def read_pdus(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        """They are read at once, each in the time that it needs."""
        seen: dict[str, PduReading] = {}
        begun = self._room.time
        for name in sorted(set(pdus), key=lambda one: (self._room.pdus[one].read_s, one)):
            due = begun + self._room.pdus[name].read_s
            self._room.advance(max(0.0, due - self._room.time))
            seen[name] = _pdu_now(self._room.see(name))
        return {name: seen[name] for name in pdus}

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        """Those of one PDU one after the other, those of several at the same time."""
        found: dict[MachineOutlet, CommandResult] = {}
        queues: dict[str, list[MachineOutlet]] = {}
        for cord in cords:
            queues.setdefault(cord.pdu, []).append(cord)
        while any(queues.values()):
            now = [queue.pop(0) for queue in queues.values() if queue]
            for cord in now:
                said = self._room.command(cord.pdu, cord.outlet, on)
                found[cord] = (
                    CommandResult(_STATES[said])
                    if said in _STATES
                    else CommandResult(UNKNOWN, "no answer")
                )
            self._room.advance(max(self._room.pdus[cord.pdu].command_s for cord in now))
        return found

    def key(self, pdu: str) -> str:
        return f"simulated {pdu}"

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        return {name: self._room.pdus[name].serial for name in pdus}

    def now(self) -> float:
        return self._room.wall

    def monotonic(self) -> float:
        return self._room.time

    def sleep(self, seconds: float) -> None:
        self._room.advance(max(0.0, seconds))


def _pdu_now(seen: SeenPdu) -> PduReading:
    if not seen.answers:
        return PduReading({}, "no answer")
    outlets = {identity: _outlet_now(one) for identity, one in seen.outlets.items()}
    return PduReading(outlets, "", MeterFigures(*seen.inlet_figures))


def _outlet_now(one: SeenOutlet) -> OutletReading:
    return OutletReading(_STATES.get(one.state, UNKNOWN), MeterFigures(*one.figures))


class RoomAlive(NamedTuple):
    """Asks a machine of a room. An `Alive`."""

    room: Room
    machine: Machine
    words: str = "ask the room"
    sees_power: bool = False

    def answers(self) -> bool:
        self.room.advance(0.2)
        return self.room.answers(self.machine)


def _runner(room: Room, machine: Drawn, asked: Asked, folder: Path) -> Runner:
    alive = RoomAlive(room, room.machines[machine.name]) if asked.alive else None
    proof = OffProof(timeout_s=asked.timeout_s, alive=alive)
    file = EvidenceFile(str(folder.with_suffix(".jsonl")))
    return Runner(PhysicalWorld(room), proof, folder, lambda _: None, file)


def _power(machine: Drawn) -> MachinePower:
    return MachinePower(machine.name, [Cord(*one) for one in machine.cords], machine.needs)


def verify(room: Room, machine: Drawn, real: Machine, asked: Asked, folder: Path) -> str:
    """What `pdu machine verify` does. Returns what is wrong, "" for nothing."""
    runner = _runner(room, machine, asked, folder)
    assert runner.verified is not None
    try:
        with runner.verified.appending() as file:
            alive = RoomAlive(room, real)
            file.append(runner.verify(_power(machine), alive, 600.0, lambda _: None))
    except NotProven as error:
        return str(error)
    return ""


def switch_off(room: Room, machine: Drawn, asked: Asked, folder: Path) -> Answer:
    """What `off` does."""
    with _running(room):
        try:
            saw = _runner(room, machine, asked, folder).switch_off(_power(machine))
        except NotProven as error:
            return Answer(False, str(error))
        except Killed:
            return Answer(False, "killed")
    return Answer(True, "; ".join(saw))


def switch_on(room: Room, machine: Drawn, asked: Asked, folder: Path) -> None:
    """What `on` does."""
    _runner(room, machine, asked, folder).switch_on(_power(machine))


def monitor(room: Room, machine: Drawn, asked: Asked, folder: Path) -> str:
    """What `monitor` does: nothing is switched. Returns what is wrong, "" for nothing."""
    with _running(room):
        try:
            _runner(room, machine, asked, folder).check(_power(machine))
        except NotProven as error:
            return str(error)
        except Killed:
            return "killed"
    return ""


def facts(room: Room, machine: Drawn, asked: Asked, folder: Path) -> list[str]:
    """What `monitor` says of a machine that could be proven off."""
    return _runner(room, machine, asked, folder).check(_power(machine)) or []


def states(room: Room, machine: Drawn, asked: Asked, folder: Path) -> dict[str, str]:
    """What `status` says: outlet -> `on`, `off` or `unknown`."""
    known = _runner(room, machine, asked, folder).states(_power(machine))
    return {str(cord): word(outlet.state) for cord, outlet in known.items()}


@contextlib.contextmanager
def _running(room: Room) -> Iterator[None]:
    room.is_running = True
    try:
        yield
    finally:
        room.is_running = False


@contextlib.contextmanager
def without_disk() -> Iterator[None]:
    """Thousands of runs need not wait for a disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield
