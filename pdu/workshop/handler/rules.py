"""What a handler is checked for, and who wants it: the vendor's page "Creating a PDU handler", or
this project, for the safety of servers and logins, or as advice. Pure.
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
    #: whether a handler that breaks it can cut a server off, or shows a login
    is_safety: bool = False
    #: how its author keeps it
    remedy: str = ""

    @property
    def source(self) -> str:
        """`page`, `page recommends`, `safety` or `advice`."""
        if not self.section:
            return "safety" if self.is_safety else "advice"
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
    def advice(self) -> str:
        """The detail, and the remedy of what is broken."""
        is_broken = self.result == BROKEN and self.rule.remedy
        return f"{self.detail}: {self.rule.remedy}" if is_broken else self.detail

    @property
    def is_harmful(self) -> bool:
        """Whether the page demands what is broken, or safety does."""
        return self.result == BROKEN and self.rule.source in ("page", "safety")


_LOADING = "Loading the handler into the platform"
_CLASS = "Class for working with PDU"
_METHODS = "Methods for working with PDU"
_PREPARING = "Preparing the environment"
_VIEWS = "return values that the platform expects"
_STATE = "current port state"
_RAISE = "let the error through: an empty or old answer is believed"

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
        remedy="write make_handler(pdu_data), which returns the object of your class",
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
    "quiet": Rule(
        "make_handler sends nothing and starts no program",
        remedy="ask the device in the four methods alone",
    ),
    "status": Rule("status returns every outlet with its state", _METHODS, "PDU polling"),
    "states": Rule("the states are those of the device", _METHODS, "PDU port status"),
    "asked": Rule(
        "status and statistic ask the device each time",
        _METHODS,
        "PDU polling",
        remedy="keep nothing between two calls",
    ),
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
    "others": Rule(
        "a command switches its own outlet alone",
        is_safety=True,
        remedy="write to the object of the port that the method was given",
    ),
    "once": Rule(
        "a command is written once", is_safety=True, remedy="write once, then read the state"
    ),
    "late": Rule(
        "the state after a command is read from the device, also if it is late", _METHODS, _STATE
    ),
    "stuck": Rule("an outlet that does not switch is not reported as switched", _METHODS, _STATE),
    "unread": Rule("a state that cannot be read after a command is not reported", _METHODS, _STATE),
    "refused": Rule("a command that the device refuses raises", is_safety=True, remedy=_RAISE),
    "no outlet": Rule(
        "a command for an outlet that does not exist raises",
        is_safety=True,
        remedy="read the outlet before the command, and raise if it is not there",
    ),
    "silent": Rule("a device that does not answer raises", is_safety=True, remedy=_RAISE),
    "community": Rule("a wrong community raises", is_safety=True, remedy=_RAISE),
    "short": Rule(
        "a table that ends early raises: a shorter list cuts servers off",
        is_safety=True,
        remedy=_RAISE,
    ),
    "secret": Rule(
        "it shows no community and no password in its log, its output or its errors",
        is_safety=True,
        remedy="write no snmp_params and no custom_params into a text",
    ),
}


def table(findings: Sequence[Finding]) -> list[list[str]]:
    """Result, rule, source and what was seen of each, with the remedy of what is broken."""
    return [
        [finding.result, finding.rule.text, finding.rule.source_with_line, finding.advice]
        for finding in findings
    ]
