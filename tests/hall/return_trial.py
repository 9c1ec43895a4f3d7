"""Lets power come back in random simulated halls, and compares what was rehearsed with the truth:

    python -m tests.hall.return_trial --halls 10000

The halls have a physical life of their own, which shares nothing with the rehearsal: relays with
timers, supplies with shares, machines that boot between an idle and a highest draw, and breakers
with a bimetal, each somewhere in the band of IEC 60898-1.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Optional

from pdu.core.drawing import drawing_file
from pdu.core.drawing.drawing import HallNode
from pdu.core.inventory import saved_readings
from pdu.hall.failure.rehearsal import Hall
from pdu.hall.restore.model import ReturnModel, ReturnOutcome, ReturnVerdict
from pdu.hall.walk.load_limits import FITS

FEEDS = ("A", "B")
_FOR_S = 5400.0
_TICK_S = 45.0
# a machine that needs several cords misses one, if it comes so much later
_MISSING_S = 2.0


@dataclass
class Fuse:
    """A breaker. `trips_at`: where its own bimetal trips, in ratings."""

    name: str
    rating: float
    tau_s: float
    trips_at: float
    warmth: float = 0.0
    open: bool = False
    highest: float = 0.0

    def carry(self, amperes: float, seconds: float) -> None:
        self.highest = max(self.highest, amperes)
        ratio = (amperes / self.rating) ** 2
        self.warmth = ratio + (self.warmth - ratio) * math.exp(-seconds / self.tau_s)
        if self.warmth > self.trips_at**2:
            self.open = True


@dataclass
class Relay:
    """One outlet: what it is set to do, and what a reader sees of that."""

    on: bool
    policy: str
    delay_s: float
    seen: Optional[dict[str, Any]]
    knows_state: bool
    fuse: str


@dataclass
class Rack:
    """One PDU. A transfer switch has inputs and no feed."""

    name: str
    feed: str
    way: Fuse
    inlet: Fuse
    fuses: list[Fuse]
    relays: dict[str, Relay] = field(default_factory=dict)
    #: its timers start so late
    late_s: float = 0.0
    #: the outlets that feed a transfer switch, the preferred one first
    inputs: list[tuple[str, str]] = field(default_factory=list)

    def above(self, outlet: str) -> list[Fuse]:
        own = [one for one in self.fuses if one.name == self.relays[outlet].fuse]
        return [*([] if self.inputs else [self.way]), self.inlet, *own]


@dataclass
class Server:
    """One machine. Cords are (PDU, outlet), each with its share; a dead one feeds nothing."""

    name: str
    cords: list[tuple[str, str]]
    shares: list[float]
    dead: list[bool]
    needs: int
    idle_a: float
    peak_a: float
    since: Optional[float] = None


class World:
    """A hall that lives."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.racks: dict[str, Rack] = {}
        self.servers: list[Server] = []
        self.ways: dict[str, Fuse] = {}
        self.closed: set[tuple[str, str]] = set()
        self.powered: set[str] = set()
        self.started: dict[str, float] = {}
        #: when the first of its cords had power again
        self.first: dict[str, float] = {}
        #: transfer switch -> which of its inputs feeds it
        self.active: dict[str, int] = {}
        #: the machines that had power before anything came back
        self.lived_on: list[Server] = []
        self._lots = rng.choice((0.25, 0.5, 0.9, 1.6, 3.0))
        #: how often something was not read or not written down
        self._gaps = rng.choice((0.0, 0.0, 1.0))
        for place in range(rng.randint(1, 3)):
            self._add_pair(place)

    def _fuse(self, name: str, rating: float) -> Fuse:
        rng = self.rng
        return Fuse(name, rating, rng.uniform(60, 300), rng.uniform(1.13, 1.45))

    def _add_pair(self, place: int) -> None:
        rng = self.rng
        inlet = rng.choice((16.0, 32.0))
        usual = rng.choice(("on", "on", "last", "off"))
        stagger = rng.choice((0.0, 0.0, 1.0, 2.0, 5.0))
        count = rng.randint(2, 10)
        inner = rng.random() < 0.4
        for feed in FEEDS:
            way = self.ways.setdefault(
                f"P{feed}/row{place // 2}",
                self._fuse(f"P{feed}/row{place // 2}", rng.choice((32.0, 63.0))),
            )
            name = f"r{place}-{feed.lower()}"
            fuses = [self._fuse("F1", 16.0), self._fuse("F2", 16.0)] if inner else []
            rack = Rack(name, feed, way, self._fuse("L1", inlet), fuses)
            rack.late_s = rng.choice((0.0, 0.0, rng.uniform(0, 60), rng.uniform(60, 120)))
            self.racks[name] = rack
        switch = self._switch(place) if rng.random() < 0.4 else None
        total = inlet * self._lots * rng.uniform(0.6, 1.6)
        for number in range(1, count + 1):
            sides = FEEDS if rng.random() < 0.85 else (rng.choice(FEEDS),)
            cords = [(f"r{place}-{side.lower()}", str(number)) for side in sides]
            needs = 1
            if switch is not None and rng.random() < 0.3:
                cords = [(switch.name, str(number)), *(cords[:1] if rng.random() < 0.5 else [])]
            if (
                len(sides) == 2
                and len(cords) == 2
                and cords[0][0][0] == "r"
                and (rng.random() < 0.15)
            ):
                cords += [(pdu, str(number + 20)) for pdu, _ in cords]
                needs = 2
            peak = max(0.4, total / count * rng.uniform(0.5, 1.5))
            self.servers.append(
                Server(
                    f"m{place}-{number}",
                    cords,
                    [rng.uniform(0.6, 1.4) for _ in cords],
                    [len(cords) > 1 and rng.random() < 0.03 for _ in cords],
                    needs,
                    peak * rng.uniform(0.3, 0.95),
                    peak,
                )
            )
            for pdu, outlet in cords:
                fuse = inner and ("F1", "F2")[number % 2] or ""
                self.racks[pdu].relays[outlet] = self._relay(
                    usual, stagger * number, "" if self.racks[pdu].inputs else fuse
                )

    def _switch(self, place: int) -> Rack:
        """A transfer switch between the two PDUs of a pair. Its relays stay as they are."""
        made = Rack(f"t{place}", "", self._fuse("", 1.0), self._fuse("L1", 16.0), [])
        for feed in self.rng.sample(FEEDS, 2):
            pdu = f"r{place}-{feed.lower()}"
            self.racks[pdu].relays["40"] = self._relay("on", 0.0, "")
            self.racks[pdu].relays["40"].on = True
            made.inputs.append((pdu, "40"))
        self.racks[made.name] = made
        self.active[made.name] = 0
        return made

    def _relay(self, usual: str, delay: float, fuse: str) -> Relay:
        rng = self.rng
        policy = usual if rng.random() < 0.9 else rng.choice(("on", "off", "last"))
        if rng.random() < 0.05:
            delay = float(rng.randint(0, 120))
        seen: Optional[dict[str, Any]] = {
            "state": policy,
            "earliest_s": delay,
            "latest_s": delay,
            "is_sequence": False,
        }
        blind = rng.random() if rng.random() < self._gaps else 1.0
        if blind < 0.04:
            seen = None
        elif blind < 0.08:
            seen = {"state": "", "earliest_s": 0.0, "latest_s": None, "is_sequence": False}
        elif blind < 0.16:
            seen = {"state": policy, "earliest_s": 0.0, "latest_s": None, "is_sequence": True}
        knows = rng.random() < 0.98 or not self._gaps
        return Relay(rng.random() < 0.97, policy, delay, seen, knows, fuse)

    # ---- what people see -------------------------------------------------------------------------

    def drawing(self) -> str:
        lines = ['standard = "IEC 60898-1"'] if self.rng.random() < 0.7 else []
        for feed in FEEDS:
            lines += ["[[feed]]", f'name = "{feed}"', "", "[[panel]]", f'name = "P{feed}"']
            lines += [f'inputs = ["{feed}"]']
            for name, way in self.ways.items():
                if name.startswith(f"P{feed}/"):
                    lines += ["", "[[panel.line]]", f'name = "{name.partition("/")[2]}"']
                    lines += [f"breaker_a = {way.rating:g}", "phases = 1"]
        for rack in self.racks.values():
            inputs = [f"{pdu}/{outlet}" for pdu, outlet in rack.inputs] or [rack.way.name]
            listed = ", ".join(f'"{one}"' for one in inputs)
            lines += ["", "[[pdu]]", f'name = "{rack.name}"', f"inputs = [{listed}]"]
            lines += ["", "[[pdu.line]]", 'name = "L1"', f"breaker_a = {rack.inlet.rating:g}"]
            for fuse in rack.fuses:
                own = [f'"{key}"' for key, one in rack.relays.items() if one.fuse == fuse.name]
                lines += ["", "[[pdu.breaker]]", f'name = "{fuse.name}"']
                lines += [f"breaker_a = {fuse.rating:g}", f"outlets = [{', '.join(own)}]"]
        for one in self.servers:
            cords = ", ".join(f'"{pdu}/{outlet}"' for pdu, outlet in one.cords)
            lines += ["", "[[machine]]", f'name = "{one.name}"', f"cords = [{cords}]"]
            lines += [f"needs = {one.needs}"]
            if self.rng.random() < 0.5:
                lines += [f"peak_a = {math.ceil(one.peak_a * 104) / 100:g}"]
        return "\n".join(lines) + "\n"

    def readings(self, level: float) -> dict[str, Any]:
        """What meters show while each machine draws at this level, from idle (0) to peak (1)."""
        flows = dict[tuple[str, str], float]()
        for one in self.servers:
            live = [
                self.racks[pdu].relays[outlet].on and not dead
                for (pdu, outlet), dead in zip(one.cords, one.dead)
            ]
            flows.update(self._flows(one, live, one.idle_a + level * (one.peak_a - one.idle_a)))
        for rack in self.racks.values():
            if rack.inputs:
                own = sum(flows.get((rack.name, outlet), 0.0) for outlet in rack.relays)
                flows[rack.inputs[self.active[rack.name]]] = own
        return {
            "taken": 0,
            "pdus": [
                {
                    "name": rack.name,
                    "outlets": [
                        {
                            "identity": key,
                            "state": ("on" if one.on else "off") if one.knows_state else "unknown",
                            "current_a": round(flows.get((rack.name, key), 0.0), 2),
                        }
                        for key, one in rack.relays.items()
                    ],
                    "power_on": {
                        key: one.seen for key, one in rack.relays.items() if one.seen is not None
                    },
                }
                for rack in self.racks.values()
            ],
        }

    @staticmethod
    def _flows(one: Server, live: list[bool], total: float) -> dict[tuple[str, str], float]:
        whole = sum(share for share, lives in zip(one.shares, live) if lives)
        if sum(live) < one.needs:
            return {}
        return {
            cord: total * share / whole
            for cord, share, lives in zip(one.cords, one.shares, live)
            if lives
        }

    # ---- what happens ----------------------------------------------------------------------------

    def live(self, returned: set[str], kept: set[str]) -> None:
        """Power comes back to these feeds at second 0; `kept` had it all the time."""
        events: list[tuple[float, tuple[str, str]]] = []
        self.powered = set(kept) | returned
        for rack in self.racks.values():
            for key, one in rack.relays.items():
                if rack.inputs:
                    # it starts when it has power, by the delay that counts from there
                    self._start_switch(rack, key, one, returned, kept, events)
                elif rack.feed in kept:
                    if one.on:
                        self.closed.add((rack.name, key))
                        self._since[rack.name, key] = -math.inf
                elif rack.feed in returned:
                    goes_on = one.policy == "on" or (one.policy == "last" and one.on)
                    if goes_on:
                        jitter = self.rng.uniform(0, 0.2)
                        events.append((one.delay_s + rack.late_s + jitter, (rack.name, key)))
        for name in self.active:
            self._take_input(self.racks[name], -1.0)
        for server in self.servers:
            if self._alive(server):
                server.since = -_FOR_S
                self.lived_on.append(server)
        goes_back = {name: self.rng.uniform(1.0, 200.0) for name in self.active}
        now = 0.0
        events.sort()
        times = sorted({at for at, _ in events})
        last = max(times, default=0.0) + _FOR_S
        ticks = [n * _TICK_S for n in range(int(last / _TICK_S) + 1)]
        for at in sorted({*times, *ticks, *goes_back.values()}):
            self._flow(at - now)
            now = at
            for name, when in goes_back.items():
                self._take_input(self.racks[name], now, now >= when)
            while events and events[0][0] <= now:
                self.closed.add(events.pop(0)[1])
            self._note_closed(now)
            for server in self.servers:
                # a cord that kept its power is no news
                lives = [
                    self._fed(cord) and not dead and self._since.get(cord, 0.0) >= 0.0
                    for cord, dead in zip(server.cords, server.dead)
                ]
                if server.needs > 1 and any(lives):
                    self.first.setdefault(server.name, now)
                if self._alive(server) and server.since is None:
                    server.since = now
                    self.started.setdefault(server.name, now)
                elif not self._alive(server):
                    server.since = None
            self._flow(0.0)

    def _start_switch(
        self,
        rack: Rack,
        key: str,
        one: Relay,
        returned: set[str],
        kept: set[str],
        events: list[tuple[float, tuple[str, str]]],
    ) -> None:
        feeds = {self.racks[pdu].feed for pdu, _ in rack.inputs}
        if feeds & kept:
            if one.on:
                self.closed.add((rack.name, key))
                self._since[rack.name, key] = -math.inf
            return
        begins = [
            self._goes_on(self.racks[pdu].relays[outlet]) + self.racks[pdu].late_s
            for pdu, outlet in rack.inputs
            if self.racks[pdu].feed in returned
        ]
        at = min(begins, default=math.inf) + self._goes_on(one) + rack.late_s
        if math.isfinite(at):
            events.append((at + self.rng.uniform(0.2, 0.4), (rack.name, key)))

    @staticmethod
    def _goes_on(one: Relay) -> float:
        goes_on = one.policy == "on" or (one.policy == "last" and one.on)
        return one.delay_s if goes_on else math.inf

    def _take_input(self, rack: Rack, now: float, goes_back: bool = False) -> None:
        """A transfer switch leaves an input that is dead, and may go back to the first one."""
        fed = [self._fed(cord) for cord in rack.inputs]
        before = self.active[rack.name]
        if not fed[before] or (goes_back and fed[0]):
            self.active[rack.name] = next((n for n, has in enumerate(fed) if has), before)
        if self.active[rack.name] != before and now >= 0:
            for key in rack.relays:
                if self._since.get((rack.name, key)) is not None:
                    self._since[rack.name, key] = now

    @property
    def _since(self) -> dict[tuple[str, str], float]:
        if not hasattr(self, "_when"):
            self._when: dict[tuple[str, str], float] = {}
        return self._when

    def _note_closed(self, now: float) -> None:
        for server in self.servers:
            for cord in server.cords:
                if cord in self.closed and cord not in self._since:
                    self._since[cord] = now

    def above(self, cord: tuple[str, str]) -> list[Fuse]:
        """All breakers through which a cord's current flows."""
        rack = self.racks[cord[0]]
        own = rack.above(cord[1])
        if rack.inputs:
            own += self.above(rack.inputs[self.active[rack.name]])
        return own

    def _fed(self, cord: tuple[str, str]) -> bool:
        rack = self.racks[cord[0]]
        if cord not in self.closed or any(fuse.open for fuse in rack.above(cord[1])):
            return False
        if rack.inputs:
            return self._fed(rack.inputs[self.active[rack.name]])
        return rack.feed in self.powered

    def may_trip_anyway(self, server: Server) -> bool:
        """Whether a breaker of a machine may trip by what machines draw that never lost power."""
        own = [fuse for cord in server.cords for fuse in self._ever_above(cord)]
        most: dict[int, float] = defaultdict(float)
        for other in self.lived_on:
            for key in {id(fuse) for cord in other.cords for fuse in self._ever_above(cord)}:
                most[key] += other.peak_a
        return any(fuse.open and most[id(fuse)] > fuse.rating for fuse in own)

    def _ever_above(self, cord: tuple[str, str]) -> list[Fuse]:
        rack = self.racks[cord[0]]
        found = rack.above(cord[1])
        for source in rack.inputs:
            found += self._ever_above(source)
        return found

    def _alive(self, server: Server) -> bool:
        live = [self._fed(cord) and not dead for cord, dead in zip(server.cords, server.dead)]
        return sum(live) >= server.needs

    def _loads(self) -> dict[int, float]:
        found: dict[int, float] = {}
        for one in self.servers:
            live = [self._fed(cord) and not dead for cord, dead in zip(one.cords, one.dead)]
            level = self.rng.choice((0.0, self.rng.random(), 1.0))
            total = one.idle_a + level * (one.peak_a - one.idle_a)
            for cord, flow in self._flows(one, live, total).items():
                for fuse in self.above(cord):
                    found[id(fuse)] = found.get(id(fuse), 0.0) + flow
        return found

    def _flow(self, seconds: float) -> None:
        loads = self._loads()
        for rack in self.racks.values():
            for fuse in (rack.way, rack.inlet, *rack.fuses):
                if rack.inputs and fuse is rack.way:
                    continue
                if fuse is rack.way and rack is not next(
                    one for one in self.racks.values() if one.way is fuse
                ):
                    continue
                if not fuse.open:
                    fuse.carry(loads.get(id(fuse), 0.0), seconds)


class Tally(Counter[str]):
    """What was said and what happened. The keys that begin with ! must stay at 0."""

    def compare(self, found: ReturnOutcome, world: World) -> None:
        named = {
            f"{rack.name}/{fuse.name}": fuse
            for rack in world.racks.values()
            for fuse in (rack.inlet, *rack.fuses)
        }
        named.update(world.ways)
        for one in found.breakers:
            fuse = named[one.name]
            self[f"breakers: {one.fit.word}"] += 1
            self["! fits that trip"] += one.fit.word == FITS and fuse.open
            self["trip in every case"] += one.trips
            above = [
                rack.way
                for rack in world.racks.values()
                if fuse in (rack.inlet, *rack.fuses) and not rack.inputs
            ]
            inlets = [rack.inlet for rack in world.racks.values() if fuse in rack.fuses]
            dead = any(each.open for each in (fuse, *above, *inlets)) or any(
                rack.inlet is fuse and not any(map(world._fed, rack.inputs))
                for rack in world.racks.values()
                if rack.inputs
            )
            self["! trip in every case and hold"] += one.trips and not dead
            self["! loads above their interval"] += fuse.highest > one.load.high + 1e-6
        judged = {one.machine for one in found.machines}
        for server in world.lived_on:
            if server.name not in judged:
                self["machines: lived on, not touched"] += 1
                died = not world._alive(server) and not world.may_trip_anyway(server)
                self["! not touched that go dark"] += died
        feeds = {one.name for one in found.returned}
        for machine in found.machines:
            server = next(one for one in world.servers if one.name == machine.machine)
            self[f"machines: {machine.verdict.value}"] += 1
            runs = world._alive(server)
            comes = machine.verdict in (ReturnVerdict.COMES, ReturnVerdict.EARLY)
            self["! come back that stay dark"] += comes and not runs
            self["! stay dark that come back"] += machine.verdict is ReturnVerdict.DARK and runs
            at = world.started.get(server.name)
            first = world.first.get(server.name, math.inf)
            came_early = runs and at is not None and at - first > _MISSING_S
            self["! come back, and a cord is missing"] += (
                machine.verdict is ReturnVerdict.COMES and came_early
            )
            late = 2 * max(rack.late_s for rack in world.racks.values()) + 1.0
            if comes and at is not None and feeds:
                self["! start too early"] += at < machine.earliest_s
                self["! start too late"] += (
                    machine.latest_s is not None and at > machine.latest_s + late
                )


def trial(halls: int, seed: int, first: int = 0) -> Tally:
    """So many returns, in hall after hall."""
    tally = Tally()
    for number in range(first, first + halls):
        rng = random.Random(f"{seed}/{number}")
        world = World(rng)
        drawing = drawing_file.parsed(world.drawing(), "hall.power.toml")
        now = saved_readings.parse_readings(world.readings(rng.random()), "now.json")
        more = [
            saved_readings.parse_readings(world.readings(level), "more.json")
            for level in (0.0, 1.0)
        ]
        back = ReturnModel(Hall(drawing, now), more)
        kind = rng.choice(("both", "first", "alone"))
        nodes = [HallNode("feed", name) for name in FEEDS]
        rng.shuffle(nodes)
        returned = nodes if kind == "both" else nodes[:1]
        gone = nodes[1:] if kind == "first" else []
        found = back.rehearse(returned, gone)
        names = {one.name for one in returned}
        world.live(names, set(FEEDS) - names if kind == "alone" else set())
        tally.compare(found, world)
        tally["returns"] += 1
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--halls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first hall")
    given = parser.parse_args()
    tally = trial(given.halls, given.seed, given.first)
    for name, count in sorted(tally.items()):
        print(f"{count:9,} {name}")
    return int(any(count for name, count in tally.items() if name.startswith("!")))


if __name__ == "__main__":
    raise SystemExit(main())
