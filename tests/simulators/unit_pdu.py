"""A metered PDU with a relay for each outlet: its true state, without a protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Optional

from tests.simulators.truth import Truth

VOLTS = 230


class UnitPdu:
    """Outlets are counted from 1. A vendor's device adds `answer`, its protocol."""

    #: for the fault matrix: names of the values that are outlet numbers (none: a list by position),
    #: and of those that are figures (none: a unit without meters)
    NUMBERS: ClassVar[Sequence[str]] = ()
    FIGURES: ClassVar[Sequence[str]] = ()
    #: what it measures at each outlet, as handlers/http/dialogue.py names it
    OUTLET_METERS: ClassVar[Sequence[str]] = ("current_a", "energy_kwh", "power_w")

    def __init__(self, outlets: int = 8, off: Sequence[int] = ()) -> None:
        self.on = {number: number not in off for number in range(1, outlets + 1)}
        self.draws_ma = {number: 100 * number for number in self.on}
        self.wh = {number: 1000.0 * number for number in self.on}
        self.names = {number: f"server-{number}" for number in self.on}
        self.stuck = False  # the relays ignore commands
        #: identity and state of each command
        self.writes: list[tuple[str, str]] = []

    def identity(self, number: int) -> str:
        """What an outlet's identity is, if not its number on the unit."""
        return str(number)

    def turn(self, number: int, on: bool) -> None:
        """Carry out a command."""
        self.writes.append((self.identity(number), "on" if on else "off"))
        if not self.stuck:
            self.on[number] = on

    def current_ma(self, number: int) -> int:
        return self.draws_ma[number] if self.on[number] else 0

    def energy_wh(self, number: int) -> int:
        return int(self.wh[number])

    def power_mw(self, number: int) -> int:
        return self.current_ma(number) * VOLTS

    def total_ma(self) -> int:
        return sum(map(self.current_ma, self.on))

    def total_wh(self) -> int:
        return sum(map(self.energy_wh, self.on))

    def run_for(self, hours: float) -> None:
        """Add the energy of `hours` at the present currents to the counters."""
        for number in self.on:
            self.wh[number] += self.current_ma(number) / 1000 * VOLTS * hours

    def truth(self) -> Truth:
        """The true states and figures, by the outlets' identities."""
        states: dict[str, Optional[bool]] = {
            self.identity(number): on for number, on in self.on.items()
        }
        if not self.FIGURES:
            return Truth(states, writes=list(self.writes))
        return Truth(
            states,
            load_a=self.total_ma() / 1000,
            energy_kwh=self.total_wh() / 1000,
            port_energy_kwh={
                self.identity(number): self.energy_wh(number) / 1000
                for number in self.on
                if "energy_kwh" in self.OUTLET_METERS
            },
            writes=list(self.writes),
        )
