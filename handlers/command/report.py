"""Reports a failure: one line on standard error, or JSON on standard output; and gives its exit code."""
from __future__ import annotations

import sys
from typing import Any, Collection, Dict

from ..errors import PduHandlerError, printable
from .exits import code_of
from .options import Given, spelled
from .output import print_json

_DEFECT = "defect"


class Usage(PduHandlerError):
    """Arguments that this command does not take."""

    kind = "usage"


class Interrupted(PduHandlerError):
    """Ctrl-C."""

    kind = "interrupted"


def reason(error: BaseException, words: Collection[str] = ()) -> str:
    """Why it failed, with this command's own words for the settings that the error names; `words` are its arguments.

    The error may be of an archive, which has its own classes; older ones have no `parts`.
    """
    parts = getattr(error, "parts", None)
    if parts is None:
        return str(getattr(error, "reason", error))
    return printable("".join(part if isinstance(part, str) else 
                             part.key.upper() if part.key in words else spelled(part.key, part.value) for part in parts))


def described(error: BaseException, state: Given) -> Dict[str, Any]:
    """An error for JSON. What is not of a handler is a defect; --debug prints its traceback."""
    kind = getattr(error, "kind", None)
    if not isinstance(kind, str):
        if state.debug:
            import traceback
            traceback.print_exception(type(error), error, error.__traceback__)
        return {"kind": _DEFECT, "host": "", "operation": "", "exit_code": code_of(_DEFECT), "reason": printable(
            f"{type(error).__name__}: {error}; run again with --debug and report what it prints")}
    return {"kind": kind, "host": getattr(error, "host", ""), "operation": getattr(error, "operation", ""),
            "reason": reason(error, state.words), "exit_code": code_of(kind)}


def failed(state: Given, error: BaseException) -> int:
    """Report it; returns the exit code of its kind."""
    about = described(error, state)
    if state.json:
        print_json({"error": about})
    else:
        print(": ".join(about[name] for name in ("kind", "host", "operation", "reason") if about[name]), file=sys.stderr)
    return int(about["exit_code"])
