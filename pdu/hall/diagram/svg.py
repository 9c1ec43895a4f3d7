"""A single-line diagram as HTML for a page: a legend, SVG in a frame that scrolls, and a table with
a row for each thing, to which its box links. Names come from anybody: all text is escaped.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...core.files import html
from ...core.files.html import HtmlCell, number, row_header, safe, short, words
from ...site.drawing.drawing import Drawing, HallNode, nodes
from ..walk.condition import Condition
from .marks import HallMarks, Mark
from .one_line import (
    HEAD_H,
    LINE_H,
    SIGNS,
    Box,
    DiagramRow,
    Wire,
    counts_in_words,
    machines_by_rack,
    one_line,
    rack_node,
    racks_of,
)

#: CSS of a page with diagrams
STYLE = """
.diagram { overflow-x: auto; max-width: 100%; border: 1px solid var(--line); margin: .4rem 0; }
.diagram > svg { display: block; margin: 0 auto; font: 11px system-ui, sans-serif; }
.diagram text { fill: var(--ink); } .diagram .title { font-weight: 600; }
.diagram .soft { fill: var(--soft); } .diagram .right { text-anchor: end; }
.diagram .box { fill: var(--ground); stroke: var(--soft); }
.diagram .frame { fill: none; stroke: var(--line); }
.diagram .wire { fill: none; stroke: var(--soft); stroke-width: 1.5; }
.diagram a:hover .box, .diagram a:focus .box { stroke: var(--bar); stroke-width: 2.5; }
.diagram .order { fill: var(--ink); }
.diagram .number { fill: var(--ground); font-size: 9px; font-weight: 700; text-anchor: middle; }
.diagram .used { fill: var(--bar); fill-opacity: .18; }
.diagram .lives { stroke: var(--good); } .diagram .above, .ink.above { stroke: var(--bar); }
.diagram .question { stroke: var(--doubtful); stroke-dasharray: 5 3; stroke-width: 2; }
.diagram .dead, .diagram .finding { stroke: var(--bad); stroke-width: 2.5; }
.diagram .wire.dead { stroke-dasharray: 2 4; } .diagram .tint { stroke: none; }
.ink { fill: none; stroke-opacity: .3; } .patterns { position: absolute; }
.ink.question { stroke: var(--doubtful); } .ink.dead, .ink.finding { stroke: var(--bad); }
.diagram.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; border: 0; }
.legend svg { vertical-align: middle; margin-right: .4rem; }
@media print { .diagram { overflow: visible; border: 0; } .legend { break-after: avoid; }
.diagram > svg { max-width: 100%; height: auto; }
.diagram .tint { display: none; } .diagram .box.dead, .diagram .box.finding { fill: var(--line); } }
"""
_CLASSES = {
    Condition.PLAIN: "",
    Condition.LIVES: "lives",
    Condition.ABOVE_LIMIT: "above",
    Condition.IN_QUESTION: "question",
    Condition.DEAD: "dead",
    Condition.FINDING: "finding",
}
_TABLE_LOOKS = {
    Condition.LIVES: "good",
    Condition.IN_QUESTION: "doubtful",
    Condition.DEAD: "bad",
    Condition.FINDING: "bad",
}
# patterns beside the colours: rising lines, dots, a lattice, a light ground
_PATTERNS = (
    '<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>'
    + "".join(
        f'<pattern id="p-{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<path class="ink {name}" d="{path}"/></pattern>'
        for name, path in {
            "above": "M0 8L8 0",
            "question": "M1 2H3M5 6H7",
            "dead": "M0 0L8 8M0 8L8 0",
            "finding": "M0 4H8",
        }.items()
    )
    + "</defs></svg>"
)
_CHARACTER = 5.7  # width of a usual character, in px


def diagram(drawing: Drawing, marks: HallMarks, place: int = 0) -> str:
    """One picture. `place`: its number on the page, from 0."""
    anchors = {node: f"d{place}-{count}" for count, node in enumerate(_all(drawing), start=1)}
    picture = one_line(drawing, marks)
    looks = {mark.condition for mark in marks.values()} - {Condition.PLAIN}
    lines = [
        _PATTERNS if place == 0 else "",
        _legend(sorted(looks, key=lambda look: look.rank)),
        '<div class="diagram" role="region" tabindex="0"'
        f' aria-label="single-line diagram {place + 1}">'
        f'<svg width="{picture.width:.0f}" height="{picture.height:.0f}"'
        f' viewBox="0 0 {picture.width:.0f} {picture.height:.0f}" role="group"'
        ' aria-label="the hall">',
        *map(_wire, picture.wires),
        *(_box(box, anchors) for outer in picture.boxes for box in (outer, *outer.inner)),
        "</svg></div>",
        *_table(drawing, marks, anchors),
    ]
    return "\n".join(filter(None, lines))


def _all(drawing: Drawing) -> Iterable[HallNode]:
    """All that has a row: from the top, the lines of each thing below it, then racks."""
    nodes_by_owner: dict[str, list[HallNode]] = {}
    for node in nodes(drawing):
        nodes_by_owner.setdefault(node.owner or node.name, []).append(node)
    return itertools.chain(*nodes_by_owner.values(), map(rack_node, racks_of(drawing)))


# ---- SVG -----------------------------------------------------------------------------------------


def _legend(looks: Sequence[Condition]) -> str:
    items = "".join(
        f'<span><svg width="22" height="14" aria-hidden="true"'
        f">{_rect('box', 1, 1, 20, 12, look)}</svg>"
        f"{SIGNS[look]} {look.value}</span>"
        for look in looks
    )
    return f'<p class="diagram legend">{items}</p>' if looks else ""


def _wire(wire: Wire) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in wire.points)
    return f'<path class="{f"wire {_CLASSES[wire.look]}".rstrip()}" d="M{path}"/>'


def _rect(kind: str, x: float, y: float, width: float, height: float, look: Condition) -> str:
    name = _CLASSES[look]
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    rect = f'<rect class="{f"{kind} {name}".rstrip()}" {size} rx="2"/>'
    if look in (Condition.PLAIN, Condition.LIVES) or kind == "frame":
        return rect
    return f'{rect}<rect class="tint" {size} fill="url(#p-{name})"/>'


def _box(box: Box, anchors: Mapping[HallNode, str]) -> str:
    kind = "frame" if box.inner else "box"
    sign = SIGNS[box.mark.condition]
    room = box.width - 12 - (14 if sign else 0) - (16 if box.mark.order else 0)
    head = _shorten_name(box.title, room)
    parts = [_rect(kind, 0, 0, box.width, box.height, box.mark.condition)]
    if sign:
        parts.append(_text(box.width - 6, 13, sign, "right"))
    if box.mark.order:
        parts.append(_badge(box.width - (26 if sign else 12), 9, box.mark.order))
    parts.append(_text(6, 13, head, "title"))
    title = box.title if kind == "box" else f"rack {box.title}"
    opening = _link(box.node, anchors, title, box.mark)
    content = f"{opening}{''.join(parts)}</a>" if opening else "".join(parts)
    rows = "".join(_row(row, box.width, anchors) for row in box.rows)
    y = HEAD_H + sum(row.height for row in box.rows)
    if box.inner:
        y = box.height - len(box.texts) * LINE_H - 6.0
    texts = "".join(
        _text(6, y + LINE_H * place + 10, _cut(text, box.width - 10), "soft" if place else "")
        for place, text in enumerate(box.texts)
    )
    return f'<g transform="translate({box.x:.1f} {box.y:.1f})">{content}{rows}{texts}</g>'


def _row(row: DiagramRow, width: float, anchors: Mapping[HallNode, str]) -> str:
    mark, figures = row.mark, row.mark.figures
    inner = width - 8
    parts = [_rect("box", 4, row.y, inner, row.height - 1, mark.condition)]
    if mark.utilisation:
        bar_size = f'width="{inner * min(1.0, mark.utilisation):.1f}" height="{row.height - 1:.1f}"'
        parts.append(f'<rect class="used" x="4" y="{row.y:.1f}" {bar_size}/>')
    left = 8.0
    if mark.order:
        parts.append(_badge(left + 5, row.y + 7, mark.order))
        left += 14.0
    room = inner - left - _CHARACTER * len(figures) - 4
    parts.append(_text(left, row.y + 11, _shorten_name(row.name, room), ""))
    if figures:
        parts.append(_text(width - 8, row.y + 11, figures, "right"))
    if mark.note:
        parts.append(_text(left, row.y + LINE_H + 8, _cut(mark.note, inner - left), "soft"))
    return f"{_link(row.node, anchors, row.node.label, mark)}{''.join(parts)}</a>"


def _badge(x: float, y: float, place_in_order: int) -> str:
    return (
        f'<circle class="order" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
        f'<text class="number" x="{x:.1f}" y="{y + 3:.1f}">{place_in_order}</text>'
    )


def _text(x: float, y: float, text: str, classes: str) -> str:
    class_attribute = f' class="{classes}"' if classes else ""
    return f'<text{class_attribute} x="{x:.1f}" y="{y:.1f}">{safe(text)}</text>'


def _link(node: HallNode, anchors: Mapping[HallNode, str], name: str, mark: Mark) -> str:
    """The beginning of a link to a row, and its title, which a reader shows or speaks."""
    label = ", ".join(
        filter(None, (name, mark.condition.value, mark.figures, mark.note, mark.reason))
    )
    return f'<a href="#{anchors[node]}"><title>{safe(label)}</title>'


def _shorten_name(name: str, width: float) -> str:
    """Without its middle, if it is too long: names of one hall differ at the end, and often at the
    beginning.
    """
    room = max(3, int(width / _CHARACTER))
    if len(name) <= room:
        return name
    end = room * 2 // 3
    return f"{name[: room - 1 - end]}…{name[-end:]}"


def _cut(text: str, width: float) -> str:
    room = max(1, int(width / _CHARACTER))
    return text if len(text) <= room else f"{text[: room - 1]}…"


# ---- its table -----------------------------------------------------------------------------------


def _table(drawing: Drawing, marks: HallMarks, anchors: Mapping[HallNode, str]) -> Iterator[str]:
    heads = ("what", "state", "least A", "most A", "rating A", "order", "more")
    machines = machines_by_rack(drawing)
    rows = []
    for node in anchors:
        mark = marks.get(node, Mark())
        text = "; ".join(filter(None, (mark.note, mark.reason)))
        if node.kind == "rack":
            counts = counts_in_words(marks, machines.get(node.name, ()))
            text = "; ".join(filter(None, (counts, text)))
        rows.append(_cells(node.label, mark, text))
    yield "<details><summary>All that is drawn, as a table</summary>"
    yield from html.table(heads, rows, anchors=list(anchors.values()))
    yield "</details>"


def _cells(name: str, mark: Mark, text: str) -> list[HtmlCell]:
    low = "" if mark.load is None else f"{mark.load.low:.1f}"
    high = "" if mark.load is None else f"{mark.load.high:.1f}".replace("inf", "no bound")
    return [
        row_header(name),
        short(mark.condition.value, f"word {_TABLE_LOOKS.get(mark.condition, '')}".rstrip()),
        number(low),
        number(high),
        number("" if mark.rating_a is None else f"{mark.rating_a:g}"),
        number(str(mark.order or "")),
        words(text),
    ]
