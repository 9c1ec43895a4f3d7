"""Runs the cases of a handler on one kind of simulated PDU, if the handler reads such a PDU at all.

The handler may name outlets otherwise than the device does, such as "01" for "1". Its methods are
wrapped for the cases, so that they take and return the device's names.
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
from .bounded_methods import CheckedHandler
from .calls import EndlessCall, Methods, error_text
from .checked_call import MadeHandler, is_handler_defect, is_timeout
from .judge import Judge, Table
from .outlet_names import RenamedMethods, identity_finding, own_names, with_note_of_order
from .rules import Finding, untried

# how often status is called until it has an answer in time
_MOST_READINGS = 3


def findings_of_cases(
    make_unit: Callable[[UnitFault], SimulatedPdu],
    handler: CheckedHandler,
    about: str,
    table: Table,
    *,
    is_recorded: bool = True,
) -> Iterator[Finding]:
    """Run all cases of a table. Yields a finding for each rule; one alone if the handler does not
    read the owner's recording:

        status not tried: the handler does not read this recording: it reads A1, A2, A3

    `make_unit`: makes a simulated PDU with a fault; `about`: what the PDU is, for people;
    `is_recorded`: whether it is made of the owner's recording.
    """
    names: dict[str, str] = {}
    made_handler = _made_handler(handler, names)
    with contextlib.ExitStack() as stack:
        judge = Judge(make_unit, made_handler, stack, about, handler.tell)
        reading = _first_reading(made_handler, judge.model)
        reason = _reason_unread(reading, judge.model) if is_recorded else ""
        if reason:
            yield untried("status", reason)
            return
        if reading.error is None:
            names.update(own_names(reading.states, judge.model.outlet_states()))
        yield from (with_note_of_order(finding, names) for finding in judge.findings(table))
        yield identity_finding(names)


def _made_handler(handler: CheckedHandler, names: Mapping[str, str]) -> MadeHandler:
    """What makes the handler's methods for the cases, with the outlets named as the device does.
    `names`: the handler's names by the device's, {"1": "01", "2": "02"}; the dict may be filled
    later, before the cases run.
    """

    def methods_of(handler: CheckedHandler, port: int, *, reuses_object: bool = True) -> Methods:
        return RenamedMethods(handler.methods(port, reuses_object=reuses_object), names)

    def loaded_again() -> Callable[[int], Methods]:
        return partial(methods_of, handler._replace(loaded=handler.load_again()))

    return MadeHandler(
        methods=partial(methods_of, handler, reuses_object=False),
        object_at=partial(methods_of, handler),
        loaded_again=loaded_again,
        is_login=handler.secrets.is_login,
        communities=[handler.community.encode()] if handler.community else (),
        place_by_executed_text=handler.effects.place_by_executed_text,
    )


class _Reading(NamedTuple):
    """What the first call of status returned or raised, on a PDU without a fault."""

    states: Sequence[tuple[str, EnumPowerStatus]] = ()
    error: Optional[Exception] = None
    #: whether a request reached the PDU
    is_reached: bool = True


def _first_reading(handler: MadeHandler, unit: SimulatedPdu) -> _Reading:
    """Call status, up to three times while it has no answer in time: this machine may be busy.
    Returns what the last call returned or raised:

        status                           result
        returned [("1", UP)]             states [("1", UP)], error None
        raised TimeoutError, 3 times     states (), the last TimeoutError
        raised KeyError, sent nothing    states (), the KeyError, is_reached False
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
    """Why the cases cannot run on a recording: it contradicts itself, or is of another device than
    the handler's. "" if they can run: the handler reads it, or a case tells better what is wrong,
    as of a handler that sent no request (`is_reached` is False) or is wrong with each device.

        recorded      the handler             result
        outlets 1, 2  returned 1, 2           ""
        outlets 1, 2  returned A1, A2, A3     the handler does not read this recording: it reads ...
        outlets 1, 2  raised KeyError: 'a'    the handler does not read this recording: KeyError ...
        outlets 1, 2  returned a dict         "": a case finds it, as it is wrong with each device
        outlets 1, 2  sent no request         "": a case finds it
        outlets 1, 2  needs a setting         "": a case says which
    """
    contradiction = unit.contradiction
    if contradiction:
        return f"the recording contradicts itself: {contradiction}"
    error = reading.error
    if isinstance(error, (MissingPlatformName, SettingNotGiven, EndlessCall)):
        return ""
    if error is not None:
        is_told = not reading.is_reached or is_handler_defect(error)  # by a case
        return "" if is_told else f"the handler does not read this recording: {error_text(error)}"
    names = [name for name, _ in reading.states]
    recorded_names = list(unit.outlet_states())
    is_of_recording = len(names) == len(recorded_names) or set(names).intersection(recorded_names)
    if not names or is_of_recording:
        return ""
    shown_names = printable(", ".join(names[:3]), 60)
    return f"the handler does not read this recording: it reads {shown_names}"
