"""A handler as the cases call it: its methods end, and name outlets as the device does; and what is
found of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Callable, NamedTuple, Optional

from handlers.shared.errors import printable
from pdu_common.helper import EnumPowerStatus

from ...loading.four_methods import MissingPlatformName, SettingNotGiven
from ...recordings.simulated_pdu import SimulatedPdu, UnitFault
from .bounded_methods import Forms
from .calls import EndlessCall, Methods, error_text
from .checked_call import MadeHandler, is_handler_defect, is_timeout
from .judge import Judge, Table
from .outlet_names import RenamedMethods, identity_finding, own_names, with_order
from .rules import Finding, untried

# how often status is called until it has an answer in time
_MOST_READINGS = 3


def findings_of_cases(
    make_unit: Callable[[UnitFault], SimulatedPdu],
    forms: Forms,
    about: str,
    table: Table,
    *,
    is_recorded: bool = True,
) -> Iterator[Finding]:
    """A finding for each rule; one alone if the handler does not read the recording:

        status not tried: the handler does not read this recording: it reads A1, A2, A3

    `make_unit`: makes a PDU with a fault; `about`: what the PDU is, for people;
    `is_recorded`: it is the owner's recording.
    """
    names: dict[str, str] = {}
    handler = _made_handler(forms, names)
    with contextlib.ExitStack() as stack:
        judge = Judge(make_unit, handler, stack, about, forms.tell)
        reading = _first_reading(handler, judge.model)
        reason = _reason_unread(reading, judge.model) if is_recorded else ""
        if reason:
            yield untried("status", reason)
            return
        if reading.error is None:
            names.update(own_names(reading.states, judge.model.outlet_states()))
        yield from (with_order(finding, names) for finding in judge.findings(table))
        yield identity_finding(names)


def _made_handler(forms: Forms, names: Mapping[str, str]) -> MadeHandler:
    """How the handler's methods are made. `names`: the handler's names of outlets, by the device's,
    which may be filled later: {"1": "01", "2": "02"}.
    """

    def methods(port: int, *, own_forms: Forms = forms, is_kept: bool = False) -> Methods:
        return RenamedMethods(own_forms.methods(port, is_kept=is_kept), names)

    def loaded_again() -> Callable[[int], Methods]:
        return partial(methods, own_forms=forms._replace(handler=forms.load_again()), is_kept=True)

    return MadeHandler(
        methods=methods,
        object_at=partial(methods, is_kept=True),
        loaded_again=loaded_again,
        is_login=forms.secrets.is_login,
        communities=[forms.community.encode()] if forms.community else (),
        place_by_executed_text=forms.effects.place_by_executed_text,
    )


class _Reading(NamedTuple):
    """What came of the first call of status on a PDU that is well."""

    states: Sequence[tuple[str, EnumPowerStatus]] = ()
    error: Optional[Exception] = None
    is_reached: bool = True


def _first_reading(handler: MadeHandler, unit: SimulatedPdu) -> _Reading:
    """Call status up to three times, while it has no answer in time: this machine may be busy.

    the PDU                          result
    answers                          states, no error
    has no answer in time, 3 times   no states, TimeoutError
    gets no request                  no states, the error; is_reached=False
    """
    reading = _Reading()
    for _ in range(_MOST_READINGS):
        requests_before = len(unit.requests)
        try:
            return _Reading(handler.methods(unit.port).states())
        except Exception as error:
            reading = _Reading(error=error, is_reached=len(unit.requests) > requests_before)
        if not is_timeout(reading.error):
            break
    return reading


def _reason_unread(reading: _Reading, unit: SimulatedPdu) -> str:
    """Why a recording is not one that the handler reads; "" if it reads it, sends no request, or is
    broken whatever a device answers.

        recorded      the handler             result
        outlets 1, 2  returned 1, 2           ""
        outlets 1, 2  returned A1, A2, A3     the handler does not read this recording: it reads ...
        outlets 1, 2  raised KeyError: 'a'    the handler does not read this recording: KeyError ...
        outlets 1, 2  returned a dict         "": it is broken with each device
    """
    contradiction = unit.contradiction
    if contradiction:
        return f"the recording contradicts itself: {contradiction}"
    error = reading.error
    if isinstance(error, (MissingPlatformName, SettingNotGiven, EndlessCall)):
        return ""
    if error is not None:
        is_told = not reading.is_reached or is_handler_defect(error)
        return "" if is_told else f"the handler does not read this recording: {error_text(error)}"
    names = [name for name, _ in reading.states]
    recorded_names = list(unit.outlet_states())
    is_of_recording = len(names) == len(recorded_names) or set(names).intersection(recorded_names)
    if not names or is_of_recording:
        return ""
    shown_names = printable(", ".join(names[:3]), 60)
    return f"the handler does not read this recording: it reads {shown_names}"
