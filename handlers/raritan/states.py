"""What an outlet's state means to DCImanager: on, off, or not known. Pure."""
from __future__ import annotations

from typing import List, Sequence

from pdu_common.helper import EnumPowerStatus

from ..errors import Denied
from .rpc import Pending
from .rpc.pdumodel import Outlet

_ON, _OFF = Outlet.PowerState.PS_ON, Outlet.PowerState.PS_OFF
_STATES = {_ON: EnumPowerStatus.UP, _OFF: EnumPowerStatus.DOWN}


def status(state: Outlet.State) -> EnumPowerStatus:
    """UNKNOWN where the relay board does not answer, while a cycle or a delayed switching on is under way, where fields
    are missing or contradict one another, and for power states of firmware to come.

    Source: Outlet.idl 3.0.4, State. A missing `available` reads as false, a missing `powerState` as -1.
    """
    if not state.available or state.cycleInProgress:        # a cycle: off now, and on again in a moment
        return EnumPowerStatus.UNKNOWN
    on = state.powerState == _ON
    if state.switchOnInProgress and not on or on and (state.isSuspended or state.isLoadShed):
        return EnumPowerStatus.UNKNOWN                      # waiting for its turn; or off and on at once
    return _STATES.get(state.powerState, EnumPowerStatus.UNKNOWN)


def of_unit(answers: Sequence[Pending[Outlet.State]]) -> List[EnumPowerStatus]:
    """The states of all outlets of a unit. One that does not answer is UNKNOWN; where none does, the first error is raised.

    Raises Denied where the account may not read one of them.
    """
    failures = [answer.error for answer in answers if answer.error is not None]
    for error in failures:
        if isinstance(error, Denied) or len(failures) == len(answers):
            raise error
    return [EnumPowerStatus.UNKNOWN if answer.error is not None else status(answer.get()) for answer in answers]
