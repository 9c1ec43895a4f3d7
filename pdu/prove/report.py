"""What a proof file holds: for a terminal how each promise came out, for the page of the person who
sends the file all of it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Optional

from ..core.cli.output import counted, same_decimals
from ..core.cli.report import (
    BAD,
    GOOD,
    Cell,
    Headline,
    Items,
    Part,
    Picture,
    Report,
    Section,
    Table,
    judged,
    number,
    words,
)
from ..core.files.html import Frame, safe
from .document import (
    BROKEN,
    KEPT,
    NOT_TRIED,
    SIMULATED,
    PlatformProof,
    Proof,
    ProvenOutlet,
    ProvenReading,
    UnitProof,
)
from .promises import BY_KEY
from .verdicts import FIRST

_LOOKS = {BROKEN: BAD, NOT_TRIED: "", KEPT: GOOD}  # the worst first
_FIGURES = ("A", "W", "kWh")
_PLACES = 3  # of a figure, at most
_READING = (
    "Kept: what was promised was seen. Broken: something else was seen. Not tried: this run could"
    " not show it, and says why.",
    "Times are seconds since the first request. Outlets: all of the first reading, then those that"
    " were read otherwise than before.",
)
_SENT = (
    "Nothing was sent. This page shows all that the file holds; look through it before you send the"
    " file. Recognised names, addresses, serial numbers and secrets were replaced, but no program"
    " recognises every name. Names of outlets are left out of the readings."
)


def report(proof: Proof, name: str) -> Report:
    """The report of the file `name`."""
    question = "pdu prove: does the pack keep its promises here, and what would be sent?"
    frame = Frame(
        f"What is in {name}", question, _READING, "docs/field.md", proof.made, proof.version
    )
    if isinstance(proof, UnitProof):
        return Report(frame, [*_promises(proof)], details=[*_unit(proof)])
    details: list[Part] = [_SENT, _facts({"basis": proof.basis, "Python": proof.python})]
    return Report(frame, [*_points(proof)], details=details)


def _verdict(noun: str, verdicts: Iterable[str]) -> Headline:
    number_by_verdict = Counter(verdicts)
    counts = ", ".join(
        f"{number_by_verdict[word]} {word}" for word in _LOOKS if number_by_verdict[word]
    )
    look = BAD if number_by_verdict[BROKEN] else GOOD
    return Headline(f"{counted(sum(number_by_verdict.values()), noun)}: {counts}", look)


def _worst_first(verdict: str) -> int:
    return [*_LOOKS].index(verdict)


def _points(proof: PlatformProof) -> Iterator[Part]:
    yield _verdict("point", (point.verdict for point in proof.points))
    rows = [
        [judged(point.verdict, _LOOKS[point.verdict]), words(point.point), _answers(point.answers)]
        for point in sorted(proof.points, key=lambda point: _worst_first(point.verdict))
    ]
    yield Table("Steps and open questions", ("verdict", "point", "what came back"), rows)


def _answers(answers: Sequence[str]) -> Cell:
    return words("; ".join(answers))


def _promises(proof: UnitProof) -> Iterator[Part]:
    yield _verdict("promise", (verdict.verdict for verdict in proof.verdicts))
    about = " ".join(filter(None, (proof.manufacturer, proof.model)))
    firmware = f", firmware {proof.firmware}" if proof.firmware else ""
    outlets = counted(len(proof.of(FIRST)[0].outlets), "outlet")
    simulated = " (SIMULATED: never evidence)" if proof.basis == SIMULATED else ""
    yield f"{about or proof.family or proof.handler}{firmware}: {outlets}{simulated}"
    verdicts = [verdict for verdict in proof.verdicts if verdict.promise in BY_KEY]
    broken = [
        f"{BY_KEY[verdict.promise].sentence}: {verdict.finding}"
        for verdict in verdicts
        if verdict.verdict == BROKEN
    ]
    yield Items("Broken", broken)
    rows = [
        [
            judged(verdict.verdict, _LOOKS[verdict.verdict]),
            Cell(
                f"{verdict.promise}: {BY_KEY[verdict.promise].sentence}",
                "text",
                short=verdict.promise,
            ),
            words(verdict.finding),
        ]
        for verdict in sorted(verdicts, key=lambda verdict: _worst_first(verdict.verdict))
    ]
    yield Table("Promises", ("verdict", "promise", "what was seen"), rows)


def _unit(proof: UnitProof) -> Iterator[Part]:
    yield _SENT
    yield Section("The unit")
    about = {
        "basis": proof.basis,
        "Python": proof.python,
        "handler": proof.handler,
        "family": proof.family,
        "manufacturer": proof.manufacturer,
        "model": proof.model,
        "firmware": proof.firmware,
        "settings": ", ".join(f"{key}={value}" for key, value in proof.settings.items()),
        "outlet to switch": proof.outlet or "none",
    }
    yield _facts({name: text for name, text in about.items() if text})
    yield Section("What you answered")
    owner = proof.owner
    yield _facts(
        {
            "outlets on the front": _answer_text(owner.outlets),
            "dark": _answer_text(None if owner.dark is None else ", ".join(owner.dark) or "none"),
            "A on the display": _answer_text(owner.load_a),
            "the outlet was dark": _answer_text(owner.seen_dark),
        }
    )
    yield Section("Commands")
    commands = [
        [
            number(f"{command.at_s:.1f}"),
            Cell(command.outlet),
            Cell(f"{'on' if command.on else 'off'} ({command.phase})"),
            number(f"{command.seconds:.2f}"),
            Cell(command.state),
            words(command.failure_kind),
            words(command.failure),
        ]
        for command in proof.commands
    ]
    heads = ("s", "outlet", "command", "took s", "reported", "error", "why")
    empty = "No outlet was switched: `--outlet` names one."
    yield Table("", heads, commands, empty=empty).without_empty_columns()
    yield Section("Readings")
    yield from _readings(proof.readings)
    yield Section("Recording")
    yield from proof.notes
    yield Picture("", partial(_recording, proof.recording))


def _facts(texts: dict[str, str]) -> Table:
    return Table("", (), [[Cell(name), words(text)] for name, text in texts.items()])


def _recording(text: str) -> str:
    """Of several lines, whose ends stay."""
    lines = "\n".join(map(safe, text.split("\n")))
    return f"<pre>{lines}</pre>"


def _readings(readings: Sequence[ProvenReading]) -> Iterator[Part]:
    """All readings, then the outlets and what changed of them."""
    totals = [(reading.load_a, reading.power_w, reading.energy_kwh) for reading in readings]
    rows = [
        [
            number(f"{reading.at_s:.1f}"),
            Cell(reading.phase),
            Cell(reading.handler),
            *figures,
            words(reading.failure_kind),
            words(reading.failure),
        ]
        for reading, figures in zip(readings, _figures(totals))
    ]
    heads = ("s", "phase", "handler", *_FIGURES, "error", "why")
    yield Table("", heads, rows).without_empty_columns()
    changes = [*_changes(readings)]
    is_one = len({change.reading.handler for change in changes}) <= 1
    rows = [
        [
            number(f"{change.reading.at_s:.1f}"),
            Cell("" if is_one else change.reading.handler),
            Cell(change.outlet.identity),
            Cell(change.outlet.number),
            Cell(change.outlet.state),
            *figures,
        ]
        for change, figures in zip(
            changes, _figures([_of_outlet(change.outlet) for change in changes])
        )
    ]
    heads = ("s", "handler", "identity", "number", "state", *_FIGURES)
    yield Table("Outlets", heads, rows).without_empty_columns()


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


def _figures(rows: Sequence[Sequence[Optional[float]]]) -> Sequence[Sequence[Cell]]:
    """Cells with equal decimals in each column."""
    return [*zip(*(map(number, same_decimals(column)) for column in zip(*rows)))]


def _answer_text(value: object) -> str:
    if value is None:
        return "not answered"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
