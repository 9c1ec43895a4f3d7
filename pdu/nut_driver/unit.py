"""One PDU: a thread that reads it at intervals and carries out its commands, one at a time.

So a PDU that hangs keeps nothing but its own thread. A command is sent once or not at all: one that
waits too long is given up before it is sent, and nothing is kept for a restart. While a cycle
leaves its outlet off, the thread carries out commands on others.
"""

from __future__ import annotations

import functools
import math
import threading
import time
from collections import deque
from typing import Callable, NamedTuple, Optional, Protocol

from handlers.shared.errors import printable

from ..pdus.adapters.nameplate import Nameplate
from ..pdus.polling import Target, poll_full, read_nameplate
from ..pdus.reading import Reading, error_of
from ..site.machines import outlet as one_outlet
from ..site.machines.outlet import OutletPower, ProofOutlet, RestartStage
from ..site.machines.pdu_access import ListedOutlet
from .driver_protocol import FAILED, SUCCESS
from .ipc_messages import PATIENCE_S
from .names import ups_name
from .nut_variables import CYCLE, ON, NutVariables, UpsdView, list_bytes
from .outlet_numbers import OutletNumbers

#: the longest list that aionut 4.3.4 reads (findings/nut-client-reads-64-kib.sh)
CLIENT_BYTES = 1 << 16
_MOST_WAITING = 32
_PLATE_S = 3600.0  # until the nameplate is read again
_MOST_TRIES = 3  # to read it


class Subscribers(Protocol):
    """Those who see the PDU. Called from the PDU's thread."""

    def show(self, view: NutVariables) -> None:
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
    #: until a reading is tried again that failed after a good one
    again: float = 3.0


class DriverCommand:
    """A command on an outlet. `report` is called once with its result, from any thread, and `say`
    before it if nothing was sent. `until`: of time.monotonic(), until when it may be sent.
    """

    def __init__(
        self,
        number: int,
        action: str,
        report: Callable[[int], None],
        say: Callable[[str], object],
        until: float = math.inf,
    ) -> None:
        self.number, self.action, self.until = number, action, until
        self._report, self._say = report, say
        self._lock = threading.Lock()
        self._is_taken = False

    def take(self) -> bool:
        """Begin it. False if it was given up."""
        with self._lock:
            is_first, self._is_taken = not self._is_taken, True
        return is_first

    def give_up(self, why: str) -> None:
        """Let it fail, unless it has begun."""
        if self.take():
            self._say(f"outlet {self.number} {self.action}: not sent: {why}")
            self.end(FAILED)

    def late(self) -> None:
        """Let it fail because it has waited too long, unless it has begun."""
        self.give_up(f"it waited {PATIENCE_S:g} s for its PDU")

    def end(self, result: int) -> None:
        """Report the result of a command that was taken."""
        self._report(result)


class _Pause(NamedTuple):
    """A cycle whose outlet is off."""

    #: of time.monotonic(), when it is switched on
    until: float
    identity: str
    power: OutletPower
    command: DriverCommand


class ServedPdu:
    """One PDU of the list."""

    def __init__(
        self,
        target: Target,
        panel: UpsdView,
        numbers: OutletNumbers,
        pace: DriverPace,
        audience: Subscribers,
        *,
        poll: Callable[[Target], Reading] = poll_full,
        outlet: Callable[[Target, str], ProofOutlet] = ListedOutlet,
        identify: Callable[[Target], Nameplate] = read_nameplate,
    ) -> None:
        self._target, self._panel, self._numbers = target, panel, numbers
        self._pace, self._audience = pace, audience
        self._read, self._outlet, self._plate = poll, outlet, identify
        self._changed = threading.Condition()
        self._waiting: deque[DriverCommand] = deque()
        self._running: Optional[DriverCommand] = None
        self._pauses: deque[_Pause] = deque()  # the first to end comes first
        self._ending = ""  # why it ends
        self._due = time.monotonic() + pace.first
        self._was_read = True  # the first reading, too, is tried again
        self._plate_due, self._tries = 0.0, 0
        self._last_failure = ""
        self._exceeds_clients = False

    def start(self) -> None:
        """Start the thread."""
        name = self._target.device.name
        threading.Thread(target=self._run, name=printable(name, 60), daemon=True).start()

    def submit(self, command: DriverCommand) -> None:
        """Queue a command. It fails at once if too many wait, and a cycle also if one of the same
        outlet waits or runs: a client that lost its connection may have sent it again.
        """
        with self._changed:
            refusal = self._refusal(command)
            if not refusal:
                self._waiting.append(command)
                self._changed.notify()
        if refusal:
            command.give_up(refusal)

    def _refusal(self, command: DriverCommand) -> str:
        """Why a command is not queued; "" if it is."""
        if self._ending:
            return self._ending
        if len(self._waiting) >= _MOST_WAITING:
            return f"{_MOST_WAITING} commands wait for this PDU"
        commands = [*self._waiting, *(pause.command for pause in self._pauses)]
        if self._running is not None:
            commands.append(self._running)
        if command.action == CYCLE and any(
            (other_command.number, other_command.action) == (command.number, CYCLE)
            for other_command in commands
        ):
            return "this outlet is being cycled"
        return ""

    def renew(self, target: Target) -> None:
        """Read and switch this PDU with another login or other settings from now on."""
        self._target = target

    def end(self, why: str = "the driver ends") -> None:
        """Let the commands that wait fail, and refuse others. One that runs goes on, and so does a
        cycle whose outlet is off. Then the thread ends.
        """
        with self._changed:
            self._ending = why
            given_up = list(self._waiting)
            self._waiting.clear()
            self._changed.notify()
        for command in given_up:
            command.give_up(why)

    # ---- in the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            work = self._next()
            if work is None:
                return
            try:
                work()
            except Exception as error:  # a mistake must not end the thread
                self._report_failure(f"defect: {error_of(error).reason}")
            finally:
                with self._changed:
                    self._running = None

    def _next(self) -> Optional[Callable[[], None]]:
        """Waits for what is to be done next; None if nothing ever will be."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._pauses and self._pauses[0].until <= now:
                    pause = self._pauses.popleft()
                    self._running = pause.command
                    on = functools.partial(self._switch_on_again, pause)
                    return functools.partial(self._carry_out, pause.command, on)
                # a command on an outlet that is being cycled comes after the cycle
                numbers = {pause.command.number for pause in self._pauses}
                command = next(
                    (candidate for candidate in self._waiting if candidate.number not in numbers),
                    None,
                )
                if command is not None:
                    self._waiting.remove(command)
                    if now > command.until:
                        return command.late
                    if not command.take():
                        continue
                    self._running = command
                    begin = functools.partial(self._begin, command)
                    return functools.partial(self._carry_out, command, begin)
                ends = [pause.until for pause in self._pauses]
                if self._ending and not ends:
                    return None
                if not self._ending:
                    if self._due <= now:
                        return self._poll
                    ends.append(self._due)
                self._changed.wait(min(ends) - now)

    def _poll(self) -> None:
        is_read = False
        try:
            reading = self._read(self._target)
            if reading.answered:
                is_read = self._take(reading)
            elif reading.failure is not None:
                self._report_failure(f"not read: {reading.failure.reason}")
        finally:
            again = self._pace.again if self._was_read and not is_read else math.inf
            self._was_read = is_read
            if not is_read:
                self._plate_due = 0.0  # another unit may answer next
            # from the end of the reading: a slow PDU is not read without a pause
            self._due = time.monotonic() + min(again, self._pace.every)

    def _take(self, reading: Reading) -> bool:
        """Show a reading that has states. Returns whether nothing of it failed."""
        try:
            identities = self._numbers.number_outlets(
                self._target.device.name, (outlet.identity for outlet in reading.outlets)
            )
        except OSError as error:
            self._report_failure(
                f"no number for a new outlet: the file of numbers: {error.strerror}"
            )
            return False
        self._panel.take(reading, identities)
        self._audience.show(self._panel.view)
        self._audience.mark(True)
        self._warn_of_size()
        self._note("" if reading.failure is None else f"read in part: {reading.failure.reason}")
        self._identify()
        return reading.failure is None

    def _warn_of_size(self) -> None:
        """Say once that some clients cannot read the PDU."""
        size = list_bytes(ups_name(self._target.device.name), self._panel.view)
        is_long, was_long = size > CLIENT_BYTES, self._exceeds_clients
        self._exceeds_clients = is_long
        if is_long and not was_long:
            self._audience.say(
                f"its variables take {size} bytes, and Home Assistant's client reads"
                f" {CLIENT_BYTES}: give the PDU a shorter name in the list"
            )

    def _identify(self) -> None:
        now = time.monotonic()
        if now >= self._plate_due:
            self._plate_due, self._tries = now + _PLATE_S, _MOST_TRIES
        if not self._tries:
            return
        self._tries -= 1
        try:
            nameplate = self._plate(self._target)
        except (Exception, SystemExit):  # the PDU was read; this is only its nameplate
            return
        self._tries = 0
        if self._panel.about(nameplate):
            self._audience.show(self._panel.view)

    def _report_failure(self, why: str) -> None:
        self._audience.mark(False)
        self._note(why)

    def _note(self, why: str) -> None:
        """Say why a reading failed, and when it no longer does; not at each reading."""
        if why != self._last_failure:
            self._audience.say(why or "read again")
            self._last_failure = why

    def _carry_out(self, command: DriverCommand, do: Callable[[], Optional[bool]]) -> None:
        """Report whether the effect of a command was seen, unless `do` returns None: not yet."""
        is_done: Optional[bool] = False
        try:
            is_done = do()
        finally:
            self._due = time.monotonic()
            if is_done is not None:
                command.end(SUCCESS if is_done else FAILED)

    def _begin(self, command: DriverCommand) -> Optional[bool]:
        """Send a command once, of a cycle the first half."""
        identity = self._panel.identity(command.number)
        if identity is None:
            self._audience.say(f"outlet {command.number} cannot be switched: nothing was sent")
            return False
        power = OutletPower(self._outlet(self._target, identity))
        if command.action != CYCLE:
            on = command.action == ON
            return self._is_done(identity, command.number, power, on, lambda: power.switch(on))
        if not power.is_on():
            self._audience.say(f"outlet {command.number} was not cycled: it is not known to be on")
            return False
        if not self._is_done(identity, command.number, power, False, power.switch_off):
            return False
        until = time.monotonic() + max(self._pace.pause, one_outlet.AGAIN_S)
        with self._changed:
            self._pauses.append(_Pause(until, identity, power, command))
        return None

    def _switch_on_again(self, pause: _Pause) -> bool:
        """The second half of a cycle."""
        return self._is_done(
            pause.identity, pause.command.number, pause.power, True, pause.power.switch_on
        )

    def _is_done(
        self, identity: str, number: int, power: OutletPower, on: bool, switch: Callable[[], bool]
    ) -> bool:
        """Switch, show the state, and say what became of it."""
        is_done = False
        reason = "the PDU accepted the command, but did not report that state"
        try:
            is_done = switch()
            if on and power.stage is RestartStage.OFF:
                reason = "it did not stay off, so nothing was sent"
        except (Exception, SystemExit) as error:  # anybody may have written the archive
            reason = error_of(error).reason
        self._panel.show_state(identity, power.seen)
        self._audience.show(self._panel.view)
        what = f"outlet {number} ({identity}) {'on' if on else 'off'}"
        self._audience.say(f"{what}: {'done' if is_done else f'not proven: {reason}'}")
        return is_done
