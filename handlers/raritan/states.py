"""The states of all outlets: what each outlet reports, and what its unit says of its own relays."""
from __future__ import annotations

import functools
import re
from typing import List, Optional, Set, Tuple

from pdu_common.helper import EnumPowerStatus

from ..errors import Denied
from .link_units import LinkUnits
from .rpc import Agent, Bulk, Pending, present
from .rpc.fitness import HardwareHealth
from .rpc.pdumodel import Outlet, Pdu
from .units import Present, Unit, discovered, without_outlets

_LONGEST_ID = 200                   # of a failed component; a device chooses the text
Failures = Pending[List[HardwareHealth.Failure]]
_STATES = {Outlet.PowerState.PS_ON: EnumPowerStatus.UP, Outlet.PowerState.PS_OFF: EnumPowerStatus.DOWN}


def read(agent: Agent, wanted: LinkUnits) -> List[Tuple[str, EnumPowerStatus]]:
    """Identity and state of each outlet: 2 round trips, 3 with panels.

    4 where a unit that can switch reports no state at all: everything is then fetched anew, once.
    """
    found = _look(agent, wanted)
    if any(unit.silent for unit in found):
        found = _look(agent, wanted)
    return [port for unit in found for port in unit.ports()]


def _look(agent: Agent, wanted: LinkUnits) -> List[_UnitStates]:
    units, bulk = discovered(agent, wanted)
    # > POST /bulk: getState of each reference that getOutlets returned; getFailures of /hwhealth, getMetaData of /model/pdu/0
    # < {"_ret_": {"available": true, "powerState": 1, "switchOnInProgress": false, ...}}      Outlet.idl 3.0.4, State
    found, bare = [_UnitStates(bulk, there) for there in units], without_outlets(bulk, units)
    bulk.perform()
    if bare:
        from . import panels  # few units are power meters
        circuits = panels.ports(bulk, bare)
        for unit in found:
            unit.circuits = circuits.get(unit.link, [])
    return found


class _UnitStates:
    """One unit: the calls are queued here, and read once the bulk is performed."""

    def __init__(self, bulk: Bulk, there: Present) -> None:
        self.link, self._identities = there.unit.link, there.identities()
        self.circuits: List[Tuple[str, EnumPowerStatus]] = []       # of a unit without outlets
        self._answers = bulk.each(Outlet.getState, there.outlets)
        if self._answers:
            self._failures = ask_failures(bulk, there.unit)
            self._metadata = bulk.add(there.unit.proxy(Pdu).getMetaData)

    @functools.cached_property
    def _states(self) -> List[Optional[Outlet.State]]:
        """None for an outlet that does not answer."""
        return [answer.get() if answer.error is None else None for answer in self._answers]

    @property
    def silent(self) -> bool:
        """Whether a unit that can switch outlets reports the state of none of them."""
        answered = [state for state in self._states if state is not None]
        if not answered or any(state.available for state in answered) or self._metadata.error is not None:
            return False
        metadata = self._metadata.get()
        return present(metadata, "hasSwitchableOutlets") and metadata.hasSwitchableOutlets

    def ports(self) -> List[Tuple[str, EnumPowerStatus]]:
        """Identity and state of each outlet, or of each branch circuit. An outlet that does not answer is UNKNOWN.

        Raises the first error where no outlet answers, and Denied where the account may not read one of them.
        """
        if not self._answers:
            return self.circuits
        errors = [answer.error for answer in self._answers if answer.error is not None]
        for error in errors:
            if isinstance(error, Denied) or len(errors) == len(self._answers):
                raise error
        doubted = contradicted(self._failures, len(self._answers))
        return [(identity, EnumPowerStatus.UNKNOWN if state is None or position in doubted else status(state))
                for position, (identity, state) in enumerate(zip(self._identities, self._states))]


def status(state: Outlet.State) -> EnumPowerStatus:
    """UNKNOWN where the relay board does not answer, while a cycle or a delayed switching on is under way, where fields
    are missing or contradict one another, and for power states of firmware to come.

    Source: Outlet.idl 3.0.4, State. A missing `available` reads as false, a missing `powerState` as -1.
    """
    if not state.available or state.cycleInProgress:        # a cycle: off now, and on again in a moment
        return EnumPowerStatus.UNKNOWN
    on = state.powerState == Outlet.PowerState.PS_ON
    if state.switchOnInProgress and not on or on and (state.isSuspended or state.isLoadShed):
        return EnumPowerStatus.UNKNOWN                      # waiting for its turn; or off and on at once
    return _STATES.get(state.powerState, EnumPowerStatus.UNKNOWN)


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
