"""Makes random halls of `life`, with a drawing and readings of four grades of order."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, NamedTuple, Union

from tests.hall.life import (
    Board,
    Feed,
    Life,
    Part,
    Rated,
    Server,
    Socket,
    Source,
    Strip,
    Supply,
    Tap,
    Way,
    amperes,
    name_of,
)


class Grade(NamedTuple):
    """How well a hall is kept. Chances are from 0 to 1."""

    name: str
    #: the share of machines that nobody could decide before there was one graph, in percent
    before: int
    #: ratings over the load that a breaker gets when a side is lost
    spare: tuple[float, ...]
    #: of a way to be named by what it feeds, of a strip's outlets to be drawn, of a rating
    named: float
    outlets: float
    rated: float
    #: of a strip: its outlets are metered, its watts are read, its lines are metered
    metered: float
    watts: float
    lines: float
    #: of a strip not to answer, of an outlet's state to be unknown
    away: float
    unknown: float
    #: of a machine: nobody drew it, its cords are crossed with another's
    undrawn: float
    crossed: float
    #: of a supply: it is dead
    dead: float
    #: of a way that feeds one strip: nobody drew it; of a strip's lines: one has no outlets drawn
    no_way: float = 0.0
    no_place: float = 0.0


GRADES = (
    Grade(
        "strict",
        before=12,
        spare=(0.75, 1.3, 1.3, 1.5, 1.5, 2.0, 2.0),
        named=1.0,
        outlets=1.0,
        rated=1.0,
        metered=1.0,
        watts=1.0,
        lines=0.7,
        away=0.0,
        unknown=0.0,
        undrawn=0.0,
        crossed=0.0,
        dead=0.02,
    ),
    Grade(
        "tidy",
        before=58,
        spare=(0.75, 1.1, 1.3, 1.3, 1.6, 1.6, 2.0),
        named=0.9,
        outlets=0.95,
        rated=0.96,
        metered=0.95,
        watts=0.6,
        lines=0.6,
        away=0.01,
        unknown=0.005,
        undrawn=0.01,
        crossed=0.01,
        dead=0.03,
        no_way=0.05,
        no_place=0.1,
    ),
    Grade(
        "usual",
        before=84,
        spare=(0.75, 1.0, 1.2, 1.5, 2.0),
        named=0.6,
        outlets=0.7,
        rated=0.85,
        metered=0.8,
        watts=0.4,
        lines=0.5,
        away=0.03,
        unknown=0.02,
        undrawn=0.03,
        crossed=0.02,
        dead=0.04,
        no_way=0.1,
        no_place=0.15,
    ),
    Grade(
        "loose",
        before=91,
        spare=(0.7, 0.9, 1.1, 1.4, 1.8),
        named=0.3,
        outlets=0.4,
        rated=0.6,
        metered=0.6,
        watts=0.2,
        lines=0.4,
        away=0.06,
        unknown=0.04,
        undrawn=0.06,
        crossed=0.04,
        dead=0.06,
        no_way=0.15,
        no_place=0.2,
    ),
)


class GradedHall(NamedTuple):
    """One hall."""

    life: Life
    #: hall.power.toml
    drawing: str
    #: a document in the form of `pdu check --json`, with topology
    readings: dict[str, Any]


def graded_hall(rng: random.Random, grade: Grade) -> GradedHall:
    """A random hall of this grade."""
    life = Life([Feed("A"), Feed("B")], [], [], [])
    sides = [_side(rng, life, feed) for feed in life.feeds]
    for number in range(rng.choice((1, 2, 3))):
        _rack(rng, life, grade, [side[-1] for side in sides], f"r{number}")
    _rate(rng, life, grade)
    crossed = _crossed(rng, life, grade)
    return GradedHall(life, _drawn(rng, life, grade, crossed), _read(rng, life, grade))


# ---- the hall ------------------------------------------------------------------------------------


def _side(rng: random.Random, life: Life, feed: Feed) -> list[Board]:
    """A chain of boards from a feed down to the board that feeds racks."""
    above: Source = feed
    boards: list[Board] = []
    if rng.random() < 0.4:
        above = _board(life, f"U{feed.name}", [[(above, pole) for pole in range(3)]], is_ups=True)
        boards.append(above)
    for level in range(rng.choice((1, 1, 2, 3))):
        tap: Tap = [(above, pole) for pole in range(3)]
        if isinstance(above, Board) and not above.is_ups:
            way = _way(above, (0, 1, 2))
            for _ in range(rng.choice((0, 1, 2))):
                _way(above, (0, 1, 2))  # a spare one
            tap = [(way, pole) for pole in range(3)]
        above = _board(life, f"P{feed.name}{level}", [tap])
        boards.append(above)
    return boards


def _board(life: Life, name: str, taps: list[Tap], is_ups: bool = False) -> Board:
    life.boards.append(Board(name, taps, is_ups=is_ups))
    return life.boards[-1]


def _way(board: Board, phases: tuple[int, ...], name: str = "") -> Way:
    board.ways.append(Way(name or f"w{len(board.ways) + 1}", board, phases))
    return board.ways[-1]


def _fed(rng: random.Random, board: Board, lines: int) -> Tap:
    """A tap for a strip: by a way of its own, or on the board's phases, which many share."""
    if not board.ways and rng.random() < 0.4:
        for phase in range(3):
            _way(board, (phase,), f"L{phase + 1}")
    shift = rng.randrange(3)
    if any(way.name == "L1" for way in board.ways):
        return [(board.ways[(line + shift) % 3], 0) for line in range(lines)]
    way = _way(board, (0, 1, 2) if lines > 1 else (shift,))
    if rng.random() < 0.3:
        _way(board, (0, 1, 2))
    return [(way, pole) for pole in range(lines)]


def _rack(rng: random.Random, life: Life, grade: Grade, boards: Sequence[Board], rack: str) -> None:
    strips: list[Strip] = []
    for number, side in enumerate(("left", "right")):
        board = boards[0] if rng.random() < 0.05 else boards[number]
        three = rng.random() < 0.4
        strip = _strip(rng, f"{rack}-{side}", rack, 3 if three else 1, 14)
        strip.taps = [_fed(rng, board, 3 if three else 1)]
        strips.append(strip)
        life.strips.append(strip)
    free = {strip: list(strip.sockets.values()) for strip in strips}
    if rng.random() < 0.4:
        inputs = []
        for strip in strips:
            single = [one for one in free[strip] if len(one.lines) == 1 and one.on]
            if single:
                inputs.append(rng.choice(single))
        if len(inputs) == 2:
            for one in inputs:
                free[one.strip].remove(one)
            switch = _strip(rng, f"{rack}-ats", rack, 1, 4)
            switch.taps = [[(one, 0)] for one in rng.sample(inputs, 2)]
            life.strips.append(switch)
            free[switch] = list(switch.sockets.values())
            strips.append(switch)
    for number in range(rng.randint(2, 9)):
        _server(rng, life, grade, strips, free, f"{rack}/m{number}")


def _strip(rng: random.Random, name: str, rack: str, lines: int, count: int) -> Strip:
    strip = Strip(name, rack, ganged=rng.random() < 0.7)
    strip.lines = [Part(f"L{number + 1}", strip) for number in range(lines)]
    if rng.random() < 0.4 and count > 4:
        strip.breakers = [Part(f"B{number + 1}", strip) for number in range(3)]
    between = lines > 1 and rng.random() < 0.2
    for number in range(1, count + 1):
        line = number % lines
        own = (line, (line + 1) % lines) if between else (line,)
        breaker = strip.breakers[line if lines > 1 else number % 3] if strip.breakers else None
        strip.sockets[str(number)] = Socket(str(number), strip, own, breaker, rng.random() > 0.01)
    return strip


def _server(
    rng: random.Random,
    life: Life,
    grade: Grade,
    strips: Sequence[Strip],
    free: dict[Strip, list[Socket]],
    name: str,
) -> None:
    count = rng.choices((1, 2, 3, 4), (15, 60, 10, 15))[0]
    spare = count > 1 and rng.random() < 0.08
    # one cord on the transfer switch, the others beside it
    beside = count > 1 and len(strips) > 2 and rng.random() < 0.3
    supplies: list[Supply] = []
    for cord in range(count):
        strip = strips[cord % 2]
        if beside and cord == 0:
            strip = strips[2]
        elif count == 1 and len(strips) > 2:
            strip = strips[2]
        elif rng.random() < 0.03:
            strip = strips[0]
        if not free[strip]:
            continue
        socket = free[strip].pop(rng.randrange(len(free[strip])))
        dead = rng.random() < grade.dead
        waits = spare and cord % 2 == 1 and not dead
        supplies.append(
            Supply(
                socket,
                rng.uniform(0.8, 1.2),
                dead,
                waits,
                rng.choice((0.0, rng.uniform(0.05, 0.249))) if dead else rng.uniform(0.05, 0.2),
                rng.uniform(0.1, 2.5) if dead else rng.uniform(2.0, 4.5),
            )
        )
    if not supplies:
        return
    needs = rng.randint(1, len(supplies) - 1) if len(supplies) > 2 else 1
    life.servers.append(
        Server(
            name,
            supplies,
            1 if spare else needs,
            rng.choice((rng.uniform(0.3, 1.0), rng.uniform(0.8, 5.0))),
            rng.uniform(0.0, 0.35),
            drawn=rng.random() >= grade.undrawn,
            change=rng.uniform(0.985, 1.035),
        )
    )


def _rate(rng: random.Random, life: Life, grade: Grade) -> None:
    """Each breaker has room for what it carries, mostly also for what it gets if a side is lost."""
    highest: dict[Rated, float] = {}
    for feed in (None, *life.feeds):
        if feed is not None:
            feed.gone = True
        life.choose()
        for rated, poles in life.loads().items():
            highest[rated] = max(highest.get(rated, 0.0), amperes(poles))
        if feed is not None:
            feed.gone = False
    for board in life.boards:
        board.active = 0
    for strip in life.strips:
        strip.active = 0
    life.choose()
    now = life.loads()
    for rated in life.rated():
        least = 1.02 * amperes(now.get(rated, []))
        rated.rating = round(
            max(4.0, least, highest.get(rated, 0.0) * rng.choice(grade.spare)) + 0.05, 1
        )
        rated.trips_at = rng.uniform(1.05, 1.45)
        if isinstance(rated, Board):
            # a UPS drops its load, or goes to its bypass
            rated.trips_at = rng.choice((math.inf, rng.uniform(1.05, 1.5)))
    for server in life.servers:
        server.had = life.powered(server)


# ---- the drawing ---------------------------------------------------------------------------------


def _crossed(rng: random.Random, life: Life, grade: Grade) -> dict[Socket, Socket]:
    """Pairs of cords in one strip that are drawn the wrong way round."""
    found: dict[Socket, Socket] = {}
    for one in life.servers:
        if not one.drawn or one.crossed or rng.random() >= grade.crossed:
            continue
        mine = rng.choice(one.supplies)
        others = [
            (server, supply)
            for server in life.servers
            for supply in server.supplies
            if server is not one
            and server.drawn
            and not server.crossed
            and supply.socket.strip is mine.socket.strip
        ]
        if others:
            server, other = rng.choice(others)
            one.crossed = server.crossed = True
            found[mine.socket], found[other.socket] = other.socket, mine.socket
    return found


def _drawn(rng: random.Random, life: Life, grade: Grade, crossed: dict[Socket, Socket]) -> str:
    lines = ['standard = "IEC 60898-1"'] if rng.random() < 0.7 else []
    lines += [f'[[feed]]\nname = "{one.name}"' for one in life.feeds]
    hidden = _hidden(rng, life, grade)
    for board in life.boards:
        named = rng.random() < grade.named
        kind = "ups" if board.is_ups else "panel"
        inputs = [_input(tap[0][0], named and tap[0][0] not in hidden) for tap in board.taps]
        lines.append(f'[[{kind}]]\nname = "{board.name}"\ninputs = {_list(inputs)}')
        if board.is_ups:
            lines += [f"rating_a = {board.rating}"] if rng.random() < grade.rated else []
        for way in board.ways:
            if way in hidden:
                continue
            lines.append(f'[[{kind}.line]]\nname = "{way.name}"')
            lines += [f"breaker_a = {way.rating}"] if rng.random() < grade.rated else []
            if rng.random() < 0.5:
                lines.append(f"phases = {len(way.phases)}")
    for strip in life.strips:
        own = [source for source, _ in strip.taps[0] if source in hidden]
        named = rng.random() < grade.named and not own
        shared = isinstance(strip.taps[0][0][0], Way) and strip.taps[0][0][0].name == "L1"
        shared = shared or any(
            isinstance(source, Way) and source.name in ("L1", "L2", "L3")
            for source, _ in strip.taps[0]
        )
        by_of = shared or (len(strip.lines) == 1 and rng.random() < 0.5)
        inputs = [_input(tap[0][0], named and not by_of) for tap in strip.taps]
        lines.append(f'[[pdu]]\nname = "{strip.name}"\ninputs = {_list(inputs)}')
        lines.append(f'rack = "{strip.rack}"')
        knows, rated = rng.random() < grade.outlets, rng.random() < grade.rated
        # what nobody drew above, the lines of the strip say
        ratings = [
            min([line.rating, *(way.rating for way in own if isinstance(way, Way))])
            for line in strip.lines
        ]
        unplaced = rng.randrange(len(strip.lines)) if rng.random() < grade.no_place else -1
        if not strip.breakers and rng.random() < (1 - grade.outlets) / 2:
            # nobody drew what is inside
            if rated:
                lines.append(f"breaker_a = {min(ratings)}")
            continue
        for number, line in enumerate(strip.lines):
            lines.append(f'[[pdu.line]]\nname = "{line.name}"')
            lines += [f"breaker_a = {ratings[number]}"] if rated else []
            if knows and len(strip.lines) > 1 and number != unplaced:
                behind = [one.name for one in strip.sockets.values() if number in one.lines]
                lines.append(f"outlets = {_list(behind)}")
            source = strip.taps[0][number][0]
            if named and by_of and isinstance(source, Way) and len(strip.taps) == 1:
                lines.append(f'of = "{name_of(source)}"')
        for part in strip.breakers:
            lines.append(f'[[pdu.breaker]]\nname = "{part.name}"')
            lines += [f"breaker_a = {part.rating}"] if rated else []
            if knows:
                behind = [one.name for one in strip.sockets.values() if one.breaker is part]
                lines.append(f"outlets = {_list(behind)}")
    for server in life.servers:
        if server.drawn:
            sockets = [crossed.get(one.socket, one.socket) for one in server.supplies]
            cords = [f"{one.strip.name}/{one.name}" for one in sockets]
            lines.append(f'[[machine]]\nname = "{server.name}"\ncords = {_list(cords)}')
            lines.append(f"needs = {server.needs}")
    return "\n".join(lines) + "\n"


def _hidden(rng: random.Random, life: Life, grade: Grade) -> set[Source]:
    """Ways that nobody drew, each of one strip alone."""
    users: dict[Source, int] = {}
    for taps in [*(one.taps for one in life.boards), *(one.taps for one in life.strips)]:
        for source in {source for tap in taps for source, _ in tap}:
            users[source] = users.get(source, 0) + 1
    strips = {strip.taps[0][0][0] for strip in life.strips}
    return {
        source
        for source, count in users.items()
        if isinstance(source, Way)
        and count == 1
        and source in strips
        and len(source.name) > 1
        and source.name not in ("L1", "L2", "L3")
        and rng.random() < grade.no_way
    }


def _input(source: Source, named: bool) -> str:
    if isinstance(source, Socket):
        return f"{source.strip.name}/{source.name}"
    if isinstance(source, Way):
        return name_of(source) if named else source.board.name
    return source.name


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"


# ---- the readings --------------------------------------------------------------------------------


def _read(rng: random.Random, life: Life, grade: Grade) -> dict[str, Any]:
    carried: dict[Socket, tuple[float, float]] = {}
    for server in life.servers:
        for supply, figures in zip(server.supplies, life.currents(server)):
            carried[supply.socket] = figures
    for strip in life.strips:
        for tap in strip.taps:
            source = tap[0][0]
            if isinstance(source, Socket):
                taken = strip.taps[strip.active] is tap
                both = [carried.get(one, (0.0, 0.0)) for one in strip.sockets.values()]
                sums = (sum(one[0] for one in both), sum(one[1] for one in both))
                carried[source] = sums if taken else (0.0, 0.0)
    loads = life.loads()
    nobodys = {
        one.socket.strip for server in life.servers if not server.drawn for one in server.supplies
    }
    pdus = []
    for strip in life.strips:
        made: dict[str, Any] = {"name": strip.name, "outlets": [], "load_a": None}
        pdus.append(made)
        # what nobody drew and nobody reads is no part of what is claimed
        if rng.random() < grade.away and strip not in nobodys:
            made["error"] = {"kind": "unreachable", "reason": "no answer"}
            continue
        step, cut = rng.choice((0.1, 0.01, 0.001)), rng.random() < 0.5
        metered, watts = rng.random() < grade.metered, rng.random() < grade.watts
        if strip in nobodys:
            metered = True
        facts: dict[str, Any] = {}
        for name, socket in strip.sockets.items():
            current, power = carried.get(socket, (0.0, 0.0))
            state = "on" if socket.on else "off"
            if rng.random() < grade.unknown:
                state = "unknown"
            shown = _rounded(current, step, cut) if metered else None
            made["outlets"].append({"identity": name, "state": state, "current_a": shown})
            if metered and watts:
                facts[name] = {"power_w": float(round(power))}
        meters = []
        if rng.random() < grade.lines:
            for line in strip.lines:
                shown_a = _rounded(amperes(loads.get(line, [])), step, cut)
                meters.append({"kind": "line", "label": line.name, "current_a": shown_a})
            made["load_a"] = sum(one["current_a"] for one in meters)
        made["topology"] = {"meters": meters, "outlets": facts}
    return {"pdus": pdus}


def _rounded(value: float, step: float, cut: bool) -> float:
    count = math.floor(value / step + 1e-9) if cut else round(value / step)
    return round(count * step, 3)


def failures(life: Life) -> list[tuple[str, Union[Feed, Rated, Strip]]]:
    """All that can fail, with its kind in the drawing."""
    found: list[tuple[str, Union[Feed, Rated, Strip]]] = [("feed", one) for one in life.feeds]
    for board in life.boards:
        found.append(("ups" if board.is_ups else "panel", board))
        found += [("breaker", way) for way in board.ways]
    for strip in life.strips:
        found.append(("pdu", strip))
        found += [("breaker", part) for part in (*strip.lines, *strip.breakers)]
    return found
