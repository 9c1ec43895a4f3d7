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
    #: of an old text the new one
    changes: dict[str, str]


def with_changes(source: str, changes: dict[str, str]) -> str:
    """The source of the handler with each old text replaced by the new one."""
    for old, new in changes.items():
        assert old in source, old
        source = source.replace(old, new)
    return source
