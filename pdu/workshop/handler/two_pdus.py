"""Two PDUs in one process, whose outlets have opposite states: DCImanager polls many with one
handler.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, Callable, NamedTuple

from .calls import Methods, error_text
from .known_units import KnownUnit
from .rules import KEPT, RULES, Finding, broken, untried


class OnePdu(NamedTuple):
    """A PDU, and the handler that reads it."""

    #: for people
    name: str
    #: by a new object in each call
    methods: Methods
    #: by one object
    kept_methods: Methods
    unit: KnownUnit
    #: how many requests reached it
    requests: Callable[[], int]


def two_pdus_finding(pdus: Sequence[OnePdu], requests_before: Callable[[], int]) -> Finding:
    """Call status of both in turn, by an object for each, and command each. `requests_before`: how
    many requests reached the PDU that was read before them.
    """
    pdus[1].unit.turn_over()
    answers: dict[str, Any] = {}
    for pdu in pdus:
        others = _RequestsOfOthers(pdu, pdus, requests_before)
        try:
            answers[pdu.name] = pdu.methods.states()
        except Exception as error:
            fault = others.fault(f"status of the {pdu.name} PDU")
            reason = f"status of the {pdu.name} PDU: {error_text(error)}"
            return broken("pdus", fault) if fault else untried("pdus", reason)
        fault = others.fault(f"status of the {pdu.name} PDU")
        if fault:
            return broken("pdus", fault)
    for pdu in (*pdus, *pdus):
        call = f"status of the {pdu.name} PDU by a kept object"
        others = _RequestsOfOthers(pdu, pdus, requests_before)
        states: Any = None
        with contextlib.suppress(Exception):  # how it ends is another rule
            states = pdu.kept_methods.states()
        fault = others.fault(call)
        if fault:
            return broken("pdus", fault)
        if states is not None and states != answers[pdu.name]:
            why = "told other states than by a new object, while the other PDU is read in turn"
            return broken("pdus", f"{call} {why}")
    return _finding_of_commands(pdus, requests_before)


def _finding_of_commands(pdus: Sequence[OnePdu], requests_before: Callable[[], int]) -> Finding:
    for pdu in pdus:
        outlet = pdu.unit.switchable_outlet()
        if not outlet:
            continue
        others = _RequestsOfOthers(pdu, pdus, requests_before)
        with contextlib.suppress(Exception):
            pdu.kept_methods.switch(outlet, on=False)
        fault = others.fault(f"port_down of outlet {outlet} of the {pdu.name} PDU")
        if fault:
            return broken("pdus", fault)
    return Finding(RULES["pdus"], KEPT)


class _RequestsOfOthers:
    """How many requests reached the other PDUs before a call."""

    def __init__(
        self, pdu: OnePdu, pdus: Sequence[OnePdu], requests_before: Callable[[], int]
    ) -> None:
        self._counts = [requests_before]
        self._counts += [other.requests for other in pdus if other is not pdu]
        self._numbers = [count() for count in self._counts]

    def fault(self, call: str) -> str:
        """That a call asked one of them, "" if it did not."""
        numbers = [count() for count in self._counts]
        if numbers == self._numbers:
            return ""
        return f"{call} was sent to another PDU, for which the handler was made before"
