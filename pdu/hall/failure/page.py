"""A rehearsal as one self-contained HTML file that prints well, with a picture of feeds, racks and
machines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Optional

from ...core.cli.output import counted
from ...core.drawing.drawing import Cord, Drawing, HallNode, Input, PduNode
from ...core.files import html
from ...core.files.html import Cell, marked, number, row_header, safe, words
from ..walk.load_limits import CANNOT_SAY, FITS, OVERLOADS
from ..walk.verdicts import Verdict
from . import page_parts
from .missing_facts import MissingFact
from .page_parts import CLASSES, GUIDE, LOOKS, WORLDS, JudgedMachine
from .rehearsal import Hall, Redundancy, RehearsalOutcome, count_fit, counts
from .text import Failed, few, named as nodes_in_words

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
READING = (
    "Dark: the machine loses its power for sure. Stays: it keeps it for sure. Cannot say: what was"
    " read and drawn allows both, and the reason names what decides.",
    WORLDS,
    "Least and most A: the current of a line or breaker after the failure, as far as readings and"
    " drawing bound it. The limit is what it carries for good.",
)


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
    frame = html.Frame(title, _asked(failures), READING, GUIDE)
    parts = [frame.begin(_STYLE)]
    if outcome is not None:
        parts += [
            *_verdicts(outcome),
            *_to_do(outcome, [one for one in unknown if one.machines]),
            *_figures(hall, outcome),
        ]
    else:
        parts += _many(failures, grades)
    parts.append(f"<h2>How it was computed</h2><p>Readings: {safe(when)}</p>")
    if outcome is not None:
        parts += _sampled(outcome)
    parts += page_parts.not_known((one.what, one.touches) for one in unknown if not one.machines)
    return "\n".join([*parts, frame.end()])


def _asked(failures: Sequence[Failed]) -> str:
    if len(failures) == 1:
        return f"pdu rehearse: what happens if {failures[0].name} fails"
    return f"pdu rehearse: what happens if each of these fails: {len(failures)} in all"


def _verdicts(outcome: RehearsalOutcome) -> list[str]:
    """The number of dark machines never stands without that of those nobody can decide."""
    dark, open_ = outcome.count(Verdict.DARK), outcome.count(Verdict.CANNOT_SAY)
    already = f" {len(outcome.already)} have no power already." if outcome.already else ""
    parts = [
        html.verdict(
            f"If {nodes_in_words(outcome.failed)} fails, {dark} of"
            f" {counted(outcome.machines, 'machine')} {'goes' if dark == 1 else 'go'} dark,"
            f" {open_} cannot be decided, {outcome.count(Verdict.STAYS)} stay.{already}",
            LOOKS[outcome.level],
        )
    ]
    if outcome.loads:
        parts.append(f"<p>{safe(_of_loads(outcome))}</p>")
    return parts


def _of_loads(outcome: RehearsalOutcome) -> str:
    overload, open_, fit = (count_fit(outcome.loads, one) for one in (OVERLOADS, CANNOT_SAY, FITS))
    said = (
        f"Lines and breakers to which load may shift: {len(outcome.loads)}; {overload} overload,"
        f" {open_} cannot be decided, {fit} fit."
    )
    if outcome.trips:
        rest = (
            "trips, with what is behind it"
            if len(outcome.trips) == 1
            else ("trip, with what is behind them")
        )
        said += f" Second step: {few(outcome.trips)} {rest}."
    return said


def _to_do(outcome: RehearsalOutcome, deciding: Sequence[MissingFact]) -> list[str]:
    """The advice, and what to add to the drawing or to read, first what decides the most."""
    counts_ = Counter(one.advice for one in outcome.touched if one.advice)
    rows = [(text, count) for text, count in counts_.most_common()]
    rows += [(f"add {one.what}", one.machines) for one in deciding]
    cells = [
        [Cell(f"<span>{marked(text)}</span>", "text"), number(str(count))] for text, count in rows
    ]
    return html.section("What to do", ("what", "machines"), cells)


def _figures(hall: Hall, outcome: RehearsalOutcome) -> list[str]:
    worse = [
        JudgedMachine(
            one.machine,
            one.verdict.value,
            ("second step: " if one.step > 1 else "") + one.reason,
        )
        for one in outcome.touched
        if one.verdict is not Verdict.STAYS
    ]
    machines = page_parts.machines(worse, hall.drawing.machines)
    loads = page_parts.breakers(outcome.loads)
    return [
        *(["<h2>Machines</h2>", *machines] if machines else []),
        *(["<h2>Lines and breakers</h2>", *loads] if loads else []),
        *_picture(hall, outcome),
    ]


def _sampled(outcome: RehearsalOutcome) -> list[str]:
    worlds, each, some, none = outcome.sampled
    if not worlds:
        return []
    open_ = outcome.count(Verdict.CANNOT_SAY)
    said = (
        f"Sampled: {worlds} worlds (seed {outcome.seed}), for {each + some + none} of the {open_}"
        f" machines that cannot be decided: {each} live in each, {some} in some, {none} in none."
    )
    listed = page_parts.sampled((one.machine, one.sampled) for one in outcome.touched)
    return [f"<p>{safe(said)}</p>", listed]


def _many(failures: Sequence[Failed], grades: Sequence[Redundancy]) -> list[str]:
    bad = [one for one in failures if one.level]
    harm = sum(one.level == 2 for one in bad)
    parts = [
        html.verdict(
            f"{harm} of {counted(len(failures), 'failure')} do harm, {len(bad) - harm} cannot be"
            f" decided, {len(failures) - len(bad)} do none.",
            LOOKS[max(one.level for one in failures)],
        )
    ]
    if grades:
        shown = ", ".join(f"{grade}: {count}" for grade, count in counts(grades).items())
        parts.append(f"<p>Machines by their redundancy: {safe(shown)}.</p>")
    single = [one.machine for one in grades if one.grade == "N"]
    if single:
        said = f"Give a second source to single points (N): {', '.join(single)}."
        parts.append(f"<h2>What to do</h2><p>{safe(said)}</p>")
    heads = (
        "fails", "machines dark", "machines cannot say", "breakers overload",
        "breakers cannot say", "goes dark",
    )  # fmt: skip
    rows = [
        [
            row_header(one.name),
            *map(_count, (one.dark, one.open, one.overload, one.loads_open)),
            words(one.goes_dark),
        ]
        for one in bad
    ]
    return [*parts, *html.section("Failures", heads, rows)]


def _count(value: int) -> Cell:
    return number(str(value), "b" if value else "")


# ---- the picture ---------------------------------------------------------------------------------


def _picture(hall: Hall, outcome: RehearsalOutcome) -> list[str]:
    drawing = hall.drawing
    gone = hall.dead(outcome.failed)
    verdicts = {one.machine: CLASSES[one.verdict.value] for one in outcome.touched}
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
