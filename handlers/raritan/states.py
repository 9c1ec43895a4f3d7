"""What an outlet's state means to DCImanager: on, off, or not known."""
from __future__ import annotations

import re
from typing import List, Sequence, Set

from pdu_common.helper import EnumPowerStatus

from ..errors import Denied
from .rpc import Bulk, Pending
from .rpc.fitness import HardwareHealth
from .rpc.pdumodel import Outlet
from .units import Unit

_ON, _OFF = Outlet.PowerState.PS_ON, Outlet.PowerState.PS_OFF
_LONGEST_ID = 200                   # of a failed component; a device chooses the text
Failures = Pending[List[HardwareHealth.Failure]]
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


def ask_failures(bulk: Bulk, unit: Unit) -> Failures:
    """Queue the reading of a unit's hardware failures (HardwareHealth.idl, from firmware 3.5)."""
    # > getFailures of /hwhealth
    # < {"_ret_": [{"componentId": ..., "type": 5, "isAsserted": true, ...}]}
    return bulk.add(unit.mine(HardwareHealth("/hwhealth", unit.agent)).getFailures)


def contradicted(failures: Failures, outlets: int) -> Set[int]:
    """The positions, from 0, of outlets whose relay does not follow its commands, as the unit itself has noticed.

    `powerState` is "the control state of the relay, which was set by the last command sent to it" (Outlet.idl 3.0.4); a unit that
    sees another state at an outlet asserts a failure. How `componentId` names the outlet is not documented: a number counts as
    label (from 1) and as index (from 0), and an id without a number of an outlet may mean any. Empty where the unit has no such
    list, or the account may not read it.
    """
    positions: Set[int] = set()
    for failure in failures.get() if failures.error is None else ():
        if failure.isAsserted and failure.type == HardwareHealth.FAILURE_TYPE_OUTLET_POWER_STATE_INCONSISTENT:
            numbers = [int(digits) for digits in re.findall("[0-9]{1,4}", failure.componentId[:_LONGEST_ID])]
            named = {position for number in numbers for position in (number - 1, number) if 0 <= position < outlets}
            positions |= named or set(range(outlets))
    return positions
