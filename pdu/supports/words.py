"""Words of a question and of the tables in the form in which they are compared. Pure.

A *compact* word has capitals and digits alone: `ap 8959`, `AP-8959` and `AP8959` are the same name.
A *pattern* of models has an `x` for any digit, `?` for any letter, and `*` for any of both:
`AP89xx*`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Optional

from .model_names import Name

# Words that name no product: beside a name they change nothing. `basic` is not among them, because
# basic PDUs have no network interface.
GENERIC = frozenset(
    """
    a an and as before for from has have i in is it its later like listed made maker model models my
    name newer not of older on or other others series support supported supports that the to two
    type up version what with
    american company control controller conversion corp digital electric electronic enterprise
    example firmware gmbh inc international ltd network networks products project public server
    servers solution solutions system systems technologies technology tools web western
    0u 1u 2u ats bar bars blue branch breaker cable card cards cascaded circuit classic console copy
    device display distribution driver energy environmental ethernet extension floor gateway
    horizontal hybrid inlet input intelligent json line load managed management manager meter
    metered metering mib mini modular module modules monitor monitored monitoring object outlet
    outlets output outputs pdu pdus phase plug plugs plus power primary pro processing rack racks
    relay relays remote schemas simple single smart snmp socket sockets static strip strips switch
    switched switches switching three transfer tree unit units upgradeable vertical u zero
    """.upper().split()
)
_LETTERS_AND_DIGITS = "A-Z0-9\u0400-\u04ff"
_WILDCARDS = {"#": "[0-9]", "?": "[A-Z]", "*": "([A-Z0-9]*)"}


def parts_of(text: str) -> list[str]:
    """The runs of letters and digits in a text, in capitals, without what stands between them.

    >>> parts_of("ap-8959 EU3")
    ['AP', '8959', 'EU3']
    """
    return re.findall(f"[{_LETTERS_AND_DIGITS}]+", text.upper())


def compact(text: str) -> str:
    """The text as one word of capitals and digits.

    >>> compact("ap-8959 EU3")
    'AP8959EU3'
    """
    return "".join(parts_of(text))


def is_generic(word: str) -> bool:
    """Whether a compact word names no product; one of Cyrillic letters names none either.

    >>> is_generic("SWITCHED"), is_generic("APC")
    (True, False)
    """
    return word in GENERIC or re.match("[\u0400-\u04ff]", word) is not None


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The compact words of descriptions, as a whole and taken apart at their hyphens. A number
    alone is no word.

    >>> sorted(words_of(["Geist R-series, 3"]))
    ['GEIST', 'R', 'RSERIES', 'SERIES']
    """
    words: set[str] = set()
    for text in texts:
        words.update(parts_of(text))
        words.update(map(compact, re.split(r"[\s,()]+", text)))
    return frozenset(word for word in words if word and not word.isdigit())


def model_names(models: Iterable[str]) -> Iterator[str]:
    """The names of models in descriptions, which are lists of names. What stands in brackets,
    behind a colon, or behind the first word in small letters, is cut off, with that word.

    >>> list(model_names(["iBootBar", "Geist RCM, RSO with version 3 firmware", "PWT2 (SPS2)"]))
    ['iBootBar', 'Geist RCM', 'RSO', 'PWT2']
    """
    for model in models:
        text = re.sub(r"\([^)]*\)", "", model).partition(":")[0]
        for part in text.split(","):
            words = itertools.takewhile(lambda word: not word.islower(), part.split())
            yield " ".join(words)


# ---- patterns of model names: `pdu/supports/model_names.py` says how they are written ------------


@cache
def _compact_pattern(pattern: str) -> str:
    """A pattern as one compact word, in which `#` stands for any digit, `?` for any letter, and `*`
    for any of both. An `x` beside another small letter is a letter.

    >>> _compact_pattern("AP89xx*"), _compact_pattern("Maxx 3?")
    ('AP89##*', 'MAXX3?')
    """
    with_digits = re.sub(r"(?<![a-z])x+(?![a-z])", lambda match: "#" * len(match[0]), pattern)
    return re.sub(f"[^{_LETTERS_AND_DIGITS}#?*]", "", with_digits.upper())


@cache
def _regular_expression(pattern: str) -> re.Pattern[str]:
    """The regular expression of the compact words that a pattern fits; its groups are what `*`
    stands for.

    >>> _regular_expression("AP89xx*").pattern
    'AP89[0-9][0-9]([A-Z0-9]*)'
    """
    expressions = [_WILDCARDS.get(sign, sign) for sign in _compact_pattern(pattern)]
    return re.compile("".join(expressions))


def fits(name: Name, text: str, longest_tail: Optional[int] = None) -> bool:
    """Whether the pattern of a name fits a compact word, or is this word itself. `longest_tail`:
    the most characters that its `*` may stand for; None for any number.

    >>> from pdu.supports.model_names import Name
    >>> name = Name("AP89xx*", "apc-rpdu2", "")
    >>> fits(name, "AP8959EU3"), fits(name, "AP7900"), fits(name, "AP8959EU3", 0)
    (True, False, False)
    """
    if text and text == compact(name.pattern):
        return True
    match = _regular_expression(name.pattern).fullmatch(text)
    if match is None:
        return False
    return longest_tail is None or len("".join(match.groups())) <= longest_tail


def specificity(name: Name) -> int:
    """How much a pattern says, to compare it with others: 2 for each fixed letter or digit, 1 for
    each `x`, which is any digit.

    >>> from pdu.supports.model_names import Name
    >>> specificity(Name("AP89xx*", "", ""))
    10
    """
    pattern = _compact_pattern(name.pattern)
    return 2 * len(re.sub("[#?*]", "", pattern)) + pattern.count("#")


def needs_maker(name: Name) -> bool:
    """Whether a pattern has no fixed letter, so that it could be a model of anybody, and counts
    only beside a maker's name.

    >>> from pdu.supports.model_names import Name
    >>> needs_maker(Name("5xxx", "", "")), needs_maker(Name("AP89xx", "", ""))
    (True, False)
    """
    return re.search("[A-Z\u0400-\u04ff]", _compact_pattern(name.pattern)) is None


def sample(pattern: str) -> str:
    """The shortest compact word that a pattern fits, for tests and examples: with 0 for each `x`, A
    for each `?`, and nothing for `*`.

    >>> sample("AP89xx*")
    'AP8900'
    """
    # the compact pattern has # for x, as a word may have the letter X
    return _compact_pattern(pattern).replace("#", "0").replace("?", "A").replace("*", "")
