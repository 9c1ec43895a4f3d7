"""The states of outlets, from each outlet's report and from the relay failures that its unit
reports.
"""

from __future__ import annotations

import functools
import re
from typing import Optional

from pdu_common.helper import EnumPowerStatus

from ..shared.errors import Denied
from . import panels
from .discovery import ListedUnit, discover_units
from .link_units_setting import LinkUnitSelection
from .outlet_numbering import ListProof
from .rpc import Agent, Bulk, Pending, answered_field
from .rpc.fitness import HardwareHealth
from .rpc.pdumodel import Outlet, Pdu
from .units import XerusUnit

# characters; the device chooses the id of a failed component, so it is cut
_LONGEST_ID = 200
Failures = Pending[list[HardwareHealth.Failure]]
_STATES = {
    Outlet.PowerState.PS_ON: EnumPowerStatus.UP,
    Outlet.PowerState.PS_OFF: EnumPowerStatus.DOWN,
}


def read_states(agent: Agent, selection: LinkUnitSelection) -> list[tuple[str, EnumPowerStatus]]:
    """Identity and state of each outlet or branch circuit.

    Reads again if a switchable unit returns only unavailable states.
    """
    units = _look(agent, selection)
    if any(unit.unavailable for unit in units):
        units = _look(agent, selection)
    return [port for unit in units for port in unit.ports()]


def _look(agent: Agent, selection: LinkUnitSelection) -> list[_UnitStates]:
    """The units with one reading of their states."""
    units, bulk = discover_units(agent, selection)
    # > POST /bulk: getState of each reference that getOutlets returned; getFailures of /hwhealth,
    #       getMetaData of
    #   /model/pdu/0, of the last reference, and of the well-known ids of its position and the next
    # < {"_ret_": {"available": true, "powerState": 1, "switchOnInProgress": false, ...}}
    #       Outlet.idl 3.0.4, State
    unit_states = [_UnitStates(bulk, listed_unit) for listed_unit in units]
    without_outlets = panels.units_without_outlets(bulk, units)
    bulk.perform()
    if without_outlets:
        circuits = panels.read_panel_ports(bulk, without_outlets)
        for unit in unit_states:
            unit.circuits = circuits.get(unit.link_id, [])
    return unit_states


class _UnitStates:
    """One unit.

    The constructor queues the calls; `unavailable` and `ports` read their answers after the
    bulk.
    """

    def __init__(self, bulk: Bulk, listed_unit: ListedUnit) -> None:
        self.link_id, self._identities = listed_unit.unit.link_id, listed_unit.identities()
        #: the branch circuits of a unit without outlets
        self.circuits: list[tuple[str, EnumPowerStatus]] = []
        self._answers = bulk.add_each(Outlet.getState, listed_unit.outlets)
        if self._answers:
            self._failures = queue_hardware_failures(bulk, listed_unit.unit)
            self._metadata = bulk.add(listed_unit.unit.proxy(Pdu).getMetaData)
            self._list_proof = ListProof(bulk, listed_unit)

    @functools.cached_property
    def _states(self) -> list[Optional[Outlet.State]]:
        """The report of each outlet; None for an outlet whose state cannot be read."""
        return [answer.get() if answer.error is None else None for answer in self._answers]

    @property
    def unavailable(self) -> bool:
        """Whether a unit with switchable outlets returns states, but none of them is available."""
        availabilities = [state.available for state in self._states if state is not None]
        return (
            bool(availabilities)
            and not any(availabilities)
            and bool(answered_field(self._metadata, "hasSwitchableOutlets"))
        )

    def ports(self) -> list[tuple[str, EnumPowerStatus]]:
        """Identity and state of each outlet or branch circuit. An outlet whose state cannot be read
        is UNKNOWN.

        Raises the first error if no outlet can be read, Denied if the account may not read one of
        them, and JsonRpcSyntaxException if the list lacks an outlet.
        """
        if not self._answers:
            return self.circuits
        errors = [answer.error for answer in self._answers if answer.error is not None]
        for error in errors:
            if isinstance(error, Denied) or len(errors) == len(self._answers):
                raise error
        self._list_proof.raise_unless_whole()
        failed_positions = failed_relays(self._failures, len(self._answers))
        return [
            (
                identity,
                EnumPowerStatus.UNKNOWN
                if state is None or position in failed_positions
                else decode_status(state),
            )
            for position, (identity, state) in enumerate(zip(self._identities, self._states))
        ]


def decode_status(state: Outlet.State) -> EnumPowerStatus:
    """UP or DOWN (Outlet.idl 3.0.4, State). UNKNOWN if `available` is false (no relay, or its board
    does not answer), during a cycle, if the outlet is off and waits to be switched on, or is on
    although suspended or shed, or if `powerState` is neither on nor off. A missing `available`
    is read as false and a missing `powerState` as -1, so the result is UNKNOWN too."""
    # during a cycle an outlet is off, and soon on again
    if not state.available or state.cycleInProgress:
        return EnumPowerStatus.UNKNOWN
    if state.powerState == Outlet.PowerState.PS_ON:
        doubtful = state.isSuspended or state.isLoadShed
    else:
        doubtful = state.switchOnInProgress
    if doubtful:
        return EnumPowerStatus.UNKNOWN
    return _STATES.get(state.powerState, EnumPowerStatus.UNKNOWN)


def queue_hardware_failures(bulk: Bulk, unit: XerusUnit) -> Failures:
    """Queue the reading of a unit's hardware failures (HardwareHealth.idl, from firmware 3.5)."""
    # > getFailures of /hwhealth
    # < {"_ret_": [{"componentId": ..., "type": 5, "isAsserted": true, ...}]}
    return bulk.add(unit.mine(HardwareHealth("/hwhealth", unit.agent)).getFailures)


def failed_relays(failures: Failures, outlets: int) -> set[int]:
    """The positions, from 0, of outlets for which the unit reports that the relay does not follow
    its commands.

    `powerState` is "the control state of the relay, which was set by the last command sent to it"
    (Outlet.idl 3.0.4). A unit that measures another state at an outlet asserts a failure. How
    `componentId` names the outlet is not documented: each number in it counts as a label (from 1)
    and an index (from 0). If none fits, all positions are returned. Empty if failures cannot be
    read.
    """
    positions: set[int] = set()
    for failure in failures.get() if failures.error is None else ():
        is_inconsistent = (
            failure.type == HardwareHealth.FAILURE_TYPE_OUTLET_POWER_STATE_INCONSISTENT
        )
        if failure.isAsserted and is_inconsistent and len(positions) < outlets:
            numbers = {
                int(digits) for digits in re.findall("[0-9]+", failure.componentId[:_LONGEST_ID])
            }
            possible_positions = numbers | {number - 1 for number in numbers}
            relay_positions = {
                position for position in possible_positions if 0 <= position < outlets
            }
            positions |= relay_positions or set(range(outlets))
    return positions
