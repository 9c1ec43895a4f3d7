"""What is alive in a hall, and through what a current flows, while some nodes are gone. Pure.

A truth is one of three, so the answer holds in every hall that the drawing and the readings allow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

from .arithmetic import MAYBE, NO, YES, Interval, Truth
from .graph import Graph


@dataclass(eq=False)
class Supply:
    """A cord with its power supply."""

    __slots__ = ("node", "current", "works", "weight", "closed", "filter_high")
    #: the node of its outlet
    node: int
    #: what it carries now
    current: Interval
    #: whether it feeds its machine while it has power
    works: Truth
    #: how much of the machine's current it takes, beside the others
    weight: Interval
    #: whether its outlet is on
    closed: Truth
    #: the most that it draws while its machine does not run: that of its input filter
    filter_high: float


class Power:
    """What is alive, and through what a current flows, while some nodes are gone.

    `input_groups`: node with several inputs -> groups of them: it takes the first group of which
    one lives. The answer holds for the halls of `parent` in which all `living_nodes` live.
    """

    def __init__(
        self,
        graph: Graph,
        input_groups: Mapping[int, Sequence[Sequence[int]]],
        outages: Mapping[int, Truth],
        parent: Optional[Power] = None,
        living_nodes: Collection[int] = (),
    ) -> None:
        self._graph, self._input_groups, self.outages = graph, input_groups, outages
        self._parent, self._living_nodes = parent, living_nodes
        #: cords whose outlets were switched since: whether they are on
        self.switched: dict[Supply, Truth] = {} if parent is None else parent.switched
        self._alive: dict[int, Truth] = {}
        self._paths: dict[int, Mapping[int, Truth]] = {}

    def copied(self, outages: Mapping[int, Truth]) -> Power:
        """The same, to be changed. `outages`: as it is, and will be changed."""
        copy = Power(self._graph, self._input_groups, outages)
        copy._alive, copy._paths = dict(self._alive), dict(self._paths)
        return copy

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
            if node in self._living_nodes:
                return YES
        result = YES - self.outages.get(node, NO)
        if not result:
            return NO
        inputs = -1
        for upper, is_input, presence, _ in self._graph.above[node]:
            lives = self.alive(upper)
            if is_input:
                inputs = max(inputs, lives)
            elif lives < result:
                lives = max(lives, YES - presence)
                if lives < result:
                    result = lives
        return result if inputs < 0 or inputs > result else inputs

    def has_power(self, supply: Supply) -> Truth:
        """Whether a cord has power."""
        truth = self.alive(supply.node)
        closed = self.switched.get(supply, supply.closed) if self.switched else supply.closed
        return closed if closed < truth else truth

    def path(self, node: int) -> Mapping[int, Truth]:
        """The carriers and pools through which the current of a living node flows, or may flow."""
        path = self._paths.get(node)
        if path is None:
            if self._parent is not None and node not in self._graph.nodes_below_switches:
                path = self._parent.path(node)
            else:
                path = self._find_path(node)
            self._paths[node] = path
        return path

    def _find_path(self, node: int) -> Mapping[int, Truth]:
        graph = self._graph
        is_key = node in graph.carriers or node in graph.pools
        path: dict[int, Truth] = {node: YES} if is_key else {}
        for upper, is_input, presence, flows in graph.above[node]:
            if flows and not is_input:
                for carrier, truth in self.path(upper).items():
                    truth = min(truth, presence)
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
        groups = self._input_groups.get(node)
        if groups is None:
            for upper, is_input, _, flows in self._graph.above[node]:
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

    def assuming(self, living_nodes: Collection[int]) -> Power:
        """The power in those of these halls in which all of these nodes live."""
        return Power(self._graph, self._input_groups, self.outages, self, living_nodes)

    def forget(self, nodes: Iterable[int]) -> None:
        """Look at these anew."""
        for node in nodes:
            self._alive.pop(node, None)
            if node in self._graph.nodes_below_switches:
                self._paths.pop(node, None)
