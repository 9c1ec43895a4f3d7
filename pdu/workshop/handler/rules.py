"""What a handler is checked for, and who wants it: the vendor's page "Creating a PDU handler", or
this project, whose rules are advice. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

KEPT, BROKEN, UNTRIED = "kept", "broken", "not tried"
HEAD = ("result", "what", "who wants it", "seen")


class Rule(NamedTuple):
    """One row of the table."""

    #: what the handler does
    text: str
    #: the section of the vendor's page that demands it; "" for advice of this project
    section: str = ""
    #: words of the page's line, which a search in the page finds
    line: str = ""
    #: whether the page recommends it, and does not demand it
    recommended: bool = False

    @property
    def source(self) -> str:
        """`page`, `page recommends` or `advice`."""
        if not self.section:
            return "advice"
        return "page recommends" if self.recommended else "page"

    @property
    def source_with_line(self) -> str:
        """For people."""
        return f'{self.source}: "{self.line}"' if self.section else self.source


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
        return self.result == BROKEN and self.rule.source == "page"


_LOADING = "Loading the handler into the platform"
_CLASS = "Class for working with PDU"
_METHODS = "Methods for working with PDU"
_PREPARING = "Preparing the environment"
_VIEWS = "return values that the platform expects"
_STATE = "current port state"

RULES: Mapping[str, Rule] = {
    "archive": Rule(
        "one directory with __init__.py and the handler's file",
        _LOADING,
        "Create a directory with the following structure",
    ),
    "entry": Rule(
        "the handler's file has make_handler, which returns the handler",
        _CLASS,
        "must contain the make_handler function",
    ),
    "base": Rule(
        "the class is below BaseSnmpPdu or BasePdu", _CLASS, "The PDU class is inherited from"
    ),
    "alone": Rule(
        "it loads beside common and pdu_common alone", _LOADING, "relative path for import"
    ),
    "python": Rule(
        "it loads on Python 3.9, which DCImanager recommends",
        _PREPARING,
        "Python version 3.9",
        recommended=True,
    ),
    "pythons": Rule("it loads on the other versions of Python that are here"),
    "imports": Rule("it imports nothing that the platform may not have"),
    "types": Rule("mypy finds no mistake in it", _PREPARING, "the mypy analyzer", recommended=True),
    "quiet": Rule("make_handler sends nothing and starts no program"),
    "status": Rule("status returns every outlet with its state", _METHODS, "PDU polling"),
    "states": Rule("the states are those of the device", _METHODS, "PDU port status"),
    "statistic": Rule("statistic returns finite figures", _METHODS, _VIEWS),
    "figures": Rule("the figures are those of the device, in A and kWh", _METHODS, _VIEWS),
    "port_down": Rule(
        "port_down switches the outlet off and returns its state",
        _METHODS,
        "disabling the port",
    ),
    "port_up": Rule(
        "port_up switches the outlet on and returns its state",
        _METHODS,
        "enabling the port",
    ),
    "once": Rule("a command is written once"),
    "late": Rule(
        "the state after a command is read from the device, also if it is late", _METHODS, _STATE
    ),
    "stuck": Rule("an outlet that does not switch is not reported as switched", _METHODS, _STATE),
    "no outlet": Rule("a command for an outlet that does not exist raises"),
    "silent": Rule("a device that cannot be reached raises"),
    "community": Rule("a wrong community raises"),
    "short": Rule("a table that ends early raises: a shorter list cuts servers off"),
}


def table(findings: Sequence[Finding]) -> list[list[str]]:
    """Result, rule, source and detail of each."""
    return [
        [finding.result, finding.rule.text, finding.rule.source_with_line, finding.detail]
        for finding in findings
    ]
