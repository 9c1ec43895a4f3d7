"""The core of the gateway: the machines of the drawing, read and switched through their PDUs.

For one event loop. A command that was begun is carried through, whether or not its client waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable, NamedTuple, Optional, TypeVar

from handlers.shared.errors import SettingsError

from ..pdus.polling import Target
from ..pdus.reading import CallError, Reading
from ..pdus.states import DOWN, UNKNOWN, UP
from ..site.drawing.drawing import Cord, Machine
from ..site.machines.machine_power import MachinePower
from ..site.machines.pdu_access import NotProven, pdu_reading
from .command_log import LOST, AcceptedCommand, CommandLog
from .errors import ApiError, not_found
from .gateway_pdus import GatewayPdu, cord_state
from .meter_proof import MeterProof, QueuedPduAccess, make_runner
from .metrics import GatewayCounts
from .power import (
    OFF,
    RESTART,
    CordState,
    MachineState,
    PowerOutcome,
    PowerRequest,
    combine_cords,
    goal,
    machine_state,
)

T = TypeVar("T")
# to each outlet of a command: a list that is renewed meanwhile must not lead it to another PDU
CordTargets = Sequence[tuple[Cord, GatewayPdu, Target]]
# PDUs that are read or switched at a time
_THREADS = 64
_BUSY_RETRY_S = 10.0
# How long the result of a restart waits for a client that heard nothing. sushy 5.14 asks again some
# seconds after its 60 s, up to ten times in all.
_UNDELIVERED_S = 120.0


class ServiceReading(NamedTuple):
    """What was read at once."""

    #: by machine
    states: Mapping[str, MachineState]
    #: by PDU
    readings: Mapping[str, Reading]


class Provable(NamedTuple):
    """Whether a machine could be proven off at its meters."""

    can: bool
    #: why not, or what the proof would rest on
    sentences: Sequence[str]


@dataclass
class RunningCommand:
    """A command whose result somebody still waits for."""

    client: str
    request: PowerRequest
    key: str
    task: asyncio.Task[PowerOutcome]
    #: whether a client has its result
    is_delivered: bool = False
    #: by `time.monotonic`; None while it runs
    ended: Optional[float] = None


class PowerService:
    """Machines and their PDUs. Made in the event loop that uses it."""

    def __init__(
        self,
        machines: Mapping[str, Machine],
        targets: Sequence[Target],
        log: CommandLog,
        report: Callable[[str], None],
        proof: Optional[MeterProof] = None,
    ) -> None:
        """`report` prints commands, and what went wrong. `proof`: what proves a machine off; None:
        the states of its outlets.
        """
        self._proof = proof
        self._provers = ThreadPoolExecutor(_THREADS, "proving")
        self.counts = GatewayCounts()
        self._log, self._report = log, report
        self._readers = ThreadPoolExecutor(_THREADS, "reading")
        self._switchers = ThreadPoolExecutor(_THREADS, "switching")
        # one thread of its own: a begin must not wait for PDUs
        self._writer = ThreadPoolExecutor(1, "journal")
        self.machines: Mapping[str, Machine] = {}
        self._units: Mapping[str, GatewayPdu] = {}
        self.renew(machines, targets)
        self._reading: set[asyncio.Task[Reading]] = set()
        #: machine -> its command
        self._running: dict[str, asyncio.Task[PowerOutcome]] = {}
        #: machine -> its last command
        self._last: dict[str, RunningCommand] = {}
        #: client and key -> the command that has them
        self._by_key: dict[tuple[str, str], tuple[PowerRequest, asyncio.Task[PowerOutcome]]] = {}

    def renew(self, machines: Mapping[str, Machine], targets: Sequence[Target]) -> None:
        """Use these machines and PDUs from now on. A command that runs is carried through as it
        was begun."""
        units: dict[str, GatewayPdu] = {}
        for target in targets:
            unit = self._units.get(target.device.name)
            if unit is None:
                unit = GatewayPdu(target, self._readers, self._switchers)
            else:
                unit.renew(target)
            units[target.device.name] = unit
        self.machines, self._units = machines, units

    async def state(self, name: str, with_figures: bool = False) -> MachineState:
        """A machine, read now or a moment ago."""
        return (await self.states([name], with_figures))[name]

    async def states(
        self, names: Collection[str], with_figures: bool = False
    ) -> Mapping[str, MachineState]:
        """Machines, each of their PDUs read once."""
        return (await self.read_for(names, None, with_figures)).states

    async def read_for(
        self, names: Collection[str], wait_s: Optional[float], with_figures: bool = False
    ) -> ServiceReading:
        """Machines and their PDUs, each of these read once.

        `wait_s`: a PDU that was not read by then counts as one that could not be read, while its
        reading goes on; None: wait for all.
        """
        cords_by_machine = {name: self._machine(name).cords for name in names}
        with_meters = with_figures or self._proof is not None
        readings = await self.readings(self.pdus_of(names), with_meters, wait_s)
        now = time.monotonic()
        states = {
            name: machine_state(
                self._cord_states(self._machine(name), readings, self._cord_targets(cords)),
                round(now - min(readings[cord.pdu].begun for cord in cords), 3),
            )
            for name, cords in cords_by_machine.items()
        }
        return ServiceReading(states, readings)

    def _cord_states(
        self, machine: Machine, readings: Mapping[str, Reading], cord_targets: CordTargets
    ) -> list[CordState]:
        """A machine's outlets by readings and, with a proof by meters, by what these show and what
        is kept of the machine.
        """
        states = [cord_state(readings[cord.pdu], cord) for cord in machine.cords]
        if self._proof is None or not any(state.state is DOWN for state in states):
            return states
        pdu_access = self._pdu_access(cord_targets)
        runner = make_runner(self._proof, pdu_access, machine, self._report)
        pdu_readings = {pdu: pdu_reading(readings[pdu]) for pdu in readings}
        state_by_cord = runner.states(MachinePower.of(machine), pdu_readings)
        return [
            state._replace(
                state=state_by_cord[state.cord].state, reason=state_by_cord[state.cord].reason
            )
            if state.state is DOWN
            else state
            for state in states
        ]

    def _pdu_access(self, cord_targets: CordTargets) -> QueuedPduAccess:
        """The PDUs of a command, as they are when it begins."""
        target_by_pdu = {cord.pdu: (unit, target) for cord, unit, target in cord_targets}
        return QueuedPduAccess(asyncio.get_running_loop(), target_by_pdu)

    async def readings(
        self, pdus: Collection[str], with_figures: bool = False, wait_s: Optional[float] = None
    ) -> dict[str, Reading]:
        """PDUs, each read once. `wait_s`: as for `read_for`."""
        if not pdus:
            return {}
        begun, loop = time.monotonic(), asyncio.get_running_loop()
        tasks = {
            pdu: loop.create_task(self._units[pdu].read_recent(with_figures), name=pdu)
            for pdu in pdus
        }
        # the loop itself keeps only weak references
        self._reading.update(tasks.values())
        for task in tasks.values():
            task.add_done_callback(self._reading.discard)
        await asyncio.wait(tasks.values(), timeout=wait_s)
        late = Reading(
            failure=CallError("late", f"not read within {wait_s or 0:g} s; ask again"),
            begun=begun,
        )
        return {pdu: task.result() if task.done() else late for pdu, task in tasks.items()}

    def newest(self, pdu: str) -> Optional[Reading]:
        """The last reading of a PDU, however old; None before the first."""
        return self._units[pdu].newest

    def pdus(self) -> Collection[str]:
        """All PDUs."""
        return self._units.keys()

    @property
    def running(self) -> int:
        """How many commands run."""
        return len(self._running)

    def pdus_of(self, names: Collection[str]) -> list[str]:
        """The PDUs that these machines hang on."""
        return sorted({cord.pdu for name in names for cord in self._machine(name).cords})

    async def provable(self, name: str) -> Provable:
        """Whether `off` of a machine could be proven by what its PDUs show for some seconds."""
        machine, proof = self._machine(name), self._proof
        if proof is None:
            return Provable(False, ["the gateway believes states: --confirm current reads meters"])
        pdu_access = self._pdu_access(self._cord_targets(machine.cords))
        runner = make_runner(proof, pdu_access, machine, self._report)
        try:
            facts = await asyncio.get_running_loop().run_in_executor(
                self._provers, lambda: runner.check(MachinePower.of(machine))
            )
        except NotProven as error:
            return Provable(False, [str(error)])
        if facts is None:
            return Provable(False, ["another command of it goes on: ask again"])
        return Provable(True, facts)

    def is_known(self, client: str, key: str) -> bool:
        """Whether a client's command had this key before."""
        return (client, key) in self._by_key or self._log.find_command(client, key) is not None

    async def command(self, client: str, request: PowerRequest, key: str = "") -> PowerOutcome:
        """Carry out a command, or give the result of the one that had this key.

        Raises ApiError; then nothing was sent.
        """
        machine = self._machine(request.machine)
        running = self._by_key.get((client, key)) if key else None
        if running is not None:
            _check_same(running[0], request)
            return (await asyncio.shield(running[1]))._replace(is_repeated=True)
        earlier = self._log.find_command(client, key) if key else None
        if earlier is not None:
            _check_same(earlier.request, request)
            # without a result: a defect ended it
            outcome = earlier.outcome or PowerOutcome(earlier.id, request, False, UNKNOWN, (), LOST)
            return outcome._replace(is_repeated=True)
        if machine.protected:
            raise ApiError(403, "protected", f"{machine.name} is protected in the drawing")
        if machine.name in self._running:
            raise ApiError(
                409, "busy", f"another command of {machine.name} is running", _BUSY_RETRY_S
            )
        task = asyncio.get_running_loop().create_task(
            self._carry_out(client, machine, request, key, self._cord_targets(machine.cords))
        )
        self._running[machine.name] = task
        last = self._last[machine.name] = RunningCommand(client, request, key, task)
        if key:
            self._by_key[client, key] = (request, task)

        def forget_command(_: object) -> None:
            del self._running[machine.name]
            last.ended = time.monotonic()
            self._by_key.pop((client, key), None)

        task.add_done_callback(forget_command)
        # a client that leaves does not end the command
        return await asyncio.shield(task)

    def repeated(self, client: str, request: PowerRequest) -> Optional[RunningCommand]:
        """The command that a client sends again because it heard nothing: the same one, that runs,
        or a restart whose result no client got. None for a new command.

        On and off are sent anew once they have ended: they harm nothing twice, and a result of
        minutes ago is no proof.
        """
        last = self._last.get(request.machine)
        if last is None or (last.client, last.request, last.key) != (client, request, ""):
            return None
        if not last.task.done():
            return last
        is_awaited = (
            request.action == RESTART
            and last.ended is not None
            and not last.is_delivered
            and not last.task.cancelled()
            and last.task.exception() is None
            and time.monotonic() - last.ended < _UNDELIVERED_S
        )
        return last if is_awaited else None

    def report_delivery(self, outcome: PowerOutcome, is_delivered: bool) -> None:
        """Note whether a client that waited for the result has got it."""
        last = self._last.get(outcome.request.machine)
        if last is not None and last.task.done() and last.task.result().id == outcome.id:
            last.is_delivered = last.is_delivered or is_delivered

    async def close(self) -> None:
        """Wait for the commands that run, then let go of the threads."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await asyncio.sleep(0)
        self._readers.shutdown(wait=False)
        self._switchers.shutdown(wait=False)
        self._provers.shutdown(wait=False)
        self._writer.shutdown()

    def _cord_targets(self, cords: Sequence[Cord]) -> CordTargets:
        """To each outlet, as it is reached now."""
        units = [self._units[cord.pdu] for cord in cords]
        return [(cord, unit, unit.target) for cord, unit in zip(cords, units)]

    def _machine(self, name: str) -> Machine:
        machine = self.machines.get(name)
        if machine is None:
            not_found()
        return machine

    async def _carry_out(
        self,
        client: str,
        machine: Machine,
        request: PowerRequest,
        key: str,
        cord_targets: CordTargets,
    ) -> PowerOutcome:
        command = await self._write_to_log(
            lambda: self._log.begin(client, request, machine.cords, key)
        )
        label = f"command {command.id}: {request.action} of {machine.name} by {client}"
        self._report(f"{label}: begun")
        outcome = await self._send(command, machine, request, cord_targets)
        self.counts.commands[request.action, "done" if outcome.is_done else "unproven"] += 1
        self._report(f"{label}: {'done' if outcome.is_done else f'not proven: {outcome.reason}'}")
        try:
            await self._write_to_log(lambda: self._log.end(command, outcome))
        except SettingsError as error:
            self._report(f"the result of the command {command.id} is not in the journal: {error}")
        return outcome

    async def _send(
        self,
        command: AcceptedCommand,
        machine: Machine,
        request: PowerRequest,
        cord_targets: CordTargets,
    ) -> PowerOutcome:
        if self._proof is not None and request.action in (OFF, RESTART):
            why = await self._take_power(self._proof, machine, cord_targets)
            off = await self._read_now(machine, cord_targets)
            if request.action == OFF or why:
                note = f"{why}, so it was not switched on" if request.action == RESTART else why
                return _outcome(command, off, note)
        elif request.action == RESTART:
            off = await _switch_all(cord_targets, on=False)
            if combine_cords(cord.state for cord in off) is not DOWN:
                return _outcome(command, off, "it was not proven off, so it was not switched on")
        if request.action == RESTART:
            await asyncio.sleep(request.pause_s)
            off = await self._read_now(machine, cord_targets)
            if combine_cords(cord.state for cord in off) is not DOWN:
                return _outcome(command, off, "it did not stay off, so it was not switched on")
            try:
                await self._write_to_log(lambda: self._log.step(command, "proven off; now on"))
            except SettingsError as error:
                # the machine is off: to leave it so would be worse than a missing line
                self._report(f"a step of the command {command.id} is not in the journal: {error}")
        return _outcome(command, await _switch_all(cord_targets, goal(request.action) is UP))

    async def _read_now(self, machine: Machine, cord_targets: CordTargets) -> list[CordState]:
        """Its outlets, read after the last command."""
        with_figures = self._proof is not None
        readings = await asyncio.gather(
            *(unit.read_now(target, with_figures) for _, unit, target in cord_targets)
        )
        names = [cord.pdu for cord, _, _ in cord_targets]
        reading_by_pdu = dict(zip(names, readings))
        return self._cord_states(machine, reading_by_pdu, cord_targets)

    async def _take_power(
        self, proof: MeterProof, machine: Machine, cord_targets: CordTargets
    ) -> str:
        """Take its power. Returns why it is not proven, "" if it is."""
        runner = make_runner(proof, self._pdu_access(cord_targets), machine, self._report)
        try:
            await asyncio.get_running_loop().run_in_executor(
                self._provers, lambda: runner.switch_off(MachinePower.of(machine))
            )
        except NotProven as error:
            return str(error)
        return ""

    async def _write_to_log(self, write: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, write)


async def _switch_all(cord_targets: CordTargets, on: bool) -> list[CordState]:
    """Switch all outlets, those of different PDUs at the same time."""
    return list(
        await asyncio.gather(
            *(unit.switch(cord, on, target) for cord, unit, target in cord_targets)
        )
    )


def _outcome(command: AcceptedCommand, cords: Sequence[CordState], note: str = "") -> PowerOutcome:
    """The result: done if every outlet reported what the action ends in."""
    state = combine_cords(cord.state for cord in cords)
    why = [f"{cord.cord}: {cord.reason}" for cord in cords if cord.reason]
    is_done = not note and not why and state is goal(command.request.action)
    reason = "; ".join([*why, *([note] if note else [])])
    return PowerOutcome(command.id, command.request, is_done, state, cords, reason)


def _check_same(earlier_request: PowerRequest, request: PowerRequest) -> None:
    """Raise ApiError if a key was used for another command."""
    if earlier_request != request:
        raise ApiError(422, "key", "this key was used for another command; use a new one")
