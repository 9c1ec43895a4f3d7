"""Asks the user on the terminal: before a change, and for secrets."""

from __future__ import annotations

import getpass
import sys
from typing import Optional

from handlers.shared.errors import PduHandlerError, SettingsError, printable

from .options import Output
from .output import show_status_line
from .signals import signals_as_ctrl_c

_LONGEST_LINE = 2_000  # characters


class NotConfirmed(PduHandlerError):
    """The user did not answer yes, or no terminal is available for the question."""

    kind = "not-confirmed"


def check_can_ask(output: Output, action: str, host: str) -> None:
    """Raises NotConfirmed if a later `confirm` could not ask, because there is neither a terminal
    nor --yes. Called before the device is read. `action`, such as `cycling outlet 3`, begins the
    text.
    """
    if not output.yes and not sys.stdin.isatty():
        raise NotConfirmed(
            f"{action} needs --yes, because there is no terminal to ask on; nothing was done", host
        )


def confirm(output: Output, question: str, host: str) -> None:
    """Ask the question, which is given without its question mark, unless --yes answers it. Returns
    if the user agrees; else raises NotConfirmed, also if there is neither a terminal nor --yes.
    `host`: of the device, for the error.

        switch outlet 3 of r1 off? [y/N] y         returns
        switch outlet 3 of r1 off? [y/N]           not-confirmed: nothing was done
    """
    check_can_ask(output, question, host)
    if output.yes:
        return
    longest = 10 * len(question)  # an escape has at most 10 characters
    text = printable(question, longest)
    answer = ask_line(f"{text}? [y/N]") or ""
    if answer.lower() not in ("y", "yes"):
        raise NotConfirmed("nothing was done", host)


def ask_line(question: str) -> Optional[str]:
    """Print the question on standard error, and return the line that is typed after it, or the next
    line of an input that is no terminal, without blanks around it. None at the end of the input.
    For bytes that are no text U+FFFD, which no question takes for an answer.

        outlet of r1: 3        "3"
        outlet of r1:          ""       (Enter)
        outlet of r1:          None     (Ctrl-D)
    """
    is_terminal = sys.stdin.isatty()
    show_status_line("")
    print(question, file=sys.stderr, end=" " if is_terminal else "\n", flush=True)
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        return "\N{REPLACEMENT CHARACTER}"
    if is_terminal and not line.endswith("\n"):  # Ctrl-D: what follows begins on a new line
        print(file=sys.stderr, flush=True)
    return line.strip()[:_LONGEST_LINE] if line else None


def ask_secret(key: str, question: str) -> str:
    """The secret that is typed after the question on the terminal, which does not show it; ""
    without a terminal, or if nothing was typed. `key`: such as "community", for the error. Raises
    SettingsError for bytes that are no text.
    """
    if not sys.stdin.isatty():
        return ""
    show_status_line("")
    try:
        with signals_as_ctrl_c():  # getpass then turns the terminal's echo on again
            return getpass.getpass(f"{printable(question)}: ")
    except EOFError:
        return ""
    except UnicodeDecodeError:
        pass
    # raised here, because the decoder's error contains a part of the secret
    raise SettingsError(
        f"the {key.replace('_', ' ')} that was typed is not text in this terminal's encoding"
    )
