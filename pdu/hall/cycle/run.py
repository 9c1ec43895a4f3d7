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
from typing import Any, Callable, Optional

from handlers.shared.errors import PduHandlerError

from ...core.cli.error_output import Interrupted
from ...pdus.states import DOWN, word
from ...site.drawing.drawing import Drawing
from . import plan_file
from .commands import OutletCommands, words_of
from .environment import Ended, Log, RunEnvironment
from .hall_watch import HallWatch
from .plan_file import CyclePlan, Progress
from .step_run import StepRun
from .steps import Mode


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
        self._environment, self._say = environment, say
        self._commands = OutletCommands(environment, log, progress)
        self._watch = HallWatch(drawing, environment)
        # the number of the present step
        self._number: Optional[int] = None if progress.open is None else progress.open.number

    def go(self, only_open: bool = False) -> Ended:
        """Take the steps that are left; with `only_open`, only switch on what one left off."""
        error: Optional[BaseException] = None
        try:
            self._note("resumed" if self._progress.begun else "begun")
            if self._progress.open is not None:
                self._prepare(self._progress.open.number).resume(only_open)
            while not only_open and self._progress.steps_done < len(self._plan.steps):
                self._prepare(self._progress.steps_done + 1).take()
            self._number = None
        except KeyboardInterrupt:
            error = Interrupted("asked a second time to stop, so nothing more was sent")
        except (Exception, SystemExit) as failure:  # anybody may have written a handler's archive
            error = failure
            self._recover(failure)
        left = self._commands.left
        with contextlib.suppress(PduHandlerError, KeyboardInterrupt):
            if error is None:
                self._note("ended")
            else:
                left_words = [[*outlet.cord, word(outlet.state)] for outlet in left]
                self._note("stopped", reason=words_of(error), left=left_words)
        at = "" if self._number is None else f"step {self._number}"
        return Ended(self._progress.steps_done, error, at, left, self._commands.restored)

    def _note(self, what: str, **details: Any) -> None:
        self._commands.write(plan_file.running(self._environment.now(), what, **details))

    def _prepare(self, number: int) -> StepRun:
        self._number, step = number, self._plan.steps[number - 1]
        return StepRun(step, self._plan, self._drawing, self._watch, self._commands, self._say)

    def _recover(self, error: BaseException) -> None:
        """Look at what was switched; with one feed at a time, switch it on again."""
        open_step, commands = self._progress.open, self._commands
        if open_step is None or not open_step.state_by_command:
            return
        try:
            # one that came back and went again, too
            cords_in_order = dict.fromkeys(cord for cord, _ in open_step.state_by_command)
            commands.look([*cords_in_order], self._plan.patience_s)
            # a command to switch on that did not work is not sent again
            cords = [
                outlet.cord
                for outlet in commands.left
                if outlet.state is DOWN and (outlet.cord, True) not in open_step.state_by_command
            ]
            if cords and self._plan.mode is Mode.ONE_FEED:
                names = ", ".join(map(str, cords))
                self._say(f"  {words_of(error)}: switching {names} on again")
                commands.restore(open_step.number, cords, may_stop=False)
        except (Exception, SystemExit, KeyboardInterrupt) as further:
            self._say(f"  then: {words_of(further)}")
