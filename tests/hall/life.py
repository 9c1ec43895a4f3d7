"""Halls with a physical life of their own: boards below boards, UPSes, ways with one or three
poles, transfer switches behind outlets, supplies with dead outputs whose filters draw current.

It shares no code and no threshold with the product, nor with `plant`. Currents are phasors: complex
numbers in A. A breaker trips when a pole carries more than its rating times a factor of its own.
"""

from __future__ import annotations

import cmath
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Optional, Union

TURN = 2 * math.pi / 3
VOLTS = 230.0


@dataclass(eq=False)
class Feed:
    """Where power comes from."""

    name: str
    gone: bool = False


@dataclass(eq=False)
class Board:
    """A board, or a UPS if it has a rating for each of its phases."""

    name: str
    #: each from the board's three phases to poles above
    taps: list[Tap] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    is_ups: bool = False
    rating: float = math.inf
    trips_at: float = 1.0
    gone: bool = False
    active: int = 0


@dataclass(eq=False)
class Way:
    """A breaker of a board, with one pole or three."""

    name: str
    board: Board
    #: the board's phase of each pole
    phases: tuple[int, ...]
    rating: float = math.inf
    trips_at: float = 1.0
    gone: bool = False


@dataclass(eq=False)
class Part:
    """A line or a breaker of a strip."""

    name: str
    strip: Strip
    rating: float = math.inf
    trips_at: float = 1.0
    gone: bool = False


@dataclass(eq=False)
class Socket:
    """An outlet, on one line or between two."""

    name: str
    strip: Strip
    lines: tuple[int, ...]
    breaker: Optional[Part]
    on: bool = True


Source = Union[Feed, Board, Way, Socket]
Tap = list[tuple[Source, int]]
"""For each conductor of the lower thing: what feeds it, and through which of its poles."""


@dataclass(eq=False)
class Strip:
    """A PDU, or with two taps a transfer switch."""

    name: str
    rack: str
    taps: list[Tap] = field(default_factory=list)
    lines: list[Part] = field(default_factory=list)
    breakers: list[Part] = field(default_factory=list)
    sockets: dict[str, Socket] = field(default_factory=dict)
    #: all poles open together
    ganged: bool = True
    gone: bool = False
    active: int = 0


@dataclass(eq=False)
class Supply:
    """One power supply."""

    socket: Socket
    share: float
    dead: bool = False
    spare: bool = False
    #: while it gives no power
    idle_a: float = 0.0
    idle_w: float = 0.0


@dataclass(eq=False)
class Server:
    """A machine, or something that nobody drew."""

    name: str
    supplies: list[Supply]
    needs: int
    total_a: float
    lag: float
    drawn: bool = True
    #: its drawn cords are not those that it has
    crossed: bool = False
    #: how its current changes when its supplies share it anew
    change: float = 1.0
    #: the supplies that had power when it was read
    had: tuple[bool, ...] = ()


Rated = Union[Board, Way, Part]


@dataclass(eq=False)
class Life:
    """A hall."""

    feeds: list[Feed]
    boards: list[Board]
    strips: list[Strip]
    servers: list[Server]

    # ---- power -----------------------------------------------------------------------------------

    def lives(self, one: Source) -> bool:
        """Whether it has power."""
        if isinstance(one, Feed):
            return not one.gone
        if isinstance(one, Board):
            return not one.gone and self._choose(one) is not None
        if isinstance(one, Way):
            return not one.gone and self.lives(one.board)
        return self.socket_lives(one)

    def _choose(self, one: Union[Board, Strip]) -> Optional[Tap]:
        """The tap that feeds it: it stays with the present one while that lives."""
        order = [one.active, *(n for n in range(len(one.taps)) if n != one.active)]
        for number in order:
            if all(self.lives(source) for source, _ in one.taps[number]):
                one.active = number
                return one.taps[number]
        return None

    def line_lives(self, strip: Strip, line: int) -> bool:
        """Whether a line of a strip has power."""
        if strip.gone:
            return False
        if len(strip.taps) > 1:
            tap = self._choose(strip)
            fed = [tap is not None] * len(strip.lines)
        else:
            fed = [self.lives(source) for source, _ in strip.taps[0]]
        live = [has and not part.gone for has, part in zip(fed, strip.lines)]
        return all(live) if strip.ganged else live[line]

    def socket_lives(self, one: Socket) -> bool:
        """Whether an outlet has power."""
        if not one.on or (one.breaker is not None and one.breaker.gone):
            return False
        return all(self.line_lives(one.strip, line) for line in one.lines)

    def powered(self, one: Server) -> tuple[bool, ...]:
        """Which of its supplies have power."""
        return tuple(self.socket_lives(supply.socket) for supply in one.supplies)

    def runs(self, one: Server) -> bool:
        """Whether enough of its supplies work."""
        fed = self.powered(one)
        return sum(on and not s.dead for on, s in zip(fed, one.supplies)) >= one.needs

    # ---- currents --------------------------------------------------------------------------------

    def currents(self, one: Server) -> list[tuple[float, float]]:
        """Of each supply: A, and W."""
        fed = self.powered(one)
        works = [on and not s.dead for on, s in zip(fed, one.supplies)]
        active = [w and not s.spare for w, s in zip(works, one.supplies)]
        active = active if any(active) else works
        runs = sum(works) >= one.needs
        whole = sum(s.share for s, a in zip(one.supplies, active) if a)
        total = one.total_a * (one.change if fed != one.had else 1.0)
        found = []
        for supply, on, act in zip(one.supplies, fed, active):
            if on and act and runs:
                amperes = total * supply.share / whole
                found.append((amperes, amperes * VOLTS * math.cos(one.lag)))
            elif on:
                found.append((supply.idle_a, supply.idle_w))
            else:
                found.append((0.0, 0.0))
        return found

    def loads(self) -> dict[Rated, list[complex]]:
        """What each pole of each rated thing carries."""
        found: dict[Rated, list[complex]] = {}
        for one in self.servers:
            for supply, (amperes, _) in zip(one.supplies, self.currents(one)):
                if amperes:
                    self._flow(found, supply.socket, amperes, one.lag)
        return found

    def _flow(
        self, found: dict[Rated, list[complex]], socket: Socket, amperes: float, lag: float
    ) -> None:
        strip = socket.strip
        angles = [self.angle(strip, line) for line in socket.lines]
        voltage = cmath.rect(1, angles[0])
        if len(angles) > 1:
            voltage -= cmath.rect(1, angles[1])
        flows = cmath.rect(amperes, cmath.phase(voltage) - lag)
        if socket.breaker is not None:
            _add(found, socket.breaker, 0, 1, flows)
        for line, current in zip(socket.lines, (flows, -flows)):
            _add(found, strip.lines[line], 0, 1, current)
            self._up(found, *strip.taps[strip.active][line], current)

    def _up(
        self, found: dict[Rated, list[complex]], source: Source, pole: int, current: complex
    ) -> None:
        if isinstance(source, Feed):
            return
        if isinstance(source, Socket):
            strip = source.strip
            if source.breaker is not None:
                _add(found, source.breaker, 0, 1, current)
            line = source.lines[0]
            _add(found, strip.lines[line], 0, 1, current)
            self._up(found, *strip.taps[strip.active][line], current)
            return
        if isinstance(source, Way):
            _add(found, source, pole, len(source.phases), current)
            self._up(found, source.board, source.phases[pole], current)
            return
        if source.is_ups:
            _add(found, source, pole, 3, current)
        self._up(found, *source.taps[source.active][pole], current)

    def angle(self, strip: Strip, line: int) -> float:
        """The phase of a line's voltage."""
        source: Source
        source, pole = strip.taps[strip.active][line]
        while True:
            if isinstance(source, Feed):
                return -TURN * pole
            if isinstance(source, Socket):
                strip, line = source.strip, source.lines[0]
                source, pole = strip.taps[strip.active][line]
            elif isinstance(source, Way):
                pole = source.phases[pole]
                source = source.board
            else:
                source, pole = source.taps[source.active][pole]

    def choose(self) -> None:
        """Let all that has several taps take one that lives."""
        for board in self.boards:
            self._choose(board)
        for strip in self.strips:
            self._choose(strip)

    def rated(self) -> Iterable[Rated]:
        """All that has a rating."""
        for board in self.boards:
            if board.is_ups:
                yield board
            yield from board.ways
        for strip in self.strips:
            yield from strip.lines
            yield from strip.breakers

    # ---- a failure -------------------------------------------------------------------------------

    def fail(self, what: Iterable[Union[Feed, Rated, Strip]], rng: random.Random) -> None:
        """These fail, and what is overloaded trips, one after another in a random order."""
        for server in self.servers:
            server.had = self.powered(server)
        for one in what:
            one.gone = True
        while True:
            self.choose()
            over = [
                one
                for one, poles in self.loads().items()
                if not one.gone and max(map(abs, poles)) > one.rating * one.trips_at
            ]
            if not over:
                return
            over.sort(key=name_of)
            rng.choice(over).gone = True


def _add(
    found: dict[Rated, list[complex]], one: Rated, pole: int, poles: int, current: complex
) -> None:
    if one not in found:
        found[one] = [0j] * poles
    found[one][pole] += current


def name_of(one: Union[Feed, Rated, Strip]) -> str:
    """Its name in the drawing, with that of its owner."""
    if isinstance(one, Way):
        return f"{one.board.name}/{one.name}"
    if isinstance(one, Part):
        return f"{one.strip.name}/{one.name}"
    return one.name


def amperes(poles: Sequence[complex]) -> float:
    """What the fullest pole carries."""
    return max((abs(pole) for pole in poles), default=0.0)
