"""Two PDUs in one process, whose outlets have opposite states: DCImanager polls many with one
handler.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Callable, Optional

from pdu_common.helper import EnumPowerStatus

from .calls import error_text
from .rules import Finding, broken, kept, untried
from .trial_device import TrialDevice

_NAMES = ("first", "second")


def two_pdus_finding(pdus: Sequence[TrialDevice], requests_before: Callable[[], int]) -> Finding:
    """Call status of both in turn, by new objects and by one object each, and command each: broken
    if a call asks another PDU than its own. `requests_before`: how many requests reached a third
    PDU, which the handler read before these two.
    """
    assert pdus[1].unit is not None
    # both PDUs are alike: with opposite states, those of one are not taken for the other's
    pdus[1].unit.turn_over()
    trials = _TwoPdus(pdus, requests_before)
    for trial in (trials.read_by_new_objects, trials.read_by_kept_objects, trials.switch):
        finding = trial()
        if finding is not None:
            return finding
    return kept("pdus")


class _TwoPdus:
    """Two PDUs, and the trials of one handler on them: each gives None, or the finding that ends
    them.
    """

    def __init__(self, pdus: Sequence[TrialDevice], requests_before: Callable[[], int]) -> None:
        self._pdus = pdus
        self._requests_before = requests_before
        self._states_by_name: dict[str, Sequence[tuple[str, EnumPowerStatus]]] = {}

    def read_by_new_objects(self) -> Optional[Finding]:
        """Call status of each PDU, and remember its states."""
        for name, pdu in zip(_NAMES, self._pdus):
            call = f"status of the {name} PDU"
            failure = ""
            requests = self._requests_of_others(pdu)
            try:
                self._states_by_name[name] = pdu.methods.states()
            except Exception as error:
                failure = error_text(error)
            if self._requests_of_others(pdu) != requests:
                return _sent_to_another(call)
            if failure:
                return untried("pdus", f"{call}: {failure}")
        return None

    def read_by_kept_objects(self) -> Optional[Finding]:
        """Call status of each PDU twice, in turn: the states must be those of the new objects."""
        for name, pdu in zip(_NAMES * 2, [*self._pdus, *self._pdus]):
            call = f"status of the {name} PDU by a kept object"
            states = self._states_by_name[name]
            requests = self._requests_of_others(pdu)
            assert pdu.kept_methods is not None
            with contextlib.suppress(Exception):  # how it ends is another rule
                states = pdu.kept_methods.states()
            if self._requests_of_others(pdu) != requests:
                return _sent_to_another(call)
            if states != self._states_by_name[name]:
                fault = (
                    "told other states than by a new object, while the other PDU is read in turn"
                )
                return broken("pdus", f"{call} {fault}")
        return None

    def switch(self) -> Optional[Finding]:
        """Switch an outlet of each PDU off, if it has one that can be switched."""
        for name, pdu in zip(_NAMES, self._pdus):
            assert pdu.unit is not None and pdu.kept_methods is not None
            outlet = pdu.unit.switchable_outlet()
            if not outlet:
                continue
            requests = self._requests_of_others(pdu)
            with contextlib.suppress(Exception):  # how it ends is another rule
                pdu.kept_methods.switch(outlet, on=False)
            if self._requests_of_others(pdu) != requests:
                return _sent_to_another(f"port_down of outlet {outlet} of the {name} PDU")
        return None

    def _requests_of_others(self, pdu: TrialDevice) -> list[int]:
        """How many requests reached each PDU that is not this one."""
        other_pdus = [other for other in self._pdus if other is not pdu]
        return [self._requests_before(), *(other.request_count() for other in other_pdus)]


def _sent_to_another(call: str) -> Finding:
    """That a call asked a PDU for which its object was not made."""
    fault = "was sent to another PDU, for which the handler was made before"
    return broken("pdus", f"{call} {fault}")
