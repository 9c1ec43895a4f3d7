"""One step of a run, from the first look to its end.

A surprise leaves the step where it is: an exception ends the run, and `Run` looks what it left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Callable, Optional

from pdu_common.helper import EnumPowerStatus

from ...pdus.states import DOWN, UP
from ...site.drawing.drawing import Cord, Drawing
from ...site.machines import proof as proofs
from ...site.machines.evidence import CablingEvidence, EvidenceFile
from ...site.machines.machine_power import MachinePower, OffProof
from ...site.machines.meters import MeteredLoad
from ...site.machines.observations import ObservationStore
from ...site.machines.outlet import AGAIN_S
from ...site.machines.pdu_access import CommandResult, MachineOutlet, NotProven, PduReading
from ..walk.verdicts import CordNow, Now
from . import plan_file
from .commands import OutletCommands
from .environment import POLL_S, RunEnvironment, UnexpectedState, wait_until
from .hall_watch import HallWatch
from .plan_file import CyclePlan, OpenStep
from .step_loads import StepLoads
from .steps import (
    CycleStep,
    Mode,
    least_remaining_current,
    obstacle,
    pdu_reading,
    redundancy_problem,
)

# how often the other cords are read while an outlet is off, in s
_WATCH_S = 5.0
#: how often states and figures are renewed, if no trial has measured it, in s
RENEWAL_S = 8.0


class StepRun:
    """One step. Raises UnexpectedState, Interrupted, and errors of the journal and of handlers."""

    def __init__(
        self,
        step: CycleStep,
        plan: CyclePlan,
        drawing: Drawing,
        watch: HallWatch,
        commands: OutletCommands,
        say: Callable[[str], None],
    ) -> None:
        self.step, self._plan, self._say = step, plan, say
        self._machine, self._idle_a = drawing.machines[step.machine], drawing.idle_a
        self._watch, self._commands, self._environment = watch, commands, commands.environment
        self._cabling = EvidenceFile(plan.verified).find(
            MachinePower.of(self._machine).name, self._machine.cords, self._environment.now()
        )
        evidence = self._cabling.evidence
        # how often the machine's meters renew their figures, as its trial has measured
        self._period_s = RENEWAL_S if evidence is None else evidence.renewed_s
        # the journal's line that goes with the first command
        self._opening: Optional[Mapping[str, Any]] = None
        # with one feed at a time, of cords that carry: None in a run that is resumed, which does
        # not know what they carried
        self._loads: Optional[StepLoads] = None

    def take(self) -> None:
        """Take the step from its beginning to its end."""
        self._say(f"step {self.step.number} of {len(self._plan.steps)}: {self.step}")
        self._read()
        live_cords = self._check(self.step.cords)
        if self._plan.mode is Mode.ONE_FEED and live_cords:
            looks = self._sample_loads()
            # some seconds have passed
            self._check(self.step.cords)
            self._loads = StepLoads(looks, live_cords, least_remaining_current(self._others))
        # one write with the first command: a step that is begun has a command
        self._opening = plan_file.begin(self._environment.now(), self.step.number, live_cords)
        if self._plan.mode is Mode.BOTH_FEEDS and self._plan.by_current:
            self._switch_off_by_meters()
        else:
            self._switch_off(self.step.cords)
        self._stay_off()
        self._switch_on(self.step.cords)

    def resume(self, only_open: bool) -> None:
        """Go on where the outlets say, with a step that was begun and not ended. With `only_open`,
        one that was not proven off is not gone on with: what is off of it is switched on.
        """
        where = f"step {self.step.number} of {len(self._plan.steps)}"
        self._say(f"{where} was begun: looking at {self.step}")
        open_step, states = self._open, self._settle()
        for cord, state in states.items():
            if state not in (UP, DOWN):
                raise UnexpectedState(f"{cord}: its state is not known, so nothing was sent")
        self._commands.believe(states)
        off_cords = [cord for cord in self.step.cords if states[cord] is DOWN]
        if open_step.off:
            self._say("  it was proven off before")
            if off_cords and not any(on for _, on in open_step.state_by_command):
                self._stay_off()
            self._switch_on(off_cords)
        elif only_open:
            # it was never off as a whole, and too long ago to go on with it
            if off_cords:
                self._commands.restore(self.step.number, off_cords[::-1], may_stop=True)
        elif not off_cords:
            # the run takes it anew
            self._say("  no command was carried out")
        else:
            on_cords = [cord for cord in self.step.cords if states[cord] is UP]
            if on_cords:
                self._check(on_cords)
            self._switch_off(on_cords)
            self._stay_off()
            self._switch_on(self.step.cords)

    # ---- off and on ------------------------------------------------------------------------------

    def _switch_off(self, cords: Sequence[Cord]) -> None:
        """One after another, each proven off before the next: a relay that is stuck would leave the
        machine to a cord that was not checked to carry it.
        """
        for cord in cords:
            self.send(cord, False)
            if cord != cords[-1]:
                self._prove_off([cord])
        if self._loads is not None:
            self._loads.shown_at = self._environment.monotonic() + self._period_s
        self._prove_off(self.step.cords)
        self._write(plan_file.OFF)

    def _switch_off_by_meters(self) -> None:
        """If the proof of `pdu machine off` is possible, switch all cords off, one after another,
        and prove it like that. The first that is not proven ends it.
        """
        # what is off already stays out of it
        power = MachinePower.of(self._machine)._replace(cords=self.step.cords)
        evidence = self._cabling.evidence
        if evidence is not None:
            cords = [c for c in evidence.cords if Cord(c.pdu, c.outlet) in self.step.cords]
            evidence = evidence._replace(cords=cords)
        cabling = CablingEvidence(evidence, self._cabling.reason)
        access, store = _StepPduAccess(self, self._environment, self._watch), ObservationStore()
        proof = OffProof(True, self._idle_a, self._plan.patience_s)
        try:
            proofs.check(power, access.read_pdus(power.pdus), access, proof, cabling, store)
        except NotProven as error:
            raise self._refusal(error) from None
        # some seconds have passed
        self._read()
        self._check(self.step.cords)
        try:
            saw = proofs.switch_off(power, access, proof, cabling, store)
        except NotProven as error:
            raise UnexpectedState(f"{self.step.machine}: {error}") from None
        self._say(f"  off: {'; '.join(saw)}")
        self._write(plan_file.OFF)

    def _stay_off(self) -> None:
        """Wait while the outlets are off, and watch them and the other cords."""
        environment = self._environment
        end = environment.monotonic() + self._plan.pause_s
        while True:
            wait_until(environment, min(end, environment.monotonic() + _WATCH_S))
            self._read()
            self._check_others()
            for cord_now in self._cords_now(self.step.cords):
                if cord_now.now is not Now.OFF:
                    raise UnexpectedState(
                        f"{cord_now.cord} was off, and is not any more: {_describe(cord_now)}"
                    )
            if environment.monotonic() >= end:
                return

    def _switch_on(self, cords: Sequence[Cord]) -> None:
        # backwards, so that no other cords carry the machine alone than while it was switched off
        # and each is proven before the next, as soon as the machine can run on them
        on = [cord for cord in self.step.cords if cord not in cords]
        for cord in reversed(cords):
            self.send(cord, True)
            on.append(cord)
            working = [carrier for carrier in on if carrier in self._open.carried]
            if self._machine.needs <= len(working) and len(on) < len(self.step.cords):
                self._prove_on(on)
        self._prove_on(self.step.cords)
        self._write(plan_file.DONE)

    # ---- readings --------------------------------------------------------------------------------

    @property
    def _open(self) -> OpenStep:
        """The step in the journal."""
        open_step = self._commands.progress.open
        assert open_step is not None
        return open_step

    def _cords_now(self, cords: Collection[Cord]) -> list[CordNow]:
        """These cords of the machine by the last reading."""
        all_now = self._watch.cords(self._machine)
        return [cord_now for cord_now in all_now if cord_now.cord in cords]

    @property
    def _others(self) -> list[CordNow]:
        """The machine's cords that the step leaves on, by the last reading."""
        return self._cords_now(set(self._machine.cords).difference(self.step.cords))

    def _read(self) -> None:
        """Read the PDUs of the machine now."""
        self._watch.read({cord.pdu for cord in self._machine.cords})
        if self._loads is not None:
            loads = self._watch.loads(self._machine.cords)
            self._loads.add(self._environment.monotonic(), loads)

    def wait(self, seconds: float) -> None:
        """Raises Interrupted if somebody asks to stop."""
        wait_until(self._environment, self._environment.monotonic() + seconds)

    def _check(self, cords: Sequence[Cord]) -> list[Cord]:
        """Which of these cords carry. Raises UnexpectedState unless the last reading allows to
        switch them off.
        """
        hall = self._watch.hall()
        reason = obstacle(hall, self._plan.mode, self._machine, cords)
        if reason:
            raise self._refusal(reason)
        return [
            cord_now.cord
            for cord_now in hall.cords[self.step.machine]
            if cord_now.cord in cords and cord_now.now is Now.CARRIES
        ]

    def _refusal(self, reason: object) -> UnexpectedState:
        """The step is not taken, before its first command."""
        return UnexpectedState(
            f"{self.step.machine}: {reason}; this run sent no command of this step"
        )

    def _sample_loads(self) -> list[Mapping[Cord, MeteredLoad]]:
        """What the machine's cords show in two renewals, the same cords in each reading."""
        end = self._environment.monotonic() + 2 * self._period_s
        looks: list[Mapping[Cord, MeteredLoad]] = [self._watch.loads(self._machine.cords)]
        while self._environment.monotonic() < end:
            self.wait(POLL_S)
            self._read()
            looks.append(self._watch.loads(self._machine.cords))
        if len({tuple(load.is_known for load in look.values()) for look in looks}) > 1:
            raise self._refusal(
                "a meter of it showed a figure in some readings, and none in others"
            )
        return looks

    def _settle(self) -> dict[Cord, EnumPowerStatus]:
        """The states of the step's outlets, when a command that was sent would have shown."""
        environment, patience_s = self._environment, self._plan.patience_s
        open_commands = self._open.unresolved_commands()
        wait_s = self._open.about_at + patience_s - environment.now()
        end = environment.monotonic() + min(wait_s, patience_s)
        last_states: Optional[dict[Cord, EnumPowerStatus]] = None
        while True:
            self._read()
            states = {cord: self._watch.readings.state(*cord) for cord in self.step.cords}
            is_resolved = all(states[cord] is (UP if on else DOWN) for cord, on in open_commands)
            if not is_resolved and environment.monotonic() < end:
                last_states = None
                self.wait(POLL_S)
            elif states != last_states:
                # a first reading may be from before the kill, or of a relay that falls back
                last_states = states
                self.wait(max(AGAIN_S, self._period_s))
            else:
                return states

    # ---- commands and proofs ---------------------------------------------------------------------

    def _write(self, event: str) -> None:
        now, number = self._environment.now(), self.step.number
        self._commands.write(plan_file.step_event(now, number, event))

    def send(self, cord: Cord, on: bool) -> None:
        """One command of the step; the first is journalled with its beginning."""
        opening, self._opening = self._opening, None
        self._commands.send(self.step.number, cord, on, opening)

    def _await(self, problem: Callable[[], str], end: float) -> None:
        """Read until there is no problem. Raises UnexpectedState with the last one at the end."""
        while True:
            self._read()
            reason = problem()
            if not reason:
                return
            if self._environment.monotonic() >= end:
                raise UnexpectedState(reason)
            self.wait(POLL_S)

    def _prove_off(self, cords: Collection[Cord]) -> None:
        end = self._environment.monotonic() + self._plan.patience_s
        loads = self._loads
        if loads is not None:
            end = max(end, loads.shown_at + 2 * POLL_S)

        def problem() -> str:
            self._check_others()
            for cord_now in self._cords_now(cords):
                if cord_now.now is not Now.OFF:
                    return (
                        f"{cord_now.cord} was switched off, and is not proven off:"
                        f" {_describe(cord_now)}"
                    )
            doubt = "" if loads is None else loads.not_taken_over()
            return f"{self.step.machine}: {doubt}" if doubt else ""

        self._await(problem, end)
        others = [cord_now.cord for cord_now in self._others]
        carry = f"; the other cords carry {self._watch.amperes(others)}" if others else ""
        self._say(f"  off: {', '.join(map(str, cords))}{carry}")

    def _prove_on(self, cords: Collection[Cord]) -> None:
        back_at: Optional[float] = None

        def problem() -> str:
            nonlocal back_at
            for cord_now in self._cords_now(cords):
                is_on = self._watch.readings.state(*cord_now.cord) is UP
                has_carried = cord_now.cord in self._open.carried
                if not is_on or (has_carried and cord_now.now is not Now.CARRIES):
                    return (
                        f"{cord_now.cord} was switched on, and its current did not return:"
                        f" {_describe(cord_now)}"
                    )
            since = back_at
            if back_at is None:
                back_at = self._environment.monotonic()
            doubt = self._not_as_before(since) if set(self.step.cords) <= set(cords) else ""
            return f"{self.step.machine}: {doubt}" if doubt else ""

        self._await(problem, self._environment.monotonic() + self._plan.patience_s)
        for cord_now in self._cords_now(cords):
            self._say(f"  on: {cord_now.cord}, {self._watch.amperes([cord_now.cord])}")

    def _not_as_before(self, since: Optional[float]) -> str:
        """At the end of a step: why not every cord of the machine that carried when the run was
        planned carries again, or not as much as before; "" if all do. `since`: when the step's
        cords were back.
        """
        for cord_now in self._cords_now(self._plan.carried):
            if cord_now.now is not Now.CARRIES:
                return f"{cord_now.cord} carried when the run was planned: {_describe(cord_now)}"
        if self._loads is None:
            return ""
        return "its sum was not read again" if since is None else self._loads.not_as_before(since)

    def _check_others(self) -> None:
        """While a cord is off: the others live, and their current has only risen."""
        if self._plan.mode is Mode.ONE_FEED:
            least_a = None if self._loads is None else self._loads.least_a
            reason = redundancy_problem(self._others, self._machine, least_a)
            if reason:
                raise UnexpectedState(f"{self.step.machine}: {reason}")


class _StepPduAccess:
    """What a proof of one step reads and switches, journalled. A `PduAccess`."""

    def __init__(self, step_run: StepRun, environment: RunEnvironment, watch: HallWatch) -> None:
        self._step_run, self._watch = step_run, watch
        self.key, self.serials = environment.key, environment.serials
        self.now, self.monotonic, self.sleep = environment.now, environment.monotonic, step_run.wait

    def read_pdus(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        readings = self._watch.read(pdus).pdus
        return {
            name: pdu_reading(readings[name])
            if name in readings
            else PduReading({}, "it is not in the list")
            for name in pdus
        }

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        """Raises UnexpectedState for the first that is not seen to be carried out."""
        for cord in cords:
            self._step_run.send(Cord(cord.pdu, cord.outlet), on)
        return {cord: CommandResult(UP if on else DOWN) for cord in cords}


def _describe(cord_now: CordNow) -> str:
    current = "" if cord_now.high_a is None else f", up to {cord_now.high_a:.2f} A"
    return f"{cord_now.cord}: {cord_now.now.value}{current}"
