"""Makes the graph of a drawing (`graph`). Pure."""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Optional, Union

from ...site.drawing.drawing import Breaker, Cord, Drawing, HallNode, Input, Panel, PduNode
from .arithmetic import MAYBE, YES, Truth
from .graph import Carrier, Edge, Graph
from .protection import Protection

# Panel's lines of these names are phases: each feeds many PDUs. Others are ways: each feeds one.
_PHASES = ("l1", "l2", "l3")

# the least part of the sum over all phases that the fullest of three conductors carries
_FULLEST = 1 / 3


def build_graph(drawing: Drawing, cords: Iterable[Cord], least_a: Mapping[str, float]) -> Graph:
    """The graph of a drawing; `cords` are the outlets that matter. `least_a`: PDU -> the least that
    the fullest conductor of its inlet carries now, in A.
    """
    return _Builder(drawing, least_a).build(cords)


class _Builder:
    def __init__(self, drawing: Drawing, least_a: Mapping[str, float]) -> None:
        self._drawing, self._least_a = drawing, least_a
        self._has_several_voltages = drawing.has_several_voltages
        self._ways = _Ways(drawing)
        self._above: list[list[Edge]] = []
        self._carriers: dict[int, Carrier] = {}
        self._nodes: dict[HallNode, int] = {}
        self._outlets: dict[Cord, int] = {}
        self._feeders: dict[Cord, int] = {}
        self._free_lines: set[int] = set()
        #: PDU and what of it an outlet is behind -> the node of such outlets
        self._kinds: dict[tuple[str, tuple[Optional[bool], ...]], int] = {}
        #: panel, how many of its lines are free, and those of them that are left out -> their pool
        self._pools: dict[tuple[str, int, frozenset[HallNode]], int] = {}
        #: a PDU's line that names none above, its panel, and what all lines of the PDU name
        self._open_lines: list[tuple[int, Panel, Collection[Optional[HallNode]]]] = []

    def build(self, cords: Iterable[Cord]) -> Graph:
        """From the feeds down to these outlets."""
        drawing = self._drawing
        for name in drawing.feeds:
            self._nodes[HallNode("feed", name)] = self._new()
        for panel in drawing.panels.values():
            board = self._nodes[panel.node] = self._new()
            if panel.ups is not None:
                part = 1.0 if panel.ups.phases == 1 else _FULLEST
                self._carriers[board] = Carrier(
                    panel.name, panel.ups, panel.node,
                    trips=False, part=part, volts=self._volts(panel),
                )  # fmt: skip
            for line in panel.lines:
                self._add_line(panel, line, board)
        for panel in drawing.panels.values():
            self._feed_panel(panel)
        for name in drawing.pdus:
            self._add_pdu(name)
        for cord in cords:
            self._outlet(cord)
        for line_number, panel_above, lines_above in self._open_lines:
            self._need(line_number, self._pool(panel_above, without=lines_above), presence=MAYBE)
        below: list[list[int]] = [[] for _ in self._above]
        inputs: dict[int, list[int]] = {}
        for lower, edges in enumerate(self._above):
            for edge in edges:
                below[edge.node].append(lower)
            sources = [edge.node for edge in edges if edge.is_input]
            if len(sources) > 1:
                inputs[lower] = sources
        volts = {pdu.name: self._volts(pdu) for pdu in drawing.pdus.values()}
        return Graph(
            self._above,
            below,
            inputs,
            self._carriers,
            self._nodes,
            self._outlets,
            self._feeders,
            frozenset(self._free_lines),
            volts if self._has_several_voltages else {},
            {
                pool: self._members(pool, drawing.panels[name])
                for (name, *_), pool in self._pools.items()
            },
        )

    def _volts(self, node: Union[Panel, PduNode]) -> float:
        """By what an ampere there counts in the walk: its voltage, or 1 where all are alike."""
        if not self._has_several_voltages or node.voltage_v is None:
            return 1.0
        return node.voltage_v

    def _new(self) -> int:
        self._above.append([])
        return len(self._above) - 1

    def _need(self, lower: int, upper: int, presence: Truth = YES, flows: bool = True) -> None:
        self._above[lower].append(Edge(upper, False, presence, flows))

    def _part(self, owner: str, breaker: Breaker) -> int:
        """The node of a line or breaker."""
        return self._nodes[HallNode.breaker(owner, breaker.name)]

    def _add_line(self, panel: Panel, line: Breaker, board: int) -> None:
        node = HallNode.breaker(panel.name, line.name)
        part = 1.0 if self._ways.is_one_conductor(node, line) else _FULLEST
        self._need(self._add_breaker(panel, line, part), board)

    def _feed_panel(self, panel: Panel) -> None:
        board = self._nodes[panel.node]
        for line in panel.lines:
            if line.of is not None:
                self._need(self._part(panel.name, line), self._nodes[line.of])
        lines_above = dict.fromkeys(line.of for line in panel.lines)
        upper = self._node_above_for(panel.node, panel.inputs[0], lines_above, ())
        self._above[board].append(Edge(upper, True, YES, True))

    def _node_above_for(
        self,
        lower: HallNode,
        source: Input,
        lines_above: Collection[Optional[HallNode]],
        lines: Sequence[int],
    ) -> int:
        """The node from which a panel or PDU is fed: the source, or a node below it.

        `lines_above`: those that its own lines name. `lines`: those of a PDU with several, and one
        input.
        """
        if isinstance(source, Cord):
            feeder = self._feeders[source] = self._new()
            self._need(feeder, self._outlet(source))
            return feeder
        upper = self._nodes[source]
        board = self._drawing.panels.get(source.name)
        if source.kind == "breaker":
            if len(lines) > 1 and self._ways.users(source) == 1:
                return self._conductors(upper, self._carriers.pop(upper), lines)
            return upper
        if source.kind == "feed" or board is None or not board.lines:
            return upper
        number = self._new()
        self._need(number, upper)
        pdu = self._drawing.pdus[lower.name] if lower.kind == "pdu" else None
        has_several_inputs = pdu is not None and len(pdu.inputs) > 1
        if lines_above and None not in lines_above:
            # lines of one conductor have breakers of their own: none takes a board's other lines
            alone = {line.name for line in board.lines if line.phases == 1}
            for node in lines_above:
                if node is None or node.owner != board.name:
                    continue
                if pdu is not None or node.name not in alone:
                    self._need(number, self._nodes[node], presence=MAYBE, flows=has_several_inputs)
            return number
        if self._ways.are_shared(board):
            # the lines of a PDU with one input flow through them one by one
            flows = pdu is None or has_several_inputs
            self._need(number, self._pool(board), presence=MAYBE, flows=flows)
            return number
        # a line that cannot hold what a PDU draws now does not feed it
        least_a = 0.0 if pdu is None else self._least_a.get(pdu.name, 0.0)
        free = self._ways.free(board, least_a)
        self._free_lines.update(self._part(board.name, line) for line in free)
        self._need(number, self._pool(board, least_a), presence=MAYBE, flows=False)
        carrier = self._undrawn_line(lower.name, pdu, board, free)
        if len(lines) > 1:
            return self._conductors(number, carrier, lines)
        self._carriers[number] = carrier
        return number

    def _pool(
        self, board: Panel, least_a: float = 0.0, without: Collection[Optional[HallNode]] = ()
    ) -> int:
        """The pool of the free lines of a panel, for what draws at least so much now; without
        these, unless there are no others.
        """
        free = self._ways.free(board, least_a)
        nodes = {HallNode.breaker(board.name, line.name) for line in free} if any(without) else ()
        excluded_nodes = frozenset(node for node in without if node is not None and node in nodes)
        if len(excluded_nodes) == len(free):
            excluded_nodes = frozenset()
        key = board.name, len(free), excluded_nodes
        if key not in self._pools:
            self._pools[key] = self._new()
            for node in (HallNode.breaker(board.name, line.name) for line in free):
                if node not in excluded_nodes:
                    self._need(self._pools[key], self._nodes[node], presence=MAYBE, flows=False)
        return self._pools[key]

    def _members(self, pool: int, board: Panel) -> list[int]:
        """The lines of a pool, and what their current flows through besides what is above their
        panel anyway.
        """
        anyway = set(self._ways_up([self._nodes[board.node]]))
        lines = [edge.node for edge in self._above[pool]]
        return [node for node in self._ways_up(lines, anyway) if node in self._carriers]

    def _ways_up(self, nodes: Iterable[int], without: Collection[int] = ()) -> list[int]:
        """These nodes and those above through which their current flows, each before its own."""
        nodes_above: dict[int, None] = {}
        stack = list(nodes)[::-1]
        while stack:
            node = stack.pop()
            if node not in nodes_above and node not in without:
                nodes_above[node] = None
                stack += [edge.node for edge in self._above[node][::-1] if edge.flows]
        return list(nodes_above)

    def _undrawn_line(
        self, name: str, pdu: Optional[PduNode], board: Panel, free: Sequence[Breaker]
    ) -> Carrier:
        """The line of a panel that feeds a PDU or panel: one of the free ones, or one that nobody
        drew, whose breaker then is that of the PDU's lines.
        """
        ratings = [breaker.rating_a for breaker in free if breaker.rating_a is not None]
        is_rated = pdu is not None and all(breaker.rating_a is not None for breaker in pdu.lines)
        least = min(ratings) if ratings and len(ratings) == len(free) and is_rated else None
        usual = min(free, key=lambda breaker: breaker.limit_percent, default=board.lines[0])
        standards = {breaker.standard for breaker in free}
        usual = usual._replace(
            name=name,
            rating_a=least,
            standard=standards.pop() if len(standards) == 1 else "",
        )
        # a PDU whose lines nobody drew may have three
        is_one = pdu is not None and pdu.lines_are_drawn
        return Carrier(
            f"{board.name}, the line of {name}",
            usual,
            None,
            most_a=math.inf,
            part=1.0 if is_one else _FULLEST,
            volts=self._volts(board),
        )

    def _conductors(self, upper: int, carrier: Carrier, lines: Sequence[int]) -> int:
        """The conductors of a line that feeds one PDU with several lines: each carries one of them,
        and one that trips may take the others with it.
        """
        number = self._new()
        self._need(number, upper)
        for line in lines:
            conductor = self._new()
            name = f"{carrier.name}, {self._carriers[line].breaker.name}"
            self._carriers[conductor] = replace(carrier, name=name, part=1.0)
            self._need(conductor, upper)
            self._need(line, conductor)
            self._need(number, conductor, presence=MAYBE, flows=False)
        return number

    def _add_pdu(self, name: str) -> None:
        if HallNode("pdu", name) in self._nodes:
            return
        pdu = self._drawing.pdus[name]
        inlet, outlets = self._new(), self._new()
        self._nodes[HallNode("pdu", name)] = outlets
        has_one_input = len(pdu.inputs) == 1
        self._need(outlets, inlet)
        lines: list[int] = []
        for line in pdu.lines:
            number = self._add_breaker(pdu, line)
            lines.append(number)
            self._need(number, inlet)
            self._need(outlets, number, presence=YES if line.every else MAYBE, flows=False)
            if line.of is not None and has_one_input:
                self._need(number, self._nodes[line.of])
        for breaker in pdu.breakers:
            self._need(self._add_breaker(pdu, breaker), outlets)
        lines_above = dict.fromkeys(line.of for line in pdu.lines)
        for source in pdu.inputs:
            conductors = lines if has_one_input and [*lines_above] == [None] else ()
            upper = self._node_above_for(HallNode("pdu", name), source, lines_above, conductors)
            self._above[inlet].append(Edge(upper, True, YES, True))
        only = pdu.inputs[0]
        board = self._drawing.panels.get(only.name) if isinstance(only, HallNode) else None
        if has_one_input and board is not None and board.lines and self._ways.are_shared(board):
            # lines that name no line above are on others than its own lines name
            numbers = [number for line, number in zip(pdu.lines, lines) if line.of is None]
            self._open_lines += [(number, board, lines_above) for number in numbers]

    def _add_breaker(
        self, owner: Union[Panel, PduNode], breaker: Breaker, part: float = 1.0
    ) -> int:
        node = HallNode.breaker(owner.name, breaker.name)
        number = self._nodes[node] = self._new()
        pdu = owner.name if isinstance(owner, PduNode) else ""
        self._carriers[number] = Carrier(
            node.full_name, breaker, node, pdu, part=part, volts=self._volts(owner)
        )
        return number

    def _outlet(self, cord: Cord) -> int:
        if cord in self._outlets:
            return self._outlets[cord]
        self._add_pdu(cord.pdu)
        pdu = self._drawing.pdus[cord.pdu]
        parts = (*pdu.lines, *pdu.breakers)
        are_behind = tuple(pdu.carries(part, cord.outlet) for part in parts)
        number = self._kinds.get((cord.pdu, are_behind))
        if number is None:
            number = self._kinds[cord.pdu, are_behind] = self._new()
            self._need(number, self._nodes[HallNode("pdu", cord.pdu)])
            for breaker, carries in zip(parts, are_behind):
                if carries is not False:
                    presence = YES if carries else MAYBE
                    self._need(number, self._part(pdu.name, breaker), presence)
        self._outlets[cord] = number
        return number


def _trips_a(line: Breaker) -> float:
    return math.inf if line.rating_a is None else Protection.of(line, line.rating_a).trips_a


class _Ways:
    """Which lines of panels feed what, as far as somebody drew it."""

    def __init__(self, drawing: Drawing) -> None:
        self._claims: Counter[HallNode] = Counter()
        self._direct: dict[HallNode, list[int]] = {}
        open_ways_by_panel: Counter[str] = Counter()
        boards: list[Union[Panel, PduNode]] = [*drawing.panels.values(), *drawing.pdus.values()]
        for board in boards:
            has_lines = isinstance(board, PduNode) and board.lines_are_drawn
            lines_above = [line.of for line in board.lines if line.of is not None]
            self._claims.update(lines_above)
            for source in board.inputs:
                if isinstance(source, Cord):
                    continue
                if source.kind == "breaker":
                    self._claims[source] += 1
                    self._direct.setdefault(source, []).append(len(board.lines) * has_lines)
                elif not board.lines or len(lines_above) < len(board.lines):
                    open_ways_by_panel[source.name] += 1
        #: panel, number of its free lines that are too weak -> the others
        self._free: dict[tuple[str, int], tuple[Breaker, ...]] = {}
        #: panel -> what surely trips its free lines, in A, the least first
        self._trips_a: dict[str, list[float]] = {}
        self._shared_panels: set[str] = set()
        for panel in drawing.panels.values():
            nodes = {line: HallNode.breaker(panel.name, line.name) for line in panel.lines}
            free = tuple(line for line, node in nodes.items() if not self._claims[node])
            conductors = any(self._claims[node] > 1 for node in nodes.values())
            are_phases = all(line.name.casefold() in _PHASES for line in panel.lines)
            if conductors or are_phases or len(free) < open_ways_by_panel[panel.name]:
                self._shared_panels.add(panel.name)
                free = panel.lines
            self._free[panel.name, 0] = free
            self._trips_a[panel.name] = sorted(map(_trips_a, free))

    def free(self, panel: Panel, least_a: float = 0.0) -> tuple[Breaker, ...]:
        """The lines that may feed what names none and draws at least so much now."""
        trips_a = self._trips_a[panel.name]
        key = panel.name, 0 if self.are_shared(panel) else bisect.bisect_right(trips_a, least_a)
        if key not in self._free:
            lines = self._free[panel.name, 0]
            self._free[key] = tuple(line for line in lines if _trips_a(line) > least_a)
        return self._free[key]

    def are_shared(self, panel: Panel) -> bool:
        """Whether a line of this panel may feed several PDUs or panels."""
        return panel.name in self._shared_panels

    def users(self, line: HallNode) -> int:
        """How many PDUs and panels name this line."""
        return self._claims[line]

    def is_one_conductor(self, node: HallNode, line: Breaker) -> bool:
        """Whether all that flows through a line flows through one conductor."""
        direct = self._direct.get(node, [])
        return line.phases == 1 or not direct or (direct == [1] and self._claims[node] == 1)
