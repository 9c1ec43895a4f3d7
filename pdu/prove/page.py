"""What a proof file holds, as one self-contained HTML file for the person who sends it.

Without scripts and requests. Every text of the unit and of the owner is escaped.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from ..core.cli.output import NOT_METERED, counted
from ..core.files import html
from ..core.files.html import Cell, safe
from .document import (
    BROKEN,
    KEPT,
    NOT_TRIED,
    PlatformProof,
    Proof,
    ProvenOutlet,
    ProvenReading,
    UnitProof,
)
from .promises import BY_KEY

_CLASSES = {KEPT: "word good", BROKEN: "word bad", NOT_TRIED: "word"}
_FIGURES = ("A", "W", "kWh")
_NUMBERS = frozenset({*_FIGURES, "s", "took s"})
_PLACES = 3  # of a figure, at most
_READING = (
    "Kept: what was promised was seen. Broken: something else was seen. Not tried: this run could"
    " not show it, and says why.",
    "Times are seconds since the first request.",
)
# heads of columns with sentences
_LONG = ("promise", "what was seen", "why", "error", "point", "what came back")


def page(proof: Proof, name: str) -> str:
    """The whole page about the file `name`."""
    question = "pdu prove: does the pack keep its promises here, and what would be sent?"
    version = proof.version
    frame = html.Frame(
        f"What is in {name}", question, _READING, "docs/field.md", proof.made, version
    )
    parts = [
        frame.begin(),
        *(_verdict(proof) if isinstance(proof, UnitProof) else _verdict_of_points(proof)),
        "<p>Nothing was sent. This page shows all that the file holds; look through it before you"
        " send the file. Recognised names, addresses, serial numbers and secrets were replaced, but"
        " no program recognises every name. Names of outlets are left out of the readings.</p>",
        *(_unit(proof) if isinstance(proof, UnitProof) else _platform_points(proof)),
        frame.end(),
    ]
    return "\n".join(parts)


def _verdict(proof: UnitProof) -> Iterable[str]:
    """How many promises were kept and broken, first those that were broken."""
    count_by_verdict = Counter(verdict.verdict for verdict in proof.verdicts)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in count_by_verdict.most_common())
    look = "bad" if count_by_verdict[BROKEN] else "good"
    yield html.verdict(f"{counted(len(proof.verdicts), 'promise')}: {counts}.", look)
    for item in proof.verdicts:
        if item.verdict == BROKEN and item.promise in BY_KEY:
            sentence = BY_KEY[item.promise].sentence
            yield f'<p><span class="bad">broken</span>: {safe(sentence)}: {safe(item.finding)}</p>'


def _verdict_of_points(proof: PlatformProof) -> Iterable[str]:
    count_by_verdict = Counter(point.verdict for point in proof.points)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in count_by_verdict.most_common())
    look = "bad" if count_by_verdict[BROKEN] else "good"
    yield html.verdict(f"{counted(len(proof.points), 'point')}: {counts}.", look)


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
            (BY_KEY[verdict.promise].sentence, verdict.verdict, verdict.finding)
            for verdict in proof.verdicts
            if verdict.promise in BY_KEY
        ],
    )
    yield "<h2>The unit</h2>"
    yield from _table((), [(name, text) for name, text in about if text])
    yield "<h2>What you answered</h2>"
    owner = proof.owner
    yield from _table(
        (),
        (
            ("outlets on the front", _answer_text(owner.outlets)),
            ("dark", _answer_text(None if owner.dark is None else ", ".join(owner.dark) or "none")),
            ("A on the display", _answer_text(owner.load_a)),
            ("the outlet was dark", _answer_text(owner.seen_dark)),
        ),
    )
    yield "<h2>Commands</h2>"
    yield from _filled(
        ("s", "outlet", "command", "took s", "reported", "error", "why"),
        [
            (
                f"{command.at_s:.1f}",
                command.outlet,
                f"{'on' if command.on else 'off'} ({command.phase})",
                f"{command.seconds:.2f}",
                command.state,
                command.failure_kind,
                command.failure,
            )
            for command in proof.commands
        ],
    )
    yield "<h2>Readings</h2>"
    yield from _readings(proof.readings)
    yield "<h2>Recording</h2>"
    yield from (f"<p>{safe(note)}</p>" for note in proof.notes)
    yield f"<pre>{_lines(proof.recording)}</pre>"


def _readings(readings: Sequence[ProvenReading]) -> Iterable[str]:
    """All readings, then the outlets and what changed of them."""
    totals = [(reading.load_a, reading.power_w, reading.energy_kwh) for reading in readings]
    yield from _filled(
        ("s", "phase", "handler", *_FIGURES, "error", "why"),
        [
            (
                f"{reading.at_s:.1f}",
                reading.phase,
                reading.handler,
                *figures,
                reading.failure_kind,
                reading.failure,
            )
            for reading, figures in zip(readings, _steady(totals))
        ],
    )
    rows = [*_changes(readings)]
    figures_ = _steady([_of_outlet(row.outlet) for row in rows])
    is_one = len({row.reading.handler for row in rows}) <= 1
    yield "<h3>Outlets</h3>"
    yield "<p>All of the first reading, then those that were read otherwise than before.</p>"
    yield from _filled(
        ("s", "handler", "identity", "number", "state", *_FIGURES),
        [
            (
                f"{row.reading.at_s:.1f}",
                "" if is_one else row.reading.handler,
                row.outlet.identity,
                row.outlet.number,
                row.outlet.state,
                *figures,
            )
            for row, figures in zip(rows, figures_)
        ],
    )


class _Change(NamedTuple):
    """An outlet that was read otherwise than by the same handler before."""

    reading: ProvenReading
    outlet: ProvenOutlet


def _changes(readings: Sequence[ProvenReading]) -> Iterable[_Change]:
    outlets_by_handler: dict[str, dict[str, ProvenOutlet]] = {}
    for reading in readings:
        outlet_by_identity = outlets_by_handler.setdefault(reading.handler, {})
        for outlet in reading.outlets:
            last = outlet_by_identity.get(outlet.identity)
            # not all readings ask for what is printed at an outlet's place
            number = outlet.number or ("" if last is None else last.number)
            outlet = _as_shown(dataclasses.replace(outlet, number=number))
            if outlet != last:
                yield _Change(reading, outlet)
            outlet_by_identity[outlet.identity] = outlet
        identities = {outlet.identity for outlet in reading.outlets}
        for gone in [
            identity
            for identity in outlet_by_identity
            if identity not in identities and not reading.failure_kind
        ]:
            yield _Change(reading, ProvenOutlet(gone, "", "not listed", None, None, None))
            del outlet_by_identity[gone]


def _as_shown(outlet: ProvenOutlet) -> ProvenOutlet:
    """With figures as the page has them."""
    current, power, energy = (
        None if value is None else round(value, _PLACES) for value in _of_outlet(outlet)
    )
    return dataclasses.replace(outlet, current_a=current, power_w=power, energy_kwh=energy)


def _of_outlet(outlet: ProvenOutlet) -> Sequence[Optional[float]]:
    return outlet.current_a, outlet.power_w, outlet.energy_kwh


def _steady(rows: Sequence[Sequence[Optional[float]]]) -> Sequence[Sequence[str]]:
    """Figures with as many decimals in each column as one of them has."""
    columns = []
    for column in zip(*rows):
        texts = [
            "" if value is None else f"{value + 0.0:.{_PLACES}f}".rstrip("0") for value in column
        ]
        places = max((len(text.partition(".")[2]) for text in texts), default=0)
        columns.append(
            [NOT_METERED if value is None else f"{value + 0.0:.{places}f}" for value in column]
        )
    return [*zip(*columns)]


def _platform_points(proof: PlatformProof) -> Iterable[str]:
    yield from _table((), (("basis", proof.basis), ("Python", proof.python)))
    yield "<h2>Steps and open questions</h2>"
    yield from _table(
        ("point", "verdict", "what came back"),
        [(point.point, point.verdict, "\n".join(point.answers)) for point in proof.points],
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    heads = head or ("", "")
    cells = [[_cell(*pair) for pair in zip(heads, row)] for row in rows]
    return html.table(head, cells)


def _filled(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """A table without the columns in which nothing stands."""
    columns = [at for at in range(len(head)) if any(row[at] for row in rows)]
    return _table([head[at] for at in columns], [[row[at] for at in columns] for row in rows])


def _cell(head: str, text: str) -> Cell:
    look = "text" if head in _LONG else "n" if head in _NUMBERS else _CLASSES.get(text, "")
    return Cell(_lines(text), look)


def _answer_text(value: object) -> str:
    if value is None:
        return "not answered"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _lines(text: str) -> str:
    """Several lines; also of a recording, whose line ends stay."""
    return "\n".join(map(safe, text.split("\n")))
