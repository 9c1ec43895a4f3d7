"""The rules that a handler is checked for: RULES has each by its key, such as "once".

A rule is of the vendor's page "Creating a PDU handler", of the safety of servers and logins, or
advice of this project. A finding says of a rule that it is kept, broken, advised (advice that is
not kept) or not tried.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handlers.shared.errors import printable

#: ADVISED: what we or the page recommend is not kept, which breaks nothing
KEPT, BROKEN, ADVISED, UNTRIED = "kept", "broken", "advised", "not tried"
#: the worst first: a rule is kept only if each of its cases was seen right
_ORDER = (BROKEN, UNTRIED, ADVISED, KEPT)


class Rule(NamedTuple):
    """What a handler should keep: a row of RULES.

    >>> RULES["once"].text, RULES["once"].source
    ('a command is written once', 'safety')
    """

    #: what the handler does
    text: str
    #: the section of the vendor's page that demands it; "" for advice of this project
    section: str = ""
    #: words of the page's line, which a search in the page finds
    line: str = ""
    #: whether a handler that breaks it can cut a server off, or shows a login
    is_safety: bool = False
    #: how its author keeps it
    remedy: str = ""

    @property
    def source(self) -> str:
        """`page`, `safety` or `advice`."""
        if self.section:
            return "page"
        return "safety" if self.is_safety else "advice"


class Finding(NamedTuple):
    """Whether a rule is kept, and what was seen.

    >>> broken("once", "port_down wrote 2 times").advice
    'port_down wrote 2 times: write once, then read the state'
    """

    rule: Rule
    #: KEPT, BROKEN, ADVISED or UNTRIED
    result: str
    #: what is wrong, or why it was not tried
    detail: str = ""

    @property
    def advice(self) -> str:
        """The detail, and the remedy of what is broken."""
        is_broken = self.result in (BROKEN, ADVISED)
        if is_broken and self.rule.remedy:
            return f"{self.detail}: {self.rule.remedy}"
        return self.detail


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
        "its syntax is that of Python 3.9, which DCImanager recommends",
        _PREPARING,
        "Python version 3.9",
        remedy="write for Python 3.9",
    ),
    "imports": Rule("it imports nothing that the platform may not have"),
    "quiet": Rule(
        "make_handler sends nothing and starts no program",
        remedy="ask the device in the four methods alone",
    ),
    "pdus": Rule(
        "of two PDUs in one process, each is asked and switched by its own object",
        is_safety=True,
        remedy="keep address and login in the object, and nothing in the module or the class",
    ),
    "status": Rule("status returns every outlet with its state", _METHODS, "PDU polling"),
    "states": Rule("the states are those of the device", _METHODS, "PDU port status"),
    "identity": Rule(
        "an outlet's identity is the number that the device has for it",
        remedy="give the number as the device does: DCImanager shows it, and keeps it",
    ),
    "asked": Rule(
        "status and statistic ask the device each time",
        _METHODS,
        "PDU polling",
        remedy="keep nothing between two calls",
    ),
    "statistic": Rule("statistic returns finite figures", _METHODS, _VIEWS),
    "figures": Rule("the figures are those of the device, in A and kWh", _METHODS, _VIEWS),
    "meter": Rule(
        "a meter that cannot be read is an error or no figure, never 0 or a part of the sum",
        _METHODS,
        _VIEWS,
        remedy="let the error through, or leave the figure out",
    ),
    "empty": Rule(
        "nothing read is not 0: an empty table of outlets or meters raises, or gives no figure",
        remedy="raise if a table that the device has is empty",
    ),
    "part": Rule(
        "a sum is of all rows: where the row of a meter is absent, it raises, or gives no figure",
        remedy="compare the rows with those of the outlets, and raise if one is missing",
    ),
    "poll": Rule(
        "status and statistic write nothing",
        is_safety=True,
        remedy="write in port_up and port_down alone",
    ),
    "side effects": Rule(
        "its methods write no file, start no program, ask their PDU alone and leave the process as"
        " it is",
        remedy="log, and ask the device of pdu_data",
    ),
    "process": Rule(
        "it changes nothing for all that runs in the process",
        is_safety=True,
        remedy="give certificates, time-outs and levels of the log to your own objects alone",
    ),
    "code": Rule(
        "it runs nothing as Python that a device answers",
        is_safety=True,
        remedy="read JSON by json.loads",
    ),
    "connections": Rule(
        "it leaves no connection open",
        is_safety=True,
        remedy="close what a method opened, also after an error",
    ),
    "elsewhere": Rule(
        "its methods ask no other host than their PDU",
        is_safety=True,
        remedy="ask the device of pdu_data alone: another host could be sent its login",
    ),
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
    "pending": Rule(
        "a state that is neither on nor off after a command is not reported as switched",
        _METHODS,
        _STATE,
    ),
    "answer lost": Rule(
        "a command whose answer is lost is not written again, and its state is read",
        is_safety=True,
        remedy="write once; then read the outlet, or raise",
    ),
    "unread": Rule("a state that cannot be read after a command is not reported", _METHODS, _STATE),
    "refused": Rule("a command that the device refuses raises", is_safety=True, remedy=_RAISE),
    "no outlet": Rule(
        "a command for an outlet that does not exist raises",
        is_safety=True,
        remedy="read the outlet before the command, and raise if it is not there",
    ),
    "silent": Rule("a device that does not answer raises", is_safety=True, remedy=_RAISE),
    "community": Rule("a wrong community raises", is_safety=True, remedy=_RAISE),
    "denied": Rule("a refused login raises", is_safety=True, remedy=_RAISE),
    "login": Rule(
        "a refused login is sent once a call, and no other login after it",
        is_safety=True,
        remedy="raise at the first refusal: devices lock an account after some",
    ),
    "redirect": Rule(
        "no login goes to another server by a redirect",
        is_safety=True,
        remedy="follow no redirect, or none to another server",
    ),
    "proxy": Rule(
        "no login goes to a proxy that the environment names",
        is_safety=True,
        remedy="use no proxy: urllib.request.ProxyHandler({}), requests' trust_env = False",
    ),
    "short": Rule(
        "a table that ends early raises: a shorter list cuts servers off",
        is_safety=True,
        remedy=_RAISE,
    ),
    "lost state": Rule(
        "an outlet whose state cannot be read is UNKNOWN, or an error: never DOWN, never left out",
        is_safety=True,
        remedy=_RAISE,
    ),
    "zero": Rule(
        "no state follows from a figure: an outlet that is on without load is on",
        is_safety=True,
        remedy="read the state from the device's word for it alone",
    ),
    "secret": Rule(
        "it shows no community and no password in its log, its output or its errors",
        is_safety=True,
        remedy="write no snmp_params and no custom_params into a text",
    ),
}


#: without these, it is not known whether a handler keeps the page
_NEEDED = (
    *("pdus", "status", "states", "statistic", "figures", "asked", "poll", "port_down", "port_up"),
    *("others", "once", "late", "stuck", "pending", "answer lost", "unread", "refused"),
    *("no outlet", "silent", "short", "lost state", "meter"),
)


def rules_of(findings: Sequence[Finding], result: str) -> list[Rule]:
    """The rules of the findings with this result."""
    return [finding.rule for finding in findings if finding.result == result]


def untried_rules(findings: Sequence[Finding]) -> list[Rule]:
    """The rules that must be tried and were not, in the order of RULES: those without which it is
    not known whether a handler keeps the page, and of the others those of safety that are found
    "not tried".

    >>> findings = [kept(key) for key in RULES if key != "late"]
    >>> [rule.text for rule in untried_rules([*findings, untried("proxy", "no request")])]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['the state after a command is read from the device, also if it is late',
     'no login goes to a proxy that the environment names']
    """
    rules_untried = rules_of(findings, UNTRIED)
    rules_with_finding = [finding.rule for finding in findings]
    rules: list[Rule] = []
    for key, rule in RULES.items():
        is_needed = key in _NEEDED
        if rule in rules_untried and (is_needed or rule.is_safety):
            rules.append(rule)
        elif rule not in rules_with_finding and is_needed:
            rules.append(rule)
    return rules


def kept(rule: str, detail: str = "") -> Finding:
    """The finding that a rule is kept. `rule`: its key in RULES; `detail`: what was seen."""
    return Finding(RULES[rule], KEPT, printable(detail, 400))


def broken(rule: str, detail: str) -> Finding:
    """The finding that a rule is not kept. `detail`: what the handler did, such as "port_down wrote
    2 times".
    """
    return Finding(RULES[rule], BROKEN, printable(detail, 300))


def untried(rule: str, why: str) -> Finding:
    """The finding that a rule was not tried, or not in each case. `why`: for people."""
    return Finding(RULES[rule], UNTRIED, printable(why, 400))


def in_brackets(place: str) -> str:
    """A place in brackets, as the end of a sentence; "" for none.

    >>> in_brackets("handler.py line 7"), in_brackets("")
    (' (handler.py line 7)', '')
    """
    return f" ({place})" if place else ""


def lines(findings: Sequence[Finding], width: int) -> list[str]:
    """The lines that show findings: one with the result, the rule and its source, and below it what
    was seen, with the remedy of what is broken. No line is longer than `width`.

    >>> lines([broken("once", "port_down wrote 2 times")], 80)
    ... # doctest: +NORMALIZE_WHITESPACE
    ['broken     a command is written once (safety)',
     '           port_down wrote 2 times: write once, then read the state']
    """
    indent = " " * _RESULT_WIDTH
    lines: list[str] = []
    for finding in findings:
        rule = finding.rule
        result = finding.result.ljust(_RESULT_WIDTH)
        lines += _wrapped(f"{result}{rule.text} ({rule.source})", width)
        advice = finding.advice
        if finding.result in (BROKEN, ADVISED) and rule.line:
            advice += f' (search the page for "{rule.line}")'
        if advice:
            lines += _wrapped(f"{indent}{advice}", width)
    return lines


_RESULT_WIDTH = len(UNTRIED) + 2


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text of this width at most, all but the first indented below the rule.

    >>> _wrapped("kept       a command is written once", 24)
    ['kept       a command is', '           written once']
    """
    indent = " " * _RESULT_WIDTH
    return textwrap.wrap(text, width, subsequent_indent=indent) or [text]
