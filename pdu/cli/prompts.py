"""Asks before a change.

Reads secrets from the terminal.
"""

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
    """Check that `confirm` can ask, before long work begins.

    Raises NotConfirmed if there is neither a terminal nor --yes.
    """
    if not output.yes and not sys.stdin.isatty():
        raise NotConfirmed(
            f"{action} needs --yes, because there is no terminal to ask on; nothing was done", host
        )


def confirm(output: Output, question: str, host: str) -> None:
    """Ask the question, unless --yes answers it.

    Raises NotConfirmed if the user does not agree, and if there is neither a terminal nor --yes.

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
    """What is typed after the question, or the next line of the input if that is no terminal,
    without blanks around it. None at the end of the input. Bytes that are no text are a line that
    fits no question.
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
    """A secret from the terminal, which does not show it; "" without a terminal, or if nothing was
    typed. Raises SettingsError for what is no text.
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
