"""Asks before a change.

Reads secrets from a file, the environment or the terminal, never from an argument.
"""

from __future__ import annotations

import getpass
import os
import sys
from typing import Optional

from handlers.shared.errors import NamedSetting, PduHandlerError, Reason, SettingsError, printable
from handlers.shared.similar_names import similar_names

from ..files.secret_files import secret_in
from ..files.whole_files import signals_as_ctrl_c
from .options import RunOptions
from .output import pause_wait_line

_LONGEST_LINE = 2_000  # characters


class NotConfirmed(PduHandlerError):
    """The user did not answer yes, or no terminal is available for the question."""

    kind = "not-confirmed"


class NoSecret(SettingsError):
    """A secret is missing, in the login that was chosen or at all. `key`: the secret."""

    def __init__(self, reason: Reason, key: str) -> None:
        super().__init__(reason)
        self.key = key


def askable(run_options: RunOptions, what: str, host: str = "") -> None:
    """Check that `confirm` can ask, before long work begins.

    Raises NotConfirmed if there is neither a terminal nor --yes.
    """
    if not run_options.yes and not sys.stdin.isatty():
        raise NotConfirmed(
            f"{what} needs --yes, because there is no terminal to ask on; nothing was done", host
        )


def confirm(run_options: RunOptions, question: str, host: str = "") -> None:
    """Ask the question, unless --yes answers it, and set `run_options.changing`.

    Raises NotConfirmed if the user does not agree, and if there is neither a terminal nor --yes.
    """
    askable(run_options, question, host)
    if not run_options.yes:
        text = printable(question, 10 * len(question))  # an escape has at most 10 characters
        if (ask_line(f"{text}? [y/N]") or "").lower() not in ("y", "yes"):
            raise NotConfirmed("nothing was done", host)
    run_options.changing = True


def ask_line(question: str) -> Optional[str]:
    """What is typed after the question, or the next line of the input if that is no terminal,
    without blanks around it. None at the end of the input. Bytes that are no text are a line that
    fits no question.
    """
    is_terminal = sys.stdin.isatty()
    with pause_wait_line():
        print(question, end=" " if is_terminal else "\n", file=sys.stderr, flush=True)
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            return "\N{REPLACEMENT CHARACTER}"
    if is_terminal and not line.endswith("\n"):  # Ctrl-D: what follows begins on a new line
        print(file=sys.stderr, flush=True)
    return line.strip()[:_LONGEST_LINE] if line else None


def secret(run_options: RunOptions, key: str, question: str, is_needed: bool = True) -> str:
    """A secret, as `_secret` finds it, noted in `run_options.used`."""
    secret_text = _secret(run_options, key, question, is_needed)
    if secret_text:
        run_options.used.append(secret_text)
    return secret_text


def _secret(run_options: RunOptions, key: str, question: str, is_needed: bool) -> str:
    """A secret from --secret-file, else from the variable `PDU_<KEY>`, else from the terminal if it
    is needed, else "".

    With `run_options.login`, a secret comes from --secret-file or `run_options.secrets` only.
    Raises SettingsError if a needed secret is missing, and for a file or a typed text that cannot
    be used.
    """
    path = run_options.secret_files.get(key)
    if run_options.login and path is None:
        if is_needed and not run_options.secrets.get(key):
            near = similar_names(key, run_options.settings)
            raise NoSecret(
                f"{run_options.login} has no"
                f" {key}{f', but has {printable(near[0], 60)!r}' if near else ''}",
                key,
            )
        return run_options.secrets.get(key, "")
    if path is not None:
        return secret_in(path)
    value = os.environ.get(f"PDU_{key.upper()}")
    if value or not is_needed:
        return value or ""
    typed_secrets = {} if run_options.typed_secrets is None else run_options.typed_secrets
    if key in typed_secrets:
        return typed_secrets[key]
    if sys.stdin.isatty():
        is_text = True
        try:
            with (
                signals_as_ctrl_c(),
                pause_wait_line(),
            ):  # getpass then turns the terminal's echo on again
                answer = getpass.getpass(f"{printable(question)}: ")
            if answer:
                typed_secrets[key] = answer
                return answer
        except EOFError:
            pass
        except UnicodeDecodeError:
            is_text = False
        # raised here, because the decoder's error contains a part of the secret
        if not is_text:
            raise SettingsError(
                f"the {key.replace('_', ' ')} that was typed is not text in this terminal's"
                " encoding"
            )
    raise NoSecret((f"no {key.replace('_', ' ')} was given: set ", NamedSetting(key)), key)
