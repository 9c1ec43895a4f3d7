"""A line in the system's log for each command to an outlet: who, which PDU, which outlet, and the
state after it, or the kind of the error; after some errors it was not sent. Where the system has no
log, nothing is written.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

from handlers.shared.errors import printable
from pdu_common.helper import EnumPowerStatus

from ..cli.error_facts import kind_of
from ..cli.states import word
from .outlet_power import target_state


@dataclass
class CommandResult:
    """What came of a command; its block sets `state`."""

    state: Optional[EnumPowerStatus] = None


@contextlib.contextmanager
def logged_command(where: str, identity: str, *, on: bool) -> Iterator[CommandResult]:
    """A block that sends one command to an outlet of the PDU `where`. The line is written when it
    ends, also by an error.
    """
    result = CommandResult()
    outcome = ""
    try:
        yield result
    except BaseException as error:
        # not its text: a handler of another pack might quote a secret
        kind = kind_of(error) or type(error).__name__
        outcome = f"error {printable(kind, 40)}"
        raise
    finally:
        if result.state is not None:
            outcome = f"now {word(result.state)}"
        goal = word(target_state(on=on))
        place = f"outlet {printable(identity, 60)} of {printable(where, 120)}"
        _write(f"{_user()} commanded {goal}, {place}: {outcome}")


def _user() -> str:
    """The user of this process, and who called sudo; `somebody` where the system has no users."""
    try:
        import pwd  # imported late: Windows has none

        name = pwd.getpwuid(os.getuid()).pw_name
    except ImportError:
        name = "somebody"
    except KeyError:
        name = f"uid {os.getuid()}"
    sudo_user = os.environ.get("SUDO_USER")
    if sudo_user:
        name += f" (sudo by {printable(sudo_user, 60)})"
    return name


def _write(line: str) -> None:
    """Write a line to the system's log, if it has one."""
    try:
        import syslog  # imported late: Windows has none
    except ImportError:
        return
    syslog.openlog("pdu", syslog.LOG_PID, syslog.LOG_AUTHPRIV)
    syslog.syslog(syslog.LOG_NOTICE, line)
    syslog.closelog()
