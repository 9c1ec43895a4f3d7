"""A picture of feeds, racks and machines after a failure, for its page. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ...core.drawing.drawing import Cord, Drawing, HallNode, Input, PduNode
from ...core.files.html import safe
from .rehearsal import Hall, RehearsalOutcome
from .report_parts import LOOK_OF

STYLE = """
.racks { display: flex; flex-wrap: wrap; gap: .8rem; } .rack { border: 1px solid var(--line);
padding: .4rem; } .rack h4 { margin: 0 0 .3rem; } .feed, .pdu { border: 1px solid var(--line);
display: inline-block; margin: 0 .3rem .3rem 0; padding: .1rem .4rem; } .gone {
text-decoration: line-through; border-style: dashed; background: #8883; } .machine { display: block;
padding: .05rem .4rem; margin: .1rem 0; border-left: .5rem solid var(--good); color: var(--ink); }
.machine.bad { border-left-color: var(--bad); background: #f443; }
.machine.doubtful { border-left-color: var(--doubtful); background: #fb03; }
"""
_MARKS = {"bad": "✕", "doubtful": "?", "good": "●"}
_NO_RACK = "no rack"


def picture(hall: Hall, outcome: RehearsalOutcome) -> str:
    """HTML: feeds and panels, and each rack with its PDUs and machines."""
    drawing = hall.drawing
    gone = hall.dead(outcome.failed)
    verdicts = {one.machine: LOOK_OF[one.becomes] for one in outcome.touched}
    verdicts.update(dict.fromkeys(outcome.already, "bad"))
    parts = ["<p>"]
    boards = [panel.node for panel in drawing.panels.values()]
    for node in (*(HallNode("feed", name) for name in drawing.feeds), *boards):
        parts.append(_box("feed", node.in_words, node in gone))
    parts.append('</p><div class="racks">')
    machines = _machines_of_racks(drawing)
    for rack, pdus in _racks(drawing).items():
        parts.append(f'<div class="rack whole"><h4>{safe(rack)}</h4>')
        for pdu in pdus:
            fed = ", ".join(map(_source, pdu.inputs))
            parts.append(_box("pdu", f"{pdu.name} ({fed})", HallNode("pdu", pdu.name) in gone))
        for name in machines.get(rack, ()):
            mark = verdicts.get(name, "good")
            parts.append(f'<span class="machine {mark}">{_MARKS[mark]} {safe(name)}</span>')
        parts.append("</div>")
    return "".join([*parts, "</div>"])


def _source(source: Input) -> str:
    return str(source) if isinstance(source, Cord) else source.full_name


def _box(kind: str, text: str, is_gone: bool) -> str:
    return f'<span class="{kind}{" gone" if is_gone else ""}">{safe(text)}</span>'


def _racks(drawing: Drawing) -> Mapping[str, list[PduNode]]:
    found: dict[str, list[PduNode]] = {}
    for pdu in drawing.pdus.values():
        found.setdefault(pdu.rack or _NO_RACK, []).append(pdu)
    return found


def _machines_of_racks(drawing: Drawing) -> Mapping[str, list[str]]:
    """A machine is in the rack of its first cord."""
    found: dict[str, list[str]] = {}
    for machine in drawing.machines.values():
        first: Cord = machine.cords[0]
        found.setdefault(drawing.pdus[first.pdu].rack or _NO_RACK, []).append(machine.name)
    return found
