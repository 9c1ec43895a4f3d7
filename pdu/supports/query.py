"""The words of a question, brought into the spelling of the tables. Pure.

People type what is printed on a unit or in an inventory: `APC8959`, `APC 8959`, `Tripp-Lite-X`,
`X (16A)`. Each rule here changes words only if the changed word is a known name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Optional

from handlers.snmp.families import ENTERPRISES

from .normalization import Word, word

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
# Words of ratings, sockets and plugs: they name no product. Watts are none of them: a UPS is often
# named by its maker and its watts.
_RATING = re.compile(
    r"\d{1,3}(A|V|VAC|HZ|PH)|(\d+X)?C(13|14|15|19|20|39)S?|IEC(60309|309|320)?|CEE|SCHUKO|NEMA"
    r"|(NEMA)?(L\d+(15|20|30|50|60)[PR]?|[56](15|20|30|50)[PR])|CS8365C?"
)
_UPS = re.compile(r"(SMART|BACK|EASY)?UPSS?|\d+K?VA")
_OID = re.compile(
    r"(?:\.?(?:iso\.|1\.)3\.6\.1\.4\.1|(?:SNMPv2-SMI::)?enterprises)((?:\.\d+)+)\.?", re.IGNORECASE
)
_DIGITS = re.compile(r"\d{4}")
_LEAST_VENDOR = 4  # letters of a vendor's name that stands before its model without a blank

Fits = Callable[[Word], bool]


def parse_oid(text: str) -> Optional[str]:
    """The dotted OID in a text, or None if it is not one of a vendor."""
    match = _OID.fullmatch(text.strip())
    return ENTERPRISES.rstrip(".") + match[1] if match else None


def parse_words(question: str, phrases: Collection[str], fits: Fits) -> list[Word]:
    """The words of a question, without ratings.

    `phrases`: the squeezed names of vendors and brands; `fits`: whether a word is a model's name.
    """
    words = _merged(list(map(word, re.sub(r"[()\[\]{},]", " ", question).split())), phrases)
    words = [piece for query_word in words for piece in _split(query_word, phrases, fits)]
    words = _merged(list(_prefixed(words, fits)), phrases)
    return [
        query_word
        for query_word in words
        if fits(query_word) or not _RATING.fullmatch(query_word.squeezed)
    ]


def names_ups(words: Sequence[Word]) -> bool:
    """Whether the words name a UPS."""
    return any(_UPS.fullmatch(query_word.squeezed) for query_word in words)


def _merged(words: Sequence[Word], phrases: Collection[str]) -> list[Word]:
    """The words, with each vendor's name of several words as one: `ServerTechnology`."""
    merged_words: list[Word] = []
    while words:
        for length in range(min(LONGEST, len(words)), 0, -1):
            name = word(" ".join(query_word.text for query_word in words[:length]))
            if name.squeezed in phrases and len(name.parts) > 1:
                merged_words.append(word(name.squeezed))
                break
        else:
            length = 1
            merged_words.append(words[0])
        words = words[length:]
    return merged_words


def _split(query_word: Word, phrases: Collection[str], fits: Fits) -> list[Word]:
    """The word, or vendor and model if it is both: `Raritan-PX3-5145`, `APC8959`, `EatonEMAT08`."""
    if fits(query_word) or query_word.squeezed in phrases:
        return [query_word]
    for cut in re.finditer(r"[-_/:]", query_word.text):
        head, tail = word(query_word.text[: cut.start()]), query_word.text[cut.end() :]
        if head.squeezed in phrases and tail:
            return [head, *_split(word(tail), phrases, fits)]
    name = query_word.squeezed
    for vendor, prefix in PREFIXES.items():
        remainder = name[len(vendor) :]
        if name.startswith(vendor) and _DIGITS.match(remainder):
            full_name = word(prefix + remainder)
            return [word(vendor), full_name if fits(full_name) else word(remainder)]
    for end in range(len(name) - 1, _LEAST_VENDOR - 1, -1):
        vendor, remainder = name[:end], name[end:]
        if vendor in phrases and (fits(word(remainder)) or remainder.isdigit()):
            return [word(vendor), word(remainder)]
    return [query_word]


def _prefixed(words: Sequence[Word], fits: Fits) -> Iterator[Word]:
    """The words, with the vendor's prefix before digits that stand without it."""
    prefixes = [
        PREFIXES[query_word.squeezed] for query_word in words if query_word.squeezed in PREFIXES
    ]
    for query_word in words:
        if _DIGITS.match(query_word.text):
            yield next(
                filter(fits, (word(prefix + query_word.text) for prefix in prefixes)), query_word
            )
        else:
            yield query_word
