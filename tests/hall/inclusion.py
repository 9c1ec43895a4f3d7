"""Whether what happens in a fully stated hall lies in what bounds say of it:

    python -m tests.hall.inclusion --comparisons 1000000

A stated hall is drawn from the bounds of a random hall: each number anywhere in its interval, each
truth that is open either way, and breakers trip in any order. Both are computed by the same walk,
so this says that the walk with intervals forgets no stated hall; that halls are as they are, the
other trials say.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable

from pdu.core.drawing import drawing_file
from pdu.core.drawing.drawing import HallNode, nodes
from pdu.core.inventory import saved_readings
from pdu.hall.failure.bounds import FailureBounds, HallFacts, bounds_of
from pdu.hall.failure.rehearsal import Hall
from pdu.hall.restore.model import HOLDS_AT_ONCE, Return, ReturnModel
from pdu.hall.walk.arithmetic import (
    MAYBE,
    NO,
    YES,
    Floats,
    FloatSum,
    Interval,
    KnownCurrents,
    Truth,
)
from pdu.hall.walk.load_limits import HIGH, LOW
from pdu.hall.walk.power_flow import Consumer, Facts, Power, PowerFlow, Supply
from tests.hall import return_trial
from tests.hall.grades import GRADES, graded_hall
from tests.hall.halls import LOOSE, TIDY, random_hall

_CREST = math.sqrt(2)
_TOLERANCE_A = 1e-6


class Stated:
    """One hall drawn from the bounds of `hall`."""

    def __init__(self, hall: HallFacts, rng: random.Random) -> None:
        self.hall, self.rng = hall, rng
        known = hall.facts
        pools = {pdu: rng.random() * most for pdu, most in hall.most_of.items()}
        self._left = pools
        # the current that unmetered outlets add, by consumer and place
        consumers = {number: self._consumer(one) for number, one in known.consumers.items()}
        input_groups = {
            node: [[one] for group in groups for one in rng.sample(list(group), len(group))]
            for node, groups in known.input_groups.items()
        }
        facts: Facts[float] = Facts(
            [
                [
                    (upper, is_input, YES, flows)
                    for upper, is_input, there, flows in above
                    if there == YES or rng.random() < 0.5
                ]
                for above in known.uppers
            ],
            known.lowers,
            consumers,
            known.carriers,
            input_groups,
        )
        self.facts = facts
        off = {node: self._either(truth) for node, truth in hall.power.gone.items()}
        before: Power[float] = Power(facts, off)
        self.sums: dict[int, FloatSum] = defaultdict(FloatSum)
        self.flow: PowerFlow[float] = PowerFlow(facts, Floats(), self.sums, before)
        for number in consumers:
            now = (
                {}
                if consumers[number].always_redistributes
                else self.flow.contributions(number, before)
            )
            self.flow.touched[number] = now, now
            for carrier, current in now.items():
                self.sums[carrier].value += current
        #: whether the hall is one that the meters allow
        self.is_possible = True
        self.part = {carrier: self._part(carrier) for carrier in known.carriers}
        self.trips_at = {carrier: self._trip_point(carrier) for carrier in known.carriers}
        self.before = {carrier: self.load(carrier) for carrier in known.carriers}
        #: since the failure
        self.highest = dict.fromkeys(known.carriers, 0.0)
        self.tripped: list[int] = []

    def _either(self, truth: Truth) -> Truth:
        return self.rng.choice((NO, YES)) if truth == MAYBE else truth

    def _extra(self, pools: Iterable[str]) -> float:
        """What unmetered outlets carry: together no more than their PDU leaves for them."""
        found = 0.0
        for pdu in pools:
            if pdu in self._left:
                part = self.rng.random() * self._left[pdu]
                self._left[pdu] -= part
            else:
                part = self.rng.random() * 30.0
            found += part
        return found

    def _consumer(self, one: Consumer[Interval]) -> Consumer[float]:
        rng = self.rng
        supplies: list[Supply[float]] = []
        extra = 0.0
        for each in one.supplies:
            now = each.current
            more = self._extra(now.pools)
            extra += more
            supplies.append(
                Supply(
                    each.node,
                    rng.uniform(now.low, now.high) + more,
                    self._either(each.works),
                    10 ** rng.uniform(-2, 2),
                    self._either(each.closed),
                )
            )
        total = rng.uniform(one.total.low, one.total.high)
        if one.always_redistributes:
            total += self._extra(one.total.pools)
        else:
            total += rng.uniform(LOW, HIGH) * extra
        backup_nodes = None
        if not one.is_drawn:
            backup_nodes = [rng.choice((None, *one.rack)) for _ in supplies]
        return Consumer(
            supplies,
            one.needs,
            total,
            one.is_drawn,
            one.rack,
            backup_nodes,
            one.always_redistributes,
        )

    def _part(self, carrier: int) -> float:
        known = self.hall.figures[carrier]
        part = self.rng.uniform(known.part, 1.0)
        total = self.sums[carrier].value
        if known.most_a is not None and total:
            low = LOW * (known.now_a or 0.0) / total
            high = HIGH * known.most_a / total
            low, high = max(low, known.part), min(high, 1.0)
            if low > high:
                self.is_possible = False
                return part
            return self.rng.uniform(low, high)
        if known.now_a is not None and LOW * known.now_a > total + _TOLERANCE_A:
            self.is_possible = False
        return part

    def _trip_point(self, carrier: int) -> float:
        bounds = self.hall.trips_at(carrier)
        if math.isinf(bounds.high):
            top = self.rng.choice((math.inf, bounds.low + self.rng.expovariate(0.1)))
            return top
        return self.rng.uniform(bounds.low, bounds.high)

    def load(self, carrier: int) -> float:
        return self.part[carrier] * self.sums[carrier].value

    def note(self, changed: Iterable[int]) -> None:
        for carrier in changed:
            self.highest[carrier] = max(self.highest[carrier], self.load(carrier))

    def settle(self, changed: Iterable[int]) -> None:
        """Breakers trip, any of the overloaded ones first."""
        waiting = dict.fromkeys(changed)
        while True:
            self.note(waiting)
            over = [
                one
                for one in waiting
                if self.flow.power.alive(one) == YES and self.load(one) > self.trips_at[one]
            ]
            # what holds its load now is not overloaded by it
            over = [one for one in over if self.load(one) > self.before[one] * HIGH / LOW]
            if not over:
                return
            self.trip(self.rng.choice(over), waiting)

    def trip(self, carrier: int, waiting: dict[int, None]) -> None:
        self.tripped.append(carrier)
        waiting.update(dict.fromkeys(self.flow.change({carrier: YES})))

    def lives(self, number: int) -> bool:
        one = self.facts.consumers[number]
        power = self.flow.power
        return sum(power.has_power(s) == YES == s.works for s in one.supplies) >= one.needs


class Inclusion:
    """Counts of comparisons; `wrong` says where a stated hall was not within the bounds."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def _check(self, holds: bool, what: str, where: str) -> None:
        self.counts[what] += 1
        if not holds:
            self.wrong.append(f"{where}: {what}")

    # ---- failures --------------------------------------------------------------------------------

    def failure(self, seed: int, worlds: int) -> None:
        """One failure of one hall, in so many stated halls."""
        rng = random.Random(f"failure {seed}")
        hall = random_hall_of_any_grade(rng)
        facts = hall.facts
        if rng.random() < 0.5:
            facts.figures = {
                node: KnownCurrents(part=one.part) for node, one in facts.figures.items()
            }
        failed = [
            facts.graph.number[one]
            for one in rng.sample(nodes(hall.drawing), rng.choice((1, 1, 1, 2)))
        ]
        bounds = bounds_of(facts, failed)
        for world in range(worlds):
            stated = Stated(facts, rng)
            if not stated.is_possible:
                self.counts["not possible"] += 1
                continue
            stated.settle(stated.flow.change(dict.fromkeys(failed, YES)))
            self._compare(f"failure {seed}, {world}", hall, bounds, stated)

    def _compare(self, where: str, hall: Hall, bounds: FailureBounds, stated: Stated) -> None:
        facts, power = hall.facts, stated.flow.power
        for node in range(len(facts.facts.uppers)):
            if node in bounds.surely:
                self._check(power.alive(node) == NO, "a node is dead", where)
            elif node not in bounds.possibly and facts.power.alive(node) == YES:
                self._check(power.alive(node) == YES, "a node is alive", where)
        for carrier in facts.graph.carriers:
            found = bounds.loads.get(carrier)
            name = facts.graph.carriers[carrier].name
            most = stated.highest[carrier]
            if found is None:
                dead = carrier in bounds.at_first
                allowed = math.inf if dead else stated.before[carrier] * HIGH / LOW
                self._check(most <= allowed + _TOLERANCE_A, f"no load shifts to {name}", where)
                continue
            self._check(most <= found.high + _TOLERANCE_A, f"{name} <= {found.high}", where)
            if power.alive(carrier) == YES:
                low = stated.load(carrier)
                self._check(low >= found.low - _TOLERANCE_A, f"{name} >= {found.low}", where)
        for several in bounds.trips:
            dead = any(power.alive(one) == NO for one in several)
            self._check(dead, "one of these trips", where)
        for number, one in enumerate(facts.consumers):
            if one.is_drawn:
                said = bounds.lives(one, facts.facts.consumers[number].supplies)
                lives = stated.lives(number)
                if facts.power.alive(one.nodes[0]) == YES:
                    self._check(said != (NO if lives else YES), "a machine's verdict", where)

    # ---- returns ---------------------------------------------------------------------------------

    def restore(self, seed: int, worlds: int) -> None:
        """One return, in so many stated halls."""
        rng = random.Random(f"return {seed}")
        world = return_trial.World(rng)
        drawing = drawing_file.parsed(world.drawing(), "hall.power.toml")
        hall = Hall(drawing, saved_readings.of_json(world.readings(rng.random()), "now.json"))
        back = ReturnModel(hall, [saved_readings.of_json(world.readings(1.0), "more.json")])
        feeds = [HallNode("feed", name) for name in return_trial.FEEDS]
        rng.shuffle(feeds)
        count = rng.choice((1, 1, 2))
        gone = feeds[count:] if rng.random() < 0.5 else []
        walk = back.prepare(feeds[:count], gone)
        outcome = walk.outcome()
        for place in range(worlds):
            stated = Stated(walk.facts, rng)
            self._come_back(walk, stated, rng)
            where = f"return {seed}, {place}"
            number = {one.name: node for node, one in hall.facts.graph.carriers.items()}
            for one in outcome.breakers:
                carrier = number[one.name]
                most = stated.highest[carrier]
                self._check(most <= one.load.high + _TOLERANCE_A, "a load comes back", where)
                if stated.flow.power.alive(carrier) == YES:
                    load = stated.load(carrier)
                    if not any(o in stated.tripped for o in number.values()):
                        self._check(load >= one.load.low - _TOLERANCE_A, "a load stays", where)
                self._check(
                    one.trips_from_s is not None or carrier not in stated.tripped,
                    "what holds",
                    where,
                )
                if one.trips:
                    self._check(stated.flow.power.alive(carrier) == NO, "what trips", where)
            places = hall.places
            for machine in outcome.machines:
                lives = stated.lives(places[machine.machine])
                word = machine.verdict.value
                if "comes" in word:
                    self._check(lives, "a machine comes back", where)
                elif "dark" in word:
                    self._check(not lives, "a machine stays dark", where)

    def _come_back(self, walk: Return, stated: Stated, rng: random.Random) -> None:
        flow = stated.flow
        inrush = {
            number: rng.uniform(0.0, 50.0 if one.inrush_a is None else one.inrush_a)
            for number, one in enumerate(walk.machines)
        }
        snaps_at = {
            carrier: (one.breaker.rating_a or 0.0)
            * rng.uniform(HOLDS_AT_ONCE[one.breaker.curve], 20.0)
            for carrier, one in walk.facts.graph.carriers.items()
        }
        late: dict[str, float] = defaultdict(lambda: rng.choice((0.0, rng.uniform(0.0, 60.0))))
        events: list[tuple[float, tuple[int, int]]] = []
        for number, windows in enumerate(walk.windows):
            for place, window in enumerate(windows):
                if window is None or window.kept or not (window.sure or rng.random() < 0.5):
                    continue
                latest = window.latest
                if latest is None:
                    latest = window.earliest + rng.expovariate(0.01)
                pdu = walk.facts.consumers[number].cords[place].cord.pdu
                at = rng.choice((window.earliest, latest, rng.uniform(window.earliest, latest)))
                events.append((at + late[pdu], (number, place)))
        events.sort()
        for number in stated.facts.consumers:
            for supply in stated.facts.consumers[number].supplies:
                flow.power.switched[supply] = supply.closed
        changed = flow.update(stated.facts.consumers)
        stated.settle(changed)
        for place, (at, key) in enumerate(events):
            waiting = dict.fromkeys(flow.switch({key: YES}))
            stated.note(waiting)
            crest: dict[int, float] = defaultdict(float)
            for when, (number, other) in events[: place + 1]:
                supply = stated.facts.consumers[number].supplies[other]
                if at - when <= 0.02 and flow.power.has_power(supply) == YES:
                    for carrier in flow.power.path_of(supply):
                        crest[carrier] += inrush.get(number, 0.0)
            for carrier, surge in crest.items():
                if flow.power.alive(carrier) and (
                    surge + _CREST * stated.load(carrier) > snaps_at[carrier]
                ):
                    stated.trip(carrier, waiting)
            if rng.random() < 0.3 or place == len(events) - 1:
                stated.settle({**waiting, **dict.fromkeys(walk.facts.graph.carriers)})

    @property
    def comparisons(self) -> int:
        return sum(count for what, count in self.counts.items() if what != "not possible")


def random_hall_of_any_grade(rng: random.Random) -> Hall:
    if rng.random() < 0.7:
        graded = graded_hall(rng, rng.choice(GRADES))
        made = graded.drawing, graded.readings
    else:
        other = random_hall(rng, rng.choice((TIDY, LOOSE)), rng.choice((1, 2)), 5)
        made = other.drawing, other.readings
    drawing = drawing_file.parsed(made[0], "hall.power.toml")
    return Hall(drawing, saved_readings.of_json(made[1], "readings.json"))


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comparisons", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first hall")
    given = parser.parse_args()
    found = Inclusion()
    seed = given.first
    while found.comparisons < given.comparisons and len(found.wrong) < 20:
        found.failure(seed, 10)
        if seed % 3 == 0:
            found.restore(seed, 5)
        seed += 1
    print(f"{seed - given.first} halls, {found.comparisons:,} comparisons")
    print(f"{found.counts['not possible']} stated halls that no meter allows were left out")
    kinds: Counter[str] = Counter()
    for what, count in found.counts.items():
        kinds[what if what[0] in "ao" or "what" in what else "a load"] += count
    print(", ".join(f"{count:,} {what}" for what, count in kinds.items() if what != "not possible"))
    print(f"wrong: {len(found.wrong)}")
    print("\n".join(found.wrong[:20]))
    return int(bool(found.wrong))


if __name__ == "__main__":
    raise SystemExit(main())
