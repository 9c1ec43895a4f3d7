"""Halls as hosters build them, with a physics of their own, and the rehearsal judged by it:

    python -m tests.hall.hosters --halls 10000
    python -m tests.hall.hosters --table

Each rack has a PDU on feed A and one on feed B: one line of 16 A, one of 32 A with branches, three
of 16 A, or three of 32 A with branches. Servers have two cords, 8 % have one; some supplies are
dead or wait as spares. When something fails, servers draw what they drew through what is left, and
breakers warm (`thermal_breaker`), trip and take the next ones with them. The judge compares each
machine and breaker with what was said: its verdict, from when on, and at the latest when. In some
halls breakers surely trip: both sides are full, or those of side B have half the rating.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Optional

from pdu.hall.failure.hall_model import HallModel
from pdu.hall.failure.rehearsal import RehearsalOutcome, rehearse
from pdu.hall.failure.shedding import sheds
from pdu.hall.walk.load_limits import CANNOT_SAY
from pdu.hall.walk.verdicts import Judged, Verdict
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import HallNode
from tests.hall.thermal_breaker import ThermalBreaker, random_breaker
from tests.hall.trial import wrong_lines

#: what is known of a hall
ALL_KNOWN, LINE_METERS, LINE_METERS_AND_WORKS, RATINGS_MISSING = METERING = (
    "all known", "line meters", "line meters, works", "2 % of ratings missing",
)  # fmt: skip
#: parts of a line's rating that it carries
LOADS = (0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60)
#: of two full sides, and of side A beside a side B of half the rating, which has this share
_FULL = (0.80, 0.90, 0.98)
_BESIDE_HALF, _SHARE_OF_HALF = (0.55, 0.65, 0.74), 0.30
_TOLERANCE_A = 0.02
#: each breaker of `thermal_breaker` carries this part of its rating for good
_HOLDS = 1.12
_HOUR = 3600.0


class Kind(NamedTuple):
    """A kind of PDU."""

    #: lines, the rating of each, branches of each and their rating
    lines: int
    line_a: float
    branches: int = 0
    branch_a: float = 16.0
    outlets: int = 8


_KINDS = (
    Kind(1, 16.0),
    Kind(1, 32.0, 2, outlets=16),
    Kind(3, 16.0),
    Kind(3, 32.0, 2, outlets=16),
)


@dataclass
class Cord:
    """One cord with its supply."""

    #: `PDU/OUTLET`
    outlet: str
    pdu: str
    #: the devices that its current flows through, by their names in the drawing
    through: tuple[str, ...]
    share: float
    works: bool = True
    #: it waits until no other one feeds
    spare: bool = False


@dataclass
class Server:
    """A machine of one or two cords."""

    name: str
    cords: list[Cord]
    #: with all its cords together
    amps: float
    #: what it draws when its cords share anew, by what it drew
    change: float


@dataclass
class Course:
    """What happened, in seconds from the failure on."""

    tripped: dict[str, float] = field(default_factory=dict)
    #: machine, and line or breaker -> when it lost its power
    dark: dict[str, float] = field(default_factory=dict)
    dead: dict[str, float] = field(default_factory=dict)
    #: line or breaker -> the least and the most that it carried while it lived, and the last
    loads: dict[str, tuple[float, float]] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)


class HosterHall:
    """A hall, and what happens in it."""

    def __init__(
        self, seed: object, metering: str, load: float, racks: int = 2, half_b: bool = False
    ) -> None:
        self._rng = rng = random.Random(f"{seed} {metering} {load}")
        self.metering, self._half_b = metering, half_b
        self.breakers: dict[str, ThermalBreaker] = {}
        self.feed_of = dict[str, str]()
        self.servers: list[Server] = []
        self._text = ['standard = "IEC 60898-1"\n[[feed]]\nname = "A"\n[[feed]]\nname = "B"\n']
        self._outlets: dict[str, dict[str, tuple[str, ...]]] = {}
        for number in range(racks):
            self._build_rack(f"r{number}", rng.choice(_KINDS), load)
        self._noise = {name: rng.uniform(0.99, 1.01) for name in self._metered()}
        self._step = rng.choice((0.01, 0.1))
        self.gone: set[str] = set()
        self.off: set[str] = set()
        self._hold_today()

    def _hold_today(self) -> None:
        """No breaker carries so much today that it may trip before anything fails."""
        _, devices = self.currents()
        most = max(devices[name] / self.breakers[name].rating_a for name in devices)
        for server in self.servers:
            server.amps *= min(1.0, _HOLDS / most)

    # ---- construction ----------------------------------------------------------------------------

    def _build_rack(self, rack: str, kind: Kind, load: float) -> None:
        rng = self._rng
        for side in "AB":
            pdu = f"{rack}-{side.lower()}"
            self.feed_of[pdu] = side
            self._text.append(
                f'[[pdu]]\nname = "{pdu}"\nrack = "{rack}"\ninputs = ["{side}"]\ncomplete = true\n'
            )
            outlets = self._outlets[pdu] = {}
            branches = []
            for line in range(1, kind.lines + 1):
                own = []
                for place in range(1, kind.outlets + 1):
                    outlet = f"{line}{place:02}"
                    through: tuple[str, ...] = (f"{pdu}/L{line}",)
                    if kind.branches:
                        branch = f"L{line}F{place % kind.branches + 1}"
                        through = (f"{pdu}/{branch}", *through)
                    outlets[outlet] = through
                    own.append(outlet)
                half = 0.5 if self._half_b and side == "B" else 1.0
                self._draw("line", f"{pdu}/L{line}", half * kind.line_a, own)
                for number in range(1, kind.branches + 1):
                    name = f"{pdu}/L{line}F{number}"
                    branches.append((name, [o for o in own if outlets[o][0] == name]))
            for name, own in branches:
                self._draw("breaker", name, half * kind.branch_a, own)
        for line in range(1, kind.lines + 1):
            behind = [one for one in self._outlets[f"{rack}-a"] if one.startswith(str(line))]
            mean = 2 * load * kind.line_a / len(behind)
            for outlet in behind:
                self._add_server(rack, outlet, mean * rng.uniform(0.7, 1.3))

    def _draw(self, kind: str, name: str, rating_a: float, outlets: Sequence[str]) -> None:
        rng = self._rng
        self.breakers[name] = random_breaker(rng, rating_a)
        is_known = self.metering != RATINGS_MISSING or rng.random() > 0.02
        rated = f"breaker_a = {rating_a:g}\n" if is_known else ""
        self._text.append(
            f'[[pdu.{kind}]]\nname = "{name.partition("/")[2]}"\n{rated}'
            f"outlets = {json.dumps(outlets)}\n"
        )

    def _add_server(self, rack: str, outlet: str, amps: float) -> None:
        rng = self._rng
        pdus = [f"{rack}-a", f"{rack}-b"]
        if rng.random() < 0.08:
            pdus = [rng.choice(pdus)]
            amps /= 2
        share = rng.uniform(0.45, 0.55) + (0.5 - _SHARE_OF_HALF if self._half_b else 0.0)
        cords = [
            Cord(f"{pdu}/{outlet}", pdu, self._outlets[pdu][outlet], part)
            for pdu, part in zip(pdus, (share, 1 - share))
        ]
        if len(cords) > 1 and rng.random() < 0.02:
            one = rng.choice(cords)
            one.works, one.spare = rng.choice(((False, False), (True, True)))
        self.servers.append(Server(f"s{len(self.servers)}", cords, amps, rng.uniform(0.98, 1.04)))

    def _metered(self) -> Iterable[str]:
        yield from self.breakers
        for server in self.servers:
            for cord in server.cords:
                yield cord.outlet

    # ---- what it shows ---------------------------------------------------------------------------

    @property
    def drawing(self) -> str:
        """hall.power.toml."""
        text = list(self._text)
        for server in self.servers:
            cords = json.dumps([cord.outlet for cord in server.cords])
            works = self.metering == LINE_METERS_AND_WORKS and all(c.works for c in server.cords)
            text.append(
                f'[[machine]]\nname = "{server.name}"\ncords = {cords}\n'
                + ("works = true\n" if works else "")
            )
        return "".join(text)

    def readings(self) -> dict[str, Any]:
        """As `pdu check --json`."""
        outlets, devices = self.currents()
        pdus = []
        for pdu, places in self._outlets.items():
            with_meters = self.metering in (ALL_KNOWN, RATINGS_MISSING)
            lines = [name for name in self.breakers if name.startswith(f"{pdu}/")]
            read = {name: self._shown(name, devices.get(name, 0.0)) for name in lines}
            pdus.append(
                {
                    "name": pdu,
                    "load_a": sum(value for name, value in read.items() if "F" not in name),
                    "outlets": [
                        {
                            "identity": one,
                            "state": "on",
                            "current_a": self._shown(f"{pdu}/{one}", outlets.get(f"{pdu}/{one}"))
                            if with_meters
                            else None,
                        }
                        for one in places
                    ],
                    "topology": {
                        "meters": [
                            {
                                "kind": "breaker" if "F" in name else "line",
                                "label": name.partition("/")[2],
                                "current_a": value,
                            }
                            for name, value in read.items()
                        ],
                        "outlets": {},
                    },
                }
            )
        return {"taken": 0, "pdus": pdus}

    def _shown(self, name: str, amps: Optional[float]) -> float:
        return round(round((amps or 0.0) * self._noise.get(name, 1.0) / self._step) * self._step, 2)

    # ---- what happens ----------------------------------------------------------------------------

    def has_power(self, cord: Cord) -> bool:
        """Whether nothing above a cord is gone."""
        above = (*cord.through, cord.pdu, self.feed_of[cord.pdu])
        return not any(one in self.gone for one in above)

    def _feeding(self, server: Server) -> list[Cord]:
        if server.name in self.off:
            return []
        alive = [cord for cord in server.cords if cord.works and self.has_power(cord)]
        return [cord for cord in alive if not cord.spare] or alive

    def runs(self, server: Server) -> bool:
        """Whether a server has power."""
        return bool(self._feeding(server))

    def currents(self) -> tuple[dict[str, float], dict[str, float]]:
        """What outlets and devices carry."""
        outlets: dict[str, float] = {}
        devices: dict[str, float] = {}
        for server in self.servers:
            cords = self._feeding(server)
            whole = sum(cord.share for cord in cords)
            usual = [cord for cord in server.cords if cord.works and not cord.spare]
            total = server.amps * (1.0 if cords == usual else server.change)
            for cord in cords:
                amps = total * cord.share / whole
                outlets[cord.outlet] = amps
                for device in cord.through:
                    devices[device] = devices.get(device, 0.0) + amps
        return outlets, devices

    def fail(self, node: str) -> Course:
        """Let this fail after all has run for long, until nothing trips any more."""
        course, now_s = Course(), 0.0
        _, devices = self.currents()
        for name, breaker in self.breakers.items():
            breaker.warm(devices.get(name, 0.0))
        self.gone.add(node)
        while True:
            _, devices = self.currents()
            self._note(course, devices, now_s)
            times = {
                name: breaker.trips_after_s(devices.get(name, 0.0))
                for name, breaker in self.breakers.items()
                if name not in self.gone
            }
            first = min(times, key=lambda name: times[name], default="")
            if math.isinf(times.get(first, math.inf)):
                return course
            for name in times:
                self.breakers[name].carry(devices.get(name, 0.0), times[first])
            now_s += times[first]
            self.gone.add(first)
            course.tripped[first] = now_s

    def _note(self, course: Course, devices: Mapping[str, float], now_s: float) -> None:
        for server in self.servers:
            if not self.runs(server):
                course.dark.setdefault(server.name, now_s)
        for name in self.breakers:
            if name not in self.gone and not self._is_dead(name):
                amps = devices.get(name, 0.0)
                low, high = course.loads.get(name, (math.inf, 0.0))
                course.loads[name] = min(low, amps), max(high, amps)
                course.last[name] = amps
            else:
                course.dead.setdefault(name, now_s)

    def _is_dead(self, name: str) -> bool:
        pdu = name.partition("/")[0]
        line = name.partition("F")[0]
        return bool({pdu, self.feed_of[pdu], line} & self.gone)


# ---- the judge -----------------------------------------------------------------------------------


class HosterTrial:
    """Counts what was said. `wrong`: what must not happen -> where it did, with the hall's seed."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.wrong: dict[str, list[str]] = {
            "a machine's verdict": [],
            "a machine is dark outside its times": [],
            "dark unless a breaker trips, and none did": [],
            "a breaker trips outside its times": [],
            "a breaker trips, and is not named": [],
            "a breaker trips though load was shed": [],
            "a load outside its interval": [],
        }

    def run(self, seed: int) -> None:
        """One hall, one failure."""
        rng = random.Random(seed)
        setting = _setting(rng)
        hall = HosterHall(seed, *setting)
        said = _hall(hall)
        pdu = rng.choice(sorted(hall.feed_of))
        line = HallNode.breaker(pdu, "L1")
        failed = rng.choice((HallNode("feed", "A"), HallNode("pdu", pdu), line))
        where = f"hall {seed} {failed}"
        outcome = rehearse(said, [failed])
        overloads = sheds(said, outcome)
        ran = {server.name for server in hall.servers if hall.runs(server)}
        course = hall.fail(failed.full_name)
        judged = {one.machine: one for one in outcome.verdicts}
        for name in ran:
            self._machine(f"{where} {name}", judged.get(name), name, course)
        self._breakers(where, outcome, course)
        is_known = all(one.fit.word != CANNOT_SAY for one in outcome.loads)
        if is_known and overloads and all(one.machines for one in overloads):
            again = HosterHall(seed, *setting)
            again.off.update(name for one in overloads for name in one.machines)
            tripped = again.fail(failed.full_name).tripped.keys()
            self.counts["shed"] += 1
            law = "a breaker trips though load was shed"
            self._check(law, not tripped, f"{where}: {sorted(tripped)}")

    def _check(self, law: str, is_right: bool, text: str) -> None:
        if not is_right:
            self.wrong[law].append(text)

    def _machine(self, where: str, one: Optional[Judged], name: str, course: Course) -> None:
        dark_s = course.dark.get(name, math.inf)
        becomes = Verdict.STAYS.value if one is None else one.verdict.value
        self.counts["touched"] += one is not None
        self.counts[becomes] += one is not None
        if one is None or one.verdict is Verdict.STAYS:
            text = f"{where} is said to stay, and is dark at {dark_s}"
            self._check("a machine's verdict", math.isinf(dark_s), text)
            return
        times = "a machine is dark outside its times"
        if becomes == "dark at once":
            self._check(times, dark_s == 0.0, f"{where} is called dark at once, and is at {dark_s}")
        elif one.verdict.level == 1:
            latest = one.at_the_latest_s
            is_right = latest is not None and dark_s <= latest
            self._check(times, is_right, f"{where} dark {dark_s}, said {latest}")
        elif one.verdict is Verdict.UNLESS and not math.isinf(dark_s):
            tripped = [name for name in one.breakers if course.tripped.get(name, 1e9) <= dark_s]
            law = "dark unless a breaker trips, and none did"
            self._check(law, bool(tripped), f"{where}: {one.breakers}")
        if one.breakers:
            text = f"{where} dark {dark_s}, not before {one.not_before_s}"
            self._check(times, dark_s >= one.not_before_s, text)

    def _breakers(self, where: str, outcome: RehearsalOutcome, course: Course) -> None:
        times, loads = "a breaker trips outside its times", "a load outside its interval"
        for one in outcome.loads:
            name, text = one.name, f"{where} {one.name}: {one}"
            self.counts["breakers"] += 1
            self.counts[f"breaker {one.fit.word}"] += 1
            low, high = course.loads.get(name, (math.inf, 0.0))
            self._check(loads, high <= one.load.high + _TOLERANCE_A, f"{text}: {high} A")
            if name in course.last and name not in course.dead:
                last = course.last[name]
                self._check(loads, last >= one.load.low - _TOLERANCE_A, f"{text}: {last} A")
            tripped_s = course.tripped.get(name, math.inf)
            self._check(times, tripped_s >= one.not_before_s, f"{text}: {tripped_s} s")
            if one.at_the_latest_s is not None:
                dead_s = min(tripped_s, course.dead.get(name, math.inf))
                self._check(times, dead_s <= one.at_the_latest_s, f"{text}: {dead_s} s")
                self.counts["trip at the latest"] += 1
                self.counts["trip within two minutes"] += one.at_the_latest_s <= 120.0
            self.counts["not before 20 min"] += _HOUR / 3 <= one.not_before_s < math.inf
        questions = {one.name for one in outcome.loads if not math.isinf(one.not_before_s)}
        unexpected = course.tripped.keys() - questions
        law = "a breaker trips, and is not named"
        self._check(law, not unexpected, f"{where}: {sorted(unexpected)}")

    def lines(self) -> list[str]:
        """The figures."""
        return [
            *(f"{what}: {count}" for what, count in sorted(self.counts.items())),
            *wrong_lines(self.wrong),
        ]


def _setting(rng: random.Random) -> tuple[str, float, int, bool]:
    """What is known, the load, how many racks, and whether side B has half the rating."""
    loads, half_b = rng.choices(((LOADS, False), (_FULL, False), (_BESIDE_HALF, True)), (7, 2, 1))[
        0
    ]
    return rng.choice(METERING), rng.choice(loads), rng.choice((1, 2, 3)), half_b


def _hall(made: HosterHall) -> HallModel:
    document = json.loads(json.dumps(made.readings()))
    parsed = drawing_file.parsed(made.drawing, "hall.power.toml")
    return HallModel(parsed, saved_readings.parse_readings(document, "readings.json"))


def shares(halls: int) -> dict[str, dict[float, Counter[str]]]:
    """What is known -> part of the rating -> what becomes of machines if feed A fails."""
    found: dict[str, dict[float, Counter[str]]] = {}
    for metering in METERING:
        for load in LOADS:
            counts = found.setdefault(metering, {}).setdefault(load, Counter())
            for seed in range(halls):
                outcome = rehearse(_hall(HosterHall(seed, metering, load)), [HallNode("feed", "A")])
                counts.update(one.verdict.value for one in outcome.verdicts)
    return found


def _table(halls: int) -> Iterable[str]:
    for metering, by_load in shares(halls).items():
        for load, counts in by_load.items():
            whole = sum(counts.values()) or 1
            rest = ", ".join(
                f"{count / whole:.0%} {what}" for what, count in sorted(counts.items())
            )
            yield f"{metering:22} {load:.0%} a side: {rest}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--halls", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first hall")
    parser.add_argument("--table", type=int, metavar="N", help="the shares of verdicts, of N halls")
    given = parser.parse_args()
    if given.table:
        for line in _table(given.table):
            print(line, flush=True)
        return
    trial, begin = HosterTrial(), time.monotonic()
    for seed in range(given.first, given.first + given.halls):
        trial.run(seed)
    print("\n".join([*trial.lines(), f"{time.monotonic() - begin:.0f} s"]))
    raise SystemExit(1 if any(trial.wrong.values()) else 0)


if __name__ == "__main__":
    main()
