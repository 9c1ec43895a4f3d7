"""What to do if the name of a make, a model or a host stands where a handler is expected."""

from __future__ import annotations

import re
import shlex

from handlers.shared.errors import printable

from .search import answer

_HOST = re.compile(r"\[?[0-9a-fA-F:]*:[0-9a-fA-F:.]*\]?|[^.]+(\.[^.]+)+")


def hint_of(word: str) -> str:
    """A sentence that says which handler reads such a PDU, or how to ask the device; "" if the
    word says nothing.
    """
    if _HOST.fullmatch(word) and "/" not in word and not word.endswith(".gz"):
        return f"pdu identify {printable(word, 60)} asks the device which handler reads it"
    result = answer(word)
    candidates = [match.entry for match in result.matches] or list(result.near)
    handlers = dict.fromkeys(entry.handler for entry in candidates)
    if not handlers:
        if not result.alike:
            return ""
        name = shlex.quote(result.alike[0])
        return f"pdu supports {name} says which handler reads {name}, a similar name"
    # a NUT server reads much of what the others read themselves
    names = " or ".join(name for name in handlers if name != "nut" or len(handlers) == 1)
    perhaps = "" if result.verdict == "yes" else "perhaps "
    return (
        f"{printable(word, 60)} is {perhaps}read by the handler {names}, as pdu supports"
        f" {printable(word, 60)} says; pdu identify HOST asks the device itself"
    )
