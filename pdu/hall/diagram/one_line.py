"""A hall as a single-line diagram: feeds, UPSes and panels from the top, racks with their PDUs
below them, and the lines between. Pure.

Boxes stand in rows. What feeds a box in a lower row is a bus above that row, which a trunk at the
left joins to its source; so a hall of any size is as wide as a page. An input from the outlet of a
PDU is a reference, as on any larger drawing. Above _MOST_OPEN racks, each is one box with counts.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from ...core.cli.report import few
from ...site.drawing.drawing import Cord, Drawing, HallNode, Input, PduNode
from ..walk.condition import Condition
from .marks import HallMarks, Mark

WIDTH = 960.0
_MOST_OPEN = 12
_EDGE = 4.0  # of the picture
_LANE = 7.0  # between two parallel lines
_GAP = 12.0  # between two boxes
LINE_H, NOTE_H = 15.0, 12.0
HEAD_H = 18.0
_SOURCE_W, _PDU_W, _FOLDED_W = 168.0, 190.0, 104.0
_PAD = 6.0  # within the frame of a rack

_PLAIN = Mark()


class DiagramRow(NamedTuple):
    """A line or breaker within a box."""

    name: str
    #: whose row of the table explains it
    node: HallNode
    mark: Mark
    #: from the top of its box
    y: float

    @property
    def height(self) -> float:
        """With its note."""
        return LINE_H + (NOTE_H if self.mark.note else 0.0)


@dataclass
class Box:
    """A feed, UPS, panel, PDU or folded rack; or the frame of a rack."""

    title: str
    node: HallNode
    mark: Mark
    width: float
    height: float = HEAD_H
    rows: list[DiagramRow] = field(default_factory=list)
    #: texts below its rows
    texts: list[str] = field(default_factory=list)
    #: what feeds it, with the look of the line between
    inputs: list[tuple[HallNode, Condition]] = field(default_factory=list)
    #: a frame has boxes, a box has none
    inner: list[Box] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    #: the number of its row
    row: int = 0

    def add_rows(self, rows: Iterable[tuple[str, HallNode, Mark]]) -> None:
        """Lines and breakers, below those that it has."""
        for name, node, mark in rows:
            row = DiagramRow(name, node, mark, self.height)
            self.rows.append(row)
            self.height += row.height

    def add_text(self, text: str) -> None:
        """A line of text."""
        self.texts.append(text)
        self.height += LINE_H


class Wire(NamedTuple):
    """A line of the diagram, as points."""

    points: Sequence[tuple[float, float]]
    look: Condition


class OneLine(NamedTuple):
    """The whole picture."""

    boxes: Sequence[Box]
    wires: Sequence[Wire]
    width: float
    height: float


def one_line(drawing: Drawing, marks: HallMarks) -> OneLine:
    """Place everything."""
    return _Layout(_Boxes(drawing, marks).levels()).place()


def racks_of(drawing: Drawing) -> dict[str, list[PduNode]]:
    """Rack -> its PDUs. A PDU without a rack is by itself, under its own name."""
    racks: dict[str, list[PduNode]] = {}
    for pdu in sorted(drawing.pdus.values(), key=lambda pdu: not pdu.rack):
        racks.setdefault(_rack_of(pdu), []).append(pdu)
    return racks


def rack_node(rack: str) -> HallNode:
    """The key of a rack, which is nothing that can fail."""
    return HallNode("rack", rack)


def machines_by_rack(drawing: Drawing) -> dict[str, list[str]]:
    """Rack, as `racks_of` names it -> the machines whose first cord is there."""
    racks: dict[str, list[str]] = {}
    for machine in drawing.machines.values():
        pdu = drawing.pdus[machine.cords[0].pdu]
        racks.setdefault(_rack_of(pdu), []).append(machine.name)
    return racks


def _rack_of(pdu: PduNode) -> str:
    return pdu.rack or f"pdu {pdu.name}"


def counts_in_words(marks: HallMarks, machines: Sequence[str]) -> str:
    """`18 machines: ● 16  ? 2`; nothing but the number where none is judged."""
    counts = _counts([marks.get(HallNode("machine", name), _PLAIN).condition for name in machines])
    noun = "machine" if len(machines) == 1 else "machines"
    return f"{len(machines)} {noun}" + (f": {counts}" if counts else "")


def _counts(looks: Sequence[Condition]) -> str:
    """`● 16  ? 2`."""
    return "  ".join(
        f"{SIGNS[look]} {looks.count(look)}"
        for look in Condition
        if look is not Condition.PLAIN and look in looks
    )


SIGNS = {
    Condition.PLAIN: "",
    Condition.LIVES: "●",
    Condition.ABOVE_LIMIT: "▲",
    Condition.IN_QUESTION: "?",
    Condition.DEAD: "✕",
    Condition.FINDING: "!",
}


# ---- boxes ---------------------------------------------------------------------------------------


class _Boxes:
    """Makes the boxes, not yet placed."""

    def __init__(self, drawing: Drawing, marks: HallMarks) -> None:
        self._drawing, self._marks = drawing, marks
        self._machines = machines_by_rack(drawing)
        self._ratings = {
            HallNode.breaker(panel.name, line.name): line.rating_a
            for panel in drawing.panels.values()
            for line in panel.lines
        }

    def levels(self) -> list[list[Box]]:
        """From the top: feeds, UPSes and panels, racks."""
        pdus_by_rack = racks_of(self._drawing)
        rack = self._fold_rack if len(pdus_by_rack) > _MOST_OPEN else self._open_rack
        return [*self._sources(), [rack(name, pdus) for name, pdus in pdus_by_rack.items()]]

    def _mark(self, node: HallNode) -> Mark:
        return self._marks.get(node, _PLAIN)

    def _sources(self) -> Iterator[list[Box]]:
        """Feeds, then UPSes and panels, each below all that feeds it."""
        panels = self._drawing.panels

        @functools.cache
        def depth(name: str) -> int:
            inputs = [source for source in panels[name].inputs if isinstance(source, HallNode)]
            boards = [source.owner or source.name for source in inputs if source.kind != "feed"]
            return 1 + max(map(depth, boards), default=0)

        levels = {0: [self._source(HallNode("feed", name), ()) for name in self._drawing.feeds]}
        for panel in panels.values():
            levels.setdefault(depth(panel.name), []).append(self._source(panel.node, panel.inputs))
        for place in sorted(levels):
            yield levels[place]

    def _source(self, node: HallNode, inputs: Sequence[Input]) -> Box:
        mark = self._mark(node)
        box = Box(node.label, node, mark, _SOURCE_W)
        box.inputs = [
            (_box_of(source), self._mark(source).condition)
            for source in inputs
            if isinstance(source, HallNode)
        ]
        for text in (mark.figures, mark.note):
            if text:
                box.add_text(text)
        _add_references(box, inputs)
        return box

    def _upstream_lines(self, pdu: PduNode) -> Iterator[tuple[str, HallNode, Mark]]:
        """The lines of UPSes and panels through which a PDU is fed."""
        inputs = [source for source in pdu.inputs if isinstance(source, HallNode)]
        above = [line.of for line in pdu.lines if line.of is not None]
        for node in dict.fromkeys([*(s for s in inputs if s.kind == "breaker"), *above]):
            yield node.full_name, node, _rated(self._mark(node), self._ratings.get(node))

    def _lines(self, pdu: PduNode) -> Iterator[tuple[str, HallNode, Mark]]:
        """Those of its inlet, and its breakers."""
        for breaker in (*pdu.lines, *pdu.breakers):
            node = HallNode.breaker(pdu.name, breaker.name)
            yield breaker.name, node, _rated(self._mark(node), breaker.rating_a)

    def _inputs(self, pdus: Iterable[PduNode]) -> list[tuple[HallNode, Condition]]:
        """What feeds these, each with its worst look."""
        looks: dict[HallNode, Condition] = {}
        for pdu in pdus:
            sources = [source for source in pdu.inputs if isinstance(source, HallNode)]
            for node in (*sources, *(upper for _, upper, _ in self._upstream_lines(pdu))):
                source, look = _box_of(node), self._mark(node).condition
                looks[source] = _worst([look, looks.get(source, look)])
        return list(looks.items())

    def _pdu(self, pdu: PduNode) -> Box:
        node = HallNode("pdu", pdu.name)
        box = Box(pdu.name, node, self._mark(node), _PDU_W, inputs=self._inputs([pdu]))
        box.add_rows(self._upstream_lines(pdu))
        box.add_rows(self._lines(pdu))
        if box.mark.note:
            box.add_text(box.mark.note)
        _add_references(box, pdu.inputs)
        return box

    def _open_rack(self, rack: str, pdus: Sequence[PduNode]) -> Box:
        frame = Box(rack, rack_node(rack), self._mark(rack_node(rack)), 0.0)
        frame.inner = list(map(self._pdu, pdus))
        x, y, below = _PAD, HEAD_H, 0.0
        for box in frame.inner:
            if x > _PAD and x + box.width + _PAD > WIDTH - 60:
                x, y, below = _PAD, y + below + _GAP, 0.0
            box.x, box.y = x, y
            x += box.width + _PAD
            below = max(below, box.height)
            frame.width = max(frame.width, x)
        frame.height = y + below + 2.0
        machines = self._machines.get(rack, [])
        frame.add_text(counts_in_words(self._marks, machines))
        for look in (Condition.FINDING, Condition.DEAD, Condition.IN_QUESTION):
            names = [
                name for name in machines if self._mark(HallNode("machine", name)).condition is look
            ]
            if names:
                frame.add_text(f"{SIGNS[look]} {few(names, 3)}")
        frame.height += _PAD
        return frame

    def _fold_rack(self, rack: str, pdus: Sequence[PduNode]) -> Box:
        machines = [self._mark(HallNode("machine", name)) for name in self._machines.get(rack, ())]
        lines = [
            mark for pdu in pdus for _, _, mark in (*self._upstream_lines(pdu), *self._lines(pdu))
        ]
        rack_mark = self._mark(rack_node(rack))
        things = [rack_mark, *(self._mark(HallNode("pdu", pdu.name)) for pdu in pdus), *lines]
        first = min((mark.order for mark in things if mark.order), default=0)
        # half of it may be dead, and all machines live
        box_marks = [
            mark
            for mark in things
            if mark.order == first > 0 or mark.condition is Condition.FINDING
        ]
        look = _worst(mark.condition for mark in (rack_mark, *(machines or things), *box_marks))
        box = Box(rack, rack_node(rack), rack_mark._replace(condition=look, order=first), _FOLDED_W)
        box.inputs = self._inputs(pdus)
        box.add_text(_counts([mark.condition for mark in machines]) or f"{len(machines)} machines")
        fullest = max((mark.utilisation for mark in lines), default=0.0)
        notes = [mark.note.partition(",")[0] for mark in things if mark.note]
        for text in (f"up to {100 * fullest:.0f} %" if fullest else "", *notes[:1]):
            if text:
                box.add_text(text)
        return box


def _box_of(node: HallNode) -> HallNode:
    """The key of the box that a source is, or is a line of: UPSes and panels share their names."""
    return node if node.kind == "feed" else HallNode("board", node.owner or node.name)


def _add_references(box: Box, inputs: Sequence[Input]) -> None:
    cords = [str(source) for source in inputs if isinstance(source, Cord)]
    if cords:
        box.add_text(f"from {', '.join(cords)}")


def _rated(mark: Mark, rating_a: Optional[float]) -> Mark:
    return mark._replace(rating_a=rating_a) if mark.rating_a is None else mark


def _worst(looks: Iterable[Condition]) -> Condition:
    return max(looks, key=lambda look: look.rank)


# ---- rows, buses and trunks ----------------------------------------------------------------------


class _Bus(NamedTuple):
    """What one source feeds in one row."""

    source: HallNode
    left: float
    right: float


class _Layout:
    def __init__(self, levels: Sequence[Sequence[Box]]) -> None:
        self._levels = levels
        self._sources = {_box_of(box.node): box for boxes in levels[:-1] for box in boxes}
        self._wires: list[Wire] = []
        #: source that feeds a row which is not the next -> the lane of its trunk
        self._trunks: dict[HallNode, int] = {}

    def place(self) -> OneLine:
        """Boxes in rows, then the lines between them."""
        # the rows depend on the width that trunks leave, and the trunks on the rows
        trunk_count = 0
        for _ in range(4):
            left = _EDGE + trunk_count * _LANE + (_LANE if trunk_count else 0.0)
            rows = [row for boxes in self._levels for row in _wrapped(boxes, left)]
            for place, row in enumerate(rows):
                for box in row:
                    box.row = place
            self._trunks = _lanes(self._trunk_spans(rows))
            lane_count = 1 + max(self._trunks.values(), default=-1)
            if lane_count <= trunk_count:
                break
            trunk_count = lane_count
        return self._draw(rows)

    def _trunk_spans(self, rows: Sequence[Sequence[Box]]) -> list[tuple[float, float, HallNode]]:
        """From which to which row a source has a trunk."""
        last_row = {
            source: place
            for place, row in enumerate(rows)
            for box in _fed_boxes(row)
            for source, _ in box.inputs
        }
        spans = [(self._sources[source].row, end, source) for source, end in last_row.items()]
        return [(begin, end, source) for begin, end, source in spans if end > begin + 1]

    def _draw(self, rows: Sequence[Sequence[Box]]) -> OneLine:
        boxes = [box for row in rows for box in row]
        for box in boxes:
            for inner in box.inner:
                inner.x += box.x
        y = _EDGE
        #: source -> where its buses are
        buses_y: dict[HallNode, list[float]] = {}
        for place, row in enumerate(rows):
            buses = list(self._buses(place, row))
            lanes = _lanes([(bus.left, bus.right, bus.source) for bus in buses])
            bus_y = {bus.source: y + 8.0 + lanes[bus.source] * _LANE for bus in buses}
            y += _LANE * (1 + max(lanes.values(), default=-1)) + (16.0 if buses else 0.0)
            for box in row:
                box.y = y
                for inner in box.inner:
                    inner.y += y
            for bus in buses:
                buses_y.setdefault(bus.source, []).append(bus_y[bus.source])
                self._wire(bus, bus_y[bus.source], place, row)
            y += max((box.height for box in row), default=0.0) + 8.0
        for source, lane in self._trunks.items():
            x, ys = _EDGE + lane * _LANE, buses_y[source]
            look = self._sources[source].mark.condition
            self._wires.append(Wire([(x, min(ys)), (x, max(ys))], look))
        ends = itertools.chain(
            (box.x + box.width for box in boxes),
            (x for wire in self._wires for x, _ in wire.points),
        )
        return OneLine(boxes, self._wires, max(ends, default=0.0) + _EDGE, y + _EDGE)

    def _buses(self, place: int, row: Sequence[Box]) -> Iterator[_Bus]:
        ends: dict[HallNode, list[float]] = {}
        for box in _fed_boxes(row):
            for number, (source, _) in enumerate(box.inputs):
                ends.setdefault(source, []).append(_drop_x(box, number))
        for source in self._trunks:
            # the way from its source to its trunk
            if self._sources[source].row == place - 1:
                ends.setdefault(source, [])
        for source, xs in ends.items():
            box = self._sources[source]
            if box.row == place - 1:
                xs.append(box.x + box.width / 2)
            if source in self._trunks:
                xs.append(_EDGE + self._trunks[source] * _LANE)
            yield _Bus(source, min(xs), max(xs))

    def _wire(self, bus: _Bus, y: float, place: int, row: Sequence[Box]) -> None:
        source = self._sources[bus.source]
        look = source.mark.condition
        self._wires.append(Wire([(bus.left, y), (bus.right, y)], look))
        if source.row == place - 1:
            x = source.x + source.width / 2
            self._wires.append(Wire([(x, source.y + source.height), (x, y)], look))
        for box in _fed_boxes(row):
            for number, (node, wire_look) in enumerate(box.inputs):
                if node == bus.source:
                    x = _drop_x(box, number)
                    self._wires.append(Wire([(x, y), (x, box.y)], wire_look))


def _fed_boxes(row: Iterable[Box]) -> Iterable[Box]:
    """The boxes at which lines end: of a frame, those in it."""
    return itertools.chain.from_iterable(box.inner or [box] for box in row)


def _drop_x(box: Box, number: int) -> float:
    """Where the line of an input ends."""
    return box.x + box.width * (number + 1) / (len(box.inputs) + 1)


def _wrapped(boxes: Sequence[Box], left: float) -> Iterator[list[Box]]:
    """Rows of boxes, each from the left; their own x."""
    row: list[Box] = []
    x = left
    for box in boxes:
        if row and x + box.width > WIDTH - _EDGE:
            yield row
            row, x = [], left
        box.x = x
        row.append(box)
        x += box.width + _GAP
    if row:
        yield row


def _lanes(spans: Sequence[tuple[float, float, HallNode]]) -> dict[HallNode, int]:
    """Lanes for spans, so that two in one lane do not meet."""
    ends: list[float] = []
    lanes: dict[HallNode, int] = {}
    for begin, end, source in sorted(spans):
        lane = next((n for n, last in enumerate(ends) if last < begin), len(ends))
        if lane == len(ends):
            ends.append(end)
        ends[lane] = end
        lanes[source] = lane
    return lanes
