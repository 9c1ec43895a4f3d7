"""A hall with a physics of its own: wires, breakers, supplies, meters, relays with timers.

It shares nothing with the rehearsal. A hall is generated with a hidden truth, draws itself as
`hall.power.toml` and shows itself as readings; then something fails or returns, and time passes.

Currents are phasors (A at the wire's own voltage, in phase with L1), so that a line's current is
the length of a sum, as a real meter shows it. A supply takes constant watts, at a power factor of
its own for each voltage. Breakers are `thermal_breaker`s of the standard that applies to them.
"""

from __future__ import annotations

import cmath
import json
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from tests.hall.thermal_breaker import STANDARDS, ThermalBreaker, random_breaker

FEEDS = ("A", "B")
#: what a line carries as planned if nothing is said
USUAL_LIMIT_PERCENT = 80.0
#: of feeds and of what is below them; nobody has two whose ratio is the root of three in one hall
_FEED_V = {"A": (230.0, 230.0, 208.0, 480.0), "B": (230.0, 230.0, 48.0, 110.0)}
_TRANSFORMED_V = (208.0, 48.0)
DIRECT_V = 48.0
#: a supply draws so much more when it shares anew, and its meter shows so much more
_CHANGE, _METER = (0.985, 1.035), (0.992, 1.008)
#: so long a controller boots, at most, and a relay closes
BOOT_S, _JITTER_S = 120.0, 0.2
_TICK_S, _LAST_S = 400.0, 7200.0


@dataclass(eq=False)
class Part:
    """What can fail: a feed, board, line, breaker or PDU."""

    #: as `--fail` calls it
    kind: str
    name: str
    #: what has a rating has a body, unless it is a UPS, which drops its load at once
    rating: float = 0.0
    body: Optional[ThermalBreaker] = None
    ups_drops_at: float = math.inf
    #: so long a UPS feeds without its input, in s; when that ends; whether its battery is empty
    autonomy_s: float = 0.0
    battery_until: float = math.inf
    is_empty: bool = False
    #: how far it may be loaded as planned, by what is drawn
    limit_percent: float = USUAL_LIMIT_PERCENT
    #: written into the drawing
    is_rated: bool = True
    gone: bool = False
    #: these go with it
    gang: Sequence[Part] = ()
    wires: list[Wire] = field(default_factory=list)

    @property
    def is_breaker(self) -> bool:
        return self.kind == "breaker"

    @property
    def has_input(self) -> bool:
        return all(upper.lives() for wire in self.wires for upper in (wire.upper,) if upper)

    def go(self) -> None:
        for part in (self, *self.gang):
            part.gone = True


@dataclass(eq=False)
class Wire:
    """One conductor of a part."""

    part: Part
    volts: float
    #: 0 to 2: L1 to L3
    phase: int
    #: what it may hang on; a transfer switch has two
    above: Sequence[Wire] = ()
    switch: Optional[Pdu] = None

    def __post_init__(self) -> None:
        self.part.wires.append(self)

    @property
    def upper(self) -> Optional[Wire]:
        if not self.above:
            return None
        return self.above[self.switch.active if self.switch is not None else 0]

    def lives(self) -> bool:
        upper = self.upper
        if self.part.gone:
            return False
        return upper is None or upper.lives() or self.is_on_battery

    @property
    def is_on_battery(self) -> bool:
        part = self.part
        return part.autonomy_s > 0 and not part.is_empty and not part.has_input

    def angle(self) -> float:
        """That of the feed's conductor which feeds it now."""
        wire, upper = self, self.upper
        while upper is not None:
            wire, upper = upper, upper.upper
        return 0.0 if self.volts == DIRECT_V else -2 * math.pi / 3 * wire.phase


@dataclass(eq=False)
class Outlet(Wire):
    """An outlet, on one line or, at 208 V, between two."""

    name: str = ""
    pdu: Optional[Pdu] = None
    second: Optional[Wire] = None
    on: bool = True
    #: how it was when all had power
    was_on: bool = True
    #: set for when power returns, and what a reader sees of it
    policy: str = "on"
    delay_s: float = 0.0
    seen: Optional[dict[str, Any]] = None

    def turn(self) -> complex:
        """The direction of its voltage."""
        first = cmath.rect(1.0, self.angle())
        if self.second is None:
            return first
        between = first - cmath.rect(1.0, self.second.angle())
        return between / abs(between)

    def lives(self) -> bool:
        return self.on and super().lives() and (self.second is None or self.second.lives())


@dataclass(eq=False)
class Pdu:
    """A PDU. With two inputs it is a transfer switch."""

    name: str
    rack: str
    inputs: Sequence[str]
    part: Part
    lines: list[Part] = field(default_factory=list)
    breakers: list[Part] = field(default_factory=list)
    outlets: dict[str, Outlet] = field(default_factory=dict)
    active: int = 0
    prefers: int = 0
    #: its line -> the line above, if that is drawn
    of: dict[str, str] = field(default_factory=dict)
    draws_outlets: bool = True
    draws_lines: bool = True
    metering: str = "outlets"
    has_relays: bool = True
    #: written into the drawing: no fleet list has it
    is_unread: bool = False
    boots_s: float = 0.0
    has_power: bool = True

    def lives(self) -> bool:
        """Whether any of its lines has power."""
        return any(wire.lives() for line in self.lines for wire in line.wires)

    def choose(self) -> None:
        """A transfer switch stays on an input that lives."""
        wire = self.lines[0].wires[0].above[0]
        if len(wire.above) > 1 and not wire.above[self.active].lives():
            other = 1 - self.active
            self.active = other if wire.above[other].lives() else self.active


@dataclass(eq=False)
class Supply:
    outlet: Outlet
    share: float
    is_dead: bool = False
    is_spare: bool = False
    #: what it takes when it gives nothing, in A
    filter_a: float = 0.0

    @property
    def works(self) -> bool:
        return not self.is_dead and self.outlet.lives()


@dataclass(eq=False)
class Machine:
    name: str
    supplies: list[Supply]
    needs: int
    idle_w: float
    peak_w: float
    is_drawn: bool = True
    watts: float = 0.0
    change: float = 1.0
    usual: tuple[bool, ...] = ()
    power_factors: dict[float, float] = field(default_factory=dict)

    def runs(self) -> bool:
        return sum(supply.works for supply in self.supplies) >= self.needs

    def flows(self) -> Iterator[tuple[Supply, float, float]]:
        """Each supply with its current in A and its power factor."""
        works = tuple(supply.works for supply in self.supplies)
        active = [s for s, w in zip(self.supplies, works) if w and not s.is_spare]
        active = active or [s for s, w in zip(self.supplies, works) if w]
        whole = sum(supply.share for supply in active)
        watts = self.watts * (1.0 if works == self.usual else self.change)
        for supply in self.supplies:
            if supply in active and sum(works) >= self.needs:
                volts = supply.outlet.volts
                factor = self.power_factors[volts]
                yield supply, watts * supply.share / whole / volts / factor, factor
            elif supply.outlet.lives():
                yield supply, 0.0 if supply.outlet.volts == DIRECT_V else supply.filter_a, 0.05


class PhysicalHall:
    """One hall."""

    def __init__(self, seed: object) -> None:
        self.rng = rng = random.Random(f"hall {seed}")
        self.parts: list[Part] = []
        self.pdus: list[Pdu] = []
        self.machines: list[Machine] = []
        self._head: list[str] = []
        #: how an answer calls a line of a board that nobody drew as the one above -> the line
        self.aliases: dict[str, str] = {}
        #: board -> how it feeds what is below it
        self._modes: dict[str, str] = {}
        #: of the whole hall, or stated at feeds and breakers, or nowhere
        self._standard = rng.choice((*STANDARDS, "", ""))
        if self._standard:
            self._head.append(f'standard = "{self._standard}"')
        self._tables: list[list[str]] = []
        self._true_standard = self._standard or rng.choice(STANDARDS)
        self._spare = rng.choice(((1.1, 1.5, 2.0), (0.75, 1.0, 1.3, 2.0), (0.7, 0.9, 1.1)))
        #: feed, board or PDU -> what is above it, unless that is an outlet; what it states for all
        #: below it; a board's line -> the line above that feeds it
        self._upper: dict[str, str] = {}
        self._stated: dict[str, dict[str, float]] = {}
        self._of_lines: dict[str, str] = {}
        self._own_limit: dict[Part, float] = {}
        #: how much is drawn and metered
        self._order = rng.choice((1.0, 1.0, 0.9, 0.6))
        ends = {name: self._feed(name) for name in FEEDS}
        for rack in range(rng.choice((1, 1, 2, 3))):
            self._rack(f"r{rack}", ends)
        self.settle()
        self._cap_filters()
        self._rate()
        self._state_defaults()
        for part in self.parts:
            if part.is_breaker:
                self._draw_rating(part)
        self.text = self._drawing()

    # ---- construction ----------------------------------------------------------------------------

    def _part(self, kind: str, name: str) -> Part:
        self.parts.append(Part(kind, name))
        return self.parts[-1]

    def _feed(self, name: str) -> tuple[str, list[Wire]]:
        rng = self.rng
        volts = rng.choice(_FEED_V[name])
        part = self._part("feed", name)
        wires = [Wire(part, volts, pole) for pole in range(1 if volts == DIRECT_V else 3)]
        self._tables.append(["[[feed]]", f'name = "{name}"', f"voltage_v = {volts:g}"])
        above, above_name = wires, name
        self._modes[name] = "bare"
        changes = rng.random() < 0.25 and volts != DIRECT_V
        for level in range(rng.choice((0, 1, 1, 2, 3))):
            kind = "ups" if rng.random() < 0.3 else "panel"
            own = f"{'U' if kind == 'ups' else 'P'}{name}{level}"
            source, taps = self._tap(own, above_name, above, 3)
            self._upper[own] = above_name
            own_v = rng.choice(_TRANSFORMED_V) if changes else taps[0].volts
            changes = False
            board = self._part(kind, own)
            poles = 1 if own_v == DIRECT_V else len(taps)
            above = [Wire(board, own_v, taps[p].phase, [taps[p]]) for p in range(poles)]
            table = [f"[[{kind}]]", f'name = "{own}"', f'inputs = ["{source}"]']
            if own_v != taps[0].volts:
                table.append(f"voltage_v = {own_v:g}")
            if kind == "ups":
                board.ups_drops_at = rng.choice((math.inf, rng.uniform(1.0, 1.5)))
                table.append(f"phases = {3 if poles > 1 else 1}")
                if rng.random() < 0.4:
                    minutes = rng.choice((0.5, 10, 30, 120))
                    board.autonomy_s = 60.0 * minutes
                    table.append(f"autonomy_min = {minutes:g}")
            self._modes[own] = rng.choice(("ways", "ways", "common", "bare"))
            self._tables.append(table)
            above_name = own
            if self._modes[own] == "common" and poles == 3:
                for pole in range(3):
                    line = self._line(own, f"L{pole + 1}", [above[pole]])
                    if self._modes.get(source) == "common" and rng.random() < self._order:
                        self._of_lines[line.name] = taps[pole].part.name
            elif self._modes[own] == "common":
                self._modes[own] = "bare"
        return above_name, above

    def _line(self, board: str, name: str, taps: Sequence[Wire]) -> Part:
        part = self._part("breaker", f"{board}/{name}")
        for tap in taps:
            Wire(part, tap.volts, tap.phase, [tap])
        return part

    def _tap(
        self, lower: str, board: str, above: Sequence[Wire], poles: int
    ) -> tuple[str, Sequence[Wire]]:
        """What a board or PDU below this one hangs on, and its wires."""
        poles = min(poles, len(above))
        if self._modes[board] == "ways":
            number = sum(p.name.startswith(f"{board}/w") for p in self.parts)
            first = self.rng.randrange(len(above)) if poles == 1 else 0
            way = self._line(board, f"w{number}", above[first : first + poles])
            if self.rng.random() < self._order:
                return way.name, way.wires
            self.aliases[f"{board}, the line of {lower}"] = way.name
            return board, way.wires
        if self._modes[board] == "common":
            lines = [p for p in self.parts if p.name.startswith(f"{board}/L")]
            first = self.rng.randrange(3)
            return board, [lines[(first + n) % 3].wires[0] for n in range(poles)]
        first = self.rng.randrange(len(above)) if poles == 1 else 0
        return board, above[first : first + poles]

    def _rack(self, rack: str, ends: dict[str, tuple[str, list[Wire]]]) -> None:
        rng = self.rng
        pair = []
        for feed in FEEDS:
            board, above = ends["A" if rng.random() < 0.04 else feed]
            name = f"{rack}-{feed.lower()}"
            source, taps = self._tap(name, board, above, rng.choice((1, 3)))
            pair.append(self._pdu(name, rack, [source], [[tap] for tap in taps]))
            self._upper[name] = board
            self._name_lines(pair[-1], board)
        hosts, taken = list(pair), []
        if rng.random() < 0.3:
            chosen = [rng.choice([o for o in p.outlets.values() if o.second is None] or [None])
                      for p in pair]  # fmt: skip
            volts = {o.volts for o in chosen if o is not None}
            if None not in chosen and len(volts) == 1:
                self._switch(rack, chosen, hosts)
                taken = chosen
        free = {p.name: [o for o in p.outlets.values() if o not in taken] for p in hosts}
        for number in range(rng.randint(2, 7)):
            self._machine(f"{rack}/m{number}", hosts, free)

    def _switch(self, rack: str, chosen: Sequence[Any], hosts: list[Pdu]) -> None:
        inputs = self.rng.sample(chosen, 2)
        for outlet in inputs:
            outlet.on = True
        names = [f"{o.pdu.name}/{o.name}" for o in inputs]
        switch = self._pdu(f"{rack}-ats", rack, names, [inputs], 4)
        hosts.append(switch)

    def _pdu(
        self,
        name: str,
        rack: str,
        inputs: Sequence[str],
        taps: Sequence[Sequence[Wire]],
        count: int = 9,
    ) -> Pdu:
        rng = self.rng
        pdu = Pdu(name, rack, inputs, self._part("pdu", name))
        self.pdus.append(pdu)
        for number, above in enumerate(taps):
            line = self._part("breaker", f"{name}/L{number + 1}")
            own = Wire(pdu.part, above[0].volts, above[0].phase, above, pdu)
            Wire(line, own.volts, own.phase, [own])
            pdu.lines.append(line)
        if len(taps) > 1 and rng.random() < 0.5:
            for line in pdu.lines:
                line.gang = [other for other in pdu.lines if other is not line]
        between = len(taps) > 1 and taps[0][0].volts == 208.0 and rng.random() < 0.5
        if not between and count > 4 and rng.random() < 0.35:
            for number in range(max(2, len(taps))):
                breaker = self._part("breaker", f"{name}/B{number + 1}")
                line = pdu.lines[number % len(taps)]
                Wire(breaker, line.wires[0].volts, line.wires[0].phase, [line.wires[0]])
                pdu.breakers.append(breaker)
        for number in range(1, count + 1):
            ends = pdu.breakers or pdu.lines
            upper = ends[number % len(ends)].wires[0]
            part = Part("outlet", f"{name}/{number}")
            outlet = Outlet(part, upper.volts, upper.phase, [upper], name=str(number), pdu=pdu)
            if between:
                outlet.second = pdu.lines[(number + 1) % len(pdu.lines)].wires[0]
            self._set_outlet(outlet, number)
            pdu.outlets[outlet.name] = outlet
        pdu.draws_outlets = rng.random() < self._order
        pdu.metering = "outlets"
        if rng.random() > self._order:
            pdu.metering = rng.choice(("lines", "lines", "total", "none", "away"))
        elif rng.random() < 0.4:
            pdu.metering = "watts"
        pdu.is_unread = pdu.metering == "away" and rng.random() < 0.5
        pdu.draws_lines = rng.random() > 0.12
        if rng.random() < 0.1:
            pdu.has_relays = False
            for outlet in pdu.outlets.values():
                outlet.on, outlet.seen = True, None
        pdu.boots_s = rng.choice((0.0, 0.0, rng.uniform(0, BOOT_S)))
        return pdu

    def _set_outlet(self, outlet: Outlet, number: int) -> None:
        rng = self.rng
        outlet.on = rng.random() < 0.98
        outlet.policy = rng.choice(("on",) * 8 + ("last", "off"))
        outlet.delay_s = rng.choice((0.0, 0.0, 2.0 * number, float(rng.randint(0, 120))))
        seen = {"state": outlet.policy, "earliest_s": outlet.delay_s, "latest_s": outlet.delay_s}
        outlet.seen = {**seen, "is_sequence": False}
        if rng.random() > self._order:
            blind = {"state": rng.choice(("", outlet.policy)), "earliest_s": 0.0, "latest_s": None}
            outlet.seen = rng.choice((None, {**blind, "is_sequence": True}))

    def _name_lines(self, pdu: Pdu, board: str) -> None:
        if self._modes[board] == "bare" or pdu.inputs != [board]:
            return
        if self.rng.random() < self._order:
            for line in pdu.lines:
                above = line.wires[0].above[0].above[0].part
                if len(above.wires) == 1:
                    pdu.of[line.name] = above.name

    def _machine(self, name: str, hosts: Sequence[Pdu], free: dict[str, list[Outlet]]) -> None:
        rng = self.rng
        count = rng.choices((1, 2, 3, 4), (15, 60, 10, 15))[0]
        spares = count > 1 and rng.random() < 0.08
        supplies: list[Supply] = []
        order = list(hosts) if rng.random() < 0.5 else [*hosts[:2]]
        if rng.random() < 0.3:
            order = order[::-1]
        for cord in range(count):
            outlets = free[order[cord % len(order)].name]
            if not outlets:
                continue
            outlet = outlets.pop(rng.randrange(len(outlets)))
            supply = Supply(outlet, rng.uniform(0.8, 1.2), rng.random() < 0.04)
            supply.is_spare = spares and cord % 2 == 1 and not supply.is_dead
            supply.filter_a = rng.choice((0.0, rng.uniform(0.02, 0.2)))
            supplies.append(supply)
        if not supplies:
            return
        needs = rng.randint(1, len(supplies) - 1) if len(supplies) > 2 and not spares else 1
        peak = rng.choice((rng.uniform(90, 250), rng.uniform(200, 1000)))
        machine = Machine(name, supplies, needs, peak * rng.uniform(0.3, 0.95), peak)
        machine.power_factors = {
            volts: 1.0 if volts == DIRECT_V else rng.uniform(0.93, 0.99)
            for volts in {supply.outlet.volts for supply in supplies}
        }
        machine.watts = rng.uniform(machine.idle_w, peak)
        machine.change = rng.uniform(*_CHANGE)
        # of what nobody drew only what outlets' meters show is claimed
        is_read = all(s.outlet.pdu.metering in ("outlets", "watts") for s in supplies
                      if s.outlet.pdu is not None)  # fmt: skip
        usual = not any(s.is_dead or s.is_spare or not s.outlet.on for s in supplies)
        machine.is_drawn = not (is_read and usual and needs == 1 and rng.random() < 0.05)
        if not machine.is_drawn:
            # one reading is all that is known of it
            machine.idle_w = machine.peak_w = machine.watts
        self.machines.append(machine)

    def settle(self) -> None:
        for pdu in self.pdus:
            pdu.choose()
        for machine in self.machines:
            machine.usual = tuple(supply.works for supply in machine.supplies)

    def _cap_filters(self) -> None:
        """A supply that works draws at least what its filter does."""
        for machine in self.machines:
            watts, machine.watts = machine.watts, machine.idle_w
            for supply, amps, factor in list(machine.flows()):
                if supply.works and factor > 0.5:
                    supply.filter_a = min(supply.filter_a, 0.9 * amps)
            machine.watts = watts

    def _rate(self) -> None:
        """Nothing is overloaded now; when a side is lost, something may be."""
        rng = self.rng
        worst: dict[Part, float] = {}
        today = self.loads()
        for part in self.parts:
            part.is_empty = True
        for feed in FEEDS:
            part = next(p for p in self.parts if p.kind == "feed" and p.name == feed)
            part.gone = True
            for pdu in self.pdus:
                pdu.choose()
            for carrier, amps in self.loads().items():
                worst[carrier] = max(worst.get(carrier, 0.0), amps)
            part.gone = False
        for part in self.parts:
            part.is_empty = False
        for pdu in self.pdus:
            pdu.active = 0
        self.settle()
        for part in self.parts:
            if not part.is_breaker and part.kind != "ups":
                continue
            now = today.get(part, 0.0)
            amps = max(now * 1.03 + 0.05, worst.get(part, now) * rng.choice(self._spare), 0.5)
            part.rating = math.ceil(amps * 20) / 20
            part.is_rated = rng.random() < max(self._order, 0.8)

    def _state_defaults(self) -> None:
        """What feeds, boards and PDUs say for the lines below them, and what these are then."""
        rng = self.rng
        below: dict[str, list[Pdu]] = {}
        for pdu in self.pdus:
            for name in self._chain(pdu.name):
                below.setdefault(name, []).append(pdu)
        for name, pdus in below.items():
            stated = self._stated.setdefault(name, {})
            if rng.random() < 0.15:
                stated["limit_percent"] = rng.choice((60.0, 75.0, 100.0))
            if rng.random() < (0.4 if len(pdus) == 1 else 0.15):
                lines = [line for pdu in pdus for line in pdu.lines]
                stated["breaker_a"] = max(line.rating for line in lines)
                for line in lines:
                    line.is_rated = True
                    if rng.random() < 0.8:
                        line.rating = stated["breaker_a"]
        for pdu in self.pdus:
            usual = self._default(pdu.name, "breaker_a")
            alike = usual is None or all(line.rating == usual for line in pdu.lines)
            told = len(pdu.lines) == 1 or (pdu.metering == "lines" and pdu.name in self._upper)
            pdu.draws_lines |= not (alike and told)
            if not pdu.draws_lines:
                pdu.of = {}
                self.aliases[f"{pdu.name}/inlet"] = f"{pdu.name}/L1"
                if usual is None and pdu.metering != "lines":
                    pdu.lines[0].is_rated = False
        for part in self.parts:
            owner = part.name.rpartition("/")[0] if part.is_breaker else part.name
            part.limit_percent = self._default(owner, "limit_percent") or USUAL_LIMIT_PERCENT
            is_drawn = all(part not in pdu.lines or pdu.draws_lines for pdu in self.pdus)
            if part.is_breaker and is_drawn and rng.random() < 0.1:
                part.limit_percent = self._own_limit[part] = rng.choice((50.0, 70.0, 90.0))

    def _chain(self, name: str) -> Iterator[str]:
        """A feed, board or PDU, and what is above it."""
        while name:
            yield name
            name = self._upper.get(name, "")

    def _default(self, name: str, key: str) -> Optional[float]:
        """What counts there unless a line says more."""
        stated = (self._stated.get(one, {}).get(key) for one in self._chain(name))
        return next((figure for figure in stated if figure is not None), None)

    def _draw_rating(self, part: Part) -> None:
        part.body = random_breaker(self.rng, part.rating, self._true_standard)

    # ---- what flows ------------------------------------------------------------------------------

    def phasors(self) -> dict[Wire, complex]:
        found: dict[Wire, complex] = {}
        for machine in self.machines:
            for supply, amps, factor in machine.flows():
                outlet = supply.outlet
                lag = 0.0 if outlet.volts == DIRECT_V else math.acos(factor)
                current = outlet.turn() * cmath.rect(amps, -lag)
                _flow(found, outlet, current)
                if outlet.second is not None:
                    _flow(found, outlet.second, -current)
        return found

    def loads(self) -> dict[Part, float]:
        """What the fullest conductor of each part carries."""
        found: dict[Part, float] = {}
        for wire, current in self.phasors().items():
            found[wire.part] = max(found.get(wire.part, 0.0), abs(current))
        return found

    # ---- what is drawn and read ------------------------------------------------------------------

    def _drawing(self) -> str:
        rng = self.rng
        undrawn = {s.outlet.pdu.name for m in self.machines if not m.is_drawn for s in m.supplies
                   if s.outlet.pdu is not None}  # fmt: skip
        complete = sorted({pdu.rack for pdu in self.pdus}
                          - {pdu.rack for pdu in self.pdus if pdu.name in undrawn})  # fmt: skip
        if rng.random() < 0.3:
            everything = not undrawn and rng.random() < 0.5
            self._head.append(f"complete = {'true' if everything else json.dumps(complete)}")
        if rng.random() < 0.3:
            self._head.append(f"idle_a = {rng.choice((0.02, 0.1, 0.3))}")
        tables = []
        for table in self._tables:
            own = table[1][8:-1]
            text = list(table)
            board = next(p for p in self.parts if p.name == own and p.kind != "pdu")
            if board.kind == "ups" and board.is_rated:
                text.append(f"rating_a = {board.rating:g}")
            text += self._defaults(own)
            kind = table[0].strip("[]")
            lines = [p for p in self.parts if p.is_breaker and p.name.rpartition("/")[0] == own]
            if self._modes.get(own) == "ways" and rng.random() < 0.3 and kind != "feed":
                text += [f"[[{kind}.line]]", 'name = "spare"', "breaker_a = 16"]
            for line in lines:
                text += [f"[[{kind}.line]]", f'name = "{line.name.rpartition("/")[2]}"']
                text += self._rated(line, None)
                if line.name in self._of_lines:
                    text.append(f'of = "{self._of_lines[line.name]}"')
                if len(line.wires) == 1 or rng.random() < 0.5:
                    text.append(f"phases = {len(line.wires)}")
            tables.append(text)
        for pdu in self.pdus:
            text = ["[[pdu]]", f'name = "{pdu.name}"', f"inputs = {json.dumps(list(pdu.inputs))}"]
            text.append(f'rack = "{pdu.rack}"')
            text += self._defaults(pdu.name)
            if pdu.is_unread:
                text.append("unread = true")
            if pdu.name not in undrawn and rng.random() < 0.2:
                text.append("complete = true")
            for line in pdu.lines if pdu.draws_lines else ():
                text += ["[[pdu.line]]", f'name = "{line.name.rpartition("/")[2]}"']
                text += self._rated(line, self._default(pdu.name, "breaker_a"))
                behind = [o.name for o in pdu.outlets.values() if line.wires[0] in _lines(o)]
                if pdu.draws_outlets and len(pdu.lines) > 1:
                    text.append(f"outlets = {json.dumps(behind)}")
                if line.name in pdu.of:
                    text.append(f'of = "{pdu.of[line.name]}"')
            for breaker in pdu.breakers:
                text += ["[[pdu.breaker]]", f'name = "{breaker.name.rpartition("/")[2]}"']
                text += self._rated(breaker, None)
                if pdu.draws_outlets:
                    behind = [o.name for o in pdu.outlets.values() if o.above[0].part is breaker]
                    text.append(f"outlets = {json.dumps(behind)}")
            tables.append(text)
        for machine in self.machines:
            if not machine.is_drawn:
                continue
            cords = [f"{s.outlet.part.name}" for s in machine.supplies]
            text = ["[[machine]]", f'name = "{machine.name}"', f"cords = {json.dumps(cords)}"]
            text.append(f"needs = {machine.needs}")
            if rng.random() < 0.1:
                text.append("protected = true")
            if all(supply.works for supply in machine.supplies) and rng.random() < 0.2:
                text.append("works = true")
            if rng.random() < 0.4:
                most = max(machine.peak_w / v / f for v, f in machine.power_factors.items())
                text.append(f"peak_a = {math.ceil(most * 104) / 100:g}")
            tables.append(text)
        rng.shuffle(tables)
        return "\n".join([*self._head, *(line for text in tables for line in text)]) + "\n"

    def _defaults(self, name: str) -> Iterator[str]:
        for key, figure in self._stated.get(name, {}).items():
            yield f"{key} = {figure:g}"
        if self._standard == "" and self.rng.random() < 0.1:
            yield f'standard = "{self._true_standard}"'

    def _rated(self, part: Part, usual: Optional[float]) -> Iterator[str]:
        """`usual`: what its rating is if nothing is written."""
        if part.is_rated and (part.rating != usual or self.rng.random() < 0.3):
            yield f"breaker_a = {part.rating:g}"
        if part.is_rated and self._standard == "" and self.rng.random() < 0.4:
            yield f'standard = "{self._true_standard}"'
        if part in self._own_limit:
            yield f"limit_percent = {part.limit_percent:g}"

    def readings(self) -> dict[str, Any]:
        """As `pdu check --save` keeps them, of now."""
        rng, loads, phasors = self.rng, self.loads(), self.phasors()
        pdus = []
        for pdu in self.pdus:
            digits, meter = rng.choice((1, 2, 3)), rng.uniform(*_METER)
            row: dict[str, Any] = {"name": pdu.name, "outlets": [], "load_a": None}
            if pdu.is_unread:
                continue
            pdus.append(row)
            if pdu.metering == "away":
                row["error"] = {"kind": "unreachable", "reason": "no answer"}
                continue
            watts: dict[str, dict[str, float]] = {}
            for name, outlet in pdu.outlets.items():
                current = phasors.get(outlet, 0j)
                is_metered = pdu.metering in ("outlets", "watts")
                state = "on" if outlet.on else "off"
                if not pdu.has_relays or rng.random() > 0.9 + self._order / 10:
                    state = "unknown"
                shown = round(abs(current) * meter, digits) if is_metered else None
                row["outlets"].append({"identity": name, "state": state, "current_a": shown})
                power = outlet.volts * (current * outlet.turn().conjugate()).real * meter
                watts[name] = {"power_w": round(power, 1)}
            shown_lines = {p.name: round(loads.get(p, 0.0) * meter, digits) for p in pdu.lines}
            row["topology"] = {"meters": [], "outlets": watts if pdu.metering == "watts" else {}}
            if pdu.metering in ("lines", "total") or rng.random() < 0.5:
                row["load_a"] = round(sum(shown_lines.values()), digits)
            if pdu.metering == "lines" or rng.random() < 0.5:
                ratings = {
                    p.name: p.rating for p in pdu.lines if p.is_rated and not pdu.draws_lines
                }
                row["topology"]["meters"] = [
                    {
                        "kind": "line",
                        "label": name.rpartition("/")[2],
                        "current_a": value,
                        "rating_a": ratings.get(name),
                    }
                    for name, value in shown_lines.items()
                ]
            row["metered"] = not pdu.has_relays
            row["power_on"] = {o.name: o.seen for o in pdu.outlets.values() if o.seen is not None}
        return {"taken": 0, "pdus": pdus}


def _flow(found: dict[Wire, complex], wire: Optional[Wire], current: complex) -> None:
    while wire is not None:
        found[wire] = found.get(wire, 0j) + current
        upper = None if wire.is_on_battery else wire.upper
        if upper is not None:
            current *= wire.volts / upper.volts
        wire = upper


def _lines(outlet: Outlet) -> Iterable[Wire]:
    first = outlet.above[0]
    yield first if first.part.name.rpartition("/")[2].startswith("L") else first.above[0]
    if outlet.second is not None:
        yield outlet.second


@dataclass
class Course:
    """What happened. Times are in s from the failure or return on."""

    #: breaker -> when it tripped, and when it lost its power in another way
    tripped: dict[str, float] = field(default_factory=dict)
    dead: dict[str, float] = field(default_factory=dict)
    #: those of one handle that went with it
    with_it: dict[str, float] = field(default_factory=dict)
    #: machine -> when it lost its power; when it first had enough cords
    dark: dict[str, float] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)
    #: breaker, or one of its conductors -> the least and most that it carried while it lived, and
    #: what it carried at first
    loads: dict[str, tuple[float, float]] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)


class Life:
    """Lets time pass in a hall."""

    def __init__(self, hall: PhysicalHall, rng: random.Random) -> None:
        self.hall, self.rng = hall, rng
        self.course = Course()
        self._now = 0.0
        #: loads are noted from then on
        self.loads_from_s = 0.0
        self._closing: list[tuple[float, Outlet]] = []
        loads = hall.loads()
        self.ran = {machine.name for machine in hall.machines if machine.runs()}
        for part in hall.parts:
            if part.body is not None:
                part.body.warm(loads.get(part, 0.0))

    def fail(self, parts: Iterable[Part]) -> Course:
        """These fail, until nothing trips any more."""
        for part in parts:
            part.gone = True
        while self._until(math.inf):
            pass
        return self.course

    def back(self, returned: Sequence[Part], gone: Sequence[Part]) -> Optional[Course]:
        """These had lost their power for long, and `returned` have it again at second 0. None if
        something had tripped by then, which no reading of the full day shows.
        """
        for part in self.hall.parts:
            # nothing recharges within the hours of a return
            part.is_empty = True
        for part in (*returned, *gone):
            part.gone = True
        self._choose()
        for pdu in self.hall.pdus:
            pdu.has_power = pdu.lives()
            for outlet in pdu.outlets.values():
                outlet.was_on = outlet.on
        self._unpowered()
        loads = self.hall.loads()
        for part in self.hall.parts:
            if part.body is not None:
                part.body.warm(loads.get(part, 0.0))
        if self._trip_times(loads):
            return None
        self.ran = {machine.name for machine in self.hall.machines if machine.runs()}
        for part in returned:
            part.gone = False
        back_at = {
            p.name: self.rng.uniform(1.0, 300.0) for p in self.hall.pdus if len(p.inputs) > 1
        }
        level = self.rng.choice(("peak", "any", "idle"))
        ticks = [n * _TICK_S for n in range(1, int(_LAST_S / _TICK_S))]
        self._power_up()
        while True:
            times = [*(at for at, _ in self._closing), *ticks, *back_at.values()]
            later = [at for at in times if at > self._now]
            at = min(later, default=_LAST_S * 2)
            while self._until(at):
                self._power_up()
            if not later:
                return self.course
            for pdu in self.hall.pdus:
                wire = pdu.lines[0].wires[0].above[0]
                if back_at.get(pdu.name, math.inf) <= self._now and wire.above[0].lives():
                    pdu.active = 0
            for closing in [c for c in self._closing if c[0] <= self._now]:
                self._closing.remove(closing)
                closing[1].on = True
            self._power_up()
            for machine in self.hall.machines:
                # what more a machine draws that had power is no matter of the return
                if machine.name in self.ran:
                    continue
                share = {"peak": 1.0, "idle": 0.0}.get(level, self.rng.random())
                machine.watts = machine.idle_w + share * (machine.peak_w - machine.idle_w)

    def _unpowered(self) -> None:
        for pdu in self.hall.pdus:
            if not pdu.has_power and pdu.has_relays:
                for outlet in pdu.outlets.values():
                    outlet.on = False

    def _power_up(self) -> None:
        """Units that have power again start, and set their relays."""
        self._choose()
        for pdu in self.hall.pdus:
            lives = pdu.lives()
            if lives and not pdu.has_power and pdu.has_relays:
                for outlet in pdu.outlets.values():
                    if outlet.policy == "on" or (outlet.policy == "last" and outlet.was_on):
                        at = self._now + pdu.boots_s + outlet.delay_s
                        self._closing.append((at + self.rng.uniform(0, _JITTER_S), outlet))
            elif not lives and pdu.has_power:
                self._closing = [c for c in self._closing if c[1].pdu is not pdu]
            pdu.has_power = lives
        self._unpowered()

    def _choose(self) -> None:
        for pdu in self.hall.pdus:
            pdu.choose()

    def _until(self, at: float) -> bool:
        """Let time pass until then, or until the first breaker trips: True."""
        for part in self.hall.parts:
            if part.autonomy_s and not part.has_input and math.isinf(part.battery_until):
                part.battery_until = self._now + part.autonomy_s
            part.is_empty |= part.battery_until <= self._now
        self._choose()
        loads = self.hall.loads()
        self._note()
        times = self._trip_times(loads)
        first = min(times, key=lambda part: times[part], default=None)
        seconds = math.inf if first is None else times[first]
        empty = min((p.battery_until for p in self.hall.parts if not p.is_empty), default=math.inf)
        end = min(at, empty)
        if self._now + seconds >= end or math.isinf(seconds):
            seconds, first = end - self._now, None
        for part in self.hall.parts:
            if part.body is not None:
                part.body.carry(loads.get(part, 0.0), min(seconds, 1e7))
        self._now += seconds
        if first is not None:
            first.go()
            self.course.tripped.setdefault(first.name, self._now)
            for part in first.gang:
                self.course.with_it.setdefault(part.name, self._now)
        return first is not None or empty < at

    def _trip_times(self, loads: dict[Part, float]) -> dict[Part, float]:
        """Breaker or UPS above what it holds -> in how many seconds it trips."""
        times: dict[Part, float] = {}
        for part in self.hall.parts:
            amps = loads.get(part, 0.0)
            if part.gone or not part.rating or amps <= part.rating:
                continue
            if part.body is not None:
                seconds = part.body.trips_after_s(amps)
                if math.isfinite(seconds):
                    times[part] = seconds
            elif amps > part.rating * part.ups_drops_at:
                times[part] = 0.0
        return times

    def _note(self) -> None:
        course, now, phasors = self.course, self._now, self.hall.phasors()
        for machine in self.hall.machines:
            if machine.runs():
                course.started.setdefault(machine.name, now)
            else:
                course.dark.setdefault(machine.name, now)
        for part in self.hall.parts:
            if not part.rating:
                continue
            if not any(wire.lives() for wire in part.wires):
                course.dead.setdefault(part.name, now)
                continue
            if now < self.loads_from_s:
                continue
            amps = [abs(phasors.get(wire, 0j)) for wire in part.wires]
            conductors = [(f"{part.name}, L{n}", one) for n, one in enumerate(amps, 1)]
            for name, current in ((part.name, max(amps)), *conductors):
                low, high = course.loads.get(name, (math.inf, 0.0))
                course.loads[name] = min(low, current), max(high, current)
                course.first.setdefault(name, current)
