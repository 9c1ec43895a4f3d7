"""What to do if the name of a make, a model or a host stands where a handler is expected."""

from __future__ import annotations

import re
import shlex

from handlers.shared.errors import printable

from .search import YES, answer

_HOST = re.compile(r"\[?[0-9a-fA-F:]*:[0-9a-fA-F:.]*\]?|[^.]+(\.[^.]+)+")


def hint_of(word: str) -> str:
    """A sentence that says which handler reads such a PDU, or how to ask the device; "" if the
    word says nothing.
    """
    shown_word = printable(word, 60)
    is_file = "/" in word or word.endswith(".gz")
    if _HOST.fullmatch(word) and not is_file:
        return f"pdu identify {shown_word} asks the device which handler reads it"
    result = answer(word)
    candidates = [match.entry for match in result.matches] or result.near
    handlers = list(dict.fromkeys(entry.handler for entry in candidates))
    if not handlers and not result.alike:
        return ""
    if not handlers:
        name = shlex.quote(result.alike[0])
        return f"pdu supports {name} says which handler reads {name}, a similar name"
    if len(handlers) > 1 and "nut" in handlers:
        handlers.remove("nut")  # a NUT server reads much of what the others read themselves
    names = " or ".join(handlers)
    perhaps = "" if result.verdict == YES else "perhaps "
    return (
        f"{shown_word} is {perhaps}read by the handler {names}, as pdu supports {shown_word} says;"
        " pdu identify HOST asks the device itself"
    )
