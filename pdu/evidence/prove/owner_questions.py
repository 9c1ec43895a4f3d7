"""What only the owner can see: three questions about the front, and a look at the outlet."""

from __future__ import annotations

import math
import sys
from typing import Callable, Optional, TypeVar

from handlers.shared.errors import printable

from ...cli.options import Output
from ...cli.prompts import ask_line
from .document import OwnerAnswers

T = TypeVar("T")
_TRIES = 3
_MOST_OUTLETS = 1_000


def answers(
    output: Output, front: Optional[int], dark: Optional[str], display: Optional[float]
) -> OwnerAnswers:
    """The answers of options, and of a terminal for those that are missing."""
    dark_outlets = None if dark is None else _dark(dark)
    if front is None:
        front = _ask_on_terminal(
            output,
            "How many outlets are on the front? (Enter: not known)",
            _count,
            f"a number from 0 to {_MOST_OUTLETS}",
        )
    if dark is None:
        dark_outlets = _ask_on_terminal(
            output,
            "Which outlets are dark? Their numbers, 'none' if all are lit (Enter: not known)",
            _dark,
            "a list of outlets",
        )
    if display is None:
        display = _ask_on_terminal(
            output,
            "How many amperes does the unit's own display show? (Enter: no display)",
            _amperes,
            "a number of amperes such as 3.68",
        )
    return OwnerAnswers(front, dark_outlets, display)


def look(output: Output, outlet: str, *, is_dark: bool) -> Optional[bool]:
    """Whether the outlet is dark now, or on; None if nobody says it."""
    state, question = ("off", "Is it dark?") if is_dark else ("on", "Is it on again?")
    return _ask_on_terminal(
        output,
        f"Outlet {printable(outlet)} was switched {state}. {question} [y/n] (Enter: not known)",
        _yes,
        "y or n",
    )


def _ask_on_terminal(
    output: Output, question: str, parse: Callable[[str], Optional[T]], expectation: str
) -> Optional[T]:
    """The answer; None for an empty line, at the end of the input, and after three wrong ones, and
    without a terminal, with --yes and with --json.

    `parse` returns None for a wrong one. `expectation`: what a right one is, such as "a number".
    """
    if output.yes or output.json or not sys.stdin.isatty():
        return None
    for _ in range(_TRIES):
        line = ask_line(question)
        if not line:
            return None
        answer = parse(line)
        if answer is not None:
            return answer
        print(f"{printable(line, 60)!r} is not {expectation}", file=sys.stderr, flush=True)
    return None


# ---- parsers -------------------------------------------------------------------------------------


def _count(text: str) -> Optional[int]:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= _MOST_OUTLETS else None


def _dark(text: str) -> Optional[tuple[str, ...]]:
    """Outlets, with commas or blanks between them; `none` for none."""
    if text.strip().lower() in ("none", "no", "-"):
        return ()
    names = tuple(name for name in text.replace(",", " ").split() if name.isprintable())
    return names or None


def _amperes(text: str) -> Optional[float]:
    """The number in an owner's answer, such as "3,2 A"; None if it has none."""
    try:
        number = float(text.lower().removesuffix("a").strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _yes(text: str) -> Optional[bool]:
    return {"y": True, "yes": True, "n": False, "no": False}.get(text.lower())
