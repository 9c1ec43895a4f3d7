"""A rehearsal as one self-contained HTML file that prints well, with a picture of feeds, racks and
machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Optional

from ..drawing.drawing import Cord, Drawing, HallNode, Input, PduNode
from ..kit import html
from ..kit.html import Cell, named, number, safe, short, words
from ..kit.output import counted
from .additions import Addition
from .loads import CANNOT_SAY, FITS, OVERLOADS
from .rehearsal import Hall, Redundancy, RehearsalOutcome, counts
from .text import Failed, amperes, few, interval, sentence, sentence_of_loads
from .unknowns import Unknown
from .verdicts import Verdict

_CLASSES = {
    Verdict.DARK.value: "bad",
    OVERLOADS: "bad",
    CANNOT_SAY: "doubtful",
    Verdict.STAYS.value: "good",
    FITS: "good",
}
_STYLE = """
.racks { display: flex; flex-wrap: wrap; gap: .8rem; } .rack { border: 1px solid var(--line);
padding: .4rem; } .rack h3 { margin: 0 0 .3rem; } .feed, .pdu { border: 1px solid var(--line);
display: inline-block; margin: 0 .3rem .3rem 0; padding: .1rem .4rem; } .gone {
text-decoration: line-through; border-style: dashed; background: #8883; } .machine { display: block;
padding: .05rem .4rem; margin: .1rem 0; border-left: .5rem solid var(--good); color: var(--ink); }
.machine.bad { border-left-color: var(--bad); background: #f443; }
.machine.doubtful { border-left-color: var(--doubtful); background: #fb03; }
"""
_MARKS = {"bad": "✕", "doubtful": "?", "good": "●"}
_NO_RACK = "no rack"
_UNDECIDED = "machines that nobody can decide without it"
_NUMBERS = ("A after", "limit", _UNDECIDED)


def page(
    hall: Hall,
    outcome: Optional[RehearsalOutcome],
    failures: Sequence[Failed],
    grades: Sequence[Redundancy],
    unknown: Sequence[Unknown],
    more: Sequence[Addition],
    when: str,
) -> str:
    """The whole file; `outcome`: of the only failure. Texts from the drawing and from devices are
    escaped.
    """
    title = f"Rehearsal: {few([one.name for one in failures], 3)}"
    parts = [
        html.begin(title, _STYLE),
        f"<p>Readings: {safe(when)}</p>",
    ]
    parts += _one(hall, outcome) if outcome is not None else _many(failures, grades)
    parts += _section(
        "Not known",
        ("what", "touches"),
        [(one.what, ", ".join(one.touches)) for one in unknown],
    )
    parts += _section(
        "What to add to the drawing",
        ("what", _UNDECIDED),
        [(one.what, str(one.machines)) for one in more],
    )
    return "\n".join([*parts, html.END])


def _one(hall: Hall, outcome: RehearsalOutcome) -> list[str]:
    worse = [one for one in outcome.touched if one.verdict is not Verdict.STAYS]
    return [
        f"<p>{safe(sentence(outcome))}<br>{safe(sentence_of_loads(outcome))}</p>",
        *_picture(hall, outcome),
        *_section(
            "Machines",
            ("machine", "why", "advice", "verdict"),
            [(one.machine, one.why, one.advice, one.verdict.value) for one in worse],
        ),
        *_section(
            "Lines and breakers",
            ("line or breaker", "A after", "limit", "why", "verdict"),
            [
                (one.name, interval(one), amperes(one.limit_a), one.fit.reason, one.fit.word)
                for one in outcome.loads
            ],
        ),
    ]


def _many(failures: Sequence[Failed], grades: Sequence[Redundancy]) -> list[str]:
    bad = [one for one in failures if one.level]
    parts = [f"<p>{counted(len(failures), 'failure')}, {len(bad)} of them not without harm</p>"]
    if grades:
        shown = ", ".join(f"{grade}: {count}" for grade, count in counts(grades).items())
        parts.append(f"<p>{safe(shown)}</p>")
    return [
        *parts,
        *_section(
            "Failures",
            ("fails", "machines", "lines and breakers", "verdict"),
            [
                (
                    one.name,
                    one.machines,
                    one.loads,
                    Verdict.DARK.value if one.level > 1 else CANNOT_SAY,
                )
                for one in bad
            ],
        ),
    ]


def _section(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, whose column `verdict` has a colour."""
    first = words if head[0] == "what" else named
    made = [[first(row[0]), *map(_cell, head[1:], row[1:])] for row in rows]
    return html.section(title, head, made)


def _cell(head: str, text: str) -> Cell:
    if head == "verdict":
        return short(text, _CLASSES[text])
    return number(text) if head in _NUMBERS else words(text)


# ---- the picture ---------------------------------------------------------------------------------


def _picture(hall: Hall, outcome: RehearsalOutcome) -> list[str]:
    drawing = hall.drawing
    gone = hall.dead(outcome.failed)
    verdicts = {one.machine: _CLASSES[one.verdict.value] for one in outcome.touched}
    verdicts.update(dict.fromkeys(outcome.already, "bad"))
    parts = ["<h2>Picture</h2><p>"]
    boards = [panel.node for panel in drawing.panels.values()]
    for node in (*(HallNode("feed", name) for name in drawing.feeds), *boards):
        parts.append(_box("feed", node.in_words, node in gone))
    parts.append('</p><div class="racks">')
    machines = _machines_of_racks(drawing)
    for rack, pdus in _racks(drawing).items():
        parts.append(f'<div class="rack whole"><h3>{safe(rack)}</h3>')
        for pdu in pdus:
            fed = ", ".join(map(_source, pdu.inputs))
            parts.append(_box("pdu", f"{pdu.name} ({fed})", HallNode("pdu", pdu.name) in gone))
        for name in machines.get(rack, ()):
            mark = verdicts.get(name, "good")
            parts.append(f'<span class="machine {mark}">{_MARKS[mark]} {safe(name)}</span>')
        parts.append("</div>")
    return [*parts, "</div>"]


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
