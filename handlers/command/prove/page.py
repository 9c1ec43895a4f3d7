"""What a proof file holds, as one self-contained HTML file for the person who sends it.

Without scripts and requests. Every text of the unit and of the owner is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ...errors import printable
from ..kit.output import figure
from .document import BROKEN, KEPT, Proof, UnitProof
from .promises import BY_KEY

_CLASSES = {KEPT: "kept", BROKEN: "broken"}
_STYLE = """
:root { color-scheme: light; } body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem auto;
max-width: 75rem; padding: 0 1rem; color: #111; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin-top: 1.5rem; }
table { border-collapse: collapse; } th, td { border-bottom: 1px solid #bbb; padding: .15rem .6rem;
text-align: left; vertical-align: top; } td.kept { color: #1d6b3f; }
td.broken { color: #b00020; font-weight: 600; } pre { white-space: pre-wrap; font-size: 12px; }
"""
_FIGURES = ("A", "W", "kWh")


def page(proof: Proof, name: str) -> str:
    """The whole page about the file `name`."""
    title = f"What is in {name}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_safe(title)}</h1>",
        "<p>Nothing was sent. This page shows all that the file holds; look through it before you"
        " send the file. Recognised names, addresses, serial numbers and secrets were replaced, but"
        " no program recognises every name. Names of outlets are left out of the readings.</p>",
        *(_unit(proof) if isinstance(proof, UnitProof) else _platform_points(proof)),
        "</body></html>",
        "",
    ]
    return "\n".join(parts)


def _unit(proof: UnitProof) -> Iterable[str]:
    about = (
        ("basis", proof.basis),
        ("made", proof.made),
        ("pack", proof.version),
        ("Python", proof.python),
        ("handler", proof.handler),
        ("family", proof.family),
        ("manufacturer", proof.manufacturer),
        ("model", proof.model),
        ("firmware", proof.firmware),
        ("settings", ", ".join(f"{key}={value}" for key, value in proof.settings.items())),
        ("outlet to switch", proof.outlet or "none"),
    )
    yield from _table((), about)
    yield "<h2>Promises</h2>"
    yield from _table(
        ("promise", "verdict", "what was seen"),
        [
            (BY_KEY[one.promise].sentence, one.verdict, one.finding)
            for one in proof.verdicts
            if one.promise in BY_KEY
        ],
    )
    yield "<h2>What you answered</h2>"
    owner = proof.owner
    yield from _table(
        (),
        (
            ("outlets on the front", _said(owner.outlets)),
            ("dark", _said(None if owner.dark is None else ", ".join(owner.dark) or "none")),
            ("A on the display", _said(owner.load_a)),
            ("the outlet was dark", _said(owner.seen_dark)),
        ),
    )
    yield "<h2>Commands</h2>"
    yield from _table(
        ("s", "outlet", "command", "took s", "reported", "error", "why"),
        [
            (
                f"{one.at_s:.1f}",
                one.outlet,
                f"{'on' if one.on else 'off'} ({one.phase})",
                f"{one.seconds:.2f}",
                one.state,
                one.failure_kind,
                one.failure,
            )
            for one in proof.commands
        ],
    )
    yield "<h2>Readings</h2>"
    for one in proof.readings:
        total = ", ".join(
            figure(value, unit)
            for value, unit in zip((one.load_a, one.power_w, one.energy_kwh), _FIGURES)
        )
        yield f"<h3>{one.at_s:.1f} s, {_safe(one.phase)}, {_safe(one.handler)}: {total}</h3>"
        if one.failure_kind:
            yield f"<p>{_safe(one.failure_kind)}: {_safe(one.failure)}</p>"
        yield from _table(
            ("identity", "number", "state", *_FIGURES),
            [
                (
                    outlet.identity,
                    outlet.number,
                    outlet.state,
                    figure(outlet.current_a),
                    figure(outlet.power_w),
                    figure(outlet.energy_kwh),
                )
                for outlet in one.outlets
            ],
        )
    yield "<h2>Recording</h2>"
    yield from (f"<p>{_safe(note)}</p>" for note in proof.notes)
    yield f"<pre>{_lines(proof.recording)}</pre>"


def _platform_points(proof: Proof) -> Iterable[str]:
    assert not isinstance(proof, UnitProof)
    about = (("basis", proof.basis), ("made", proof.made), ("pack", proof.version))
    yield from _table((), (*about, ("Python", proof.python)))
    yield "<h2>Steps and open questions</h2>"
    yield from _table(
        ("point", "verdict", "what came back"),
        [(one.point, one.verdict, "\n".join(one.answers)) for one in proof.points],
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield "<table>"
    if head:
        yield f"<tr>{''.join(f'<th>{_safe(one)}</th>' for one in head)}</tr>"
    for row in rows:
        cells = "".join(f'<td class="{_CLASSES.get(one, "")}">{_lines(one)}</td>' for one in row)
        yield f"<tr>{cells}</tr>"
    yield "</table>"


def _said(value: object) -> str:
    if value is None:
        return "not answered"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _safe(text: str) -> str:
    return escape(printable(text, 10 * len(text) + 1))


def _lines(text: str) -> str:
    """Several lines; also of a recording, whose line ends stay."""
    return "\n".join(map(_safe, text.split("\n")))
