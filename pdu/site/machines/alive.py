"""Asks a machine itself whether it lives: a program that ends with 0 while it does."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from typing import NamedTuple, Optional, Protocol

from handlers.shared.errors import SettingsError, printable

# How long the program may take, in s: no law says when a machine that lives has answered at last.
LONGEST_S = 5.0
# what a shell says of a program that is missing or cannot be run; `env` and others too
_NOT_RUN = (126, 127)


class Alive(Protocol):
    """Whether a machine lives."""

    @property
    def words(self) -> str:
        """What asks."""

    @property
    def sees_power(self) -> bool:
        """Whether an answer is about power: a person who looks at lamps and fans does not take a
        machine that restarts for one without power.
        """

    def answers(self) -> bool:
        """Whether it lives now. Raises SettingsError if that cannot be asked."""


def why_not_dead(alive: Optional[Alive]) -> str:
    """Why a machine is not known to be dead by itself; "" if it was asked and is silent."""
    if alive is None:
        return "nothing asks the machine itself"
    try:
        return "it still answers" if alive.answers() else ""
    except SettingsError as error:
        return error.reason


class AliveCommand(NamedTuple):
    """A program of the owner, run without a shell."""

    words: str
    machine: str
    sees_power: bool = False

    def answers(self) -> bool:
        """A program that has not ended after 5 s says that the machine does not live."""
        try:
            command = [word.replace("{}", self.machine) for word in shlex.split(self.words)]
        except ValueError as error:
            raise SettingsError(f"--alive {printable(self.words, 60)!r}: {error}") from None
        if not command:
            raise SettingsError("--alive: give a program")
        try:
            code = _exit_code(command)
        except subprocess.TimeoutExpired:
            return False
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise SettingsError(f"--alive {printable(command[0], 60)!r}: {why}") from None
        if code in _NOT_RUN:
            raise SettingsError(
                f"--alive {printable(command[0], 60)!r} ended with {code}: it, or what it runs, is"
                " missing"
            )
        return code == 0


def _exit_code(command: list[str]) -> int:
    """In a session of its own: Ctrl-C here is no answer of the machine."""
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
    try:
        return process.wait(LONGEST_S)
    finally:
        if process.poll() is None:
            # what it started, too
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
