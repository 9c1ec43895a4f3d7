"""Patterns of model names. Pure. `pdu/families/model_names.py` says how they are written."""

from __future__ import annotations

import re
from functools import cache
from typing import Optional

_PLACES = {"x": "[0-9]", "?": "[A-Z]", "*": "([A-Z0-9]*)"}


def fits(pattern: str, name: str, longest_tail: Optional[int] = None) -> bool:
    """Whether the pattern fits a compact name. `longest_tail`: the most characters that each `*`
    together may stand for; None for any number.
    """
    match = _compiled(_shape(pattern)).fullmatch(name)
    if match is None:
        return False
    return longest_tail is None or len("".join(match.groups())) <= longest_tail


def specificity(pattern: str) -> int:
    """A number by which patterns are sorted: 2 for each fixed character, 1 for each digit."""
    shape = _shape(pattern)
    return 2 * len(re.sub(r"[x?*]", "", shape)) + shape.count("x")


def needs_vendor(pattern: str) -> bool:
    """Whether the pattern says too little without its vendor: it has no fixed letter."""
    return re.search(r"[A-Z\u0400-\u04ff]", _shape(pattern)) is None


def sample(pattern: str) -> str:
    """The shortest name that a pattern fits."""
    return _shape(pattern).replace("x", "0").replace("?", "A").replace("*", "")


@cache
def _shape(pattern: str) -> str:
    """The compact pattern: capitals and digits, `x` for a digit, `?` for a letter, `*`."""
    # beside another small letter, an x is a letter
    places = re.sub(r"(?<![a-z])x+(?![a-z])", lambda match: "#" * len(match[0]), pattern)
    return re.sub(r"[^A-Z0-9\u0400-\u04ff#?*]", "", places.upper()).replace("#", "x")


@cache
def _compiled(shape: str) -> re.Pattern[str]:
    places = [_PLACES.get(place, place) for place in shape]
    return re.compile("".join(places))
