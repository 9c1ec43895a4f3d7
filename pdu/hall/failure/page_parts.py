"""What the pages of a failure and of a return have in common: verdicts on machines by their reason,
loads of lines and breakers, what was sampled, and what is not known. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ...core.drawing.drawing import Machine
from ...core.files import html
from ...core.files.html import number, row_header, short, words
from ..walk.load_limits import CANNOT_SAY, FITS, OVERLOADS
from ..walk.verdicts import Verdict
from .rehearsal import BreakerLoad
from .text import few, rank

GUIDE = "docs/hall.md"
#: a verdict's word -> its colour
CLASSES: Mapping[str, str] = {
    **dict.fromkeys(("dark", "stays dark", "comes up before what it needs", OVERLOADS), "bad"),
    CANNOT_SAY: "doubtful",
    **dict.fromkeys((Verdict.STAYS.value, FITS), "good"),
}
#: of the exit code
LOOKS = ("good", "doubtful", "bad")
WORLDS = (
    "In 97 of 100 worlds: what nobody knows was drawn by chance so many times. What happens in each"
    " world is not sure, and neither is what happens in none."
)


class JudgedMachine(NamedTuple):
    """A machine that does not simply stay, or come back."""

    name: str
    verdict: str
    reason: str


def machines(judged: Iterable[JudgedMachine], drawn: Mapping[str, Machine]) -> list[str]:
    """A table with a row for each reason, the worst first. A reason that begins with a cord of its
    machine is that of all whose cord has it.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for one in judged:
        cord, reason = _cord_and_reason(one, drawn)
        shown = f"{one.name} ({cord})" if cord else one.name
        found.setdefault((one.verdict, reason), []).append(shown)
    rows = [
        [
            short(verdict, f"word {CLASSES[verdict]}"),
            number(str(len(names))),
            words(", ".join(names)),
            words(reason),
        ]
        for (verdict, reason), names in sorted(found.items(), key=_worst)
    ]
    return [*html.table(("verdict", "number", "machines", "why"), rows)]


def _worst(item: tuple[tuple[str, str], Sequence[str]]) -> tuple[int, int]:
    (verdict, _), names = item
    return -LOOKS.index(CLASSES[verdict]), -len(names)


def _cord_and_reason(one: JudgedMachine, drawn: Mapping[str, Machine]) -> tuple[str, str]:
    for cord in drawn[one.name].cords:
        if one.reason.startswith(f"{cord}: "):
            return str(cord), one.reason[len(f"{cord}: ") :]
    return "", one.reason


def sampled(said: Iterable[tuple[str, str]]) -> str:
    """A list of what samples said, with the machines of which they said it. `said`: machine, and
    what was said of it, "" for nothing.
    """
    found: dict[str, list[str]] = {}
    for name, text in said:
        if text:
            found.setdefault(text, []).append(name)
    return html.bullet_list(f"{', '.join(names)}: {text}" for text, names in found.items())


def breakers(
    loads: Sequence[BreakerLoad], more: Mapping[str, Mapping[str, str]] = MappingProxyType({})
) -> list[str]:
    """A table of lines and breakers, the worst first. `more`: head -> name of a line or breaker ->
    a figure.
    """
    rows = [
        [
            row_header(one.name),
            short(one.fit.word, f"word {CLASSES[one.fit.word]}"),
            number(f"{one.load.low:.1f}"),
            number("no bound" if math.isinf(one.load.high) else f"{one.load.high:.1f}"),
            number("not known" if one.limit_a is None else f"{one.limit_a:.1f}"),
            *(number(figures[one.name]) for figures in more.values()),
            words(one.fit.reason),
        ]
        for one in sorted(loads, key=rank)
    ]
    has_reason = any(one.fit.reason for one in loads)
    heads = (
        "line or breaker", "verdict", "least A", "most A", "limit A", *more,
        *(["why"] if has_reason else []),
    )  # fmt: skip
    return [*html.table(heads, [row[: len(heads)] for row in rows])]


def not_known(facts: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """A list of what is not known, each with what it touches."""
    shown = html.bullet_list(f"{what}: {few(those)}" if those else what for what, those in facts)
    return ["<h3>Not known</h3>", shown] if shown else []
