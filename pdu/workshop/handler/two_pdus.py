"""Two PDUs in one process, whose outlets have opposite states: DCImanager polls many with one
handler.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, Callable, NamedTuple

from .calls import Methods, error_text
from .known_units import OTHER_STATE, KnownUnit
from .rules import KEPT, RULES, Finding, broken, untried


class OnePdu(NamedTuple):
    """A PDU, and the handler that reads it."""

    #: by a new object in each call
    methods: Methods
    #: by one object
    kept_methods: Methods
    unit: KnownUnit
    #: how many requests reached it
    requests: Callable[[], int]


def two_pdus_finding(first: OnePdu, second: OnePdu) -> Finding:
    """Call status of both in turn, by an object for each, and command each. For a handler of which
    requests have reached a PDU of this machine before.
    """
    for identity, state in second.unit.states().items():
        if state in OTHER_STATE:
            second.unit.turn(identity, OTHER_STATE[state])
    pdus = {"first": first, "second": second}
    answers: dict[str, Any] = {}
    for name, pdu in pdus.items():
        requests_before = pdu.requests()
        try:
            answers[name] = pdu.methods.states()
        except Exception as error:
            reason = error_text(error)
            if pdu.requests() == requests_before:
                return _asked_another(f"status of the {name} PDU", reason)
            return untried("pdus", f"status of the {name} PDU: {reason}")
        if pdu.requests() == requests_before:
            return _asked_another(f"status of the {name} PDU", "")
    for name in (*pdus, *pdus):
        pdu = pdus[name]
        requests_before = pdu.requests()
        try:
            states = pdu.kept_methods.states()
        except Exception as error:
            return broken("pdus", f"status of the {name} PDU by a kept object: {error_text(error)}")
        if pdu.requests() == requests_before:
            return _asked_another(f"status of the {name} PDU by a kept object", "")
        if states != answers[name]:
            why = "told other states than by a new object, while the other PDU is read in turn"
            return broken("pdus", f"status of the {name} PDU by a kept object {why}")
    return _finding_of_commands([("first", first, second), ("second", second, first)])


def _finding_of_commands(pairs: Sequence[tuple[str, OnePdu, OnePdu]]) -> Finding:
    for name, pdu, other in pairs:
        outlet = pdu.unit.switchable_outlet()
        if not outlet:
            continue
        with contextlib.suppress(Exception):  # how it ends is another rule
            pdu.kept_methods.switch(outlet, on=False)
        if other.unit.commands:
            why = f"port_down of outlet {outlet} of the {name} PDU was sent to the other PDU"
            return broken("pdus", why)
        pdu.unit.commands.clear()
    return Finding(RULES["pdus"], KEPT)


def _asked_another(call: str, reason: str) -> Finding:
    why = f"{call} did not ask it: what was made for another PDU is kept"
    return broken("pdus", f"{why} ({reason})" if reason else why)
