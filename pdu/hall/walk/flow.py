"""What flows in a hall, and where it goes. Pure.

    flow = Flow(state)
    flow.change({node: YES})

A number is an interval and a truth one of three, so the answer holds in every hall that the drawing
and the readings allow. Nothing else knows how the current of a machine divides, or through what it
flows.

A supply takes nearly constant power, so the cords of a machine carry together what they carried
before. A machine whose cords all have the power that they had carries what was read at each.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Optional

from .arithmetic import MAYBE, NO, YES, Interval, IntervalSum, Truth, add, either, perhaps, share
from .hall_state import Consumer, CopyOnWriteSums, HallState
from .power import Power, Supply


class Flow:
    """The currents of a hall while something fails, trips, or is switched. Only what changes is
    computed anew.
    """

    def __init__(self, state: HallState) -> None:
        self._graph, self._consumers, self._before = state.graph, state.consumers, state.power
        self.state = state
        #: carrier -> what flows through it
        self.sums = CopyOnWriteSums(state.sums)
        self.outages: dict[int, Truth] = dict(state.power.outages)
        self.power = state.power.copied(self.outages)
        self._power_before: dict[int, list[Truth]] = {}
        #: consumer -> what it added to each carrier, and what it adds now
        self.shares: dict[int, tuple[Mapping[int, Interval], Mapping[int, Interval]]] = {}

    def change(self, outages: Mapping[int, Truth]) -> list[int]:
        """Let these nodes be gone, or back. Returns the carriers whose current changed."""
        return self.update(self.cut(outages))

    def cut(self, outages: Mapping[int, Truth]) -> Iterable[int]:
        """Let these nodes be gone, or back. Returns the consumers that are to be computed anew."""
        nodes, at = self._graph.nodes_below(outages), self.state.consumers_at
        truth_by_node = {node: self.power.alive(node) for node in nodes if node in at}
        self.power.forget(nodes)
        self.outages.update(outages)
        consumers: dict[int, None] = {}
        for node, alive in truth_by_node.items():
            # below one with several inputs the same MAYBE may be another way
            if node in self._graph.nodes_below_switches or self.power.alive(node) != alive:
                consumers.update(dict.fromkeys(at[node]))
        return consumers

    def switch(self, switched: Mapping[tuple[int, int], Truth]) -> list[int]:
        """Switch outlets, by consumer and place. Returns the carriers whose current changed."""
        for (number, place), closed in switched.items():
            self.power.switched[self._consumers[number].supplies[place]] = closed
        return self.update({number: None for number, _ in switched})

    def update(self, consumers: Iterable[int]) -> list[int]:
        """Compute these anew. Returns the carriers whose current changed."""
        carriers: dict[int, None] = {}
        for number in consumers:
            shares = self.shares.get(number)
            before, old = shares or (self.contributions(number, self._before), {})
            new = self.contributions(number, self.power)
            self.shares[number] = before, new
            if shares is not None:
                self._enter(before, old, -1)
            self._enter(before, new)
            carriers.update(dict.fromkeys((*before, *old, *new)))
        return list(self._graph.members(carriers))

    def _enter(
        self, before: Mapping[int, Interval], after: Mapping[int, Interval], sign: int = 1
    ) -> None:
        """Replace what a consumer added by what it adds after; with -1, take that back."""
        pools_of = self._graph.pools_of
        for key in {**before, **after}:
            pools = [pool for pool in pools_of.get(key, ()) if pool in before or pool in after]
            if not pools:
                self.sums[key].enter(before.get(key), after.get(key), sign)
                continue
            # once, not by each key
            self.sums[key].enter(self.part(before, key), self.part(after, key), sign)
            for pool in pools:
                self.sums[key].enter(before.get(pool), after.get(pool), -sign)

    def part(self, contributions: Mapping[int, Interval], carrier: int) -> Optional[Interval]:
        """What a consumer adds to a carrier."""
        keys = self._graph.keys_of(carrier)
        return next((contributions[key] for key in keys if key in contributions), None)

    def total(self, carrier: int) -> IntervalSum:
        """The sum of the currents through a carrier now."""
        return self.state.total(carrier, self.sums) or IntervalSum()

    def contributions(
        self, number: int, power: Power, only: Optional[int] = None
    ) -> Mapping[int, Interval]:
        """What a consumer adds to each carrier and pool; `only`: to no other than this one. A
        carrier that several of its keys stand for has the whole.
        """
        if only is not None:
            return self._contributions(number, power, self._graph.keys_of(only))
        contributions = self._contributions(number, power, ())
        for carrier in self._graph.shared(contributions):
            contributions.update(self.contributions(number, power, carrier))
        return contributions

    def _contributions(self, number: int, power: Power, only: Sequence[int]) -> dict[int, Interval]:
        """To all, or to the first of these keys, for which the others stand, too."""
        consumer = self._consumers[number]
        cord_power = self._cord_power(number, consumer, power)
        change = YES if consumer.always_redistributes else NO
        if change == NO and power is not self._before:
            for supply, had, now in zip(
                consumer.supplies, self._cord_power(number, consumer, self._before), cord_power
            ):
                if had != now:
                    change = max(change, YES if MAYBE not in (had, now) else MAYBE)
                elif had == MAYBE and power.alive(supply.node) != YES:
                    change = max(change, MAYBE)
        if not consumer.is_drawn:
            return self._divide_undrawn(consumer, cord_power, change, power, only)
        if change == NO:
            return self._divide_as_now(consumer, cord_power, power, only)
        anew = self._divide_anew(consumer, cord_power, power, only)
        if change == YES:
            return anew
        as_now = self._divide_as_now(consumer, cord_power, power, only)
        return {key: either(as_now.get(key), anew.get(key)) for key in {**as_now, **anew}}

    def _cord_power(self, number: int, consumer: Consumer, power: Power) -> list[Truth]:
        """Whether each of its cords has power."""
        truths = self._power_before.get(number) if power is self._before else None
        if truths is None:
            truths = [power.has_power(supply) for supply in consumer.supplies]
            if power is self._before:
                self._power_before[number] = truths
        return truths

    # ---- how the current of a consumer divides ---------------------------------------------------

    def _divide_as_now(
        self, consumer: Consumer, cord_power: Sequence[Truth], power: Power, only: Sequence[int]
    ) -> dict[int, Interval]:
        current_by_key: dict[int, Interval] = {}
        for supply, has_power in zip(consumer.supplies, cord_power):
            if has_power:
                path = _only_key(power.path(supply.node), only)
                self._add(current_by_key, path, supply.current, has_power)
        return current_by_key

    @staticmethod
    def _add(
        current_by_key: dict[int, Interval],
        path: Mapping[int, Truth],
        current: Interval,
        flows: Truth,
    ) -> None:
        unsure: Optional[Interval] = None
        for key, truth in path.items():
            if truth == YES == flows:
                amount = current
            else:
                if unsure is None:
                    unsure = perhaps(current)
                amount = unsure
            current_by_key[key] = (
                amount if key not in current_by_key else add(current_by_key[key], amount)
            )

    def _divide_anew(
        self, consumer: Consumer, cord_power: Sequence[Truth], power: Power, only: Sequence[int]
    ) -> dict[int, Interval]:
        sources = [
            (supply, min(has_power, supply.works))
            for supply, has_power in zip(consumer.supplies, cord_power)
            if has_power and supply.works
        ]
        current_by_key: dict[int, Interval] = {}
        if len(sources) < consumer.needs:
            for supply, has_power in zip(consumer.supplies, cord_power):
                if has_power and supply.filter_high:
                    path = _only_key(power.path(supply.node), only)
                    self._add(current_by_key, path, Interval(0.0, supply.filter_high, 0.0), YES)
            return current_by_key
        runs = len([supply for supply, truth in sources if truth == YES]) >= consumer.needs
        total = consumer.total if runs else perhaps(consumer.total)
        paths = [power.path(supply.node) for supply, _ in sources]
        first = paths[0]
        if all([path is first for path in paths]):
            self._add(current_by_key, _only_key(first, only), total, YES)
            return current_by_key
        part_by_pattern: dict[tuple[Truth, ...], Interval] = {}
        paths = [_only_key(path, only) for path in paths]
        for key in dict.fromkeys(itertools.chain.from_iterable(paths)):
            pattern = tuple([path.get(key, NO) for path in paths])
            part = part_by_pattern.get(pattern)
            if part is None:
                part = part_by_pattern[pattern] = self._share(total, sources, pattern)
            current_by_key[key] = part
        return current_by_key

    def _share(
        self, total: Interval, sources: Sequence[tuple[Supply, Truth]], pattern: Sequence[Truth]
    ) -> Interval:
        """The part of a total that flows through a carrier. `pattern`: whether the current of
        each cord does.
        """
        here: Optional[Interval] = None
        elsewhere: Optional[Interval] = None
        for (supply, truth), through in zip(sources, pattern):
            weight = supply.weight
            if through:
                part = weight if min(truth, through) == YES else perhaps(weight)
                here = add(here, part)
            if through != YES:
                part = weight if truth == YES and through == NO else perhaps(weight)
                elsewhere = add(elsewhere, part)
        return share(total, here, elsewhere)

    def _divide_undrawn(
        self,
        consumer: Consumer,
        cord_power: Sequence[Truth],
        change: Truth,
        power: Power,
        only: Sequence[int],
    ) -> dict[int, Interval]:
        """What one cord loses may go to any outlet of its rack, or stop with what it fed."""
        current_by_key: dict[int, Interval] = {}
        loss: Optional[Interval] = None
        for supply, has_power in zip(consumer.supplies, cord_power):
            if consumer.always_redistributes:
                # after an outage all of it may come through the outlet that closes first
                loss = add(loss, perhaps(supply.current))
                continue
            if has_power:
                stays = has_power if change == NO else MAYBE
                path = _only_key(power.path(supply.node), only)
                self._add(current_by_key, path, supply.current, stays)
            if change and has_power != YES and supply.closed:
                loss = add(loss, perhaps(supply.current))
        if loss is not None:
            loss = loss._replace(high=loss.high / consumer.spread)
            living = [node for node in consumer.rack if power.alive(node)]
            for key in {key: None for node in living for key in _only_key(power.path(node), only)}:
                amount = current_by_key.get(key)
                current_by_key[key] = loss if amount is None else add(amount, loss)
        return current_by_key


def _only_key(path: Mapping[int, Truth], only: Sequence[int]) -> Mapping[int, Truth]:
    """A path, or what of it is the first of these keys, for which the others stand, too."""
    if not only:
        return path
    truth = max([path.get(key, NO) for key in only])
    return {only[0]: truth} if truth else {}
