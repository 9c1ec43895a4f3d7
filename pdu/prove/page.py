"""What a proof file holds, as one self-contained HTML file for the person who sends it.

Without scripts and requests. Every text of the unit and of the owner is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..core.cli import html
from ..core.cli.html import Cell, safe
from ..core.cli.output import figure
from .document import BROKEN, KEPT, Proof, UnitProof
from .promises import BY_KEY

_CLASSES = {KEPT: "good", BROKEN: "bad"}
_FIGURES = ("A", "W", "kWh")
_NUMBERS = frozenset({*_FIGURES, "s", "took s"})
_READING = (
    "Kept: what was promised was seen. Broken: something else was seen. Not tried: this run could"
    " not show it, and says why.",
    "Times are seconds since the first request.",
)
# heads of columns with sentences
_LONG = ("promise", "what was seen", "why", "error", "point", "what came back")


def page(proof: Proof, name: str) -> str:
    """The whole page about the file `name`."""
    asked = "pdu prove: does the pack keep its promises here, and what would be sent?"
    version = proof.version
    frame = html.Frame(f"What is in {name}", asked, _READING, "docs/field.md", proof.made, version)
    parts = [
        frame.begin(),
        *(_verdict(proof) if isinstance(proof, UnitProof) else ()),
        "<p>Nothing was sent. This page shows all that the file holds; look through it before you"
        " send the file. Recognised names, addresses, serial numbers and secrets were replaced, but"
        " no program recognises every name. Names of outlets are left out of the readings.</p>",
        *(_unit(proof) if isinstance(proof, UnitProof) else _platform_points(proof)),
        frame.end(),
    ]
    return "\n".join(parts)


def _verdict(proof: UnitProof) -> Iterable[str]:
    """How many promises were kept and broken, first those that were broken."""
    said = Counter(one.verdict for one in proof.verdicts)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in said.most_common())
    look = _CLASSES[BROKEN if said[BROKEN] else KEPT]
    yield f'<p class="verdict {look}">{len(proof.verdicts)} promises: {safe(counts)}.</p>'
    for one in proof.verdicts:
        if one.verdict == BROKEN and one.promise in BY_KEY:
            sentence = BY_KEY[one.promise].sentence
            yield f'<p><span class="bad">broken</span>: {safe(sentence)}: {safe(one.finding)}</p>'


def _unit(proof: UnitProof) -> Iterable[str]:
    about = (
        ("basis", proof.basis),
        ("Python", proof.python),
        ("handler", proof.handler),
        ("family", proof.family),
        ("manufacturer", proof.manufacturer),
        ("model", proof.model),
        ("firmware", proof.firmware),
        ("settings", ", ".join(f"{key}={value}" for key, value in proof.settings.items())),
        ("outlet to switch", proof.outlet or "none"),
    )
    yield "<h2>Promises</h2>"
    yield from _table(
        ("promise", "verdict", "what was seen"),
        [
            (BY_KEY[one.promise].sentence, one.verdict, one.finding)
            for one in proof.verdicts
            if one.promise in BY_KEY
        ],
    )
    yield "<h2>The unit</h2>"
    yield from _table((), [(name, said) for name, said in about if said])
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
        yield f"<h3>{one.at_s:.1f} s, {safe(one.phase)}, {safe(one.handler)}: {total}</h3>"
        if one.failure_kind:
            yield f"<p>{safe(one.failure_kind)}: {safe(one.failure)}</p>"
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
    yield from (f"<p>{safe(note)}</p>" for note in proof.notes)
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
    heads = head or ("", "")
    made = [[_cell(*one) for one in zip(heads, row)] for row in rows]
    return html.table(head, made)


def _cell(head: str, text: str) -> Cell:
    look = "text" if head in _LONG else "n" if head in _NUMBERS else _CLASSES.get(text, "")
    return Cell(_lines(text), look)


def _said(value: object) -> str:
    if value is None:
        return "not answered"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _lines(text: str) -> str:
    """Several lines; also of a recording, whose line ends stay."""
    return "\n".join(map(safe, text.split("\n")))
