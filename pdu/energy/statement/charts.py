"""The pictures of a statement as SVG: energy and power by day. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Callable

from ...core.files.html import safe
from ..registers.period import minute
from .wording import Document

_WIDTH, _HEIGHT, _LEFT, _TOP, _BELOW = 720, 190, 54, 22, 26


def charts(statement: Document) -> Iterator[str]:
    """Energy by day, split by period, and power by day with the highest quarter hour."""
    total, days = statement["total"], statement["total"]["days"]
    labels = list(dict.fromkeys(label for day in days for label in day["kwh"]))
    if labels:
        most = max((sum(day["kwh"].values()) for day in days), default=0.0)
        yield "<h2>Energy by day, kWh</h2>"
        yield _chart(days, most, "energy by day", lambda *place: _energy_bars(labels, *place))
        yield _key([*((f"p{at % 4}", label or "kWh") for at, label in enumerate(labels))], days)
    if any(day["kw"] for day in days):
        most, peak_day = max(day["kw"][2] for day in days if day["kw"]), total["peak_time"][:10]
        yield "<h2>Power by day, kW</h2>"
        yield _chart(days, most, "power by day", lambda *place: _power_bars(peak_day, *place))
        keys = (("bar", "quarter hours, lowest to highest"), ("mean p1", "mean"))
        peak_words = f"highest: {total['peak_kw']:.3f} kW, {minute(total['peak_time'])}"
        yield _key([*keys, ("mark", peak_words)], days)


def _key(entries: Sequence[tuple[str, str]], days: Sequence[Document]) -> str:
    holes = [("hole", "not read")] if any(day["unread"] for day in days) else []
    styles = {"bar": "p0", "mean p1": "p1", "mark": "mark", "hole": "hole"}
    entries_html = "".join(
        f'<span><i class="{styles.get(classes, classes)}"></i>{safe(text)}</span>'
        for classes, text in (*entries, *holes)
    )
    return f'<p class="key soft">{entries_html}</p>'


def _chart(
    days: Sequence[Document],
    most: float,
    title: str,
    bars: Callable[[Document, float, float, float, float], str],
) -> str:
    """A column for each day; a part that was not read is hatched, at its right."""
    step = _tick(most)
    top = step * max(math.ceil(most / step - 1e-9), 1)
    wide, tall = (_WIDTH - _LEFT) / len(days), _HEIGHT - _TOP - _BELOW
    marks = [
        (step * at, _TOP + tall * (1 - step * at / top)) for at in range(round(top / step) + 1)
    ]
    elements = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
        '<defs><pattern id="hole" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="stripe" d="M0 0V6"/></pattern></defs>'
    ]
    for value, y in marks:
        elements.append(
            f'<path class="axis" d="M{_LEFT} {y:.1f}H{_WIDTH}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    every = math.ceil(len(days) / 8)
    for at, day in enumerate(days):
        x, hole = _LEFT + at * wide, wide * (day["unread"] or 0.0)
        if hole:
            place = f'x="{x + wide - hole:.1f}" y="{_TOP}" width="{hole:.1f}" height="{tall}"'
            elements.append(f'<rect class="hole" {place}/>')
        read_width = wide - hole
        elements.append(
            bars(day, x + 0.12 * read_width, 0.76 * read_width, tall / top, _TOP + tall)
        )
        if at % every == 0:
            elements.append(f'<text x="{x:.1f}" y="{_HEIGHT - 6}">{day["day"][5:]}</text>')
    return "".join([*elements, "</svg>"])


def _energy_bars(
    labels: Sequence[str], day: Document, x: float, wide: float, scale: float, base: float
) -> str:
    bars, y = "", base
    for at, label in enumerate(labels):
        tall = scale * day["kwh"].get(label, 0.0)
        y -= tall
        if tall:
            bars += _rect(f"p{at % 4}", x, y, wide, tall)
    return bars


def _power_bars(
    peak_day: str, day: Document, x: float, wide: float, scale: float, base: float
) -> str:
    if day["kw"] is None:
        return ""
    low, mean, high = (base - scale * kw for kw in day["kw"])
    bars = _rect("bar", x, high, wide, max(low - high, 1.0))
    bars += _rect("mean", x, mean - 1.0, wide, 2.0)
    if day["day"] == peak_day:
        bars += f'<circle class="mark" cx="{x + wide / 2:.1f}" cy="{high:.1f}" r="4.5"/>'
    return bars


def _rect(classes: str, x: float, y: float, wide: float, tall: float) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0.5):.1f}" height="{tall:.1f}"'
    return f'<rect class="{classes}" {place}/>'


def _tick(most: float) -> float:
    """A round number of which two to five reach the most."""
    if most <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(
        power * factor for factor in (0.2, 0.5, 1.0, 2.0, 5.0) if most / (power * factor) <= 5.0
    )
