"""What a handler is checked for, and who wants it: the vendor's page "Creating a PDU handler", or
this project, whose rules are advice. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

KEPT, BROKEN, UNTRIED = "kept", "broken", "not tried"


class Rule(NamedTuple):
    """One row of the table."""

    #: what the handler does
    text: str
    #: the section of the vendor's page that demands it; "" for advice of this project
    section: str = ""

    @property
    def source(self) -> str:
        """Who wants it."""
        return f"page: {self.section}" if self.section else "advice"


class Finding(NamedTuple):
    """What was seen of a rule."""

    rule: Rule
    #: KEPT, BROKEN or UNTRIED
    result: str
    #: what is wrong, or why it was not tried
    detail: str = ""

    @property
    def breaks_page(self) -> bool:
        """Whether the page demands what is broken."""
        return self.result == BROKEN and bool(self.rule.section)


_LOADING = "Loading the handler into the platform"
_CLASS = "Class for working with PDU"
_METHODS = "Methods for working with PDU"
_PREPARING = "Preparing the environment"

RULES: Mapping[str, Rule] = {
    "archive": Rule("one directory with __init__.py and the handler's file", _LOADING),
    "entry": Rule("the handler's file has make_handler, which returns the handler", _CLASS),
    "base": Rule("the class is below BaseSnmpPdu or BasePdu", _CLASS),
    "alone": Rule("it loads beside common and pdu_common alone", _LOADING),
    "python": Rule("it loads on Python 3.9, which DCImanager recommends", _PREPARING),
    "pythons": Rule("it loads on the other versions of Python that are here"),
    "imports": Rule("it imports nothing that the platform may not have"),
    "types": Rule("mypy finds no mistake in it", _PREPARING),
    "quiet": Rule("make_handler sends nothing and starts no program"),
    "status": Rule("status returns every outlet with its state", _METHODS),
    "states": Rule("the states are those of the device"),
    "statistic": Rule("statistic returns finite figures", _METHODS),
    "port_down": Rule("port_down switches the outlet off and returns its state", _METHODS),
    "port_up": Rule("port_up switches the outlet on and returns its state", _METHODS),
    "once": Rule("a command is written once"),
    "late": Rule("the state after a command is read from the device, also if it is late", _METHODS),
    "stuck": Rule("an outlet that does not switch is not reported as switched", _METHODS),
    "no outlet": Rule("a command for an outlet that does not exist raises"),
    "silent": Rule("a device that cannot be reached raises"),
    "community": Rule("a wrong community raises"),
    "short": Rule("a table that ends early raises: a shorter list cuts servers off"),
}


def table(findings: Sequence[Finding]) -> list[list[str]]:
    """Result, rule, source and detail of each."""
    return [[one.result, one.rule.text, one.rule.source, one.detail] for one in findings]
