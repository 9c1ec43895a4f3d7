"""A small simulated hall: supplies with shares, hot spares and dead ones, breakers that trip,
meters that do not show everything. It shares nothing with the computation that it judges.

Currents are complex numbers (A, in phase with L1), so that the load of a line is the length of a
sum of phasors, as a real meter shows it.
"""

from __future__ import annotations

import cmath
import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

_TURN = {"L1": 0.0, "L2": -2 * math.pi / 3, "L3": 2 * math.pi / 3}


@dataclass
class Supply:
    """One power supply with its cord."""

    pdu: str
    outlet: str
    share: float
    dead: bool = False
    spare: bool = False
    #: what a dead or waiting supply draws through its filter, in A
    filter_a: float = 0.0


@dataclass
class Box:
    """One machine, or another consumer that nobody drew."""

    name: str
    supplies: list[Supply]
    needs: int
    total_a: float
    #: how far its current lags, in radians
    lag: float
    drawn: bool = True
    #: its current changes by this factor when its supplies share it anew
    change: float = 1.0


@dataclass
class Outlet:
    """One outlet: which lines feed it, which breaker, and whether its relay is closed."""

    lines: tuple[str, ...]
    breaker: str = ""
    on: bool = True


@dataclass
class Bar:
    """One PDU."""

    name: str
    inputs: list[str]
    outlets: dict[str, Outlet]
    rack: str
    #: line -> rating in A, likewise for breakers
    lines: dict[str, float]
    breakers: dict[str, float]
    #: all lines trip together
    common: bool
    #: its lines by the panel's names
    of: dict[str, str] = field(default_factory=dict)

    def turn(self, line: str) -> float:
        """The phase of a line: that of the panel's line which feeds it."""
        return _TURN[self.of[line].rpartition("/")[2] if line in self.of else line]

    def phase(self, outlet: Outlet) -> float:
        """The phase of an outlet's voltage, on one line or between two."""
        first = cmath.rect(1, self.turn(outlet.lines[0]))
        return cmath.phase(
            first - cmath.rect(1, self.turn(outlet.lines[1])) if outlet.lines[1:] else first
        )


@dataclass
class Plant:
    """The hall. `gone` holds what failed or tripped: a feed, a PDU, or PDU/LINE."""

    feeds: list[str]
    #: panel -> its inputs
    panels: dict[str, list[str]]
    #: PANEL/LINE -> rating in A
    panel_lines: dict[str, float]
    bars: dict[str, Bar]
    boxes: list[Box]
    #: PDU/LINE and so on -> how many times its rating trips a breaker in the end; 1 if absent
    trips_at: dict[str, float] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    # ---- what has power --------------------------------------------------------------------------

    def source_lives(self, name: str) -> bool:
        """Whether a feed or panel has power."""
        if name in self.gone:
            return False
        return name in self.feeds or any(map(self.source_lives, self.panels[name]))

    def active(self, bar: Bar) -> str:
        """The input that feeds a PDU, "" if none does. A transfer switch leaves one that lost a
        line.
        """
        for source in bar.inputs:
            lost = {line for line in bar.lines if f"{source}/{line}" in self.gone}
            if self.source_lives(source) and not (lost and len(bar.inputs) > 1):
                return source
        return ""

    def powered(self, bar: Bar) -> bool:
        """Whether a PDU has power on at least one line."""
        if bar.name in self.gone or not self.active(bar):
            return False
        lost = self._lost(bar)
        return not lost or (not bar.common and len(lost) < len(bar.lines))

    def _lost(self, bar: Bar) -> set[str]:
        """The lines without power though its input has some."""
        lost = {line for line in bar.lines if f"{bar.name}/{line}" in self.gone}
        return lost | {line for line, upper in bar.of.items() if upper in self.gone}

    def outlet_lives(self, bar: Bar, name: str) -> bool:
        """Whether an outlet has power."""
        outlet = bar.outlets[name]
        if not outlet.on or not self.powered(bar):
            return False
        if outlet.breaker and f"{bar.name}/{outlet.breaker}" in self.gone:
            return False
        return self._lost(bar).isdisjoint(outlet.lines)

    def currents(self) -> dict[tuple[str, str], float]:
        """The current of each outlet with a cord, in A."""
        found: dict[tuple[str, str], float] = {}
        for box in self.boxes:
            fed = [one for one in box.supplies if self.outlet_lives(self.bars[one.pdu], one.outlet)]
            works = [one for one in fed if not one.dead]
            runs = len(works) >= box.needs
            active = [one for one in works if not one.spare] or works
            whole = sum(one.share for one in active)
            total = box.total_a * (box.change if box.name in self.touched else 1.0)
            for one in box.supplies:
                current = one.filter_a if one in fed and (one.dead or one.spare) else 0.0
                if runs and one in active:
                    current = total * one.share / whole
                found[one.pdu, one.outlet] = current
        return found

    def runs(self, box: Box) -> bool:
        """Whether enough of its supplies work."""
        works = [
            one
            for one in box.supplies
            if not one.dead and self.outlet_lives(self.bars[one.pdu], one.outlet)
        ]
        return len(works) >= box.needs

    # ---- lines and breakers ----------------------------------------------------------------------

    def loads(self) -> dict[str, float]:
        """PDU/LINE, PDU/BREAKER and PANEL/LINE -> current in A."""
        lag = {(s.pdu, s.outlet): box.lag for box in self.boxes for s in box.supplies}
        sums: dict[str, complex] = {}
        for (pdu, name), current in self.currents().items():
            bar = self.bars[pdu]
            outlet = bar.outlets[name]
            flows = cmath.rect(current, bar.phase(outlet) - lag[pdu, name])
            # between two lines the current flows out of one into the other
            for line, phasor in zip(outlet.lines, (flows, -flows)):
                places = [f"{pdu}/{line}"]
                if line in bar.of:
                    places.append(bar.of[line])
                elif len(bar.inputs) > 1:
                    upper = f"{self.active(bar)}/{line}"
                    places += [upper] if upper in self.panel_lines else []
                for place in places:
                    sums[place] = sums.get(place, 0j) + phasor
            if outlet.breaker:
                place = f"{pdu}/{outlet.breaker}"
                sums[place] = sums.get(place, 0j) + flows
        return {place: abs(phasor) for place, phasor in sums.items()}

    def ratings(self) -> dict[str, float]:
        """The same places -> rating in A."""
        found = dict(self.panel_lines)
        for bar in self.bars.values():
            both = {**bar.lines, **bar.breakers}
            found.update((f"{bar.name}/{name}", rating) for name, rating in both.items())
        return found

    # ---- a failure -------------------------------------------------------------------------------

    def fail(self, names: Iterable[str], rng: random.Random) -> dict[str, float]:
        """Fail these, and let overloaded breakers trip one after the other, in a random order.

        Returns the highest current that each line and breaker carried on the way.
        """
        before = {one.name: self.fed(one) for one in self.boxes}
        self.gone.update(names)
        ratings = self.ratings()
        peaks: dict[str, float] = {}
        while True:
            for box in self.boxes:
                if self.fed(box) != before[box.name]:
                    self.touched.add(box.name)
            loads = self.loads()
            peaks = {place: max(peaks.get(place, 0.0), load) for place, load in loads.items()}
            over = sorted(
                place
                for place, load in loads.items()
                if load > ratings.get(place, math.inf) * self.trips_at.get(place, 1.0)
                and place not in self.gone
            )
            if not over:
                return peaks
            self.gone.add(rng.choice(over))

    def fed(self, box: Box) -> tuple[bool, ...]:
        """Which of its cords have power."""
        return tuple(self.outlet_lives(self.bars[one.pdu], one.outlet) for one in box.supplies)
