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
    asked = "pdu prove: does the pack keep its promises here, and what would be sent?"
    version = proof.version
    frame = html.Frame(f"What is in {name}", asked, _READING, "docs/field.md", proof.made, version)
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
    said = Counter(one.verdict for one in proof.verdicts)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in said.most_common())
    look = "bad" if said[BROKEN] else "good"
    yield html.verdict(f"{counted(len(proof.verdicts), 'promise')}: {counts}.", look)
    for one in proof.verdicts:
        if one.verdict == BROKEN and one.promise in BY_KEY:
            sentence = BY_KEY[one.promise].sentence
            yield f'<p><span class="bad">broken</span>: {safe(sentence)}: {safe(one.finding)}</p>'


def _verdict_of_points(proof: PlatformProof) -> Iterable[str]:
    said = Counter(one.verdict for one in proof.points)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in said.most_common())
    look = "bad" if said[BROKEN] else "good"
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
    yield from _filled(
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
    yield from _readings(proof.readings)
    yield "<h2>Recording</h2>"
    yield from (f"<p>{safe(note)}</p>" for note in proof.notes)
    yield f"<pre>{_lines(proof.recording)}</pre>"


def _readings(readings: Sequence[ProvenReading]) -> Iterable[str]:
    """All readings, then the outlets and what changed of them."""
    totals = [(one.load_a, one.power_w, one.energy_kwh) for one in readings]
    yield from _filled(
        ("s", "phase", "handler", *_FIGURES, "error", "why"),
        [
            (f"{one.at_s:.1f}", one.phase, one.handler, *figures, one.failure_kind, one.failure)
            for one, figures in zip(readings, _steady(totals))
        ],
    )
    rows = [*_changes(readings)]
    figures_ = _steady([_of_outlet(one.outlet) for one in rows])
    is_one = len({one.reading.handler for one in rows}) <= 1
    yield "<h3>Outlets</h3>"
    yield "<p>All of the first reading, then those that were read otherwise than before.</p>"
    yield from _filled(
        ("s", "handler", "identity", "number", "state", *_FIGURES),
        [
            (
                f"{one.reading.at_s:.1f}",
                "" if is_one else one.reading.handler,
                one.outlet.identity,
                one.outlet.number,
                one.outlet.state,
                *figures,
            )
            for one, figures in zip(rows, figures_)
        ],
    )


class _Change(NamedTuple):
    """An outlet that was read otherwise than by the same handler before."""

    reading: ProvenReading
    outlet: ProvenOutlet


def _changes(readings: Sequence[ProvenReading]) -> Iterable[_Change]:
    known: dict[str, dict[str, ProvenOutlet]] = {}
    for reading in readings:
        before = known.setdefault(reading.handler, {})
        for one in reading.outlets:
            last = before.get(one.identity)
            # not all readings ask for what is printed at an outlet's place
            number = one.number or ("" if last is None else last.number)
            one = _as_shown(dataclasses.replace(one, number=number))
            if one != last:
                yield _Change(reading, one)
            before[one.identity] = one
        listed = {one.identity for one in reading.outlets}
        for gone in [one for one in before if one not in listed and not reading.failure_kind]:
            yield _Change(reading, ProvenOutlet(gone, "", "not listed", None, None, None))
            del before[gone]


def _as_shown(one: ProvenOutlet) -> ProvenOutlet:
    """With figures as the page has them."""
    current, power, energy = (
        None if value is None else round(value, _PLACES) for value in _of_outlet(one)
    )
    return dataclasses.replace(one, current_a=current, power_w=power, energy_kwh=energy)


def _of_outlet(one: ProvenOutlet) -> Sequence[Optional[float]]:
    return one.current_a, one.power_w, one.energy_kwh


def _steady(rows: Sequence[Sequence[Optional[float]]]) -> Sequence[Sequence[str]]:
    """Figures with as many decimals in each column as one of them has."""
    columns = []
    for column in zip(*rows):
        texts = ["" if one is None else f"{one + 0.0:.{_PLACES}f}".rstrip("0") for one in column]
        places = max((len(one.partition(".")[2]) for one in texts), default=0)
        columns.append(
            [NOT_METERED if one is None else f"{one + 0.0:.{places}f}" for one in column]
        )
    return [*zip(*columns)]


def _platform_points(proof: PlatformProof) -> Iterable[str]:
    yield from _table((), (("basis", proof.basis), ("Python", proof.python)))
    yield "<h2>Steps and open questions</h2>"
    yield from _table(
        ("point", "verdict", "what came back"),
        [(one.point, one.verdict, "\n".join(one.answers)) for one in proof.points],
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    heads = head or ("", "")
    made = [[_cell(*one) for one in zip(heads, row)] for row in rows]
    return html.table(head, made)


def _filled(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """A table without the columns in which nothing stands."""
    kept = [at for at in range(len(head)) if any(row[at] for row in rows)]
    return _table([head[at] for at in kept], [[row[at] for at in kept] for row in rows])


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
