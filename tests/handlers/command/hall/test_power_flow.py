"""The walk with truths and intervals says what all worlds of certain truths and floats say, and no
more; and steps of changes lead where one change does.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pytest

from handlers.command.drawing.drawing import nodes
from handlers.command.hall.arithmetic import (
    MAYBE,
    NO,
    YES,
    Floats,
    FloatSum,
    Interval,
    Intervals,
    IntervalSum,
    Truth,
)
from handlers.command.hall.failure import CopiedSums
from handlers.command.hall.power_flow import Consumer, Facts, Power, PowerFlow, Supply
from tests.hall.inclusion import Stated, random_hall_of_any_grade

FLOATS, INTERVALS = Floats(), Intervals()


def either(truth: Truth) -> Sequence[Truth]:
    return (NO, YES) if truth == MAYBE else (truth,)


# ---- who lives, and by which way -----------------------------------------------------------------


class Tree(NamedTuple):
    """A node, the first, and all above it; no two ways up meet. Each node is a carrier."""

    uppers: list[list[tuple[int, bool, Truth, bool]]]
    orders: dict[int, list[list[int]]]
    gone: dict[int, Truth]

    def facts(self) -> Facts[float]:
        lowers: list[list[int]] = [[] for _ in self.uppers]
        for node, above in enumerate(self.uppers):
            for edge in above:
                lowers[edge[0]].append(node)
        return Facts(self.uppers, lowers, {}, range(len(self.uppers)), self.orders)

    def worlds(self) -> Iterator[Tree]:
        """Every tree in which all is certain."""
        edges = [
            itertools.product(*([(*edge[:2], t, edge[3]) for t in either(edge[2])] for edge in one))
            for one in self.uppers
        ]
        gone = [[(node, t) for t in either(truth)] for node, truth in self.gone.items()]
        orders = [
            [
                (node, [[one] for group in order for one in group])
                for order in itertools.product(*map(itertools.permutations, groups))
            ]
            for node, groups in self.orders.items()
        ]
        for some in itertools.product(*edges):
            there = [[edge for edge in one if edge[2] == YES] for one in some]
            for dead in itertools.product(*gone):
                for taken in itertools.product(*orders):
                    yield Tree(there, dict(taken), dict(dead))


def tree(rng: random.Random) -> Tree:
    """A small one, of which not all is certain."""
    made = Tree([[]], {}, {})
    open_ = 4

    def truth() -> Truth:
        nonlocal open_
        if open_ and rng.random() < 0.3:
            open_ -= 1
            return MAYBE
        return YES

    waiting = [0]
    while waiting and len(made.uppers) < 8:
        node = waiting.pop(0)
        inputs = []
        for _ in range(rng.choice((0, 1, 1, 2))):
            inputs.append(len(made.uppers))
            made.uppers.append([])
            made.uppers[node].append((inputs[-1], True, YES, True))
        for _ in range(rng.choice((0, 0, 1, 2))):
            made.uppers[node].append((len(made.uppers), False, truth(), rng.random() < 0.8))
            made.uppers.append([])
        waiting += [edge[0] for edge in made.uppers[node]]
        if len(inputs) > 1:
            made.orders[node] = [inputs] if rng.random() < 0.5 else [inputs[:1], inputs[1:]]
    for node in range(len(made.uppers)):
        if rng.random() < 0.25:
            made.gone[node] = truth()
    return made


def test_a_node_lives_and_its_current_takes_a_way_as_in_all_worlds_or_in_some() -> None:
    counts = {NO: 0, MAYBE: 0, YES: 0}
    for seed in range(150):
        made = tree(random.Random(seed))
        power = Power(made.facts(), made.gone)
        lives: set[Truth] = set()
        ways: list[set[int]] = []
        for world in made.worlds():
            there = Power(world.facts(), world.gone)
            lives.add(there.alive(0))
            if there.alive(0):
                ways.append({*there.path(0)})
                assert {*there.path(0).values()} == {YES}
        assert power.alive(0) == (MAYBE if len(lives) == 2 else lives.pop()), seed
        counts[power.alive(0)] += 1
        if ways:
            every, some = set.intersection(*ways), set.union(*ways)
            found = power.path(0)
            assert {*found} >= some and {o for o in found if found[o] == YES} <= every, seed
            # a way that may be there, and then would be dead, is not there while the node lives
            doubtful = (
                power.alive(upper) != YES
                for above in made.uppers
                for upper, _, there, _ in above
                if there == MAYBE
            )
            if not any(doubtful):
                assert found == {one: YES if one in every else MAYBE for one in some}, seed
    assert min(counts.values()) > 20, counts


def test_what_hangs_on_a_node_is_below_it() -> None:
    for seed in range(30):
        made = tree(random.Random(seed))
        facts = made.facts()
        for node in range(len(made.uppers)):
            seen, waiting = {0}, [0]
            above = {0: [0]}
            while waiting:
                one = waiting.pop()
                for upper, *_ in made.uppers[one]:
                    above[upper] = [*above[one], upper]
                    seen.add(upper)
                    waiting.append(upper)
            assert facts.below([node]) == {*above[node]}
        assert facts.below([]) == set()


def test_while_a_node_is_assumed_to_live_it_does_and_what_is_known_stays() -> None:
    facts: Facts[float] = Facts(
        [[], [(0, True, YES, True)], [(1, False, YES, True)]], [[1], [2], []], {}, (), {}
    )
    parent = Power(facts, {0: MAYBE})
    assert [parent.alive(one) for one in range(3)] == [MAYBE] * 3
    living = Power(facts, {0: MAYBE}, parent, {0})
    assert [living.alive(one) for one in range(3)] == [YES] * 3
    dead = Power(facts, {0: YES})
    assert [Power(facts, {0: YES}, dead, {0}).alive(one) for one in range(3)] == [NO] * 3


# ---- how the current of a machine divides --------------------------------------------------------


class Machine(NamedTuple):
    """A machine with a cord on each of some carriers of their own, all below carrier 0."""

    supplies: list[tuple[Interval, Truth, Interval, Truth]]
    total: Interval
    needs: int

    def at(self, place: int) -> int:
        return place + 1

    def flow(self, gone: Mapping[int, Truth], always_anew: bool) -> Mapping[int, Interval]:
        """What it adds to each carrier with these gone."""
        supplies = [
            Supply(self.at(place), current, works, weight, closed)
            for place, (current, works, weight, closed) in enumerate(self.supplies)
        ]
        one = Consumer(supplies, self.needs, self.total, always_anew=always_anew)
        facts = Facts(*self.graph(), {0: one}, range(len(supplies) + 1), {})
        flow = PowerFlow(facts, INTERVALS, defaultdict(IntervalSum), Power(facts, {}))
        flow.change(gone)
        return flow.contributions(0, flow.power)

    def graph(self) -> tuple[list[list[tuple[int, bool, Truth, bool]]], list[list[int]]]:
        count = len(self.supplies)
        uppers: list[list[tuple[int, bool, Truth, bool]]] = [[]]
        uppers += [[(0, False, YES, True)] for _ in range(count)]
        return uppers, [[*range(1, count + 1)], *([] for _ in range(count))]

    def worlds(self, gone: Mapping[int, Truth], always_anew: bool) -> Iterator[Mapping[int, float]]:
        """The same at each end of each interval, for each truth."""
        count = len(self.supplies)
        choices = [
            itertools.product(current[:2], either(works), weight[:2], either(closed))
            for current, works, weight, closed in self.supplies
        ]
        dead = [[(node, t) for t in either(truth)] for node, truth in gone.items()]
        for stated in itertools.product(*choices):
            supplies = [Supply(self.at(place), *one) for place, one in enumerate(stated)]
            for total in {*self.total[:2]}:
                one = Consumer(supplies, self.needs, total, always_anew=always_anew)
                facts = Facts(*self.graph(), {0: one}, range(count + 1), {})
                for lost in itertools.product(*dead):
                    sums: dict[int, FloatSum] = defaultdict(FloatSum)
                    flow = PowerFlow(facts, FLOATS, sums, Power(facts, {}))
                    flow.change(dict(lost))
                    yield flow.contributions(0, flow.power)


def interval(rng: random.Random) -> Interval:
    low = rng.randint(1, 8) / 4
    high = low + rng.choice((0, 0, 2)) / 4
    return Interval(low, high, low)


@pytest.mark.parametrize("always_anew", [False, True])
def test_a_machines_current_lies_between_those_of_all_worlds_and_reaches_both(
    always_anew: bool,
) -> None:
    """Both, unless several supplies must work, or lose or keep their power together: what happens
    to several at once is not followed.
    """
    reached = 0
    for seed in range(60):
        rng = random.Random(f"{always_anew} {seed}")
        count = rng.choice((1, 2, 2, 3))
        supplies = [
            (
                interval(rng),
                rng.choice((YES, YES, MAYBE, NO)),
                interval(rng),
                rng.choice((YES, YES, MAYBE, NO)),
            )
            for _ in range(count)
        ]
        made = Machine(supplies, interval(rng), rng.choice((1, 1, count)))
        gone = {rng.randrange(count + 1): rng.choice((YES, MAYBE))}
        is_apart = 0 not in gone if always_anew else MAYBE not in gone.values()
        found = made.flow(gone, always_anew)
        worlds = [*made.worlds(gone, always_anew)]
        for carrier in range(count + 1):
            values = [world.get(carrier, 0.0) for world in worlds]
            own = found.get(carrier, Interval(0.0, 0.0, 0.0))
            assert own.low <= min(values) + 1e-9 and max(values) - 1e-9 <= own.high, seed
            if made.needs == 1 and is_apart:
                reached += 1
                assert own[:2] == pytest.approx((min(values), max(values))), seed
    assert reached > 50


# ---- changes -------------------------------------------------------------------------------------


def points(stated: Stated) -> PowerFlow[Interval]:
    """The same hall with intervals of no width."""

    def point(value: float) -> Interval:
        return Interval(value, value, value)

    known = stated.facts
    made: dict[Supply[float], Supply[Interval]] = {}
    consumers: dict[int, Consumer[Interval]] = {}
    for number, one in known.consumers.items():
        for each in one.supplies:
            made[each] = Supply(
                each.node,
                point(each.current),
                each.works,
                point(each.weight),
                each.closed,
                each.behind,
            )
        consumers[number] = Consumer(
            [made[each] for each in one.supplies],
            one.needs,
            point(one.total),
            one.drawn,
            one.rack,
            one.mates,
            one.always_anew,
        )
    facts = Facts(known.uppers, known.lowers, consumers, known.carriers, known.orders)
    before = Power(facts, dict(stated.flow.before.gone))
    return PowerFlow(facts, INTERVALS, defaultdict(IntervalSum), before)


def test_a_hall_of_which_all_is_certain_has_the_same_currents_as_intervals() -> None:
    compared = 0
    for seed in range(25):
        rng = random.Random(f"points {seed}")
        hall = random_hall_of_any_grade(rng)
        stated = Stated(hall.facts, rng)
        same = points(stated)
        for one in rng.sample(nodes(hall.drawing), 2):
            gone = {hall.facts.graph.number[one]: YES}
            stated.flow.change(gone)
            same.change(gone)
            for number in stated.facts.consumers:
                expected = stated.flow.contributions(number, stated.flow.power)
                found = same.contributions(number, same.power)
                assert found.keys() == expected.keys()
                for carrier, value in expected.items():
                    assert found[carrier][:3] == pytest.approx((value, value, value)), seed
                    compared += 1
    assert compared > 1000


def totals(sums: Mapping[int, IntervalSum]) -> dict[int, tuple[float, ...]]:
    """What flows through each carrier through which anything flows."""
    found = {
        carrier: tuple(round(one, 6) + 0.0 for one in (total.low, total.high, total.expected))
        for carrier, total in sums.items()
    }
    return {carrier: each for carrier, each in found.items() if any(each)}


def test_several_changes_lead_where_one_does_and_back() -> None:
    moved = 0
    for seed in range(25):
        rng = random.Random(f"steps {seed}")
        hall = random_hall_of_any_grade(rng)
        facts = hall.facts
        chosen = [facts.graph.number[one] for one in rng.sample(nodes(hall.drawing), 3)]
        gone = {node: rng.choice((MAYBE, YES)) for node in chosen}
        cords = [
            (number, place)
            for number, one in facts.facts.consumers.items()
            for place in range(len(one.supplies))
        ]
        switched = {one: rng.choice((NO, MAYBE)) for one in rng.sample(cords, min(2, len(cords)))}

        sums = CopiedSums(facts.sums)
        steps = facts.flow(sums)
        for node, truth in gone.items():
            before = totals({**facts.sums, **sums})
            changed = steps.change({node: truth})
            after = totals({**facts.sums, **sums})
            differ = {one for one in {**before, **after} if before.get(one) != after.get(one)}
            assert differ <= {*changed}
            moved += len(differ)
        steps.switch(switched)

        once = CopiedSums(facts.sums)
        flow = facts.flow(once)
        flow.switch(switched)
        flow.change(gone)
        assert totals({**facts.sums, **once}) == totals({**facts.sums, **sums}), seed

        steps.switch({key: _closed(facts.facts, key) for key in switched})
        steps.change({node: facts.switched_off.get(node, NO) for node in gone})
        assert totals({**facts.sums, **sums}) == totals(facts.sums), seed
    assert moved > 100


def _closed(facts: Facts[Interval], key: tuple[int, int]) -> Truth:
    return facts.consumers[key[0]].supplies[key[1]].closed
