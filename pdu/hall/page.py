"""A rehearsal as one self-contained HTML file that prints well, with a picture of feeds, racks and
machines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Optional

from ..core.cli import html
from ..core.cli.html import Cell, number, row_header, safe, short, words
from ..core.cli.output import counted
from ..core.drawing.drawing import Cord, Drawing, HallNode, Input, PduNode
from .load_limits import CANNOT_SAY, FITS, OVERLOADS
from .missing_facts import MissingFact
from .rehearsal import Hall, Redundancy, RehearsalOutcome, counts
from .text import Failed, amperes, few, interval, sentence, sentence_of_loads
from .verdicts import Verdict

#: a verdict's word -> its colour
_CLASSES = {
    **dict.fromkeys(("dark", "stays dark", "comes up before what it needs", OVERLOADS), "bad"),
    CANNOT_SAY: "doubtful",
    **dict.fromkeys((Verdict.STAYS.value, FITS), "good"),
}
_STYLE = """
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
GUIDE = "docs/hall.md"
WORLDS = (
    "In 97 of 100 worlds: what nobody knows was drawn by chance so many times. What happens in each"
    " world is not sure, and neither is what happens in none."
)
READING = (
    "Dark: the machine loses its power for sure. Stays: it keeps it for sure. Cannot say: what was"
    " read and drawn allows both, and `why` names what decides.",
    WORLDS,
    "A after: the current of a line or breaker after the failure, lowest and highest that readings"
    " and drawing allow; the limit is what it carries for good.",
)
_MACHINES = "machines"
_INTERVALS = ("A after", "A in the end")
_NUMBERS = ("limit", "inrush A", "s")


def page(
    hall: Hall,
    outcome: Optional[RehearsalOutcome],
    failures: Sequence[Failed],
    grades: Sequence[Redundancy],
    unknown: Sequence[MissingFact],
    when: str,
) -> str:
    """The whole file; `outcome`: of the only failure. Texts from the drawing and from devices are
    escaped.
    """
    title = f"Rehearsal: {few([one.name for one in failures], 3)}"
    deciding = [one for one in unknown if one.machines]
    rest = [one for one in unknown if not one.machines]
    frame = html.Frame(title, _asked(failures), READING, GUIDE)
    parts = [frame.begin(_STYLE)]
    parts += _verdicts(outcome) if outcome is not None else _many(failures, grades)
    if outcome is not None:
        parts += _to_do(outcome, deciding)
    parts.append(f"<h2>How it was computed</h2><p>Readings: {safe(when)}</p>")
    if outcome is not None:
        parts += _loads(outcome)
        parts += _picture(hall, outcome)
    parts += _section(
        "Not known",
        ("what", "touches"),
        [(one.what, few(one.touches)) for one in rest],
    )
    return "\n".join([*parts, frame.end()])


def _asked(failures: Sequence[Failed]) -> str:
    if len(failures) == 1:
        return f"pdu rehearse: what happens if {failures[0].name} fails"
    return f"pdu rehearse: what happens if each of these fails: {len(failures)} in all"


def _verdicts(outcome: RehearsalOutcome) -> list[str]:
    worse = [one for one in outcome.touched if one.verdict is not Verdict.STAYS]
    return [
        f"<p>{safe(sentence(outcome))}<br>{safe(sentence_of_loads(outcome))}</p>",
        *_section(
            "Machines",
            ("machine", "verdict", "why"),
            [(one.machine, one.verdict.value, one.why) for one in worse],
        ),
    ]


def _to_do(outcome: RehearsalOutcome, deciding: Sequence[MissingFact]) -> list[str]:
    """The advice, and what to add to the drawing or to read, first what decides the most."""
    counts_ = Counter(one.advice for one in outcome.touched if one.advice)
    rows = [(text, str(count)) for text, count in counts_.most_common()]
    rows += [(f"add {one.what}", str(one.machines)) for one in deciding]
    return _section("What to do", ("what", _MACHINES), rows)


def _loads(outcome: RehearsalOutcome) -> list[str]:
    return _section(
        "Lines and breakers",
        ("line or breaker", "verdict", "A after", "limit", "why"),
        [
            (one.name, one.fit.word, interval(one), amperes(one.limit_a), one.fit.reason)
            for one in outcome.loads
        ],
    )


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
            ("fails", "verdict", "machines", "lines and breakers"),
            [
                (
                    one.name,
                    Verdict.DARK.value if one.level > 1 else CANNOT_SAY,
                    one.machines,
                    one.loads,
                )
                for one in bad
            ],
        ),
    ]


def _section(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return html.section(title, heads, cells(heads, rows))


def cells(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[list[Cell]]:
    """The rows of a table, whose column `verdict` has a colour."""
    first = words if heads[0] == "what" else row_header
    return [[first(row[0]), *map(_cell, heads[1:], row[1:])] for row in rows]


def _cell(head: str, text: str) -> Cell:
    if head == "verdict":
        return short(text, _CLASSES[text])
    if head in _INTERVALS:
        # on a phone it has a line for itself
        return number(text, "wide")
    is_number = head in _NUMBERS or (head == _MACHINES and text.isdigit())
    return number(text) if is_number else words(text)


# ---- the picture ---------------------------------------------------------------------------------


def _picture(hall: Hall, outcome: RehearsalOutcome) -> list[str]:
    drawing = hall.drawing
    gone = hall.dead(outcome.failed)
    verdicts = {one.machine: _CLASSES[one.verdict.value] for one in outcome.touched}
    verdicts.update(dict.fromkeys(outcome.already, "bad"))
    parts = ["<h3>Picture</h3><p>"]
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
