"""A fault in a handler that is right, and how the judge tells it."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """What is replaced in the handler, and what is found by it."""

    #: of RULES
    rule: str
    #: the name of the group of cases that finds it; "" if a PDU that is well is enough
    case_name: str
    #: how the detail begins
    words: str
    #: each an old text and the new one
    changes: tuple[tuple[str, str], ...]


def faulty(source: str, fault: Fault) -> str:
    """The source of the handler with the fault: each old text of its changes is replaced."""
    for old, new in fault.changes:
        assert old in source, old
        source = source.replace(old, new)
    return source
