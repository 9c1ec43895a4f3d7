"""`--confirm current`: a machine is proven off at its meters, as `pdu fence` does.

The proof runs in a thread of its own; its readings and commands take their turns at each PDU with
those of all clients.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from ..core.drawing.drawing import Cord, Machine
from ..core.inventory.listed_pdu import place_of
from ..core.inventory.polling import Target
from ..core.machines.actions import Runner
from ..core.machines.alive import AliveCommand
from ..core.machines.evidence import EvidenceFile
from ..core.machines.meters import MeteredLoad, MeterThreshold, is_nothing
from ..core.machines.pdu_access import (
    CommandResult,
    MachineOutlet,
    PduReading,
    SystemClock,
    of_reading,
    serial,
)
from ..core.machines.proof import MachinePower, OffProof
from ..core.states import DOWN, UNKNOWN
from .gateway_pdus import GatewayPdu
from .power import CordState

# how long a command waits for another program on this computer that fences the machine, in s
_PATIENCE_S = 10.0


class MeterProof(NamedTuple):
    """How machines are proven off."""

    proof: OffProof
    #: where what was seen is kept
    folder: Path
    #: what trials have shown
    verified: EvidenceFile
    #: asks a machine itself; None: nothing does
    alive: Optional[str] = None


class QueuedPduAccess(SystemClock):
    """The PDUs of one command, each reached as it was when the command began. A `PduAccess`, for a
    thread beside the event loop.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        ways: Mapping[str, tuple[GatewayPdu, Target]],
    ) -> None:
        self._loop, self._ways = loop, ways

    def read(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        found = {
            name: asyncio.run_coroutine_threadsafe(
                self._ways[name][0].read_now(self._ways[name][1]), self._loop
            )
            for name in pdus
        }
        return {name: of_reading(one.result()) for name, one in found.items()}

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        begun = {}
        for cord in cords:
            unit, target = self._ways[cord.pdu]
            begun[cord] = asyncio.run_coroutine_threadsafe(
                unit.switch(Cord(cord.pdu, cord.outlet), on, target), self._loop
            )
        return {cord: _commanded(one.result()) for cord, one in begun.items()}

    def key(self, pdu: str) -> str:
        return " ".join(place_of(self._ways[pdu][1].device))

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        begun = {}
        for name in pdus:
            unit, target = self._ways[name]
            begun[name] = asyncio.run_coroutine_threadsafe(
                unit.ask(functools.partial(serial, target)), self._loop
            )
        return {name: asked.result() for name, asked in begun.items()}


def _commanded(found: CordState) -> CommandResult:
    if found.state is DOWN and not found.reason:
        return CommandResult(DOWN)
    return CommandResult(UNKNOWN, found.reason)


def power_off(
    how: MeterProof,
    loop: asyncio.AbstractEventLoop,
    machine: Machine,
    reached: Mapping[str, tuple[GatewayPdu, Target]],
    report: Callable[[str], None],
) -> None:
    """Take a machine's power, in this thread. `reached`: its PDUs. Raises NotProven."""
    runner, power = _runner(how, loop, machine, reached, report)
    runner.off(power)


def checked(
    how: MeterProof,
    loop: asyncio.AbstractEventLoop,
    machine: Machine,
    reached: Mapping[str, tuple[GatewayPdu, Target]],
    report: Callable[[str], None],
) -> Optional[list[str]]:
    """What a proof of the machine would rest on, in this thread; None while it is switched. Raises
    NotProven with what cannot be proven.
    """
    runner, power = _runner(how, loop, machine, reached, report)
    return runner.check(power)


def _runner(
    how: MeterProof,
    loop: asyncio.AbstractEventLoop,
    machine: Machine,
    reached: Mapping[str, tuple[GatewayPdu, Target]],
    report: Callable[[str], None],
) -> tuple[Runner, MachinePower]:
    power = MachinePower(machine.name, machine.cords, machine.needs)
    alive = None if how.alive is None else AliveCommand(how.alive, machine.name)
    proof, world = how.proof._replace(alive=alive), QueuedPduAccess(loop, reached)
    return Runner(world, proof, how.folder, report, how.verified, _PATIENCE_S), power


def doubt_off_state(how: MeterProof, found: CordState) -> CordState:
    """An outlet that is off by its state, and carries current, is not known to be off."""
    draw = MeteredLoad(found.current_a, found.power_w)
    meter = MeterThreshold(how.proof.threshold_a)
    if found.state is DOWN and draw.is_known and not is_nothing(draw, meter):
        return found._replace(state=UNKNOWN, reason=f"it is reported off, and carries {draw}")
    return found
