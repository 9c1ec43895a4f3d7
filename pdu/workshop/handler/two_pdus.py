"""Two PDUs in one process, whose outlets have opposite states: DCImanager polls many with one
handler.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Callable

from pdu_common.helper import EnumPowerStatus

from .calls import error_text
from .rules import Finding, broken, kept, untried
from .trial_device import TrialDevice

_NAMES = ("first", "second")


def two_pdus_finding(pdus: Sequence[TrialDevice], requests_before: Callable[[], int]) -> Finding:
    """Call status of both in turn, by new objects and by one object each, and command each: broken
    if a call asks another PDU than its own. `requests_before`: how many requests reached the PDU
    that was read before them.
    """

    def requests_of_others(pdu: TrialDevice) -> list[int]:
        return [requests_before(), *(other.request_count() for other in pdus if other is not pdu)]

    assert pdus[1].unit is not None
    pdus[1].unit.turn_over()
    states_by_name: dict[str, Sequence[tuple[str, EnumPowerStatus]]] = {}
    for name, pdu in zip(_NAMES, pdus):
        call = f"status of the {name} PDU"
        failure = ""
        requests = requests_of_others(pdu)
        try:
            states_by_name[name] = pdu.methods.states()
        except Exception as error:
            failure = error_text(error)
        if requests_of_others(pdu) != requests:
            return _sent_to_another(call)
        if failure:
            return untried("pdus", f"{call}: {failure}")
    for name, pdu in zip(_NAMES * 2, [*pdus, *pdus]):
        call = f"status of the {name} PDU by a kept object"
        states = states_by_name[name]
        requests = requests_of_others(pdu)
        assert pdu.kept_methods is not None
        with contextlib.suppress(Exception):  # how it ends is another rule
            states = pdu.kept_methods.states()
        if requests_of_others(pdu) != requests:
            return _sent_to_another(call)
        if states != states_by_name[name]:
            fault = "told other states than by a new object, while the other PDU is read in turn"
            return broken("pdus", f"{call} {fault}")
    for name, pdu in zip(_NAMES, pdus):
        assert pdu.unit is not None and pdu.kept_methods is not None
        outlet = pdu.unit.switchable_outlet()
        if not outlet:
            continue
        requests = requests_of_others(pdu)
        with contextlib.suppress(Exception):  # how it ends is another rule
            pdu.kept_methods.switch(outlet, on=False)
        if requests_of_others(pdu) != requests:
            return _sent_to_another(f"port_down of outlet {outlet} of the {name} PDU")
    return kept("pdus")


def _sent_to_another(call: str) -> Finding:
    """That a call asked a PDU for which its object was not made."""
    fault = "was sent to another PDU, for which the handler was made before"
    return broken("pdus", f"{call} {fault}")
