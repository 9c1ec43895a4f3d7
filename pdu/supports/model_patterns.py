"""Patterns of model names. Pure. `model_names.py` says how they are written."""

from __future__ import annotations

import re
from functools import cache
from typing import Optional


def fits(pattern: str, name: str, tail: Optional[int] = None) -> bool:
    """Whether the pattern fits a squeezed name. An X of the name stands for any digit.

    `tail`: the most characters that a `*` may stand for; None for any number.
    """
    match = _compiled(pattern).fullmatch(name)
    if match is None:
        return _may_mean(name, pattern)
    return tail is None or sum(map(len, match.groups())) <= tail


def literals(pattern: str) -> int:
    """How specific a pattern is: the number of its fixed characters, twice, and of its digits."""
    shape = _shape(pattern)
    return 2 * len(re.sub(r"[x?*]", "", shape)) + shape.count("x")


def needs_company(pattern: str) -> bool:
    """Whether the pattern says too little without its vendor: it has no fixed letter."""
    return re.search(r"[A-Z\u0400-\u04ff]", _shape(pattern)) is None


def continues(pattern: str, name: str) -> bool:
    """Whether names of the pattern begin with this squeezed name and are longer."""
    shape = _shape(pattern).rstrip("*")
    if len(shape) <= len(name) or "*" in shape[: len(name)]:
        return False
    return re.fullmatch(_expression(shape[: len(name)]), name) is not None


def sample(pattern: str) -> str:
    """The shortest name that a pattern fits."""
    return _shape(pattern).replace("x", "0").replace("?", "A").replace("*", "")


def _shape(pattern: str) -> str:
    """The pattern squeezed: capitals and digits, `x` for a digit, `?` for a letter, `*`."""
    places = re.sub(r"(?<![a-z])x+(?![a-z])", lambda match: "#" * len(match[0]), pattern)
    return re.sub(r"[^A-Z0-9\u0400-\u04ff#?*]", "", places.upper()).replace("#", "x")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_expression(_shape(pattern)))


def _expression(shape: str) -> str:
    """The regular expression of a shape."""
    places = {"x": "[0-9X]", "?": "[A-Z]", "*": "([A-Z0-9]*)"}
    return "".join(places.get(place, place) for place in shape)


def _may_mean(name: str, pattern: str) -> bool:
    """Whether a name with places for digits, such as AP8XXX, includes a name of the pattern."""
    if "XX" not in name:
        return False
    wide = re.sub(r"X{2,}", lambda match: f"[0-9]{{{len(match[0])}}}", name)
    return re.fullmatch(wide, sample(pattern)) is not None
