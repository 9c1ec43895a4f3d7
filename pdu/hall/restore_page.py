"""A return as one self-contained HTML file: machines, delays, then growing loads and timeline."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Optional

from ..core.cli import html
from ..core.cli.html import row_header, safe, words
from .page import WORLDS, cells
from .restore import BreakerBack, LoadStep, ReturnOutcome, ReturnVerdict
from .restore_delays import Delays, Finding
from .restore_text import (
    BREAKER,
    breaker,
    heading,
    outlets,
    proposed,
    sentence,
    sentence_of_breakers,
    when,
)
from .text import amperes, few, named as nodes_in_words, rank

_STYLE = """
.grows { display: inline-block; width: 17rem; max-width: 100%; margin: .3rem 1rem .6rem 0; }
.grows svg { display: block; width: 100%; height: 4rem; border-bottom: 1px solid var(--line); }
.grows path { fill: var(--bar); fill-opacity: .35; stroke: var(--bar); }
.grows line { stroke: var(--bad); stroke-dasharray: 4 3; }
"""
GUIDE = "docs/hall.md"
READING = (
    "Cannot say: what was read and drawn allows more than one answer; `why` names what decides.",
    WORLDS,
    "A line or breaker overloads where the current of what starts together may be above its limit.",
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
) -> str:
    """The whole file. Texts from the drawing and from devices are escaped."""
    back = nodes_in_words(outcomes[0].returned)
    title = f"When the power comes back: {back}"
    asked = f"pdu rehearse --return: what happens when power comes back to {back}"
    frame = html.Frame(title, asked, READING, GUIDE)
    parts = [frame.begin(_STYLE)]
    for outcome in outcomes:
        parts += _verdicts(outcome, after_s)
    parts.append("<h2>What to do</h2>")
    parts += _delays(delays)
    parts += _table("Findings", ("where", "what"), [(one.where, one.what) for one in found])
    parts.append(f"<h2>How it was computed</h2><p>Readings: {safe(taken)}</p>")
    for outcome in outcomes:
        parts += _computed(outcome, after_s)
    parts += html.section("Not known", (), [[words(one)] for one in not_known])
    return "\n".join([*parts, frame.end()])


def _heading(outcome: ReturnOutcome, after_s: Optional[float]) -> str:
    head = heading(outcome, after_s)
    return safe(head[:1].upper() + head[1:])


def _verdicts(outcome: ReturnOutcome, after_s: Optional[float]) -> list[str]:
    worse = [one for one in outcome.machines if one.verdict is not ReturnVerdict.COMES]
    return [
        f"<h2>{_heading(outcome, after_s)}</h2>",
        f"<p>{safe(sentence(outcome))}<br>{safe(sentence_of_breakers(outcome))}</p>",
        *_table(
            "Machines",
            ("machine", "verdict", "why"),
            [(one.machine, one.verdict.value, one.why) for one in worse],
        ),
    ]


def _computed(outcome: ReturnOutcome, after_s: Optional[float]) -> list[str]:
    ranked = sorted(outcome.breakers, key=rank)
    return [
        f"<h3>{_heading(outcome, after_s)}</h3>",
        *_charts(ranked),
        *_table("Lines and breakers", BREAKER, map(breaker, ranked)),
        *_table(
            "Timeline",
            ("PDU", "s", "outlets that close"),
            [(one.pdu, when(one), outlets(one)) for one in outcome.steps],
        ),
    ]


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    made = list(html.table(heads, cells(heads, rows)))
    return [f"<h3>{safe(title)}</h3>", *made] if made else []


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
            f"<p>{safe(few(delays.sequences))}: the page has the wait after an outlet; put them in"
            " this order, and set the difference to the next.</p>"
        )
    if delays.unchanged:
        shown = safe(few(delays.unchanged))
        parts.append(f"<p>{shown}: no delay can be set there, as far as was read.</p>")
    if delays.left:
        parts.append(f"<p>No delay decides {safe(few(delays.left))}: see why above.</p>")
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
    return [f"<h3>The load as it grows</h3><div>{shown}</div>{left}"]


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
