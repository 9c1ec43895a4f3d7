"""The states of outlets, from each outlet's report (getState) and from the relay failures that its
unit reports (getFailures of /hwhealth).

A unit is the PDU at the address, or a link unit behind it. A Pending is a queued call, which has
the answer once its bulk was sent: `error`, or `get()` if that is None. MissingObjectCode: the error
with which this firmware answers for an object that it does not have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from ..shared.errors import Denied
from . import panels
from .discovery import ListedUnit, discover_units
from .link_units_setting import LinkUnitSelection
from .outlet_numbering import ListProof
from .rpc import Agent, Bulk, Pending, answered_field, present
from .rpc.fitness import HardwareHealth
from .rpc.pdumodel import Outlet, Pdu
from .units import MissingObjectCode, XerusUnit

LOGGER = get_logger(__name__)
# characters; the device chooses the id of a failed component, so it is cut
_LONGEST_ID = 200
# the queued getFailures of one unit
Failures = Pending[list[HardwareHealth.Failure]]
_STATES = {
    Outlet.PowerState.PS_ON: EnumPowerStatus.UP,
    Outlet.PowerState.PS_OFF: EnumPowerStatus.DOWN,
}


_NO_RELAY = "a branch circuit has no relay"
_FAILED_RELAY = "the unit reports that a relay does not follow its commands"
#: once in the log, where the account may not read the failures: at each poll, so its relays are
#: believed
NO_FAILURES = (
    "the account may not read the unit's hardware failures (/hwhealth), so a relay that does not"
    " follow its commands is not seen"
)


class OutletState(NamedTuple):
    """The state of one outlet or branch circuit.

    OutletState("7", EnumPowerStatus.UP)
    OutletState("7", EnumPowerStatus.UNKNOWN, "a power cycle is in progress")
    """

    identity: str
    status: EnumPowerStatus
    #: why it is UNKNOWN; "" if it is not
    reason: str = ""


def read_states(agent: Agent, selection: LinkUnitSelection) -> list[OutletState]:
    """The state of each outlet or branch circuit, the primary unit's first.

    > POST /bulk: getOutlets of each unit
    > POST /bulk: getState of each outlet, getFailures of each unit ...
    < {"_ret_": {"available": true, "powerState": 1, ...}}    OutletState("1", UP)
    < {"_ret_": {"available": true, "powerState": 0, ...}}    OutletState("2", DOWN)
    < {"_ret_": {"available": false, ...}}                    OutletState("3", UNKNOWN, reason)

    Reads all again, once, if a unit with switchable outlets has no state for any: the references
    of its list may be stale.
    """
    units = _read_units(agent, selection)
    if any(unit.unavailable for unit in units):
        units = _read_units(agent, selection)
    if any(unit.may_not_read_failures for unit in units):
        LOGGER.warning(NO_FAILURES)
    outlets: list[OutletState] = []
    for unit in units:
        outlets += unit.ports()
    return outlets


def _read_units(agent: Agent, selection: LinkUnitSelection) -> list[_UnitStates]:
    """The answers of each unit, read once: 2 round trips, 1 more with branch circuits.

    > POST /bulk: getOutlets of each unit
    > POST /bulk: getState of each reference that getOutlets returned; getFailures of /hwhealth;
          getMetaData of /model/pdu/0, of the last reference, and of the well-known ids of its
          position and the next
    < {"_ret_": {"available": true, "powerState": 1, "switchOnInProgress": false, ...}}
    > POST /bulk: getCircuits of each panel    of units without outlets
    """
    units, bulk = discover_units(agent, selection)
    unit_states = [_UnitStates(bulk, listed_unit) for listed_unit in units]
    without_outlets = panels.units_without_outlets(bulk, units)
    bulk.perform()
    if without_outlets:
        identities_by_link_id = panels.read_panel_ports(bulk, without_outlets)
        for unit in unit_states:
            for identity in identities_by_link_id.get(unit.link_id, []):
                circuit = OutletState(identity, EnumPowerStatus.UNKNOWN, _NO_RELAY)
                unit.circuits.append(circuit)
    return unit_states


class _UnitStates:
    """The state of each outlet or circuit of one unit. The constructor queues `_answers` (getState
    of each outlet), and if there are outlets `_failures` (getFailures), `_metadata` (getMetaData)
    and `_list_proof`, which shows that the list of outlets is whole. Properties and methods read
    the answers after the bulk. The caller fills `circuits`, of a unit without outlets.

    > getState of each outlet, getFailures of /hwhealth, getMetaData of /model/pdu/0 ...
    """

    def __init__(self, bulk: Bulk, listed_unit: ListedUnit) -> None:
        unit = listed_unit.unit
        self.link_id = unit.link_id
        self._identities = listed_unit.identities()
        #: the branch circuits of a unit without outlets
        self.circuits: list[OutletState] = []
        self._missing_code = listed_unit.missing_code
        self._answers = bulk.add_each(Outlet.getState, listed_unit.outlets)
        if self._answers:
            self._failures = queue_hardware_failures(bulk, unit)
            self._metadata = bulk.add(unit.proxy(Pdu).getMetaData)
            self._list_proof = ListProof(bulk, listed_unit)

    @property
    def may_not_read_failures(self) -> bool:
        """Whether it has outlets, and the account may not read which of their relays fail."""
        return bool(self._answers) and may_not_read_failures(self._failures)

    @property
    def unavailable(self) -> bool:
        """Whether a unit with switchable outlets returns states, but none of them is available.

        "available" of the outlets   hasSwitchableOutlets   returned
        false, false                 true                   True
        false, true                  true                   False
        false, false                 false (metered only)   False
        """
        states = [answer.get() for answer in self._answers if answer.error is None]
        if not states or any(state.available for state in states):
            return False
        return bool(answered_field(self._metadata, "hasSwitchableOutlets"))

    def ports(self) -> list[OutletState]:
        """The state of each outlet or, of a unit without outlets, of each branch circuit.

            getState of 1, 2, 3     {"powerState": 1, ...}, {"powerState": 0, ...}, error -32000
            returned                UP, DOWN, UNKNOWN

        Raises the first error if no outlet can be read, Denied if the account may not read one of
        them, and JsonRpcSyntaxException if the list lacks an outlet.
        """
        if not self._answers:
            return self.circuits
        self._raise_unless_readable()
        self._list_proof.raise_unless_complete()
        reasons = relay_reasons(self._failures, self._missing_code, len(self._answers))
        outlets = zip(self._identities, self._answers, reasons)
        return [_outlet_state(identity, answer, reason) for identity, answer, reason in outlets]

    def _raise_unless_readable(self) -> None:
        """Raise Denied if the account may not read one of the outlets, and the first error if none
        can be read.

        getState of 1, 2     {...}, error -32000             returns
        getState of 1, 2     {...}, Denied                   raises Denied
        getState of 1, 2     error -32000, error -32000      raises the first error
        """
        errors = [answer.error for answer in self._answers if answer.error is not None]
        is_nothing_read = len(errors) == len(self._answers)
        for error in errors:
            if is_nothing_read or isinstance(error, Denied):
                raise error


def _outlet_state(identity: str, answer: Pending[Outlet.State], relay_reason: str) -> OutletState:
    """The state of one outlet by the answer to its getState. `relay_reason`: why its relay may not
    follow its commands, "" if it does.

    {"available": true, "powerState": 1, ...}   OutletState("7", UP)
    error -32000                                OutletState("7", UNKNOWN, "its state cannot ...")
    """
    if answer.error is not None:
        reason = f"its state cannot be read: {answer.error.reason}"
        return OutletState(identity, EnumPowerStatus.UNKNOWN, reason)
    state = answer.get()
    reason = unknown_reason(state, relay_reason)
    return OutletState(identity, decode_status(state, relay_reason), reason)


def unknown_reason(state: Outlet.State, relay_reason: str) -> str:
    """Why the answer to getState shows no state (Outlet.idl 3.0.4, State); "" if its `powerState`
    is the state. `relay_reason`: why the relay may not follow its commands, "" if it does.

    >>> off = Outlet.State(available=True, powerState=Outlet.PowerState.PS_OFF)
    >>> unknown_reason(off, relay_reason="")
    ''
    >>> off.switchOnInProgress = True
    >>> unknown_reason(off, relay_reason="")
    'it is off, and waits to be switched on'

    A missing `available` is read as false and a missing `powerState` as -1, which is no state.
    """
    if not state.available:
        return "the unit reports no state: it has no relay, or the relay's board does not answer"
    if relay_reason:
        return relay_reason
    # during a cycle an outlet is off, and soon on again
    if state.cycleInProgress:
        return "a power cycle is in progress"
    return _contradiction(state)


def _contradiction(state: Outlet.State) -> str:
    """What in the answer to getState of an available outlet contradicts its `powerState`, or makes
    it no state; "" if nothing does.

    >>> on, off = Outlet.PowerState.PS_ON, Outlet.PowerState.PS_OFF
    >>> _contradiction(Outlet.State(powerState=on)), _contradiction(Outlet.State(powerState=off))
    ('', '')
    >>> _contradiction(Outlet.State(powerState=on, isSuspended=True))
    'it is on although suspended'
    >>> _contradiction(Outlet.State(powerState=off, switchOnInProgress=True))
    'it is off, and waits to be switched on'
    """
    is_on = state.powerState == Outlet.PowerState.PS_ON
    if is_on and state.isSuspended:
        return "it is on although suspended"
    if is_on and state.isLoadShed:
        return "it is on although shed"
    if not is_on and state.switchOnInProgress:
        return "it is off, and waits to be switched on"
    if state.powerState not in _STATES:
        return f"its power state is {state.powerState.val}"
    return ""


def decode_status(state: Outlet.State, relay_reason: str = "") -> EnumPowerStatus:
    """UP or DOWN; UNKNOWN if the answer to getState or the relay leaves that open.

    >>> state = Outlet.State(available=True, powerState=Outlet.PowerState.PS_ON)
    >>> decode_status(state).name, decode_status(state, "a relay fails").name
    ('UP', 'UNKNOWN')
    """
    if unknown_reason(state, relay_reason):
        return EnumPowerStatus.UNKNOWN
    return _STATES[state.powerState]


def queue_hardware_failures(bulk: Bulk, unit: XerusUnit) -> Failures:
    """Queue the reading of a unit's hardware failures (HardwareHealth.idl, from firmware 3.5).

    > getFailures of /hwhealth, on link unit 2 of /link/2/hwhealth
    < {"_ret_": [{"componentId": ..., "type": 5, "isAsserted": true, ...}]}
    """
    health = HardwareHealth("/hwhealth", unit.agent)
    return bulk.add(unit.with_link_prefix(health).getFailures)


def may_not_read_failures(failures: Failures) -> bool:
    """Whether the account may not read the failures: it never will, so no state is unknown."""
    return isinstance(failures.error, Denied)


def relay_reasons(failures: Failures, missing_code: MissingObjectCode, count: int) -> list[str]:
    """Why the relay of each of `count` outlets may not follow its commands; "" where it does.

    answer to getFailures, with 3 outlets                    returned
    []                                                       "", "", ""
    [{"componentId": "outlet 2", "type": 5,                  "", _FAILED_RELAY, _FAILED_RELAY: it is
      "isAsserted": true}]                                   the second, or the one of index 2
    the same with "isAsserted": false: it has passed         "", "", ""
    [{"componentId": "outlet 2"}]                            "... are not complete" three times
    error -32000                                             "... cannot be read: ..." three times
    the firmware has no /hwhealth, or Denied                 "", "", ""
    """
    error = failures.error
    if missing_code.is_in(error) or may_not_read_failures(failures):
        return [""] * count
    if error is not None:
        return [f"the unit's hardware failures cannot be read: {error.reason}"] * count
    failure_list = failures.get()
    if not all(present(failure, "type", "isAsserted") for failure in failure_list):
        return ["the unit's hardware failures are not complete"] * count
    reasons = [""] * count
    for index in _failed_relays(failure_list, count):
        reasons[index] = _FAILED_RELAY
    return reasons


def _failed_relays(failures: Sequence[HardwareHealth.Failure], count: int) -> set[int]:
    """The positions, from 0, of the outlets for which the unit reports that the relay does not
    follow its commands. `count`: of its outlets.

    >>> relay = HardwareHealth.FAILURE_TYPE_OUTLET_POWER_STATE_INCONSISTENT
    >>> failure = HardwareHealth.Failure(componentId="outlet 2", type=relay, isAsserted=True)
    >>> sorted(_failed_relays([failure], count=8))  # 2 may be a label (from 1) or an index (from 0)
    [1, 2]
    >>> failure.componentId = "relay board"  # no number: it may be any of them
    >>> sorted(_failed_relays([failure], count=3))
    [0, 1, 2]

    `powerState` is "the control state of the relay, which was set by the last command sent to it"
    (Outlet.idl 3.0.4), so a unit that measures another state at an outlet asserts a failure. How
    `componentId` names the outlet is not documented.
    """
    positions: set[int] = set()
    for failure in failures:
        is_of_relay = failure.type == HardwareHealth.FAILURE_TYPE_OUTLET_POWER_STATE_INCONSISTENT
        if failure.isAsserted and is_of_relay and len(positions) < count:
            positions |= _positions_in(failure.componentId, count) or set(range(count))
    return positions


def _positions_in(component_id: str, count: int) -> set[int]:
    """The positions, from 0 to below `count`, that the numbers in the id of a component may mean:
    each counts as a label (from 1) and as an index (from 0).

    >>> sorted(_positions_in("outlet 2", count=8)), sorted(_positions_in("outlet 99", count=8))
    ([1, 2], [])
    """
    positions: set[int] = set()
    for digits in re.findall("[0-9]+", component_id[:_LONGEST_ID]):
        for position in (int(digits), int(digits) - 1):
            if 0 <= position < count:
                positions.add(position)
    return positions
