"""The core of the gateway: the machines of the drawing, read and switched through their PDUs.

For one event loop. A command that was begun is carried through, whether or not its client waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, TypeVar

from ...errors import SettingsError
from ..fleet.polling import Target
from ..hall.drawing import Cord, Machine
from .ledger import LOST, AcceptedCommand, Ledger
from .power import (
    OFF,
    ON,
    RESTART,
    UNKNOWN,
    CordState,
    MachineState,
    PowerOutcome,
    PowerRequest,
    goal,
    machine_state,
    together,
)
from .refusals import Refusal, not_found
from .units import GatewayPdu

T = TypeVar("T")
# PDUs that are read or switched at a time
_THREADS = 64
_BUSY_RETRY_S = 10.0


class Board:
    """Machines and their PDUs. Made in the event loop that uses it."""

    def __init__(
        self,
        machines: Mapping[str, Machine],
        targets: Sequence[Target],
        ledger: Ledger,
        fresh_s: float,
        report: Callable[[str], None],
    ) -> None:
        """`report` prints what went wrong."""
        self.machines, self._ledger, self._report = machines, ledger, report
        self._threads = ThreadPoolExecutor(_THREADS, "pdu")
        # one thread of its own: a begin must not wait for PDUs
        self._writer = ThreadPoolExecutor(1, "journal")
        self._units = {one.device.name: GatewayPdu(one, self._threads, fresh_s) for one in targets}
        #: machine -> its command
        self._running: dict[str, asyncio.Task[PowerOutcome]] = {}
        #: client and key -> the command that has them
        self._by_key: dict[tuple[str, str], tuple[PowerRequest, asyncio.Task[PowerOutcome]]] = {}

    async def state(self, name: str, with_figures: bool = False) -> MachineState:
        """A machine, read now or a moment ago."""
        return (await self.states([name], with_figures))[name]

    async def states(
        self, names: Collection[str], with_figures: bool = False
    ) -> dict[str, MachineState]:
        """Machines, each of their PDUs read once."""
        cords = {name: self._machine(name).cords for name in names}
        pdus = sorted({cord.pdu for every in cords.values() for cord in every})
        read = await asyncio.gather(*(self._units[pdu].read(with_figures) for pdu in pdus))
        readings = dict(zip(pdus, read))
        now = time.monotonic()
        return {
            name: machine_state(
                [readings[cord.pdu].cord(cord) for cord in every],
                round(now - min(readings[cord.pdu].begun for cord in every), 3),
            )
            for name, every in cords.items()
        }

    async def command(self, client: str, wanted: PowerRequest, key: str = "") -> PowerOutcome:
        """Carry out a command, or give the result of the one that had this key.

        Raises Refusal; then nothing was sent.
        """
        machine = self._machine(wanted.machine)
        running = self._by_key.get((client, key)) if key else None
        if running is not None:
            _check_same(running[0], wanted)
            return (await asyncio.shield(running[1]))._replace(is_repeated=True)
        known = self._ledger.known(client, key) if key else None
        if known is not None:
            _check_same(known.wanted, wanted)
            # without a result: a defect ended it
            found = known.outcome or PowerOutcome(known.id, wanted, False, UNKNOWN, (), LOST)
            return found._replace(is_repeated=True)
        if machine.protected:
            raise Refusal(403, "protected", f"{machine.name} is protected in the drawing")
        if machine.name in self._running:
            raise Refusal(
                409, "busy", f"another command of {machine.name} is running", _BUSY_RETRY_S
            )
        task = asyncio.get_running_loop().create_task(
            self._carried_out(client, machine, wanted, key)
        )
        self._running[machine.name] = task
        if key:
            self._by_key[client, key] = (wanted, task)

        def ended(_: object) -> None:
            del self._running[machine.name]
            self._by_key.pop((client, key), None)

        task.add_done_callback(ended)
        # a client that leaves does not end the command
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for the commands that run, then let go of the threads."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await asyncio.sleep(0)
        self._threads.shutdown(wait=False)
        self._writer.shutdown()

    def _machine(self, name: str) -> Machine:
        found = self.machines.get(name)
        if found is None:
            not_found()
        return found

    async def _carried_out(
        self, client: str, machine: Machine, wanted: PowerRequest, key: str
    ) -> PowerOutcome:
        command = await self._written(
            lambda: self._ledger.begin(client, wanted, machine.cords, key)
        )
        outcome = await self._sent(command, machine, wanted)
        try:
            await self._written(lambda: self._ledger.end(command, outcome))
        except SettingsError as error:
            self._report(f"the result of the command {command.id} is not in the journal: {error}")
        return outcome

    async def _sent(
        self, command: AcceptedCommand, machine: Machine, wanted: PowerRequest
    ) -> PowerOutcome:
        if wanted.action == RESTART:
            off = await self._switched(machine.cords, on=False)
            if together(cord.state for cord in off) != OFF:
                return _outcome(command, off, "it was not proven off, so it was not switched on")
            await asyncio.sleep(wanted.pause_s)
            try:
                await self._written(lambda: self._ledger.step(command, "proven off; now on"))
            except SettingsError as error:
                # the machine is off: to leave it so would be worse than a missing line
                self._report(f"a step of the command {command.id} is not in the journal: {error}")
        return _outcome(command, await self._switched(machine.cords, goal(wanted.action) == ON))

    async def _switched(self, cords: Sequence[Cord], on: bool) -> list[CordState]:
        """Switch all outlets, those of different PDUs at the same time."""
        return list(
            await asyncio.gather(*(self._units[cord.pdu].switch(cord, on) for cord in cords))
        )

    async def _written(self, write: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, write)


def _outcome(command: AcceptedCommand, cords: Sequence[CordState], note: str = "") -> PowerOutcome:
    """The result: done if every outlet reported what the action ends in."""
    state = together(cord.state for cord in cords)
    why = [f"{cord.cord}: {cord.reason}" for cord in cords if cord.reason]
    done = not note and not why and state == goal(command.wanted.action)
    reason = "; ".join([*why, *([note] if note else [])])
    return PowerOutcome(command.id, command.wanted, done, state, cords, reason)


def _check_same(earlier: PowerRequest, wanted: PowerRequest) -> None:
    """Raise Refusal if a key was used for another command."""
    if earlier != wanted:
        raise Refusal(422, "key", "this key was used for another command; use a new one")
