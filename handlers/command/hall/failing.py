"""What dies when something fails: one monotone pass over the drawing's graph. Pure.

A node lives while one of its inputs lives and everything that it needs lives. More failures never
bring a node back, so one pass from the failed nodes decides.

Two answers bound what happens. `surely` follows only what the drawing says. `possibly` also follows
what it leaves open: a line whose breaker trips may take the other lines of its PDU with it, because
most upstream breakers of three lines trip together; an outlet may be behind a breaker whose outlets
are not drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from .drawing import Cord, Drawing, HallNode, Input, PduNode

_INLET = "inlet"  # the kind of the node that collects a PDU's inputs


class Dead(NamedTuple):
    """What is dead: things of the drawing, and the outlets behind them."""

    nodes: Collection[HallNode]
    cords: Collection[Cord]


class _Edge(NamedTuple):
    """From one node to another, by their numbers."""

    to: int
    #: the upper end is one of several inputs of the lower one; else the lower one needs it
    is_input: bool
    #: the drawing says so
    sure: bool


class Graph:
    """The drawing as a graph; `cords` are the outlets that matter."""

    def __init__(self, drawing: Drawing, cords: Iterable[Cord]) -> None:
        self._nodes: dict[HallNode, int] = {}
        self._cords: dict[Cord, int] = {}
        self._below: list[list[_Edge]] = []
        self._above: list[list[_Edge]] = []
        self._inputs: list[int] = []
        for name in drawing.feeds:
            self._node(HallNode("feed", name))
        for panel in drawing.panels.values():
            own = self._node(HallNode("panel", panel.name))
            self._feed(drawing, own, panel.inputs)
            for line in panel.lines:
                self._need(self._node(HallNode.breaker(panel.name, line.name)), own)
        for pdu in drawing.pdus.values():
            self._add_pdu(drawing, pdu)
        for cord in cords:
            self._cord(drawing.pdus[cord.pdu], cord)
        self._node_of = {number: node for node, number in self._nodes.items()}
        self._cord_of = {number: cord for cord, number in self._cords.items()}

    def dead(self, failed: Iterable[HallNode], possibly: bool) -> Dead:
        """All that dies when these fail, with themselves; with `possibly`, also what may die."""
        found = {self._nodes[node] for node in failed}
        waiting = list(found)
        lost: dict[int, int] = {}
        while waiting:
            for to, is_input, sure in self._below[waiting.pop()]:
                if to in found or not (sure or possibly):
                    continue
                if is_input:
                    lost[to] = lost.get(to, 0) + 1
                    if lost[to] < self._inputs[to]:
                        continue
                found.add(to)
                waiting.append(to)
        return Dead(
            {self._node_of[one] for one in found if one in self._node_of},
            {self._cord_of[one] for one in found if one in self._cord_of},
        )

    def may_be_dead(self, cords: Iterable[Cord], failed: Iterable[HallNode]) -> set[Cord]:
        """Those of these outlets that may die when these fail. As `dead`, seen from below: quicker
        for a few outlets.
        """
        known = {self._nodes[node]: True for node in failed}
        return {cord for cord in cords if self._is_dead(self._cords[cord], known)}

    def _is_dead(self, node: int, known: dict[int, bool]) -> bool:
        if node not in known:
            lost = 0
            result = False
            for upper, is_input, _ in self._above[node]:
                if self._is_dead(upper, known):
                    lost += is_input
                    result = result or not is_input
            known[node] = result or 0 < self._inputs[node] <= lost
        return known[node]

    # ---- construction ----------------------------------------------------------------------------

    def _new(self) -> int:
        self._below.append([])
        self._above.append([])
        self._inputs.append(0)
        return len(self._inputs) - 1

    def _node(self, node: HallNode) -> int:
        if node not in self._nodes:
            self._nodes[node] = self._new()
        return self._nodes[node]

    def _cord(self, pdu: PduNode, cord: Cord) -> int:
        if cord not in self._cords:
            number = self._cords[cord] = self._new()
            self._need(number, self._node(HallNode("pdu", pdu.name)))
            for breaker in (*pdu.lines, *pdu.breakers):
                carries = pdu.carries(breaker, cord.outlet)
                if carries is not False:
                    upper = self._node(HallNode.breaker(pdu.name, breaker.name))
                    self._need(number, upper, sure=carries is True)
        return self._cords[cord]

    def _feed(self, drawing: Drawing, node: int, inputs: Iterable[Input]) -> None:
        for source in inputs:
            if isinstance(source, Cord):
                upper = self._cord(drawing.pdus[source.pdu], source)
            else:
                upper = self._node(source)
            self._join(node, upper, True, True)
            self._inputs[node] += 1

    def _need(self, node: int, needed: int, sure: bool = True) -> None:
        self._join(node, needed, False, sure)

    def _join(self, lower: int, upper: int, is_input: bool, sure: bool) -> None:
        self._below[upper].append(_Edge(lower, is_input, sure))
        self._above[lower].append(_Edge(upper, is_input, sure))

    def _add_pdu(self, drawing: Drawing, pdu: PduNode) -> None:
        inlet = self._node(HallNode(_INLET, pdu.name))
        own = self._node(HallNode("pdu", pdu.name))
        self._feed(drawing, inlet, pdu.inputs)
        self._need(own, inlet)
        has_one_input = len(pdu.inputs) == 1
        for line in pdu.lines:
            number = self._node(HallNode.breaker(pdu.name, line.name))
            self._need(number, inlet)
            self._need(own, number, sure=line.every)
            if line.of is not None:
                self._need(number, self._node(line.of), sure=has_one_input)
        for breaker in pdu.breakers:
            self._need(self._node(HallNode.breaker(pdu.name, breaker.name)), own)
        if all(line.of is not None for line in pdu.lines):
            return
        for source in pdu.inputs:
            if isinstance(source, HallNode) and source.kind == "panel":
                for line in drawing.panels[source.name].lines:
                    upper = self._node(HallNode.breaker(source.name, line.name))
                    self._need(own, upper, sure=False)
