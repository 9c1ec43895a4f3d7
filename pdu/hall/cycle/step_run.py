"""One step of a run, from the first look to its end.

    LOOK -> BEGIN, SWITCH_OFF, STAY_OFF, SWITCH_ON, RESTORE or END     in a run that is resumed
    BEGIN -> SWITCH_OFF or PROVE_BY_METERS                             allowed by a new reading
    SWITCH_OFF, PROVE_BY_METERS -> STAY_OFF                            proven off
    STAY_OFF -> SWITCH_ON                                              the pause is over
    SWITCH_ON, RESTORE -> END                                          proven on

A surprise leaves the step where it is: an exception ends the run, and `Run` looks what it left.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Callable, Optional

from pdu_common.helper import EnumPowerStatus

from ...core.drawing.drawing import Cord, Drawing
from ...core.machines import proof as proofs
from ...core.machines.evidence import CablingEvidence, EvidenceFile
from ...core.machines.machine_power import MachinePower, OffProof
from ...core.machines.meters import MeteredLoad
from ...core.machines.observations import ObservationStore
from ...core.machines.outlet import AGAIN_S
from ...core.machines.pdu_access import CommandResult, MachineOutlet, NotProven, PduReading
from ...core.states import DOWN, UP
from ..walk.verdicts import CordNow, Now
from . import plan_file
from .commands import OutletCommands
from .environment import POLL_S, RunEnvironment, UnexpectedState, stop_if_asked, wait_until
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


# what a step does next
Phase = enum.Enum("Phase", "LOOK BEGIN SWITCH_OFF PROVE_BY_METERS STAY_OFF SWITCH_ON RESTORE END")


class StepRun:
    """One step. Its methods of one phase return the next; they raise UnexpectedState, Interrupted,
    and the errors of the journal and of handlers.
    """

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
        self._power = MachinePower.of(self._machine)
        self._evidence, self._untried = EvidenceFile(plan.verified).find(
            self._power.name, self._machine.cords, self._environment.now()
        )
        # how often the machine's meters renew their figures, as its trial has measured
        self._period_s = RENEWAL_S if self._evidence is None else self._evidence.renewed_s
        # the outlets to switch next, and the journal's line that goes with the first of them
        self._cords: Sequence[Cord] = step.cords
        self._opening: Optional[Mapping[str, Any]] = None
        # with one feed at a time, of cords that carry: None in a run that is resumed, which does
        # not know what they carried
        self._loads: Optional[StepLoads] = None
        # the least that the other cords have to carry while one is off, in A
        self._floor_a: Optional[float] = None

    def take(self, phase: Phase, only_open: bool = False) -> None:
        """Take the step from this phase to its end. With `only_open` a step that was not proven off
        is not gone on with: what is off of it is switched on.
        """
        moves: Mapping[Phase, Callable[[], Phase]] = {
            Phase.LOOK: lambda: self._look(only_open),
            Phase.BEGIN: self._begin,
            Phase.SWITCH_OFF: self._switch_off,
            Phase.PROVE_BY_METERS: self._switch_by_meters,
            Phase.STAY_OFF: self._stay_off,
            Phase.SWITCH_ON: self._switch_on,
            Phase.RESTORE: self._restore,
        }
        while phase is not Phase.END:
            phase = moves[phase]()

    # ---- phases ----------------------------------------------------------------------------------

    def _look(self, only_open: bool) -> Phase:
        """The outlets of a step that has no end say where to go on."""
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
            self._cords = off_cords
            is_switched_on = any(on for _, on in open_step.state_by_command)
            return Phase.STAY_OFF if off_cords and not is_switched_on else Phase.SWITCH_ON
        if not off_cords:
            if only_open:
                return Phase.END
            self._say("  no command was carried out")
            return Phase.BEGIN
        if only_open:
            # it was never off as a whole, and too long ago to go on with it
            self._cords = off_cords
            return Phase.RESTORE
        self._cords = [cord for cord in self.step.cords if states[cord] is UP]
        if self._cords:
            self._check(self._cords)
        return Phase.SWITCH_OFF

    def _begin(self) -> Phase:
        self._say(f"step {self.step.number} of {len(self._plan.steps)}: {self.step}")
        stop_if_asked(self._environment)
        self._read()
        live_cords = self._check(self.step.cords)
        by_meters = self._plan.mode is Mode.BOTH_FEEDS and self._plan.by_current
        if self._plan.mode is Mode.ONE_FEED and live_cords:
            looks = self._sample_loads()
            stop_if_asked(self._environment)
            # a second has passed, or ten
            live_cords = self._check(self.step.cords)
            self._floor_a = least_remaining_current(self._others)
            self._loads = StepLoads(looks, live_cords)
        # one write with the first command: a step that is begun has a command
        self._opening = plan_file.begin(self._environment.now(), self.step.number, live_cords)
        self._cords = self.step.cords
        return Phase.PROVE_BY_METERS if by_meters else Phase.SWITCH_OFF

    def _switch_off(self) -> Phase:
        """One after another, each proven off before the next: a relay that is stuck would leave the
        machine to a cord that was not checked to carry it.
        """
        for cord in self._cords:
            self.send(cord, False)
            if cord != self._cords[-1]:
                self._prove_off([cord])
        if self._loads is not None:
            self._loads.shown_at = self._environment.monotonic() + self._period_s
        self._prove_off(self.step.cords)
        return self._end_off()

    def _switch_by_meters(self) -> Phase:
        """Switch all cords off, one after another, and prove it as `pdu machine off` does. The
        first that is not proven ends it.
        """
        if self._evidence is None:
            raise UnexpectedState(
                f"{self.step.machine}: {self._untried}; this run sent no command of this step"
            )
        # what is off already stays out of it
        cords = [c for c in self._evidence.cords if Cord(c.pdu, c.outlet) in self.step.cords]
        try:
            saw = proofs.switch_off(
                self._power._replace(cords=self.step.cords),
                _StepPduAccess(self, self._environment, self._watch),
                OffProof(True, self._idle_a, self._plan.patience_s),
                CablingEvidence(self._evidence._replace(cords=cords)),
                ObservationStore(),
            )
        except NotProven as error:
            raise UnexpectedState(f"{self.step.machine}: {error}") from None
        self._say(f"  off: {'; '.join(saw)}")
        return self._end_off()

    def _end_off(self) -> Phase:
        self._commands.write(plan_file.step_off(self._environment.now(), self.step.number))
        self._cords = self.step.cords
        return Phase.STAY_OFF

    def _stay_off(self) -> Phase:
        """Wait while the outlets are off, and watch them and the other cords."""
        environment = self._environment
        end = environment.monotonic() + self._plan.pause_s
        while True:
            wait_until(environment, min(end, environment.monotonic() + _WATCH_S))
            self._read()
            self._check_others()
            for cord_now in self._own:
                if cord_now.now is not Now.OFF:
                    raise UnexpectedState(
                        f"{cord_now.cord} was off, and is not any more: {_describe(cord_now)}"
                    )
            if environment.monotonic() >= end:
                return Phase.SWITCH_ON

    def _switch_on(self) -> Phase:
        # backwards, so that no other cords carry the machine alone than while it was switched off
        # and each is proven before the next, as soon as the machine can run on them
        on = [cord for cord in self.step.cords if cord not in self._cords]
        for cord in reversed(self._cords):
            self.send(cord, True)
            on.append(cord)
            working = [carrier for carrier in on if carrier in self._open.carried]
            if self._machine.needs <= len(working) and len(on) < len(self.step.cords):
                self._prove_on(on)
        self._prove_on(self.step.cords)
        self._commands.write(plan_file.step_done(self._environment.now(), self.step.number))
        return Phase.END

    def _restore(self) -> Phase:
        self._commands.restore(self.step.number, self._cords[::-1], may_stop=True)
        return Phase.END

    # ---- readings --------------------------------------------------------------------------------

    @property
    def _open(self) -> OpenStep:
        """The step in the journal."""
        open_step = self._commands.progress.open
        assert open_step is not None
        return open_step

    @property
    def _own(self) -> list[CordNow]:
        """The step's cords by the last reading."""
        cords = self._watch.cords(self._machine)
        return [cord_now for cord_now in cords if cord_now.cord in self.step.cords]

    @property
    def _others(self) -> list[CordNow]:
        """The machine's other cords by the last reading."""
        cords = self._watch.cords(self._machine)
        return [cord_now for cord_now in cords if cord_now.cord not in self.step.cords]

    def _read(self) -> None:
        """Read the PDUs of the machine now."""
        self._watch.read({cord.pdu for cord in self._machine.cords})
        if self._loads is not None:
            loads = self._watch.loads(self._machine.cords)
            self._loads.add(self._environment.monotonic(), loads)

    def _wait(self, seconds: float) -> None:
        wait_until(self._environment, self._environment.monotonic() + seconds)

    def _check(self, cords: Sequence[Cord]) -> list[Cord]:
        """Which of these cords carry. Raises UnexpectedState unless the last reading allows to
        switch them off.
        """
        hall = self._watch.hall()
        reason = obstacle(hall, self._plan.mode, self._machine, cords)
        if reason:
            raise UnexpectedState(
                f"{self.step.machine}: {reason}; this run sent no command of this step"
            )
        return [
            cord_now.cord
            for cord_now in hall.cords[self.step.machine]
            if cord_now.cord in cords and cord_now.now is Now.CARRIES
        ]

    def _sample_loads(self) -> list[Mapping[Cord, MeteredLoad]]:
        """What the machine's cords show in two renewals."""
        end = self._environment.monotonic() + 2 * self._period_s
        looks: list[Mapping[Cord, MeteredLoad]] = [self._watch.loads(self._machine.cords)]
        while self._environment.monotonic() < end:
            self._wait(POLL_S)
            self._read()
            looks.append(self._watch.loads(self._machine.cords))
        return looks

    def _settle(self) -> dict[Cord, EnumPowerStatus]:
        """The states of the step's outlets, when a command that was sent would have shown."""
        environment, patience_s = self._environment, self._plan.patience_s
        open_commands = self._open.unresolved_commands()
        wait_s = self._open.about_at + patience_s - environment.now()
        end = environment.monotonic() + min(max(wait_s, 0.0), patience_s)
        last_states: Optional[dict[Cord, EnumPowerStatus]] = None
        while True:
            self._read()
            states = {cord: self._watch.readings.state(*cord) for cord in self.step.cords}
            is_resolved = all(states[cord] is (UP if on else DOWN) for cord, on in open_commands)
            if not is_resolved and environment.monotonic() < end:
                last_states = None
                self._wait(POLL_S)
            elif states != last_states:
                # a first reading may be from before the kill, or of a relay that falls back
                last_states = states
                self._wait(max(AGAIN_S, self._period_s))
            else:
                return states

    # ---- commands and proofs ---------------------------------------------------------------------

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
            self._wait(POLL_S)

    def _prove_off(self, cords: Collection[Cord]) -> None:
        end = self._environment.monotonic() + self._plan.patience_s
        loads = self._loads
        if loads is not None and loads.lost:
            end = max(end, loads.shown_at + 2 * POLL_S)

        def problem() -> str:
            self._check_others()
            for cord_now in self._own:
                if cord_now.cord in cords and cord_now.now is not Now.OFF:
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
            for cord_now in self._own:
                if cord_now.cord in cords and not self._is_back(cord_now):
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
        for cord_now in self._own:
            if cord_now.cord in cords:
                self._say(f"  on: {cord_now.cord}, {self._watch.amperes([cord_now.cord])}")

    def _is_back(self, cord_now: CordNow) -> bool:
        is_on = self._watch.readings.state(*cord_now.cord) is UP
        return is_on and (cord_now.cord not in self._open.carried or cord_now.now is Now.CARRIES)

    def _not_as_before(self, since: Optional[float]) -> str:
        """At the end of a step: why not every cord of the machine that carried when the run was
        planned carries again, or not as much as before; "" if all do. `since`: when the step's
        cords were back.
        """
        for cord_now in self._watch.cords(self._machine):
            if cord_now.cord in self._plan.carried and cord_now.now is not Now.CARRIES:
                return f"{cord_now.cord} carried when the run was planned: {_describe(cord_now)}"
        if self._loads is None:
            return ""
        return "its sum was not read again" if since is None else self._loads.not_as_before(since)

    def _check_others(self) -> None:
        """While a cord is off: the others live, and their current has only risen."""
        if self._plan.mode is Mode.ONE_FEED:
            reason = redundancy_problem(self._others, self._machine, self._floor_a)
            if reason:
                raise UnexpectedState(f"{self.step.machine}: {reason}")


class _StepPduAccess:
    """What a proof of one step reads and switches, journalled. A `PduAccess`."""

    def __init__(self, step_run: StepRun, environment: RunEnvironment, watch: HallWatch) -> None:
        self._step_run, self._environment, self._watch = step_run, environment, watch
        self.key, self.serials = environment.key, environment.serials
        self.now, self.monotonic = environment.now, environment.monotonic

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

    def sleep(self, seconds: float) -> None:
        """Raises Interrupted if somebody asks to stop."""
        wait_until(self._environment, self._environment.monotonic() + seconds)


def _describe(cord_now: CordNow) -> str:
    current = "" if cord_now.high_a is None else f", up to {cord_now.high_a:.2f} A"
    return f"{cord_now.cord}: {cord_now.now.value}{current}"
