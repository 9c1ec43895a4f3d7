"""The drawing as one graph. Pure; `power_flow` says what lives in it and what flows.

A node is a feed, UPS, panel, line, PDU, breaker, the outlets of a PDU that are behind the same
ones, or an outlet that feeds a PDU or panel. A node lives while one of its inputs lives and
everything that it needs lives. The current of an outlet flows through all that it hangs on.

An edge is sure, or possible: a line whose breaker trips may take the other lines of its PDU with
it, because most breakers of three lines trip together; an outlet may be behind a breaker whose
outlets are not drawn; a PDU that names no line of its panel may be on any line that is free, or on
one that nobody drew.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Optional, Union

from ...core.drawing.drawing import Breaker, Cord, Drawing, HallNode, Input, Panel, PduNode
from .protection import Protection

# Panel's lines of these names are phases: each feeds many PDUs. Others are ways: each feeds one.
_PHASES = ("l1", "l2", "l3")

# the least part of the sum over all phases that the fullest of three conductors carries
_FULLEST = 1 / 3


class Edge(NamedTuple):
    """The other end of an edge."""

    node: int
    #: the upper end is one of several inputs of the lower one; else the lower one needs it
    is_input: bool
    #: the drawing says so
    sure: bool
    #: the lower one's current flows through the upper one
    flows: bool


class Carrier(NamedTuple):
    """A node whose current counts: a line, a breaker or a UPS."""

    #: for people, such as `r1-left/L1`
    name: str
    breaker: Breaker
    #: the PDU that has it; "" for those above PDUs
    pdu: str = ""
    #: the highest that its rating can be, in A: nobody drew which line it is
    most_a: Optional[float] = None
    #: whether far above its rating it surely trips; a UPS may go to its bypass
    trips: bool = True
    #: the least part of what is behind it that flows through its fullest conductor
    part: float = 1.0
    #: VA of the walk for each of its amperes: its voltage, or 1 where all have the same
    volts: float = 1.0


class Graph:
    """A drawing as a graph; `cords` are the outlets that matter. `least_a`: PDU -> the least that
    the fullest conductor of its inlet carries now, in A.
    """

    def __init__(
        self, drawing: Drawing, cords: Iterable[Cord], least_a: Mapping[str, float]
    ) -> None:
        self._drawing, self._least_a = drawing, least_a
        self._has_several_voltages = drawing.has_several_voltages
        self.above: list[list[Edge]] = []
        self.below: list[list[Edge]] = []
        #: node -> how many inputs it has
        self.inputs: list[int] = []
        self.carriers: dict[int, Carrier] = {}
        self.number: dict[HallNode, int] = {}
        #: outlet -> its node
        self.outlets: dict[Cord, int] = {}
        #: outlet that feeds a PDU or panel -> its own node, which dies if it is switched off
        self.feeding: dict[Cord, int] = {}
        #: lines that may feed what names none: its current is shown at a carrier of its own
        self.free_lines: set[int] = set()
        #: conductor -> the line that it is of
        self.conductors: dict[int, int] = {}
        #: lines of the inlets of PDUs
        self.lines: set[int] = set()
        self._kinds: dict[tuple[str, tuple[Optional[bool], ...]], int] = {}
        self._ways = _Ways(drawing)
        #: panel, whether the current flows through them, how many -> the node of its free lines
        self._any_lines: dict[tuple[str, bool, int], int] = {}
        self._built: set[str] = set()
        self._all_above: dict[int, set[int]] = {}
        for name in drawing.feeds:
            self.number[HallNode("feed", name)] = self._new()
        for panel in drawing.panels.values():
            board = self.number[panel.node] = self._new()
            if panel.ups is not None:
                part = 1.0 if panel.ups.phases == 1 else _FULLEST
                self.carriers[board] = Carrier(
                    panel.name, panel.ups, trips=False, part=part, volts=self.volts(panel)
                )
            for line in panel.lines:
                self._add_line(panel, line, board)
        for panel in drawing.panels.values():
            self._feed_panel(panel)
        for name in drawing.pdus:
            self._add_pdu(name)
        for cord in cords:
            self._outlet(cord)

    def sure_above(self, node: int) -> set[int]:
        """All that a node surely needs, with itself: while it lives, they live."""
        waiting = [node]
        nodes_above = {node}
        while waiting:
            lower = waiting.pop()
            for upper, is_input, sure, _ in self.above[lower]:
                if sure and upper not in nodes_above and (not is_input or self.inputs[lower] == 1):
                    nodes_above.add(upper)
                    waiting.append(upper)
        return nodes_above

    def all_above(self, node: int) -> set[int]:
        """All that a node needs, or may need, with itself."""
        nodes_above = self._all_above.get(node)
        if nodes_above is None:
            waiting, nodes_above = [node], {node}
            while waiting:
                for edge in self.above[waiting.pop()]:
                    if edge.node not in nodes_above:
                        nodes_above.add(edge.node)
                        waiting.append(edge.node)
            self._all_above[node] = nodes_above
        return nodes_above

    def drawn_carriers(self) -> dict[str, HallNode]:
        """The name of each carrier that is drawn -> what it is in the drawing; of a conductor, its
        line.
        """
        nodes = {number: node for node, number in self.number.items()}
        places = {number: self.conductors.get(number, number) for number in self.carriers}
        return {
            self.carriers[number].name: nodes[place]
            for number, place in places.items()
            if place in nodes
        }

    def volts(self, node: Union[Panel, PduNode]) -> float:
        """By what an ampere there counts in the walk: its voltage, or 1 where all are alike."""
        if not self._has_several_voltages or node.voltage_v is None:
            return 1.0
        return node.voltage_v

    # ---- construction ----------------------------------------------------------------------------

    def _new(self) -> int:
        self.below.append([])
        self.above.append([])
        self.inputs.append(0)
        return len(self.inputs) - 1

    def _join(self, lower: int, upper: int, is_input: bool, sure: bool, flows: bool) -> None:
        self.below[upper].append(Edge(lower, is_input, sure, flows))
        self.above[lower].append(Edge(upper, is_input, sure, flows))
        self.inputs[lower] += is_input

    def _need(self, lower: int, upper: int, sure: bool = True, flows: bool = True) -> None:
        self._join(lower, upper, False, sure, flows)

    def _input(self, lower: int, upper: int) -> None:
        self._join(lower, upper, True, True, True)

    def _add_line(self, panel: Panel, line: Breaker, board: int) -> None:
        node = HallNode.breaker(panel.name, line.name)
        number = self.number[node] = self._new()
        is_one = self._ways.is_one_conductor(node, line)
        part = 1.0 if is_one else _FULLEST
        self.carriers[number] = Carrier(node.full_name, line, part=part, volts=self.volts(panel))
        self._need(number, board)

    def _feed_panel(self, panel: Panel) -> None:
        board = self.number[panel.node]
        for line in panel.lines:
            if line.of is not None:
                number = self.number[HallNode.breaker(panel.name, line.name)]
                self._need(number, self.number[line.of])
        drawn = {line.of for line in panel.lines}
        self._input(board, self._node_above_for(panel.node, panel.inputs[0], drawn, ()))

    def _node_above_for(
        self,
        lower: HallNode,
        source: Input,
        drawn: Collection[Optional[HallNode]],
        lines: Sequence[int],
    ) -> int:
        """The node from which a panel or PDU is fed: the source, or a node below it.

        `drawn`: the lines above that its own lines name. `lines`: those of a PDU with several, and
        one input.
        """
        if isinstance(source, Cord):
            own = self.feeding[source] = self._new()
            self._need(own, self._outlet(source))
            return own
        upper = self.number[source]
        board = self._drawing.panels.get(source.name)
        if source.kind == "breaker":
            if len(lines) > 1 and self._ways.users(source) == 1:
                return self._conductors(upper, self.carriers.pop(upper), lines)
            return upper
        if source.kind == "feed" or board is None or not board.lines:
            return upper
        number = self._new()
        self._need(number, upper)
        if drawn and None not in drawn:
            is_followed = lower.kind != "pdu" or len(self._drawing.pdus[lower.name].inputs) == 1
            # lines of one conductor have breakers of their own: none takes a board's other lines
            alone = {line.name for line in board.lines if line.phases == 1}
            for one in drawn:
                if one is None or one.owner != board.name:
                    continue
                if lower.kind == "pdu" or one.name not in alone:
                    self._need(number, self.number[one], sure=False, flows=not is_followed)
            return number
        if self._ways.are_shared(board):
            # the lines of a PDU with one input flow through them one by one
            flows = lower.kind != "pdu" or len(self._drawing.pdus[lower.name].inputs) > 1
            self._need(number, self._any_line(board, flows), sure=False, flows=flows)
            return number
        # a line that cannot hold what a PDU draws now does not feed it
        least_a = self._least_a.get(lower.name, 0.0) if lower.kind == "pdu" else 0.0
        free = self._ways.free(board, least_a)
        self.free_lines.update(self.number[HallNode.breaker(board.name, one.name)] for one in free)
        self._need(number, self._any_line(board, False, least_a), sure=False, flows=False)
        carrier = self._unnamed(lower, board, free)
        if len(lines) > 1:
            return self._conductors(number, carrier, lines)
        self.carriers[number] = carrier
        return number

    def _any_line(self, board: Panel, flows: bool, least_a: float = 0.0) -> int:
        """A node that stands for one of the lines of a panel that are free, nobody knows which."""
        free = self._ways.free(board, least_a)
        key = board.name, flows, len(free)
        number = self._any_lines.get(key)
        if number is None:
            number = self._any_lines[key] = self._new()
            for line in free:
                upper = self.number[HallNode.breaker(board.name, line.name)]
                self._need(number, upper, sure=False, flows=flows)
        return number

    def _unnamed(self, lower: HallNode, board: Panel, free: Sequence[Breaker]) -> Carrier:
        """The line of a panel that feeds a PDU or panel: one of the free ones, or one that nobody
        drew, whose breaker then is that of the PDU's lines.
        """
        ratings = [breaker.rating_a for breaker in free if breaker.rating_a is not None]
        pdu = self._drawing.pdus.get(lower.name) if lower.kind == "pdu" else None
        is_rated = pdu is not None and all(breaker.rating_a is not None for breaker in pdu.lines)
        least = min(ratings) if ratings and len(ratings) == len(free) and is_rated else None
        usual = min(free, key=lambda breaker: breaker.limit_percent, default=board.lines[0])
        standards = {breaker.standard for breaker in free}
        usual = usual._replace(
            name=lower.name,
            rating_a=least,
            standard=standards.pop() if len(standards) == 1 else "",
        )
        # a PDU whose lines nobody drew may have three
        is_one = pdu is not None and pdu.lines_are_drawn
        return Carrier(
            f"{board.name}, the line of {lower.name}",
            usual,
            most_a=math.inf,
            part=1.0 if is_one else _FULLEST,
            volts=self.volts(board),
        )

    def _conductors(self, upper: int, carrier: Carrier, lines: Sequence[int]) -> int:
        """The conductors of a line that feeds one PDU with several lines: each carries one of them,
        and one that trips may take the others with it.
        """
        number = self._new()
        self._need(number, upper)
        for line in lines:
            conductor = self._new()
            name = f"{carrier.name}, {self.carriers[line].breaker.name}"
            self.carriers[conductor] = carrier._replace(name=name, part=1.0)
            self.conductors[conductor] = upper
            self._need(conductor, upper)
            self._need(line, conductor)
            self._need(number, conductor, sure=False, flows=False)
        return number

    def _add_pdu(self, name: str) -> None:
        if name in self._built:
            return
        self._built.add(name)
        pdu = self._drawing.pdus[name]
        inlet, outlets = self._new(), self._new()
        self.number[HallNode("pdu", name)] = outlets
        has_one_input = len(pdu.inputs) == 1
        self._need(outlets, inlet)
        lines: list[int] = []
        for line in pdu.lines:
            number = self._add_breaker(pdu, line)
            lines.append(number)
            self.lines.add(number)
            self._need(number, inlet)
            self._need(outlets, number, sure=line.every, flows=False)
            if line.of is not None and has_one_input:
                self._need(number, self.number[line.of])
        for breaker in pdu.breakers:
            self._need(self._add_breaker(pdu, breaker), outlets)
        drawn = {line.of for line in pdu.lines}
        for source in pdu.inputs:
            several = lines if has_one_input and drawn == {None} else ()
            self._input(inlet, self._node_above_for(HallNode("pdu", name), source, drawn, several))
        only = pdu.inputs[0]
        board = self._drawing.panels.get(only.name) if isinstance(only, HallNode) else None
        if has_one_input and board is not None and board.lines and self._ways.are_shared(board):
            self._spread_lines(pdu, board, lines, drawn)

    def _spread_lines(
        self,
        pdu: PduNode,
        board: Panel,
        lines: Sequence[int],
        drawn: Collection[Optional[HallNode]],
    ) -> None:
        """A PDU's lines that name no line above are on others than its own lines name."""
        others = [HallNode.breaker(board.name, one.name) for one in self._ways.free(board)]
        left = [one for one in others if one not in drawn] or others
        candidates = tuple(self.number[one] for one in left)
        for line, number in zip(pdu.lines, lines):
            if line.of is None:
                for one in candidates:
                    self._need(number, one, sure=False)

    def _add_breaker(self, pdu: PduNode, breaker: Breaker) -> int:
        node = HallNode.breaker(pdu.name, breaker.name)
        number = self.number[node] = self._new()
        self.carriers[number] = Carrier(node.full_name, breaker, pdu.name, volts=self.volts(pdu))
        return number

    def _outlet(self, cord: Cord) -> int:
        number_of_outlet = self.outlets.get(cord)
        if number_of_outlet is not None:
            return number_of_outlet
        self._add_pdu(cord.pdu)
        pdu = self._drawing.pdus[cord.pdu]
        parts = (*pdu.lines, *pdu.breakers)
        placed = tuple(pdu.carries(part, cord.outlet) for part in parts)
        number = self._kinds.get((cord.pdu, placed), -1)
        if number < 0:
            number = self._kinds[cord.pdu, placed] = self._new()
            self._need(number, self.number[HallNode("pdu", cord.pdu)])
            for breaker, carries in zip(parts, placed):
                if carries is not False:
                    upper = self.number[HallNode.breaker(pdu.name, breaker.name)]
                    self._need(number, upper, sure=carries is True)
        self.outlets[cord] = number
        return number


def _trips_a(line: Breaker) -> float:
    return math.inf if line.rating_a is None else Protection.of(line, line.rating_a).trips_a


class _Ways:
    """Which lines of panels feed what, as far as somebody drew it."""

    def __init__(self, drawing: Drawing) -> None:
        self._claims: Counter[HallNode] = Counter()
        self._direct: dict[HallNode, list[int]] = {}
        open_ways_by_panel: Counter[str] = Counter()
        boards = [(board.inputs, board.lines, 0) for board in drawing.panels.values()]
        pdus = [
            (board.inputs, board.lines, len(board.lines) if board.lines_are_drawn else 0)
            for board in drawing.pdus.values()
        ]
        for inputs, lines, count in (*boards, *pdus):
            drawn = [line.of for line in lines if line.of is not None]
            self._claims.update(drawn)
            for source in inputs:
                if isinstance(source, Cord):
                    continue
                if source.kind == "breaker":
                    self._claims[source] += 1
                    self._direct.setdefault(source, []).append(count)
                elif not lines or len(drawn) < len(lines):
                    open_ways_by_panel[source.name] += 1
        #: panel, number of its free lines that are too weak -> the others
        self._free: dict[tuple[str, int], tuple[Breaker, ...]] = {}
        #: panel -> what surely trips its free lines, in A, the least first
        self._trips_a: dict[str, list[float]] = {}
        self._shared: set[str] = set()
        for panel in drawing.panels.values():
            nodes = {line: HallNode.breaker(panel.name, line.name) for line in panel.lines}
            free = tuple(line for line, node in nodes.items() if not self._claims[node])
            several = any(self._claims[node] > 1 for node in nodes.values())
            are_phases = all(line.name.casefold() in _PHASES for line in panel.lines)
            if several or are_phases or len(free) < open_ways_by_panel[panel.name]:
                self._shared.add(panel.name)
                free = panel.lines
            self._free[panel.name, 0] = free
            self._trips_a[panel.name] = sorted(map(_trips_a, free))

    def free(self, panel: Panel, least_a: float = 0.0) -> tuple[Breaker, ...]:
        """The lines that may feed what names none and draws at least so much now."""
        trips_a = self._trips_a[panel.name]
        weak_count = 0 if self.are_shared(panel) else bisect.bisect_right(trips_a, least_a)
        free = self._free.get((panel.name, weak_count))
        if free is None:
            free = tuple(line for line in self._free[panel.name, 0] if _trips_a(line) > least_a)
            self._free[panel.name, weak_count] = free
        return free

    def are_shared(self, panel: Panel) -> bool:
        """Whether a line of this panel may feed several PDUs or panels."""
        return panel.name in self._shared

    def users(self, line: HallNode) -> int:
        """How many PDUs and panels name this line."""
        return self._claims[line]

    def is_one_conductor(self, node: HallNode, line: Breaker) -> bool:
        """Whether all that flows through a line flows through one conductor."""
        direct = self._direct.get(node, [])
        return line.phases == 1 or not direct or (direct == [1] and self._claims[node] == 1)
