"""The words of a question, brought into the spelling of the tables. Pure.

People type what is printed on a unit or in an inventory: `APC8959`, `APC 8959`, `Tripp-Lite-X`,
`X (16A)`. Each rule here changes words only if the changed word is a known name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from .model_patterns import normalized, parts

LONGEST = 5  # words of a name, such as "Web Power Switch Pro"

# What stands before the digits of a vendor's models, so that "APC 8959" is AP8959.
PREFIXES: Mapping[str, str] = {
    "APC": "AP",
    "SCHNEIDER": "AP",
    "SCHNEIDERELECTRIC": "AP",
    "ATEN": "PE",
    "CYBERPOWER": "PDU",
    "ENLOGIC": "EN",
    "GUDE": "",
    "NETIO": "",
    "PLANET": "IPM",
}
_LINK = (
    "a link (expansion) unit may have no network port of its own: it is then read through its"
    " primary unit"
)
# Words that name no product, but a reason why a model that fits is only probably read.
DOUBTS: Mapping[str, str] = {
    "link": _LINK,
    "expansion": _LINK,
    "secondary": _LINK,
    "slave": _LINK,
}
# Words of ratings, sockets and plugs: they name no product. Watts are none of them: a UPS is often
# named by its maker and its watts.
_RATING = re.compile(
    r"\d{1,3}(A|V|VAC|HZ|PH)|(\d+X)?C(13|14|15|19|20|39)S?|IEC(60309|309|320)?|CEE|SCHUKO|NEMA"
    r"|(NEMA)?(L\d+(15|20|30|50|60)[PR]?|[56](15|20|30|50)[PR])|CS8365C?"
)
_UPS = re.compile(r"(SMART|BACK|EASY)?UPSS?|\d+K?VA")
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_DIGITS = re.compile(r"\d{4}")
_LEAST_VENDOR = 4  # letters of a vendor's name that stands before its model without a blank

Fits = Callable[[str], bool]


class Query(NamedTuple):
    """A question in the spelling of the tables."""

    words: Sequence[str]
    #: words that stood in brackets: an answer may ignore them
    aside: Collection[str]
    #: why a model that fits is only probably read
    doubts: Sequence[str]
    #: whether the question names a UPS
    ups: bool


def read(question: str, phrases: Collection[str], fits: Fits) -> Query:
    """The words of a question.

    `phrases`: the squeezed names of vendors and brands; `fits`: whether a word is a model's name.
    """
    text = question.replace(",", " ")
    aside = {word for found in _BRACKETS.findall(text) for word in found.split()}
    words = _merged(re.sub(r"[()\[\]{}]", " ", text).split(), phrases)
    words = [piece for word in words for piece in _split(word, phrases, fits)]
    words = _merged(list(_prefixed(words, fits)), phrases)
    plain = [word.lower() for word in words]
    return Query(
        [
            word
            for word, small in zip(words, plain)
            if small not in DOUBTS and (fits(word) or not _is_rating(word))
        ],
        aside,
        tuple(dict.fromkeys(DOUBTS[word] for word in plain if word in DOUBTS)),
        any(_UPS.fullmatch(normalized(word)) for word in words),
    )


def _is_rating(word: str) -> bool:
    return _RATING.fullmatch(normalized(word.replace(".", ""))) is not None


def _merged(words: Sequence[str], phrases: Collection[str]) -> list[str]:
    """The words, with each vendor's name of several words as one: `ServerTechnology`."""
    merged: list[str] = []
    while words:
        length = next(
            (
                n
                for n in range(min(LONGEST, len(words)), 0, -1)
                if normalized("".join(words[:n])) in phrases and len(parts(" ".join(words[:n]))) > 1
            ),
            0,
        )
        merged.append(normalized("".join(words[:length])) if length else words[0])
        words = words[max(length, 1) :]
    return merged


def _split(word: str, phrases: Collection[str], fits: Fits) -> list[str]:
    """The word, or vendor and model if it is both: `Raritan-PX3-5145`, `APC8959`, `EatonEMAT08`."""
    if fits(word) or normalized(word) in phrases:
        return [word]
    for cut in re.finditer(r"[-_/:]", word):
        head, tail = word[: cut.start()], word[cut.end() :]
        if normalized(head) in phrases and tail:
            return [head, *_split(tail, phrases, fits)]
    name = normalized(word)
    for vendor, prefix in PREFIXES.items():
        rest = name[len(vendor) :]
        if name.startswith(vendor) and _DIGITS.match(rest):
            return [vendor, prefix + rest if fits(prefix + rest) else rest]
    for end in range(len(name) - 1, _LEAST_VENDOR - 1, -1):
        vendor, rest = name[:end], name[end:]
        if vendor in phrases and (fits(rest) or rest.isdigit()):
            return [vendor, rest]
    return [word]


def _prefixed(words: Sequence[str], fits: Fits) -> Iterator[str]:
    """The words, with the vendor's prefix before digits that stand without it."""
    vendors = [normalized(word) for word in words]
    prefixes = [PREFIXES[vendor] for vendor in vendors if vendor in PREFIXES]
    for word in words:
        whole = [one + word for one in prefixes if _DIGITS.match(word) and fits(one + word)]
        yield whole[0] if whole else word
