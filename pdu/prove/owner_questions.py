"""What only the owner can see: three questions about the front, and one look at a dark outlet."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Callable, Optional, TypeVar

from handlers.shared.errors import printable

from ..core.cli.options import SharedOptions
from ..core.cli.prompts import ask_line
from .document import OwnerAnswers

T = TypeVar("T")
_TRIES = 3
_MOST_OUTLETS = 1_000


def answers(
    shared: SharedOptions, front: Optional[int], dark: Optional[str], display: Optional[float]
) -> OwnerAnswers:
    """The answers of options, and of a terminal for those that are missing."""
    dark_outlets = None if dark is None else _dark(dark)
    if front is None:
        front = _ask_on_terminal(
            shared,
            "How many outlets are on the front? (Enter: not known)",
            _count,
            f"a number from 0 to {_MOST_OUTLETS}",
        )
    if dark is None:
        dark_outlets = _ask_on_terminal(
            shared,
            "Which outlets are dark? Their numbers, 'none' if all are lit (Enter: not known)",
            _dark,
            "a list of outlets",
        )
    if display is None:
        display = _ask_on_terminal(
            shared,
            "How many amperes does the unit's own display show? (Enter: no display)",
            _amperes,
            "a number of amperes such as 3.68",
        )
    return OwnerAnswers(front, dark_outlets, display, None)


def look(shared: SharedOptions, outlet: str) -> Optional[bool]:
    """Whether the outlet is dark now; None if nobody says it."""
    return _ask_on_terminal(
        shared,
        f"Outlet {printable(outlet)} is reported off. Is it dark? [y/n] (Enter: not known)",
        _yes,
        "y or n",
    )


def energy_shows(shared: SharedOptions) -> Optional[bool]:
    """Whether DCImanager shows the energy of an uploaded handler; None if nobody says it."""
    return _ask_on_terminal(
        shared,
        "Does DCImanager show energy of a PDU with an uploaded handler? [y/n] (Enter: not tried)",
        _yes,
        "y or n",
    )


def _ask_on_terminal(
    shared: SharedOptions, question: str, parse: Callable[[str], Optional[T]], expectation: str
) -> Optional[T]:
    """`ask` on a terminal; None elsewhere, with --yes and with --json."""
    if shared.yes or shared.json or not sys.stdin.isatty():
        return None
    return ask(question, parse, expectation)


# ---- answers from lines of standard input, from a terminal or not --------------------------------


def ask(question: str, parse: Callable[[str], Optional[T]], expectation: str) -> Optional[T]:
    """The answer; None for an empty line, at the end of the input, and after three wrong ones.

    `parse` returns None for a wrong one. `expectation`: what a right one is, such as "a number".
    """
    for _ in range(_TRIES):
        line = ask_line(question)
        if not line:
            return None
        answer = parse(line)
        if answer is not None:
            return answer
        print(f"{printable(line, 60)!r} is not {expectation}", file=sys.stderr, flush=True)
    return None


def ask_whether_done(question: str) -> Optional[bool]:
    """Whether something was done: any line but "no"; None at the end of the input."""
    line = ask_line(f"{question} ('no' if it cannot be done)")
    return None if line is None else line.lower() not in ("n", "no")


# ---- parsers -------------------------------------------------------------------------------------


def _count(text: str) -> Optional[int]:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= _MOST_OUTLETS else None


def _dark(text: str) -> Optional[tuple[str, ...]]:
    """Outlets, with commas or blanks between them; `none` for none."""
    if text.strip().lower() in ("none", "no", "-"):
        return ()
    names = tuple(name for name in text.replace(",", " ").split() if name.isprintable())
    return names or None


def outlets_of(text: str, outlets: Sequence[str]) -> Optional[tuple[str, ...]]:
    """Outlets as of `_dark`, if all of them are known; each once, in the order of `outlets`."""
    names = _dark(text)
    if names is None or not set(names) <= set(outlets):
        return None
    return tuple(outlet for outlet in outlets if outlet in names)


def figure_or_none(text: str) -> Optional[tuple[float, ...]]:
    """A figure, with or without its unit; () for `none`."""
    if text.strip().lower() in ("none", "no", "-"):
        return ()
    number = _amperes(text.lower().removesuffix("kwh"))
    return None if number is None else (number,)


def _amperes(text: str) -> Optional[float]:
    try:
        number = float(text.lower().removesuffix("a").strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _yes(text: str) -> Optional[bool]:
    return {"y": True, "yes": True, "n": False, "no": False}.get(text.lower())
