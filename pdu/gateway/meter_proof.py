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

from ..pdus.listed_pdu import place_of
from ..pdus.polling import Target
from ..pdus.states import DOWN, UNKNOWN
from ..site.drawing.drawing import Cord, Machine
from ..site.machines.actions import Runner
from ..site.machines.alive import AliveCommand
from ..site.machines.evidence import EvidenceFile
from ..site.machines.machine_power import OffProof
from ..site.machines.pdu_access import (
    CommandResult,
    MachineOutlet,
    PduAccess,
    PduReading,
    SystemClock,
    pdu_reading,
    serial,
)
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
        targets: Mapping[str, tuple[GatewayPdu, Target]],
    ) -> None:
        self._loop, self._targets = loop, targets

    def read_pdus(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        future_by_pdu = {
            name: asyncio.run_coroutine_threadsafe(
                self._targets[name][0].read_now(self._targets[name][1]), self._loop
            )
            for name in pdus
        }
        return {name: pdu_reading(future.result()) for name, future in future_by_pdu.items()}

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        future_by_cord = {}
        for cord in cords:
            unit, target = self._targets[cord.pdu]
            future_by_cord[cord] = asyncio.run_coroutine_threadsafe(
                unit.switch(Cord(cord.pdu, cord.outlet), on, target), self._loop
            )
        return {cord: _command_result(future.result()) for cord, future in future_by_cord.items()}

    def key(self, pdu: str) -> str:
        return " ".join(place_of(self._targets[pdu][1].device))

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        future_by_pdu = {}
        for name in pdus:
            unit, target = self._targets[name]
            future_by_pdu[name] = asyncio.run_coroutine_threadsafe(
                unit.ask(functools.partial(serial, target)), self._loop
            )
        return {name: future.result() for name, future in future_by_pdu.items()}


def _command_result(state: CordState) -> CommandResult:
    if state.state is DOWN and not state.reason:
        return CommandResult(DOWN)
    return CommandResult(UNKNOWN, state.reason)


def make_runner(
    meter_proof: MeterProof,
    pdu_access: PduAccess,
    machine: Machine,
    report: Callable[[str], None],
) -> Runner:
    """What takes a machine's power, checks and judges it."""
    alive = None if meter_proof.alive is None else AliveCommand(meter_proof.alive, machine.name)
    proof = meter_proof.proof._replace(alive=alive)
    return Runner(pdu_access, proof, meter_proof.folder, report, meter_proof.verified, _PATIENCE_S)
