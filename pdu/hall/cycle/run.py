"""Takes the steps of a plan, one after another, and stops at the first surprise.

    read the machine's PDUs; is the step still allowed?
    journal "about", on the disk; send once; read back: off, and the other cords carry the machine
    wait, and watch the other cords
    journal "about", on the disk; send once; read back: on, and the current is back

A command is sent only to an outlet that was just read in the other state. What a run does not know
it looks at: a resumed run waits until a command that was about to be sent would have shown, and
believes the outlet, not the journal.

With one feed at a time, an outlet that was switched off when something surprised the run is
switched on again, which is the second half of its step: the machine shall not stay without it. With
both feeds nothing more is sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Callable, Optional

from handlers.shared.errors import PduHandlerError, printable
from pdu_common.helper import EnumPowerStatus

from ...core.cli.error_output import Interrupted
from ...core.cli.output import NOT_METERED, figure
from ...core.drawing.drawing import Cord, Drawing
from ...core.inventory.saved_readings import HallReadings
from ...core.machines import proof as proofs
from ...core.machines.evidence import CablingEvidence, EvidenceFile
from ...core.machines.machine_power import MachinePower, OffProof
from ...core.machines.meters import MeteredLoad
from ...core.machines.observations import ObservationStore
from ...core.machines.outlet import AGAIN_S
from ...core.machines.pdu_access import CommandResult, MachineOutlet, NotProven, PduReading
from ...core.states import DOWN, UNKNOWN, UP, word
from ..failure.rehearsal import Hall
from ..walk.verdicts import CordNow, Now, cords_now
from . import plan_file
from .environment import Ended, Log, OutletLeftOff, RunEnvironment, UnexpectedState
from .plan_file import CyclePlan, OpenStep, Progress
from .step_loads import StepLoads
from .steps import (
    CycleStep,
    Mode,
    least_remaining_current,
    least_share,
    obstacle,
    redundancy_problem,
    to_pdu_reading,
)

#: the shortest time between two commands to switch on, in s
BETWEEN_ON_S = 0.5
# how often a state that is waited for is read, and how often the other cords are while an outlet is
# off, in s
_POLL_S, _WATCH_S = 1.0, 5.0
# the longest time without looking whether somebody wants to stop, in s
_TICK_S = 0.25
#: how often states and figures are renewed, if no trial has measured it, in s
RENEWAL_S = 8.0
# readings of PDUs that the present step does not touch are at most this old, in s: other machines'
# currents count on panels' lines
_REFRESH_S = 900.0

# after errors of these kinds the device did not switch (handlers/shared/switching.py)
_NOT_CARRIED_OUT = ("settings", "denied", "refused", "no-such-outlet", "unsupported")


class Run:
    """One run of a plan. `say` gets a line of progress for people."""

    def __init__(
        self,
        plan: CyclePlan,
        progress: Progress,
        drawing: Drawing,
        environment: RunEnvironment,
        log: Log,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._plan, self._progress, self._drawing = plan, progress, drawing
        self.environment, self._log, self._say = environment, log, say
        self._readings = HallReadings({})
        self._read_at = 0.0
        self._on_at = environment.monotonic()
        self._step: Optional[CycleStep] = None
        # the least that the other cords have to carry while one is off, in A
        self._floor_a: Optional[float] = None
        # with one feed at a time: what the machine's cords carried, those that carried before the
        # command, and from when on all meters show the command
        self._loads: Optional[StepLoads] = None
        self._lost: Sequence[Cord] = ()
        self._shown = 0.0
        self._left: dict[Cord, EnumPowerStatus] = {}
        # the last command, while it may or may not have been carried out
        self._doubtful: Optional[tuple[Cord, bool]] = None
        self._restored: list[Cord] = []

    def go(self, only_open: bool = False) -> Ended:
        """Take the steps that are left; with `only_open`, only switch on what one left off."""
        resumed = self._progress.begun
        error: Optional[BaseException] = None
        try:
            self._write(
                [plan_file.running(self.environment.now(), "resumed" if resumed else "begun")]
            )
            self._all(only_open)
        except KeyboardInterrupt:
            error = Interrupted("asked a second time to stop, so nothing more was sent")
        except Exception as failure:
            error = failure
            self._recover(failure)
        left = [OutletLeftOff(cord, state) for cord, state in self._left.items()]
        with contextlib.suppress(PduHandlerError, KeyboardInterrupt):
            self._write([self._last(error, left)])
        at = "" if error is None or self._step is None else f"step {self._step.number}"
        return Ended(self._progress.steps_done, error, at, left, self._restored)

    def _last(
        self, error: Optional[BaseException], left: Sequence[OutletLeftOff]
    ) -> Mapping[str, Any]:
        at = self.environment.now()
        if error is None:
            return plan_file.running(at, "ended")
        return plan_file.running(
            at,
            "stopped",
            reason=_words(error),
            left=[[*outlet.cord, word(outlet.state)] for outlet in left],
        )

    def _all(self, only_open: bool) -> None:
        open_step = self._progress.open
        if open_step is not None:
            self._step = self._plan.steps[open_step.number - 1]
            # before anything is read: what is said of a run that ends here
            self._left = {cord: UNKNOWN for cord, on in open_step.state_by_command if not on}
            self._resume(self._step, open_step, only_open)
        while not only_open and self._progress.steps_done < len(self._plan.steps):
            self._step = self._plan.steps[self._progress.steps_done]
            self._begin(self._step)
        self._step = None

    # ---- a step ----------------------------------------------------------------------------------

    def _begin(self, step: CycleStep) -> None:
        self._say(f"step {step.number} of {len(self._plan.steps)}: {step}")
        self._stop_if_asked()
        self._floor_a, self._lost, self._loads = None, (), None
        self._read_for(step)
        carried = self._carrying_cords(step)
        opening = plan_file.begin(self.environment.now(), step.number, carried)
        if self._plan.mode is Mode.BOTH_FEEDS and self._plan.by_current:
            self._prove_by_meters(step, opening)
            self._ended_off(step)
            return
        if self._plan.mode is Mode.ONE_FEED and carried:
            loads = self._learn(step)
            self._stop_if_asked()
            # a second has passed, or ten
            carried = self._carrying_cords(step)
            mates = [cord_now for cord_now in self._cords(step) if cord_now.cord not in step.cords]
            self._lost, self._floor_a = carried, least_remaining_current(mates)
            self._loads = StepLoads(loads)
            opening = plan_file.begin(self.environment.now(), step.number, carried)
        # one write with the first command: a step that is begun has a command
        self._switch_off(step, step.cords, opening)
        self._shown = self.environment.monotonic() + self._period_s
        self._off_and_on(step)

    def _carrying_cords(self, step: CycleStep) -> list[Cord]:
        """The step's cords that carry. Raises UnexpectedState unless the last reading allows it."""
        machine, hall = self._drawing.machines[step.machine], Hall(self._drawing, self._readings)
        reason = obstacle(hall, self._plan.mode, machine, step.cords)
        if reason:
            raise UnexpectedState(f"{step.machine}: {reason}; no command of this step was sent")
        now = hall.cords[machine.name]
        return [
            cord_now.cord
            for cord_now in now
            if cord_now.cord in step.cords and cord_now.now is Now.CARRIES
        ]

    def _prove_by_meters(self, step: CycleStep, opening: Mapping[str, Any]) -> None:
        """Switch all cords off, one after another, and prove it as `pdu machine off` does. The
        first that is not proven ends it.
        """
        machine = self._drawing.machines[step.machine]
        plan, pdu_access = self._plan, _StepPduAccess(self, step, opening)
        file = EvidenceFile(plan.verified)
        power = MachinePower.of(machine)._replace(cords=step.cords)
        evidence, reason = file.find(power.name, machine.cords, self.environment.now())
        if evidence is None:
            raise UnexpectedState(f"{step.machine}: {reason}; no command of this step was sent")
        # what is off already stays out of it
        cords = [cord for cord in evidence.cords if Cord(cord.pdu, cord.outlet) in step.cords]
        cabling = CablingEvidence(evidence._replace(cords=cords))
        proof = OffProof(True, self._drawing.idle_a, plan.patience_s)
        try:
            saw = proofs.switch_off(power, pdu_access, proof, cabling, ObservationStore())
        except NotProven as error:
            raise UnexpectedState(f"{step.machine}: {error}") from None
        self._say(f"  off: {'; '.join(saw)}")

    @property
    def _readable_pdus(self) -> set[str]:
        """The PDUs that can be read."""
        return set(self._drawing.read_pdus)

    @property
    def _period_s(self) -> float:
        """How often the meters of this step's machine renew their figures, as its trial has
        measured.
        """
        if self._step is None:
            return RENEWAL_S
        power = MachinePower.of(self._drawing.machines[self._step.machine])
        file = EvidenceFile(self._plan.verified)
        evidence, _ = file.find(power.name, power.cords, self.environment.now())
        return RENEWAL_S if evidence is None else evidence.renewed_s

    def _learn(self, step: CycleStep) -> Sequence[Mapping[Cord, MeteredLoad]]:
        """What the machine's cords show in two renewals."""
        end = self.environment.monotonic() + 2 * self._period_s
        looks = [self._shown_loads(step)]
        while self.environment.monotonic() < end:
            self.wait(_POLL_S)
            self._read_for(step)
            looks.append(self._shown_loads(step))
        return looks

    def _shown_loads(self, step: CycleStep) -> dict[Cord, MeteredLoad]:
        """What the machine's cords show in the last reading."""
        cords = self._drawing.machines[step.machine].cords
        outlets = {cord: self._readings.outlet(*cord) for cord in cords}
        return {
            cord: MeteredLoad() if outlet is None else MeteredLoad(outlet.current_a, outlet.power_w)
            for cord, outlet in outlets.items()
        }

    def _switch_off(
        self, step: CycleStep, cords: Sequence[Cord], opening: Optional[Mapping[str, Any]] = None
    ) -> None:
        """One after another, each proven off before the next: a relay that is stuck would leave the
        machine to a cord that was not checked to carry it.
        """
        for cord in cords:
            self.send(step, cord, False, opening if cord == cords[0] else None)
            if cord != cords[-1]:
                self._prove_off(step, [cord])

    def _off_and_on(self, step: CycleStep) -> None:
        self._prove_off(step, step.cords)
        self._ended_off(step)

    def _ended_off(self, step: CycleStep) -> None:
        """The machine, or the cord, is proven off: wait, and switch it on."""
        self._write([plan_file.off(self.environment.now(), step.number)])
        self._stay_off(step)
        self._switch_on(step, step.cords)

    def _resume(self, step: CycleStep, open_step: OpenStep, only_open: bool) -> None:
        """Look at the outlets of a step that has no end, and take it to its end."""
        self._say(f"step {step.number} of {len(self._plan.steps)} was begun: looking at {step}")
        states = self._settle(step, open_step)
        for cord, state in states.items():
            if state not in (UP, DOWN):
                raise UnexpectedState(f"{cord}: its state is not known, so nothing was sent")
        self._left = {cord: DOWN for cord, state in states.items() if state is DOWN}
        if open_step.off:
            self._say("  it was proven off before")
            if self._left and not any(on for _, on in open_step.state_by_command):
                self._stay_off(step)
            self._switch_on(step, [cord for cord in step.cords if states[cord] is DOWN])
        elif self._left and only_open:
            # it was never off as a whole, and too long ago to go on with it
            for cord in reversed(list(self._left)):
                self.send(step, cord, True)
                self._restored.append(cord)
            self._write([plan_file.restored(self.environment.now(), step.number)])
        elif self._left:
            self._switch_off(step, [cord for cord in step.cords if states[cord] is UP])
            self._off_and_on(step)
        elif not only_open:
            self._say("  no command was carried out")
            self._begin(step)

    def _settle(self, step: CycleStep, open_step: OpenStep) -> dict[Cord, EnumPowerStatus]:
        """The states of the step's outlets, when a command that was sent would have shown."""
        unresolved = open_step.unresolved()
        wait_s = open_step.about_at + self._plan.patience_s - self.environment.now()
        end = self.environment.monotonic() + min(max(wait_s, 0.0), self._plan.patience_s)
        last_states: Optional[dict[Cord, EnumPowerStatus]] = None
        while True:
            state_by_cord = {
                cord_now.cord: self._state(cord_now.cord) for cord_now in self._read_for(step)
            }
            states = {cord: state_by_cord[cord] for cord in step.cords}
            is_resolved = all(states[cord] is (UP if on else DOWN) for cord, on in unresolved)
            if not is_resolved and self.environment.monotonic() < end:
                last_states = None
                self.wait(_POLL_S)
            elif states != last_states:
                # a first reading may be from before the kill, or of a relay that falls back
                last_states = states
                self.wait(max(AGAIN_S, self._period_s))
            else:
                return states

    # ---- commands --------------------------------------------------------------------------------

    def send(
        self, step: CycleStep, cord: Cord, on: bool, opening: Optional[Mapping[str, Any]] = None
    ) -> None:
        """One journalled command. Raises UnexpectedState unless it was seen to work."""
        self._stop_if_asked()
        self._command(step, cord, on, opening)

    def _command(
        self, step: CycleStep, cord: Cord, on: bool, opening: Optional[Mapping[str, Any]] = None
    ) -> None:
        if on:
            self._wait_until(self._on_at + BETWEEN_ON_S, may_stop=False)
        about = plan_file.command_pending(self.environment.now(), step.number, cord, on)
        self._write([about] if opening is None else [opening, about])
        self._left[cord] = UNKNOWN
        self._doubtful = cord, on
        try:
            state = self.environment.switch(cord, on)
        except Exception as error:
            if getattr(error, "kind", "") in _NOT_CARRIED_OUT:
                self._doubtful = None
            self._write_result(step, cord, on, UNKNOWN, _words(error))
            raise
        finally:
            if on:
                self._on_at = self.environment.monotonic()
        self._write_result(step, cord, on, state, "")
        target_state = UP if on else DOWN
        if state is not target_state:
            raise UnexpectedState(
                f"{cord} was to be switched {word(target_state)}; its PDU then reported"
                f" {word(state)}"
            )
        self._doubtful = None
        if on:
            del self._left[cord]
        else:
            self._left[cord] = DOWN

    def _write_result(
        self, step: CycleStep, cord: Cord, on: bool, state: EnumPowerStatus, error: str
    ) -> None:
        at = self.environment.now()
        self._write([plan_file.result(at, step.number, cord, on, state, error)])

    def _switch_on(self, step: CycleStep, cords: Sequence[Cord]) -> None:
        # backwards, so that no other cords carry the machine alone than while it was switched off
        # and each is proven before the next, as soon as the machine can run on them
        on = [cord for cord in step.cords if cord not in cords]
        needs = self._drawing.machines[step.machine].needs
        carried = self._progress.open.carried if self._progress.open is not None else frozenset()
        for cord in reversed(cords):
            self.send(step, cord, True)
            on.append(cord)
            working = [carrier for carrier in on if carrier in carried]
            if needs <= len(working) and len(on) < len(step.cords):
                self._prove_on(step, on)
        self._prove_on(step, step.cords)
        self._write([plan_file.step_done(self.environment.now(), step.number)])

    # ---- proofs ----------------------------------------------------------------------------------

    def _prove_off(self, step: CycleStep, proven: Sequence[Cord]) -> None:
        end = self.environment.monotonic() + self._plan.patience_s
        if self._lost:
            end = max(end, self._shown + 2 * _POLL_S)
        while True:
            cords = self._read_for(step)
            self._check_others(step, cords)
            wrong = [
                cord_now
                for cord_now in cords
                if cord_now.cord in proven and cord_now.now is not Now.OFF
            ]
            missing = "" if wrong else self._not_taken_over(step, cords)
            if not wrong and not missing:
                break
            if self.environment.monotonic() >= end:
                if missing:
                    raise UnexpectedState(f"{step.machine}: {missing}")
                cord_now = wrong[0]
                raise UnexpectedState(
                    f"{cord_now.cord} was switched off, and is not proven off:"
                    f" {_describe(cord_now)}"
                )
            self.wait(_POLL_S)
        other_cords = [cord_now.cord for cord_now in cords if cord_now.cord not in step.cords]
        carry = f"; the other cords carry {self._amperes(other_cords)}" if other_cords else ""
        self._say(f"  off: {', '.join(map(str, proven))}{carry}")

    def _stay_off(self, step: CycleStep) -> None:
        """Wait while the outlets are off, and watch them and the other cords."""
        end = self.environment.monotonic() + self._plan.pause_s
        while True:
            self._wait_until(min(end, self.environment.monotonic() + _WATCH_S))
            cords = self._read_for(step)
            self._check_others(step, cords)
            for cord_now in cords:
                if cord_now.cord in step.cords and cord_now.now is not Now.OFF:
                    raise UnexpectedState(
                        f"{cord_now.cord} was off, and is not any more: {_describe(cord_now)}"
                    )
            if self.environment.monotonic() >= end:
                return

    def _prove_on(self, step: CycleStep, proven: Sequence[Cord]) -> None:
        open_step = self._progress.open
        assert open_step is not None
        end, back_at = self.environment.monotonic() + self._plan.patience_s, None
        while True:
            cords = self._read_for(step)
            proven_now = [cord_now for cord_now in cords if cord_now.cord in proven]
            wrong = [cord_now for cord_now in proven_now if not self._is_back(cord_now, open_step)]
            missing = "" if wrong else self._not_as_before(step, cords, proven, back_at)
            if not wrong and back_at is None:
                back_at = self.environment.monotonic()
            if not wrong and not missing:
                break
            if self.environment.monotonic() >= end:
                if missing:
                    raise UnexpectedState(f"{step.machine}: {missing}")
                raise UnexpectedState(
                    f"{wrong[0].cord} was switched on, and its current did not return:"
                    f" {_describe(wrong[0])}"
                )
            self.wait(_POLL_S)
        for cord_now in proven_now:
            self._say(f"  on: {cord_now.cord}, {self._amperes([cord_now.cord])}")

    def _is_back(self, cord_now: CordNow, open_step: OpenStep) -> bool:
        is_on = self._state(cord_now.cord) is UP
        return is_on and (cord_now.cord not in open_step.carried or cord_now.now is Now.CARRIES)

    def _not_as_before(
        self,
        step: CycleStep,
        cords: Sequence[CordNow],
        proven: Sequence[Cord],
        back_at: Optional[float],
    ) -> str:
        """At the end of a step: why not every cord of the machine that carried when the run was
        planned carries again, or not as much as before; "" if all do.
        """
        if not set(step.cords) <= set(proven):
            return ""
        for cord_now in cords:
            if cord_now.cord in self._plan.carried and cord_now.now is not Now.CARRIES:
                return f"{cord_now.cord} carried when the run was planned: {_describe(cord_now)}"
        if self._loads is None:
            return ""
        if back_at is None:
            return "its sum was not read again"
        return self._loads.not_as_before(back_at)

    def _check_others(self, step: CycleStep, cords: Sequence[CordNow]) -> None:
        """While a cord is off: the others live, and their current has only risen."""
        if self._plan.mode is Mode.ONE_FEED:
            other_cords = [cord_now for cord_now in cords if cord_now.cord not in step.cords]
            reason = redundancy_problem(
                other_cords, self._drawing.machines[step.machine], self._floor_a
            )
            if reason:
                raise UnexpectedState(f"{step.machine}: {reason}")

    def _not_taken_over(self, step: CycleStep, cords: Sequence[CordNow]) -> str:
        """With one feed at a time: why the other cords are not seen to carry more than before. A
        run that is resumed does not know what they carried.
        """
        loads = self._loads
        if not self._lost or loads is None:
            return ""
        mates = [cord_now.cord for cord_now in cords if cord_now.cord not in step.cords]
        doubt = loads.not_taken_over(
            self._lost,
            [cord for cord in mates if cord in loads.metered],
            self._shown,
            least_share([cord in loads.metered for cord in mates]),
        )
        return f"its other cords did not take over what it carried: {doubt}" if doubt else ""

    # ---- after a surprise ------------------------------------------------------------------------

    def _recover(self, error: BaseException) -> None:
        """Look at what was switched; with one feed at a time, switch it on again."""
        step, open_step = self._step, self._progress.open
        if step is None or open_step is None:
            return
        # one that came back and went again, too
        self._left.update(
            (cord, UNKNOWN) for cord, _ in open_step.state_by_command if cord not in self._left
        )
        if not self._left:
            return
        try:
            self._look()
            if self._plan.mode is not Mode.ONE_FEED:
                return
            for cord in [left_cord for left_cord, state in self._left.items() if state is DOWN]:
                # a command to switch on that did not work is not sent again
                if (cord, True) not in open_step.state_by_command:
                    self._say(f"  {_words(error)}: switching {cord} on again")
                    self._command(step, cord, True)
                    self._restored.append(cord)
                    self._write([plan_file.restored(self.environment.now(), step.number)])
        except (Exception, KeyboardInterrupt) as further:
            self._say(f"  then: {_words(further)}")

    def _look(self) -> None:
        """Read the outlets that may be off, until a command without a result would have shown."""
        wait_s = 0.0 if self._doubtful is None else self._plan.patience_s
        end = self.environment.monotonic() + wait_s
        while True:
            readings = self.environment.read_pdus({cord.pdu for cord in self._left})
            outlet_by_cord = {cord: readings.outlet(*cord) for cord in self._left}
            state_by_cord = {
                cord: UNKNOWN if outlet is None else outlet.state
                for cord, outlet in outlet_by_cord.items()
            }
            if self._doubtful is not None:
                cord, on = self._doubtful
                if state_by_cord.get(cord) is (UP if on else DOWN):
                    break
            left = end - self.environment.monotonic()
            if left <= 0:
                break
            self.environment.sleep(min(_POLL_S, left))
        self._left = {cord: state for cord, state in state_by_cord.items() if state is not UP}

    # ---- readings --------------------------------------------------------------------------------

    def _read_for(self, step: CycleStep) -> tuple[CordNow, ...]:
        """Read the PDUs of the step's machine now. Returns its cords."""
        self.read_pdus({cord.pdu for cord in self._drawing.machines[step.machine].cords})
        if self._loads is not None:
            self._loads.add(self.environment.monotonic(), self._shown_loads(step))
        return self._cords(step)

    def read_pdus(self, pdus: Collection[str]) -> HallReadings:
        """Read these PDUs now and, once in a while, all."""
        step_pdus = set(pdus) & self._readable_pdus
        is_old = self.environment.monotonic() - self._read_at > _REFRESH_S
        names = self._readable_pdus if is_old or not self._readings.pdus else step_pdus
        readings = self.environment.read_pdus(names)
        if names != step_pdus:
            self._read_at = self.environment.monotonic()
        self._readings = HallReadings({**self._readings.pdus, **readings.pdus}, readings.taken)
        return self._readings

    def _cords(self, step: CycleStep) -> tuple[CordNow, ...]:
        """The cords of the step's machine by the last reading."""
        machine = self._drawing.machines[step.machine]
        steps = {
            cord.pdu: self._readings.pdus[cord.pdu].outlet_step_a
            for cord in machine.cords
            if cord.pdu in self._readings.pdus
        }
        return cords_now(machine, self._readings, steps, self._drawing.idle_a)

    def _state(self, cord: Cord) -> EnumPowerStatus:
        outlet = self._readings.outlet(*cord)
        return UNKNOWN if outlet is None else outlet.state

    def _amperes(self, cords: Iterable[Cord]) -> str:
        """What these outlets carry together, for people."""
        outlets = [self._readings.outlet(*cord) for cord in cords]
        currents = [
            outlet.current_a
            for outlet in outlets
            if outlet is not None and outlet.current_a is not None
        ]
        return figure(sum(currents), "A") if currents else NOT_METERED

    def _write(self, records: Sequence[Mapping[str, Any]]) -> None:
        self._log.append(records)
        for record in records:
            plan_file.advance(self._progress, record)

    def _stop_if_asked(self) -> None:
        if self.environment.is_stopping():
            raise Interrupted("asked to stop")

    def wait(self, seconds: float) -> None:
        self._wait_until(self.environment.monotonic() + seconds)

    def _wait_until(self, end: float, may_stop: bool = True) -> None:
        while True:
            if may_stop:
                self._stop_if_asked()
            left = end - self.environment.monotonic()
            if left <= 0:
                return
            self.environment.sleep(min(left, _TICK_S))


class _StepPduAccess:
    """What a proof of one step reads and switches, journalled. A `PduAccess`."""

    def __init__(self, run: Run, step: CycleStep, opening: Mapping[str, Any]) -> None:
        """`opening` is written with the first command."""
        self._run, self._step = run, step
        self._opening: Optional[Mapping[str, Any]] = opening

    def read_pdus(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        readings = self._run.read_pdus(pdus).pdus
        return {
            name: to_pdu_reading(readings[name])
            if name in readings
            else PduReading({}, "it is not in the list")
            for name in pdus
        }

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        """Raises UnexpectedState for the first that is not seen to be carried out."""
        for cord in cords:
            self._run.send(self._step, Cord(cord.pdu, cord.outlet), on, self._opening)
            self._opening = None
        return {cord: CommandResult(UP if on else DOWN) for cord in cords}

    def key(self, pdu: str) -> str:
        return self._run.environment.key(pdu)

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        return self._run.environment.serials(pdus)

    def now(self) -> float:
        return self._run.environment.now()

    def monotonic(self) -> float:
        return self._run.environment.monotonic()

    def sleep(self, seconds: float) -> None:
        """Raises Interrupted if somebody asks to stop."""
        self._run.wait(seconds)


def _describe(cord_now: CordNow) -> str:
    current = "" if cord_now.high_a is None else f", up to {cord_now.high_a:.2f} A"
    return f"{cord_now.cord}: {cord_now.now.value}{current}"


def _words(error: BaseException) -> str:
    return printable(str(getattr(error, "reason", error)) or type(error).__name__, 300)
