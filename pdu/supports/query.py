"""The words of a question, brought into the spelling of the tables. Pure.

People type what is printed on a unit or in an inventory: `APC8959`, `APC 8959`, `Tripp-Lite-X`,
`X (16A)`. Each rule here changes words only if the changed word is a known name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Optional

from handlers.snmp.families import ENTERPRISES

from .model_names import NAMES, Name
from .model_patterns import fits, is_wide, specificity
from .normalization import Word, word

_LONGEST = 5  # words of a name, such as "Web Power Switch Pro"
_LONGEST_TAIL = 4  # characters of a `*` in a name of several words, such as "AP8959 EU3"
_LEAST_VENDOR = 4  # letters of a vendor's name that stands before its model without a blank

# What stands before the digits of a vendor's models, so that "APC 8959" is AP8959.
_PREFIXES: Mapping[str, str] = {
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
_OID = re.compile(
    r"(?:\.?(?:iso\.|1\.)3\.6\.1\.4\.1|(?:SNMPv2-SMI::)?enterprises)((?:\.\d+)+)\.?", re.IGNORECASE
)


class Model(NamedTuple):
    """Words that are the name of a model, and the patterns that fit, the most specific first."""

    text: str
    names: tuple[Name, ...]

    @property
    def is_wide(self) -> bool:
        """Whether it has places for digits, and so names several models."""
        return is_wide(word(self.text).squeezed)


def parse_oid(text: str) -> Optional[str]:
    """The dotted OID in a text, or None if it is not one of a vendor."""
    match = _OID.fullmatch(text.strip())
    return ENTERPRISES.rstrip(".") + match[1] if match else None


def parse_query(question: str, makers: Collection[str]) -> tuple[list[Model], list[Word]]:
    """The models of a question, and its other words that may name a product, of which a vendor's
    name of several words is one.

    `makers`: the squeezed names of vendors, brands and families.
    """
    texts = re.sub(r"[()\[\]{},]", " ", question).split()
    pieces = [piece for text in texts for piece in _split(text, makers)]
    words = [piece for piece in _add_prefixes(pieces) if _fitting([piece]) or not _is_rating(piece)]
    models: list[Model] = []
    further_words: list[Word] = []
    while words:
        for length in range(min(_LONGEST, len(words)), 0, -1):
            name = word(" ".join(piece.text for piece in words[:length]))
            names = _fitting(words[:length])
            if names:
                models.append(Model(name.text, names))
                break
            if len(name.parts) > 1 and name.squeezed in makers:
                further_words.append(Word(name.text, name.squeezed, (name.squeezed,)))
                break
        else:
            further_words += [words[0]] if not words[0].is_generic else []
        words = words[length:]
    return models, further_words


def _fitting(run: Sequence[Word]) -> tuple[Name, ...]:
    """The patterns that fit these words as one name, the most specific first.

    A `*` must not take in a word that says something else, such as `basic` or another model: words
    after the first are then short, have a digit, and are no name themselves.
    """
    name = "".join(piece.squeezed for piece in run)
    if not name:
        return ()
    tail = None
    if len(run) > 1:
        tail = _LONGEST_TAIL
        if any(not re.search(r"\d", piece.squeezed) or _fitting([piece]) for piece in run[1:]):
            tail = 0
    return _names_of(name, tail)


@lru_cache(maxsize=4096)  # a question asks for the same words several times
def _names_of(name: str, tail: Optional[int]) -> tuple[Name, ...]:
    names = [candidate for candidate in NAMES if fits(candidate.pattern, name, tail)]
    return tuple(sorted(names, key=lambda candidate: -specificity(candidate.pattern)))


def _split(text: str, makers: Collection[str]) -> list[Word]:
    """The word, or vendor and model if it is both: `Raritan-PX3-5145`, `APC8959`, `EatonEMAT08`."""
    if _fitting([word(text)]) or word(text).squeezed in makers:
        return [word(text)]
    hyphens = [cut.start() for cut in re.finditer("[-_/:]", text)]
    for end in (*hyphens, *range(len(text) - 1, 0, -1)):  # then the longest vendor first
        vendor, model = word(text[:end]), word(text[end:])
        if vendor.squeezed not in makers or not text[end - 1].isalnum() or not model.squeezed:
            continue
        if end in hyphens:
            return [vendor, *_split(text[end + 1 :], makers)]
        is_long = end >= _LEAST_VENDOR or vendor.squeezed in _PREFIXES
        if is_long and (
            model.text.isdigit() or _fitting([model]) or _fitting([_prefixed(vendor, model)])
        ):
            return [vendor, model]
    return [word(text)]


def _add_prefixes(words: Sequence[Word]) -> Iterator[Word]:
    """The words, with the vendor's prefix before digits that stand without it."""
    vendors = [piece for piece in words if piece.squeezed in _PREFIXES]
    for piece in words:
        full_words = [_prefixed(vendor, piece) for vendor in vendors]
        full_words = [full_word for full_word in full_words if _fitting([full_word])]
        yield full_words[0] if full_words else piece


def _prefixed(vendor: Word, model: Word) -> Word:
    """The model with its vendor's prefix, if it begins with four digits."""
    prefix = _PREFIXES.get(vendor.squeezed, "") if re.match(r"\d{4}", model.text) else ""
    return word(prefix + model.text)


def _is_rating(piece: Word) -> bool:
    return _RATING.fullmatch(piece.squeezed) is not None
