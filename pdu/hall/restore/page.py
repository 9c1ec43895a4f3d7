"""A return as one self-contained HTML file: verdicts, what to do, machines, loads and timeline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Optional

from ...core.cli.output import counted
from ...core.drawing.drawing import Machine
from ...core.files import html
from ...core.files.html import number, row_header, safe, words
from ..failure import page_parts
from ..failure.page_parts import GUIDE, LOOKS, WORLDS, JudgedMachine
from ..failure.rehearsal import count_fit
from ..failure.text import amperes, few, named as nodes_in_words, rank
from ..walk.load_limits import CANNOT_SAY, FITS, OVERLOADS
from .delays import Delays, Finding
from .model import BreakerBack, LoadStep, ReturnOutcome, ReturnVerdict, Step
from .text import heading, outlets, proposed, why

_STYLE = """
.grows { display: inline-block; vertical-align: top; width: 19rem; max-width: 100%;
margin: .3rem 1rem .6rem 0; }
.grows svg { display: block; width: 100%; height: 4rem; border-bottom: 1px solid var(--line); }
.grows path { fill: var(--bar); fill-opacity: .35; stroke: var(--bar); }
.grows line { stroke: var(--bad); stroke-dasharray: 4 3; }
"""
READING = (
    "Comes back by itself: for sure. Cannot say: what was read and drawn allows more than one"
    " answer, and the reason names what decides.",
    WORLDS,
    "Least and most A: the current of a line or breaker in the end. It overloads where the current"
    " of what starts together may be above its limit.",
    "Times are seconds after the power is back. An outlet closes perhaps if what it does then was"
    " not read.",
)
_MOST_CHARTS = 12
_WIDTH, _HEIGHT = 272.0, 64.0


def page(
    outcomes: Sequence[ReturnOutcome],
    after_s: Optional[float],
    found: Sequence[Finding],
    delays: Optional[Delays],
    not_known: Sequence[str],
    taken: str,
    drawn: Mapping[str, Machine],
) -> str:
    """The whole file. `drawn`: the machines of the drawing. Texts from the drawing and from devices
    are escaped.
    """
    back = nodes_in_words(outcomes[0].returned)
    title = f"When the power comes back: {back}"
    asked = f"pdu rehearse --return: what happens when power comes back to {back}"
    frame = html.Frame(title, asked, READING, GUIDE)
    parts = [frame.begin(_STYLE)]
    for outcome in outcomes:
        parts += _verdict(outcome, after_s)
    parts.append("<h2>What to do</h2>")
    parts += _delays(delays)
    if found:
        rows = [[row_header(one.where), words(one.what)] for one in found]
        parts += ["<h3>Findings</h3>", *html.table(("where", "what"), rows)]
    for outcome in outcomes:
        parts += _figures(outcome, after_s, drawn)
    parts.append(f"<h2>How it was computed</h2><p>Readings: {safe(taken)}</p>")
    for outcome in outcomes:
        parts += _sampled(outcome, after_s)
    parts += page_parts.not_known((one, ()) for one in not_known)
    return "\n".join([*parts, frame.end()])


def _heading(outcome: ReturnOutcome, after_s: Optional[float]) -> str:
    head = heading(outcome, after_s)
    return head[:1].upper() + head[1:]


#: verdicts of which a page says how many there are only if there are any
_IF_ANY = {ReturnVerdict.EARLY: "come up before what they need", ReturnVerdict.DARK: "stay dark"}


def _verdict(outcome: ReturnOutcome, after_s: Optional[float]) -> list[str]:
    """How many machines come back, never without how many nobody can decide."""
    comes, open_ = outcome.count(ReturnVerdict.COMES), outcome.count(ReturnVerdict.CANNOT_SAY)
    bad = [f"{outcome.count(one)} {said}" for one, said in _IF_ANY.items() if outcome.count(one)]
    kept = outcome.drawn - len(outcome.machines)
    counts = ", ".join(
        [
            f"{comes} of {counted(outcome.drawn, 'machine')} come back by themselves",
            *bad,
            f"{open_} cannot be decided",
            *([f"{kept} are not touched"] if kept else []),
        ]
    )
    parts = [html.verdict(f"{_heading(outcome, after_s)}: {counts}.", LOOKS[outcome.level])]
    if outcome.breakers:
        trips = sum(one.trips for one in outcome.breakers)
        overload, unsure, fit = (
            count_fit(outcome.breakers, one) for one in (OVERLOADS, CANNOT_SAY, FITS)
        )
        parts.append(
            f"<p>Lines and breakers: {len(outcome.breakers)}; {trips} trip, {overload} overload,"
            f" {unsure} cannot be decided, {fit} fit.</p>"
        )
    return parts


def _figures(
    outcome: ReturnOutcome, after_s: Optional[float], drawn: Mapping[str, Machine]
) -> list[str]:
    worse = [
        JudgedMachine(one.machine, one.verdict.value, one.reason)
        for one in outcome.machines
        if one.verdict is not ReturnVerdict.COMES
    ]
    ranked = sorted(outcome.breakers, key=rank)
    steps = [
        [row_header(one.pdu), number(_when(one)), words(outlets(one))] for one in outcome.steps
    ]
    inrush = {
        one.name: "not known" if one.inrush_a is None else f"{one.inrush_a:.0f}"
        for one in outcome.breakers
    }
    explained = [one.explained(why(one)) for one in ranked]
    tables = {
        "Machines": page_parts.machines(worse, drawn),
        "Lines and breakers": page_parts.breakers(explained, {"inrush A": inrush}),
        "The load as it grows": _charts(ranked),
        "Timeline": [*html.table(("PDU", "s", "outlets that close"), steps)],
    }
    shown = {title: made for title, made in tables.items() if made}
    parts = [f"<h2>{safe(_heading(outcome, after_s))}</h2>"] if shown else []
    for title, made in shown.items():
        parts += [f"<h3>{title}</h3>", *made]
    return parts


def _when(one: Step) -> str:
    """As `restore_text.when`, with equal decimals."""
    if one.latest_s is None:
        return f"{one.earliest_s:.1f} or later"
    if one.latest_s == one.earliest_s:
        return f"{one.earliest_s:.1f}"
    return f"{one.earliest_s:.1f} to {one.latest_s:.1f}"


def _sampled(outcome: ReturnOutcome, after_s: Optional[float]) -> list[str]:
    worlds, each, some, none = outcome.sampled
    if not worlds:
        return []
    open_ = outcome.count(ReturnVerdict.CANNOT_SAY)
    said = (
        f"{_heading(outcome, after_s)}, sampled: {worlds} worlds (seed {outcome.seed}), for"
        f" {each + some + none} of the {open_} machines that cannot be decided: {each} come back in"
        f" each, {some} in some, {none} in none."
    )
    listed = page_parts.sampled((one.machine, one.sampled) for one in outcome.machines)
    return [f"<p>{safe(said)}</p>", listed]


def _delays(delays: Optional[Delays]) -> list[str]:
    if delays is None:
        return [f"<p>{safe(line[:1].upper() + line[1:])}.</p>" for line in proposed(delays)]
    rows = [
        [row_header(pdu), words(", ".join(f"{outlet}: {seconds} s" for outlet, seconds in found))]
        for pdu, found in delays.pdus.items()
        if delays.mended
    ]
    made = list(html.table(("PDU", "outlets"), rows))
    parts = ["<h3>Delays for each PDU's page</h3>", *made] if made else []
    if delays.mended:
        parts.append(f"<p>With them {safe(few(delays.mended))} fit.</p>")
        if delays.sequences:
            parts.append(
                f"<p>{safe(few(delays.sequences))}: the page has the wait after an outlet; put them"
                " in this order, and set the difference to the next.</p>"
            )
    if delays.unchanged:
        shown = safe(few(delays.unchanged))
        parts.append(f"<p>{shown}: no delay can be set there, as far as was read.</p>")
    if delays.left:
        shown = safe(few(delays.left))
        parts.append(f"<p>No delay decides {shown}: the reasons are below.</p>")
    return parts


# ---- the load as it grows ------------------------------------------------------------------------


def _charts(found: Sequence[BreakerBack]) -> list[str]:
    """The worst first; one whose load nothing bounds has none."""
    grows = [one for one in found if len(one.growth) > 1 and math.isfinite(one.growth[-1].high)]
    if not grows:
        return []
    more = len(grows) - _MOST_CHARTS
    shown = "".join(_chart(one) for one in grows[:_MOST_CHARTS])
    left = f"<p><small>and {more} more, in the table</small></p>" if more > 0 else ""
    return [f"<div>{shown}</div>{left}"]


def _chart(one: BreakerBack) -> str:
    last = max(one.growth[-1].at_s, 1.0)
    rating = one.rating_a or 0.0
    top = 1.1 * max(rating, *(at.high for at in one.growth)) or 1.0
    upper = _way(one.growth, last, top)
    limit = _y(rating, top)
    line = f'<line x1="0" x2="{_WIDTH:g}" y1="{limit}" y2="{limit}"/>' if rating else ""
    about = f"up to {one.growth[-1].high:.1f} A after {one.growth[-1].at_s:g} s"
    label = f"{one.name}: {about}, rating {amperes(one.rating_a)} A"
    return (
        f'<div class="grows whole"><svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img"'
        f' preserveAspectRatio="none" aria-label="{safe(label)}">'
        f'<path d="M0 {_HEIGHT:g}{upper}V{_HEIGHT:g}Z"/>{line}</svg>'
        f"<small>{safe(label)}</small></div>"
    )


def _way(growth: Sequence[LoadStep], last: float, top: float) -> str:
    """The upper end, as steps."""
    steps = [f"H{at.at_s / last * 0.9 * _WIDTH:.1f}V{_y(at.high, top)}" for at in growth]
    return "".join([*steps, f"H{_WIDTH:g}"])


def _y(amperes_: float, top: float) -> str:
    return f"{_HEIGHT * (1 - amperes_ / top):.1f}"
