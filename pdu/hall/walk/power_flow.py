"""The walk over a hall: who is alive, and what flows where. Pure.

    flow = PowerFlow(facts, Intervals())
    flow.fail({node: YES})

It is written once for `arithmetic`: with floats and certain truths it is one fully stated hall,
with intervals and three truths it is every hall that the drawing and the readings allow. Nothing
else knows how the current of a machine divides, or through what it flows.

A supply takes nearly constant power, so the cords of a machine carry together what they carried
before. A machine whose cords all have the power that they had carries what was read at each.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from types import MappingProxyType
from typing import Generic, Optional

from .arithmetic import MAYBE, NO, YES, Arithmetic, CurrentSum, N, Truth


class Supply(Generic[N]):
    """A cord with its power supply."""

    __slots__ = ("node", "current", "works", "weight", "closed", "extra_carriers", "phase")

    def __init__(
        self,
        node: int,
        current: N,
        works: Truth,
        weight: N,
        closed: Truth = YES,
        extra_carriers: tuple[int, ...] = (),
        phase: int = 1,
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
        #: lines and breakers that it is behind besides those of its node
        self.extra_carriers = extra_carriers
        #: on which of three conductors its current flows where no line above it says that
        self.phase = phase


class Consumer(Generic[N]):
    """A machine; or all that nobody drew in one rack, of which it is not known which cords belong
    together.
    """

    __slots__ = (
        "supplies",
        "needs",
        "total",
        "is_drawn",
        "rack",
        "backup_nodes",
        "always_redistributes",
    )

    def __init__(
        self,
        supplies: Sequence[Supply[N]],
        needs: int,
        total: N,
        is_drawn: bool = True,
        rack: tuple[int, ...] = (),
        backup_nodes: Optional[Sequence[Optional[int]]] = None,
        always_redistributes: bool = False,
    ) -> None:
        self.supplies = supplies
        #: how many supplies must work
        self.needs = needs
        #: what all its supplies carry together when they share anew
        self.total = total
        self.is_drawn = is_drawn
        #: of what nobody drew: the nodes to which its current may go
        self.rack = rack
        #: for each of its supplies that one, None for none; None: nobody knows
        self.backup_nodes = backup_nodes
        #: what each supply carries now says nothing, as some hours later
        self.always_redistributes = always_redistributes


Uppers = Sequence[tuple[int, bool, Truth, bool]]
"""Edges upwards: the node, is it an input, is the edge there, does the current flow through it."""


class Facts(Generic[N]):
    """All that is stated about a hall, but for what failed."""

    def __init__(
        self,
        uppers: Sequence[Uppers],
        lowers: Sequence[Sequence[int]],
        consumers: Mapping[int, Consumer[N]],
        carriers: Collection[int],
        input_groups: Mapping[int, Sequence[Sequence[int]]],
        switched: Optional[Collection[int]] = None,
        at: Optional[dict[int, list[int]]] = None,
    ) -> None:
        #: node -> its edges upwards, and the nodes below it
        self.uppers, self.lowers = uppers, lowers
        self.consumers = consumers
        #: the nodes whose current counts
        self.carriers = carriers
        #: node with several inputs -> groups of them: it takes the first group of which one lives
        self.input_groups = input_groups
        #: edges that differ from those above
        self.replaced_edges: Mapping[int, Uppers] = {}
        #: node -> on which of the three conductors above it its current flows: 1, 2 or 3; and the
        #: carriers that have three
        self.conductor: Mapping[int, int] = {}
        self.three_phase: Set[int] = frozenset()
        #: the nodes below one with several inputs: their current may take another way
        self.below_switches = self.below(input_groups) if switched is None else switched
        #: node -> the consumers with a supply there
        self.consumers_at: dict[int, list[int]] = {} if at is None else at
        for number, consumer in consumers.items() if at is None else ():
            for supply in consumer.supplies:
                for node in (supply.node, *supply.extra_carriers):
                    numbers = self.consumers_at.setdefault(node, [])
                    if not numbers or numbers[-1] != number:
                        numbers.append(number)
            for node in consumer.rack:
                self.consumers_at.setdefault(node, []).append(number)

    def edges(self, node: int) -> Uppers:
        """The edges upwards."""
        own_edges = self.replaced_edges.get(node)
        return self.uppers[node] if own_edges is None else own_edges

    def on_phase(self, path: Mapping[int, Truth], phase: int) -> Mapping[int, Truth]:
        """A path, on this one of three conductors wherever what is above has not said which: the
        n-th one of a carrier is its node and n times the number of nodes. 0: it stays unsaid.
        """
        nodes = len(self.uppers)
        carriers_with_phase = {key % nodes for key in path if key >= nodes}
        return {
            key + phase * nodes if key in self.three_phase else key: truth
            for key, truth in path.items()
            if key not in carriers_with_phase
        }

    def below(self, nodes: Iterable[int]) -> set[int]:
        """These, and all that hangs or may hang on them."""
        waiting = list(nodes)
        nodes_below = set(waiting)
        lowers = self.lowers
        while waiting:
            for lower in lowers[waiting.pop()]:
                if lower not in nodes_below:
                    nodes_below.add(lower)
                    waiting.append(lower)
        return nodes_below


class Power(Generic[N]):
    """What is alive, and through what a current flows, while some nodes are gone.

    `assumed`: nodes that live; then the answer holds for the halls of `parent` in which they do.
    `alive`, `paths`: of nodes of which they are known already.
    """

    def __init__(
        self,
        facts: Facts[N],
        gone: Mapping[int, Truth],
        parent: Optional[Power[N]] = None,
        assumed: Collection[int] = (),
        alive: Mapping[int, Truth] = MappingProxyType({}),
        paths: Mapping[int, Mapping[int, Truth]] = MappingProxyType({}),
    ) -> None:
        self.facts, self.gone = facts, gone
        self._parent, self._assumed = parent, assumed
        #: cords whose outlets were switched since: whether they are on
        self.switched: dict[Supply[N], Truth] = {} if parent is None else parent.switched
        self._alive: dict[int, Truth] = dict(alive)
        self._paths: dict[int, Mapping[int, Truth]] = dict(paths)
        self._path_by_cord: dict[tuple[int, tuple[int, ...], int], Mapping[int, Truth]] = {}

    def copied(self, gone: Mapping[int, Truth]) -> Power[N]:
        """The same, to be changed. `gone`: as it is, and will be changed."""
        return Power(self.facts, gone, alive=self._alive, paths=self._paths)

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
        result = YES - self.gone.get(node, NO)
        if not result:
            return NO
        inputs = -1
        for upper, is_input, there, _ in self.facts.edges(node):
            lives = self.alive(upper)
            if is_input:
                inputs = max(inputs, lives)
            elif lives < result:
                lives = max(lives, YES - there)
                if lives < result:
                    result = lives
        return result if inputs < 0 or inputs > result else inputs

    def has_power(self, supply: Supply[N]) -> Truth:
        """Whether a cord has power."""
        truth = self._alive.get(supply.node)
        if truth is None:
            truth = self.alive(supply.node)
        for upper in supply.extra_carriers:
            truth = min(truth, self.alive(upper))
        closed = self.switched.get(supply, supply.closed) if self.switched else supply.closed
        return closed if closed < truth else truth

    def path(self, node: int) -> Mapping[int, Truth]:
        """The conductors through which the current of a living node flows, or may flow: the
        carrier, and one of three as `Facts.on_phase` numbers it.
        """
        conductors = self._paths.get(node)
        if conductors is None:
            if self._parent is not None and node not in self.facts.below_switches:
                conductors = self._parent.path(node)
            else:
                conductors = self._find_path(node)
            self._paths[node] = conductors
        return conductors

    def _find_path(self, node: int) -> Mapping[int, Truth]:
        path: dict[int, Truth] = {node: YES} if node in self.facts.carriers else {}
        for upper, is_input, there, flows in self.facts.edges(node):
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
        if not self.facts.three_phase.isdisjoint(path):
            return self.facts.on_phase(path, self.facts.conductor.get(node, 0))
        return path

    def _inputs_in_use(self, node: int) -> Iterator[int]:
        """The inputs of which one feeds a node."""
        groups = self.facts.input_groups.get(node)
        if groups is None:
            for upper, is_input, _, flows in self.facts.edges(node):
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

    def path_of(self, supply: Supply[N]) -> Mapping[int, Truth]:
        """The conductors through which a cord's current flows."""
        facts = self.facts
        if not supply.extra_carriers:
            node_path = self._paths.get(supply.node)
            if node_path is None:
                node_path = self.path(supply.node)
            if facts.three_phase.isdisjoint(node_path):
                return node_path
        key = supply.node, supply.extra_carriers, supply.phase
        path = self._path_by_cord.get(key)
        if path is None:
            merged = dict(self.path(supply.node))
            for upper in supply.extra_carriers:
                merged.update(self.path(upper))
            path = self._path_by_cord[key] = facts.on_phase(merged, supply.phase)
        return path

    def forget(self, nodes: Collection[int]) -> dict[int, Truth]:
        """Look at these anew. Returns whether those with consumers were alive."""
        at, switched = self.facts.consumers_at, self.facts.below_switches
        truth_by_node = {node: self.alive(node) for node in nodes if node in at}
        for node in nodes:
            self._alive.pop(node, None)
            if node in switched:
                self._paths.pop(node, None)
        if switched:
            self._path_by_cord.clear()
        return truth_by_node


class PowerFlow(Generic[N]):
    """The currents of a hall while something fails, trips, or is switched. Only what changes is
    computed anew.
    """

    def __init__(
        self,
        facts: Facts[N],
        numbers: Arithmetic[N],
        sums: Mapping[int, CurrentSum[N]],
        before: Power[N],
    ) -> None:
        """`sums`: conductor -> what flows through it now; `before`: the power now."""
        self.facts, self._numbers = facts, numbers
        self.sums, self.before = sums, before
        self.gone: dict[int, Truth] = dict(before.gone)
        self.power = before.copied(self.gone)
        self._fed_before: dict[int, list[Truth]] = {}
        #: consumer -> what it added to each conductor, and what it adds now
        self.touched: dict[int, tuple[Mapping[int, N], Mapping[int, N]]] = {}

    def change(self, gone: Mapping[int, Truth]) -> list[int]:
        """Let these nodes be gone, or back. Returns the carriers whose current changed."""
        return self.update(self.cut(gone))

    def cut(self, gone: Mapping[int, Truth]) -> Iterable[int]:
        """Let these nodes be gone, or back. Returns the consumers that are to be computed anew."""
        truth_by_node = self.power.forget(self.facts.below(gone))
        self.gone.update(gone)
        moved: dict[int, None] = {}
        for node, alive in truth_by_node.items():
            # below one with several inputs the same MAYBE may be another way
            if node in self.facts.below_switches or self.power.alive(node) != alive:
                moved.update(dict.fromkeys(self.facts.consumers_at[node]))
        return moved

    def switch(self, switched: Mapping[tuple[int, int], Truth]) -> list[int]:
        """Switch outlets, by consumer and place. Returns the carriers whose current changed."""
        for (number, place), closed in switched.items():
            self.power.switched[self.facts.consumers[number].supplies[place]] = closed
        return self.update({number: None for number, _ in switched})

    def update(self, consumers: Iterable[int]) -> list[int]:
        """Compute these anew. Returns the carriers whose current changed."""
        changed: dict[int, None] = {}
        nodes = len(self.facts.uppers)
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
                        changed[key % nodes] = None
                continue
            for key in {**before, **old, **new}:
                if shares is None:
                    self.sums[key].enter(before.get(key), new.get(key))
                else:
                    self.sums[key].enter_anew(before.get(key), old.get(key), new.get(key))
                changed[key % nodes] = None
        return list(changed)

    def contributions(
        self, number: int, power: Power[N], only: Optional[int] = None
    ) -> Mapping[int, N]:
        """What a consumer adds to each conductor; `only`: to no other than this one."""
        consumer = self.facts.consumers[number]
        fed = self._fed(number, consumer, power)
        if consumer.always_redistributes:
            return (
                self._undrawn(consumer, fed, YES, power, only)
                if not consumer.is_drawn
                else self._redistributed(consumer, fed, power, only)
            )
        changed = NO
        if power is not self.before:
            for supply, had, now in zip(
                consumer.supplies, self._fed(number, consumer, self.before), fed
            ):
                if had != now:
                    changed = max(changed, YES if MAYBE not in (had, now) else MAYBE)
                elif had == MAYBE and power.alive(supply.node) != YES:
                    changed = max(changed, MAYBE)
        if not consumer.is_drawn:
            return self._undrawn(consumer, fed, changed, power, only)
        if changed == NO:
            return self._as_now(consumer, fed, power, only)
        anew = self._redistributed(consumer, fed, power, only)
        if changed == YES:
            return anew
        same = self._as_now(consumer, fed, power, only)
        either = self._numbers.either
        return {key: either(same.get(key), anew.get(key)) for key in {**same, **anew}}

    def _fed(self, number: int, consumer: Consumer[N], power: Power[N]) -> list[Truth]:
        """Whether each of its cords has power."""
        if power is not self.before:
            return [power.has_power(supply) for supply in consumer.supplies]
        truths = self._fed_before.get(number)
        if truths is None:
            truths = self._fed_before[number] = [
                power.has_power(supply) for supply in consumer.supplies
            ]
        return truths

    # ---- how the current of a consumer divides ---------------------------------------------------

    def _as_now(
        self, consumer: Consumer[N], fed: Sequence[Truth], power: Power[N], only: Optional[int]
    ) -> dict[int, N]:
        current_by_key: dict[int, N] = {}
        numbers = self._numbers
        for supply, has_power in zip(consumer.supplies, fed):
            if has_power:
                path = _only_key(power.path_of(supply), only)
                self._add(current_by_key, path, supply.current, has_power, numbers)
        return current_by_key

    @staticmethod
    def _add(
        current_by_key: dict[int, N],
        path: Mapping[int, Truth],
        current: N,
        flows: Truth,
        numbers: Arithmetic[N],
    ) -> None:
        perhaps: Optional[N] = None
        for key, truth in path.items():
            if truth == YES == flows:
                amount = current
            else:
                if perhaps is None:
                    perhaps = numbers.maybe(current)
                amount = perhaps
            current_by_key[key] = (
                amount if key not in current_by_key else numbers.add(current_by_key[key], amount)
            )

    def _redistributed(
        self, consumer: Consumer[N], fed: Sequence[Truth], power: Power[N], only: Optional[int]
    ) -> dict[int, N]:
        giving = [
            (supply, min(has_power, supply.works))
            for supply, has_power in zip(consumer.supplies, fed)
            if has_power and supply.works
        ]
        if len(giving) < consumer.needs:
            return {}
        current_by_key: dict[int, N] = {}
        numbers = self._numbers
        runs = len([supply for supply, gives in giving if gives == YES]) >= consumer.needs
        total = consumer.total if runs else numbers.maybe(consumer.total)
        paths = [power.path_of(supply) for supply, _ in giving]
        first = paths[0]
        if all([path is first for path in paths]):
            self._add(current_by_key, _only_key(first, only), total, YES, numbers)
            return current_by_key
        part_by_pattern: dict[tuple[Truth, ...], N] = {}
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
        self, total: N, giving: Sequence[tuple[Supply[N], Truth]], pattern: Sequence[Truth]
    ) -> N:
        """The part of a total that flows through a conductor. `pattern`: whether the current of
        each cord does.
        """
        here: Optional[N] = None
        elsewhere: Optional[N] = None
        numbers = self._numbers
        for (supply, gives), through in zip(giving, pattern):
            weight = supply.weight
            if through:
                part = weight if min(gives, through) == YES else numbers.maybe(weight)
                here = numbers.add(here, part)
            if through != YES:
                part = weight if gives == YES and through == NO else numbers.maybe(weight)
                elsewhere = numbers.add(elsewhere, part)
        return numbers.part(total, here, elsewhere)

    def _undrawn(
        self,
        consumer: Consumer[N],
        fed: Sequence[Truth],
        changed: Truth,
        power: Power[N],
        only: Optional[int],
    ) -> dict[int, N]:
        """What one cord loses may go to any outlet of its rack, or stop with what it fed."""
        current_by_key: dict[int, N] = {}
        numbers = self._numbers
        lost: Optional[N] = None
        for place, (supply, has_power) in enumerate(zip(consumer.supplies, fed)):
            if has_power:
                stays = has_power if changed == NO or consumer.backup_nodes is not None else MAYBE
                path = _only_key(power.path_of(supply), only)
                self._add(current_by_key, path, supply.current, stays, numbers)
            if changed and has_power != YES and supply.closed:
                if consumer.backup_nodes is None:
                    lost = numbers.add(lost, numbers.maybe(supply.current))
                    continue
                backup_node = consumer.backup_nodes[place]
                if backup_node is not None and power.alive(backup_node):
                    path = _only_key(power.path(backup_node), only)
                    self._add(current_by_key, path, supply.current, YES, numbers)
        if lost is not None:
            living = [node for node in consumer.rack if power.alive(node)]
            for key in {key: None for node in living for key in _only_key(power.path(node), only)}:
                amount = current_by_key.get(key)
                current_by_key[key] = lost if amount is None else numbers.add(amount, lost)
        return current_by_key


def _only_key(path: Mapping[int, Truth], only: Optional[int]) -> Mapping[int, Truth]:
    """A path, or what of it is this conductor."""
    if only is None:
        return path
    return {only: path[only]} if only in path else {}
