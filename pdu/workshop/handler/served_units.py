"""Simulated PDUs of other protocols than SNMP for the trials of a handler: from a recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from handlers.shared.meter_figures import Figure, measured
from pdu_common.helper import EnumPowerStatus

from ...cli.states import DOWN, UNKNOWN, UP
from ...recordings.simulated_pdu import SimulatedPdu, UnitCommand
from .method_trials import MeasuredSums, States

_STATES: dict[Optional[bool], EnumPowerStatus] = {True: UP, False: DOWN, None: UNKNOWN}


class ServedUnit:
    """A SimulatedPdu, as the trials ask about it."""

    def __init__(self, unit: SimulatedPdu) -> None:
        self._unit = unit
        self.requests: list[str] = unit.requests
        self.commands: list[UnitCommand] = unit.commands
        #: not known: an answer does not tell the line that asked
        self.place = ""

    def states(self) -> States:
        return {identity: _STATES[on] for identity, on in self._unit.outlet_states().items()}

    def measured_sums(self) -> MeasuredSums:
        figures = self._unit.figures()
        if figures is None:
            return MeasuredSums()
        outlet_kwh: dict[str, float] = {}
        outlet_a: dict[str, float] = {}
        for name, port in figures.ports.items():
            energy_kwh = measured(port.energy_kwh)
            current_a = measured(port.current_a)
            if energy_kwh is not None:
                outlet_kwh[name] = energy_kwh
            if current_a is not None:
                outlet_a[name] = current_a
        return MeasuredSums(
            load_a=_sums(figures.load_a, outlet_a),
            energy_kwh=_sums(figures.energy_kwh, outlet_kwh),
            outlet_kwh=outlet_kwh,
        )

    def turn(self, identity: str, state: EnumPowerStatus) -> bool:
        on = {UP: True, DOWN: False}.get(state)
        return self._unit.turn_outlet(identity, on=on)

    def raise_meters(self) -> None:
        self._unit.count_on()

    def switchable_outlet(self, target_state: EnumPowerStatus = DOWN) -> str:
        other_state = UP if target_state is DOWN else DOWN
        outlets = [name for name, state in self.states().items() if state is other_state]
        return outlets[-1] if outlets else ""

    def outlets_to_switch(self) -> list[str]:
        """Of the outlets that are on, the last and the middle one."""
        if "port_down" in self._unit.doubts:
            return []
        outlets = [name for name, state in self.states().items() if state is UP]
        if not outlets:
            return []
        middle_outlet = outlets[len(outlets) // 2]
        return list(dict.fromkeys([outlets[-1], middle_outlet]))

    def commanded_outlets(self, start: int = 0) -> frozenset[str]:
        commands = self._unit.commands[start:]
        return frozenset(command.identity for command in commands if command.identity)

    def orders(self, identity: str, state: EnumPowerStatus) -> Sequence[Any]:
        return [(identity, state)]

    def foreign_commands(self, start: int = 0) -> list[str]:
        commands = self._unit.commands[start:]
        return [command.text for command in commands if not command.identity]

    def misspelt_command(self, start: int = 0) -> str:
        """What is wrong with a command that is like a known one, in a sentence; "" for nothing."""
        for command in self._unit.commands[start:]:
            if command.known:
                return f"it sent {command.text}; such a unit takes {command.known}"
        return ""

    def writes_for(self, outlet: str) -> int:
        return sum(command.identity == outlet for command in self._unit.commands)


def _sums(total: Figure, of_outlets: Mapping[str, float]) -> list[float]:
    """The total, and the sum over the outlets: a handler may give either."""
    sums = []
    value = measured(total)
    if value is not None:
        sums.append(value)
    if of_outlets:
        sums.append(sum(of_outlets.values()))
    return sums
