"""What to do if the name of a make, a model or a host stands where a handler is expected."""

from __future__ import annotations

import re

from handlers.shared.errors import printable

from .search import YES, answer

_HOST = re.compile(r"\[?[0-9a-fA-F:]*:[0-9a-fA-F:.]*\]?|[^.\s]+(\.[^.\s]+)+")


def hint_of(word: str) -> str:
    """Advice for a make, a model or a host that stands where a handler is expected: which handler
    reads such a PDU, or how to ask the device; "" if the word is none of these.

    >>> hint_of("192.0.2.8")
    'pdu identify 192.0.2.8 asks the device which handler reads it'
    >>> hint_of("AP8959")  # doctest: +ELLIPSIS
    'AP8959 is read by the handler snmp, as pdu supports AP8959 says; ...'
    >>> hint_of("Acme")
    ''
    """
    shown_word = printable(word, 60)
    is_file = "/" in word or word.endswith((".gz", ".py"))
    if _HOST.fullmatch(word) and not is_file:
        return f"pdu identify {shown_word} asks the device which handler reads it"
    result = answer(word)
    handlers = list(dict.fromkeys(match.entry.handler for match in result.matches))
    if not handlers:
        return ""
    if len(handlers) > 1 and "nut" in handlers:
        handlers.remove("nut")  # a NUT server reads much of what the others read themselves
    names = " or ".join(handlers)
    perhaps = "" if result.verdict == YES else "perhaps "
    return (
        f"{shown_word} is {perhaps}read by the handler {names}, as pdu supports {shown_word} says;"
        " pdu identify HOST asks the device itself"
    )
