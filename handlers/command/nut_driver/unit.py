"""One PDU: a thread that reads it at intervals and carries out its commands, one at a time.

So a PDU that hangs keeps nothing but its own thread. A command is sent once or not at all: one that
waits too long is given up before it is sent, and nothing is kept for a restart.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Callable, NamedTuple, Optional, Protocol

from pdu_common.helper import EnumPowerStatus

from ... import registry
from ...errors import printable
from ..field import by_handler
from ..fleet.opening import switch
from ..fleet.polling import UP, Reading, Target, failure, poll_all
from .lines import FAILED, SUCCESS
from .numbers import Numbers
from .view import CYCLE, ON, UpsdView, View

#: how long a command may wait for a reading or another command, in seconds; a client such as
#: `upscmd -w` waits as long for the result
PATIENCE_S = 10.0
_MOST_WAITING = 32
_MOST_TRIES = 3  # to read what the device reports about itself


class Audience(Protocol):
    """Those who see the PDU. Called from the PDU's thread."""

    def show(self, view: View) -> None:
        """Variables and commands have changed."""

    def mark(self, is_ok: bool) -> None:
        """The PDU was read, or could not be read."""

    def say(self, text: str) -> None:
        """Something happened that an administrator wants to know."""


class DriverPace(NamedTuple):
    """Times in seconds."""

    #: between two readings
    every: float
    #: until the first reading
    first: float = 0.0
    #: how long a cycle leaves the outlet off
    pause: float = 10.0


class DriverCommand:
    """A command on an outlet. `report` is called once with its result, from any thread."""

    def __init__(self, number: int, action: str, report: Callable[[int], None]) -> None:
        self.number, self.action = number, action
        self._report = report
        self._lock = threading.Lock()
        self._is_taken = False

    def take(self) -> bool:
        """Begin it. False if it was given up."""
        with self._lock:
            is_first, self._is_taken = not self._is_taken, True
        return is_first

    def give_up(self) -> None:
        """Let it fail, unless it has begun."""
        if self.take():
            self.end(FAILED)

    def end(self, result: int) -> None:
        """Report the result of a command that was taken."""
        self._report(result)


class DrivenPdu:
    """One PDU of the list."""

    def __init__(
        self,
        target: Target,
        panel: UpsdView,
        numbers: Numbers,
        pace: DriverPace,
        audience: Audience,
        *,
        read: Callable[[Target], Reading] = poll_all,
        command: Callable[[Target, str, bool], EnumPowerStatus] = switch,
    ) -> None:
        self._target, self._panel, self._numbers = target, panel, numbers
        self._pace, self._audience = pace, audience
        self._read, self._command = read, command
        self._changed = threading.Condition()
        self._waiting: deque[DriverCommand] = deque()
        self._running: Optional[DriverCommand] = None
        self._is_ending = False
        self._due = time.monotonic() + pace.first
        self._tries = _MOST_TRIES if registry.is_handler(target.handler.shown) else 0
        self._said = ""

    def start(self) -> None:
        """Start the thread."""
        name = self._target.device.name
        threading.Thread(target=self._run, name=printable(name, 60), daemon=True).start()

    def submit(self, command: DriverCommand) -> None:
        """Queue a command. It fails at once if too many wait, and a cycle also if one of the same
        outlet waits or runs: a client that lost its connection may have sent it again.
        """
        with self._changed:
            others = [*self._waiting, *([self._running] if self._running is not None else ())]
            is_repeated = command.action == CYCLE and any(
                (one.number, one.action) == (command.number, CYCLE) for one in others
            )
            is_refused = self._is_ending or is_repeated or len(self._waiting) >= _MOST_WAITING
            if not is_refused:
                self._waiting.append(command)
                self._changed.notify()
        if is_refused:
            command.give_up()

    def end(self) -> None:
        """Let the commands that wait fail, and refuse others. One that runs goes on."""
        with self._changed:
            self._is_ending = True
            given_up = list(self._waiting)
            self._waiting.clear()
        for one in given_up:
            one.give_up()

    # ---- in the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            command = self._next()
            try:
                if command is None:
                    self._poll()
                elif command.take():
                    self._carry_out(command)
            except Exception as error:  # a mistake must not end the thread
                self._failed(f"defect: {failure(error).reason}")
            finally:
                with self._changed:
                    self._running = None

    def _next(self) -> Optional[DriverCommand]:
        """The next command; None when it is time to read."""
        with self._changed:
            while not self._waiting:
                left = self._due - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            self._running = self._waiting.popleft()
            return self._running

    def _poll(self) -> None:
        try:
            reading = self._read(self._target)
            if reading.answered:
                self._take(reading)
            elif reading.failure is not None:
                self._failed(f"not read: {reading.failure.reason}")
        finally:
            # from the end of the reading: a slow PDU is not read without a pause
            self._due = time.monotonic() + self._pace.every

    def _take(self, reading: Reading) -> None:
        try:
            numbered = self._numbers.of(
                self._target.device.name, (one.identity for one in reading.outlets)
            )
        except OSError as error:
            self._failed(f"no number for a new outlet: the file of numbers: {error.strerror}")
            return
        self._panel.take(reading, numbered)
        self._audience.show(self._panel.view)
        self._audience.mark(True)
        self._note("" if reading.failure is None else f"read in part: {reading.failure.reason}")
        if self._tries:
            self._tries -= 1
            self._identify()

    def _identify(self) -> None:
        try:
            found = by_handler.identity(self._target.handler.name, self._target.data())
        except (Exception, SystemExit):  # the PDU was read; this is only its nameplate
            return
        self._tries = 0
        self._panel.about(found.about)
        self._audience.show(self._panel.view)

    def _failed(self, why: str) -> None:
        self._audience.mark(False)
        self._note(why)

    def _note(self, why: str) -> None:
        """Say why a reading failed, and when it no longer does; not at each reading."""
        if why != self._said:
            self._audience.say(why or "read again")
            self._said = why

    def _carry_out(self, command: DriverCommand) -> None:
        """Send the command once, and report whether its effect was seen."""
        result = FAILED
        try:
            identity = self._panel.identity(command.number)
            if identity is None:
                self._audience.say(f"outlet {command.number} cannot be switched")
            elif self._is_done(identity, command):
                result = SUCCESS
        finally:
            self._due = time.monotonic()
            command.end(result)

    def _is_done(self, identity: str, command: DriverCommand) -> bool:
        if command.action != CYCLE:
            return self._is_switched(identity, command.number, command.action == ON)
        # as `pdu cycle`: an outlet that is not on is left as it is
        states = {one.identity: one.state for one in self._read(self._target).outlets}
        if states.get(identity) != UP:
            self._audience.say(f"outlet {command.number} was not cycled: it is not known to be on")
            return False
        if not self._is_switched(identity, command.number, False):
            return False
        time.sleep(self._pace.pause)
        return self._is_switched(identity, command.number, True)

    def _is_switched(self, identity: str, number: int, on: bool) -> bool:
        wanted = EnumPowerStatus.UP if on else EnumPowerStatus.DOWN
        seen = EnumPowerStatus.UNKNOWN
        reason = "the PDU accepted the command, but did not report that state"
        try:
            seen = self._command(self._target, identity, on)
        except (Exception, SystemExit) as error:  # anybody may have written the archive
            reason = failure(error).reason
        self._panel.switched(identity, seen.name)
        self._audience.show(self._panel.view)
        what = f"outlet {number} ({identity}) {'on' if on else 'off'}"
        self._audience.say(f"{what}: {'done' if seen is wanted else f'not proven: {reason}'}")
        return seen is wanted
