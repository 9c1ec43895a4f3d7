"""Pictures of a register as SVG: its segments and events, and the energy as a band. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Callable

from ..registers.period import edge_days
from .audit_result import AuditPeriod
from .checked_register import PlotData
from .pdu_audit import AuditedRegister

_WIDTH, _HEIGHT, _MARGIN = 460.0, 100.0, 4.0
#: of the lines of text above and below a picture
_TEXT = 16.0
#: a picture shows so many events; the list above it has more of them
_MOST_EVENTS = 20
STYLE = """
svg { border: 1px solid var(--line); max-width: 100%; height: auto; }
.segment { fill: none; stroke: var(--bar); stroke-width: 1.5; }
.band { fill: var(--bar); fill-opacity: .25; }
.best { fill: none; stroke: var(--bar); stroke-width: 1; stroke-dasharray: 4 2; }
.out { fill: var(--bad); } .event { fill: var(--doubtful); fill-opacity: .3; }
text { font: 10px system-ui, sans-serif; fill: var(--soft); }
@media print { svg { width: 49%; } }
"""
Scale = Callable[[float], float]


def register(times: AuditPeriod, answer: AuditedRegister, plot_data: PlotData) -> str:
    """The register over time: a line for each segment, dots for readings that were left out."""
    inside = [value for segment in plot_data.segments for _, value in segment]
    values = inside or [value for _, value in plot_data.left_out]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    across, up = _across(times), _up(low, high)
    parts = [*_events(times, answer, across)]
    for segment in plot_data.segments:
        points = " ".join(f"{across(time):.1f},{up(value):.1f}" for time, value in segment)
        parts.append(f'<polyline class="segment" points="{points}"/>')
    for time, value in plot_data.left_out:
        # One that is far off is drawn at the edge: else the segments would be a flat line.
        at = min(max(up(value), _MARGIN), _HEIGHT - _MARGIN)
        parts.append(f'<circle class="out" cx="{across(time):.1f}" cy="{at:.1f}" r="2"/>')
    return _svg(times, f"register: {low:.3f} to {high:.3f} kWh", parts)


def energy(times: AuditPeriod, answer: AuditedRegister, plot_data: PlotData) -> str:
    """The energy since the begin of the period, between its bounds."""
    high = max((energy_then.high for _, energy_then in plot_data.band), default=1.0) or 1.0
    across, up = _across(times), _up(0.0, high)
    upper = [
        f"{across(time):.1f},{up(energy_then.high):.1f}" for time, energy_then in plot_data.band
    ]
    lower = [
        f"{across(time):.1f},{up(energy_then.low):.1f}"
        for time, energy_then in reversed(plot_data.band)
    ]
    best = [
        f"{across(time):.1f},{up(energy_then.best):.1f}" for time, energy_then in plot_data.band
    ]
    start = f"{across(times.begin):.1f},{up(0.0):.1f}"
    parts = [
        *_events(times, answer, across),
        f'<polygon class="band" points="{" ".join([start, *upper, *lower])}"/>',
        f'<polyline class="best" points="{" ".join([start, *best])}"/>',
    ]
    return _svg(times, f"energy since the begin: up to {high:.3f} kWh", parts)


def _across(times: AuditPeriod) -> Scale:
    length = times.end - times.begin
    return lambda time: _MARGIN + (_WIDTH - 2.0 * _MARGIN) * (time - times.begin) / length


def _up(low: float, high: float) -> Scale:
    length = high - low or 1.0
    return lambda value: _HEIGHT - _MARGIN - (_HEIGHT - 2.0 * _MARGIN) * (value - low) / length


def _events(times: AuditPeriod, answer: AuditedRegister, across: Scale) -> Sequence[str]:
    parts = []
    for event in answer.events[:_MOST_EVENTS]:
        left = across(max(event.begin, times.begin))
        width = max(across(min(event.end, times.end)) - left, 1.0)
        parts.append(
            f'<rect class="event" x="{left:.1f}" y="0" width="{width:.1f}" height="{_HEIGHT:g}"/>'
        )
    return parts


def _svg(times: AuditPeriod, title: str, parts: Sequence[str]) -> str:
    first, last = edge_days(times.local(times.begin), times.local(times.end))
    height = _HEIGHT + 2.0 * _TEXT
    return "".join(
        [
            f'<svg viewBox="0 {-_TEXT:g} {_WIDTH:g} {height:g}" width="{_WIDTH:g}" role="img"'
            f' aria-label="{escape(title)}">',
            *parts,
            f'<text x="4" y="-5">{escape(title)}</text>',
            f'<text x="4" y="{_HEIGHT + 11:g}">{escape(first)}</text>',
            f'<text x="{_WIDTH - 4:g}" y="{_HEIGHT + 11:g}" text-anchor="end">'
            f"{escape(last)}</text></svg>",
        ]
    )
