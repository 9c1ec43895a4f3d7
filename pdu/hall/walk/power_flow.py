"""The walk over a hall: who is alive, and what flows where. Pure.

    flow = PowerFlow(facts, sums, power)
    flow.change({node: YES})

A number is an interval and a truth one of three, so the answer holds in every hall that the drawing
and the readings allow. Nothing else knows how the current of a machine divides, or through what it
flows.

A supply takes nearly constant power, so the cords of a machine carry together what they carried
before. A machine whose cords all have the power that they had carries what was read at each.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Optional

from .arithmetic import MAYBE, NO, YES, Interval, IntervalSum, Truth, add, either, perhaps, share
from .graph import reachable


class Supply:
    """A cord with its power supply."""

    __slots__ = ("node", "current", "works", "weight", "closed", "filter_high")

    def __init__(
        self,
        node: int,
        current: Interval,
        works: Truth,
        weight: Interval,
        closed: Truth = YES,
        filter_high: float = 0.0,
    ) -> None:
        #: the node of its outlet
        self.node = node
        #: what it carries now
        self.current = current
        #: whether it feeds its machine while it has power
        self.works = works
        #: how much of the machine's current it takes, beside the others
        self.weight = weight
        #: whether its outlet is on
        self.closed = closed
        #: the most that it draws while its machine does not run: that of its input filter
        self.filter_high = filter_high


class Consumer(NamedTuple):
    """A machine; or all that nobody drew in one rack, of which it is not known which cords belong
    together.
    """

    supplies: Sequence[Supply]
    #: how many supplies must work
    needs: int
    #: what all its supplies carry together when they share anew
    total: Interval
    is_drawn: bool = True
    #: of what nobody drew: the nodes to which its current may go
    rack: tuple[int, ...] = ()
    #: what each supply carries now says nothing, as some hours later
    always_redistributes: bool = False
    #: of what nobody drew: how far a current may be another one, in VA, at another voltage
    spread: float = 1.0


class Facts:
    """All that is stated about a hall, but for what failed."""

    def __init__(
        self,
        uppers: Sequence[Sequence[tuple[int, bool, Truth, bool]]],
        lowers: Sequence[Sequence[int]],
        consumers: Mapping[int, Consumer],
        carriers: Collection[int],
        input_groups: Mapping[int, Sequence[Sequence[int]]],
    ) -> None:
        #: node -> its edges upwards (`graph.Edge`), and the nodes below it
        self.uppers, self.lowers = uppers, lowers
        self.consumers = consumers
        #: the nodes whose current counts
        self.carriers = carriers
        #: node with several inputs -> groups of them: it takes the first group of which one lives
        self.input_groups = input_groups
        #: the nodes below one with several inputs: their current may take another way
        self.below_switches = self.nodes_below(input_groups)
        #: node -> the consumers with a supply there
        self.consumers_at: dict[int, list[int]] = {}
        for number, consumer in consumers.items():
            for node in {*(supply.node for supply in consumer.supplies), *consumer.rack}:
                self.consumers_at.setdefault(node, []).append(number)

    def copy_with(
        self, consumers: Mapping[int, Consumer], input_groups: Mapping[int, Sequence[Sequence[int]]]
    ) -> Facts:
        """The same hall, whose consumers are at the same nodes and draw something else."""
        facts = copy.copy(self)
        facts.consumers, facts.input_groups = consumers, input_groups
        return facts

    def nodes_below(self, nodes: Iterable[int]) -> set[int]:
        """These, and all that hangs or may hang on them."""
        return reachable(nodes, self.lowers.__getitem__)


class Power:
    """What is alive, and through what a current flows, while some nodes are gone.

    The answer holds for the halls of `parent` in which all `living_nodes` live.
    `alive`, `paths`: of nodes of which they are known already.
    """

    def __init__(
        self,
        facts: Facts,
        outages: Mapping[int, Truth],
        parent: Optional[Power] = None,
        living_nodes: Collection[int] = (),
        alive: Mapping[int, Truth] = MappingProxyType({}),
        paths: Mapping[int, Mapping[int, Truth]] = MappingProxyType({}),
    ) -> None:
        self.facts, self.outages = facts, outages
        self._parent, self._assumed = parent, living_nodes
        #: cords whose outlets were switched since: whether they are on
        self.switched: dict[Supply, Truth] = {} if parent is None else parent.switched
        self._alive: dict[int, Truth] = dict(alive)
        self._paths: dict[int, Mapping[int, Truth]] = dict(paths)

    def copied(self, outages: Mapping[int, Truth]) -> Power:
        """The same, to be changed. `outages`: as it is, and will be changed."""
        return Power(self.facts, outages, alive=self._alive, paths=self._paths)

    def alive(self, node: int) -> Truth:
        """Whether a node has power."""
        truth = self._alive.get(node)
        if truth is None:
            truth = self._alive[node] = self._is_alive(node)
        return truth

    def _is_alive(self, node: int) -> Truth:
        if self._parent is not None:
            truth = self._parent.alive(node)
            if truth != MAYBE:
                return truth
            if node in self._assumed:
                return YES
        result = YES - self.outages.get(node, NO)
        if not result:
            return NO
        inputs = -1
        for upper, is_input, there, _ in self.facts.uppers[node]:
            lives = self.alive(upper)
            if is_input:
                inputs = max(inputs, lives)
            elif lives < result:
                lives = max(lives, YES - there)
                if lives < result:
                    result = lives
        return result if inputs < 0 or inputs > result else inputs

    def has_power(self, supply: Supply) -> Truth:
        """Whether a cord has power."""
        truth = self._alive.get(supply.node)
        if truth is None:
            truth = self.alive(supply.node)
        closed = self.switched.get(supply, supply.closed) if self.switched else supply.closed
        return closed if closed < truth else truth

    def path(self, node: int) -> Mapping[int, Truth]:
        """The carriers through which the current of a living node flows, or may flow."""
        path = self._paths.get(node)
        if path is None:
            if self._parent is not None and node not in self.facts.below_switches:
                path = self._parent.path(node)
            else:
                path = self._find_path(node)
            self._paths[node] = path
        return path

    def _find_path(self, node: int) -> Mapping[int, Truth]:
        path: dict[int, Truth] = {node: YES} if node in self.facts.carriers else {}
        for upper, is_input, there, flows in self.facts.uppers[node]:
            if flows and not is_input:
                for carrier, truth in self.path(upper).items():
                    truth = min(truth, there)
                    if truth > path.get(carrier, NO):
                        path[carrier] = truth
        paths = [self.path(upper) for upper in self._inputs_in_use(node)]
        for input_path in paths:
            for carrier in input_path:
                meets = all(another_path.get(carrier, NO) == YES for another_path in paths)
                path[carrier] = YES if meets else max(path.get(carrier, NO), MAYBE)
        return path

    def _inputs_in_use(self, node: int) -> Iterator[int]:
        """The inputs of which one feeds a node."""
        groups = self.facts.input_groups.get(node)
        if groups is None:
            for upper, is_input, _, flows in self.facts.uppers[node]:
                if is_input and flows:
                    yield upper
            return
        for group in groups:
            best = NO
            for upper in group:
                lives = self.alive(upper)
                if lives:
                    yield upper
                best = max(best, lives)
            if best == YES:
                return

    def forget(self, nodes: Collection[int]) -> dict[int, Truth]:
        """Look at these anew. Returns whether those with consumers were alive."""
        at, switched = self.facts.consumers_at, self.facts.below_switches
        truth_by_node = {node: self.alive(node) for node in nodes if node in at}
        for node in nodes:
            self._alive.pop(node, None)
            if node in switched:
                self._paths.pop(node, None)
        return truth_by_node


class PowerFlow:
    """The currents of a hall while something fails, trips, or is switched. Only what changes is
    computed anew.
    """

    def __init__(
        self,
        facts: Facts,
        sums: Mapping[int, IntervalSum],
        before: Power,
    ) -> None:
        """`sums`: carrier -> what flows through it now; `before`: the power now."""
        self.facts = facts
        self.sums, self.before = sums, before
        self.outages: dict[int, Truth] = dict(before.outages)
        self.power = before.copied(self.outages)
        self._power_before: dict[int, list[Truth]] = {}
        #: consumer -> what it added to each carrier, and what it adds now
        self.touched: dict[int, tuple[Mapping[int, Interval], Mapping[int, Interval]]] = {}

    def change(self, outages: Mapping[int, Truth]) -> list[int]:
        """Let these nodes be gone, or back. Returns the carriers whose current changed."""
        return self.update(self.cut(outages))

    def cut(self, outages: Mapping[int, Truth]) -> Iterable[int]:
        """Let these nodes be gone, or back. Returns the consumers that are to be computed anew."""
        truth_by_node = self.power.forget(self.facts.nodes_below(outages))
        self.outages.update(outages)
        consumers: dict[int, None] = {}
        for node, alive in truth_by_node.items():
            # below one with several inputs the same MAYBE may be another way
            if node in self.facts.below_switches or self.power.alive(node) != alive:
                consumers.update(dict.fromkeys(self.facts.consumers_at[node]))
        return consumers

    def switch(self, switched: Mapping[tuple[int, int], Truth]) -> list[int]:
        """Switch outlets, by consumer and place. Returns the carriers whose current changed."""
        for (number, place), closed in switched.items():
            self.power.switched[self.facts.consumers[number].supplies[place]] = closed
        return self.update({number: None for number, _ in switched})

    def update(self, consumers: Iterable[int]) -> list[int]:
        """Compute these anew. Returns the carriers whose current changed."""
        carriers: dict[int, None] = {}
        for number in consumers:
            shares = self.touched.get(number)
            if shares is None:
                before = old = self.contributions(number, self.before)
            else:
                before, old = shares
            new = self.contributions(number, self.power)
            self.touched[number] = before, new
            if not before:
                for sign, amounts in ((-1, old), (1, new)):
                    for key, amount in amounts.items():
                        self.sums[key].enter(None, amount, sign)
                        carriers[key] = None
                continue
            for key in {**before, **old, **new}:
                if shares is None:
                    self.sums[key].enter(before.get(key), new.get(key))
                else:
                    self.sums[key].enter_anew(before.get(key), old.get(key), new.get(key))
                carriers[key] = None
        return list(carriers)

    def contributions(
        self, number: int, power: Power, only: Optional[int] = None
    ) -> Mapping[int, Interval]:
        """What a consumer adds to each carrier; `only`: to no other than this one."""
        consumer = self.facts.consumers[number]
        cord_power = self._cord_power(number, consumer, power)
        if consumer.always_redistributes:
            return (
                self._divide_undrawn(consumer, cord_power, YES, power, only)
                if not consumer.is_drawn
                else self._divide_anew(consumer, cord_power, power, only)
            )
        change = NO
        if power is not self.before:
            for supply, had, now in zip(
                consumer.supplies, self._cord_power(number, consumer, self.before), cord_power
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
        same = self._divide_as_now(consumer, cord_power, power, only)
        return {key: either(same.get(key), anew.get(key)) for key in {**same, **anew}}

    def _cord_power(self, number: int, consumer: Consumer, power: Power) -> list[Truth]:
        """Whether each of its cords has power."""
        if power is not self.before:
            return [power.has_power(supply) for supply in consumer.supplies]
        truths = self._power_before.get(number)
        if truths is None:
            truths = self._power_before[number] = [
                power.has_power(supply) for supply in consumer.supplies
            ]
        return truths

    # ---- how the current of a consumer divides ---------------------------------------------------

    def _divide_as_now(
        self, consumer: Consumer, cord_power: Sequence[Truth], power: Power, only: Optional[int]
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
        self, consumer: Consumer, cord_power: Sequence[Truth], power: Power, only: Optional[int]
    ) -> dict[int, Interval]:
        giving = [
            (supply, min(has_power, supply.works))
            for supply, has_power in zip(consumer.supplies, cord_power)
            if has_power and supply.works
        ]
        current_by_key: dict[int, Interval] = {}
        if len(giving) < consumer.needs:
            for supply, has_power in zip(consumer.supplies, cord_power):
                if has_power and supply.filter_high:
                    path = _only_key(power.path(supply.node), only)
                    self._add(current_by_key, path, Interval(0.0, supply.filter_high, 0.0), YES)
            return current_by_key
        runs = len([supply for supply, gives in giving if gives == YES]) >= consumer.needs
        total = consumer.total if runs else perhaps(consumer.total)
        paths = [power.path(supply.node) for supply, _ in giving]
        first = paths[0]
        if all([path is first for path in paths]):
            self._add(current_by_key, _only_key(first, only), total, YES)
            return current_by_key
        part_by_pattern: dict[tuple[Truth, ...], Interval] = {}
        for key in dict.fromkeys(itertools.chain.from_iterable(paths)):
            if only is not None and key != only:
                continue
            pattern = tuple([path.get(key, NO) for path in paths])
            part = part_by_pattern.get(pattern)
            if part is None:
                part = part_by_pattern[pattern] = self._share(total, giving, pattern)
            current_by_key[key] = part
        return current_by_key

    def _share(
        self, total: Interval, giving: Sequence[tuple[Supply, Truth]], pattern: Sequence[Truth]
    ) -> Interval:
        """The part of a total that flows through a carrier. `pattern`: whether the current of
        each cord does.
        """
        here: Optional[Interval] = None
        elsewhere: Optional[Interval] = None
        for (supply, gives), through in zip(giving, pattern):
            weight = supply.weight
            if through:
                part = weight if min(gives, through) == YES else perhaps(weight)
                here = add(here, part)
            if through != YES:
                part = weight if gives == YES and through == NO else perhaps(weight)
                elsewhere = add(elsewhere, part)
        return share(total, here, elsewhere)

    def _divide_undrawn(
        self,
        consumer: Consumer,
        cord_power: Sequence[Truth],
        change: Truth,
        power: Power,
        only: Optional[int],
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


def _only_key(path: Mapping[int, Truth], only: Optional[int]) -> Mapping[int, Truth]:
    """A path, or what of it is this carrier."""
    if only is None:
        return path
    return {only: path[only]} if only in path else {}
