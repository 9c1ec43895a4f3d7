"""Words of a question, and patterns of model names. Pure.

Case, hyphens and blanks do not count: `ap 8959`, `AP-8959` and `AP8959` are the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Optional

# Words that name no product: alone they find nothing, beside a name they change nothing. `basic` is
# not among them, because basic PDUs have no network interface. Some are parts of vendors' names,
# such as Server Technology, which count as a whole (`search._merged`).
GENERIC = frozenset(
    """
    a also am an and are as at before behind by can com do does each first for from has have how i
    in is it its know later legacy like listed made maker model models my name named newer not
    number of older on or other others reads series support supported supports that the to tools
    two type up version we what which whose with without you
    american company control controller conversion corp digital electric electronic enterprise
    example firmware gmbh inc international ltd network networks products project public server
    servers solution solutions system systems technologies technology web western
    0u 1u 2u bar bars blue branch breaker cable card cards cascaded chain circuit classic console
    copy daisy device display distribution driver energy environmental ethernet extension floor
    gateway horizontal hybrid inlet inline input intelligent json line load management manager
    managers meter metered metering mib mini modular module modules monitor monitored monitoring
    object master outlet outlets output outputs ats pdu pdus phase plus power primary pro
    processing rack racks relay schemas simple single smart snmp socket sockets static strip strips
    switch switched switches switching three transfer tree unit units upgradeable ups upss vertical
    zero
    """.split()
)
_PARTS = re.compile(r"[a-z0-9]+")
_LEAST = 3  # letters of a word from a description; shorter ones need a digit


def normalized(text: str) -> str:
    """A name without blanks, hyphens and the like, in upper case."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def parts(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _PARTS.findall(text.lower())


def _is_telling(word: str) -> bool:
    is_long = len(word) >= _LEAST or re.search(r"\d", word) is not None
    return is_long and not word.isdigit() and word not in GENERIC


def telling(texts: Iterable[str]) -> set[str]:
    """The words of descriptions that may name a product."""
    return {word for text in texts for word in parts(text) if _is_telling(word)}


def fits(pattern: str, name: str, tail: Optional[int] = None) -> bool:
    """Whether the pattern fits a squeezed name. An X of the name stands for any digit.

    `tail`: the most characters that a `*` may stand for; None for any number.
    """
    found = _compiled(pattern).fullmatch(name)
    if found is None:
        return _may_mean(name, pattern)
    return tail is None or sum(map(len, found.groups())) <= tail


def literals(pattern: str) -> int:
    """How specific a pattern is: the number of its fixed characters, twice, and of its digits."""
    shape = _shape(pattern)
    return 2 * len(re.sub(r"[x?*]", "", shape)) + shape.count("x")


def needs_company(pattern: str) -> bool:
    """Whether the pattern says too little without its vendor: it has no fixed letter."""
    return re.search(r"[A-Z]", _shape(pattern)) is None


def sample(pattern: str) -> str:
    """The shortest name that a pattern fits."""
    return _shape(pattern).replace("x", "0").replace("?", "A").replace("*", "")


def _shape(pattern: str) -> str:
    """The pattern squeezed: capitals and digits, `x` for a digit, `?` for a letter, `*`."""
    places = re.sub(r"(?<![a-z])x+(?![a-z])", lambda found: "#" * len(found[0]), pattern)
    return re.sub(r"[^A-Z0-9#?*]", "", places.upper()).replace("#", "x")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    places = {"x": "[0-9X]", "?": "[A-Z]", "*": "([A-Z0-9]*)"}
    return re.compile("".join(places.get(place, place) for place in _shape(pattern)))


def _may_mean(name: str, pattern: str) -> bool:
    """Whether a name with places for digits, such as AP8XXX, includes a name of the pattern."""
    wide = re.sub(r"X{2,}", lambda found: f"[0-9]{{{len(found[0])}}}", name)
    return wide != name and bool(re.fullmatch(wide, sample(pattern)))
