"""The states of all outlets, with what each unit says of its own relays."""
from __future__ import annotations

from typing import List, Tuple

from pdu_common.helper import EnumPowerStatus

from . import states
from .rpc import Agent, Bulk, present
from .rpc.pdumodel import Outlet, Pdu
from .settings import LinkUnits
from .units import Present, discovered, without_outlets


class _UnitStates:
    """One unit: the calls are queued here, and read once the bulk is performed."""

    def __init__(self, bulk: Bulk, there: Present) -> None:
        self.link, self._identities = there.unit.link, there.identities()
        self.circuits: List[Tuple[str, EnumPowerStatus]] = []       # of a unit without outlets
        self._answers = bulk.each(Outlet.getState, there.outlets)
        if self._answers:
            self._failures = states.ask_failures(bulk, there.unit)
            self._metadata = bulk.add(there.unit.proxy(Pdu).getMetaData)

    @property
    def silent(self) -> bool:
        """Whether a unit that can switch outlets reports the state of none of them."""
        answers = [answer.get() for answer in self._answers if answer.error is None]
        if not answers or any(state.available for state in answers) or self._metadata.error is not None:
            return False
        metadata = self._metadata.get()
        return present(metadata, "hasSwitchableOutlets") and metadata.hasSwitchableOutlets

    def ports(self) -> List[Tuple[str, EnumPowerStatus]]:
        """Identity and state of each outlet, or of each branch circuit. Errors: see `states.of_unit`."""
        if not self._answers:
            return self.circuits
        doubted = states.contradicted(self._failures, len(self._answers))
        return [(identity, EnumPowerStatus.UNKNOWN if position in doubted else state)
                for position, (identity, state) in enumerate(zip(self._identities, states.of_unit(self._answers)))]


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
