"""Gives the hash of each ended day to a command that keeps it at another place.

The command runs beside the meter, without a shell, one at a time, and delays no reading. It is not
run again after a failure: the next day's hash is over all days before it.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections import deque
from typing import Callable, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ..journal.days import EndedDay
from .service import Companion, MeterService

#: a command that runs for longer is ended, in s
PATIENCE_S = 600.0
#: how long the meter waits for it when it ends, in s
_LAST_S = 20.0
_HASH, _DAY = "{hash}", "{day}"
_EXAMPLE = "such as --anchor '/etc/pdu/anchor {day} {hash}'"


class _Running(NamedTuple):
    process: subprocess.Popen[bytes]
    day: str
    #: since when, in s of the monotonic clock
    since: float


class Anchor(Companion):
    """The command, and the days that it is to be run for."""

    def __init__(
        self, command: str, say: Callable[[str], object], patience_s: float = PATIENCE_S
    ) -> None:
        """`command`: words as in a shell, in which {hash}, 64 digits, and {day}, such as
        2026-11-23, are replaced. Raises SettingsError.
        """
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise SettingsError(f"--anchor: {error}: {_EXAMPLE}") from None
        if not any(_HASH in word for word in self._words[1:]):
            raise SettingsError(f"--anchor: the command has no word {_HASH}: {_EXAMPLE}")
        if shutil.which(self._words[0]) is None:
            raise SettingsError(f"--anchor: there is no program {printable(self._words[0], 80)}")
        self._say, self._patience_s = say, patience_s
        self._waiting: deque[EndedDay] = deque()
        self._running: Optional[_Running] = None

    def turn(self, meter: MeterService) -> None:
        self._waiting.extend(meter.ended_days())
        self._follow()

    def finish(self, meter: MeterService) -> None:
        """Run what is left when the meter has ended, for a short time."""
        until = time.monotonic() + _LAST_S
        self.turn(meter)
        while (self._running is not None or self._waiting) and time.monotonic() < until:
            time.sleep(0.05)
            self._follow()
        if self._running is not None:
            self._end(self._running, "the meter ended")
        for ended_day in self._waiting:
            self._say_failure(ended_day.day, "the meter ended")
        self._waiting.clear()

    def _follow(self) -> None:
        if self._running is not None:
            code = self._running.process.poll()
            if code is not None:
                if code:
                    self._say_failure(self._running.day, f"exit code {code}")
                self._running = None
            elif time.monotonic() - self._running.since > self._patience_s:
                self._end(self._running, f"it did not end in {self._patience_s:g} s")
        if self._running is None and self._waiting:
            self._start(self._waiting.popleft())

    def _start(self, ended_day: EndedDay) -> None:
        words = [
            word.replace(_HASH, ended_day.hash).replace(_DAY, ended_day.day) for word in self._words
        ]
        # what systemd is told, the meter tells
        variables = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=variables,
                # Ctrl-C is for the meter, which waits for the command
                start_new_session=True,
            )
        except OSError as error:
            self._say_failure(ended_day.day, str(error.strerror))
            return
        self._running = _Running(process, ended_day.day, time.monotonic())

    def _end(self, running: _Running, why: str) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
        self._running = None
        self._say_failure(running.day, why)

    def _say_failure(self, day: str, why: str) -> None:
        self._say(
            f"--anchor failed for {day}: {printable(why, 200)}; the next day's hash is over this"
            " day, too"
        )
