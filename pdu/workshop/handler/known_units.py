"""A simulated PDU whose every answer is known, as the trials of a handler ask about it: over SNMP
(snmp_units.py), or from a recording over another protocol.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from handlers.shared.meter_figures import Figure, measured
from pdu_common.helper import EnumPowerStatus

from ...cli.states import DOWN, UNKNOWN, UP
from ...recordings.simulated_pdu import SimulatedPdu, UnitCommand
from .comparisons import MeasuredSums, States

OTHER_STATE = {UP: DOWN, DOWN: UP}
_STATES: dict[Optional[bool], EnumPowerStatus] = {True: UP, False: DOWN, None: UNKNOWN}


class KnownUnit(ABC):
    """A device whose every answer is known, and which notes what it was sent."""

    requests: list[Any]
    commands: list[Any]
    #: the line of the handler's code that wrote last; "" if it is not known
    place = ""
    #: whether it may refuse a command for an outlet that it does not have, as an SNMP agent does
    refuses_unknown_outlets = False

    @abstractmethod
    def states(self) -> States:
        """The states of the outlets now."""

    @abstractmethod
    def measured_sums(self) -> MeasuredSums:
        """What it measures now."""

    @abstractmethod
    def turn(self, identity: str, state: EnumPowerStatus) -> bool:
        """Give an outlet this state, as a hand at the PDU would. False if it cannot."""

    @abstractmethod
    def raise_meters(self) -> None:
        """Let each meter count on, by a tenth."""

    @abstractmethod
    def orders(self, identity: str, state: EnumPowerStatus) -> Sequence[Any]:
        """The writes of one command; none if it cannot be commanded."""

    @abstractmethod
    def outlets_of(self, commands: Sequence[Any]) -> list[str]:
        """The outlet of each of the commands that are known; "" for none of its outlets."""

    @abstractmethod
    def foreign_commands(self, start: int = 0) -> list[str]:
        """The writes that are no known command, from the one at the place `start`."""

    def misspelt_command(self, start: int = 0) -> str:
        """What is wrong with a command that is like a known one, in a sentence; "" for nothing."""
        return ""

    def switchable_outlets(self, target_state: EnumPowerStatus) -> list[str]:
        """The outlets that can be switched to this state from the other one."""
        outlets: list[str] = []
        for identity, state in self.states().items():
            is_other = state not in (target_state, UNKNOWN)
            if is_other and self.orders(identity, target_state):
                outlets.append(identity)
        return outlets

    def switchable_outlet(self, target_state: EnumPowerStatus = DOWN) -> str:
        """The last of those; "" if there is none. The last, because a handler that writes to the
        first, whatever it is given, is found by it.
        """
        outlets = self.switchable_outlets(target_state)
        return outlets[-1] if outlets else ""

    def outlets_to_switch(self) -> list[str]:
        """All outlets that can be switched; first the last and the middle one of those that are on,
        at which most handlers fail that fail at all. One in another state is turned on before.
        """
        for identity, state in self.states().items():
            if state is UNKNOWN:
                self.turn(identity, UP)
        outlets = self.switchable_outlets(DOWN)
        first_outlets = [outlets[-1], outlets[len(outlets) // 2]] if outlets else []
        all_outlets = [*first_outlets, *outlets, *self.switchable_outlets(UP)]
        return list(dict.fromkeys(all_outlets))

    def turn_over(self) -> None:
        """Give each outlet its other state, as a hand at the PDU would."""
        for identity, state in dict(self.states()).items():
            if state in OTHER_STATE:
                self.turn(identity, OTHER_STATE[state])

    def writes_for(self, outlet: str) -> int:
        """How many of the commands were for this outlet."""
        return self.outlets_of(self.commands).count(outlet)

    def commanded_outlets(self, start: int = 0) -> frozenset[str]:
        """The outlets that the commands were for, from the command at the place `start`."""
        outlets = self.outlets_of(self.commands[start:])
        return frozenset(outlet for outlet in outlets if outlet)


class ServedUnit(KnownUnit):
    """A SimulatedPdu."""

    def __init__(self, pdu: SimulatedPdu) -> None:
        self._pdu = pdu
        self.requests: list[str] = pdu.requests
        self.commands: list[UnitCommand] = pdu.commands

    def states(self) -> States:
        return {identity: _STATES[on] for identity, on in self._pdu.outlet_states().items()}

    def measured_sums(self) -> MeasuredSums:
        figures = self._pdu.figures()
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
        return self._pdu.turn_outlet(identity, on=on)

    def raise_meters(self) -> None:
        self._pdu.count_on()

    def orders(self, identity: str, state: EnumPowerStatus) -> Sequence[Any]:
        if "port_down" in self._pdu.doubts:  # it is not known how it is commanded
            return []
        return [(identity, state)]

    def outlets_of(self, commands: Sequence[UnitCommand]) -> list[str]:
        return [command.identity for command in commands]

    def foreign_commands(self, start: int = 0) -> list[str]:
        commands = self._pdu.commands[start:]
        return [command.text for command in commands if not command.is_known]

    def misspelt_command(self, start: int = 0) -> str:
        for command in self._pdu.commands[start:]:
            if command.similar_command:
                return f"it sent {command.text}; such a unit takes {command.similar_command}"
        return ""


def _sums(total: Figure, of_outlets: Mapping[str, float]) -> list[float]:
    """The total, and the sum over the outlets: a handler may give either."""
    sums = []
    value = measured(total)
    if value is not None:
        sums.append(value)
    if of_outlets:
        sums.append(sum(of_outlets.values()))
    return sums
