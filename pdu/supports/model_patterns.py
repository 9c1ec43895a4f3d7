"""Patterns of model names. Pure. `pdu/families/model_names.py` says how they are written."""

from __future__ import annotations

import re
from functools import cache
from typing import Optional

_PLACES = {"x": "[0-9X]", "?": "[A-Z]", "*": "([A-Z0-9]*)"}


def fits(pattern: str, name: str, longest_tail: Optional[int] = None) -> bool:
    """Whether the pattern fits a compact name. An X of the name stands for any digit.

    `longest_tail`: the most characters that each `*` together may stand for; None for any number.
    """
    match = _compiled(_shape(pattern)).fullmatch(name)
    if match is not None:
        tail = "".join(match.groups())
        return longest_tail is None or len(tail) <= longest_tail
    return is_class(name) and _class_pattern(name).fullmatch(sample(pattern)) is not None


def is_class(name: str) -> bool:
    """Whether a compact name has places for digits and so names several models: AP8XXX."""
    return "XX" in name


def is_of_class(pattern: str, name: str) -> bool:
    """Whether names of the pattern begin as the class `name` does, and no digit follows: those of
    "AP8959EU*" are of AP8XXX and of AP89XX, but not of AP8XX.
    """
    shortest_name = sample(pattern)
    beginning = _class_pattern(name).match(shortest_name)
    return beginning is not None and not shortest_name[beginning.end() :][:1].isdigit()


def specificity(pattern: str) -> int:
    """A number by which patterns are sorted: 2 for each fixed character, 1 for each digit."""
    shape = _shape(pattern)
    return 2 * len(re.sub(r"[x?*]", "", shape)) + shape.count("x")


def needs_vendor(pattern: str) -> bool:
    """Whether the pattern says too little without its vendor: it has no fixed letter."""
    return re.search(r"[A-Z\u0400-\u04ff]", _shape(pattern)) is None


def continues(pattern: str, name: str) -> bool:
    """Whether names of the pattern begin with this compact name and are longer."""
    shape = _shape(pattern).rstrip("*")
    beginning = shape[: len(name)]
    if beginning == shape or "*" in beginning:
        return False
    return _compiled(beginning).fullmatch(name) is not None


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


def _class_pattern(name: str) -> re.Pattern[str]:
    """A pattern of the models that a name with XX stands for, each X for a digit."""

    def digits(places: re.Match[str]) -> str:
        return "[0-9]" * len(places[0])

    return re.compile(re.sub("X{2,}", digits, name))
