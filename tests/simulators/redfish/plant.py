"""The electrical state: outlets with relays and loads, and the currents of the branches and mains
above them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Optional

from ..clockwork import Clockwork
from .model import Model, Pdu

VOLTS, HERTZ = 230.0, 50.0
RATED_AMPS = 32
LINES = (1, 2, 3)


class Outlet:
    """One outlet. `on`: whether its contact is closed, None if the unit shows no state. `name` and
    `startup` are settings.

    `amperes` is the current on each of `lines` unless the outlet is off.
    """

    def __init__(
        self,
        id: str,
        clockwork: Clockwork,
        on: Optional[bool],
        number: int = 0,
        lines: tuple[int, ...] = (1,),
    ) -> None:
        self.id = id
        self.number = number
        self.lines = lines
        self._clockwork = clockwork
        self.name = f"Server {id}"
        self.startup = "last"
        self.on = on
        self.target: Optional[bool] = None  # the state to which the contact is about to move
        self.stuck = self.locked = False
        self.switchable = on is not None
        self.amperes = round(0.25 + 0.05 * (number % 5), 2)
        self.wh = 1000.0 + 250.0 * number
        self.on_delay = self.off_delay = 0.0
        self.cycle_delay = 5.0
        self._ticket = 0  # raised to cancel the planned movements

    def switch(self, verb: str, lag: float) -> float:
        """Carries out On, Off or a power cycle; returns the seconds until that is done."""
        now = self._clockwork.now()
        if verb in ("On", "Off"):
            return self._plan(verb == "On", now, lag) - now
        off = self._plan(False, now, lag)
        ticket = self._ticket
        again = off + self.cycle_delay

        def power() -> None:
            if self._ticket == ticket:
                self._plan(True, again, lag)

        self._clockwork.at(again, power)
        return again + self.on_delay + lag - now

    def turn(self, on: bool) -> None:
        """Switches as a person at the device would."""
        self._ticket += 1
        self.on = on
        self.target = None

    def _plan(self, on: bool, begin: float, lag: float) -> float:
        """Moves the contact after the outlet's delay and the relay's lag; returns the time of the
        movement.
        """
        self._ticket += 1
        ticket = self._ticket
        self.target = on
        due = begin + (self.on_delay if on else self.off_delay) + lag

        def act() -> None:
            if self._ticket == ticket:
                self.target = None
                self.on = self.on if self.stuck else on

        if due <= self._clockwork.now():
            act()
        else:
            self._clockwork.at(due, act)
        return due

    @property
    def moving(self) -> bool:
        return self.target is not None

    def current(self) -> float:
        """The current in A on each of the outlet's lines."""
        return 0.0 if self.on is False else self.amperes

    def watts(self) -> float:
        return self.current() * VOLTS * len(self.lines)


def line_current(outlets: Iterable[Outlet], line: int) -> float:
    """The current in A that the outlets draw on a line."""
    return sum(outlet.current() for outlet in outlets if line in outlet.lines)


class Plant:
    """One PDU of a model."""

    def __init__(self, pdu: Pdu, model: Model, clockwork: Clockwork) -> None:
        self.pdu = pdu
        self.outlets: dict[str, Outlet] = {}
        self.branch_of: dict[str, str] = {}
        self.base_wh = 250_000.0
        outlets_per_branch = math.ceil(len(pdu.outlets) / max(1, len(pdu.branches)))
        for index, id in enumerate(pdu.outlets):
            branch = index // outlets_per_branch
            state: Optional[bool] = id not in pdu.off
            if id in pdu.no_state or not pdu.switched:
                state = None
            lines = LINES if id in pdu.four_wire else (branch % pdu.phases + 1,)
            outlet = Outlet(id, clockwork, state, index, lines)
            outlet.stuck = id in pdu.stuck
            outlet.locked = id in pdu.locked
            outlet.on_delay = pdu.on_delay
            outlet.off_delay = pdu.off_delay
            outlet.cycle_delay = pdu.cycle_delay
            self.outlets[id] = outlet
            if pdu.branches:
                self.branch_of[id] = pdu.branches[branch]
        if model.live:
            clockwork.elapse.append(lambda seconds: self.run_for(seconds / 3600))
        # The current in A that equipment behind a unit without outlets draws on each line. The
        # line's branches share it equally.
        self._behind = 0.0 if pdu.outlets else 12.5

    def run_for(self, hours: float) -> None:
        """Advances the energy counters by `hours`."""
        for outlet in self.outlets.values():
            outlet.wh += outlet.watts() * hours
        self.base_wh += self._behind * VOLTS * self.pdu.phases * hours

    def on_branch(self, branch: str) -> list[Outlet]:
        return [outlet for id, outlet in self.outlets.items() if self.branch_of.get(id) == branch]

    def branch_lines(self, branch: str) -> dict[int, float]:
        """The current in A on each line of the branch."""
        outlets = self.on_branch(branch)
        lines: set[int] = set()
        for outlet in outlets:
            lines.update(outlet.lines)
        own_phase = self.pdu.branches.index(branch) % self.pdu.phases
        if not lines:
            lines = {own_phase + 1}
        branches_of_phase = self.pdu.branches[own_phase :: self.pdu.phases]
        behind = self._behind / len(branches_of_phase)
        return {line: round(line_current(outlets, line) + behind, 3) for line in sorted(lines)}

    def main_lines(self, main: str) -> dict[int, float]:
        """The current in A on each line; 0 on a main that is not in use."""
        in_use = main == self.pdu.mains[0]
        outlets = self.outlets.values()
        return {
            line: round(line_current(outlets, line) + self._behind, 3) * in_use
            for line in range(1, self.pdu.phases + 1)
        }

    def load(self) -> float:
        return round(sum(sum(self.main_lines(main).values()) for main in self.pdu.mains), 3)

    def counted_wh(self) -> float:
        return self.base_wh + sum(outlet.wh for outlet in self.outlets.values())

    def main_wh(self, main: str) -> float:
        """The energy counter of one of the mains, in Wh; it is constant on a main that is not in
        use.
        """
        return self.counted_wh() if main == self.pdu.mains[0] else 1500.0

    def load_percent(self) -> float:
        return 100 * self.load() / (RATED_AMPS * self.pdu.phases)

    def reset(self) -> None:
        """The counters of the outlets and of the main in use restart at 0."""
        self.base_wh = 0.0
        for outlet in self.outlets.values():
            outlet.wh = 0.0
