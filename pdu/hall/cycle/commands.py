"""Sends the commands of a run, journalled, and knows which outlets they left off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Optional

from handlers.shared.errors import printable
from pdu_common.helper import EnumPowerStatus

from ...pdus.states import DOWN, UNKNOWN, UP, word
from ...site.drawing.drawing import Cord
from . import plan_file
from .environment import (
    POLL_S,
    Log,
    OutletLeftOff,
    RunEnvironment,
    UnexpectedState,
    stop_if_asked,
    wait_until,
)
from .plan_file import Progress

#: the shortest time between two commands to switch on, in s
BETWEEN_ON_S = 0.5

# after errors of these kinds the device did not switch (handlers/shared/switching.py)
_NOT_CARRIED_OUT = ("settings", "denied", "refused", "no-such-outlet", "unsupported")


class OutletCommands:
    """The commands of one run, and the journal that each is in before it is sent."""

    def __init__(self, environment: RunEnvironment, log: Log, progress: Progress) -> None:
        self.environment, self.progress, self._log = environment, progress, log
        self._on_at = environment.monotonic()
        # before anything is read: what is said of a resumed run that ends at once
        commands = () if progress.open is None else progress.open.state_by_command
        self._state_by_cord: dict[Cord, EnumPowerStatus] = {
            cord: UNKNOWN for cord, on in commands if not on
        }
        # the last command, while it may or may not have been carried out
        self._doubtful: Optional[tuple[Cord, bool]] = None
        #: the outlets that were switched on again out of turn
        self.restored: list[Cord] = []

    @property
    def left(self) -> list[OutletLeftOff]:
        """The outlets that are off, or of which nobody knows it."""
        return [OutletLeftOff(cord, state) for cord, state in self._state_by_cord.items()]

    def believe(self, states: Mapping[Cord, EnumPowerStatus]) -> None:
        """These were read, and no others are left off."""
        self._state_by_cord = {cord: state for cord, state in states.items() if state is not UP}

    def write(self, *records: Mapping[str, Any]) -> None:
        """Journal these lines on the disk, all or none."""
        self._log.append(records)
        for record in records:
            plan_file.advance(self.progress, record)

    def send(
        self,
        step: int,
        cord: Cord,
        on: bool,
        opening: Optional[Mapping[str, Any]] = None,
        may_stop: bool = True,
    ) -> None:
        """One command, once. `opening` is a line that is journalled with it. Raises Interrupted if
        somebody asked to stop, and UnexpectedState unless it was seen to work.
        """
        environment = self.environment
        if may_stop:
            stop_if_asked(environment)
        if on:
            wait_until(environment, self._on_at + BETWEEN_ON_S, may_stop=False)
        about = plan_file.command_pending(environment.now(), step, cord, on)
        self.write(*([about] if opening is None else [opening, about]))
        self._state_by_cord[cord] = UNKNOWN
        self._doubtful = cord, on
        try:
            state = environment.switch(cord, on)
        except (Exception, SystemExit) as error:  # anybody may have written the archive
            if getattr(error, "kind", "") in _NOT_CARRIED_OUT:
                self._doubtful = None
            reason = words_of(error)
            self.write(plan_file.result(environment.now(), step, cord, on, UNKNOWN, reason))
            raise
        finally:
            if on:
                self._on_at = environment.monotonic()
        self.write(plan_file.result(environment.now(), step, cord, on, state, ""))
        target_state = UP if on else DOWN
        if state is not target_state:
            raise UnexpectedState(
                f"{cord} was to be switched {word(target_state)}; its PDU then reported"
                f" {word(state)}"
            )
        self._doubtful = None
        if on:
            del self._state_by_cord[cord]
        else:
            self._state_by_cord[cord] = DOWN

    def restore(self, step: int, cords: Sequence[Cord], may_stop: bool) -> None:
        """Switch these on again; the step has to be taken anew."""
        for cord in cords:
            self.send(step, cord, True, may_stop=may_stop)
            self.restored.append(cord)
        self.write(plan_file.step_event(self.environment.now(), step, plan_file.RESTORED))

    def look(self, cords: Collection[Cord], patience_s: float) -> None:
        """Read these outlets, until a command without a result would have shown."""
        environment = self.environment
        self._state_by_cord = {cord: self._state_by_cord.get(cord, UNKNOWN) for cord in cords}
        end = environment.monotonic() + (0.0 if self._doubtful is None else patience_s)
        while True:
            readings = environment.read_pdus({cord.pdu for cord in cords})
            states = {cord: readings.state(*cord) for cord in cords}
            if self._doubtful is not None:
                cord, on = self._doubtful
                if states.get(cord) is (UP if on else DOWN):
                    break
            left_s = end - environment.monotonic()
            if left_s <= 0:
                break
            environment.sleep(min(POLL_S, left_s))
        self.believe(states)


def words_of(error: BaseException) -> str:
    """Why something went wrong, for the journal."""
    return printable(str(getattr(error, "reason", error)) or type(error).__name__, 300)
