"""Pictures of a register as SVG: its segments and events, and the energy as a band. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Callable

from .audit import AuditedRegister, PlotData
from .audit_result import Times

_WIDTH, _HEIGHT, _MARGIN = 460.0, 130.0, 4.0
#: of a time as text, in characters
_DATE = 10
#: a picture shows so many events; the list above it has more of them
_MOST_EVENTS = 20
STYLE = """
svg { border: 1px solid var(--line); max-width: 100%; height: auto; }
.segment { fill: none; stroke: var(--bar); stroke-width: 1.5; }
.band { fill: var(--bar); fill-opacity: .25; }
.best { fill: none; stroke: var(--bar); stroke-width: 1; stroke-dasharray: 4 2; }
.out { fill: var(--bad); } .event { fill: var(--doubtful); fill-opacity: .3; }
text { font: 10px system-ui, sans-serif; fill: var(--soft); }
"""
Scale = Callable[[float], float]


def register(times: Times, answer: AuditedRegister, drawn: PlotData) -> str:
    """The register over time: a line for each segment, dots for readings that were left out."""
    inside = [value for one in drawn.segments for _, value in one]
    shown = inside or [value for _, value in drawn.left_out]
    low, high = (min(shown), max(shown)) if shown else (0.0, 1.0)
    across, up = _across(times), _up(low, high)
    parts = [*_events(times, answer, across)]
    for one in drawn.segments:
        points = " ".join(f"{across(time):.1f},{up(value):.1f}" for time, value in one)
        parts.append(f'<polyline class="segment" points="{points}"/>')
    for time, value in drawn.left_out:
        # One that is far off is drawn at the edge: else the segments would be a flat line.
        at = min(max(up(value), _MARGIN), _HEIGHT - _MARGIN)
        parts.append(f'<circle class="out" cx="{across(time):.1f}" cy="{at:.1f}" r="2"/>')
    return _svg(times, "register, kWh", f"{low:g}", f"{high:g}", parts)


def energy(times: Times, answer: AuditedRegister, drawn: PlotData) -> str:
    """The energy since the begin of the period, between its bounds."""
    high = max((one.high for _, one in drawn.band), default=1.0) or 1.0
    across, up = _across(times), _up(0.0, high)
    upper = [f"{across(time):.1f},{up(one.high):.1f}" for time, one in drawn.band]
    lower = [f"{across(time):.1f},{up(one.low):.1f}" for time, one in reversed(drawn.band)]
    best = [f"{across(time):.1f},{up(one.best):.1f}" for time, one in drawn.band]
    start = f"{across(times.begin):.1f},{up(0.0):.1f}"
    parts = [
        *_events(times, answer, across),
        f'<polygon class="band" points="{" ".join([start, *upper, *lower])}"/>',
        f'<polyline class="best" points="{" ".join([start, *best])}"/>',
    ]
    return _svg(times, "energy, kWh", "0", f"{high:g}", parts)


def _across(times: Times) -> Scale:
    length = times.end - times.begin
    return lambda time: _MARGIN + (_WIDTH - 2.0 * _MARGIN) * (time - times.begin) / length


def _up(low: float, high: float) -> Scale:
    length = high - low or 1.0
    return lambda value: _HEIGHT - _MARGIN - (_HEIGHT - 2.0 * _MARGIN) * (value - low) / length


def _events(times: Times, answer: AuditedRegister, across: Scale) -> Sequence[str]:
    parts = []
    for one in answer.events[:_MOST_EVENTS]:
        left = across(max(one.begin, times.begin))
        width = max(across(min(one.end, times.end)) - left, 1.0)
        parts.append(
            f'<rect class="event" x="{left:.1f}" y="0" width="{width:.1f}" height="{_HEIGHT:g}"/>'
        )
    return parts


def _svg(times: Times, title: str, low: str, high: str, parts: Sequence[str]) -> str:
    first, last = (times.local(time)[:_DATE] for time in (times.begin, times.end))
    return "".join(
        [
            f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" width="{_WIDTH:g}" role="img"'
            f' aria-label="{escape(title)}">',
            *parts,
            f'<text x="6" y="12">{escape(title)}, up to {escape(high)}</text>',
            f'<text x="6" y="{_HEIGHT - 6:g}">{escape(low)}</text>',
            f'<text x="{_WIDTH - 6:g}" y="{_HEIGHT - 6:g}" text-anchor="end">{first} to'
            f" {last}</text></svg>",
        ]
    )
