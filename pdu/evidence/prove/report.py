"""How each promise of a proof came out, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...core.cli.output import counted
from ...core.cli.report import (
    BAD,
    GOOD,
    Cell,
    Headline,
    Items,
    Part,
    Table,
    text_lines,
    verdict_cell,
    words,
)
from .document import BROKEN, KEPT, NOT_TRIED, SIMULATED, UnitProof
from .promises import BY_KEY
from .verdicts import FIRST

_LOOKS = {BROKEN: BAD, NOT_TRIED: "", KEPT: GOOD}  # the worst first


def lines(proof: UnitProof) -> list[str]:
    """The report, the worst verdicts first."""
    return [*text_lines(_parts(proof))]


def _parts(proof: UnitProof) -> Iterator[Part]:
    number_by_verdict = Counter(verdict.verdict for verdict in proof.verdicts)
    counts = ", ".join(
        f"{number_by_verdict[word]} {word}" for word in _LOOKS if number_by_verdict[word]
    )
    yield Headline(f"{counted(len(proof.verdicts), 'promise')}: {counts}")
    about = " ".join(filter(None, (proof.manufacturer, proof.model)))
    firmware = f", firmware {proof.firmware}" if proof.firmware else ""
    outlets = counted(len(proof.readings_in(FIRST)[0].outlets), "outlet")
    simulation_note = " (SIMULATED: never evidence)" if proof.basis == SIMULATED else ""
    yield f"{about or proof.family or proof.handler}{firmware}: {outlets}{simulation_note}"
    verdicts = sorted(proof.verdicts, key=lambda verdict: [*_LOOKS].index(verdict.verdict))
    broken_promises = [
        f"{BY_KEY[verdict.promise].sentence}: {verdict.finding}"
        for verdict in verdicts
        if verdict.verdict == BROKEN
    ]
    yield Items("Broken", broken_promises)
    rows = [
        [
            verdict_cell(verdict.verdict, _LOOKS[verdict.verdict]),
            Cell(verdict.promise),
            words(verdict.finding),
        ]
        for verdict in verdicts
    ]
    yield Table("Promises", ("verdict", "promise", "what was seen"), rows)
