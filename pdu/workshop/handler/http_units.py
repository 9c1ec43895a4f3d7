"""Simulated PDUs over HTTP for the trials of a handler: of a recording that a codec of this pack
reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from handlers.shared.meter_figures import measured
from pdu_common.helper import EnumPowerStatus

from ...cli.states import DOWN, UNKNOWN, UP
from ...recordings.codec_unit import CodecUnit
from .method_trials import MeasuredSums, States

_STATES: dict[Optional[bool], EnumPowerStatus] = {True: UP, False: DOWN, None: UNKNOWN}


class HttpTrialUnit:
    """A CodecUnit, as the trials ask about it."""

    def __init__(self, unit: CodecUnit) -> None:
        self._unit = unit
        self.requests: list[Any] = unit.requests
        self.commands: list[Any] = unit.commands
        #: not known: an answer does not tell the line that asked
        self.place = ""

    def states(self) -> States:
        return {identity: _STATES[on] for identity, on in self._unit.outlet_states().items()}

    def measured_sums(self) -> MeasuredSums:
        state = self._unit.read_state()
        outlet_kwh = {}
        for outlet in state.outlets:
            energy_kwh = measured(outlet.figures.energy_kwh)
            if energy_kwh is not None:
                outlet_kwh[outlet.identity] = energy_kwh
        currents = [measured(outlet.figures.current_a) for outlet in state.outlets]
        known_currents = [current for current in currents if current is not None]
        load, energy = measured(state.load_a), measured(state.energy_kwh)
        loads = [] if load is None else [load]
        energies = [] if energy is None else [energy]
        return MeasuredSums(
            load_a=[*loads, *([sum(known_currents)] if known_currents else [])],
            energy_kwh=[*energies, *([sum(outlet_kwh.values())] if outlet_kwh else [])],
            outlet_kwh=outlet_kwh,
        )

    def turn(self, identity: str, state: EnumPowerStatus) -> bool:
        on = {UP: True, DOWN: False}.get(state)
        return self._unit.turn_outlet(identity, on=on)

    def raise_meters(self) -> None:
        self._unit.documents = dict(self._unit.counted_on())

    def switchable_outlet(self, target_state: EnumPowerStatus = DOWN) -> str:
        other_state = UP if target_state is DOWN else DOWN
        outlets = [name for name, state in self.states().items() if state is other_state]
        return outlets[-1] if outlets else ""

    def outlets_to_switch(self) -> list[str]:
        outlets = [name for name, state in self.states().items() if state is UP]
        chosen = [*outlets[-1:], *outlets[len(outlets) // 2 : -1][:1]]
        return list(dict.fromkeys(chosen))

    def commanded_outlets(self, start: int = 0) -> frozenset[str]:
        commands = self._unit.commands[start:]
        return frozenset(command.identity for command in commands if command.identity)

    def orders(self, identity: str, state: EnumPowerStatus) -> Sequence[Any]:
        return [(identity, state)]

    def foreign_commands(self, start: int = 0) -> list[str]:
        commands = self._unit.commands[start:]
        return [command.text for command in commands if not command.identity]

    def writes_for(self, outlet: str) -> int:
        return sum(command.identity == outlet for command in self._unit.commands)
