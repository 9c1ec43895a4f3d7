"""What only the owner can see: three questions about the front, and one look at a dark outlet."""

from __future__ import annotations

import math
import sys
from typing import Callable, Optional, TypeVar

from handlers.shared.errors import printable

from ..core.cli.options import SharedOptions
from .document import OwnerAnswers

T = TypeVar("T")
_TRIES = 3
_LONGEST = 2_000
_MOST_OUTLETS = 1_000


def answers(
    state: SharedOptions, front: Optional[int], dark: Optional[str], display: Optional[float]
) -> OwnerAnswers:
    """The answers of options, and of a terminal for those that are missing."""
    said = None if dark is None else _dark(dark)
    if front is None:
        front = _asked(state, "How many outlets are on the front? (Enter: not known)", _count)
    if dark is None:
        said = _asked(
            state,
            "Which outlets are dark? Their numbers, 'none' if all are lit (Enter: not known)",
            _dark,
        )
    if display is None:
        display = _asked(
            state,
            "How many amperes does the unit's own display show? (Enter: no display)",
            _amperes,
        )
    return OwnerAnswers(front, said, display, None)


def look(state: SharedOptions, outlet: str) -> Optional[bool]:
    """Whether the outlet is dark now; None if nobody says it."""
    return _asked(
        state,
        f"Outlet {printable(outlet)} is reported off. Is it dark? [y/n] (Enter: not known)",
        _yes,
    )


def energy_shows(state: SharedOptions) -> Optional[bool]:
    """Whether DCImanager shows the energy of an uploaded handler; None if nobody says it."""
    return _asked(
        state,
        "Does DCImanager show energy of a PDU with an uploaded handler? [y/n] (Enter: not tried)",
        _yes,
    )


def _asked(state: SharedOptions, question: str, parse: Callable[[str], Optional[T]]) -> Optional[T]:
    if state.yes or state.json or not sys.stdin.isatty():
        return None
    for _ in range(_TRIES):
        print(f"{question} ", end="", file=sys.stderr, flush=True)
        try:
            said = sys.stdin.readline()
        except UnicodeDecodeError:
            continue
        if not said.strip():
            return None
        found = parse(said.strip()[:_LONGEST])
        if found is not None:
            return found
    return None


def _count(text: str) -> Optional[int]:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= _MOST_OUTLETS else None


def _dark(text: str) -> Optional[tuple[str, ...]]:
    """Outlets, with commas or blanks between them; `none` for none."""
    if text.strip().lower() in ("none", "no", "-"):
        return ()
    named = tuple(one for one in text.replace(",", " ").split() if one.isprintable())
    return named or None


def _amperes(text: str) -> Optional[float]:
    try:
        found = float(text.lower().removesuffix("a").strip().replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def _yes(text: str) -> Optional[bool]:
    return {"y": True, "yes": True, "n": False, "no": False}.get(text.lower())
