"""The states of outlets, from each outlet's report and from the relay failures that its unit
reports.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple, Optional

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


_NO_RELAY = "a branch circuit has no relay"
_FAILED_RELAY = "the unit reports that a relay does not follow its commands"


class OutletState(NamedTuple):
    """The state of one outlet or branch circuit."""

    identity: str
    status: EnumPowerStatus
    #: why it is UNKNOWN; "" if it is not
    doubt: str = ""


def read_states(agent: Agent, selection: LinkUnitSelection) -> list[OutletState]:
    """The state of each outlet or branch circuit.

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
            unit.circuits = [
                OutletState(identity, EnumPowerStatus.UNKNOWN, _NO_RELAY)
                for identity in circuits.get(unit.link_id, [])
            ]
    return unit_states


class _UnitStates:
    """One unit.

    The constructor queues the calls; `unavailable` and `ports` read their answers after the
    bulk.
    """

    def __init__(self, bulk: Bulk, listed_unit: ListedUnit) -> None:
        self.link_id, self._identities = listed_unit.unit.link_id, listed_unit.identities()
        #: the branch circuits of a unit without outlets
        self.circuits: list[OutletState] = []
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

    def ports(self) -> list[OutletState]:
        """The state of each outlet or branch circuit. An outlet whose state cannot be read is
        UNKNOWN.

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
        ports: list[OutletState] = []
        for position, (identity, answer) in enumerate(zip(self._identities, self._answers)):
            if answer.error is not None:
                doubt = f"its state cannot be read: {answer.error.reason}"
            else:
                doubt = doubt_of(answer.get(), has_failed=position in failed_positions)
            status = EnumPowerStatus.UNKNOWN if doubt else _STATES[answer.get().powerState]
            ports.append(OutletState(identity, status, doubt))
        return ports


def doubt_of(state: Outlet.State, *, has_failed: bool = False) -> str:
    """Why a report shows no state (Outlet.idl 3.0.4, State); "" if `powerState` is the state.

    A missing `available` is read as false and a missing `powerState` as -1. `has_failed`: see
    `failed_relays`.
    """
    if not state.available:
        return "the unit reports no state: it has no relay, or the relay's board does not answer"
    if has_failed:
        return _FAILED_RELAY
    # during a cycle an outlet is off, and soon on again
    if state.cycleInProgress:
        return "a power cycle is in progress"
    is_on = state.powerState == Outlet.PowerState.PS_ON
    if is_on and (state.isSuspended or state.isLoadShed):
        return f"it is on although {'suspended' if state.isSuspended else 'shed'}"
    if not is_on and state.switchOnInProgress:
        return "it is off, and waits to be switched on"
    return "" if state.powerState in _STATES else f"its power state is {state.powerState.val}"


def decode_status(state: Outlet.State, *, has_failed: bool = False) -> EnumPowerStatus:
    """UP or DOWN; UNKNOWN if there is a doubt (`doubt_of`)."""
    is_doubtful = bool(doubt_of(state, has_failed=has_failed))
    return EnumPowerStatus.UNKNOWN if is_doubtful else _STATES[state.powerState]


def queue_hardware_failures(bulk: Bulk, unit: XerusUnit) -> Failures:
    """Queue the reading of a unit's hardware failures (HardwareHealth.idl, from firmware 3.5)."""
    # > getFailures of /hwhealth
    # < {"_ret_": [{"componentId": ..., "type": 5, "isAsserted": true, ...}]}
    return bulk.add(unit.with_link_prefix(HardwareHealth("/hwhealth", unit.agent)).getFailures)


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
